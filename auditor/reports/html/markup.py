"""Texts as HTML: everything that comes from a configuration goes through here."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from auditor.reports.text import printable


def text(value: str) -> str:
    """The text as HTML text or attribute value: no markup can come out of it, control characters are shown."""
    return escape(printable(value))


def section(title: str, body: str, name: str = "") -> str:
    """A section with a heading; `name` is its id for links."""
    anchor = f' id="{name}"' if name else ""
    return f"<section{anchor}><h2>{text(title)}</h2>{body}</section>"


def table(head: Iterable[str], rows: Iterable[Iterable[str]], coloured: int = -1) -> str:
    """A table of texts, "" without rows; the column number `coloured` shows its words as badges."""
    body = "".join(
        "<tr>" + "".join(_cell(cell, number == coloured) for number, cell in enumerate(row)) + "</tr>" for row in rows
    )
    if not body:
        return ""
    top = "".join(f'<th scope="col">{text(name)}</th>' for name in head)
    return f"<div class='scroll'><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"


def badge(word: str) -> str:
    """A word in the colour of its class."""
    return f'<span class="badge {word.replace(" ", "-")}">{text(word)}</span>' if word else ""


def bullets(items: Iterable[str]) -> str:
    """A list of texts, "" without any."""
    lines = "".join(f"<li>{text(item)}</li>" for item in items)
    return f"<ul>{lines}</ul>" if lines else ""


def _cell(value: str, coloured: bool) -> str:
    return f"<td>{badge(value) if coloured else text(value)}</td>"
