"""Input bytes and their text, decoded once for every parser."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Document:
    """One input file: a name for messages and its bytes. Never changed, never written anywhere."""

    name: str
    data: bytes = field(repr=False)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the bytes, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def decoded(self) -> Decoded:
        """The text of the bytes: BOM first, then UTF-16 without BOM, strict UTF-8, and cp1252 as the last resort."""
        return decode(self.data)

    def head(self, size: int) -> str:
        """The text of the first `size` bytes, to recognise a file by without decoding all of it."""
        return self.text if len(self.data) <= size else decode(self.data[:size]).text

    @property
    def text(self) -> str:
        """The decoded text with line ends as they are."""
        return self.decoded.text


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the codec that gave it, and a note when characters had to be guessed."""

    text: str
    encoding: str
    note: str = ""


def encoded(text: str, like: Document) -> bytes:
    """Text in the encoding of a document, its byte order mark included."""
    codec = like.decoded.encoding
    mark = "\ufeff" if like.data.startswith((b"\xff\xfe", b"\xfe\xff")) else ""
    return (mark + text).encode(codec, errors="replace")


def decode(data: bytes) -> Decoded:
    """Decode bytes of unknown encoding without ever failing and without dropping a line.

    Vendors with OEM code pages (Windows) decode for themselves from the bytes; this is the general rule.
    """
    if data.startswith(b"\xef\xbb\xbf"):
        return _lenient(data[3:], "utf-8", "utf-8-sig")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        codec = "utf-16-le" if data.startswith(b"\xff\xfe") else "utf-16-be"
        return _lenient(data[2:], codec, codec)
    head = data[:4096]
    if len(head) >= 4 and b"\0" in head:
        if head[1::2].count(0) > len(head) // 3:
            return _lenient(data, "utf-16-le", "utf-16-le")
        if head[0::2].count(0) > len(head) // 3:
            return _lenient(data, "utf-16-be", "utf-16-be")
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
        return Decoded(text, "cp1252", "not valid UTF-8: read as Windows-1252; names with accents may differ")


def _lenient(data: bytes, codec: str, label: str) -> Decoded:
    try:
        return Decoded(data.decode(codec), label)
    except UnicodeDecodeError as error:
        note = f"broken {label} at byte {error.start}: unreadable characters were replaced"
        return Decoded(data.decode(codec, errors="replace"), label, note)
