"""What the words of a dump mean, told from its rules alone, whatever the language.

Source: the reference, section 1.6, and MS-FASP 2.2.35: edge traversal exists on inbound rules only, and the ports that
remote procedure calls get while they run (RPC, RPC-EPMap) are local ports of inbound rules. Frequencies alone are no
proof: a list of blocking rules looks like a list of allowing ones. So each word needs a fact that only one meaning
allows, and what frequencies say must agree with it; otherwise the word stays unknown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from parsers.windows.words import fold
from parsers.windows.written import PROFILES

Row = Mapping[str, str]
Meaning = tuple[tuple[str, str], str]
"""((field, folded word), what it means)."""

_VOTES = 5
"""So few rules prove no habit."""
_FEWEST_GROUPS = 3
_MOST_GROUPS = 0.75
_RPC = frozenset({"rpc", "rpc-epmap"})
_ADDRESS = re.compile(r"[0-9]|^localsubnet$", re.IGNORECASE)


def learn(rows: Sequence[Row]) -> Iterator[Meaning]:
    """The words that the rules themselves explain; `rows` are rules with all fields that every rule has."""
    everyone, count = Counter(fold(row["local_ip"]) for row in rows).most_common(1)[0]
    if count * 2 > len(rows) and everyone and not _ADDRESS.search(everyone):
        yield ("any", everyone), "any"
    yield from _profiles(rows)
    inward = _inward(rows, everyone)
    if not inward:
        return
    directions = {fold(row["direction"]) for row in rows}
    yield ("direction", inward), "in"
    for word in directions - {inward}:
        yield ("direction", word), "out"
    no = _no(row for row in rows if fold(row["direction"]) != inward)
    if no:
        yield ("edge", no), "edge_no"
        yield from _states(rows, no)
        if allow := _allowing(rows, no):
            # A rarer word may be "block" or "bypass": it stays unknown, which makes its rules a gap.
            yield ("action", allow), "allow"


def _profiles(rows: Sequence[Row]) -> Iterator[Meaning]:
    """A value of three parts names domain, private and public in this order, each time."""
    triples = {tuple(fold(part) for part in parts_of(row["profiles"])) for row in rows}
    whole = [parts for parts in triples if len(parts) == len(PROFILES)]
    if len(whole) == 1 and len(set(whole[0])) == len(PROFILES):
        for part, key in zip(whole[0], PROFILES, strict=True):
            yield ("profiles", part), key


def _inward(rows: Sequence[Row], everyone: str) -> str:
    """The word of rules whose local ports are RPC's, and of most with local ports only; "" where they disagree."""
    words = {fold(row["direction"]) for row in rows}
    certain = {fold(row["direction"]) for row in rows if _RPC & set(fold(row.get("local_port", "")).split(","))}
    if len(words) > 2 or len(certain) != 1:
        return ""
    word = certain.pop()
    sides = Counter(
        (fold(row["direction"]) == word, local != everyone)
        for row in rows
        if ((local := fold(row.get("local_port", everyone))) == everyone)
        != (fold(row.get("remote_port", everyone)) == everyone)
    )
    return word if sides[True, True] > sides[True, False] and sides[False, False] >= sides[False, True] else ""


def _no(outbound: Iterator[Row]) -> str:
    """The one edge value of all outbound rules."""
    found = Counter(fold(row["edge"]) for row in outbound)
    return next(iter(found)) if len(found) == 1 and found.total() >= _VOTES else ""


def _states(rows: Sequence[Row], no: str) -> Iterator[Meaning]:
    """Enabled rules are told by the words of edge traversal; a language may have others for them."""
    states = {fold(row["enabled"]) for row in rows}
    edges = {fold(row["edge"]) for row in rows}
    if no in states:
        yield ("enabled", no), "no"
    others = states - {no}
    if len(others) == 1 and (no in states or others <= edges):
        yield ("enabled", others.pop()), "yes"


def _allowing(rows: Sequence[Row], no: str) -> str:
    """The one action of rules with edge traversal, where most groups of rules have it too.

    Groups are what Windows and programs bring; nearly all their rules allow. A blocked packet traverses no edge.
    """
    certain = {fold(row["action"]) for row in rows if fold(row["edge"]) != no}
    if len(certain) != 1:
        return ""
    word = certain.pop()
    groups: dict[str, Counter[bool]] = {}
    for row in rows:
        if row.get("grouping"):
            groups.setdefault(row["grouping"], Counter())[fold(row["action"]) == word] += 1
    agreeing = sum(votes[True] > votes[False] for votes in groups.values())
    return word if len(groups) >= _FEWEST_GROUPS and agreeing >= _MOST_GROUPS * len(groups) else ""


def parts_of(text: str) -> list[str]:
    """The parts of a list of profiles, with the commas of any script."""
    return [part.strip() for part in re.split(r"[,、，]", text) if part.strip()]
