"""The exposure matrix: zones and servers by service, as data and as an SVG picture."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from auditor.findings.result import AuditResult
from auditor.reports.text import one_line

MOST_COLUMNS = 24
_CELL, _TOP = 22, 110
_LETTER = 6.6
"""Width of a letter of the labels, in units of the picture."""
_LONGEST = 44
_MARKS = {"possible": "?", "undocumented": "!"}
"""What tells the states apart without colours."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows are (zone, server), columns services; a cell is "documented", "undocumented", "possible" or ""."""

    rows: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    left_out: int
    """Services beyond the widest: they are in the table of exposures."""


def exposure_matrix(result: AuditResult, widest: int = MOST_COLUMNS) -> Matrix:
    """The exposures of an audit as a matrix of at most `widest` services, the most frequent ones.

    The worse state wins where several rules open the same cell.
    """
    rank = {"documented": 1, "possible": 2, "undocumented": 3}
    found: dict[tuple[str, str], dict[str, str]] = {}
    counts: dict[str, int] = {}
    for row in result.exposures:
        state = "documented" if row.documented else "possible" if row.confidence == "possible" else "undocumented"
        cells = found.setdefault((row.zone, row.server or row.destination), {})
        for service in service_words(row.services):
            counts[service] = counts.get(service, 0) + 1
            if rank[state] > rank.get(cells.get(service, ""), 0):
                cells[service] = state
    columns = sorted(sorted(counts), key=lambda word: -counts[word])
    shown = tuple(sorted(columns[:widest], key=_natural))
    rows = tuple(sorted(found))
    states = tuple(tuple(found[row].get(column, "") for column in shown) for row in rows)
    return Matrix(rows, shown, states, max(0, len(columns) - widest))


def matrix_svg(matrix: Matrix) -> str:
    """The matrix as an SVG image with a title for every cell; colours come from the page's style classes."""
    labels = [f"{zone} → {server}" for zone, server in matrix.rows]
    left = int(min(max(map(len, labels), default=0), _LONGEST) * _LETTER) + 12
    width = left + _CELL * len(matrix.columns) + 70
    height = _TOP + _CELL * len(matrix.rows) + 10
    parts = [
        f'<svg class="matrix" role="img" aria-label="Exposure matrix: zones and servers by service" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" xmlns="http://www.w3.org/2000/svg">'
    ]
    for number, column in enumerate(matrix.columns):
        x, y = left + number * _CELL + 15, _TOP - 8
        parts.append(f'<text x="{x}" y="{y}" transform="rotate(-55 {x} {y})">{_text(column, 22)}</text>')
    for line, (label, cells) in enumerate(zip(labels, matrix.cells, strict=True)):
        y = _TOP + line * _CELL
        parts.append(f'<text x="{left - 8}" y="{y + 15}" text-anchor="end">{_text(label, _LONGEST)}</text>')
        for number, state in enumerate(cells):
            x = left + number * _CELL
            title = _text(f"{label} {matrix.columns[number]}: {state or 'closed'}", 200)
            parts.append(
                f'<rect x="{x}" y="{y}" width="{_CELL - 2}" height="{_CELL - 2}" rx="3" '
                f'class="cell {state or "closed"}"><title>{title}</title></rect>'
            )
            if state in _MARKS:
                parts.append(
                    f'<text class="mark" x="{x + 10}" y="{y + 15}" text-anchor="middle">{_MARKS[state]}</text>'
                )
    parts.append("</svg>")
    return "".join(parts)


def service_words(text: str) -> list[str]:
    """The single services of a text made by `ServiceSet.text` ("tcp/25,443, udp/53" -> tcp/25, tcp/443, udp/53)."""
    words: list[str] = []
    for part in text.split(", "):
        protocol, slash, ports = part.partition("/")
        if slash and protocol in ("tcp", "udp", "sctp") and " " not in ports:
            words += [f"{protocol}/{port}" for port in ports.split(",")]
        else:
            words.append(part)
    return words


def _natural(word: str) -> tuple[str, int]:
    protocol, _, port = word.partition("/")
    first = port.split("-")[0].split(" ")[0]
    return protocol, int(first) if first.isdigit() else -1


def _text(text: str, most: int) -> str:
    line = one_line(text)
    return escape(line if len(line) <= most else line[: most - 1] + "…")
