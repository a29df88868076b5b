"""A firewall policy in the registry, local or by group policy, as a written host.

Source: the reference, section 4.3 and 7.1, and its hardening document, section 1: which keys hold what, which values
mean what, and what an absent value means. Authentication sets and connection security keys are never looked at: they
may hold pre-shared keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from parsers.errors import UnreadableError
from parsers.model.origin import Gap, Ledger, Origin
from parsers.source import Document
from parsers.windows.containers import rulestring
from parsers.windows.containers.exceptions import KEYS, Exceptions
from parsers.windows.containers.values import RegistryValue
from parsers.windows.convert import device_name
from parsers.windows.written import WrittenHost, WrittenProfile, WrittenRule

RULE_KEYS: Mapping[str, str] = {
    "firewallrules": "",
    "restrictedservices\\static\\system": "hardening",
    "restrictedservices\\configurable\\system": "hardening",
    "restrictedservices\\appiso\\firewallrules": "appiso",
    "mdm\\firewallrules": "mdm",
}
"""Keys below a policy root that hold rule strings, and the store of their rules ("": the root's own)."""

PROFILE_KEYS: Mapping[str, tuple[str, ...]] = {
    "domainprofile": ("domain",),
    "privateprofile": ("private",),
    "publicprofile": ("public",),
    "standardprofile": ("private",),
}
_LEFT_OVER = (
    "Exceptions of the time before Windows Vista ({}) are in the registry beside the rules and are not counted: that "
    "Windows made rules of them."
)
_UNLISTED = (
    "The administrative templates of the policy open exceptions ({}): every Windows heeds them, and neither netsh nor "
    "Get-NetFirewallRule lists them."
)
_MOST_GAPS = 1000
"""After so many values that are not understood the file is no firewall policy."""
_LOCAL = re.compile(
    r"(?:^|\\)(CurrentControlSet|ControlSet\d{3})\\Services\\SharedAccess\\Parameters\\FirewallPolicy(?:\\(.*))?$", re.I
)
_GPO = re.compile(r"(?:^|\\)Policies\\Microsoft\\WindowsFirewall(?:\\(.*))?$", re.I)


SERVICES = ("mpssvc", "bfe")
"""The services without which the firewall filters nothing: its own, and the base filtering engine."""
DISABLED = 4
"""The start type of a service that is never started (the value `Start` of its key)."""


def never_starts(file: str, service: str, line: int = 0) -> Gap:
    """A gap for a service of the firewall that is disabled: whether anything filters then is not known."""
    what = (
        f"the service {service} is disabled, without which the Windows Firewall filters nothing: its rules are not in "
        "force unless somebody started it since; find out what filters this server"
    )
    return Gap(Origin(file, line, line, "service", service), service, "Start=4", what, hides_access=True)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a registry path lies: the store, the control set ("" for group policy) and the key below the root."""

    store: str
    control_set: str
    key: str


def place(path: str) -> Place | None:
    """The place of a full registry path, or None when it is no part of a firewall policy."""
    if found := _LOCAL.search(path):
        return Place("local", found.group(1).casefold(), found.group(2) or "")
    if found := _GPO.search(path):
        return Place("gpo", "", found.group(1) or "")
    return None


@dataclass(slots=True)
class Policy:
    """The values of one policy root, collected before interpretation."""

    store: str
    rules: list[tuple[str, RegistryValue]] = field(default_factory=list)
    profiles: dict[str, dict[str, RegistryValue]] = field(default_factory=dict)
    has_rules_key: bool = False
    version: tuple[int, int] = (0, 0)
    others: int = 0
    exceptions: Exceptions = field(default_factory=Exceptions)

    def add(self, value: RegistryValue) -> None:
        """Sort one value into rules, profiles and the rest; a later value of the same name replaces an earlier one."""
        key = value.key.strip("\\").casefold()
        if key in RULE_KEYS:
            self.has_rules_key = True
            self.rules.append((RULE_KEYS[key] or self.store, value))
            return
        top, _, below = key.partition("\\")
        if top in PROFILE_KEYS and below in ("", "logging"):
            name = f"Logging/{value.name}" if below else value.name
            self.profiles.setdefault(top, {})[name.casefold()] = replace(value, name=name)
        elif top in PROFILE_KEYS and below in KEYS:
            self.exceptions.add(top, below, value)
        else:
            self.others += 1
            if not key and value.name.casefold() == "policyversion" and isinstance(value.data, int):
                self.version = (value.data >> 8, value.data & 0xFF)

    def names(self, top: str) -> tuple[str, ...]:
        """The profiles that a profile's key speaks for, given the others there are; () for none."""
        if top != "standardprofile":
            return PROFILE_KEYS[top]
        if self.store == "gpo":
            # The policy of old clients stands for both newer profiles, where neither is given.
            return () if {"privateprofile", "publicprofile"} & set(self.profiles) else ("private", "public")
        return () if "privateprofile" in self.profiles else PROFILE_KEYS[top]


def host(document: Document, policies: Iterable[Policy], format_: str, **facts: str) -> WrittenHost:
    """One host from the policies of a container; `facts` are further fields of `WrittenHost` (name, encoding)."""
    rules: list[WrittenRule] = []
    gaps: list[Gap] = []
    profiles: list[WrittenProfile] = []
    stores: list[str] = []
    notes: list[str] = []
    skipped = others = 0
    version: tuple[int, int] = (0, 0)
    for policy in policies:
        reader = _Rules(document.name, policy)
        rules += reader.rules
        gaps += reader.gaps
        skipped += reader.skipped
        others += policy.others
        version = max(version, policy.version)
        profiles += _profiles(document.name, policy)
        if policy.has_rules_key:
            stores += [policy.store, *(each.store for each in reader.rules)]
        unclear: list[Gap] = []
        old = tuple(policy.exceptions.rules(document.name, policy.store, policy.names, unclear))
        enabled = sum(each.enabled is True for each in old)
        if policy.store == "gpo":
            stores += ["gpo"] if old else []
            notes += [_UNLISTED.format(enabled)] if enabled else []
        elif enabled and policy.has_rules_key:
            notes.append(_LEFT_OVER.format(enabled))
        if policy.store == "gpo" or not policy.has_rules_key:
            rules += old
            gaps += unclear
    if skipped:
        are = "rules were" if skipped > 1 else "rule was"
        notes.append(f"{skipped} connection security (IPsec) {are} left out: such rules open nothing by themselves.")
    read = len(rules) + sum(len(each.values) for each in profiles)
    return WrittenHost(
        name=facts.get("name") or device_name(document.name),
        rules=tuple(rules),
        profiles=tuple(profiles),
        gaps=tuple(gaps),
        notes=tuple(notes),
        richness=3 if stores else 0,
        stores=tuple(dict.fromkeys(stores)),
        version=f"policy schema {version[0]}.{version[1]}" if version[0] else "",
        format=format_,
        encoding=facts.get("encoding", ""),
        ledger=Ledger(read + skipped + others + len(gaps), read, skipped + others, len(gaps)),
    )


class _Rules:
    """The rules of one policy root."""

    def __init__(self, file: str, policy: Policy) -> None:
        self.file = file
        self.gaps: list[Gap] = []
        self.skipped = 0
        # The last value of a name counts, as in the registry itself.
        latest: dict[tuple[str, str], tuple[str, RegistryValue]] = {}
        for store, value in policy.rules:
            key = (value.key.casefold(), value.name.casefold())
            latest.pop(key, None)
            latest[key] = (store, value)
        parsed = [(store, value, *parts) for store, value in latest.values() if (parts := self._tokens(value))]
        # Group policy may be written on a newer Windows than the host's: its versions say nothing about the host.
        newest = max([policy.version, *(version for store, _, version, _ in parsed if store == "local")])
        schema = newest if policy.store == "local" else (0, 0)
        self.rules = [self._rule(store, value, parts, schema) for store, value, _, parts in parsed]

    def _tokens(self, value: RegistryValue) -> tuple[tuple[int, int], dict[str, list[str]]] | None:
        if value.data is None or value.data == "":
            self._gap(value, "has no text")
            return None
        try:
            version, parts = rulestring.tokens(str(value.data))
        except ValueError as error:
            self._gap(value, f"is not understood: {error}")
            return None
        if rulestring.is_connection_security(parts):
            self.skipped += 1
            return None
        return version, parts

    def _rule(
        self, store: str, value: RegistryValue, parts: dict[str, list[str]], schema: tuple[int, int]
    ) -> WrittenRule:
        rule = rulestring.written(value.name, parts, file=self.file, line=value.line, store=store, policy=schema)
        if value.damaged:
            rule = replace(rule, unread=(*rule.unread, "damaged characters"))
        if rule.unread:
            # A further key only narrows a rule; without a direction or an action nobody knows what it opens.
            severe = any(each.startswith(("Dir=", "Action=")) for each in rule.unread) or value.damaged
            origin = Origin(self.file, value.line, value.line, "rule", rule.name)
            what = f"rule {rule.name!r}: not understood: {', '.join(rule.unread)}"
            self.gaps.append(Gap(origin, f"rule {value.name}", rule.unread[0], what, hides_access=severe))
        return rule

    def _gap(self, value: RegistryValue, what: str) -> None:
        if len(self.gaps) >= _MOST_GAPS:
            raise UnreadableError(
                self.file, f"over {_MOST_GAPS} values are no firewall rules: export it again", value.line
            )
        origin = Origin(self.file, value.line, value.line, "rule", value.name)
        self.gaps.append(Gap(origin, f"rule {value.name}", "", f"the value {value.name!r} {what}", hides_access=True))


def _profiles(file: str, policy: Policy) -> Iterator[WrittenProfile]:
    for top, values in policy.profiles.items():
        for name in policy.names(top):
            yield _profile(file, name, policy.store, values)


def _profile(file: str, name: str, store: str, values: dict[str, RegistryValue]) -> WrittenProfile:
    enabled = _number(values, "EnableFirewall")
    inbound = _number(values, "DefaultInboundAction")
    outbound = _number(values, "DefaultOutboundAction")
    shield = _number(values, "DoNotAllowExceptions")
    merge = _number(values, "AllowLocalPolicyMerge")
    local = store == "local"
    first = min((value.line for value in values.values()), default=0)
    main = {"enablefirewall", "defaultinboundaction", "defaultoutboundaction", "donotallowexceptions"}
    return WrittenProfile(
        profile=name,
        enabled=None if enabled is None else enabled != 0,
        # In the local store an absent value is the system's default: inbound blocked, outbound allowed.
        inbound=_word(inbound, {0: "allow"}, "block") or ("block" if local else None),
        outbound=_word(outbound, {1: "block"}, "allow") or ("allow" if local else None),
        # In the local store the value has no effect.
        merge_local=None if merge is None or local else merge != 0,
        shielded=shield != 0 if shield is not None else None,
        store=store,
        line=first,
        file=file,
        excluded=_text(values, "DisabledInterfaces"),
        values=tuple((value.name, str(value.data)) for key, value in values.items() if key not in main),
    )


def _text(values: dict[str, RegistryValue], name: str) -> str:
    value = values.get(name.casefold())
    return str(value.data).strip() if value is not None and value.data else ""


def _number(values: dict[str, RegistryValue], name: str) -> int | None:
    value = values.get(name.casefold())
    return value.data if value is not None and isinstance(value.data, int) else None


def _word(number: int | None, words: dict[int, str], other: str) -> str | None:
    return None if number is None else words.get(number, other)
