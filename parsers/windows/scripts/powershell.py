"""PowerShell scripts of `New-NetFirewallRule` commands, and of netsh: the rules they make.

Source: Microsoft, New-NetFirewallRule (defaults: inbound, allow, enabled, every profile, any protocol, port, address
and program) and Set-NetFirewallProfile. A script says which rules it makes, not which ones a host has: rules of the
host's exports stay beside them. What a script computes, or does inside braces, makes a rule possible, not certain.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from parsers.source import Document
from parsers.windows.encodings import MOST_SCRIPT_LINES, refuse_broken, refuse_nonsense
from parsers.windows.powershell import filters
from parsers.windows.powershell.bags import LOST, Bag, Value
from parsers.windows.scripts import MARKED_UP, is_powershell
from parsers.windows.scripts.carried import NETSH, mentions, netsh_words, run_batch
from parsers.windows.scripts.drafts import Draft, Place
from parsers.windows.scripts.made import Made
from parsers.windows.scripts.netsh import words_of
from parsers.windows.scripts.statements import COMPUTED, PASSED_OVER, Command, commands
from parsers.windows.scripts.tags import FOLDER, same_name
from parsers.windows.written import PROFILES, WrittenHost, WrittenRule

_HEAD = 200_000
_MAKES = re.compile(r"^[^#\r\n]*\bNew-NetFirewallRule\b", re.IGNORECASE | re.MULTILINE)

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
INSIDE = "it stands in braces: whether it runs is not known"
BEHIND = "the script ends above it"
_WILDCARD = re.compile(r"[*?\[]")
_BLOCK_COMMENT = re.compile(r"<#.*?(?:#>|\Z)", re.DOTALL)


def recognises(document: Document) -> bool:
    """Does a text make firewall rules by PowerShell commands, or by netsh from PowerShell? Looks at its beginning."""
    head = Document("", document.data[:_HEAD]).text
    if _MAKES.search(head):
        return True
    if "netsh" not in head.casefold() or MARKED_UP.search(head) or not is_powershell(head):
        return False
    made = Made("")
    run(made, head)
    return made.acted


def read(document: Document) -> WrittenHost:
    """The rules a script makes; what it changes or removes of others is a gap or a note.

    Raises:
        UnreadableError: broken UTF-16, or more lines than any script has.
    """
    refuse_broken(document.name, document.decoded)
    refuse_nonsense(document, MOST_SCRIPT_LINES)
    text = document.text.lstrip("\ufeff")
    made = Made(document.name)
    run(made, text)
    mentions(made, _BLOCK_COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text))
    return made.host(document, text, encoding=document.decoded.encoding, form="PowerShell script")


def run(made: Made, text: str, at: Place | None = None) -> None:
    """Carry out a script, or (`at` a place) one inside another."""
    for command in commands(text):
        doubt = INSIDE if command.inside else BEHIND if command.behind else ""
        place = Place(command.line, command.last_line, doubt)
        if at is not None:
            place = Place(at.line, at.last_line, at.doubt or doubt)
        _carry(made, command, place, nested=at is not None)


def _carry(made: Made, command: Command, place: Place, *, nested: bool) -> None:
    if command.name == "new-netfirewallrule":
        made.lines.update(range(place.line, place.last_line + 1))
        if command.parameters.get("whatif", "False") not in (None, "True"):
            rule = _rule(made.file, command, len(made.drafts) + 1)
            rule = replace(rule, first_line=place.line, last_line=place.last_line)
            shown, key = (_text(command.parameters.get(name, "")) for name in ("displayname", "name"))
            made.add(Draft(shown or key, place, rule=rule, key=key))
    elif command.name == PASSED_OVER:
        made.gap(place, command.name, "makes rules that are not read: give each a line of its own", hides=True)
    elif command.name == "set-netfirewallprofile":
        _profiles(made, command, place)
    elif command.name in _CHANGES:
        _doubt(made, command, place, "change")
        made.gap(place, command.name, "changes rules that the script does not show", hides=True)
    elif command.name in _CLOSES:
        _doubt(made, command, place, "take back")
        made.note(place, "rules the host had may be removed; none is taken as gone.")
    elif command.name.startswith("write-"):
        made.passed.update(range(place.line, place.last_line + 1))
    else:
        _program(made, command, place, nested=nested)


def _doubt(made: Made, command: Command, place: Place, what: str) -> None:
    """Rules the script made above that a command may be about are no longer certain."""
    parameter, words = _asked(command)
    anything = not parameter or any(_WILDCARD.search(word) for word in words)
    by_name = parameter == "displayname" and not anything
    fitting = [draft for word in words for draft in made.drafts.perhaps_named(word)] if by_name else made.drafts
    for draft in fitting:
        group = draft.rule.group if draft.rule else draft.group
        have = {"displayname": draft.name, "name": draft.key}.get(parameter, group)
        if anything or any(same_name(word, have) is not False for word in words):
            draft.doubt(f"line {place.line} may {what} it")


def _asked(command: Command) -> tuple[str, tuple[str, ...]]:
    """The parameter by which a command finds its rules and the values asked for; "" for rules from a pipeline."""
    given = {_SHORT.get(name, name): value for name, value in command.parameters.items()}
    if command.values:
        given.setdefault("name", command.values[0])
    for parameter in ("displayname", "name", "displaygroup", "group"):
        if parameter in given:
            value = given[parameter]
            return parameter, tuple(value) if isinstance(value, list) else (_text(value),)
    return "", ()


def _text(value: Value) -> str:
    """A value as a text of a command line; what is not known is an expression."""
    return value if isinstance(value, str) else COMPUTED


def _program(made: Made, command: Command, place: Place, *, nested: bool) -> None:
    """Programs that are run, by their name or through another command."""
    if command.name == "netsh":
        netsh_words(made, [word for word in command.words() if word != "--%"], place)
    elif command.name == "start-process":
        _started(made, command, place)
    elif command.name == "invoke-expression":
        given = command.parameters.get("command", command.values[0] if command.values else LOST)
        if isinstance(given, str) and not nested:
            run(made, given, place)
    elif command.name in ("cmd", "powershell", "pwsh") and not nested:
        words = command.words()
        if words and re.fullmatch(r"(?i)[/-](?:c|k|command)", words[0]):
            words = words[1:]
        if command.name == "cmd":
            run_batch(made, " ".join(f'"{word}"' if " " in word and len(words) > 1 else word for word in words), place)
        else:
            run(made, " ".join(words), place)


def _started(made: Made, command: Command, place: Place) -> None:
    """`Start-Process netsh -ArgumentList ...`: a list is joined with blanks, quotes as they are."""
    values = list(command.values)
    program = command.parameters.get("filepath") or (values.pop(0) if values else "")
    given = command.parameters.get("argumentlist", command.parameters.get("args", values[0] if values else ""))
    if not isinstance(program, str) or not NETSH.search(program):
        return
    text = " ".join(given) if isinstance(given, list) else given if isinstance(given, str) else COMPUTED
    netsh_words(made, list(words_of(text)), place)


def _rule(file: str, command: Command, number: int) -> WrittenRule:
    given = {_in_full(name): value for name, value in command.parameters.items()}
    strange = sorted(set(given) - _PARAMETERS)
    properties: dict[str, Value] = dict(_DEFAULTS)
    # A parameter without a value is a mistake PowerShell refuses; what was meant is not known.
    properties |= {name: LOST if value is None else value for name, value in given.items()}
    name = properties.get("displayname") or properties.get("name")
    if isinstance(program := properties["program"], str):
        properties["program"] = FOLDER.sub(r"%\1%\\", program)
    properties["name"] = name if isinstance(name, str) and name else f"rule {number}"
    bag = Bag(properties, command.line)
    rule = filters.written(file, number, bag, doubtful=False)
    unread = [*rule.unread, *(f"-{each}" for each in strange)]
    if command.values:
        unread.append("values without a parameter")
    store = f"script {file}"
    return replace(rule, last_line=command.last_line, store=store, unread=tuple(dict.fromkeys(unread)))


def _in_full(name: str) -> str:
    """The parameter meant: its beginning is enough where no other begins so (about_Parameters)."""
    name = _SHORT.get(name, name)
    if name in _PARAMETERS or not name:
        return name
    fitting = {_SHORT.get(each, each) for each in (*_PARAMETERS, *_SHORT) if each.startswith(name)}
    return fitting.pop() if len(fitting) == 1 else name


def _profiles(made: Made, command: Command, place: Place) -> None:
    """The profiles a command sets; what it does not set stays open."""
    named = command.parameters.get("profile", command.parameters.get("name"))
    if named is None and command.values:
        named = command.values[0]
    words = [named] if isinstance(named, str) else named if isinstance(named, list) else list(PROFILES)
    every = "all" in command.parameters or (named is None and not command.values)
    keys = [word.strip().casefold() for each in words for word in each.split(",")]
    keys = list(PROFILES) if every or "any" in keys else keys
    computed = named is LOST or LOST in command.parameters.values()
    if place.doubt or computed:
        why = "sets profiles to values the script computes" if computed else f"may set profiles: {place.doubt}"
        made.gap(place, command.name, why, hides=True)
    for key in () if computed else keys:
        properties: dict[str, Value] = {"defaultinboundaction": "", **command.parameters, "name": key}
        found = filters.profile(made.file, Bag(properties, place.line))
        if found is not None and place.doubt:
            made.perhaps(found, place)
        elif found is not None:
            made.state(found)
