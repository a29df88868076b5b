"""The commands of CLI scripts that change the entries of a table: move, rename, clone, delete.

Source: Batfish's FortiOS tests (order 5,1,2,4,3 after two moves; names follow a rename). Each returns "" or a sentence
on why it was not carried out.
"""

from __future__ import annotations

from copy import deepcopy

from parsers.fortigate.syntax.references import follow
from parsers.fortigate.syntax.tree import Block


def move_entry(table: Block, key: str, side: str, other: str) -> str:
    """Put one entry before or after another."""
    for each in (key, other):
        if each not in table.entries:
            return f"move {key} {side} {other}: no entry {each} in {table.name}"
    if key == other:
        return ""
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
    follow(scope, table.name, key, new)
    return ""


def clone_entry(table: Block, key: str, new: str, line: int, file: str) -> str:
    """Add a copy of an entry at the end of the table; an entry of that name is replaced where it stands."""
    if key not in table.entries:
        return f"clone {key} to {new}: no such entry in {table.name}"
    if key == new:
        return f"clone {key} to {new}: an entry cannot be a copy of itself"
    copied = deepcopy(table.entries[key])
    copied.name = new
    copied.settings.pop("uuid", None)
    _placed(copied, line, file)
    table.entries[new] = copied
    return ""


def _placed(block: Block, line: int, file: str) -> None:
    """Everything in a copy comes from the line that made it."""
    block.line, block.last_line, block.file = line, line, file
    for child in (*block.entries.values(), *block.tables.values()):
        _placed(child, line, file)


def delete_entry(table: Block, key: str) -> str:
    """Remove an entry."""
    if table.entries.pop(key, None) is None:
        return f"delete {key}: no such entry in {table.name}"
    return ""


def free_key(table: Block) -> str:
    """The id that `edit 0` creates: one above the largest."""
    return str(max((int(key) for key in table.entries if key.isdigit()), default=0) + 1)
