"""`redact` on FortiGate configurations: which words go, which stay, and that every line stays where it is."""

from __future__ import annotations

import pytest

from parsers.fortigate import PARSER
from parsers.redaction import Pseudonyms
from parsers.redaction.permutation import Permutation
from parsers.source import Document

HEADER = "#config-version=FGT60F-7.0.12-FW-build0523-230606:opmode=0:vdom=0:user=kim\n"


def redact(text: str, *, names: bool = False, addresses: bool = False) -> str:
    assert PARSER.redact is not None
    pseudonyms = Pseudonyms(names, addresses, Permutation(b"key"))
    return PARSER.redact(Document("x.conf", text.encode()), pseudonyms)().decode()


def setting(table: str, line: str, **options: bool) -> str:
    """One line of an entry, redacted."""
    text = redact(f'{HEADER}config {table}\n    edit "x"\n        {line}\n    next\nend\n', **options)
    return text.split("\n", 3)[3].rsplit("\n    next", 1)[0].strip()


@pytest.mark.parametrize(
    ("table", "line", "expected"),
    [
        ("user local", 'set passwd ENC AbCdEf123==', "set passwd ENC redacted-1"),
        ("user local", 'set passwd "open sesame"', 'set passwd "redacted-1"'),
        ("user local", "set passwd sesame", "set passwd redacted-1"),
        ("system admin", "set password ENC SH2AbCdEf123=", "set password ENC SH2redacted-1"),
        ("vpn ipsec phase1-interface", "set psksecret ENC xyz", "set psksecret ENC redacted-1"),
        ("user radius", 'set secret "s3cret"', 'set secret "redacted-1"'),
        ("system snmp community", 'set name "public"', 'set name "redacted-1"'),
        ("system snmp user", "set auth-pwd ENC xyz", "set auth-pwd ENC redacted-1"),
        ("router key-chain", "set key-string ENC xyz", "set key-string ENC redacted-1"),
        ("log disk setting", "set uploadpass sesame", "set uploadpass redacted-1"),
        ("system automation-action", 'set uri "https://hook.example/T0/B0/xyz"', 'set uri "redacted-1"'),
        ("system sdn-connector", 'set client-secret ENC "x y"', 'set client-secret ENC "redacted-1"'),
        ("firewall address", "set unheard $6$abcdefgh$ijklmnop", "set unheard redacted-1"),
        ("firewall address", f"set unheard {'aB3' * 14}", "set unheard redacted-1"),
    ],
)  # fmt: skip
def test_secrets_go(table: str, line: str, expected: str) -> None:
    assert setting(table, line) == expected


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("system admin", "set password-expire 2030-01-01"),
        ("user local", 'set passwd-policy "strong"'),
        ("system global", "set admin-ssh-password enable"),
        ("system global", 'set admin-server-cert "own"'),
        ("vpn ipsec phase1-interface", "set keylife 86400"),
        ("system replacemsg-image", 'set image-type gif'),
        ("user local", 'set passwd "FortinetPasswordMask"'),
        ("firewall address", "set uuid 1f2e3d4c-0000-51ee-0000-000000000001"),
        ("firewall address", 'set comment "no secret"'),
        ("firewall address", "set subnet 203.0.113.0 255.255.255.0"),
    ],
)  # fmt: skip
def test_what_is_no_secret_stays(table: str, line: str) -> None:
    assert setting(table, line) == line


def test_a_key_of_many_lines_keeps_them() -> None:
    pem = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIFake\nMIIFake\n-----END ENCRYPTED PRIVATE KEY-----"
    text = f'{HEADER}config vpn certificate local\n    edit "x"\n        set private-key "{pem}"\n    next\nend\n'
    assert redact(text).split("\n")[3:8] == ['        set private-key "redacted-1', "", "", '"', "    next"]


def test_a_comment_does_not_quote_a_secret() -> None:
    text = (
        f'{HEADER}config user local\n    edit "x"\n        set passwd "sesame99"\n    next\nend\n'
        'config firewall address\n    edit "a"\n        set comment "vpn, password sesame99"\n    next\nend\n'
    )
    assert "sesame99" not in redact(text)


def test_what_is_no_configuration_goes() -> None:
    text = (
        f"{HEADER}# psk is hunter22\nlicense-key 1234\nconfig system global\nend\nexecute backup config ftp x me pw\n"
    )
    assert redact(text) == f"{HEADER}#\nredacted\nconfig system global\nend\nexecute\n"


def test_other_parts_of_a_bootstrap_file_go() -> None:
    text = (
        'Content-Type: multipart/mixed; boundary="==B=="\n\n--==B==\nContent-Type: text/plain\n\nLICENSE-TOKEN:ABC\n'
        "--==B==\nContent-Type: text/plain\n\nconfig system global\n    set hostname x\nend\n--==B==--\n"
    )
    assert "ABC" not in redact(text)
    assert redact(text).split("\n")[9] == "config system global"


NAMED = f"""{HEADER}config system global
    set hostname "fw-acme"
end
config system interface
    edit "port1"
        set alias "Acme uplink"
        set role lan
    next
    edit "acme-vlan"
        set interface "port1"
    next
end
config firewall address
    edit "all"
    next
    edit "acme-web"
        set comment "of kim@acme.example"
        set fqdn "www.acme.example"
    next
end
config firewall addrgrp
    edit "acme-all"
        set member "acme-web" "all"
    next
end
config firewall policy
    edit 1
        set name "acme out"
        set srcintf "acme-vlan"
        set dstintf "any"
        set srcaddr "acme-all"
        set dstaddr "all"
        set service "HTTPS" "acme-svc"
        set schedule "always"
        set groups "acme-staff"
    next
end
"""


def test_names_go_and_what_the_product_names_stays() -> None:
    text = redact(NAMED, names=True)
    assert "acme" not in text.lower()
    assert "kim" not in text
    assert 'edit "port1"' in text
    assert 'set interface "port1"' in text
    assert "set role lan" in text
    assert 'set service "HTTPS" "name-' in text
    assert text.count("\n") == NAMED.count("\n")


def test_names_are_the_same_wherever_they_stand() -> None:
    lines = redact(NAMED, names=True).split("\n")
    before = NAMED.split("\n")
    defined = lines[before.index('    edit "acme-web"')]
    member = lines[before.index('        set member "acme-web" "all"')]
    assert defined.split('"')[1] == member.split('"')[1]


def test_what_a_device_names_after_something_follows_it() -> None:
    text = redact(
        f"{HEADER}config vdom\nedit acme\nnext\nend\nconfig global\nconfig system vdom-link\nedit link\nnext\nend\n"
        'config system interface\nedit "ssl.acme"\nset vdom "acme"\nnext\nedit "link0"\nset vdom "root"\nnext\nend\nend\n',
        names=True,
    )
    assert "edit name-2\n" in text
    assert 'edit "ssl.name-2"' in text
    assert 'set vdom "name-2"' in text
    assert "edit name-3\n" in text
    assert 'edit "name-3' + '0"' in text


@pytest.mark.parametrize(
    "lines",
    [
        ("set start-ip 203.0.113.250", "set end-ip 203.0.114.9"),
        ("set start-ip 1.0.0.0", "set end-ip 9.255.255.255"),
    ],
)
def test_ranges_of_addresses_stay_ranges(lines: tuple[str, str]) -> None:
    text = redact(
        f'{HEADER}config firewall address\n    edit "r"\n        set type iprange\n        {lines[0]}\n        {lines[1]}\n    next\nend\n',
        addresses=True,
    )
    (firewall,) = PARSER.read(Document("x.conf", text.encode()))
    assert not [gap for gap in firewall.gaps if gap.hides_access]
    assert lines[0] not in text


def test_addresses_with_unequal_words_beside_them() -> None:
    text = setting("firewall vip", 'set mappedip "203.0.113.10-203.0.113.12"', addresses=True)
    first, _, last = text.split('"')[1].partition("-")
    assert int(last.rpartition(".")[2]) - int(first.rpartition(".")[2]) == 2


def test_switches_stay_under_any_keyword() -> None:
    assert setting("system interface", "set dhcp-server disable", names=True) == "set dhcp-server disable"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_stay(end: str) -> None:
    text = NAMED.replace("\n", end)
    assert redact(text) == text


def test_the_yaml_dialect() -> None:
    text = 'firewall_address:\n  - acme-web:\n      subnet: 203.0.113.5 255.255.255.255\n      comment: "a b"\nuser_local:\n  - kim:\n      passwd: ENC abc\nsystem_global:\n'
    assert redact(text) == text.replace("ENC abc", "ENC redacted-1")
    names = redact(text, names=True)
    assert "acme" not in names
    assert "kim" not in names
    assert "  - name-1:" in names


def test_utf_16_stays_utf_16() -> None:
    assert PARSER.redact is not None
    data = "\ufeff".encode("utf-16-le") + NAMED.encode("utf-16-le")
    assert PARSER.redact(Document("x.conf", data), Pseudonyms())() == data
