"""Zones and roles without a site file: every inference is a sentence the user can check.

Zones come from the signs of `facing`; server roles from what is published and from Exchange rules found in Windows
dumps; names are the last hint.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath

from auditor.baseline.apart import apart, reused_networks
from auditor.baseline.facing import facing, forwards, mentioned
from auditor.baseline.hostobjects import address_called, host_objects
from auditor.baseline.hostrules import KnownHostRules
from auditor.baseline.model import Ruleset
from auditor.baseline.published import (
    EDGE_NAME,
    Published,
    edge_sign,
    published_servers,
    speaks_of_edge,
    untranslated_mail,
)
from auditor.baseline.recognition import Server, published_roles, speaks_for
from auditor.baseline.site import Binding, Site, SiteDevice, Use
from parsers.model.addresses import ANY_ADDRESS, AddressSet
from parsers.model.firewall import Firewall
from parsers.model.rule import Direction
from parsers.model.services import ServiceSet

_WEB, _MAIL = ServiceSet.parse("tcp/443"), ServiceSet.parse("tcp/25")
_DMZ = re.compile(r"dmz|perimeter|edge", re.IGNORECASE)
_MAIL_NAME = re.compile(
    r"(?<![a-z])(?:cas|owa|eas|ex|exch\w*|\w*mail\w*|outlook\w*|autodiscover|activesync)(?![a-z])", re.IGNORECASE
)
_NAMES = (
    ("edge_transport", EDGE_NAME),
    ("client_access", re.compile(r"(?<![a-z])(?:cas|owa|exchange|ex|webmail|activesync)(?![a-z])", re.IGNORECASE)),
    ("hub_transport", re.compile(r"(?<![a-z])(?:hub|ht|smtp|mail)(?![a-z])", re.IGNORECASE)),
    ("mailbox", re.compile(r"(?<![a-z])(?:mbx|mailbox|dag)(?![a-z])", re.IGNORECASE)),
    ("domain_controller", re.compile(r"(?<![a-z])(?:dc|ad|adds|domaincontroller)\d*(?![a-z])", re.IGNORECASE)),
)
_EXCHANGE_FOLDER = re.compile(r"\\Exchange Server\\(V\d+)\\", re.IGNORECASE)
_EXCHANGE = {
    "V14": ("Exchange 2010", ("exchange-2010",)),
    "V15": ("Exchange 2013 and later", ("exchange-2013", "exchange-2016")),
}
"""Where setup puts the programs of each version, and the baselines about it."""
_ENOUGH_RULES = 2
"""So many setup rules of one role alone make a host a server of it; a role that has but one needs no more."""


@dataclass(frozen=True, slots=True)
class Inference:
    """A site put together from exports, and a sentence for each thing that was inferred."""

    site: Site
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Draft:
    firewalls: tuple[Firewall, ...] = ()
    devices: dict[str, SiteDevice] = field(default_factory=dict)
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    mail_inside: str = ""
    """A server inside to which mail from the Internet is published."""

    def outside(self, firewall: Firewall) -> frozenset[str]:
        """The interfaces of a firewall that face the Internet."""
        return frozenset(self.devices[firewall.name].zones.get("internet", ()))

    def bind(self, role: str, address: AddressSet, note: str, public: AddressSet | None = None) -> None:
        """Bind an address to a role once, saying why."""
        self._add(role, Binding(address, public or AddressSet()), note)

    def guess(self, role: str, address: AddressSet, why: str, public: AddressSet | None = None) -> None:
        """Bind an address to a role that little speaks for."""
        note = f"{address.text()} taken as {role}: only because {why}."
        self._add(role, Binding(address, public or AddressSet(), guess=True), note)

    def _add(self, role: str, binding: Binding, note: str) -> None:
        known = self.bindings.setdefault(role, [])
        if not any(each.address == binding.address for each in known):
            known.append(binding)
            self.notes.append(note)


def infer_site(firewalls: tuple[Firewall, ...], rulesets: Iterable[Ruleset]) -> Inference:
    """What the exports themselves say about zones and roles; what they do not say stays unbound.

    Exports of networks that nothing joins make a site of several (`Site.apart`).
    """
    rulesets = tuple(rulesets)
    groups = apart(firewalls)
    if len(groups) == 1:
        return _infer(firewalls, rulesets)
    each = tuple(_infer(group, rulesets) for group in groups)
    shown = "; ".join(", ".join(firewall.name for firewall in group) for group in groups[:6])
    more = f"; and {len(groups) - 6} more" if len(groups) > 6 else ""
    notes = [f"Nothing in the exports joins these networks, each is judged by itself: {shown}{more}."]
    if reused := reused_networks(each for each in firewalls if not each.is_host):
        notes.append(f"Several firewalls have the same address in {reused.text(4)}: such networks join nothing.")
    bindings: dict[str, tuple[Binding, ...]] = {}
    for part in each:
        for role, bound in part.site.bindings.items():
            bindings[role] = (*bindings.get(role, ()), *bound)
    site = Site(
        each[0].site.id,
        each[0].site.baselines,
        {name: device for part in each for name, device in part.site.devices.items()},
        bindings,
        apart=tuple(part.site for part in each),
    )
    return Inference(site, (*notes, *(sentence for part in each for sentence in part.notes)))


def _infer(firewalls: tuple[Firewall, ...], rulesets: tuple[Ruleset, ...]) -> Inference:
    draft = _Draft(firewalls)
    known_roles = {role for each in rulesets for role in each.roles}
    for firewall in firewalls:
        if firewall.is_host:
            draft.devices[firewall.name] = SiteDevice("windows")
        else:
            _zones(firewall, draft)
    for firewall in firewalls:
        if not firewall.is_host:
            _published(firewall, draft, known_roles)
    for ruleset in rulesets:
        for firewall in firewalls:
            if firewall.is_host and ruleset.host_rules:
                _host_roles(firewall, ruleset, draft)
    _named(firewalls, draft, known_roles)
    _recognised(firewalls, rulesets, draft)
    name = PurePath(firewalls[0].sources[0].name).stem if firewalls and firewalls[0].sources else "site"
    uses = tuple(Use(ruleset.id) for ruleset in rulesets)
    bindings = {role: tuple(found) for role, found in draft.bindings.items() if found}
    absent = tuple(_absent(draft, known_roles))
    name = re.sub(r"[^a-z0-9._-]+", "-", name.casefold()).strip("-") or "site"
    return Inference(Site(name, uses, draft.devices, bindings, absent), tuple(draft.notes))


def _absent(draft: _Draft, roles: set[str]) -> Iterator[str]:
    """An Edge, where mail from the Internet goes straight to a server inside and nothing looks like one or a relay."""
    fronts = draft.bindings.get("edge_transport", []) + draft.bindings.get("mail_relay", [])
    walls = (each for each in draft.firewalls if not each.is_host)
    other = any(untranslated_mail(each, draft.outside(each)) for each in walls) or speaks_of_edge(draft.firewalls)
    if "edge_transport" in roles and draft.mail_inside and not fronts and not other:
        draft.notes.append(
            f"No Edge Transport server: mail is published to {draft.mail_inside} inside, and nothing looks like one."
        )
        yield "edge_transport"


def _zones(firewall: Firewall, draft: _Draft) -> None:
    internet = facing(firewall)
    zones: dict[str, list[str]] = {"internet": list(internet)}
    for interface in firewall.interfaces:
        if interface.name in internet or not (interface.enabled and forwards(interface)):
            continue
        dmz = interface.role == "dmz" or _DMZ.search(f"{interface.name} {interface.alias} {interface.zone}")
        zones.setdefault("perimeter" if dmz else "internal", []).append(interface.name)
    for name in sorted(mentioned(firewall)):
        if name not in internet and not any(name in names for names in zones.values()):
            zones.setdefault("perimeter" if _DMZ.search(name) else "internal", []).append(name)
    for name, why in internet.items():
        draft.notes.append(f"{firewall.name}: interface {name} faces the Internet, because {why}.")
    for zone in ("perimeter", "internal"):
        if zones.get(zone):
            draft.notes.append(f"{firewall.name}: {', '.join(zones[zone])} taken as zone {zone}.")
    if not internet:
        draft.notes.append(f"{firewall.name}: no interface that faces the Internet was found; name it in a site file.")
    filled = {zone: tuple(names) for zone, names in zones.items() if names}
    draft.devices[firewall.name] = SiteDevice(firewall.vendor, firewall.vdom, filled)


def _zone_of(firewall: Firewall, address: AddressSet, draft: _Draft) -> str:
    """The zone a server stands in: at the firewall that publishes it, or at another one further in."""
    for each in (firewall, *draft.firewalls):
        device = draft.devices.get(each.name)
        for interface in each.interfaces:
            if device and address <= interface.networks:
                return next((zone for zone, names in device.zones.items() if interface.name in names), "")
    return ""


def _published(firewall: Firewall, draft: _Draft, roles: set[str]) -> None:
    """Servers that translations publish to the Internet: 443 is Client Access, 25 a transport server."""
    servers = tuple(published_servers(firewall, draft.outside(firewall)))
    if "client_access" in roles:
        _client_access(firewall, draft, tuple(each for each in servers if each.service.overlaps(_WEB)), servers)
    for each in servers:
        if each.service.overlaps(_MAIL) and each.telling:
            _transport(firewall, draft, roles, each, servers)


def _client_access(
    firewall: Firewall, draft: _Draft, web: tuple[Published, ...], servers: tuple[Published, ...]
) -> None:
    """Of several servers published on 443 those that names or published mail speak for; none when nothing does."""
    mail = {each.address for each in servers if each.service.overlaps(_MAIL)}
    called = {address: name for name, address in host_objects((firewall,))}
    named = [each for each in web if _MAIL_NAME.search(f"{each.name} {called.get(each.address, '')}")]
    chosen = named or [each for each in web if each.address in mail]
    if not chosen and len({each.address for each in web}) == 1:
        # Any web server looks like this.
        for each in web:
            draft.guess("client_access", each.address, "no other server is published on port 443", each.outside)
        return
    for each in chosen:
        note = f"{each.address.text()} taken as client_access: {each.name} publishes port 443 to it."
        draft.bind("client_access", each.address, note, each.outside)
    if web and not chosen:
        shown = AddressSet.union(each.address for each in web).text(6)
        draft.notes.append(
            f"{firewall.name}: several servers are published on port 443 ({shown}) and nothing tells which one is "
            "client_access; bind it in a site file."
        )


def _transport(
    firewall: Firewall, draft: _Draft, roles: set[str], server: Published, servers: tuple[Published, ...]
) -> None:
    role, why = "hub_transport", "inside"
    if _zone_of(firewall, server.address, draft) == "perimeter":
        sign = edge_sign(draft.firewalls, server, servers)
        role, why = "edge_transport", f"in the perimeter, and {sign}"
        if not sign and "mail_relay" in roles:
            role, why = "mail_relay", "in the perimeter, and nothing tells that it is an Edge Transport server"
    else:
        draft.mail_inside = server.address.text()
    if role in roles:
        note = f"{server.address.text()} taken as {role}: {server.name} publishes port 25 to it, {why}."
        draft.bind(role, server.address, note, server.outside)


def _host_roles(firewall: Firewall, ruleset: Ruleset, draft: _Draft) -> None:
    """Roles of a Windows host: those its collection found in the registry, otherwise by the setup rules it has."""
    hints = firewall.host.role_hints if firewall.host else ()
    stated = [role for role in hints if role in ruleset.roles]
    roles = stated or _roles_of(firewall, ruleset)
    if not roles:
        return
    how = "the collection found the roles" if stated else "its rules are those of"
    draft.notes.append(f"{firewall.name}: {how} {', '.join(roles)}{'' if stated else ' servers'}.")
    draft.notes += _other_version(firewall, ruleset)
    address = _host_address(firewall, roles, draft) or _stand_in(firewall, draft)
    if address is None:
        draft.notes.append(
            f"{firewall.name}: its address is not in the export; bind it in a site file (device: {firewall.name})."
        )
        return
    for role in roles:
        known = draft.bindings.setdefault(role, [])
        rest = [each for each in known if each.address != address]
        public = next((each.public for each in known if each.address == address), AddressSet())
        draft.bindings[role] = [*rest, Binding(address, public, firewall.name)]
        if role == "edge_transport":
            relays = draft.bindings.get("mail_relay", [])
            draft.bindings["mail_relay"] = [each for each in relays if each.address != address]


def _other_version(firewall: Firewall, ruleset: Ruleset) -> Iterator[str]:
    """A sentence where the folder of a host's Exchange programs is that of another version than the baseline's."""
    programs = (rule.program.name for each in firewall.lists for rule in each.rules)
    found = {match.group(1).upper() for program in programs if (match := _EXCHANGE_FOLDER.search(program))}
    for folder in sorted(found & set(_EXCHANGE)):
        version, baselines = _EXCHANGE[folder]
        if ruleset.id.startswith("exchange-") and ruleset.id not in baselines:
            yield (
                f"{firewall.name}: its programs lie in the folder {folder} of {version}, and {ruleset.id} is about "
                f"{ruleset.applies_to}: audit it with --ruleset {' or '.join(baselines)}."
            )


def _roles_of(firewall: Firewall, ruleset: Ruleset) -> list[str]:
    """Roles with enough setup rules of their own; an Edge server has none of its own, but lacks those of all others."""
    rules = [
        rule
        for each in firewall.lists
        if each.direction is Direction.INBOUND
        for rule in each.rules
        if not rule.implicit
    ]
    known = KnownHostRules(ruleset.host_rules, rules)
    present = {found.id: found for rule in rules if (found := known.recognise(rule)) and not found.gfw}
    own = Counter(found.roles[0] for found in present.values() if len(found.roles) == 1)
    of_setup = Counter(each.roles[0] for each in ruleset.host_rules if len(each.roles) == 1 and not each.gfw)
    roles = sorted(role for role, count in own.items() if count >= min(_ENOUGH_RULES, of_setup[role]))
    if roles or "edge_transport" not in ruleset.roles:
        return roles
    shared = [each for each in ruleset.host_rules if "edge_transport" in each.roles and not each.gfw]
    whole = all(each.id in present for each in shared)
    return ["edge_transport"] if whole and len(shared) >= _ENOUGH_RULES else []


def _host_address(firewall: Firewall, roles: list[str], draft: _Draft) -> AddressSet | None:
    if firewall.host is not None and firewall.host.addresses:
        return firewall.host.addresses
    address = address_called(firewall.name, draft.firewalls)
    if address is not None:
        draft.notes.append(f"{firewall.name} taken as {address.text()}: an object of a firewall is called so.")
        return address
    candidates = {each.address for role in roles for each in draft.bindings.get(role, [])}
    windows = [name for name, device in draft.devices.items() if device.type == "windows"]
    if len(candidates) == 1 and len(windows) == 1:
        (address,) = candidates
        draft.notes.append(f"{firewall.name} taken as {address.text()}: the only server that is published.")
        return address
    return None


_STAND_IN = AddressSet.network("192.0.2.1")
"""TEST-NET-1 (RFC 5737): nobody has this address."""


def _stand_in(firewall: Firewall, draft: _Draft) -> AddressSet | None:
    """Any address will do for a host that is audited alone, as long as none of its rules depends on its own."""
    own = [rule.destination for each in firewall.lists if each.direction is Direction.INBOUND for rule in each.rules]
    own += [rule.source for each in firewall.lists if each.direction is Direction.OUTBOUND for rule in each.rules]
    if len(draft.devices) > 1 or any(addresses.certain != ANY_ADDRESS for addresses in own):
        return None
    draft.notes.append(
        f"{firewall.name}: its address is not in the export and none of its rules depends on it: "
        f"{_STAND_IN.text()} stands for it."
    )
    return _STAND_IN


def _named(firewalls: tuple[Firewall, ...], draft: _Draft, roles: set[str]) -> None:
    """The last hint: names of host objects, for roles that nothing else has shown."""
    for role, pattern in _NAMES:
        if role not in roles or draft.bindings.get(role):
            continue
        # An Edge holds no other role: "ex-edge" is no Client Access server.
        edges = {each.address for each in draft.bindings.get("edge_transport", ())}
        for name, address in host_objects(firewalls):
            if pattern.search(name) and address not in edges:
                draft.guess(role, address, f"object {name!r} is called so")


def _recognised(firewalls: tuple[Firewall, ...], rulesets: tuple[Ruleset, ...], draft: _Draft) -> None:
    """What the rulesets themselves say their servers are known by: published ports first, names last."""
    taken = AddressSet.union(each.address for known in draft.bindings.values() for each in known)
    objects = tuple(host_objects(firewalls))
    called = {address: name for name, address in objects}
    for firewall in firewalls:
        if firewall.is_host:
            continue
        servers = tuple(
            Server(
                each.address,
                each.outside,
                f"{each.name} {called.get(each.address, '')}",
                _zone_of(firewall, each.address, draft),
                each.service,
            )
            for each in published_servers(firewall, draft.outside(firewall))
            if each.telling
        )
        for found in published_roles(servers, rulesets, taken):
            if found.role:
                draft.bind(found.role, found.address, found.why, found.outside)
            elif found.why not in draft.notes:
                draft.notes.append(found.why)
    for role in {each.name: each for ruleset in rulesets for each in ruleset.roles.values()}.values():
        if role.recognise.names and not draft.bindings.get(role.name):
            for name, address in objects:
                if speaks_for(role, name):
                    draft.guess(role.name, address, f"object {name!r} is called so")
