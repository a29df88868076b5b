"""Decimal numbers as exports write them."""

from __future__ import annotations


def number(text: str, most: int = 0xFFFFFFFF) -> int | None:
    """The value of a text of ASCII digits from 0 to `most`, None for every other text (however long)."""
    word = text.strip()
    if not word.isascii() or not word.isdigit() or len(word) > 10:
        return None
    value = int(word)
    return value if value <= most else None
