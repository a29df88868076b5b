"""Are the words of a site file those of its rulesets and exports? An answer with a typing error would be no answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.baseline.errors import RulesetError, closest, nearest
from auditor.baseline.model import Ruleset
from auditor.baseline.site import Site, Use
from parsers.model.firewall import Firewall


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


def check_answers(ruleset: Ruleset, site: Site) -> None:
    """Are the variables, conditions and severities a site sets those of the ruleset?

    Raises:
        RulesetError: a word the ruleset does not have, or an answer of the wrong kind.
    """
    for number, use in enumerate(site.baselines):
        if use.ruleset == ruleset.id:
            for path, message in _wrong(ruleset, use):
                place = f"baselines[{number}].{path}"
                raise RulesetError(site.file, message, site.lines.get(place, 0), place)


def _wrong(ruleset: Ruleset, use: Use) -> Iterator[tuple[str, str]]:
    for word in use.variables:
        if word not in ruleset.variables:
            yield f"set.{word}", f"{ruleset.id} has no variable {word!r}{nearest(word, ruleset.variables)}"
    for word, answer in use.conditions.items():
        question = ruleset.conditions.get(word)
        if question is None:
            yield f"conditions.{word}", f"{ruleset.id} has no condition {word!r}{nearest(word, ruleset.conditions)}"
        elif question.values and answer not in question.values:
            shown = answer if isinstance(answer, str) else str(answer).lower()
            yield f"conditions.{word}", f"unknown answer {shown!r}{nearest(shown, question.values)}"
        elif not question.values and not isinstance(answer, bool):
            yield f"conditions.{word}", f"expected true or false, found {answer!r}"
    judged = {flow.id for flow in ruleset.flows if flow.level == "required"}
    judged |= {each.id for each in ruleset.forbidden} | {each.id for each in ruleset.closed_world}
    permitted = {flow.id for flow in ruleset.flows} - judged
    for word in use.severities:
        if word in permitted:
            yield f"severity.{word}", f"{word} is not required: nothing is wrong when it is closed"
        elif word not in judged:
            yield f"severity.{word}", f"{ruleset.id} has no flow or opening {word!r}{nearest(word, judged)}"


def absent_devices(site: Site, firewalls: tuple[Firewall, ...]) -> Iterator[tuple[str, str, int]]:
    """Devices a site file speaks of without an export in the audit: (name, nearest export nothing speaks of, line).

    An audit of a part of the devices is in order, so this is no error; but a typing error looks the same.
    """
    present = {firewall.name for firewall in firewalls}
    hosts = {each.device: each.line for bindings in site.bindings.values() for each in bindings if each.device}
    lines = hosts | {name: device.line for name, device in site.devices.items()}
    strangers = present - lines.keys()
    for name, line in lines.items():
        if name not in present:
            yield name, closest(name, strangers), line


def interface_names(firewall: Firewall) -> tuple[str, ...]:
    """Interfaces and zones, and whatever rules and routes call so: an export may hold policies without interfaces."""
    names = [each.name for each in firewall.interfaces] + [each.name for each in firewall.zones]
    names += [member for each in firewall.zones for member in each.interfaces]
    names += [route.interface for route in firewall.routes if route.interface]
    for rules in firewall.lists:
        for rule in rules.rules:
            names += [*rule.written.ingress, *rule.written.egress, *(rule.ingress or ()), *(rule.egress or ())]
    return tuple(dict.fromkeys(names))


def check_interfaces(site: Site, firewalls: tuple[Firewall, ...]) -> None:
    """Do the interface names of a site file occur in the exports?

    Raises:
        RulesetError: an interface name that its device does not have; the nearest one is named.
    """
    for firewall in firewalls:
        device = site.devices.get(firewall.name)
        known = interface_names(firewall) if device else ()
        if device is None or not known:
            continue
        stated = {interface for interfaces in device.zones.values() for interface in interfaces}
        if not firewall.interfaces and stated & set(known):
            continue  # policies without an interface table, such as a script: they need not name every interface
        for zone, interfaces in device.zones.items():
            for interface in interfaces:
                if interface not in known and not interface.startswith(("ssl.", "naf.", "l2t.")):
                    shown = nearest(interface, known)
                    message = f"device {firewall.name!r} has no interface or zone {interface!r}{shown}"
                    raise RulesetError(site.file, message, device.line, f"devices.{firewall.name}.zones.{zone}")
