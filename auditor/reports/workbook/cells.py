"""Texts of a configuration as spreadsheet cells: never a formula, never too long, always legal."""

from __future__ import annotations

import re

from auditor.reports.text import printable

LONGEST = 32_767
"""Characters a cell may hold (Excel specifications and limits)."""

_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "'")


def cell_text(text: str) -> str:
    r"""The text as a cell shows it: control characters as \xNN, "_x0041_" kept literal, cut with a note when too long.

    Spreadsheets read "_xNNNN_" inside a string as one character (ECMA-376 part 1, ST_Xstring): the underscore is
    escaped so that a name like that stays what it is.
    """
    shown = _ESCAPE_LIKE.sub("_x005F_", printable(text).replace("\r\n", "\n").replace("\r", "\n"))
    if len(shown) <= LONGEST:
        return shown
    note = f" ... (cut: {len(shown):,} characters in all)"
    return shown[: LONGEST - len(note)] + note


def looks_like_formula(text: str) -> bool:
    """Would a spreadsheet take the text for a formula, or hide its first character, when someone edits the cell?"""
    return text.startswith(_FORMULA_STARTS)
