"""Lines of rules that stand in no rule: what a damaged dump lost is said, never passed over.

A rule that lost its dashed line, its name or most of its fields leaves lines with netsh's labels between the rules that
are whole. What was there is unknown: it may have opened something.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from parsers.model.origin import Gap, Origin
from parsers.windows.netsh.blocks import Block, field_of
from parsers.windows.netsh.dialect import Row

_TELLING = frozenset({"enabled", "direction", "protocol", "action"})
"""Fields of every rule; two of them side by side are no other tool's output."""


def leftovers(file: str, lines: Sequence[str], blocks: Sequence[Block], labels: Mapping[str, str]) -> Iterator[Gap]:
    """A gap for every stretch of lines between `blocks` that has the name of a rule, or several of its fields.

    `labels` are the keys of the dump's labels.
    """
    head = blocks[0].label
    at = 0
    for block in (*blocks, None):
        end = block.first_line - 1 if block else len(lines)
        if end - at > 1:
            yield from _stretch(file, lines, at, end, head, labels)
        at = block.last_line if block else end


def _stretch(
    file: str, lines: Sequence[str], start: int, end: int, head: str, labels: Mapping[str, str]
) -> Iterator[Gap]:
    first = 0
    seen: set[str] = set()
    named = False
    for number, line in enumerate(lines[start:end], start=start + 1):
        found = field_of(line)
        key = labels.get(found[0], "") if found else ""
        if found and (found[0] == head or key in _TELLING):
            named |= found[0] == head
            seen.add(key)
            first = first or number
    if named or len(seen) > 1:
        shown = lines[first - 1].strip()[:60]
        what = f"the lines from {shown!r} on belong to no whole rule: the dump is damaged; export it again"
        yield Gap(Origin(file, first, end, "rule", ""), "dump", "", what, hides_access=True)


_ALWAYS = (("profiles", ("profiles",)), ("local or remote addresses", ("local_ip", "remote_ip")))
_PORTS = ("local or remote ports", ("local_port", "remote_port"))


def missing(row: Row, *, ports: bool) -> Iterator[str]:
    """What netsh prints of every rule (section 1.1 of the reference; ports of TCP and UDP) and this one lacks.

    A line that was lost must not be read as "any".
    """
    for what, keys in (*_ALWAYS, _PORTS) if ports else _ALWAYS:
        if any(key not in row for key in keys):
            yield what
