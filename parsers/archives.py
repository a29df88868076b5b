"""Folders and archives (zip, tar) of exports, read in memory within limits."""

from __future__ import annotations

import difflib
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path, PurePosixPath

from parsers.errors import TooLargeError, UnreadableError
from parsers.source import Document

MOST_BYTES = 1 << 30
"""What one archive may expand to, and what one file may hold."""
MOST_RATIO = 200
"""How often larger a member may be than its compressed form; small members are exempt."""
MOST_MEMBERS = 10_000
_SMALL = 1 << 20


def is_archive(data: bytes) -> bool:
    """Do the bytes begin like a zip or a tar archive?"""
    return _is_zip(data) or data[257:262] == b"ustar"


def _is_zip(data: bytes) -> bool:
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


@dataclass(slots=True)
class _Allowance:
    """What an archive may still expand to, the archives inside it included."""

    size: int
    count: int

    def spend(self, name: str, sizes: Sequence[int]) -> None:
        self.count -= len(sizes)
        self.size -= sum(sizes)
        if self.count < 0:
            raise TooLargeError(name, f"the archive has over {MOST_MEMBERS} members: give the exports alone")
        if self.size < 0:
            raise TooLargeError(name, "the archive expands to over 1 GB; give the exports alone")


_BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    NotImplementedError,
    EOFError,
    OSError,
    ValueError,
    RecursionError,
)
"""What the libraries raise for archives that are damaged, or crafted; a chain of tar's long headers is recursive."""


def members(document: Document, within: _Allowance | None = None) -> Iterator[Document]:
    """The files of an archive as documents named "archive/member"; archives inside it one level deep.

    `within` is what is left of the limits of the archive around it.

    Raises:
        UnreadableError: broken or encrypted archives, names that leave the archive, sizes over the limits.
    """
    allowance = within or _Allowance(MOST_BYTES, MOST_MEMBERS)
    zipped = _is_zip(document.data)
    try:
        for name, data in (_zipped if zipped else _tarred)(document, allowance):
            member = Document(f"{document.name}/{name}", data)
            if is_archive(data) and within is None:
                yield from members(member, allowance)
            else:
                yield member
    except _BROKEN as error:
        kind = "zip" if zipped else "tar"
        raise UnreadableError(document.name, f"the {kind} archive cannot be read ({error}): make it again") from None


_LIST_OF_PARTS = "[Content_Types].xml"
"""What System.IO.Packaging adds to a zip that it makes (ECMA-376 part 2): no export."""


def _zipped(document: Document, allowance: _Allowance) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(document.data)) as archive:
        infos = archive.infolist()
        allowance.spend(document.name, [info.file_size for info in infos])
        for info in infos:
            _check(document.name, info)
        for info in sorted(infos, key=lambda each: each.filename):
            if info.is_dir() or info.filename == _LIST_OF_PARTS:
                continue
            with archive.open(info) as stream:
                # The header may lie about the size: never read more than it claims.
                data = stream.read(info.file_size + 1)
            if len(data) > info.file_size:
                name = f"{document.name}/{info.filename}"
                raise UnreadableError(name, "the archive states a wrong size for this member")
            yield info.filename, data


def _tarred(document: Document, allowance: _Allowance) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(document.data), mode="r:") as archive:
        infos: list[tarfile.TarInfo] = []
        for info in archive:
            if info.size < 0:  # it would lead back to its own header, for ever
                raise tarfile.ReadError(f"member {info.name!r} states a negative size")
            infos.append(info)
        # tarfile takes a damaged header for the end: what lies behind it would be lost without a word.
        end = archive.offset + tarfile.BLOCKSIZE
        if document.data[archive.offset : end] != bytes(tarfile.BLOCKSIZE):
            raise tarfile.ReadError(f"it is damaged or cut off behind member {len(infos)}")
        allowance.spend(document.name, [info.size for info in infos])
        for info in infos:
            _check_name(document.name, info.name)
        for info in sorted(infos, key=lambda each: each.name):
            # Links and devices hold nothing; a sparse member expands to more than the archive holds.
            stream = archive.extractfile(info) if info.isreg() and not info.issparse() else None
            if stream is not None:
                yield info.name, stream.read()


def _check(name: str, info: zipfile.ZipInfo) -> None:
    _check_name(name, info.filename)
    if info.flag_bits & 1:
        raise UnreadableError(name, f"member {info.filename!r} is encrypted: unpack it first")
    if info.file_size > _SMALL and info.file_size > MOST_RATIO * max(info.compress_size, 1):
        raise TooLargeError(name, f"member {info.filename!r} expands over {MOST_RATIO}-fold: not a real export")


def _check_name(name: str, member: str) -> None:
    path = PurePosixPath(member.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in member[:3]:
        raise UnreadableError(name, f"the archive holds a name that leaves it: {member!r}")


_PACKED = ((b"\x1f\x8b", "gzip"), (b"\xfd7zXZ\x00", "lzma"), (b"BZh", "bz2"))
"""How packed single files begin, and the module of the standard library that unpacks them."""


def unpacked(document: Document) -> Document:
    """The file inside a gzip, xz or bzip2 file, named like a member of it; any other document as it is.

    Raises:
        UnreadableError: damaged, or over the limits of archives.
    """
    module = next((name for magic, name in _PACKED if document.data.startswith(magic)), "")
    if not module:
        return document
    most = min(MOST_BYTES, max(_SMALL, MOST_RATIO * len(document.data)))
    try:
        with import_module(module).open(io.BytesIO(document.data)) as stream:
            data: bytes = stream.read(most + 1)
    # lzma and zlib have errors of their own, which derive from nothing in common.
    except (OSError, EOFError, ValueError, lzma.LZMAError, zlib.error) as error:
        raise UnreadableError(document.name, f"the packed file cannot be read ({error}): make it again") from None
    if len(data) > most:
        raise TooLargeError(document.name, f"it expands over {MOST_RATIO}-fold or over 1 GB: not a real export")
    return Document(f"{document.name}/{PurePosixPath(document.name.replace(chr(92), '/')).stem}", data)


def folder(path: Path) -> Iterator[Path]:
    """The files below a folder, sorted; hidden ones are left out.

    Raises:
        UnreadableError: a link leads out of the folder.
    """
    root = path.resolve()
    for each in sorted(path.rglob("*")):
        parts = each.relative_to(path).parts
        if any(part.startswith(".") for part in parts) or not each.is_file():
            continue
        if not each.resolve().is_relative_to(root):
            raise UnreadableError(str(each), "this link leads out of the folder: give its target by name")
        yield each


def load(path: Path) -> Document:
    """One file as a document.

    Raises:
        UnreadableError: it does not exist, may not be read, or is larger than 1 GB.
    """
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise TooLargeError(str(path), f"the file has {size} bytes; at most {MOST_BYTES} are read")
        return Document(str(path), path.read_bytes())
    except OSError as error:
        raise UnreadableError(str(path), f"cannot be opened: {error.strerror or error}{_meant(path)}") from None


def _meant(path: Path) -> str:
    """A file of nearly the same name beside a path that does not exist."""
    if path.exists() or not path.parent.is_dir():
        return ""
    near = difflib.get_close_matches(path.name, sorted(each.name for each in path.parent.iterdir()), 1)
    return f", did you mean {path.with_name(near[0])}?" if near else ""
