"""Rules as a table: netsh's labels as columns, or the list that the firewall console (wf.msc) exports.

Source: tools and spreadsheets write netsh's fields as columns, in the language of the dump; "Export List" of the
console writes tab- or comma-separated text with the console's English columns. The console's list does not say which
of its two lists it is, nor the service, the ICMP types and the interface types of a rule: the file's name may tell
the first, the others stay unknown.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from parsers.errors import TooLargeError, UnreadableError
from parsers.model.origin import Gap, Ledger, Origin
from parsers.model.rule import Scope, ScopeKind
from parsers.source import Document
from parsers.windows.convert import device_name
from parsers.windows.encodings import decoded, lines_with_ends, refuse_broken, refuse_nonsense
from parsers.windows.netsh.blocks import Block
from parsers.windows.netsh.rules import PROTOCOLS, read_rules
from parsers.windows.numbers import number
from parsers.windows.words import best_language, fold
from parsers.windows.written import PROFILES, UNKNOWN_SCOPE, WrittenHost, WrittenRule

_HEAD = 20_000
_MOST_ABOVE = 50
"""How many lines may stand above the header, where a list was pasted into a text."""
_MOST_ROWS = 200_000
_LABELS = frozenset({"rule_name", "direction", "action", "protocol", "remote_ip"})
"""The columns without which a table of netsh's fields says nothing about access."""
_CONSOLE = frozenset({"name", "profile", "enabled", "action", "remote address", "protocol", "local port"})
_SEPARATOR = re.compile(r"^\s*sep=([,;\t])\s*$", re.IGNORECASE)
_ICMP = re.compile(r"type\W+code", re.IGNORECASE)
_TOKENS = {
    "rpc dynamic ports": "RPC",
    "rpc endpoint mapper": "RPC-EPMap",
    "edge traversal": "Teredo",
    "playto discovery": "Ply2Disc",
    "playto renderers": "Ply2Renders",
    "dns servers": "DNS",
    "dhcp servers": "DHCP",
    "wins servers": "WINS",
}
"""Ports and addresses as the console calls them; it writes "Edge Traversal" for the port of Teredo."""
_NUMBERS = PROTOCOLS | {"igmp": 2, "ipv6": 41, "gre": 47, "l2tp": 115, "vrrp": 112, "pgm": 113, "hopopt": 0}
_UNREAD_LIST = "whether this is the list of inbound or of outbound rules: name the file inbound.txt or outbound.txt"


_CUT = "the rest of the row"


@dataclass(frozen=True, slots=True)
class _Table:
    header: list[str]
    rows: list[tuple[int, list[str]]]
    """(line, cells) of every row below the header."""


def recognises(document: Document) -> bool:
    """Is it a table of rules? Looks at the first 20,000 bytes only."""
    head = decoded(Document(document.name, document.data[:_HEAD])).text
    header = _header(head)[2]
    return _keys(header) is not None or _is_console(header)


def read(document: Document) -> WrittenHost:
    """The rules of a table.

    Raises:
        UnreadableError: quotes that never close, or a language nobody knows.
    """
    refuse_nonsense(document)
    refuse_broken(document.name, document.decoded)
    found = decoded(document)
    table = _table(document.name, found.text)
    keys = _keys(table.header)
    if keys is None and not _is_console(table.header):
        raise UnreadableError(document.name, "the header of the table is damaged: export it again")
    rules: tuple[WrittenRule, ...]
    if keys is not None:
        dump = read_rules(document.name, None, list(_blocks(table, keys)))
        rules, gaps, notes = (dump.rules, dump.gaps, dump.notes) if dump else ((), (), ())
        richness, format_ = (2 if dump and dump.verbose else 1), "netsh table"
    else:
        rules = tuple(_console_rules(document.name, table))
        gaps, notes = tuple(_gaps(document.name, rules)), ()
        richness, format_ = 1, "console list"
    return WrittenHost(
        name=device_name(document.name),
        rules=rules,
        gaps=(*gaps, *_too_long(document.name, table)),
        notes=(*([found.note] if found.note else []), *notes),
        richness=richness,
        format=format_,
        encoding=found.encoding,
        ledger=Ledger(len(table.rows), len(rules), len(table.rows) - len(rules), 0),
    )


def _header(text: str) -> tuple[int, str, list[str]]:
    """The place of the header line, the separator, and its cells: the first line that is one, else the first at all."""
    lines = list(islice(lines_with_ends(text.lstrip("\ufeff")), _MOST_ABOVE))
    places = (n for n, line in enumerate(lines) if line.strip() and not _SEPARATOR.match(line))
    first: tuple[int, str, list[str]] | None = None
    for place in places:
        found = (place, *_cells(lines[place][:_HEAD]))
        if _is_console(found[2]) or _keys(found[2]) is not None:
            return found
        first = first or found
    return first or (0, "\t", [])


def _cells(line: str) -> tuple[str, list[str]]:
    separator = max("\t;,", key=line.count)
    return separator, [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]


def _table(name: str, text: str) -> _Table:
    place, separator, header = _header(text)
    lines = islice(lines_with_ends(text.lstrip("\ufeff")), place + 1, None)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    rows = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((place + 1 + reader.line_num, [cell.strip() for cell in cells]))
            if len(rows) > _MOST_ROWS:
                raise TooLargeError(name, f"over {_MOST_ROWS} rows: no server has so many rules")
    except csv.Error as error:
        message = f"broken table ({error}): export it again"
        raise UnreadableError(name, message, place + 1 + reader.line_num) from None
    return _Table(header, rows)


def _keys(header: list[str]) -> list[str] | None:
    """The keys of netsh's labels in a header, None where it is no header of them."""
    words = [fold(cell).rstrip(":：").rstrip() for cell in header]
    language = best_language(set(words)) if len(words) >= len(_LABELS) else None
    keys = [language.labels.get(word, "") for word in words] if language else []
    return keys if set(keys) >= _LABELS else None


def _is_console(header: list[str]) -> bool:
    return {fold(cell) for cell in header} >= _CONSOLE


def _blocks(table: _Table, keys: list[str]) -> Iterator[Block]:
    """Each row as netsh would print it: empty cells of fields that a rule may lack are left out."""
    place = keys.index("rule_name")
    always = {"grouping", "enabled", "direction", "profiles", "local_ip", "remote_ip", "protocol", "edge", "action"}
    for line, cells in table.rows:
        pairs = list(zip(keys, table.header, cells, strict=False))
        fields = [
            (label, value)
            for key, label, value in pairs
            if key != "rule_name" and not _ICMP.search(label) and (value or key in always)
        ]
        types = next((value for _, label, value in pairs if _ICMP.search(label)), "")
        icmp = [_pair(row) for row in types.split(";") if row.strip()]
        yield Block(cells[place] if place < len(cells) else "", table.header[place], line, fields, line, icmp)


def _pair(text: str) -> tuple[str, str]:
    kind, _, code = text.partition(",")
    return kind.strip(), code.strip()


def _console_rules(file: str, table: _Table) -> Iterator[WrittenRule]:
    columns = [fold(cell) for cell in table.header]
    direction = _direction(file)
    needed = max(columns.index(column) for column in _CONSOLE) + 1
    for place, (line, cells) in enumerate(table.rows, start=1):
        full = cells + [""] * (len(columns) - len(cells))
        rule = _console_rule(file, place, line, dict(zip(columns, full, strict=False)), direction)
        yield rule if len(cells) >= needed else replace(rule, unread=(*rule.unread, _CUT))


def _direction(file: str) -> str:
    name = re.split(r"[/\\]", file)[-1].casefold()
    inward, outward = (
        bool(re.search(r"in[-_ ]?bound|incoming", name)),
        bool(re.search(r"out[-_ ]?bound|outgoing", name)),
    )
    return "" if inward == outward else "in" if inward else "out"


def _console_rule(file: str, place: int, line: int, cells: Mapping[str, str], direction: str) -> WrittenRule:
    unread = [] if direction else [_UNREAD_LIST]
    action = {"allow": "allow", "block": "block", "secure": "allow"}.get(cells["action"].casefold(), "")
    if not action:
        unread.append(f"Action {cells['action']!r}")
    enabled = {"yes": True, "no": False}.get(cells.get("enabled", "").casefold())
    if enabled is None:
        unread.append(f"Enabled {cells.get('enabled', '')!r}")
    word = cells.get("protocol", "").casefold()
    protocol = _NUMBERS.get(word, number(word, 255))
    if protocol is None and word != "any":
        unread.append(f"Protocol {cells.get('protocol', '')!r}")
    program = cells.get("program", "")
    return WrittenRule(
        id=str(place),
        name=cells["name"],
        file=file,
        first_line=line,
        last_line=line,
        enabled=enabled,
        direction=direction,
        action="bypass" if action == "allow" and cells.get("override", "").casefold() == "yes" else action,
        profiles=_console_profiles(cells.get("profile", ""), unread),
        protocol=protocol,
        local_ports=_words(cells.get("local port", "")),
        remote_ports=_words(cells.get("remote port", "")),
        local_addresses=_words(cells.get("local address", "")),
        remote_addresses=_words(cells["remote address"]),
        program=_program(program) if "program" in cells else UNKNOWN_SCOPE,
        service=UNKNOWN_SCOPE,
        conditions=tuple(_console_conditions(cells, protocol)),
        group=cells.get("group", ""),
        unread=tuple(unread),
    )


def _program(text: str) -> Scope:
    return Scope(ScopeKind.NAMED, text) if text and text.casefold() != "any" else Scope()


def _console_profiles(text: str, unread: list[str]) -> frozenset[str] | None:
    words = {word.strip().casefold() for word in text.split(",") if word.strip()}
    if words - set(PROFILES) - {"all"} or not words:
        unread.append(f"Profile {text!r}")
        return None
    return None if "all" in words or len(words) == len(PROFILES) else frozenset(words)


def _words(text: str) -> tuple[str, ...]:
    """The tokens of a cell; () is any."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words or any(word.casefold() == "any" for word in words):
        return ()
    return tuple(_TOKENS.get(word.casefold(), word.replace(" ", "") if " " in word else word) for word in words)


def _console_conditions(cells: Mapping[str, str], protocol: int | None) -> Iterator[tuple[str, str]]:
    if cells["action"].casefold() == "secure":
        yield "ipsec", "only for IPsec connections"
    if protocol in (PROTOCOLS["icmpv4"], PROTOCOLS["icmpv6"]):
        yield "icmp", "the ICMP types are not in the list"
    for column, kind, text in _LIMITS:
        value = cells.get(column, "any").casefold()
        if value not in ("", "any"):
            yield kind, text


_LIMITS = (
    ("authorized computers", "identity", "only for certain remote computers"),
    ("authorized users", "identity", "only for certain remote users"),
    ("authorized local principals", "identity", "only for certain local users"),
    ("local user owner", "identity", "only for apps of one local user"),
    ("application package", "package", "only for one app package"),
)


def _gaps(file: str, rules: tuple[WrittenRule, ...]) -> Iterator[Gap]:
    seen: set[str] = set()
    # A word is reported once: with the first rule that it leaves open, if there is one.
    for rule in sorted(rules, key=lambda each: each.enabled is False):
        for word in rule.unread:
            if word not in seen:
                seen.add(word)
                origin = Origin(file, rule.first_line, rule.last_line, "rule", rule.name)
                what = f"not known: {word}" if word != _UNREAD_LIST else f"the list does not say {word}"
                yield Gap(origin, f"rule {rule.name}", word, what, hides_access=rule.enabled is not False)


def _too_long(file: str, table: _Table) -> Iterator[Gap]:
    """Rows with more cells than the header: a separator inside a value without quotes moved all that follow."""
    for line, cells in table.rows:
        if any(cells[len(table.header) :]):
            origin = Origin(file, line, line, "rule", cells[0])
            what = "the row has more cells than the header: a value with separators in it stands without quotes"
            yield Gap(origin, "row", "", what, hides_access=True)
