"""Address, port and protocol tokens of Windows rules as bounded sets.

Source: the reference, sections 7.3 and 7.4: keywords resolve on the host at run time.
"""

from __future__ import annotations

from parsers.model.addresses import (
    ANY_ADDRESS,
    ANY_IPV4,
    ANY_IPV6,
    NO_ADDRESS,
    PUBLIC,
    AddressSet,
)
from parsers.model.bounds import Bounded
from parsers.model.intervals import EMPTY_INTERVALS, IntervalSet
from parsers.model.services import (
    ANY_SERVICE,
    ICMP,
    ICMPV6,
    NO_SERVICE,
    PORT_PROTOCOLS,
    PORTS,
    ServiceSet,
    parse_ports,
)
from parsers.windows.written import WrittenHost, WrittenRule

FIXED_PORTS = {
    "rpc-epmap": "135", "rpcepmap": "135", "iphttps": "443", "iphttpsin": "443", "iptlsin": "443", "iphttpsout": "443",
    "iptlsout": "443", "mdns": "5353", "dhcp": "67-68",
}  # fmt: skip
_RUNTIME_PORTS = {
    "rpc": (1024, 65535),
    "teredo": (1, 65535),
    "ply2disc": (1, 65535),
    "playtodiscovery": (1, 65535),
    "cortana_out": (1, 65535),
    "cortanaout": (1, 65535),
    "tcpcdpsvc": (1, 65535),
}
_LINK_LOCAL = AddressSet.network("169.254.0.0/16") | AddressSet.network("fe80::/10")
NEIGHBOURHOOD = (ANY_ADDRESS - PUBLIC) | _LINK_LOCAL
"""Where a local subnet can lie when the host's networks are not exported: never in the Internet's address space."""

Resolved = tuple[Bounded[AddressSet], tuple[str, ...]]


def addresses(tokens: tuple[str, ...], host: WrittenHost) -> Resolved:
    """The addresses of LocalIP or RemoteIP tokens; () is any.

    Raises:
        ValueError: a token that is neither an address form nor a keyword.
    """
    if not tokens:
        return Bounded.exactly(ANY_ADDRESS), ()
    parts: list[Bounded[AddressSet]] = []
    reasons: list[str] = []
    for token in tokens:
        found, reason = _of_family(token, *_address(token, host))
        parts.append(found)
        if reason:
            reasons.append(reason)
    whole = Bounded(AddressSet.union(part.certain for part in parts), AddressSet.union(part.possible for part in parts))
    return whole, tuple(dict.fromkeys(reasons))


def _of_family(token: str, found: Bounded[AddressSet], reason: str) -> tuple[Bounded[AddressSet], str]:
    """A keyword with a suffix ("LocalSubnet4") stands for addresses of that family only."""
    if token[0].isdigit() or ":" in token or token[-1] not in "46":
        return found, reason
    family = ANY_IPV4 if token[-1] == "4" else ANY_IPV6
    return Bounded(found.certain & family, found.possible & family), reason


def _address(token: str, host: WrittenHost) -> tuple[Bounded[AddressSet], str]:
    word = token.casefold().replace("-", "").replace("_", "")
    if token[0].isdigit() or ":" in token:
        first, dash, last = token.partition("-")
        if dash:
            return Bounded.exactly(AddressSet.range(first.strip(), last.strip())), ""
        return Bounded.exactly(AddressSet.network(token)), ""
    if word.rstrip("46") == "localsubnet":
        if host.networks:
            return Bounded.exactly(host.networks | _LINK_LOCAL), ""
        return Bounded(NO_ADDRESS, NEIGHBOURHOOD), "LocalSubnet: the host's networks are not in the export"
    if word.rstrip("46") == "any":
        return Bounded.exactly(ANY_ADDRESS), ""
    if word.rstrip("46") in ("dns", "dhcp", "wins", "defaultgateway"):
        return Bounded(NO_ADDRESS, ANY_ADDRESS), f"{token}: the host's {token} servers are not in the export"
    if word.rstrip("46") in ("intranet", "rmtintranet", "intranetremoteaccess"):
        return Bounded(NO_ADDRESS, ANY_ADDRESS), f"{token}: decided by network isolation on the host"
    if word.rstrip("46") == "internet":
        return Bounded(NO_ADDRESS, ANY_ADDRESS), f"{token}: decided by network isolation on the host"
    if word.rstrip("46") in ("ply2renders", "playtodevice", "captiveportal"):
        return Bounded(NO_ADDRESS, ANY_ADDRESS), f"{token}: found at run time"
    raise ValueError(f"unknown address {token!r}")


_ANY_PORTS = Bounded.exactly(PORTS)


def _ports(tokens: tuple[str, ...], host: WrittenHost) -> tuple[Bounded[IntervalSet], tuple[str, ...]]:
    if not tokens:
        return _ANY_PORTS, ()
    if len(tokens) == 1 and tokens[0].isdigit():
        return Bounded.exactly(parse_ports(tokens[0])), ()
    certain = possible = EMPTY_INTERVALS
    reasons: list[str] = []
    for token in tokens:
        word = token.casefold()
        if token[0].isdigit():
            span = parse_ports(token)
            certain, possible = certain | span, possible | span
        elif word in FIXED_PORTS:
            span = parse_ports(FIXED_PORTS[word])
            certain, possible = certain | span, possible | span
        elif word == "rpc" and host.dynamic_tcp is not None:
            certain, possible = certain | host.dynamic_tcp, possible | host.dynamic_tcp
        elif word in _RUNTIME_PORTS:
            possible |= IntervalSet.of(_RUNTIME_PORTS[word])
            reasons.append(
                "RPC stands for the dynamic ports in use; the range (49152-65535, or 6005-65534 on Exchange 2010 "
                "Client Access) is not in the export"
                if word == "rpc"
                else f"port {token} is chosen at run time"
            )
        elif word == "any":
            return Bounded.exactly(PORTS), ()
        else:
            raise ValueError(f"unknown port {token!r}")
    return Bounded(certain, possible), tuple(reasons)


def services(rule: WrittenRule, host: WrittenHost) -> tuple[Bounded[ServiceSet], tuple[str, ...]]:
    """The services a rule matches, as the packet carries them (inbound: local port is the destination).

    Raises:
        ValueError: an unknown port keyword.
    """
    if rule.protocol is None:
        if rule.local_ports or rule.remote_ports or rule.icmp:
            # Windows refuses such a rule (section 7.3): what an export that holds one means is not known.
            return Bounded(NO_SERVICE, ANY_SERVICE), ("ports or ICMP types without a protocol",)
        return Bounded.exactly(ANY_SERVICE), ()
    if rule.protocol in (ICMP, ICMPV6):
        if not rule.icmp:
            return Bounded.exactly(ServiceSet.protocol(rule.protocol)), ()
        kinds = ServiceSet.union(ServiceSet.icmp(rule.protocol, kind, code) for kind, code in rule.icmp)
        return Bounded.exactly(kinds), ()
    if rule.protocol not in PORT_PROTOCOLS:
        return Bounded.exactly(ServiceSet.protocol(rule.protocol)), ()
    local, unsure = _ports(rule.local_ports, host)
    remote, doubt = _ports(rule.remote_ports, host)
    target, origin = (local, remote) if rule.direction == "in" else (remote, local)
    certain = ServiceSet.ports(rule.protocol, target.certain, origin.certain)
    if target.is_exact and origin.is_exact:
        return Bounded.exactly(certain), ()
    possible = ServiceSet.ports(rule.protocol, target.possible, origin.possible)
    return Bounded(certain or NO_SERVICE, possible), unsure + doubt


class Scopes:
    """`addresses` and `services` of one host, resolved once per distinct tokens: most rules repeat a few."""

    def __init__(self, host: WrittenHost) -> None:
        self._host = host
        self._addresses: dict[tuple[str, ...], Resolved] = {}
        self._services: dict[tuple[object, ...], tuple[Bounded[ServiceSet], tuple[str, ...]]] = {}

    def addresses(self, tokens: tuple[str, ...]) -> Resolved:
        """As the function of the same name."""
        found = self._addresses.get(tokens)
        if found is None:
            found = self._addresses[tokens] = addresses(tokens, self._host)
        return found

    def services(self, rule: WrittenRule) -> tuple[Bounded[ServiceSet], tuple[str, ...]]:
        """As the function of the same name."""
        key = (rule.direction, rule.protocol, rule.local_ports, rule.remote_ports, rule.icmp)
        found = self._services.get(key)
        if found is None:
            found = self._services[key] = services(rule, self._host)
        return found
