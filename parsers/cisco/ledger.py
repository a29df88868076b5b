"""The line ledger of a Cisco configuration: what is read, what cannot matter, what is not understood."""

from __future__ import annotations

import re

from parsers.cisco.interfacewords import ASA_INTERFACE, IOS_INTERFACE
from parsers.cisco.statements import Configuration, Statement
from parsers.errors import UnreadableError
from parsers.model.origin import Gap, Ledger, Origin

ASA_READ = frozenset(
    (
        "hostname interface name names object object-group access-list access-group nat route ipv6 time-range "
        "same-security-traffic ssh telnet http crypto webvpn"
    ).split()
)
ASA_IRRELEVANT = frozenset(
    (
        ": ASA PIX NGFW FTD aaa aaa-server anyconnect arp asdm banner boot call-home class-map clock console "
        "Cryptochecksum: ddns dhcp dhcpd dhcprelay domain-name dns dynamic-access-policy-record dynamic-filter enable "
        "end failover firewall flow-export ftp fragment group-policy hpm icmp ip jumbo-frame key license lacp ldap "
        "logging mac mac-address management-access monitor-interface mtu no ntp pager passwd password policy-map "
        "privilege prompt quota regex router scep server service service-policy sla smtp-server snmp-server ssl "
        "sysopt tcp-map terminal threat-detection timeout tls-proxy track tunnel-group url url-block url-cache "
        "url-server user-identity username vpdn vpn-addr-assign vpn-sessiondb vpnclient xlate zone prefix-list "
        "route-map community-list policy-list as-path cluster cts device-sensor service-module app-agent "
        "dns-group dns-group-map quit exit name-server command-alias rest-api "
        "Serial: Hardware:"
    ).split()
)
_PROMPT = re.compile(r"[A-Za-z0-9][\w.()/-]*[#>]\w*$|Password:$")
_MARKS = (":", "Cryptochecksum:")
"""How the remarks begin that the ASA prints around a configuration."""
ASA_SUSPECT = frozenset(
    ("static", "global", "conduit", "outbound", "established", "shun", "filter", "alias", "virtual")
)
"""ASA statements that open or redirect traffic and are not read."""

IOS_READ = frozenset(
    "hostname version interface ip access-list object-group ipv6 line snmp-server time-range zone zone-pair".split()
)
IOS_IRRELEVANT = frozenset(
    (
        "aaa alias archive arp banner bba-group boot boot-end-marker boot-start-marker bridge buffers Building "
        "call-home card cdp class-map clock cns config-register control-plane controller crypto Current define "
        "dial-peer dialer-list diagnostic dot11 dot1x enable end errdisable ethernet event exception facility file "
        "flow gatekeeper hw-module isdn kron Last license lldp logging login mac mac-address-table macro memory mls "
        "mmi monitor mpls multilink network-clock no ntp parameter-map parser partition password platform policy-map "
        "port-channel power priority-list privilege process prompt psdn queue-list radius radius-server redundancy "
        "rmon route-map router scheduler security service sip-ua software spanning-tree ssl standby stackwise "
        "subscriber switch system tacacs tacacs-server template terminal tftp-server track transceiver tunnel udld "
        "upgrade username vlan voice vpdn vrf vtp vpdn-group wsma xsd exit quit ! key memory-size nat64 "
        "process-max-time l2vpn lacp md5 mediatrace micro nls object-track performance pseudowire-class qos sampler "
        "scripting wireless ap mgcp bfd-template device-tracking name-server netconf netconf-yang netconf-format nve "
        "telemetry grpc xml bfd spd domain lisp avb licensing throughput rsvp wlccp restconf virtual-service "
        "bsd-client cts voice-card voice-port network-clock-participate telephony-service ephone ephone-dn "
        "resource-pool spe ss7 sdwan endpoint-tracker"
    ).split()
)
IOS_SUSPECT = frozenset(("class", "reflexive"))
"""IOS statements that open or close traffic and are not read."""


_REDIRECTS = {("ip", "policy"), ("ipv6", "policy"), ("policy-route", "route-map")}
"""Policy routing: packets may leave by another interface than the routes say."""


def account(configuration: Configuration, read: frozenset[str], irrelevant: frozenset[str]) -> tuple[Ledger, list[Gap]]:
    """The ledger of the file, and a gap for every kind of statement that is not understood (once a word).

    Raises:
        UnreadableError: most statements are none of this product: a template, a script, another system.
    """
    suspects = ASA_SUSPECT if read is ASA_READ else IOS_SUSPECT
    counts = {"read": 0, "not understood": 0}
    gaps: dict[str, Gap] = {}
    strange = [
        statement
        for statement in configuration.statements
        if (word := statement.words[0]) not in read and not _matters_not(word, irrelevant)
    ]
    if len(strange) * 2 > len(configuration.statements):
        message = (
            f"most of the file is not the configuration of a Cisco firewall or router (this line first: "
            f"{strange[0].words[0]!r}): give the output of 'show running-config' alone"
        )
        raise UnreadableError(configuration.file, message, strange[0].line)
    for statement in configuration.statements:
        word = statement.words[0]
        lines = _lines(statement)
        if word in read:
            counts["read"] += lines
        elif not _matters_not(word, irrelevant):
            counts["not understood"] += lines
            gaps.setdefault(word, _gap(configuration, statement, hides_access=word in suspects))
    words = ASA_INTERFACE if read is ASA_READ else IOS_INTERFACE
    for child in (child for each in configuration.starting("interface") for child in each.children):
        gap = _odd(configuration, child, words)
        if gap is not None:
            gaps.setdefault(gap.path, gap)
            counts["read"] -= _lines(child)
            counts["not understood"] += _lines(child)
    total = configuration.line_count
    rest = max(0, total - counts["read"] - counts["not understood"])
    return Ledger(total, counts["read"], rest, counts["not understood"]), list(gaps.values())


def _matters_not(word: str, irrelevant: frozenset[str]) -> bool:
    """Is it a word that cannot matter, a remark around the configuration, or the prompt of a recorded session?"""
    return word in irrelevant or word.startswith(_MARKS) or bool(_PROMPT.match(word))


def _odd(configuration: Configuration, child: Statement, known: frozenset[str]) -> Gap | None:
    """A gap for a line of an interface that is not known, or that sends packets elsewhere."""
    word = f"{child.words[0]}.{child.at(1)}" if child.words[0] in ("ip", "ipv6") else child.words[0]
    origin = Origin(configuration.file, child.line, child.last_line, child.words[0], "")
    path = f"interface {word.replace('.', ' ')}"
    if child.words[:2] in _REDIRECTS:
        what = "policy routing is not read: packets may leave by another interface than the routes say"
        return Gap(origin, path, child.words[0], what, hides_access=False)
    if word in known:
        return None
    # A filter under an unknown name could only narrow what passes, or be what lets it pass: nobody knows.
    hides = any(part in text.lower() for text in child.words[:2] for part in ("access", "filter", "nat", "zone"))
    return Gap(origin, path, child.words[0], f"statement {child.words[0]!r} of an interface is not known", hides)


def _lines(statement: Statement) -> int:
    return 1 + sum(_lines(child) for child in statement.children)


def _gap(configuration: Configuration, statement: Statement, *, hides_access: bool) -> Gap:
    word = statement.words[0]
    origin = Origin(configuration.file, statement.line, statement.last_line, word, "")
    return Gap(origin, word, word, f"statement {word!r} is not known to fwproof", hides_access)
