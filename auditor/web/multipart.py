"""A multipart body, parsed as it arrives: files and words in memory, counted, and never spooled to a disk."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from python_multipart import MultipartParser
from python_multipart.multipart import parse_options_header

from auditor.web.problems import Problem
from auditor.web.settings import Limits

MOST_FIELDS = 200
"""Parts of one body, files or not."""
MOST_WORD = 200
"""Bytes of a part that is no file: an id."""


@dataclass(slots=True)
class Held:
    """How many bytes the server holds for everybody: uploads under way and kept audits."""

    most: int
    now: int = 0

    def take(self, size: int) -> None:
        """Count some bytes in.

        Raises:
            Problem: 503, there is no room left.
        """
        if self.now + size > self.most:
            raise Problem(503, "The server holds as many audits as it may: try again later, or forget old ones.")
        self.now += size

    def give(self, size: int) -> None:
        """Count some bytes out."""
        self.now -= size


Files = list[tuple[str, bytes]]
"""Names and bytes."""


@dataclass(slots=True, eq=False)
class Part:
    """One part of a form: a file, or a word where it has no file name."""

    field: str
    name: str | None
    data: bytearray


@dataclass(slots=True)
class Upload:
    """The parts of one form in memory, in the order in which they came."""

    held: Held
    parts: list[Part] = field(default_factory=list)
    size: int = 0

    def grow(self, size: int) -> None:
        """Count received bytes."""
        self.held.take(size)
        self.size += size

    def release(self) -> None:
        """Count all of it out and forget it."""
        self.held.give(self.size)
        self.size = 0
        self.parts.clear()

    @property
    def names(self) -> list[str]:
        """The names of the files."""
        return [each.name for each in self.parts if each.name is not None]

    def take(self, *fields: str) -> Files:
        """The files in some fields (without fields, all), taken out: nothing large is kept twice."""
        found = [each for each in self.parts if each.name is not None and each.field in (fields or (each.field,))]
        self.parts = [each for each in self.parts if each.name is None or each not in found]
        return [(each.name or "", bytes(each.data)) for each in found]

    def words(self, name: str) -> list[str]:
        """The words in one field, empty ones left out."""
        words = (
            each.data.decode("utf-8", "replace") for each in self.parts if each.name is None and each.field == name
        )
        return [word for word in map(str.strip, words) if word]


class Parts:
    """Collects the parts of a body from the parser's callbacks."""

    def __init__(self, upload: Upload, limits: Limits) -> None:
        self.upload = upload
        self.limits = limits
        self.count = 0
        self.complete = False
        self.header = [bytearray(), bytearray()]
        self.disposition = b""
        self.current: Part | None = None

    def _begin(self) -> None:
        self.count += 1
        self.disposition = b""
        self.current = None
        if self.count > MOST_FIELDS:
            raise Problem(413, f"The form has more than {MOST_FIELDS} parts.")

    def _name(self, data: bytes, start: int, end: int) -> None:
        self.header[0] += data[start:end]

    def _value(self, data: bytes, start: int, end: int) -> None:
        self.header[1] += data[start:end]

    def _header_end(self) -> None:
        if self.header[0].lower() == b"content-disposition":
            self.disposition = bytes(self.header[1])
        self.header = [bytearray(), bytearray()]

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self.disposition)
        self.current = Part(options.get(b"name", b"").decode("utf-8", "replace"), None, bytearray())
        if b"filename" in options:
            taken = set(self.upload.names)
            if len(taken) == self.limits.files:
                raise Problem(
                    413, f"At most {self.limits.files} files can be uploaded at once: put them into one zip archive."
                )
            self.current.name = _file_name(options[b"filename"], taken)
        self.upload.parts.append(self.current)

    def _data(self, data: bytes, start: int, end: int) -> None:
        part = self.current
        if part is None:
            return
        size = len(part.data) + end - start
        if part.name is None and size > MOST_WORD:
            raise Problem(422, f"A part of the form that is no file may have at most {MOST_WORD} bytes.")
        if size > self.limits.file:
            raise Problem(413, f"{part.name} is larger than the {size_text(self.limits.file)} that one file may have.")
        part.data += data[start:end]

    def _end(self) -> None:
        self.complete = True

    def parser(self, boundary: bytes) -> MultipartParser:
        """A parser that calls back here."""
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._name,
                "on_header_value": self._value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._data,
                "on_end": self._end,
            },
        )


def _file_name(raw: bytes, taken: set[str]) -> str:
    """The last part of a file's name, made unique; what a browser calls a file is only a word for messages."""
    name = re.sub(r"[\x00-\x1f\x7f]", "", raw.decode("utf-8", "replace")).replace("\\", "/").rpartition("/")[2][:200]
    name = name or "upload"
    number = 2
    unique = name
    while unique in taken:
        unique = f"{name} ({number})"
        number += 1
    return unique


def size_text(size: int) -> str:
    """Bytes for people: "200 MB"."""
    for unit, name in ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} bytes"
