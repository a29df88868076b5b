"""Site files: which interfaces, addresses and objects of a company play a ruleset's zones and roles."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from auditor.baseline.document import Item, read_document
from auditor.baseline.values import ports_of
from auditor.baseline.waiverfile import read_day, read_selector
from auditor.findings.finding import Severity
from auditor.findings.waivers import Waiver
from parsers.model.addresses import NO_ADDRESS, AddressSet
from parsers.model.intervals import IntervalSet
from parsers.model.services import port_list

_SEVERITIES = tuple(severity.word for severity in Severity)
_RESOLVE = ("fqdn", "geography", "internet-service", "dynamic", "interface", "object")


@dataclass(frozen=True, slots=True)
class Use:
    """A baseline a site is audited against, with its variables, answers and severities."""

    ruleset: str
    variables: Mapping[str, IntervalSet] = field(default_factory=dict)
    conditions: Mapping[str, bool | str] = field(default_factory=dict)
    severities: Mapping[str, Severity] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SiteDevice:
    """One device of the site. `zones` maps a zone to interface names; `profile` is the active Windows profile."""

    type: str
    vdom: str = ""
    zones: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    profile: str = ""
    host: AddressSet = NO_ADDRESS
    line: int = 0


@dataclass(frozen=True, slots=True)
class Binding:
    """An address that plays a role; `public` is what clients send to, `device` the Windows host in the exports.

    With `object_of` the address is that of a named object of a device: (device, object name).
    """

    address: AddressSet = NO_ADDRESS
    public: AddressSet = NO_ADDRESS
    device: str = ""
    object_of: tuple[str, str] | None = None
    line: int = 0
    guess: bool = False
    """Does little speak for it, such as the name of an object? Then nobody has confirmed it yet."""


@dataclass(frozen=True, slots=True)
class SiteException:
    """An accepted finding: a selector, why, who, until when (ISO day)."""

    id: str
    selector: Mapping[str, str]
    reason: str
    owner: str
    expires: str
    ticket: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Site:
    """A whole site file."""

    id: str
    baselines: tuple[Use, ...] = ()
    devices: Mapping[str, SiteDevice] = field(default_factory=dict)
    bindings: Mapping[str, tuple[Binding, ...]] = field(default_factory=dict)
    not_deployed: tuple[str, ...] = ()
    networks: Mapping[str, AddressSet] = field(default_factory=dict)
    resolve: Mapping[str, AddressSet] = field(default_factory=dict)
    exceptions: tuple[SiteException, ...] = ()
    reviewed: str = ""
    file: str = ""
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)
    """The line of each answer, variable, zone and role, by its path in the file, for messages."""
    apart: tuple[Site, ...] = ()
    """Networks that nothing joins, each judged by itself; only what was inferred from several exports has any."""

    @property
    def rulesets(self) -> tuple[str, ...]:
        """The baselines named, in order."""
        return tuple(use.ruleset for use in self.baselines)

    def use(self, ruleset: str) -> Use:
        """The settings for one baseline; empty ones when the site does not name it."""
        return next((use for use in self.baselines if use.ruleset == ruleset), Use(ruleset))

    @property
    def waivers(self) -> tuple[Waiver, ...]:
        """The exceptions as waivers."""
        return tuple(
            Waiver(
                each.id,
                each.selector,
                each.reason,
                each.owner,
                date.fromisoformat(each.expires),
                each.ticket,
                self.file,
                each.line,
            )
            for each in self.exceptions
        )


def load_site(path: Path, text: str | None = None) -> Site:
    """A site file; with `text` its content, and `path` is only its name in messages.

    Raises:
        RulesetError: the file is broken; the message names file, line and path.
    """
    root = read_document(path, text)
    known = "schema id baselines devices bindings not_deployed networks resolve exceptions reviewed".split()
    top = root.mapping(known, ("schema", "id"))
    if top["schema"].text() != "fwsite/1":
        raise top["schema"].error("expected schema fwsite/1")
    return Site(
        id=_name(top["id"]),
        baselines=tuple(_use(item) for item in top["baselines"].items()) if "baselines" in top else (),
        devices={key: _device(item) for key, item in _part(top, "devices").items()},
        bindings={key: tuple(_binding(each) for each in item.items()) for key, item in _part(top, "bindings").items()},
        not_deployed=top["not_deployed"].texts(empty=True) if "not_deployed" in top else (),
        networks={key: _networks(item) for key, item in _part(top, "networks").items()},
        resolve=_resolve(top["resolve"]) if "resolve" in top else {},
        exceptions=tuple(_exception(item) for item in top["exceptions"].items()) if "exceptions" in top else (),
        reviewed=read_day(top["reviewed"]).isoformat() if "reviewed" in top else "",
        file=str(path),
        lines=_lines(top),
    )


def _lines(top: Mapping[str, Item]) -> dict[str, int]:
    """Where the words stand that only a ruleset can know."""
    found = {item.path: item.line for key in ("bindings", "networks") for item in _part(top, key).values()}
    for device in _part(top, "devices").values():
        found |= {item.path: item.line for item in _part(device.mapping(), "zones").values()}
    for use in top["baselines"].items() if "baselines" in top else ():
        entry = use.mapping()
        for key in ("set", "conditions", "severity"):
            found |= {item.path: item.line for item in _part(entry, key).values()}
    if "not_deployed" in top:
        found["not_deployed"] = top["not_deployed"].line
    return found


def _name(item: Item) -> str:
    if not item.text():
        raise item.error("expected a name, found nothing")
    return item.text()


def _part(top: Mapping[str, Item], key: str) -> Mapping[str, Item]:
    return top[key].mapping() if key in top else {}


def _use(item: Item) -> Use:
    entry = item.mapping(("use", "set", "conditions", "severity"), ("use",))
    return Use(
        entry["use"].text(),
        {key: ports_of(value) for key, value in _part(entry, "set").items()},
        {key: value.answer() for key, value in _part(entry, "conditions").items()},
        {key: Severity.parse(each.choice(_SEVERITIES, "severity")) for key, each in _part(entry, "severity").items()},
    )


def _device(item: Item) -> SiteDevice:
    entry = item.mapping(("type", "vdom", "zones", "profile", "host"), ("type",))
    host = entry.get("host")
    profile = entry["profile"].choice(("domain", "private", "public"), "profile") if "profile" in entry else ""
    return SiteDevice(
        type=entry["type"].choice(("fortigate", "windows", "cisco"), "type"),
        vdom=entry["vdom"].text() if "vdom" in entry else "",
        zones={key: value.texts() for key, value in _part(entry, "zones").items()},
        profile=profile,
        host=_addresses(host) if host else NO_ADDRESS,
        line=item.line,
    )


def _binding(item: Item) -> Binding:
    entry = item.mapping(("address", "public", "device", "object", "guess"))
    if "address" not in entry and "object" not in entry:
        raise item.error("expected an address or an object")
    named = None
    if "object" in entry:
        parts = entry["object"].mapping(("device", "name"), ("device", "name"))
        named = (parts["device"].text(), parts["name"].text())
    return Binding(
        _addresses(entry["address"]) if "address" in entry else NO_ADDRESS,
        _addresses(entry["public"]) if "public" in entry else NO_ADDRESS,
        entry["device"].text() if "device" in entry else "",
        named,
        item.line,
        "guess" in entry and entry["guess"].flag(),
    )


def _addresses(item: Item) -> AddressSet:
    parts = item.parts()
    found = []
    for part in parts:
        first, dash, last = part.text().partition("-")
        try:
            found.append(AddressSet.range(first.strip(), last.strip()) if dash else AddressSet.network(first))
        except ValueError as error:
            raise part.error(f"{error}: write 10.0.10.21, 10.0.10.0/24 or 10.0.10.1-10.0.10.9") from None
    return AddressSet.union(found)


def _networks(item: Item) -> AddressSet:
    return _addresses(item)


def _resolve(item: Item) -> dict[str, AddressSet]:
    """What the user knows of objects that a backup cannot resolve, by object name."""
    found: dict[str, AddressSet] = {}
    for kind, names in item.mapping(_RESOLVE).items():
        for name, value in names.mapping().items():
            found[f"{kind}:{name}"] = _addresses(value)
    return found


def _exception(item: Item) -> SiteException:
    entry = item.mapping(
        ("id", "finding", "reason", "owner", "ticket", "expires"), ("id", "finding", "reason", "owner", "expires")
    )
    return SiteException(
        entry["id"].text(),
        read_selector(entry["finding"]),
        entry["reason"].text(),
        entry["owner"].text(),
        read_day(entry["expires"]).isoformat(),
        entry["ticket"].text() if "ticket" in entry else "",
        item.line,
    )


def site_yaml(site: Site) -> str:
    """The site as a commented file that `load_site` reads back equal (lines apart)."""
    lines = [
        "# Who is who in this network. Written from the exports: correct what is wrong, then audit with --site.",
        "schema: fwsite/1",
        f"id: {_quoted(site.id)}",
        "baselines:",
    ]
    for use in site.baselines:
        lines.append(f"  - use: {_quoted(use.ruleset)}")
        if use.variables:
            lines.append("    set:")
            lines += [f'      {key}: "{port_list(value)}"' for key, value in use.variables.items()]
        if use.conditions:
            lines.append("    conditions:")
            lines += [f"      {key}: {_answer(value)}" for key, value in use.conditions.items()]
        if use.severities:
            lines.append("    severity:")
            lines += [f"      {_quoted(key)}: {value.word}" for key, value in use.severities.items()]
    lines.append("devices:" if site.devices else "devices: {}")
    for name, device in site.devices.items():
        lines += [f"  {_quoted(name)}:", f"    type: {device.type}"]
        if device.vdom:
            lines.append(f"    vdom: {_quoted(device.vdom)}")
        if device.zones:
            lines.append("    zones:  # which interfaces lie in which zone; 'internet' is the untrusted one")
            lines += [f"      {zone}: [{', '.join(map(_quoted, names))}]" for zone, names in device.zones.items()]
        if device.profile:
            lines.append(f"    profile: {device.profile}")
        if device.host:
            lines.append(f"    host: {_list(device.host)}")
    lines.append("bindings:  # which address plays which role" if site.bindings else "bindings: {}")
    for role, bindings in site.bindings.items():
        lines.append(f"  {role}:")
        for binding in bindings:
            parts = []
            if binding.address:
                parts.append(f"address: {_list(binding.address)}")
            if binding.public:
                parts.append(f"public: {_list(binding.public)}")
            if binding.device:
                parts.append(f"device: {_quoted(binding.device)}")
            if binding.object_of:
                parts.append(
                    f"object: {{device: {_quoted(binding.object_of[0])}, name: {_quoted(binding.object_of[1])}}}"
                )
            if binding.guess:
                parts.append("guess: true")
            remark = "  # delete the guess when it is right" if binding.guess else ""
            lines.append(f"    - {{{', '.join(parts)}}}{remark}")
    lines.append(f"not_deployed: [{', '.join(site.not_deployed)}]")
    if site.networks:
        lines.append("networks:")
        lines += [f"  {zone}: {_list(value)}" for zone, value in site.networks.items()]
    lines += _later_parts(site)
    return "\n".join(lines) + "\n"


def _later_parts(site: Site) -> list[str]:
    """What an inferred site never has: resolved objects, exceptions, the day of review."""
    lines = ["resolve:"] if site.resolve else []
    for kind in dict.fromkeys(key.partition(":")[0] for key in site.resolve):
        lines.append(f"  {kind}:")
        for key, value in site.resolve.items():
            if key.startswith(f"{kind}:"):
                lines.append(f"    {_quoted(key.partition(':')[2])}: {_list(value)}")
    lines += ["exceptions:"] if site.exceptions else []
    for each in site.exceptions:
        selector = ", ".join(f"{key}: {_quoted(value)}" for key, value in each.selector.items())
        lines += [f"  - id: {_quoted(each.id)}", f"    finding: {{{selector}}}", f"    reason: {_quoted(each.reason)}"]
        lines += [f"    owner: {_quoted(each.owner)}", f'    expires: "{each.expires}"']
        lines += [f"    ticket: {_quoted(each.ticket)}"] if each.ticket else []
    return lines + ([f'reviewed: "{site.reviewed}"'] if site.reviewed else [])


def _answer(value: bool | str) -> str:
    return _quoted(value) if isinstance(value, str) else str(value).lower()


def _quoted(text: str) -> str:
    plain = text.replace("-", "").replace("_", "").replace(".", "").replace("/", "")
    if (
        plain.isalnum()
        and text[0].isalpha()
        and text.casefold() not in ("yes", "no", "on", "off", "true", "false", "null", "y", "n")
    ):
        return text
    return json.dumps(text)  # a JSON string is a YAML string, control characters included


def _list(addresses: AddressSet) -> str:
    items = addresses.text(10_000).split(", ")
    return f'"{items[0]}"' if len(items) == 1 else "[" + ", ".join(f'"{each}"' for each in items) + "]"
