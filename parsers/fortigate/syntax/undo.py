"""What `abort` takes back: the state of every open block of a script as it was when it was opened.

Source: the FortiOS CLI reference: `abort` leaves the `edit` and the `config` around it without saving; entries that
`next` left before are saved.
"""

from __future__ import annotations

from copy import deepcopy

from parsers.fortigate.syntax.tree import Block


class Undo:
    """Copies of the open blocks, the innermost last; kept for texts that abort only."""

    def __init__(self) -> None:
        self.before: list[Block | None] = []

    def opened(self, found: Block | None, *, whole: bool) -> None:
        """A block is entered, None when it is a new one; of a table only the settings are kept."""
        if found is not None and not whole:
            kept = Block(found.name, found.line)
            kept.settings, kept.unset = dict(found.settings), set(found.unset)
            self.before.append(kept)
        else:
            self.before.append(deepcopy(found))

    def closed(self) -> None:
        """The innermost block is left, and what was changed in it is saved."""
        self.before.pop()

    def entry(self, table: Block, key: str) -> None:
        """Give up what was changed in the innermost block, an entry of a table."""
        before = self.before[-1]
        if before is None:
            table.entries.pop(key, None)
        else:
            table.entries[key] = before

    def settings(self, block: Block) -> None:
        """Give up the settings of the innermost block, a table; its entries are saved one by one."""
        before = self.before[-1]
        block.settings = dict(before.settings) if before is not None else {}
        block.unset = set(before.unset) if before is not None else set()
