"""The commands of CLI scripts that change the entries of a table: move, rename, clone, delete.

Source: Batfish's FortiOS tests (order 5,1,2,4,3 after two moves; names follow a rename). Each returns "" or a sentence
on why it was not carried out.
"""

from __future__ import annotations

from copy import deepcopy

from parsers.fortigate.syntax.tree import Block

REFERENCING = frozenset(
    "member exclude-member srcaddr dstaddr srcaddr6 dstaddr6 service srcintf dstintf schedule poolname interface "
    "extintf associated-interface srcintf-filter device groups users intf".split()
)
"""Settings whose words are names of other entries, followed by a rename."""


def move_entry(table: Block, key: str, side: str, other: str) -> str:
    """Put one entry before or after another."""
    if key not in table.entries or other not in table.entries:
        return f"move {key} {side} {other}: no such entry in {table.name}"
    moved = table.entries.pop(key)
    items = list(table.entries.items())
    place = [name for name, _ in items].index(other) + (side == "after")
    items.insert(place, (key, moved))
    table.entries.clear()
    table.entries.update(items)
    return ""


def rename_entry(scope: Block, table: Block, key: str, new: str) -> str:
    """Give an entry a new name, in place; references in the same VDOM follow."""
    if key not in table.entries:
        return f"rename {key} to {new}: no such entry in {table.name}"
    if new in table.entries:
        return f"rename {key} to {new}: {new} exists in {table.name}"
    renamed = [(new if name == key else name, entry) for name, entry in table.entries.items()]
    table.entries.clear()
    table.entries.update(renamed)
    table.entries[new].name = new
    _follow(scope, key, new)
    return ""


def _follow(block: Block, old: str, new: str) -> None:
    for keyword, words in block.settings.items():
        if keyword in REFERENCING and old in words:
            block.settings[keyword] = tuple(new if word == old else word for word in words)
    for child in (*block.tables.values(), *block.entries.values()):
        _follow(child, old, new)


def clone_entry(table: Block, key: str, new: str, line: int) -> str:
    """Add a copy of an entry at the end of the table."""
    if key not in table.entries:
        return f"clone {key} to {new}: no such entry in {table.name}"
    copied = deepcopy(table.entries[key])
    copied.name, copied.line, copied.last_line = new, line, line
    table.entries.pop(new, None)
    table.entries[new] = copied
    return ""


def delete_entry(table: Block, key: str) -> str:
    """Remove an entry."""
    if table.entries.pop(key, None) is None:
        return f"delete {key}: no such entry in {table.name}"
    return ""


def free_key(table: Block) -> str:
    """The id that `edit 0` creates: one above the largest."""
    return str(max((int(key) for key in table.entries if key.isdigit()), default=0) + 1)
