"""Flows of a ruleset bound to the addresses and interfaces of a site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from auditor.baseline.errors import RulesetError, nearest
from auditor.baseline.model import BaselineFlow, ClosedWorld, End, Forbidden, Port, Ruleset, Unrestricted, When
from auditor.baseline.site import Binding, Site, Use, check_against
from auditor.findings.result import CoverageState
from parsers.model.addresses import NO_ADDRESS, PRIVATE_IPV4, PUBLIC, AddressSet
from parsers.model.firewall import Firewall
from parsers.model.services import ServiceSet


@dataclass(frozen=True, slots=True)
class BoundEnd:
    """One end with the addresses it stands for.

    `interfaces` maps a device to the interfaces of the zone there (zones only); `host` is the Windows device bound to
    the address; `public` what clients outside send to. An unbound role has no addresses.
    """

    kind: str
    name: str
    trust: str
    addresses: AddressSet
    interfaces: Mapping[str, frozenset[str]] = field(default_factory=dict)
    public: AddressSet = NO_ADDRESS
    host: str = ""
    title: str = ""

    @property
    def text(self) -> str:
        """The end for people: the zone's name, or role and address."""
        if self.kind == "zone":
            return self.name
        return f"{self.name} {self.addresses.text(3)}" if self.addresses else self.name


@dataclass(frozen=True, slots=True)
class BoundFlow:
    """A baseline flow for one pair of ends.

    `service` is None when a variable is unset; `alternatives` (any_of) then holds what suffices instead of `service`.
    `preset` is the state that is known before any rule is looked at, `question` what the site must answer.
    """

    ruleset: str
    flow: BaselineFlow
    source: BoundEnd
    destination: BoundEnd
    service: ServiceSet | None
    alternatives: tuple[ServiceSet, ...] = ()
    preset: CoverageState | None = None
    question: str = ""


@dataclass(frozen=True, slots=True)
class BoundForbidden:
    """A forbidden opening for one pair of ends."""

    ruleset: str
    rule: Forbidden
    source: BoundEnd
    destination: BoundEnd
    service: ServiceSet


@dataclass(frozen=True, slots=True)
class BoundClosedWorld:
    """A closed world for one pair of ends."""

    ruleset: str
    rule: ClosedWorld
    source: BoundEnd
    destination: BoundEnd


@dataclass(frozen=True, slots=True)
class BoundRuleset:
    """A ruleset of one site. `unrestricted` pairs a rule with the addresses its roles are bound to."""

    ruleset: Ruleset
    flows: tuple[BoundFlow, ...]
    forbidden: tuple[BoundForbidden, ...]
    closed_world: tuple[BoundClosedWorld, ...]
    unrestricted: tuple[tuple[Unrestricted, AddressSet], ...]
    ends: Mapping[str, tuple[BoundEnd, ...]]
    """Every zone and role of the ruleset by name."""


def bind(ruleset: Ruleset, site: Site, firewalls: tuple[Firewall, ...]) -> BoundRuleset:
    """The ruleset with zones and roles replaced by what the site says.

    Raises:
        RulesetError: the site names an interface its device does not have, or a condition or variable the ruleset
            does not have: an answer with a typing error would be no answer.
    """
    check_against(site, {each.name: _interface_names(each) for each in firewalls})
    _check_answers(ruleset, site)
    return _Binder(ruleset, site, firewalls).bound()


def _check_answers(ruleset: Ruleset, site: Site) -> None:
    for number, use in enumerate(site.baselines):
        if use.ruleset != ruleset.id:
            continue
        for key, words, known in (
            ("set", use.variables, ruleset.variables),
            ("conditions", use.conditions, ruleset.conditions),
        ):
            for word in words:
                if word not in known:
                    path = f"baselines[{number}].{key}.{word}"
                    what = "variable" if key == "set" else "condition"
                    message = f"{ruleset.id} has no {what} {word!r}{nearest(word, known)}"
                    raise RulesetError(site.file, message, site.lines.get(path, 0), path)


def check_words(site: Site, rulesets: Iterable[Ruleset]) -> None:
    """Are the roles and zones of a site file those of its rulesets?

    A role that no ruleset has would be bound to nothing, and its flows would be asked for again.

    Raises:
        RulesetError: a role or zone that none of the rulesets has; the nearest one is named.
    """
    together = tuple(rulesets)
    roles = {role for each in together for role in each.roles}
    zones = {zone for each in together for zone in each.zones}
    words = [("role", role, f"bindings.{role}") for role in site.bindings]
    words += [("role", role, "not_deployed") for role in site.not_deployed]
    words += [("zone", zone, f"networks.{zone}") for zone in site.networks]
    words += [
        ("zone", zone, f"devices.{name}.zones.{zone}") for name, each in site.devices.items() for zone in each.zones
    ]
    for kind, word, path in words:
        known = roles if kind == "role" else zones
        if known and word not in known:
            message = f"no ruleset in use has the {kind} {word!r}{nearest(word, known)}"
            raise RulesetError(site.file, message, site.lines.get(path, 0), path)


def _interface_names(firewall: Firewall) -> tuple[str, ...]:
    """Interfaces and zones, and whatever rules and routes call so: an export may hold policies without interfaces."""
    names = [each.name for each in firewall.interfaces] + [each.name for each in firewall.zones]
    names += [route.interface for route in firewall.routes if route.interface]
    for rules in firewall.lists:
        for rule in rules.rules:
            names += [*rule.written.ingress, *rule.written.egress, *(rule.ingress or ()), *(rule.egress or ())]
    return tuple(dict.fromkeys(names))


class _Binder:
    def __init__(self, ruleset: Ruleset, site: Site, firewalls: tuple[Firewall, ...]) -> None:
        self.ruleset = ruleset
        self.site = site
        self.firewalls = firewalls
        self.use: Use = site.use(ruleset.id)
        self.zones = {name: self._zone(name, trust) for name, trust in ruleset.zones.items()}
        self.roles = {name: self._role(name) for name in ruleset.roles}

    def bound(self) -> BoundRuleset:
        """Every flow, forbidden opening and closed world per pair of ends."""
        return BoundRuleset(
            self.ruleset,
            tuple(bound for flow in self.ruleset.flows for bound in self._flow(flow)),
            tuple(bound for rule in self.ruleset.forbidden for bound in self._forbidden(rule)),
            tuple(
                BoundClosedWorld(self.ruleset.id, rule, source, destination)
                for rule in self.ruleset.closed_world
                for source in self._ends(rule.source)
                for destination in self._ends(rule.destination)
                if source.addresses and destination.addresses
            ),
            tuple(
                (rule, AddressSet.union(end.addresses for name in rule.between for end in self.roles[name]))
                for rule in self.ruleset.unrestricted
            ),
            {**{name: (end,) for name, end in self.zones.items()}, **self.roles},
        )

    def _zone_interfaces(self, name: str) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for firewall in self.firewalls:
            device = self.site.devices.get(firewall.name)
            if device is None:
                continue
            members = {zone.name: zone.interfaces for zone in firewall.zones}
            names: set[str] = set()
            for each in device.zones.get(name, ()):
                names.update(members.get(each, (each,)))
            if names:
                found[firewall.name] = frozenset(names)
        return found

    def _zone(self, name: str, trust: str) -> BoundEnd:
        interfaces = self._zone_interfaces(name)
        stated = self.site.networks.get(name)
        if trust == "untrusted":
            addresses = stated or PUBLIC - self._inside(name) - self._own()
        else:
            addresses = stated or self._connected(interfaces)
        return BoundEnd("zone", name, trust, addresses, interfaces, title=name)

    def _connected(self, interfaces: Mapping[str, frozenset[str]]) -> AddressSet:
        """Networks of the zone's interfaces and those routed through them; every private one when none is known."""
        found = AddressSet.union(
            route.destination
            for firewall in self.firewalls
            for route in firewall.routes
            if route.interface in interfaces.get(firewall.name, ()) and route.destination.count < 1 << 31
        )
        return found or PRIVATE_IPV4

    def _inside(self, name: str) -> AddressSet:
        """Networks behind interfaces of other zones: not the Internet, even where they use public addresses."""
        outside = self._zone_interfaces(name)
        return AddressSet.union(
            interface.networks
            for firewall in self.firewalls
            if firewall.name in outside
            for interface in firewall.interfaces
            if interface.name not in outside[firewall.name]
        )

    def _own(self) -> AddressSet:
        """Addresses the devices themselves hold or publish: no stranger has them."""
        published = [
            mapping.original_destination
            for firewall in self.firewalls
            for translation in firewall.translations
            for mapping in translation.mappings
            if mapping.original_destination.count <= 1 << 16
        ]
        own = [interface.own for firewall in self.firewalls for interface in firewall.interfaces]
        return AddressSet.union((*published, *own))

    def _role(self, name: str) -> tuple[BoundEnd, ...]:
        role = self.ruleset.roles[name]
        ends = []
        for binding in self.site.bindings.get(name, ()):
            addresses = binding.address or self._object(binding)
            ends.append(
                BoundEnd(
                    "role",
                    name,
                    "",
                    addresses,
                    public=binding.public,
                    host=self._host(binding, addresses),
                    title=role.title,
                )
            )
        if not ends and role.client and role.zone and self.zones[role.zone].interfaces:
            zone = self.zones[role.zone]
            ends.append(BoundEnd("role", name, zone.trust, zone.addresses, zone.interfaces, title=role.title))
        return tuple(ends)

    def _host(self, binding: Binding, addresses: AddressSet) -> str:
        """The Windows device of a binding: named, or by its host address in the site file or its own export."""
        if binding.device:
            return binding.device
        for name, device in self.site.devices.items():
            if device.host and addresses and addresses <= device.host:
                return name
        for firewall in self.firewalls:
            if firewall.host is not None and addresses and addresses <= firewall.host.addresses:
                return firewall.name
        return ""

    def _object(self, binding: Binding) -> AddressSet:
        if binding.object_of is None:
            return NO_ADDRESS
        device, name = binding.object_of
        for firewall in self.firewalls:
            if firewall.name == device:
                for item in firewall.objects:
                    if item.name == name and item.addresses is not None:
                        return item.addresses
        return NO_ADDRESS

    def _ends(self, end: End) -> Iterator[BoundEnd]:
        for name in end.names:
            if end.kind == "zone":
                yield self.zones[name]
            else:
                yield from self.roles[name]

    def _truth(self, when: When | None) -> tuple[bool | None, str]:
        """(True, False or None for unknown, the question to answer)."""
        if when is None:
            return True, ""
        if when.kind == "name":
            return self._condition(when.name)
        found = [self._truth(part) for part in when.parts]
        values = [value for value, _ in found]
        question = next((text for value, text in found if value is None), "")
        if when.kind == "not":
            return (None if values[0] is None else not values[0]), question
        decisive = when.kind == "any"
        if decisive in values:
            return decisive, ""
        return (None, question) if None in values else (not decisive, "")

    def _condition(self, name: str) -> tuple[bool | None, str]:
        if name in self.use.conditions:
            return self.use.conditions[name], ""
        question = self.ruleset.conditions[name]
        ask = f"{question.ask} (answer it under conditions.{name})"
        if question.role_bound:
            found = self._deployed(question.role_bound)
            return (question.otherwise if found is None else found), ask
        if question.role_count:
            role, least = question.role_count
            count = len(self.roles[role])
            if count == 0 and role not in self.site.not_deployed:
                return None, ask
            return count >= least, ask
        return question.default, ask

    def _deployed(self, role: str) -> bool | None:
        if self.roles[role]:
            return True
        return False if role in self.site.not_deployed else None

    def _service(self, names: tuple[str, ...]) -> tuple[ServiceSet | None, str]:
        parts: list[ServiceSet] = []
        for name in names:
            for port in self.ruleset.services[name]:
                found = self._port(port)
                if found is None:
                    variable = self.ruleset.variables[port.variable]
                    hints = ", ".join(f"{key} {value}" for key, value in variable.suggest)
                    return None, f"which ports is {port.variable}? (set it under set.{port.variable}; usual: {hints})"
                parts.append(found)
        return ServiceSet.union(parts), ""

    def _port(self, port: Port) -> ServiceSet | None:
        if not port.variable:
            return ServiceSet.parse(port.text)
        value = self.use.variables.get(port.variable) or self.ruleset.variables[port.variable].default
        return ServiceSet.ports(6 if port.protocol == "tcp" else 17, value) if value else None

    def _flow(self, flow: BaselineFlow) -> Iterator[BoundFlow]:
        service, unset = self._service(flow.services) if flow.services else (None, "")
        alternatives = tuple(found for names in flow.any_of if (found := self._service(names)[0]) is not None)
        truth, ask = self._truth(flow.when)
        preset, question = None, ""
        if truth is False:
            preset = CoverageState.NOT_APPLICABLE
        elif truth is None:
            preset, question = CoverageState.CANNOT_TELL, ask
        elif unset:
            preset, question = CoverageState.CANNOT_TELL, unset
        for source in self._bound(flow.source):
            for destination in self._bound(flow.destination):
                state, why = self._unbound(source, destination) if preset is None else (preset, question)
                if source.addresses and source.addresses == destination.addresses and source.kind == destination.kind:
                    continue  # both roles on one server: no packet crosses a network (trap P16)
                yield BoundFlow(self.ruleset.id, flow, source, destination, service, alternatives, state, why)

    def _bound(self, end: End) -> Iterator[BoundEnd]:
        """The ends, and one without addresses for every role that is not bound."""
        for name in end.names:
            if end.kind == "zone":
                yield self.zones[name]
            elif self.roles[name]:
                yield from self.roles[name]
            else:
                yield BoundEnd("role", name, "", NO_ADDRESS, title=self.ruleset.roles[name].title)

    def _unbound(self, source: BoundEnd, destination: BoundEnd) -> tuple[CoverageState | None, str]:
        for end in (source, destination):
            if end.kind == "role" and not end.addresses:
                if end.name in self.site.not_deployed:
                    return CoverageState.NOT_APPLICABLE, ""
                ask = f"which addresses are the {end.title}? (bindings.{end.name}, or list it under not_deployed)"
                return CoverageState.CANNOT_TELL, ask
        return None, ""

    def _forbidden(self, rule: Forbidden) -> Iterator[BoundForbidden]:
        if rule.unless is not None and self._truth(rule.unless)[0] is True:
            return
        # An unset variable leaves its own ports out: the fixed ones are forbidden all the same.
        ports = [self._port(port) for name in rule.services for port in self.ruleset.services[name]]
        service = ServiceSet.union(port for port in ports if port is not None)
        if not service:
            return
        for source in self._ends(rule.source):
            for destination in self._ends(rule.destination):
                if source.addresses and destination.addresses and source.addresses != destination.addresses:
                    yield BoundForbidden(self.ruleset.id, rule, source, destination, service)
