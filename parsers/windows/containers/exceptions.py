"""Exceptions of the firewall before Windows Vista in the registry: ports, programs, services and ICMP types let in.

Group policy still sets them ("Windows Defender Firewall: Define inbound port exceptions" and its neighbours of the
administrative templates, supported "at least on Windows XP SP2"), every Windows heeds them, and neither netsh nor
Get-NetFirewallRule lists them. The local ones were made rules when Windows Vista came: beside rules they are leftovers.

Source: Microsoft, windowsfirewall.admx and the explanations of its policies: "PORT:TRANSPORT:SCOPE:STATUS:NAME",
"PATH:SCOPE:STATUS:NAME"; a scope is "*", "localsubnet", or addresses after commas. A disabled entry overrides the
enabled ones of the same port or program in its list, and who opens TCP port 445 lets echo requests in too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from parsers.model.origin import Gap, Origin
from parsers.model.rule import Scope, ScopeKind
from parsers.model.services import ICMP, TCP, UDP
from parsers.windows.containers.values import RegistryValue
from parsers.windows.written import PROFILES, WrittenRule

_REST = r":(?P<scope>[^:]+):(?P<status>enabled|disabled):(?P<name>.*)$"
_PORT = re.compile(r"^(?P<subject>\d{1,5}:(?:TCP|UDP))" + _REST, re.IGNORECASE)
_PROGRAM = re.compile(r"^(?P<subject>(?:[A-Z]:)?[^:]+)" + _REST, re.IGNORECASE)
_FILES = (("tcp", "139,445"), ("udp", "137,138"))
_SERVICES: Mapping[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "services\\fileandprint": ("file and printer sharing", _FILES),
    "services\\remotedesktop": ("Remote Desktop", (("tcp", "3389"),)),
    "services\\upnpframework": ("UPnP framework", (("tcp", "2869"), ("udp", "1900"))),
    "remoteadminsettings": ("remote administration", (("tcp", "135,445,RPC"),)),
}
_ICMP = {
    "allowinboundechorequest": 8,
    "allowinboundmaskrequest": 17,
    "allowinboundrouterrequest": 10,
    "allowinboundtimestamprequest": 13,
    "allowredirect": 5,
}
_ECHO = ((8, None),)
_REPLACED = (("unread", "the newer profiles of the same policy may stand in its place"),)
STORE = "gpo exceptions"
"""A store of its own: an export of all rules in force does not hold these."""
_NUMBERS = {"tcp": TCP, "udp": UDP}
_LIST = "\\list"
_LISTS = ("globallyopenports", "authorizedapplications")
KEYS = frozenset([*_SERVICES, "icmpsettings", *_LISTS, *(each + _LIST for each in _LISTS)])
"""The keys below a profile's that hold such exceptions."""


@dataclass(slots=True)
class Exceptions:
    """The values of the exceptions of one policy root, by profile key and the key below it."""

    values: dict[tuple[str, str], dict[str, RegistryValue]] = field(default_factory=dict)

    def add(self, profile: str, below: str, value: RegistryValue) -> None:
        """One more value; a later one of the same name replaces an earlier one."""
        self.values.setdefault((profile, below), {})[value.name.casefold()] = value

    def rules(
        self, file: str, store: str, names: Callable[[str], Iterable[str]], gaps: list[Gap]
    ) -> Iterator[WrittenRule]:
        """Every exception as a rule in the profiles that `names` gives for a profile's key; what is none is a gap."""
        for (profile, below), values in self.values.items():
            profiles = frozenset(names(profile))
            if self._is_off(profile, below):
                continue
            for number, (name, enabled, what, line) in enumerate(_stated(file, below, values, gaps), start=1):
                yield WrittenRule(
                    id=f"{store}/{profile}/{below.removesuffix(_LIST)}/{number}",
                    name=name,
                    file=file,
                    first_line=line,
                    last_line=line,
                    enabled=enabled,
                    direction="in",
                    action="allow",
                    profiles=profiles or frozenset(PROFILES[1:]),
                    conditions=() if profiles else _REPLACED,
                    store=STORE if store == "gpo" else store,
                    group="exceptions of the administrative templates" if store == "gpo" else "",
                    **what,
                )

    def _is_off(self, profile: str, below: str) -> bool:
        """Does a policy switch the list off that this is?"""
        if not below.endswith(_LIST):
            return False
        switch = self.values.get((profile, below.removesuffix(_LIST)), {}).get("enabled")
        return switch is not None and switch.data == 0


_Stated = Iterator[tuple[str, bool, dict[str, Any], int]]


def _stated(file: str, below: str, values: Mapping[str, RegistryValue], gaps: list[Gap]) -> _Stated:
    """(name, enabled, what it matches, line) of the exceptions of one key."""
    first = next(iter(values.values())).line
    if below == "icmpsettings":
        kinds = tuple((kind, None) for name, kind in _ICMP.items() if _is_set(values, name))
        if kinds:
            yield "ICMP exceptions", True, {"protocol": ICMP, "icmp": kinds}, first
    elif below in _SERVICES or below.endswith(_LIST):
        is_list = below not in _SERVICES
        found = tuple(_listed(file, below, values.values(), gaps) if is_list else _service(below, values, first))
        yield from found
        if any(enabled and _opens_445(what) for _, enabled, what, _ in found):
            yield "echo requests, because TCP port 445 is open", True, {"protocol": ICMP, "icmp": _ECHO}, first


def _opens_445(what: Mapping[str, Any]) -> bool:
    return what.get("protocol") == TCP and "445" in what["local_ports"]


def _listed(file: str, below: str, values: Iterable[RegistryValue], gaps: list[Gap]) -> _Stated:
    """The entries of a list of ports or programs."""
    form = _PORT if below.startswith("globally") else _PROGRAM
    entries: list[tuple[re.Match[str], int]] = []
    for value in values:
        if found := form.match(str(value.data)):
            entries.append((found, value.line))
        else:
            origin = Origin(file, value.line, value.line, "exception", value.name)
            what = f"the exception {value.name!r} is not understood"
            gaps.append(Gap(origin, value.name, "", what, hides_access=True))
    closed = {_subject(each) for each, _ in entries if each["status"].casefold() == "disabled"}
    for each, line in entries:
        name = each["name"] or each["subject"]
        yield name, _subject(each) not in closed, _matched(each) | _remote(each["scope"]), line


def _subject(entry: re.Match[str]) -> str:
    """The port or the program that an entry is about."""
    return entry["subject"].casefold()


def _matched(entry: re.Match[str]) -> dict[str, Any]:
    port, _, protocol = entry["subject"].partition(":")
    if entry.re is _PROGRAM:
        return {"program": Scope(ScopeKind.NAMED, entry["subject"])}
    return {"protocol": _NUMBERS[protocol.casefold()], "local_ports": (port,)}


def _service(below: str, values: Mapping[str, RegistryValue], line: int) -> _Stated:
    title, ports = _SERVICES[below]
    scope = values.get("remoteaddresses")
    for protocol, numbers in ports if _is_set(values, "enabled") else ():
        match = {"protocol": _NUMBERS[protocol], "local_ports": tuple(numbers.split(","))}
        yield f"{title} ({protocol.upper()})", True, match | _remote(str(scope.data) if scope else "*"), line


def _is_set(values: Mapping[str, RegistryValue], name: str) -> bool:
    return name in values and values[name].data not in (0, None)


def _remote(scope: str) -> dict[str, Any]:
    words = [word.strip() for word in scope.split(",") if word.strip()]
    return {"remote_addresses": () if "*" in words or not words else tuple(words)}
