"""Names that Cisco configurations use for protocols, ports and ICMP types.

Sources: Cisco ASA Series General Operations CLI Configuration Guide, "Protocols and Applications" (ports and ICMP
types by name); Cisco IOS Security Command Reference, `access-list (IP extended)`.
"""

from __future__ import annotations

from collections.abc import Mapping

PROTOCOLS: Mapping[str, int] = {
    "icmp": 1, "igmp": 2, "ipinip": 4, "tcp": 6, "igrp": 9, "udp": 17, "gre": 47, "esp": 50, "ipsec": 50, "ah": 51,
    "ahp": 51, "icmp6": 58, "eigrp": 88, "ospf": 89, "nos": 94, "pim": 103, "pcp": 108, "snp": 109, "sctp": 132,
    "hbh": 0, "ipv6": 41,
}  # fmt: skip
"""IP protocol numbers; "ip" (every protocol) is handled by the reader."""

PORTS: Mapping[str, int] = {
    "aol": 5190, "bgp": 179, "biff": 512, "bootpc": 68, "bootps": 67, "chargen": 19, "cifs": 3020, "citrix-ica": 1494,
    "cmd": 514, "ctiqbe": 2748, "daytime": 13, "discard": 9, "dnsix": 195, "domain": 53, "drip": 3949, "echo": 7,
    "exec": 512, "finger": 79, "ftp": 21, "ftp-data": 20, "gopher": 70, "h323": 1720, "hostname": 101, "http": 80,
    "https": 443, "ident": 113, "imap4": 143, "irc": 194, "isakmp": 500, "kerberos": 750, "klogin": 543,
    "kshell": 544, "ldap": 389, "ldaps": 636, "login": 513, "lotusnotes": 1352, "lpd": 515, "mobile-ip": 434,
    "msrpc": 135, "nameserver": 42, "netbios-dgm": 138, "netbios-ns": 137, "netbios-ss": 139, "netbios-ssn": 139,
    "nfs": 2049, "nntp": 119, "non500-isakmp": 4500, "ntp": 123, "onep-plain": 15001, "onep-tls": 15002,
    "pcanywhere-data": 5631, "pcanywhere-status": 5632, "pim-auto-rp": 496, "pop2": 109, "pop3": 110, "pptp": 1723,
    "radius": 1645, "radius-acct": 1646, "rip": 520, "rsh": 514, "rtsp": 554, "secureid-udp": 5510, "sip": 5060,
    "smtp": 25, "snmp": 161, "snmptrap": 162, "sqlnet": 1521, "ssh": 22, "sunrpc": 111, "syslog": 514, "tacacs": 49,
    "talk": 517, "telnet": 23, "tftp": 69, "time": 37, "uucp": 540, "vxlan": 4789, "who": 513, "whois": 43,
    "www": 80, "xdmcp": 177,
}  # fmt: skip
"""Ports by name. `talk` is 517 for both protocols, `syslog` UDP 514, `cmd` and `rsh` TCP 514, `who` UDP 513."""

ICMP_TYPES: Mapping[str, int] = {
    "echo-reply": 0, "unreachable": 3, "source-quench": 4, "redirect": 5, "alternate-address": 6, "echo": 8,
    "router-advertisement": 9, "router-solicitation": 10, "time-exceeded": 11, "parameter-problem": 12,
    "timestamp-request": 13, "timestamp-reply": 14, "information-request": 15, "information-reply": 16,
    "mask-request": 17, "mask-reply": 18, "traceroute": 30, "conversion-error": 31, "mobile-redirect": 32,
}  # fmt: skip

ICMP_MESSAGES: Mapping[str, tuple[int, int]] = {
    "net-unreachable": (3, 0), "host-unreachable": (3, 1), "protocol-unreachable": (3, 2), "port-unreachable": (3, 3),
    "packet-too-big": (3, 4), "source-route-failed": (3, 5), "network-unknown": (3, 6), "host-unknown": (3, 7),
    "host-isolated": (3, 8), "dod-net-prohibited": (3, 9), "dod-host-prohibited": (3, 10),
    "net-tos-unreachable": (3, 11), "host-tos-unreachable": (3, 12), "administratively-prohibited": (3, 13),
    "host-precedence-unreachable": (3, 14), "precedence-unreachable": (3, 15), "net-redirect": (5, 0),
    "host-redirect": (5, 1), "net-tos-redirect": (5, 2), "host-tos-redirect": (5, 3), "ttl-exceeded": (11, 0),
    "reassembly-timeout": (11, 1), "general-parameter-problem": (12, 0), "option-missing": (12, 1),
    "no-room-for-option": (12, 2),
}  # fmt: skip
"""IOS names a message by type and code at once."""

ICMP6_TYPES: Mapping[str, int] = {
    "unreachable": 1, "packet-too-big": 2, "time-exceeded": 3, "parameter-problem": 4, "echo": 128,
    "echo-request": 128, "echo-reply": 129, "membership-query": 130, "membership-report": 131,
    "membership-reduction": 132, "router-solicitation": 133, "router-advertisement": 134,
    "neighbor-solicitation": 135, "neighbor-advertisement": 136, "nd-ns": 135, "nd-na": 136,
    "destination-unreachable": 1, "mld-query": 130, "mld-report": 131, "mld-reduction": 132, "mldv2-report": 143,
    "neighbor-redirect": 137, "router-renumbering": 138,
}  # fmt: skip


def port_number(word: str) -> int:
    """The number of a port written as a number (0 to 65535) or a Cisco name.

    Raises:
        ValueError: neither.
    """
    if word.isascii() and word.isdigit() and int(word) <= 65535:
        return int(word)
    try:
        return PORTS[word.lower()]
    except KeyError:
        raise ValueError(f"unknown port {word!r}") from None
