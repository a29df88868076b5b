"""Numbers and names in sentences."""

from __future__ import annotations

from collections.abc import Iterable


def counted(number: int, one: str, many: str = "") -> str:
    """ "1 finding", "1,200 findings"; `many` is the plural where an s is not enough ("policies", "findings are")."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def listed(words: Iterable[str], most: int = 6) -> str:
    """The first names of a list; the rest is counted: "a, b and 3 more"."""
    items = list(words)
    rest = len(items) - most
    return ", ".join(items[:most]) + (f" and {rest} more" if rest > 0 else "")
