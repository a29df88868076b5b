"""Port cells: what people write in them, and what is refused with the reason."""

import pytest

from auditor.imports.terms import TermError, protocols, terms


@pytest.mark.parametrize(
    ("cell", "protocol", "expected"),
    [
        ("443", "TCP", "tcp/443"),
        ("443", "6", "tcp/443"),
        ("tcp/443", "", "tcp/443"),
        ("443/tcp", "", "tcp/443"),
        ("389/TCP/UDP", "", "tcp/389 udp/389"),
        ("443/tcp,udp/53", "", "tcp/443 udp/53"),
        ("TCP 80, 443", "", "tcp/80 tcp/443"),
        ("TCP: 25; UDP: 53", "", "tcp/25 udp/53"),
        ("tcp 80 udp 53", "", "tcp/80 udp/53"),
        ("TCP/UDP 53", "", "tcp/53 udp/53"),
        ("53 (TCP/UDP)", "", "tcp/53 udp/53"),
        ("53", "TCP & UDP", "tcp/53 udp/53"),
        ("53", "any", "tcp/53 udp/53"),
        ("80\n443", "tcp", "tcp/80 tcp/443"),
        ("80/443", "tcp", "tcp/80 tcp/443"),
        ("Ports 80 and 443", "tcp", "tcp/80 tcp/443"),
        ("8080-8090", "tcp", "tcp/8080-8090"),
        ("8080 – 8090", "tcp", "tcp/8080-8090"),
        ("8080:8090", "tcp", "tcp/8080-8090"),
        (">1023", "tcp", "tcp/1024-65535"),
        ("1024+", "udp", "udp/1024-65535"),
        ("443 (HTTPS)", "tcp", "tcp/443"),
        ("HTTPS (443)", "", "tcp/443"),
        ("LDAP, LDAPS", "", "tcp/389 tcp/636"),
        ("DNS", "", "tcp/53 udp/53"),
        ("135, RPC dynamic", "tcp", "tcp/135 tcp/$rpc_dynamic"),
        ("any", "TCP", "tcp/any"),
        ("any", "", "any"),
        ("", "ICMP", "icmp"),
        ("-", "ESP", "ip/50"),
        ("ip 47", "", "ip/47"),
        ("", "112", "ip/112"),
    ],
)
def test_what_people_write(cell: str, protocol: str, expected: str) -> None:
    assert " ".join(terms(cell, protocols(protocol))) == expected


@pytest.mark.parametrize(
    ("cell", "protocol", "said"),
    [
        ("443", "", "which protocol is port 443? Write tcp/443"),
        ("443", "HTTPS", "which protocol is port 443?"),
        ("443-80", "tcp", "443-80 is no port or range"),
        ("70000", "tcp", "70000 is no port or range"),
        ("see mail", "tcp", "'see mail' was not understood at 'see mail'"),
        ("443, tbd", "tcp", "was not understood at 'tbd'"),
        ("", "tcp", "no port, and no protocol that has none"),
        ("443", "tcpp", "unknown protocol 'tcpp'"),
    ],
)
def test_what_is_refused(cell: str, protocol: str, said: str) -> None:
    with pytest.raises(TermError) as caught:
        terms(cell, protocols(protocol))
    assert said in str(caught.value)
