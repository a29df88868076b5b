"""Which column of a port matrix is which, by its header words, in whatever order and row they stand."""

from __future__ import annotations

import re
from collections.abc import Mapping

from auditor.imports.sheets import Cell

_WORDS: Mapping[str, str] = {
    "source": "source src from quelle quell von origen origin origine kaynak initiator client clients origem sorgente",
    "destination": "destination dest dst to target ziel nach destino hedef server servers cible empfänger destinazione",
    "protocol": "protocol protocols proto prot protokoll protocole protocolo protokol transport",
    "port": "port ports portnumber portnummer puerto puertos porta porte portlar portu",
    "service": "service services application app dienst dienste servicio servis anwendung",
    "title": "description comment comments purpose remark remarks note notes reason justification bemerkung zweck "
    "beschreibung kommentar açıklama usage descripción descripcion commentaire businessneed rationale",
    "direction": "direction richtung dirección direccion sens yön",
    "action": "action aktion permission acción accion allow",
    "level": "level required mandatory optional requirement pflicht need",
    "id": "id nr no number rule ruleid item ref lfd seq",
}
_BY_WORD = {word: kind for kind, words in _WORDS.items() for word in words.split()}
_ADDRESS = {"ip", "ips", "address", "addresses", "adresse", "adressen", "network", "networks", "netz", "subnet", "cidr"}
_HEADER_ROWS = 60
"""A header further down is none: matrices begin with a title and a few lines of explanation."""

Columns = Mapping[str, tuple[int, ...]]
"""Kind to column numbers, in the order of the sheet; "source address" and "destination address" are kinds too."""


def header_row(rows: tuple[tuple[int, tuple[Cell, ...]], ...]) -> tuple[int, Columns] | None:
    """The place in `rows` of the header and its columns: both ends and a port (or service) are needed."""
    best: tuple[int, int, Columns] | None = None
    for place, (_, cells) in enumerate(rows[:_HEADER_ROWS]):
        columns = _columns(cells)
        ends = any(kind in columns for kind in ("source", "source address"))
        ends = ends and any(kind in columns for kind in ("destination", "destination address"))
        if ends and ("port" in columns or "service" in columns) and (best is None or len(columns) > best[0]):
            best = (len(columns), place, columns)
    return (best[1], best[2]) if best else None


def _columns(cells: tuple[Cell, ...]) -> Columns:
    found: dict[str, list[int]] = {}
    for number, cell in enumerate(cells):
        kind = _kind(cell.text) if len(cell.text) <= 60 else ""
        if kind:
            found.setdefault(kind, []).append(number)
    return {kind: tuple(numbers) for kind, numbers in found.items()}


def _kind(header: str) -> str:
    """ "Dest. port(s)" is a port, "Source IP" an address of the source, "Source port" a source port."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    compound = re.sub(r"\b(quell|ziel)(?=[a-zäöü])", r"\1 ", spaced.casefold())
    words = re.findall(r"[^\W\d_]+", compound)
    joined = "".join(words)
    kinds = [_BY_WORD[word] for word in (*words, joined) if word in _BY_WORD]
    if not kinds:
        return ""
    if "port" in kinds or any(word.startswith("port") for word in words):
        return "source port" if "source" in kinds and "destination" not in kinds else "port"
    for kind in ("protocol", "source", "destination"):
        if kind in kinds:
            return f"{kind} address" if kind != "protocol" and _ADDRESS & set(words) else kind
    return kinds[0]
