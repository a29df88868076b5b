"""Decoding netsh output: BOM, UTF-16, UTF-8, and the OEM code pages by the labels that appear; damage undone.

Source: the reference, section 1.5. A console that decodes netsh's bytes in the wrong code page and saves the result
leaves valid Unicode with the wrong letters: the known labels tell which two code pages were mixed up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from parsers.errors import TooLargeError, UnreadableError
from parsers.source import Decoded, Document, decode
from parsers.windows.words import fold, languages

_PAGES = (
    "utf-8", "cp850", "cp437", "cp852", "cp857", "cp866", "cp932", "cp936", "cp949", "cp950", "cp1250", "cp1251",
    "cp1252", "cp1254", "cp858", "cp775", "cp737", "cp855", "cp862", "cp1253", "cp1257",
)  # fmt: skip
_TAKEN_FOR = ("cp1252", "cp437", "cp850", "latin-1", "cp1251", "cp1250", "cp1254", "cp866", "cp857", "cp852")
"""Code pages in which consoles and editors decode what is something else."""
_CELLS = re.compile(r"[\t;,]")
_FEWEST_WORDS = 2
"""So many known words must appear when damage is undone; one may do by chance in hundreds of mixtures."""
_ENOUGH_WORDS = 5
"""With so many known words a text is as it was written: nothing is tried on it."""
_SAMPLE = 200_000
MOST_LINES = 4_000_000
"""Lines of one text; a verbose dump of 200,000 rules has as many."""
MOST_SCRIPT_LINES = 500_000
"""Lines of a script; one that makes 20,000 rules over several lines each has a fifth of them."""
MOST_NULS = 16
"""Text has no NUL characters; a few come from terminals that record sessions."""

_CONTROLS = bytes(set(range(32)) - set(b"\t\n\f\r\x1b"))
_LARGE = 8 << 20
_LONGEST_LINES = 64_000
"""How long the lines of a large text are on average at most: lists of thousands of addresses have such lines."""
BINARY = "binary data among the lines: the file is damaged; export it again"


def refuse_nonsense(document: Document, most_lines: int = MOST_LINES) -> None:
    """Refuse what is no text, or an endless one, before it is decoded: that would take many times its size.

    Raises:
        UnreadableError: control characters in a text of one byte a letter, or more or longer lines than exports have.
    """
    data = document.data
    lines = max(data.count(b"\n"), data.count(b"\r"))
    if lines > most_lines:
        message = f"a text of over {most_lines} lines is no export of a firewall: give the export alone"
        raise TooLargeError(document.name, message)
    if len(data) > _LARGE and len(data) > _LONGEST_LINES * (lines + 1):
        message = f"lines of over {_LONGEST_LINES} characters each are no export of a firewall: export it again"
        raise TooLargeError(document.name, message)
    if not decode(data[:_SAMPLE]).encoding.startswith("utf-16"):
        middle = data[len(data) // 2 :][:_SAMPLE]
        controls = len(middle) - len(middle.translate(None, _CONTROLS))
        if data.count(b"\0") > MOST_NULS or controls > MOST_NULS + len(middle) // 50:
            raise UnreadableError(document.name, BINARY)


def refuse_broken(name: str, found: Decoded) -> None:
    """Refuse text in damaged UTF-16: after a lost byte every letter is another one, and rules would be lost silently.

    Raises:
        UnreadableError: the text is UTF-16 and damaged.
    """
    if found.encoding.startswith("utf-16") and found.note:
        where = found.note.partition(":")[0]
        raise UnreadableError(name, f"{where}: the file is damaged or cut off; copy or export it again")


_LINE = re.compile(r"[^\r\n]*(?:\r\n|[\r\n])?")


def lines_with_ends(text: str) -> Iterator[str]:
    """Lines one by one, with their ends: a list of all of them would take many times the size of the text."""
    return (found[0] for found in _LINE.finditer(text) if found[0])


def decoded(document: Document) -> Decoded:
    """The text of a netsh dump; what no Unicode form explains is tried in every code page Windows uses."""
    general = document.decoded
    if general.encoding != "cp1252":
        return general if general.text.isascii() else _repaired(general)
    sample = document.data[:_SAMPLE]
    scores = [(_score(sample.decode(page, errors="replace")), -number, page) for number, page in enumerate(_PAGES)]
    best, _, page = max(scores)
    if best < 1:
        page = "utf-8" if _is_mostly_utf8(sample) else ""
    if not page:
        return general
    note = f"not Unicode: read in code page {page[2:]}, which its labels fit best"
    if page == "utf-8":
        note = "broken UTF-8: unreadable characters were replaced"
    return Decoded(document.data.decode(page, errors="replace"), page, note)


def _is_mostly_utf8(data: bytes) -> bool:
    """Are most letters beyond ASCII whole? Then some were damaged; in another code page nearly none would be."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    return sum(not letter.isascii() for letter in text) > 10 * broken


def _repaired(found: Decoded) -> Decoded:
    """The text as it was before a wrong code page, where that makes more of its words known."""
    sample = found.text[:_SAMPLE]
    plain = _score(sample)
    if plain >= _ENOUGH_WORDS:
        return found
    best, page, right = max(
        ((_score(text), taken, right) for taken, right, text in _undone(sample)), default=(0.0, "", "")
    )
    if best < max(_FEWEST_WORDS, plain + _FEWEST_WORDS):
        return found
    lines = [_line(line, page, right) for line in found.text.split("\n")]
    lost = sum(line is None for line in lines)
    text = "\n".join(old if new is None else new for old, new in zip(found.text.split("\n"), lines, strict=True))
    note = (
        f"Letters were damaged before the export was saved ({_shown(right)} taken for {_shown(page)}); they were "
        "restored" + (f", but not in {lost} lines" if lost else "")
    )
    return Decoded(text, found.encoding, "; ".join(each for each in (found.note, note) if each))


def _undone(text: str) -> Iterator[tuple[str, str, str]]:
    """(page it was taken for, page it is in, text) for every mixture that explains most lines of a text."""
    lines = list(dict.fromkeys(line for line in text.split("\n") if not line.isascii()))[:200]
    for taken in _TAKEN_FOR:
        for right in _PAGES:
            if right == taken:
                continue
            undone = [each for line in lines if (each := _line(line, taken, right)) is not None]
            if len(undone) * 2 > len(lines):
                yield taken, right, "\n".join(undone)


def _line(line: str, taken: str, right: str) -> str | None:
    """A line as it was before it was decoded in the wrong page; None where it cannot have been."""
    if line.isascii():
        return line
    try:
        return line.encode(taken).decode(right)
    except UnicodeError:
        return None


def _shown(page: str) -> str:
    return f"code page {page[2:]}" if page.startswith("cp") else page.upper()


@cache
def _words() -> frozenset[str]:
    """Every label and value with letters beyond ASCII."""
    return frozenset(
        word
        for language in languages().values()
        for words in (language.labels, language.values, language.profile, language.messages)
        for word in words
        if not word.isascii()
    )


def _score(text: str) -> float:
    """Known words with letters beyond ASCII that appear; unreadable characters count against the text."""
    found = set()
    for line in set(text.splitlines()):
        if not line.isascii():
            label, _, value = line.partition(":")
            found |= {fold(label), fold(value), *(fold(part) for part in value.split(","))}
            label, _, value = line.strip().partition("  ")
            found |= {fold(label).rstrip(":").rstrip(), fold(value)}
            if "\t" in line or ";" in line or '"' in line:
                # A table: labels are its header, words its cells.
                found |= {fold(cell.strip('" ')) for cell in _CELLS.split(line)}
    return len(found & _words()) - text.count("\ufffd") / 100
