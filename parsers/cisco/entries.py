"""Access-list entries of ASA and IOS: the words of one line into source, destination, service and conditions.

Sources: Cisco ASA Series Command Reference, `access-list extended`; Cisco IOS Security Command Reference,
`permit (IP)`, `access-list (IP extended)`. ASA writes netmasks, IOS wildcard masks (bits set are ignored).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from parsers.cisco.objects import Objects, Resolved, wildcard_set
from parsers.cisco.words import ICMP6_TYPES, ICMP_MESSAGES, ICMP_TYPES, PROTOCOLS, port_number
from parsers.model.addresses import ANY_ADDRESS, ANY_IPV4, ANY_IPV6, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.intervals import EMPTY_INTERVALS, IntervalSet
from parsers.model.rule import Condition, Truth
from parsers.model.services import ANY_SERVICE, ICMP, ICMPV6, PORT_PROTOCOLS, PORTS, SCTP, TCP, UDP, ServiceSet

_OPERATORS = frozenset({"eq", "neq", "gt", "lt", "range"})
_FLAGS = frozenset({"ack", "fin", "psh", "rst", "syn", "urg", "match-any", "match-all"})
_IGNORED = frozenset({"rule-id", "event-log"})
_VALUED = {"dscp": 1, "precedence": 1, "tos": 1, "option": 1, "reflect": 1, "timeout": 1, "flow-label": 1}


@dataclass(slots=True)
class Words:
    """A line's words with a reading position."""

    words: tuple[str, ...]
    position: int = 0

    def peek(self) -> str:
        """The next word in lower case, "" at the end."""
        return self.words[self.position].lower() if self.position < len(self.words) else ""

    def take(self) -> str:
        """The next word as written.

        Raises:
            ValueError: the line ends too early.
        """
        if self.position >= len(self.words):
            raise ValueError("the line ends too early")
        self.position += 1
        return self.words[self.position - 1]


@dataclass(frozen=True, slots=True)
class Entry:
    """What one access-list line says."""

    permit: bool
    source: Resolved
    destination: Resolved
    service: Bounded[ServiceSet]
    source_words: str
    destination_words: str
    service_words: str
    conditions: tuple[Condition, ...]
    active: bool
    logged: bool
    uncertain: tuple[str, ...]
    ingress: str = ""
    egress: str = ""
    """FTD names interfaces inside a line (`ifc outside`)."""


@dataclass(slots=True)
class _Draft:
    conditions: list[Condition] = field(default_factory=list)
    uncertain: list[str] = field(default_factory=list)
    active: bool = True
    logged: bool = False


def read_entry(words: tuple[str, ...], objects: Objects, *, wildcards: bool) -> Entry:
    """An extended entry from "permit" or "deny" on.

    Args:
        words: the words of the line, beginning with permit or deny.
        objects: what names stand for.
        wildcards: True for IOS (wildcard masks), False for ASA (netmasks).

    Raises:
        ValueError: a word that is not understood; the message names it.
    """
    line, draft = Words(words), _Draft()
    permit = line.take().lower() == "permit"
    service, protocols = _protocol(line, objects, draft)
    _users(line, draft)
    ingress = _interface(line)
    start = line.position
    source = read_address(line, objects, wildcards=wildcards)
    source_words = " ".join(words[start : line.position])
    sources = _ports(line, objects, protocols)
    _users(line, draft)
    egress = _interface(line)
    start = line.position
    destination = read_address(line, objects, wildcards=wildcards)
    destination_words = " ".join(words[start : line.position])
    start = line.position
    destinations = _ports(line, objects, protocols)
    if sources is not None or destinations is not None:
        limits = ServiceSet.union(
            ServiceSet.ports(
                each, PORTS if destinations is None else destinations, PORTS if sources is None else sources
            )
            for each in protocols
        )
        service = Bounded(service.certain & limits, service.possible & limits)
    elif protocols and protocols <= {ICMP, ICMPV6}:
        service = Bounded.exactly(_icmp(line, objects, service.possible))
    service_words = " ".join((words[1], *words[start : line.position]))
    _options(line, objects, draft)
    reasons = (*draft.uncertain, *source.uncertain, *destination.uncertain)
    return Entry(
        permit, source, destination, service, source_words, destination_words, service_words,
        tuple(draft.conditions), draft.active, draft.logged, reasons, ingress, egress,
    )  # fmt: skip


def _interface(line: Words) -> str:
    if line.peek() != "ifc":
        return ""
    line.take()
    return line.take()


def read_standard_entry(words: tuple[str, ...], objects: Objects, *, wildcards: bool) -> Entry:
    """A standard entry from "permit" or "deny" on: only the source is limited (IOS), or only the destination (ASA)."""
    line, draft = Words(words), _Draft()
    permit = line.take().lower() == "permit"
    start = line.position
    source = read_address(line, objects, wildcards=wildcards)
    shown = " ".join(words[start : line.position])
    _options(line, objects, draft)
    anywhere = Resolved(Bounded.exactly(ANY_IPV4))
    return Entry(
        permit, source, anywhere, Bounded.exactly(ANY_SERVICE), shown, "any", "ip",
        tuple(draft.conditions), draft.active, draft.logged, source.uncertain,
    )  # fmt: skip


def read_address(line: Words, objects: Objects, *, wildcards: bool) -> Resolved:
    """One address specification: any, host A, A MASK, A/LEN, object, object-group, interface.

    Raises:
        ValueError: not an address specification.
    """
    word = line.take()
    low = word.lower()
    if low == "any":
        return Resolved(Bounded.exactly(ANY_ADDRESS if objects.dual_stack else ANY_IPV4))
    if low in ("any4", "any6"):
        return Resolved(Bounded.exactly(ANY_IPV4 if low == "any4" else ANY_IPV6))
    if low == "host":
        return objects.host(line.take())
    if low in ("object", "object-group"):
        return objects.network(line.take())
    if low == "interface":
        return objects.interface(line.take())
    if "/" in word:
        return Resolved(Bounded.exactly(AddressSet.network(word)))
    following = line.peek()
    if following.count(".") == 3:
        return _masked(objects.name(word), line.take(), wildcards=wildcards)
    return objects.host(word)


def _masked(address: str, mask: str, *, wildcards: bool) -> Resolved:
    if not wildcards:
        return Resolved(Bounded.exactly(AddressSet.network(f"{address}/{mask}")))
    found, exact = wildcard_set(address, mask)
    if exact:
        return Resolved(Bounded.exactly(found))
    reason = f"wildcard {address} {mask} stands for more than 65,536 ranges"
    return Resolved(Bounded(AddressSet(), found), (reason,))


def _protocol(line: Words, objects: Objects, draft: _Draft) -> tuple[Bounded[ServiceSet], frozenset[int]]:
    word = line.take()
    low = word.lower()
    if low in ("object-group", "object"):
        resolved = objects.service(line.take())
        draft.uncertain += resolved.uncertain
        return resolved.services, resolved.port_protocols
    if low in ("ip", "ipv6"):
        return Bounded.exactly(ANY_SERVICE), frozenset()
    number = protocol_number(word)
    return Bounded.exactly(ServiceSet.protocol(number)), frozenset({number})


def protocol_number(word: str) -> int:
    """An IP protocol by number (0 to 255) or Cisco name.

    Raises:
        ValueError: neither.
    """
    if word.isdigit() and int(word) <= 255:
        return int(word)
    try:
        return PROTOCOLS[word.lower()]
    except KeyError:
        raise ValueError(f"unknown protocol {word!r}") from None


def _users(line: Words, draft: _Draft) -> None:
    while line.peek() in ("user", "user-group", "object-group-user", "security-group", "object-group-security"):
        kind = line.take()
        if kind == "security-group":
            line.take()
        draft.conditions.append(Condition("identity", f"only for {kind} {line.take()}"))


def _ports(line: Words, objects: Objects, protocols: frozenset[int]) -> IntervalSet | None:
    """Ports after an address, None when the line does not limit them."""
    if not protocols or not protocols <= PORT_PROTOCOLS:
        return None
    word = line.peek()
    if word in ("object-group", "object"):
        name = line.words[line.position + 1] if line.position + 1 < len(line.words) else ""
        if not objects.is_port_group(name):
            return None
        line.position += 2
        return objects.ports(name)
    if word not in _OPERATORS:
        return None
    return read_ports(line)


def read_ports(line: Words) -> IntervalSet:
    """A port condition: eq (IOS takes several), neq, gt, lt, range.

    Raises:
        ValueError: an unknown operator or port.
    """
    operator = line.take().lower()
    first = port_number(line.take())
    if operator == "eq":
        found = IntervalSet.single(first)
        while line.peek() and _is_port(line.peek()):
            found |= IntervalSet.single(port_number(line.take()))
        return found
    if operator == "neq":
        return PORTS - IntervalSet.single(first)
    if operator == "gt":
        return IntervalSet.of((first + 1, 65535)) if first < 65535 else EMPTY_INTERVALS
    if operator == "lt":
        return IntervalSet.of((0, first - 1)) if first > 0 else EMPTY_INTERVALS
    if operator == "range":
        last = port_number(line.take())
        return IntervalSet.of((min(first, last), max(first, last)))
    raise ValueError(f"unknown port operator {operator!r}")


def _is_port(word: str) -> bool:
    try:
        port_number(word)
    except ValueError:
        return False
    return True


def _icmp(line: Words, objects: Objects, service: ServiceSet) -> ServiceSet:
    protocol = ICMPV6 if service.overlaps(ServiceSet.protocol(ICMPV6)) else ICMP
    word = line.peek()
    if word == "object-group":
        line.take()
        return ServiceSet.union(ServiceSet.icmp(protocol, kind) for kind in objects.icmp_types(line.take()))
    if protocol == ICMP and word in ICMP_MESSAGES:
        line.take()
        return ServiceSet.icmp(ICMP, *ICMP_MESSAGES[word])
    names = ICMP6_TYPES if protocol == ICMPV6 else ICMP_TYPES
    if word not in names and not word.isdigit():
        return service
    line.take()
    kind = names[word] if word in names else int(word)
    code = int(line.take()) if line.peek().isdigit() else None
    return ServiceSet.icmp(protocol, kind, code)


def _options(line: Words, objects: Objects, draft: _Draft) -> None:
    while word := line.peek():
        line.take()
        if word in ("log", "log-input"):
            _log(line, draft)
        elif word in _IGNORED:
            line.take()
        elif word == "inactive":
            draft.active = False
        elif word == "time-range":
            draft.conditions.append(objects.time_range(line.take()))
        elif word == "established":
            # Sessions are judged by their first packet, which carries neither ACK nor RST.
            draft.conditions.append(Condition("established", "only replies in a TCP session", Truth.FALSE, later=True))
        elif word in _FLAGS:
            draft.conditions.append(Condition("tcp-flags", f"only packets with flag {word}"))
        elif word.startswith(("+", "-")):
            draft.conditions.append(Condition("tcp-flags", f"only packets with flags {word}"))
        elif word == "fragments":
            draft.conditions.append(Condition("fragments", "only non-initial fragments", Truth.FALSE, later=True))
        elif word == "ttl":
            draft.conditions.append(Condition("ttl", f"only ttl {line.take()} {line.take()}"))
        elif word in _VALUED:
            draft.conditions.append(Condition(word, f"only {word} {line.take()}"))
        else:
            raise ValueError(f"unknown word {word!r}")


def _log(line: Words, draft: _Draft) -> None:
    draft.logged = True
    while word := line.peek():
        if word == "disable":
            draft.logged = False
        elif word == "interval":
            line.take()
        elif not (word.isdigit() or word in _LEVELS):
            return
        line.take()


_LEVELS = frozenset(
    {"default", "emergencies", "alerts", "critical", "errors", "warnings", "notifications", "informational",
     "debugging"}
)  # fmt: skip

PORT_WORDS = {"tcp": (TCP,), "udp": (UDP,), "tcp-udp": (TCP, UDP), "sctp": (SCTP,)}
"""Protocols in the header of a service group that lists ports."""
