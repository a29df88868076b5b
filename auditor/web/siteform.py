"""The site as a form on the page, and a form that was sent back as a site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from auditor.baseline import Binding, RulesetError, Site, SiteDevice
from auditor.commands.case import Case
from parsers.model.addresses import NO_ADDRESS, AddressSet
from parsers.model.firewall import Firewall

NAME = "site.yaml"
MOST_ROWS = 500
PROFILES = ("", "domain", "private", "public")


def form_value(case: Case) -> dict[str, Any]:
    """Devices with their interfaces and zones, addresses with their roles, and the words to choose from."""
    zones = dict.fromkeys(["internet", "perimeter", "internal"])
    roles: dict[str, str] = {}
    for ruleset in case.rulesets:
        zones |= dict.fromkeys(ruleset.zones)
        roles |= {role.name: role.title for role in ruleset.roles.values()}
    bindings = [
        {
            "role": role,
            "address": each.address.text(50),
            "public": each.public.text(50) if each.public else "",
            "device": each.device,
            "guess": each.guess,
        }
        for role, several in case.site.bindings.items()
        for each in several
        if each.object_of is None
    ]
    return {
        "zones": list(zones),
        "roles": [{"name": name, "title": title} for name, title in roles.items()],
        "devices": [_device(firewall, case.site) for firewall in case.firewalls],
        "bindings": bindings,
    }


def _device(firewall: Firewall, site: Site) -> dict[str, Any]:
    device = site.devices.get(firewall.name) or SiteDevice(firewall.vendor)
    known = {each.name: each for each in firewall.interfaces}
    names = dict.fromkeys(name for names in device.zones.values() for name in names)
    names |= dict.fromkeys(known)
    zone = {name: zone for zone, names in device.zones.items() for name in names}
    interfaces = [] if firewall.is_host else list(names)
    return {
        "name": firewall.name,
        "host": firewall.is_host,
        "profile": device.profile,
        "interfaces": [
            {
                "name": name,
                "zone": zone.get(name, ""),
                "about": ", ".join(
                    part
                    for part in (known[name].alias, known[name].networks.text(3) if known[name].networks else "")
                    if part
                )
                if name in known
                else "",
            }
            for name in interfaces
        ],
    }


def site_from_form(case: Case, form: Mapping[str, Any]) -> Site:
    """The site of a case with the zones, profiles and roles of a form; everything else stays.

    Args:
        case: what is audited.
        form: {"devices": {name: {"zones": {interface: zone}, "profile": ""}}, "bindings": [{"role", "address",
            "public", "device"}]}.

    Raises:
        RulesetError: a device, role, zone or address that cannot be.
    """
    devices = dict(case.site.devices)
    asked = _mapping(form.get("devices"), "devices")
    firewalls = {firewall.name: firewall for firewall in case.firewalls}
    for name, entry in asked.items():
        if name not in firewalls:
            raise RulesetError(NAME, f"there is no device {name!r}")
        old = devices.get(name) or SiteDevice(firewalls[name].vendor, firewalls[name].vdom)
        devices[name] = _with_zones(old, _mapping(entry, name), name)
    site = replace(case.site, devices=devices, bindings=_bindings(case, form.get("bindings")), file=NAME)
    return replace(site, apart=tuple(_part(each, site, case) for each in case.site.apart))


def _part(part: Site, whole: Site, case: Case) -> Site:
    """One of several networks as corrected: its devices, and its servers; one that is nowhere known may be in any."""
    bound = [each for several in whole.bindings.values() for each in several]
    elsewhere = {each.address for each in bound if any(_holds(other, each, case) for other in case.site.apart)}
    elsewhere -= {each.address for each in bound if _holds(part, each, case)}
    bindings = {
        role: kept
        for role, several in whole.bindings.items()
        if (kept := tuple(each for each in several if each.address not in elsewhere))
    }
    devices = {name: whole.devices[name] for name in part.devices}
    return replace(part, devices=devices, bindings=bindings, file=NAME)


def _holds(part: Site, binding: Binding, case: Case) -> bool:
    """Is a server one of this network: bound there before, or in a network of one of its firewalls?"""
    known = any(each.address == binding.address for several in part.bindings.values() for each in several)
    interfaces = [one for each in case.firewalls if each.name in part.devices for one in each.interfaces]
    return known or binding.device in part.devices or any(binding.address <= one.networks for one in interfaces)


def _with_zones(old: SiteDevice, entry: Mapping[str, Any], name: str) -> SiteDevice:
    zones: dict[str, list[str]] = {}
    for interface, zone in _mapping(entry.get("zones"), f"the zones of {name}").items():
        if _text(zone, "a zone"):
            zones.setdefault(zone, []).append(interface)
    profile = _text(entry.get("profile", ""), "a profile")
    if profile not in PROFILES:
        raise RulesetError(NAME, f"{name}: a profile is domain, private or public, not {profile!r}")
    return replace(old, zones={zone: tuple(names) for zone, names in zones.items()}, profile=profile)


def _bindings(case: Case, rows: Any) -> dict[str, tuple[Binding, ...]]:
    if not isinstance(rows, list) or len(rows) > MOST_ROWS:
        raise RulesetError(NAME, f"bindings: a list of at most {MOST_ROWS} rows is expected")
    roles = {role for ruleset in case.rulesets for role in ruleset.roles}
    devices = {firewall.name for firewall in case.firewalls}
    found: dict[str, list[Binding]] = {
        role: kept for role, each in case.site.bindings.items() if (kept := [one for one in each if one.object_of])
    }
    for number, row in enumerate(rows, 1):
        entry = _mapping(row, f"row {number}")
        role, device = (_text(entry.get(key, ""), key) for key in ("role", "device"))
        if role not in roles:
            raise RulesetError(NAME, f"row {number}: no ruleset in use has the role {role!r}")
        if device and device not in devices:
            raise RulesetError(NAME, f"row {number}: there is no device {device!r}")
        address = _addresses(_text(entry.get("address", ""), "address"), f"row {number}, address")
        public = _addresses(_text(entry.get("public", ""), "public"), f"row {number}, public address")
        if not address:
            raise RulesetError(NAME, f"row {number}: the address of {role} is missing")
        guess = entry.get("guess") is True
        found.setdefault(role, []).append(Binding(address, public, device, guess=guess))
    return {role: tuple(each) for role, each in found.items()}


def _addresses(text: str, where: str) -> AddressSet:
    found = NO_ADDRESS
    for part in text.replace(";", ",").split(","):
        first, dash, last = (each.strip() for each in part.partition("-"))
        if not first:
            continue
        try:
            found = found | (AddressSet.range(first, last) if dash else AddressSet.network(first))
        except ValueError as error:
            hint = "write 10.0.10.21, 10.0.10.0/24 or 10.0.10.1-10.0.10.9"
            raise RulesetError(NAME, f"{where}: {error}: {hint}") from None
    return found


def _mapping(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise RulesetError(NAME, f"{what}: an object is expected")
    return value


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise RulesetError(NAME, f"{what}: text is expected")
    return value.strip()


def origins(case: Case) -> Iterable[str]:
    """What a packet can come from: zones of the site, then interfaces."""
    found = dict.fromkeys(zone for device in case.site.devices.values() for zone in device.zones)
    for firewall in case.firewalls:
        if not firewall.is_host:
            found |= dict.fromkeys(each.name for each in firewall.interfaces)
    return found
