"""Uploads into memory, within limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect, Request

from auditor.web.multipart import MOST_FIELDS, Held, Parts, Upload, size_text
from auditor.web.problems import Problem
from auditor.web.settings import Limits


async def receive(request: Request, held: Held, limits: Limits) -> Upload:
    """The parts of a multipart request.

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
                await _fill(Parts(upload, limits), chunks, boundary)
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
    return upload


def _check_announced(request: Request, limits: Limits) -> None:
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limits.upload + MOST_FIELDS * 4096:
        raise Problem(413, f"The upload is larger than the {size_text(limits.upload)} that fit at once.")


async def _fill(parts: Parts, chunks: AsyncIterator[bytes], boundary: bytes) -> None:
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
