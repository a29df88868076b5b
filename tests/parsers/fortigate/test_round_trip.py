"""Random firewalls written as FortiOS text, and as its YAML dialect, read back equal."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

import parsers
from parsers.model.addresses import ANY_ADDRESS, ANY_IPV4, NO_ADDRESS, AddressSet, address_text
from parsers.model.bounds import Bounded
from parsers.model.firewall import Firewall, Interface, Mapping, Route, Translation, Zone
from parsers.model.intervals import IntervalSet
from parsers.model.origin import Origin
from parsers.model.rule import NO_TRANSLATIONS, Action, Direction, Evaluation, Rule, RuleList
from parsers.model.services import ANY_SERVICE, ICMP, TCP, UDP, ServiceSet

NOWHERE = Origin("", 0, 0, "", "")
NAMES = ("lan", "dmz", "wan one", "vlan-7")
PORTS = {TCP: "tcp", UDP: "udp"}

four = st.integers(1 << 24, (224 << 24) - 70_000)
actions = st.sampled_from([Action.ALLOW, Action.DENY])
ports = st.integers(1, 65_535)


def ranges(numbers: st.SearchStrategy[int], size: int) -> st.SearchStrategy[IntervalSet]:
    pair = st.tuples(numbers, st.integers(0, size)).map(lambda each: (each[0], each[0] + each[1]))
    return st.lists(pair, min_size=1, max_size=3).map(lambda pairs: IntervalSet.of(*pairs))


addresses = ranges(four, 70_000).map(AddressSet)
port_sets = ranges(st.integers(1, 60_000), 5_000)
services = st.one_of(
    st.just(ANY_SERVICE),
    st.lists(
        st.one_of(
            st.builds(ServiceSet.ports, st.sampled_from([TCP, UDP]), port_sets),
            st.builds(ServiceSet.ports, st.just(TCP), port_sets, port_sets),
            st.builds(ServiceSet.icmp, st.just(ICMP), st.integers(0, 40)),
            st.builds(ServiceSet.protocol, st.integers(2, 5)),
        ),
        min_size=1,
        max_size=3,
    ).map(ServiceSet.union),
)


@st.composite
def translations(draw: st.DrawFn, name: str) -> Translation:
    first, size = draw(four), draw(st.integers(0, 300))
    mapped = draw(four)
    ports_too = draw(st.booleans())
    outer = inner = ANY_SERVICE
    if ports_too:
        count, protocol = draw(st.integers(0, 50)), draw(st.sampled_from([TCP, UDP]))
        port, other = draw(st.integers(1, 65_000)), draw(st.integers(1, 65_000))
        outer = ServiceSet.ports(protocol, IntervalSet.of((port, port + count)))
        inner = ServiceSet.ports(protocol, IntervalSet.of((other, other + count)))
    mapping = Mapping(
        AddressSet(IntervalSet.of((first, first + size))),
        outer,
        Bounded.exactly(AddressSet(IntervalSet.of((mapped, mapped + size)))),
        inner,
    )
    return Translation(name, NOWHERE, (mapping,), Bounded.exactly(ANY_ADDRESS))


@st.composite
def rules(draw: st.DrawFn, number: int, published: tuple[str, ...]) -> Rule:
    targets = frozenset(draw(st.lists(st.sampled_from(published), max_size=2))) if published else NO_TRANSLATIONS
    return Rule(
        id=str(number),
        name=draw(st.sampled_from(["", f"rule {number}", f'say "{number}"', f"back\\slash {number}"])),
        origin=NOWHERE,
        action=draw(actions),
        enabled=draw(st.booleans()),
        ingress=frozenset(draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2))),
        egress=draw(st.none() | st.just(frozenset(NAMES[:1]))),
        source=Bounded.exactly(draw(addresses)),
        destination=Bounded.exactly(NO_ADDRESS if targets else draw(addresses)),
        service=Bounded.exactly(draw(services)),
        translations=Bounded.exactly(targets),
        logged=draw(st.sampled_from([True, False])),
    )


@st.composite
def firewalls(draw: st.DrawFn) -> Firewall:
    vips = tuple(draw(translations(f"vip {number}")) for number in range(draw(st.integers(0, 2))))
    ids = draw(st.lists(st.integers(1, 4_000_000_000), max_size=4, unique=True))
    published = tuple(each.name for each in vips)
    networks = [AddressSet.network(f"10.{number}.0.0/{draw(st.integers(16, 30))}") for number in range(len(NAMES))]
    lists = RuleList(
        "firewall policy",
        Direction.FORWARD,
        Evaluation.FIRST_MATCH,
        tuple(draw(rules(each, published)) for each in ids),
    )
    interfaces = tuple(
        Interface(
            name,
            NOWHERE,
            AddressSet.network(f"10.{number}.0.1"),
            networks[number],
            enabled=draw(st.booleans()),
            role=draw(st.sampled_from(["wan", "lan", "undefined"])),
            zone="inside" if number < 2 else "",
        )
        for number, name in enumerate(NAMES)
    )
    zones = (Zone("inside", NOWHERE, NAMES[:2], draw(st.booleans())),)
    up = [each.name for each in interfaces if each.enabled]  # a route over an interface that is down is none
    routes = tuple(
        Route(AddressSet.network(f"172.{16 + number}.0.0/{length}"), draw(st.sampled_from(up)), draw(st.integers(1, 254)), NOWHERE)
        for number, length in enumerate(draw(st.lists(st.integers(16, 32), max_size=2)) if up else [])
    )  # fmt: skip
    return Firewall("fw", "fortigate", "", "7.0.12", (), (lists,), interfaces=interfaces, zones=zones, routes=routes, translations=vips)  # fmt: skip


Settings = dict[str, list[str]]
Tables = dict[str, dict[str, Settings]]


def tables(firewall: Firewall, negated: bool) -> Tables:
    """The firewall in the words of FortiOS; `negated` writes sources as the complement of the complement."""
    written: Tables = {
        "system interface": {each.name: dict(_interface(each)) for each in firewall.interfaces},
        "system zone": {
            zone.name: {
                "intrazone": ["allow" if zone.intrazone_allowed else "deny"],
                "interface": list(zone.interfaces),
            }
            for zone in firewall.zones
        },
        "firewall address": {},
        "firewall service custom": {"ALL": {"protocol": ["IP"]}},
        "firewall vip": {each.name: dict(_vip(each)) for each in firewall.translations},
        "firewall policy": {},
        "router static": {
            str(number): {
                "dst": [route.destination.text()],
                "device": [route.interface],
                "distance": [str(route.distance)],
            }
            for number, route in enumerate(firewall.routes, start=1)
        },
    }
    for rule in firewall.lists[0].rules:
        source = rule.source.certain
        turned = negated and bool(ANY_IPV4 - source)
        policy: Settings = {
            "srcintf": sorted(rule.ingress or ["any"]),
            "dstintf": sorted(rule.egress or ["any"]),
            "srcaddr": _addresses(written, ANY_IPV4 - source if turned else source),
            "dstaddr": sorted(rule.translations.certain) or _addresses(written, rule.destination.certain),
            "action": ["accept" if rule.action is Action.ALLOW else "deny"],
            "status": ["enable" if rule.enabled else "disable"],
            "schedule": ["always"],
            "service": _services(written, rule.service.certain),
            "logtraffic": ["all" if rule.logged else "disable"],
        }
        if rule.name:
            policy["name"] = [rule.name]
        if turned:
            policy["srcaddr-negate"] = ["enable"]
        written["firewall policy"][rule.id] = policy
    return written


def _interface(interface: Interface) -> Iterator[tuple[str, list[str]]]:
    yield "vdom", ["root"]
    yield "ip", [interface.own.text() + "/" + interface.networks.text().partition("/")[2]]
    yield "type", ["physical"]
    yield "status", ["up" if interface.enabled else "down"]
    yield "role", [interface.role]


def _vip(translation: Translation) -> Iterator[tuple[str, list[str]]]:
    (mapping,) = translation.mappings
    yield "extip", [_range(mapping.original_destination)]
    yield "mappedip", [_range(mapping.mapped_destination.certain)]
    yield "extintf", ["any"]
    if mapping.original_service != ANY_SERVICE:
        ((protocol, ((outer, _),)),) = mapping.original_service.by_protocol().items()
        inner = mapping.mapped_service.destination_ports(protocol)
        yield from (("portforward", ["enable"]), ("protocol", [PORTS[protocol]]))
        yield from (("extport", [_span(outer)]), ("mappedport", [_span(inner)]))


def _range(addresses_: AddressSet) -> str:
    ((first, last),) = addresses_.intervals.ranges
    return address_text(first) if first == last else f"{address_text(first)}-{address_text(last)}"


def _span(numbers: IntervalSet) -> str:
    return " ".join(f"{first}-{last}" for first, last in numbers.ranges)


def _addresses(written: Tables, addresses_: AddressSet) -> list[str]:
    names = []
    for first, last in addresses_.intervals.ranges:
        name = f"a {first}-{last}"
        ends = {"start-ip": [address_text(first)], "end-ip": [address_text(last)]}
        written["firewall address"][name] = {"type": ["iprange"], **ends}
        names.append(name)
    return names


def _services(written: Tables, service: ServiceSet) -> list[str]:
    if service == ANY_SERVICE:
        return ["ALL"]
    names = []
    for protocol, pairs in service.by_protocol().items():
        for place, (target, source) in enumerate(pairs):
            spans = target.ranges
            if protocol == ICMP:  # types side by side are one range, and a service object each
                spans = tuple((kind, kind + 255) for first, last in spans for kind in range(first, last, 256))
            for first, last in spans:
                name = f"s {protocol} {place} {first} {last} {hash((target, source))}"
                written["firewall service custom"][name] = _service(protocol, first, last, source)
                names.append(name)
    return names


def _service(protocol: int, first: int, last: int, source: IntervalSet) -> Settings:
    if protocol in PORTS:
        spans = [f"{low}-{high}" for low, high in source.ranges] if source.ranges != ((0, 65_535),) else [""]
        return {f"{PORTS[protocol]}-portrange": [f"{first}-{last}:{span}".removesuffix(":") for span in spans]}
    if protocol == ICMP:
        return {"protocol": ["ICMP"], "icmptype": [str(first // 256)]}
    return {"protocol": ["IP"], "protocol-number": [str(protocol)]}


def as_cli(written: Tables) -> str:
    lines = ["#config-version=FGT60F-7.0.12-FW-build0523-230606:opmode=0:vdom=0:user=admin"]
    for path, entries in written.items():
        lines.append(f"config {path}")
        for key, values_ in entries.items():
            lines.append(f"    edit {_quoted(key)}")
            lines += [f"        set {word} {' '.join(map(_quoted, values))}" for word, values in values_.items()]
            lines.append("    next")
        lines.append("end")
    return "\n".join(lines) + "\n"


def as_yaml(written: Tables) -> str:
    lines = ["#config-version=FGT60F-7.0.12-FW-build0523-230606:opmode=0:vdom=0:user=admin"]
    for path, entries in written.items():
        lines.append(f"{path.replace(' ', '_')}:")
        for key, values_ in entries.items():
            lines.append(f"  - {key}:")
            lines += [f"      {word}: {' '.join(map(_quoted, values))}" for word, values in values_.items()]
            lines.append("")
    return "\r\n".join(lines) + "\r\n"


def _quoted(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def facts(firewall: Firewall) -> object:
    """What a configuration says, without its places in the file and what no line states."""
    return (
        [
            (rule.id, rule.name, rule.action, rule.enabled, rule.ingress, rule.egress, rule.source, rule.destination,
             _plain(rule.service.certain), _plain(rule.service.possible), rule.translations, rule.logged, rule.uncertain)
            for rule in firewall.lists[0].rules
            if not rule.implicit
        ],
        [(each.name, each.mappings, each.source, each.ingress) for each in firewall.translations],
        [(each.name, each.own, each.networks, each.enabled, each.role, each.zone) for each in firewall.interfaces],
        [(each.name, each.interfaces, each.intrazone_allowed) for each in firewall.zones],
        [(each.destination, each.interface, each.distance) for each in firewall.routes if not each.connected],
    )  # fmt: skip


def _plain(service: ServiceSet) -> object:
    """A service set point by point where it has few: two sets of pairs may cut the same points in other ways."""
    return sorted(
        (protocol, target.ranges, source.ranges)
        for protocol, pairs in service.by_protocol().items()
        for target, source in pairs
    )


@given(firewalls(), st.booleans(), st.sampled_from([as_cli, as_yaml]))
def test_random_firewalls_read_back_equal(firewall: Firewall, negated: bool, render: object) -> None:
    assert callable(render)
    (read,) = parsers.read(render(tables(firewall, negated)).encode(), "fw")
    assert read.gaps == ()
    assert facts(read) == facts(firewall)
    assert read.sources[0].ledger.not_understood == 0
