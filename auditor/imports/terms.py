"""Port cells as people write them: "443", "tcp/443, 8443-8449", "TCP 80, 443", "53 (TCP/UDP)", "HTTPS", "any"."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

NAMES = {
    "http": "tcp/80", "https": "tcp/443", "ssl": "tcp/443", "ssh": "tcp/22", "sftp": "tcp/22", "telnet": "tcp/23",
    "smtp": "tcp/25", "smtps": "tcp/465", "submission": "tcp/587", "ftp": "tcp/21", "ftps": "tcp/990",
    "dns": "tcp/53 udp/53", "dhcp": "udp/67", "tftp": "udp/69", "kerberos": "tcp/88 udp/88",
    "kpasswd": "tcp/464 udp/464", "pop3": "tcp/110", "pop3s": "tcp/995", "imap": "tcp/143", "imap4": "tcp/143",
    "imaps": "tcp/993", "ntp": "udp/123", "w32time": "udp/123", "epmap": "tcp/135", "snmp": "udp/161",
    "snmptrap": "udp/162", "ldap": "tcp/389", "ldaps": "tcp/636", "smb": "tcp/445", "cifs": "tcp/445",
    "syslog": "udp/514", "radius": "udp/1812-1813", "mssql": "tcp/1433", "sql": "tcp/1433", "oracle": "tcp/1521",
    "mysql": "tcp/3306", "postgresql": "tcp/5432", "postgres": "tcp/5432", "rdp": "tcp/3389", "winrm": "tcp/5985-5986",
    "sip": "tcp/5060 udp/5060", "nfs": "tcp/2049 udp/2049", "netbios": "tcp/139 udp/137-138", "gc": "tcp/3268",
    "icmp": "icmp", "ping": "icmp/8", "icmpv4": "icmp", "icmpv6": "icmp6", "icmp6": "icmp6",
    "gre": "ip/47", "esp": "ip/50", "ah": "ip/51", "ospf": "ip/89", "igmp": "ip/2",
}  # fmt: skip
"""Names that mean the same ports everywhere; a name that a product uses in its own way is not among them."""
_PROTOCOLS = {"tcp": ("tcp",), "udp": ("udp",), "sctp": ("sctp",), "6": ("tcp",), "17": ("udp",), "132": ("sctp",)}
_EVERYTHING = ("any", "all", "*", "alle", "ip", "beliebig", "cualquiera", "hepsi")


class TermError(ValueError):
    """A cell that was not understood; the message says which part."""


def protocols(cell: str) -> tuple[str, ...]:
    """The protocols of a protocol cell: ("tcp", "udp"); () when it is empty, ("any",) for any; else a name of NAMES.

    Raises:
        TermError: an unknown protocol.
    """
    found: list[str] = []
    for word in (part.strip(" ().") for part in re.split(r"[/&+,]| and ", cell.casefold())):
        name = word.removeprefix("ip ").strip() if word not in _EVERYTHING else word
        if not name:
            continue
        if name in _EVERYTHING or name in ("ipv4", "ipv6"):
            found.append("any")
        elif name in _PROTOCOLS:
            found += _PROTOCOLS[name]
        elif name in NAMES and not NAMES[name].startswith(("tcp", "udp")):
            found.append(NAMES[name])
        elif name.isdigit() and int(name) < 256:
            found.append(f"ip/{name}")
        elif name in ("http", "https", "smtp", "ldap", "dns", "rpc", "smb"):
            continue  # an application, not a protocol: the port cell has to say it
        else:
            raise TermError(f"unknown protocol {cell!r}: write TCP, UDP, ICMP or the number of an IP protocol")
    return tuple(dict.fromkeys(found))


def terms(cell: str, stated: tuple[str, ...]) -> tuple[str, ...]:
    """The service terms of a port cell; `stated` are the protocols of its row.

    Raises:
        TermError: something in the cell was not understood, or a port has no protocol.
    """
    import pyparsing

    if cell.strip().casefold() in ("", "-", "–", "n/a", "na", "none", "keine"):
        others = tuple(each for each in stated if "/" in each or each.startswith("icmp"))
        if others and others == stated:
            return others
        raise TermError("no port, and no protocol that has none")
    try:
        items = _grammar().parse_string(cell.casefold(), parse_all=True)
    except pyparsing.ParseBaseException as error:
        rest = cell[error.loc :].split("\n", maxsplit=1)[0][:30]
        raise TermError(f"{cell!r} was not understood at {rest!r}") from None
    found: list[str] = []
    bare: list[str] = []
    current = tuple(each for each in stated if each != "any")
    for kind, *value in items:
        if kind == "protocol":
            current = tuple(value)
        elif kind == "every":
            found += [each if "/" in each or each.startswith("icmp") else f"{each}/any" for each in current] or ["any"]
        elif kind == "ports":
            own, text = value
            named = own or current or (("tcp", "udp") if stated == ("any",) else ())
            if named:
                found += _ports(text, named)
            else:
                bare.append(text)
        else:
            found += value[0]
    for text in bare:
        if not any(each.endswith(f"/{text}") for each in found):  # "HTTPS (443)" says it twice
            raise TermError(f"which protocol is port {text}? Write tcp/{text}, or fill the protocol column")
    if not found and current:
        found = [each if "/" in each or each.startswith("icmp") else f"{each}/any" for each in current]
    return tuple(dict.fromkeys(found))


def _ports(text: str, own: tuple[str, ...]) -> list[str]:
    named = [each for each in own if "/" not in each and not each.startswith("icmp")]
    if not named:
        return list(own)
    first, _, last = text.partition("-")
    if any(int(part) > 65535 for part in (first, last or first)) or int(first) > int(last or first):
        raise TermError(f"{text} is no port or range of ports")
    return [f"{each}/{text}" for each in named]


@cache
def _grammar() -> Any:
    """The grammar of a port cell; each item is (kind, value...)."""
    from pyparsing import Literal, Optional, Regex, Suppress, Word, ZeroOrMore, nums, one_of

    number = Word(nums, max=5)
    dash = Suppress(one_of("- – — : .. to bis"))
    ranged = (number + dash + number).set_parse_action(lambda found: f"{found[0]}-{found[1]}")
    above = (Suppress(one_of("> >=")) + number).set_parse_action(lambda found: f"{int(found[0]) + 1}-65535")
    from_on = (number + Suppress(Literal("+"))).set_parse_action(lambda found: f"{found[0]}-65535")
    port = above | ranged | from_on | number
    one = r"(?:tcp|udp|sctp)"
    several = rf"{one}(?:\s*[/&+,]\s*{one})*(?![a-z0-9])"
    before = Regex(several).set_parse_action(_heading) + Suppress(Optional(one_of(": - /")))
    slashed = rf"{one}(?:\s*[/&+]\s*{one})*(?![a-z0-9])"
    behind = Regex(rf"\s*/\s*{slashed}|\s*[(-]\s*{several}\s*\)?|\s+{several}(?!\s*[:/-]?\s*\d)")
    with_protocol = (port + behind.leave_whitespace()).set_parse_action(_qualified)
    alone = (above | ranged | from_on | Word(nums, max=5)).set_parse_action(lambda found: [("ports", (), found[0])])
    other = Regex(r"ip(?: proto(?:col)?)?[ /](\d{1,3})(?!\d)").set_parse_action(_ip)
    everything = Regex(r"(?:any|all|alle|beliebig|\*)(?:\s+ports?)?(?![a-z])").set_parse_action(lambda: [("every",)])
    names = "|".join(sorted(NAMES, key=len, reverse=True))
    name = Regex(rf"(?:{names})(?![a-z0-9])").set_parse_action(lambda found: [("terms", NAMES[found[0]].split())])
    dynamic = Regex(
        r"(?:dynamic|ephemeral|random|high)?\s*rpc(?:\s*(?:dynamic|ports?|range))*(?![a-z])|dynamic\s+ports?"
    )
    rpc = dynamic.set_parse_action(lambda: [("terms", ["tcp/$rpc_dynamic"])])
    remark = Suppress(Regex(r"\([^()0-9]*\)|#.*|ports?:?(?![a-z])"))
    separator = Suppress(one_of(", ; / & + | ( ) and und y ve"))
    # "dns (53 tcp)" before a remark; a protocol behind its port before one that stands in front.
    return ZeroOrMore(other | with_protocol | before | alone | everything | rpc | name | remark | separator)


def _heading(found: Any) -> Any:
    return [("protocol", *re.findall("tcp|udp|sctp", found[0]))]


def _qualified(found: Any) -> Any:
    return [("ports", tuple(re.findall("tcp|udp|sctp", found[1])), found[0])]


def _ip(found: Any) -> Any:
    return [("terms", [f"ip/{re.findall('[0-9]+', found[0])[-1]}"])]
