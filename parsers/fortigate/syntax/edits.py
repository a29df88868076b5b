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
    if refused := _unfit(scope, table, new):
        return f"rename {key} to {new}: {refused}"
    renamed = [(new if name == key else name, entry) for name, entry in table.entries.items()]
    table.entries.clear()
    table.entries.update(renamed)
    table.entries[new].name = new
    follow(scope, table.name, key, new)
    return ""


def clone_entry(scope: Block, table: Block, key: str, new: str, line: int, file: str) -> str:
    """Add a copy of an entry at the end of the table."""
    if key not in table.entries:
        return f"clone {key} to {new}: no such entry in {table.name}"
    if refused := _unfit(scope, table, new):
        return f"clone {key} to {new}: {refused}"
    copied = deepcopy(table.entries[key])
    copied.name = new
    copied.settings.pop("uuid", None)
    _placed(copied, line, file)
    table.entries[new] = copied
    return ""


_NAME_SPACES = (
    ("firewall address", "firewall addrgrp", "firewall vip", "firewall vipgrp"),
    ("firewall address6", "firewall addrgrp6", "firewall vip6", "firewall vipgrp6"),
    ("firewall service custom", "firewall service group"),
    ("system zone", "system interface"),
)
"""Tables that share their names: a new name must be free in all of them (Batfish's tests of FortiOS)."""
_LONGEST = {"system zone": 35, "system interface": 15, "firewall policy": 35}
_LONGEST_NAME = 79
_NUMBERED = (
    "firewall policy",
    "firewall policy6",
    "firewall security-policy",
    "firewall local-in-policy",
    "router static",
)
"""Tables whose entries are called by numbers."""


def _unfit(scope: Block, table: Block, new: str) -> str:
    """Why the device takes no entry of this name, "" when it does."""
    taken = next((path for path in _same_names(table.name) if new in _entries(scope, table, path)), "")
    if taken:
        return f"{new} exists in {taken}"
    if table.name in _NUMBERED and not new.isdigit():
        return f"entries of {table.name} are called by numbers"
    if len(new) > _LONGEST.get(table.name, _LONGEST_NAME):
        return "the name is longer than the device takes"
    return ""


def _same_names(path: str) -> tuple[str, ...]:
    return next((space for space in _NAME_SPACES if path in space), (path,))


def _entries(scope: Block, table: Block, path: str) -> dict[str, Block]:
    if path == table.name:
        return table.entries
    other = scope.tables.get(path)
    return other.entries if other is not None else {}


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


_PROTOCOL_FIELDS = {
    "TCP/UDP/SCTP": ("tcp-portrange", "udp-portrange", "sctp-portrange", "udplite-portrange"),
    "ICMP": ("icmptype", "icmpcode"),
    "IP": ("protocol-number",),
}


def forget_other_protocols(service: Block, words: tuple[str, ...]) -> None:
    """A service that changes its protocol loses the fields of the one it had."""
    new, old = (_kind(each) for each in (words, service.settings.get("protocol", ())))
    if new != old:
        for kind, fields in _PROTOCOL_FIELDS.items():
            for field in fields if kind != new else ():
                service.settings.pop(field, None)


def _kind(words: tuple[str, ...]) -> str:
    """ICMP and ICMP6 have the same fields, and so have the names of TCP, UDP and SCTP by version."""
    word = words[0] if words else "TCP"
    return "ICMP" if word.startswith("ICMP") else "IP" if word == "IP" else "TCP/UDP/SCTP"
