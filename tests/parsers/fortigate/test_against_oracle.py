"""Random policies as FortiOS text against a naive reading of the reference, section 7.1, packet by packet.

The naive side knows nothing of the parser, the model or the engine: it holds the configuration as plain values, writes
it as text, and answers for one packet in one world (what host names stand for, which schedules and users apply, and
the points the reference leaves open). What fwproof calls allowed must be allowed in every world, what it calls
blocked in none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.parsers.fortigate.writing import read, table, verdict_of

Decide = Callable[[str], bool]
calm = settings(max_examples=80, suppress_health_check=list(HealthCheck))

ADDRESSES = {
    "all": ("set type ipmask", 0, 2**32 - 1),
    "net": ("set subnet 10.0.0.0/29", 0x0A000000, 0x0A000007),
    "host": ("set subnet 10.0.0.5/32", 0x0A000005, 0x0A000005),
    "span": ("set type iprange\nset start-ip 10.0.0.4\nset end-ip 10.0.0.9", 0x0A000004, 0x0A000009),
    "out": ("set subnet 198.51.100.0/24", 0xC6336400, 0xC63364FF),
}
"""Name: (text, first, last)."""
GROUPS = {"pair": (("net", "out"), ()), "hole": (("net", "span"), ("host",)), "rest": (("all",), ("out", "name"))}
"""Name: (members, excluded members)."""
NAMES = (*ADDRESSES, *GROUPS, "name")
"""`name` is a host name: a world says which of the packet's addresses it stands for."""
SERVICES = {
    "web": ("set tcp-portrange 80 443", lambda proto, sport, port: proto == 6 and port in (80, 443)),
    "low": ("set tcp-portrange 443:1-1023", lambda proto, sport, port: proto == 6 and port == 443 and sport < 1024),
    "dns": ("set udp-portrange 53-54", lambda proto, sport, port: proto == 17 and port in (53, 54)),
    "ALL": ("set protocol IP", lambda proto, sport, port: True),
}
SCHEDULES = {"always": True, "never": False, "night": None}
"""None: a world says whether it applies."""
VIPS = {
    "one": "set extip 203.0.113.10\nset mappedip 10.0.0.5",
    "row": "set extip 203.0.113.10-203.0.113.13\nset mappedip 10.0.0.4-10.0.0.7",
    "port": "set extip 203.0.113.10\nset mappedip 10.0.0.5\nset portforward enable\nset extport 8080\nset mappedport 80",
    "some": "set extip 203.0.113.11\nset mappedip 10.0.0.6\nset src-filter 198.51.100.0/25",
}


@dataclass(frozen=True)
class Policy:
    accept: bool
    enabled: bool
    source: tuple[str, ...]
    target: tuple[str, ...]
    vips: tuple[str, ...]
    service: tuple[str, ...]
    negated: tuple[bool, bool, bool]
    schedule: str
    users: bool
    match_vip: bool

    def text(self) -> str:
        lines = ["set srcintf wan", "set dstintf lan", f"set srcaddr {' '.join(self.source)}"]
        lines += [f"set dstaddr {' '.join((*self.target, *self.vips))}", f"set service {' '.join(self.service)}"]
        lines += [f"set schedule {self.schedule}", *(["set action accept"] if self.accept else [])]
        lines += [] if self.enabled else ["set status disable"]
        keywords = ("srcaddr-negate", "dstaddr-negate", "service-negate")
        lines += [f"set {keyword} enable" for keyword, on in zip(keywords, self.negated, strict=True) if on]
        lines += ["set groups staff"] if self.users else []
        return "\n".join([*lines, *(["set match-vip enable"] if self.match_vip else [])])


@dataclass(frozen=True)
class Packet:
    source: int
    target: int
    protocol: int
    source_port: int
    port: int


def stands(name: str, number: int, decide: Decide) -> bool:
    """Is an address in an object or group?"""
    if name == "name":
        return decide(f"host name is {number}")
    if name in GROUPS:
        members, excluded = GROUPS[name]
        inside = any(stands(each, number, decide) for each in members)
        return inside and not any(stands(each, number, decide) for each in excluded)
    _, first, last = ADDRESSES[name]
    return first <= number <= last


def translated(packet: Packet, order: list[str], used: set[str]) -> tuple[Packet, str]:
    """The first virtual IP of the table that some policy names and that takes the packet."""
    offset = packet.target - 0xCB00710A
    for name in order:
        if name not in used:
            continue
        if name == "one" and offset == 0:
            return Packet(packet.source, 0x0A000005, packet.protocol, packet.source_port, packet.port), name
        if name == "row" and 0 <= offset <= 3:
            return Packet(packet.source, 0x0A000004 + offset, packet.protocol, packet.source_port, packet.port), name
        if name == "port" and offset == 0 and (packet.protocol, packet.port) == (6, 8080):
            return Packet(packet.source, 0x0A000005, 6, packet.source_port, 80), name
        if name == "some" and offset == 1 and 0xC6336400 <= packet.source <= 0xC633647F:
            return Packet(packet.source, 0x0A000006, packet.protocol, packet.source_port, packet.port), name
    return packet, ""


SERVERS = {"one": (5, 5), "row": (4, 7), "port": (5, 5), "some": (6, 6)}


@dataclass(frozen=True)
class Dropped:
    """An entry of an access control list: compared with the packet as the client sends it."""

    source: str
    target: str
    service: str

    def text(self) -> str:
        return f"set interface wan\nset srcaddr {self.source}\nset dstaddr {self.target}\nset service {self.service}"

    def takes(self, packet: Packet, decide: Decide) -> bool:
        ends = stands(self.source, packet.source, decide) and stands(self.target, packet.target, decide)
        return ends and SERVICES[self.service][1](packet.protocol, packet.source_port, packet.port)


def permits(
    policies: list[Policy], order: list[str], packet: Packet, decide: Decide, dropped: list[Dropped], *, central: bool
) -> bool:
    """Section 7.1, step 2 and 5, and 7.4 where NAT is `central`, for FortiOS 7.0."""
    if any(each.takes(packet, decide) for each in dropped):
        return False
    used = set(order) if central else {name for policy in policies for name in policy.vips}
    arrived, by = translated(packet, order, used)
    for number, policy in enumerate(policies):
        if policy.enabled and _matches(policy, number, arrived, by, decide, central=central):
            return policy.accept
    return False


def _matches(policy: Policy, number: int, packet: Packet, by: str, decide: Decide, *, central: bool) -> bool:
    applies = SCHEDULES[policy.schedule]
    if applies is False or (applies is None and not decide("night")):
        return False
    if policy.users and not decide(f"user of {number}"):
        return False
    if any(stands(each, packet.source, decide) for each in policy.source) == policy.negated[0]:
        return False
    asked = (packet.protocol, packet.source_port, packet.port)
    if any(SERVICES[each][1](*asked) for each in policy.service) == policy.negated[2]:
        return False
    plain = any(stands(each, packet.target, decide) for each in policy.target)
    if central:
        # Policies name real addresses; what one does that names a virtual IP all the same is open.
        named = bool(by) and by in policy.vips and not policy.negated[1] and decide(f"central {number}")
        return plain != policy.negated[1] or named
    if policy.negated[1]:
        # Whether the complement takes packets of virtual IPs it does not name is open.
        return by not in policy.vips and decide(f"negated {number}") if by else not plain
    if by:
        if by in policy.vips:
            return True
        if policy.match_vip and not policy.accept:
            return "all" in policy.target or (bool(policy.target) and decide(f"match-vip {number}"))
        return False
    straight = any(first <= packet.target - 0x0A000000 <= last for first, last in map(SERVERS.get, policy.vips))
    return plain or (straight and decide(f"straight {number}"))


def some(names: tuple[str, ...], most: int = 2) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(names), min_size=1, max_size=most, unique=True).map(tuple)


@st.composite
def written(draw: st.DrawFn) -> Policy:
    vips = draw(st.one_of(st.just(()), some(tuple(VIPS))))
    accept = draw(st.booleans())
    target = draw(st.one_of(st.just(()), some(NAMES))) if vips else draw(some(NAMES))
    return Policy(
        accept=accept,
        enabled=draw(st.sampled_from((True, True, True, False))),
        source=draw(some(NAMES)),
        target=target,
        vips=vips,
        service=draw(some(tuple(SERVICES))),
        negated=draw(st.tuples(*(st.sampled_from((False, False, False, True)) for _ in range(3)))),
        schedule=draw(st.sampled_from(("always", "always", "always", "never", "night"))),
        users=draw(st.sampled_from((False, False, False, True))),
        match_vip=not accept and draw(st.booleans()),
    )


PACKETS = [
    Packet(source, target, *rest)
    for source in (0xC6336407, 0xC63364C8, 0x0A000005)
    for target in (0xCB00710A, 0xCB00710B, 0xCB00710C, 0x0A000005, 0x0A000006, 0xC6336409)
    for rest in ((6, 40000, 443), (6, 1000, 443), (6, 40000, 8080), (17, 40000, 53), (6, 40000, 80))
]


def quad(number: int) -> str:
    return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))


DROPPED = st.builds(Dropped, st.sampled_from(NAMES), st.sampled_from(NAMES), st.sampled_from(tuple(SERVICES)))


@calm
@given(
    policies=st.lists(written(), min_size=1, max_size=5),
    order=st.permutations(list(VIPS)),
    dropped=st.lists(DROPPED, max_size=1),
    central=st.booleans(),
    data=st.data(),
)
def test_the_text_means_what_the_reference_says(
    policies: list[Policy], order: list[str], dropped: list[Dropped], central: bool, data: st.DataObject
) -> None:
    objects = table("firewall address", "name\nset type fqdn\nset fqdn host.example")
    objects += table("firewall address", *(f"{name}\n{text}" for name, (text, _, _) in ADDRESSES.items()))
    for name, (members, excluded) in GROUPS.items():
        more = f"\nset exclude enable\nset exclude-member {' '.join(excluded)}" if excluded else ""
        objects += table("firewall addrgrp", f"{name}\nset member {' '.join(members)}{more}")
    objects += table("firewall service custom", *(f"{name}\n{text}" for name, (text, _) in SERVICES.items()))
    objects += table("firewall schedule recurring", "never", "night\nset day monday\nset start 22:00\nset end 06:00")
    objects += table("firewall vip", *(f"{name}\nset extintf any\n{VIPS[name]}" for name in order))
    rules = table("firewall policy", *(f"{n}\n{policy.text()}" for n, policy in enumerate(policies, start=1)))
    rules += table("firewall acl", *(f"{n}\n{each.text()}" for n, each in enumerate(dropped, start=1)))
    mode = "config system settings\nset central-nat enable\nend\n" if central else ""
    firewall = read(mode + objects + rules)
    for packet in data.draw(st.lists(st.sampled_from(PACKETS), min_size=6, max_size=6, unique=True)):
        worlds = [_world(data) for _ in range(3)]
        fates = {permits(policies, order, packet, world, dropped, central=central) for world in worlds}
        service = f"{'tcp' if packet.protocol == 6 else 'udp'}/{packet.port}"
        said = verdict_of(firewall, quad(packet.target), service, quad(packet.source), source_port=packet.source_port)
        assert said == "possible" or fates == {said == "allowed"}, (packet, said)


def _world(data: st.DataObject) -> Decide:
    answers: dict[str, bool] = {}

    def decide(question: str) -> bool:
        if question not in answers:
            answers[question] = data.draw(st.booleans())
        return answers[question]

    return decide
