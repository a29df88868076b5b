"""Scripts of `New-NetFirewallRule` commands: the rules they make.

Source: Microsoft, New-NetFirewallRule (defaults: inbound, allow, enabled, every profile, any protocol, port, address
and program) and Set-NetFirewallProfile. A script says which rules it makes, not which ones a host has: rules of the
host's exports stay beside them. What a script computes, or does inside braces, makes a rule possible, not certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from parsers.model.origin import Gap, Ledger, Origin
from parsers.source import Document
from parsers.windows.convert import device_name
from parsers.windows.powershell import filters
from parsers.windows.powershell.bags import LOST, Bag, Value
from parsers.windows.powershell.statements import PASSED_OVER, Command, commands
from parsers.windows.written import PROFILES, WrittenHost, WrittenProfile, WrittenRule

_HEAD = 400_000
_MAKES = re.compile(r"^[^#\r\n]*\bNew-NetFirewallRule\b", re.IGNORECASE | re.MULTILINE)
_FOLDER = re.compile(r"^\$\{?(?:env:)?(\w+)\}?[\\/]", re.IGNORECASE)
"""A folder that the script is told when it runs, or a variable of the environment: rules write it %NAME%."""

_DEFAULTS: Mapping[str, Value] = {
    "direction": "Inbound", "action": "Allow", "enabled": "True", "profile": "Any", "protocol": "Any",
    "localport": "Any", "remoteport": "Any", "icmptype": "Any", "localaddress": "Any", "remoteaddress": "Any",
    "program": "Any", "service": "Any", "interfacealias": "Any", "interfacetype": "Any",
    "authentication": "NotRequired", "encryption": "NotRequired", "overrideblockrules": "False",
}  # fmt: skip
_PARAMETERS = frozenset(
    "name displayname description group owner package platform policystore gposession localuser remoteuser "
    "remotemachine edgetraversalpolicy loosesourcemapping localonlymapping dynamictarget dynamictransport "
    "policyappid remotedynamickeywordaddresses "
    "cimsession throttlelimit asjob whatif confirm verbose debug erroraction warningaction errorvariable "
    "warningvariable outvariable outbuffer informationaction ea".split()
) | frozenset(_DEFAULTS)
_SHORT = {"localip": "localaddress", "remoteip": "remoteaddress", "interface": "interfacealias", "id": "name"}
_CHANGES = frozenset(
    "set-netfirewallrule enable-netfirewallrule copy-netfirewallrule rename-netfirewallrule "
    "set-netfirewalladdressfilter set-netfirewallportfilter set-netfirewallapplicationfilter "
    "set-netfirewallservicefilter set-netfirewallinterfacefilter set-netfirewallinterfacetypefilter "
    "set-netfirewallsecurityfilter".split()
)
_CLOSES = frozenset({"remove-netfirewallrule", "disable-netfirewallrule"})
_ADDED = (
    "A script says which rules it makes, not which ones the host has: rules of other exports of the host are "
    "taken beside them."
)


def recognises(text: str) -> bool:
    """Does a text make firewall rules by PowerShell commands?"""
    return _MAKES.search(text[:_HEAD]) is not None


def read(document: Document) -> WrittenHost:
    """The rules a script makes; what it changes or removes of others is a gap or a note."""
    rules: list[WrittenRule] = []
    profiles: list[WrittenProfile] = []
    gaps: list[Gap] = []
    notes = [_ADDED]
    for command in commands(document.text.lstrip("\ufeff")):
        if command.name == "new-netfirewallrule":
            if command.parameters.get("whatif", "False") not in (None, "True"):
                rules.append(_rule(document.name, command, len(rules) + 1))
        elif command.name == PASSED_OVER:
            gaps.append(
                _gap(document.name, command, "makes rules that are not read: give each a line of its own", hides=True)
            )
        elif command.name == "set-netfirewallprofile":
            profiles += _profiles(document.name, command, gaps)
        elif command.name in _CHANGES or _is_netsh(command):
            gaps.append(_gap(document.name, command, "changes rules that the script does not show", hides=True))
        elif command.name in _CLOSES and rules:
            gaps.append(_gap(document.name, command, "may take back rules the script made above", hides=False))
        elif command.name in _CLOSES:
            notes.append(f"{document.name}:{command.line}: rules the host had may be removed; none is taken as gone.")
    total = document.text.count("\n") + 1
    read_lines = len({number for rule in rules for number in range(rule.first_line, rule.last_line + 1)})
    return WrittenHost(
        name=device_name(document.name),
        rules=tuple(rules),
        profiles=tuple(profiles),
        gaps=(*gaps, *_unread(rules)),
        notes=tuple(dict.fromkeys(notes)),
        stores=("local", f"script {document.name}"),
        format="PowerShell script",
        encoding=document.decoded.encoding,
        ledger=Ledger(total, read_lines, total - read_lines, 0),
    )


def _rule(file: str, command: Command, number: int) -> WrittenRule:
    given = {_SHORT.get(name, name): value for name, value in command.parameters.items()}
    strange = sorted(set(given) - _PARAMETERS)
    properties: dict[str, Value] = dict(_DEFAULTS)
    # A parameter without a value is a mistake PowerShell refuses; what was meant is not known.
    properties |= {name: LOST if value is None else value for name, value in given.items()}
    name = properties.get("displayname") or properties.get("name")
    if isinstance(program := properties["program"], str):
        properties["program"] = _FOLDER.sub(r"%\1%\\", program)
    properties["name"] = name if isinstance(name, str) and name else f"rule {number}"
    bag = Bag(properties, command.line)
    rule = filters.written(file, number, bag, doubtful=False)
    unread = [*rule.unread, *(f"-{each}" for each in strange)]
    if command.values:
        unread.append("values without a parameter")
    if command.inside:
        unread.append("it stands in braces: whether it runs is not known")
    store = f"script {file}"
    return replace(rule, last_line=command.last_line, store=store, unread=tuple(dict.fromkeys(unread)))


def _profiles(file: str, command: Command, gaps: list[Gap]) -> Iterator[WrittenProfile]:
    """The profiles a command sets; what it does not set stays open."""
    named = command.parameters.get("profile", command.parameters.get("name"))
    if named is None and command.values:
        named = command.values[0]
    words = [named] if isinstance(named, str) else named if isinstance(named, list) else list(PROFILES)
    every = "all" in command.parameters or (named is None and not command.values)
    keys = [word.strip().casefold() for each in words for word in each.split(",")]
    keys = list(PROFILES) if every or "any" in keys else keys
    if command.inside or named is LOST or LOST in command.parameters.values():
        gaps.append(_gap(file, command, "sets profiles to values the script computes", hides=True))
        return
    for key in keys:
        properties: dict[str, Value] = {"defaultinboundaction": "", **command.parameters, "name": key}
        found = filters.profile(file, Bag(properties, command.line))
        if found is not None:
            yield found


def _is_netsh(command: Command) -> bool:
    words = [str(value).casefold() for value in command.values]
    return command.name.startswith("netsh") and "advfirewall" in words and bool({"add", "set", "import"} & set(words))


def _gap(file: str, command: Command, what: str, *, hides: bool) -> Gap:
    origin = Origin(file, command.line, command.last_line, "command", command.name)
    return Gap(origin, command.name, "", f"{command.name} {what}", hides_access=hides)


def _unread(rules: Iterable[WrittenRule]) -> Iterator[Gap]:
    for rule in rules:
        if rule.unread:
            origin = Origin(rule.file, rule.first_line, rule.last_line, "rule", rule.name)
            what = f"rule {rule.name!r}: not known: {', '.join(rule.unread)}"
            yield Gap(origin, f"rule {rule.id}", rule.unread[0], what, hides_access=rule.enabled is not False)
