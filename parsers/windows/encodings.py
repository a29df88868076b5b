"""Decoding netsh output: BOM, UTF-16, UTF-8, and the OEM code pages by the labels that appear.

Source: the reference, section 1.5.
"""

from __future__ import annotations

from parsers.source import Decoded, Document, decode
from parsers.windows.words import fold, languages

_PAGES = (
    "cp850", "cp437", "cp852", "cp857", "cp866", "cp932", "cp936", "cp949", "cp950", "cp1250", "cp1251", "cp1252",
    "cp1254", "cp858", "cp775", "cp737", "cp855", "cp862", "cp1253", "cp1257",
)  # fmt: skip
_SAMPLE = 200_000


def decoded(document: Document) -> Decoded:
    """The text of a netsh dump; what no Unicode form explains is tried in every code page Windows uses."""
    general = decode(document.data)
    if general.encoding != "cp1252":
        return general
    sample = document.data[:_SAMPLE]
    scores = [(_score(sample, page), -number, page) for number, page in enumerate(_PAGES)]
    best, _, page = max(scores)
    if best < 1:
        return general
    note = f"not Unicode: read in code page {page[2:]}, which its labels fit best"
    return Decoded(document.data.decode(page, errors="replace"), page, note)


def _score(sample: bytes, page: str) -> float:
    """Known labels with letters beyond ASCII that appear after decoding; unreadable bytes count against the page."""
    text = sample.decode(page, errors="replace")
    words = {fold(line.partition(":")[0]) for line in text.splitlines()}
    known = sum(
        1 for language in languages().values() for label in language.labels if not label.isascii() and label in words
    )
    values = {fold(line.partition(":")[2]) for line in text.splitlines()}
    known += sum(
        1 for language in languages().values() for value in language.values if not value.isascii() and value in values
    )
    return known - text.count("\ufffd") / 100
