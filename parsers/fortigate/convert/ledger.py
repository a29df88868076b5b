"""The line ledger of a backup: every line is read, known to be irrelevant, or not understood and then a gap.

Tables are told apart by their paths, keywords of the tables that are read by the lists in `keywords` and, for the
tables of settings, by the vocabulary of FortiOS: a word that no version knows may be a new way in.
"""

from __future__ import annotations

import difflib
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence

from parsers.fortigate.convert.keywords import NESTED, TABLES
from parsers.fortigate.convert.nestedkeywords import INNER
from parsers.fortigate.convert.tables import APART, READ, irrelevant
from parsers.fortigate.syntax.tree import Block, Remark, Text, Tree
from parsers.fortigate.syntax.vocabulary import COMMANDS, gone, known_keywords, known_paths
from parsers.model.origin import Gap, Ledger, Origin

_POLICY_WORDS = frozenset("srcaddr dstaddr srcaddr6 dstaddr6 srcintf dstintf mappedip extip allowaccess action".split())
"""Keywords that only tables hold which let packets in or keep them out."""

_UNJUDGED = frozenset({"system global", "system admin", "user setting", "system api-user", "system external-resource"})
"""Tables of settings in which every version adds words, and hardly one that moves a packet: said, not decisive."""

_NO_ENTRY = " outside any entry"

_INNER = frozenset(COMMANDS) - {"config", "next", "end", "abort", "purge"}
"""Commands that stand inside tables only."""

_SHOWN = re.compile(r"[A-Za-z%$#(<{.\"'=-][\w:%{}.=-]{0,19}$")
"""The words that are shown of a line nobody understood: anything longer may be a piece of a key."""


def account(tree: Tree, file: str) -> tuple[list[Gap], list[Origin]]:
    """What is not understood in the configuration and in scripts.

    Returns:
        A gap for each table, keyword and run of lines, and every further place of such a keyword.
    """
    gaps: list[Gap] = []
    further: list[Origin] = []
    for block in tree.scopes():
        for name, table in block.tables.items():
            if name in READ:
                gaps += _gone(tree, name, table, file)
                gaps += _keywords(tree, name, table, file, further, len(gaps))
            elif name in APART:
                gaps += _apart(name, table, file)
            elif not irrelevant(name) and (table.entries or table.settings or table.tables):
                gaps.append(_unknown_table(name, table, file, len(gaps)))
    for name, text in ((file, tree.text), *tree.scripts.items()):
        gaps += _stray(text, name)
        gaps += (_remark(each, name) for each in text.remarks)
    return gaps, further


def ledger(text: Text, file: str, places: Iterable[Origin]) -> Ledger:
    """The lines of one text: read, irrelevant and not understood add up to all there are.

    Args:
        text: the configuration, or a script applied to it.
        file: its name, as in the origins.
        places: of every keyword that was not understood.
    """
    unknown = set(text.stray_lines)
    audited: list[tuple[int, int]] = []
    after = 1
    for begun, last, path in sorted(text.spans):
        first = max(begun, after)  # where an `end` is missing, two tables share the line that opens the second
        if first > last:
            continue
        if path in READ or path in APART:
            audited.append((first, last))
        elif not irrelevant(path):
            unknown.update(range(first, last + 1))
        after = max(after, last + 1)
    for each in places:
        if each.file == file:
            unknown.update(range(each.first_line, each.last_line + 1))
    if text.own is not None:
        # Between the lines of this device stand those of others.
        unknown &= text.own
        audited = [(number, number) for number in sorted(text.own) if _inside(number, audited)]
    read = sum(last - first + 1 for first, last in audited) - sum(_inside(number, audited) for number in unknown)
    read += sum(number not in unknown for number in _frames(text))
    return Ledger(text.line_count, read, text.line_count - read - len(unknown), len(unknown))


def _inside(number: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Is a line in one of the sorted spans?"""
    place = bisect_right(spans, (number, 1 << 60)) - 1
    return place >= 0 and spans[place][0] <= number <= spans[place][1]


def _frames(text: Text) -> Iterator[int]:
    """Lines between the tables that open and close VDOMs: they are read."""
    after = 1
    for first, last, _ in (*sorted(text.spans), (text.line_count + 1, 0, "")):
        for number in range(after, first):
            if text.lines[number - 1].split(None, 1)[:1] in (["config"], ["edit"], ["next"], ["end"]):
                yield number
        after = max(after, last + 1)


_MOST_GUESSED = 100
"""Gaps that say what a word may stand for: comparing it with every known one takes a thousand times its reading."""


def _unknown_table(name: str, table: Block, file: str, before: int) -> Gap:
    lines = table.last_line - table.line + 1
    what = f"table {name!r} is not known to fwproof ({lines} lines)"
    if before < _MOST_GUESSED:
        what += _meant(name, known_paths())
    origin = Origin(table.file or file, table.line, table.last_line, name, "")
    opens = any(_POLICY_WORDS & block.settings.keys() for block in (table, *table.entries.values()))
    opens = opens or name.startswith("firewall ") or any(path in READ for path in _abbreviated(name, known_paths()))
    return Gap(origin, name, "", what, hides_access=opens)


def _meant(word: str, known: Iterable[str]) -> str:
    """What an unknown word may stand for: words it abbreviates, or one that is spelt nearly so."""
    cut = _abbreviated(word, known)
    if len(cut) > 1:
        return f"; it abbreviates {', '.join(cut[:4])}"
    near = difflib.get_close_matches(word, [each for each in known if each != word], 1, 0.85)
    return f"; did somebody mean {near[0]!r}?" if near else ""


def _abbreviated(word: str, known: Iterable[str]) -> list[str]:
    """Those of the known words, or paths, that this one is cut from."""
    words = word.split()
    return sorted(each for each in known if len(each.split()) == len(words) and _cut(words, each.split()))


def _cut(words: Sequence[str], whole: Sequence[str]) -> bool:
    return all(full.startswith(word) for word, full in zip(words, whole, strict=True))


def _stray(text: Text, file: str) -> Iterator[Gap]:
    """Lines that are no configuration, a run of them inside a table that is read as a gap: it may be part of the table.

    Outside of tables, runs of commands may be the rest of one; everything else is one gap.
    """
    audited = [(first, last) for first, last, path in sorted(text.spans) if path in READ]
    outside: list[tuple[int, int]] = []
    inside: list[tuple[int, int]] = []
    commands: list[tuple[int, int]] = []
    for first, last in _runs(text.stray_lines):
        if _inside(first, audited):
            inside.append((first, last))
        elif any(_commands(text, number) for number in range(first, last + 1)):
            commands.append((first, last))
        else:
            outside.append((first, last))
    yield from _decisive(text, file, inside, "inside a table that decides what passes", "")
    yield from _decisive(text, file, commands, "of commands outside any table", ": a 'config' may be missing")
    if outside:
        yield _outside(text, file, outside)


_MOST_RUNS = 20
"""Runs of lines that nobody understood which are gaps of their own; the others of the text are one."""


def _decisive(text: Text, file: str, runs: Sequence[tuple[int, int]], where: str, why: str) -> Iterator[Gap]:
    for first, last in runs[:_MOST_RUNS]:
        count = "a line" if first == last else f"{last - first + 1} lines"
        word = _word(text, first)
        what = f"{count} {where}, the first begins with {word!r}{why}"
        yield Gap(Origin(file, first, last, "line", word), "", word, what, hides_access=True)
    others = runs[_MOST_RUNS:]
    if others:
        lines = sum(last - first + 1 for first, last in others)
        what = f"{lines} further lines {where}, in {len(others)} places{why}"
        yield Gap(Origin(file, others[0][0], others[-1][1], "line", ""), "", "", what, hides_access=True)


def _outside(text: Text, file: str, runs: Sequence[tuple[int, int]]) -> Gap:
    """All the lines around the configuration: mails, guides and consoles have many."""
    first, last = runs[0]
    lines = sum(end - begin + 1 for begin, end in runs)
    what = "a line outside any configuration block" if lines == 1 else f"{lines} lines outside any configuration block"
    if len(runs) > 1:
        what += f", in {len(runs)} places"
    word = _word(text, first)
    return Gap(Origin(file, first, last, "line", word), "", word, what, hides_access=False)


def _commands(text: Text, number: int) -> bool:
    """Is a line one that stands inside tables only, and has more than its first word?"""
    words = text.lines[number - 1].split(None, 3)
    return len(words) > 1 and words[0] in _INNER and (words[0] == "edit" or len(words) > 2)


def _word(text: Text, number: int) -> str:
    word = text.lines[number - 1].split(None, 1)[0]
    return word if _SHOWN.match(word) else "..."


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Consecutive numbers as (first, last)."""
    start = previous = 0
    for number in numbers:
        if start and number != previous + 1:
            yield start, previous
            start = 0
        start = start or number
        previous = number
    if start:
        yield start, previous


def _remark(remark: Remark, file: str) -> Gap:
    origin = Origin(file, remark.line, remark.line, "text", "")
    return Gap(origin, "", "", remark.message, hides_access=remark.gap)


def _apart(name: str, table: Block, file: str) -> Iterator[Gap]:
    """A table whose accepts are another path than forwarding: said when it has any."""
    active = [
        entry.name
        for entry in table.entries.values()
        if entry.get("status") != "disable" and (entry.get("action") or "deny") != "deny"
    ]
    if active:
        what = f"{name} {', '.join(active[:5])}{' ...' if len(active) > 5 else ''}: {APART[name]}"
        origin = Origin(table.file or file, table.line, table.last_line, name, "")
        yield Gap(origin, name, "", what, hides_access=False)


def _gone(tree: Tree, name: str, table: Block, file: str) -> Iterator[Gap]:
    """A table that the device of this version has no more: what it makes of one is not known."""
    if gone(name, tree.header.version) and (table.entries or table.settings):
        what = f"FortiOS {tree.header.version_text} has no table {name!r} any more: what it holds counts perhaps"
        origin = Origin(table.file or file, table.line, table.last_line, name, "")
        yield Gap(origin, name, "", what, hides_access=name.startswith("firewall "))


def _keywords(tree: Tree, name: str, table: Block, file: str, further: list[Origin], before: int) -> Iterator[Gap]:
    """The words of a table that nobody knows: one gap a word, at its first place, with the number of places.

    `before` is the number of gaps that the file has already.
    """
    unknown = _unknown_words(name, table)
    lines = _lines(tree, unknown)
    for number, (word, places) in enumerate(sorted(unknown.items()), start=before):
        origins = []
        for block, keyword in places:
            line = block.line if word.startswith("table") else lines.get((id(block), keyword), block.line)
            last = block.last_line if word.startswith("table") else line
            origins.append(Origin(block.file or file, line, last, name, block.name))
        further += origins[1:]
        block, keyword = places[0]
        more = f" and in {len(places) - 1} more" if len(places) > 1 else ""
        subject = f"{name} {block.name!r}" if block is not table else name
        what = f"{word} of {subject}{more} is not known to fwproof"
        if number < _MOST_GUESSED:
            what += _meant(keyword, known_keywords(name))
        if word.endswith(_NO_ENTRY):
            what = f"{word} of {subject}"
        yield Gap(origins[0], f"{name} {block.name}", keyword, what, hides_access=name not in _UNJUDGED)


def _lines(tree: Tree, unknown: Mapping[str, Sequence[tuple[Block, str]]]) -> dict[tuple[int, str], int]:
    """The lines of keywords, by the identity of their block: each block is looked through once."""
    wanted: dict[int, tuple[Block, list[str]]] = {}
    for word, places in unknown.items():
        for block, keyword in () if word.startswith("table") else places:
            wanted.setdefault(id(block), (block, []))[1].append(keyword)
    return {
        (key, keyword): line
        for key, (block, keywords) in wanted.items()
        for keyword, line in tree.lines_of(block, keywords).items()
    }


def _unknown_words(name: str, table: Block) -> dict[str, list[tuple[Block, str]]]:
    listed = TABLES.get(name)
    known = listed if listed is not None else known_keywords(name).keys()
    inner = NESTED.get(name, frozenset()) if listed is not None else known
    found: dict[str, list[tuple[Block, str]]] = {}
    if not known:
        return found
    if listed is not None:
        for keyword in table.settings:
            found.setdefault(f"keyword {keyword!r}{_NO_ENTRY}", []).append((table, keyword))
    for entry in _holding(name, table):
        for keyword in () if known >= entry.settings.keys() else entry.settings.keys() - known:
            found.setdefault(f"keyword {keyword!r}", []).append((entry, keyword))
        for child in () if inner >= entry.tables.keys() else entry.tables.keys() - inner:
            if entry.tables[child].settings or entry.tables[child].entries:
                found.setdefault(f"table {child!r}", []).append((entry.tables[child], child))
        if entry.tables and name in INNER:
            for child, keyword, block in _unknown_inside(INNER[name], entry):
                found.setdefault(f"keyword {keyword!r} of {child!r}", []).append((block, keyword))
    return found


def _unknown_inside(known: Mapping[str, frozenset[str]], entry: Block) -> Iterator[tuple[str, str, Block]]:
    """The words that nobody knows of the tables inside an entry, or inside a table of settings."""
    for child, keywords in known.items():
        table = entry.tables.get(child)
        for block in (table, *table.entries.values()) if table is not None else ():
            for keyword in () if keywords >= block.settings.keys() else block.settings.keys() - keywords:
                yield child, keyword, block


def _holding(name: str, table: Block) -> Iterator[Block]:
    """The blocks whose keywords are those of a table: itself, its entries, and policies inside policies (5.0)."""
    if name not in TABLES:
        yield table
    for entry in table.entries.values():
        yield entry
        if entry.tables and "identity-based-policy" in entry.tables:
            yield from entry.tables["identity-based-policy"].entries.values()
