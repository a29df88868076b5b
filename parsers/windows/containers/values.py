"""Registry values, from whichever container: a hive, a .reg text or a Registry.pol."""

from __future__ import annotations

from dataclasses import dataclass

REG_SZ, REG_EXPAND_SZ, REG_BINARY, REG_DWORD, REG_DWORD_BE, REG_MULTI_SZ, REG_QWORD = 1, 2, 3, 4, 5, 7, 11

MOST_TEXT = 4 << 20
"""The longest text value that is read, in bytes; rule strings have some hundreds, lists of addresses some thousands."""


@dataclass(frozen=True, slots=True)
class RegistryValue:
    """One value: the path of its key below a policy root ("DomainProfile\\Logging"), its name and data.

    `data` is text, a number, or None for kinds a firewall policy does not use. `damaged` says that characters of a
    text could not be decoded. `line` is 0 in binary containers.
    """

    key: str
    name: str
    data: str | int | None
    line: int = 0
    damaged: bool = False


def decoded(kind: int, data: bytes) -> tuple[str | int | None, bool]:
    """The data of a value, and whether a text was damaged (odd length, broken UTF-16).

    Raises:
        ValueError: a text longer than `MOST_TEXT`.
    """
    if kind in (REG_SZ, REG_EXPAND_SZ, REG_MULTI_SZ):
        if len(data) > MOST_TEXT:
            raise ValueError(f"a text value of {len(data)} bytes; at most {MOST_TEXT} are read")
        text, damaged = _text(data)
        if kind == REG_MULTI_SZ:
            return "\n".join(part for part in text.split("\0") if part), damaged
        return text.partition("\0")[0], damaged
    if kind == REG_DWORD and len(data) >= 4:
        return int.from_bytes(data[:4], "little"), False
    if kind == REG_DWORD_BE and len(data) >= 4:
        return int.from_bytes(data[:4], "big"), False
    if kind == REG_QWORD and len(data) >= 8:
        return int.from_bytes(data[:8], "little"), False
    return None, kind in (REG_DWORD, REG_DWORD_BE, REG_QWORD)


def _text(data: bytes) -> tuple[str, bool]:
    try:
        return data.decode("utf-16-le"), False
    except UnicodeDecodeError:
        return data.decode("utf-16-le", errors="replace"), True
