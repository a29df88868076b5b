"""Uploads into memory: a multipart body is parsed as it arrives, within limits, and never spooled to a disk."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from python_multipart import MultipartParser
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect, Request

from auditor.web.problems import Problem
from auditor.web.settings import Limits

MOST_FIELDS = 200
"""Parts of one body, files or not."""


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


@dataclass(slots=True)
class Upload:
    """Files in memory, in the order in which they came."""

    held: Held
    files: list[tuple[str, bytearray]] = field(default_factory=list)
    size: int = 0

    def grow(self, size: int) -> None:
        """Count received bytes."""
        self.held.take(size)
        self.size += size

    def release(self) -> None:
        """Count all of it out and forget it."""
        self.held.give(self.size)
        self.size = 0
        self.files.clear()


class _Parts:
    """Collects the parts of a body from the parser's callbacks; parts without a file name are ignored."""

    def __init__(self, upload: Upload, limits: Limits) -> None:
        self.upload = upload
        self.limits = limits
        self.count = 0
        self.complete = False
        self.header = [bytearray(), bytearray()]
        self.disposition = b""
        self.current: bytearray | None = None

    def begin(self) -> None:
        self.count += 1
        self.disposition = b""
        self.current = None
        if self.count > MOST_FIELDS:
            raise Problem(413, f"The form has more than {MOST_FIELDS} parts.")

    def name(self, data: bytes, start: int, end: int) -> None:
        self.header[0] += data[start:end]

    def value(self, data: bytes, start: int, end: int) -> None:
        self.header[1] += data[start:end]

    def header_end(self) -> None:
        if self.header[0].lower() == b"content-disposition":
            self.disposition = bytes(self.header[1])
        self.header = [bytearray(), bytearray()]

    def headers_finished(self) -> None:
        _, options = parse_options_header(self.disposition)
        if b"filename" not in options:
            return
        if len(self.upload.files) == self.limits.files:
            raise Problem(
                413, f"At most {self.limits.files} files can be uploaded at once: put them into one zip archive."
            )
        self.current = bytearray()
        taken = {name for name, _ in self.upload.files}
        self.upload.files.append((_name(options[b"filename"], taken), self.current))

    def data(self, data: bytes, start: int, end: int) -> None:
        if self.current is None:
            return
        if len(self.current) + end - start > self.limits.file:
            name = self.upload.files[-1][0]
            raise Problem(413, f"{name} is larger than the {size_text(self.limits.file)} that one file may have.")
        self.current += data[start:end]

    def end(self) -> None:
        self.complete = True

    def parser(self, boundary: bytes) -> MultipartParser:
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self.begin,
                "on_header_field": self.name,
                "on_header_value": self.value,
                "on_header_end": self.header_end,
                "on_headers_finished": self.headers_finished,
                "on_part_data": self.data,
                "on_end": self.end,
            },
        )


def _name(raw: bytes, taken: set[str]) -> str:
    """The last part of a file's name, made unique; what a browser calls a file is only a word for messages."""
    name = re.sub(r"[\x00-\x1f\x7f]", "", raw.decode("utf-8", "replace")).replace("\\", "/").rpartition("/")[2][:200]
    name = name or "upload"
    number = 2
    unique = name
    while unique in taken:
        unique = f"{name} ({number})"
        number += 1
    return unique


async def receive(request: Request, held: Held, limits: Limits) -> Upload:
    """The files of a multipart request.

    Raises:
        Problem: 400 a broken body, 408 too slow, 413 over a limit, 503 no room. The rest of the body is read and
            thrown away first, so that a browser sees the answer instead of a broken connection.
    """
    _, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if not boundary:
        raise Problem(400, "The multipart form names no boundary.")
    upload = Upload(held)
    chunks = request.stream()
    try:
        async with asyncio.timeout(limits.receiving):
            try:
                _check_announced(request, limits)
                await _fill(_Parts(upload, limits), chunks, boundary)
            except Problem:
                upload.release()
                await drain(chunks, limits)
                raise
    except TimeoutError:
        upload.release()
        raise Problem(408, f"The upload took longer than {limits.receiving:g} seconds.") from None
    except ClientDisconnect:
        upload.release()
        raise Problem(400, "The connection ended before the upload did.") from None
    except BaseException:
        upload.release()
        raise
    if not upload.files:
        raise Problem(400, "There is no file in the form: choose at least one.")
    return upload


def _check_announced(request: Request, limits: Limits) -> None:
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limits.upload + MOST_FIELDS * 4096:
        raise Problem(413, f"The upload is larger than the {size_text(limits.upload)} that fit at once.")


async def _fill(parts: _Parts, chunks: AsyncIterator[bytes], boundary: bytes) -> None:
    broken = Problem(400, "The body is not a whole multipart form.")
    parser = parts.parser(boundary)
    try:
        async for chunk in chunks:
            parts.upload.grow(len(chunk))
            if parts.upload.size > parts.limits.upload:
                raise Problem(413, f"The upload is larger than the {size_text(parts.limits.upload)} that fit at once.")
            parser.write(chunk)
    except MultipartParseError:
        raise broken from None
    if not parts.complete:
        raise broken


async def drain(chunks: AsyncIterator[bytes], limits: Limits) -> None:
    """Read what the client still sends, up to the size of an upload once more."""
    left = limits.upload
    try:
        async for chunk in chunks:
            left -= len(chunk)
            if left < 0:
                return
    except (ClientDisconnect, RuntimeError):  # RuntimeError: the stream had ended already
        return


async def small_body(request: Request, limits: Limits) -> bytes:
    """A body of at most `limits.request` bytes.

    Raises:
        Problem: 413, it is larger; 408, too slow.
    """
    found = bytearray()
    try:
        async with asyncio.timeout(limits.receiving):
            async for chunk in request.stream():
                found += chunk
                if len(found) > limits.request:
                    raise Problem(413, f"A request may have at most {size_text(limits.request)}.")
    except TimeoutError:
        raise Problem(408, "The request took too long to arrive.") from None
    except ClientDisconnect:
        raise Problem(400, "The connection ended before the request did.") from None
    return bytes(found)


def size_text(size: int) -> str:
    """Bytes for people: "200 MB"."""
    for unit, name in ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} bytes"
