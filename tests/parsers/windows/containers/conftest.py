"""A writer of small registry hives, so that tests need no real ones."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any

import pytest

SZ, EXPAND_SZ, DWORD, MULTI_SZ = 1, 2, 4, 7
_BIG = 0x3FD8


class HiveWriter:
    """Cells of one hive bin: nk, vk, lf, value lists, data, big data."""

    def __init__(self) -> None:
        self.cells = bytearray()

    def cell(self, data: bytes) -> int:
        offset = 32 + len(self.cells)
        size = (len(data) + 4 + 7) & ~7
        self.cells += struct.pack("<i", -size) + data.ljust(size - 4, b"\0")
        return offset

    def key(self, name: str, content: Mapping[str, Any]) -> int:
        """Mappings are subkeys; texts, numbers and (type, bytes) pairs are values."""
        subkeys = [(each, self.key(each, inner)) for each, inner in content.items() if isinstance(inner, Mapping)]
        values = [self.value(each, data) for each, data in content.items() if not isinstance(data, Mapping)]
        keys = 0xFFFFFFFF
        if subkeys:
            entries = b"".join(struct.pack("<I4s", at, each[:4].encode().ljust(4, b"\0")) for each, at in subkeys)
            keys = self.cell(b"lf" + struct.pack("<H", len(subkeys)) + entries)
        listed = self.cell(struct.pack(f"<{len(values)}I", *values)) if values else 0xFFFFFFFF
        return self.nk(name, len(subkeys), keys, len(values), listed)

    def nk(self, name: str, subkeys: int, keys: int, values: int, listed: int) -> int:
        head = struct.pack("<2sHQIIIIIIIIII", b"nk", 0x20, 0, 0, 0, subkeys, 0, keys, 0xFFFFFFFF, values, listed, 0, 0)
        raw = name.encode("ascii")
        return self.cell(head.ljust(0x48, b"\0") + struct.pack("<HH", len(raw), 0) + raw)

    def value(self, name: str, data: Any) -> int:
        if isinstance(data, int):
            return self.vk(name, DWORD, 0x80000004, data)
        if isinstance(data, str):
            data = (SZ, (data + "\0").encode("utf-16-le"))
        kind, raw = data
        if len(raw) > _BIG:
            pieces = [self.cell(raw[at : at + _BIG] + b"\0\0\0\0") for at in range(0, len(raw), _BIG)]
            listed = self.cell(struct.pack(f"<{len(pieces)}I", *pieces))
            return self.vk(name, kind, len(raw), self.cell(b"db" + struct.pack("<HI", len(pieces), listed)))
        return self.vk(name, kind, len(raw), self.cell(raw))

    def vk(self, name: str, kind: int, size: int, data: int) -> int:
        raw = name.encode("ascii")
        return self.cell(struct.pack("<2sHIIIHH", b"vk", len(raw), size, data, kind, 1, 0) + raw)

    def hive(self, root: int, *, sequence: int = 1) -> bytes:
        size = (32 + len(self.cells) + 4095) & ~4095
        free = size - 32 - len(self.cells)
        cells = bytes(self.cells) + (struct.pack("<i", free).ljust(free, b"\0") if free else b"")
        head = bytearray(4096)
        head[:12] = struct.pack("<4sII", b"regf", 1, sequence)
        struct.pack_into("<IIIIII", head, 0x14, 1, 5, 0, 1, root, size)
        return bytes(head) + struct.pack("<4sII", b"hbin", 0, size).ljust(32, b"\0") + cells


@pytest.fixture
def writer() -> HiveWriter:
    return HiveWriter()


@pytest.fixture
def hive() -> Callable[..., bytes]:
    """`hive(tree)`: the bytes of a hive whose root key holds the tree."""

    def made(tree: Mapping[str, Any], **options: Any) -> bytes:
        writer = HiveWriter()
        return writer.hive(writer.key("ROOT", tree), **options)

    return made
