"""Texts of a configuration as spreadsheet cells: never a formula, never too long, always legal."""

from __future__ import annotations

import re

from auditor.reports.text import printable

LONGEST = 32_767
"""UTF-16 units a cell may hold (Excel specifications and limits)."""

_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_UNUSUAL = re.compile(r"[^ -^`-~\xa1-\xff\u0100-\u024f\n]")
"""Everything but printable Latin text without underscores: what needs a second look."""
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")
"""The wide forms count in spreadsheets set to Japanese or Chinese."""


def cell_text(text: str) -> str:
    r"""The text as a cell shows it: control characters as \xNN, "_x0041_" kept literal, cut with a note when too long.

    Spreadsheets read "_xNNNN_" inside a string as one character (ECMA-376 part 1, ST_Xstring): the underscore is
    escaped so that a name like that stays what it is.
    """
    if _UNUSUAL.search(text):
        text = _ESCAPE_LIKE.sub("_x005F_", printable(text).replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) * 2 <= LONGEST or _units(text) <= LONGEST:
        return text
    note = f" ... (cut: {len(text):,} characters in all; the JSON report has them)"
    kept = text.encode("utf-16-le")[: (LONGEST - len(note)) * 2].decode("utf-16-le", "ignore")
    return kept + note


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def looks_like_formula(text: str) -> bool:
    """Would a spreadsheet take the text for a formula, or hide its first character, when someone edits the cell?"""
    return text.startswith(_FORMULA_STARTS)
