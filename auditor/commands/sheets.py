"""Tables of words for a window and for Markdown."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. `only_wide` names columns that a window has no room for; Markdown shows them."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    only_wide: tuple[str, ...] = ()
    note: str = ""


def text_of(sheets: Iterable[Sheet], width: int) -> str:
    """The tables as plain text `width` columns wide; empty ones are left out."""
    from rich.console import Console
    from rich.table import Table

    from auditor.reports.text import one_line

    stream = io.StringIO()
    console = Console(file=stream, width=width, no_color=True, highlight=False, markup=False, emoji=False)
    for sheet in (each for each in sheets if each.rows):
        console.print(f"\n{one_line(sheet.title)}")
        kept = [number for number, name in enumerate(sheet.columns) if name not in sheet.only_wide]
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
        for number in kept:
            table.add_column(sheet.columns[number], overflow="fold", min_width=4)
        for row in sheet.rows:
            table.add_row(*(one_line(row[number]) for number in kept))
        console.print(table)
        if sheet.note:
            console.print(one_line(sheet.note))
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def markdown_of(sheets: Iterable[Sheet]) -> str:
    """The tables as Markdown, every column of them."""
    from auditor.reports.markdown import plain

    lines: list[str] = []
    for sheet in (each for each in sheets if each.rows):
        lines += [f"## {plain(sheet.title)}", ""]
        lines += [_row(map(plain, sheet.columns)), _row("---" for _ in sheet.columns)]
        lines += [_row(map(plain, row)) for row in sheet.rows]
        lines += ["", *([plain(sheet.note), ""] if sheet.note else [])]
    return "\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
