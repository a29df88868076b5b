"""Output of Get-NetFirewallRule and its filters: JSON, CSV, CLIXML, list, table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice

from parsers.errors import UnreadableError
from parsers.model.origin import Gap, Ledger, Origin
from parsers.source import Document
from parsers.windows.convert import device_name
from parsers.windows.encodings import MOST_LINES, refuse_broken, refuse_nonsense
from parsers.windows.powershell import bags, columns, columntext, comobjects, filters, listtext
from parsers.windows.written import WrittenHost, WrittenRule

_HEAD = 200_000
_WORDS = re.compile(
    r"\b(?:DefaultInboundAction|LocalPort|LocalAddress|InterfaceAlias|PolicyStoreSource)\b", re.IGNORECASE
)
_LIST = re.compile(r"^(?:DisplayName|InstanceID|Name) *: ", re.MULTILINE | re.IGNORECASE)
_TELLS = re.compile(r"^(?:Direction|DefaultInboundAction) *: ", re.MULTILINE)
_BLANK = re.compile(r"\n[ \t]*\r?\n")
_KEY = re.compile(r"^([A-Za-z]\w*) *: ?", re.MULTILINE)
_JSON = re.compile(r'\[\s*[\[{"]|\{\s*["}]')
"""Not `[CmdletBinding()]`, with which a script begins."""
_JSON_KEY = re.compile(r'"(\w+)"\s*:')
_CLIXML_KEY = re.compile(r'<\w+ N="(\w+)"')
_ACTIVE_STORE = re.compile(r'"store"\s*:\s*"ActiveStore"')
"""Before or behind the rules: ConvertTo-Json writes the keys of a hashtable in any order."""
_MOST_NAMED = 20_000
_MOST_OBJECTS = 500_000
_WITHOUT = "protocol and ports are not in the export"
_ASK = (
    "run samples/windows/collect.ps1 on the server, or export 'netsh advfirewall firewall show rule name=all verbose'"
)


def recognises(document: Document) -> bool:
    """Is this PowerShell output about firewall rules or profiles? Looks at the first 200,000 bytes only."""
    return _reader(document) is not None


def _reader(document: Document) -> Callable[[Document], Iterator[bags.Bag]] | None:
    text = Document("", document.data[:_HEAD]).text.lstrip("\ufeff\r\n\0")
    head = text.lstrip(" \t\r\n\0")
    if _JSON.match(head):
        is_rules = re.search(r'"(?:DisplayName|InstanceID)"', head) and '"Direction"' in head
        is_filter = _WORDS.search(head) and '"InstanceID"' in head
        if head.startswith("{") and not is_rules and not is_filter:
            return None  # one object with a display name may be anything
        return bags.from_json if is_rules or is_filter or _are_known(_JSON_KEY, head.partition("}")[0]) else None
    if head.startswith("<Objs") or (head.startswith("<?xml") and "<Objs" in head[:400]):
        is_known = "NetFirewall" in head or _WORDS.search(head)
        return bags.from_clixml if is_known or _are_known(_CLIXML_KEY, head.partition("</Obj>")[0]) else None
    if _is_csv(head):
        return bags.from_csv
    if _is_known(columntext.header(text.splitlines())[1]):
        return columntext.from_table
    listed = next((each for each in _BLANK.split(head) if _LIST.search(each)), "")
    return listtext.from_list if listed and (_TELLS.search(head) or _are_known(_KEY, listed)) else None


def _is_known(names: list[str]) -> bool:
    return columns.are_rules(names) or columns.are_profiles(names)


def _are_known(key: re.Pattern[str], first: str) -> bool:
    """Are the properties of the first object those of a rule or a profile?"""
    return _is_known([found.casefold() for found in key.findall(first[:_MOST_NAMED])])


def _is_csv(head: str) -> bool:
    lines = [line for line in head.splitlines()[:20] if line.strip() and not bags.BEFORE_HEADER.match(line)]
    if len(lines) < 2 or not re.fullmatch(r'\s*"?[A-Za-z]\w*"?(?:[,;\t]"?[A-Za-z]\w*"?)*\s*', lines[0]):
        return False
    names = [name.strip().strip('"').casefold() for name in re.split(r"[,;\t]", lines[0])]
    table = lines[1].lstrip().startswith("--")
    return not table and (columns.are_rules(names) or {"displayname", "direction", "action"} <= set(names))


def read(document: Document) -> WrittenHost:
    """The rules and profiles of an export.

    Raises:
        UnreadableError: broken (also its UTF-16), or filters without their rules.
    """
    refuse_broken(document.name, document.decoded)
    reader = _reader(document)
    if reader is None:
        raise UnreadableError(document.name, "no output of Get-NetFirewallRule")
    if reader in (listtext.from_list, bags.from_csv):
        refuse_nonsense(document, MOST_LINES)
    objects = list(islice(reader(document), _MOST_OBJECTS + 1))
    if len(objects) > _MOST_OBJECTS:
        raise UnreadableError(document.name, f"over {_MOST_OBJECTS} objects: no server has so many rules and filters")
    objects = [comobjects.translated(bag) if comobjects.is_rule(bag) else bag for bag in objects]
    profiles = tuple(each for bag in objects if (each := filters.profile(document.name, bag)) is not None)
    found, doubtful = filters.joined(bag for bag in objects if not filters.is_profile(bag))
    if not found and not profiles:
        raise UnreadableError(document.name, f"filters or names without their rules; {_ASK}")
    rules = tuple(_distinct(_rules(document.name, found, doubtful)))
    richness, notes = _richness(rules)
    notes += _without_filters(found) if richness else []
    active = richness and _ACTIVE_STORE.search(document.text) is not None
    active = active or (richness == 3 and any(rule.store in ("gpo", "hardening") for rule in rules))
    if rules and not active:
        notes.append(
            "The rules are those of the local store, as far as the export shows: rules of group policy are missing "
            "unless Get-NetFirewallRule was run with -PolicyStore ActiveStore."
        )
    read_count = len(rules) + len(profiles)
    return WrittenHost(
        name=device_name(document.name),
        rules=rules,
        profiles=profiles,
        gaps=tuple(_gaps(rules)),
        notes=tuple(notes),
        richness=4 if active and richness == 3 else richness,
        stores=_ALL_STORES if active else ("local",),
        missing=_unknown(rules),
        format="PowerShell active store" if active else "PowerShell",
        encoding=document.decoded.encoding,
        ledger=Ledger(len(objects), read_count, max(0, len(objects) - read_count), 0),
    )


_ALL_STORES = ("local", "gpo", "hardening", "appiso", "mdm")


def _rules(file: str, found: list[bags.Bag], doubtful: frozenset[str]) -> Iterator[WrittenRule]:
    for number, bag in enumerate(found, start=1):
        yield filters.written(file, number, bag, doubtful=filters.identity(bag) in doubtful)


def _distinct(rules: Iterator[WrittenRule]) -> Iterator[WrittenRule]:
    """Rules of several stores may share a name: number the later ones."""
    from dataclasses import replace

    seen: Counter[str] = Counter()
    for rule in rules:
        seen[rule.id] += 1
        yield rule if seen[rule.id] == 1 else replace(rule, id=f"{rule.id} ({seen[rule.id]})")


def _richness(rules: tuple[WrittenRule, ...]) -> tuple[int, list[str]]:
    """How much the rules say: 3 with their filters, 1 with ports but without programs, 0 without ports."""
    if not rules:
        return 0, []
    without = sum(_WITHOUT in rule.unread for rule in rules)
    if all(rule.name_only for rule in rules):
        return 0, []
    if without:
        return 0, [
            f"{without} of {len(rules)} rules come without their filters (Get-NetFirewallPortFilter ...): what they "
            f"open is unknown; {_ASK}."
        ]
    from parsers.model.rule import ScopeKind

    scoped = any(rule.program.kind is not ScopeKind.UNKNOWN for rule in rules)
    return (3, []) if scoped else (1, ["Programs and services of the rules are not in the export."])


def _without_filters(found: list[bags.Bag]) -> list[str]:
    """A sentence for the filters that no rule of the export carries: they might limit what it shows as open."""
    words = {"interface": "interfaces", "interface type": "interface types", "security": "security"}
    missing = [word for facet, word in words.items() if not any(filters.has_facet(bag, facet) for bag in found)]
    if not missing:
        return []
    return [
        f"The filters for {', '.join(missing)} are not in the export: a rule that is only for some interfaces, users "
        "or IPsec connections looks like any other, so what it shows as open is open at most."
    ]


def _unknown(rules: tuple[WrittenRule, ...]) -> str:
    """Why rules of the host count as not seen: the export names them and says nothing else; "" where it says more."""
    named = [rule for rule in rules if rule.name_only and rule.enabled is not False]
    if not named:
        return ""
    are = f"{len(named)} rules are" if len(named) > 1 else f"rule {named[0].name!r} is"
    return f"{are} known by name only: direction, action, ports and addresses are not in the export; {_ASK}"


def _gaps(rules: tuple[WrittenRule, ...]) -> Iterator[Gap]:
    """What is not known of rules; where many lack the same (a column of the table), that is said once."""
    for rule in rules:
        if rule.name_only:
            origin = Origin(rule.file, rule.first_line, rule.last_line, "rule", rule.name)
            off = ", but it is disabled" if rule.enabled is False else ""
            yield Gap(
                origin, f"rule {rule.id}", "", f"rule {rule.name!r} is known by name only{off}", hides_access=False
            )
    alike: dict[tuple[tuple[str, ...], bool], list[WrittenRule]] = {}
    for rule in rules:
        if rule.unread and not rule.name_only:
            alike.setdefault((rule.unread, rule.enabled is not False), []).append(rule)
    for (unread, hides), each in alike.items():
        parts = [tuple(each)] if len(each) >= _MANY else [(rule,) for rule in each]
        for part in parts:
            first = part[0]
            last_line = max(rule.last_line for rule in part)
            origin = Origin(first.file, first.first_line, last_line, "rule", first.name)
            named = f"rule {first.name!r}" if len(part) == 1 else f"{len(part)} rules, {first.name!r} first"
            what = f"{named}: not known: {', '.join(unread)}"
            yield Gap(origin, f"rule {first.id}", unread[0], what, hides_access=hides)


_MANY = 8
"""So many rules that lack the same are one gap."""
