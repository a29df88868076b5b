"""Which files a list of paths and globs means: the same rules for a working copy and for a git revision."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path, PurePosixPath

_SIGNS = "*?["
"""What makes a path a glob."""


def select(patterns: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """The names that a path or glob means, sorted, each once. `*` stays inside a folder, `**` crosses them."""
    wanted = [_compiled(_clean(pattern)) for pattern in patterns]
    return tuple(sorted({name for name in names if any(each.fullmatch(name) for each in wanted)}))


def unmatched(patterns: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """The patterns that mean none of the names."""
    known = tuple(names)
    return tuple(pattern for pattern in patterns if not select((pattern,), known))


def files_below(root: Path, patterns: Iterable[str]) -> tuple[str, ...]:
    """The files that could match, relative to a folder, with slashes."""
    found: set[str] = set()
    for pattern in patterns:
        clean = _clean(pattern)
        if any(sign in clean for sign in _SIGNS):
            found.update(_walk(root, _fixed(clean)))
        elif (root / clean).is_file():
            found.add(clean)
    return tuple(sorted(found))


def _walk(root: Path, start: str) -> Iterator[str]:
    for folder, folders, names in os.walk(root / start):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        inside = Path(folder if start.startswith("/") else os.path.relpath(folder, root)).as_posix()
        yield from (name if inside == "." else f"{inside}/{name}" for name in names)


def _clean(pattern: str) -> str:
    """A pattern without "./" in front and without double slashes."""
    return str(PurePosixPath(pattern.replace("\\", "/")))


def _fixed(pattern: str) -> str:
    """The folders in front of the first wildcard."""
    fixed: list[str] = []
    for part in PurePosixPath(pattern).parts[:-1]:
        if any(sign in part for sign in _SIGNS):
            break
        fixed.append(part)
    return str(PurePosixPath(*fixed)) if fixed else ""


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """As shells read globs: a wildcard never means the dot that a hidden name begins with."""
    *folders, last = pattern.split("/")
    text = "".join(_ANY_FOLDERS if each == "**" else f"{_part(each)}/" for each in folders)
    return re.compile(text + (f"{_ANY_FOLDERS}{_part('*')}" if last == "**" else _part(last)), re.DOTALL)


_ANY_FOLDERS = r"(?:(?!\.)[^/]+/)*"


def _part(part: str) -> str:
    words = [_sign(word) for word in re.split(r"(\*+|\?|\[[^\]]+\])", part)]
    return ("" if part.startswith(".") else r"(?!\.)") + "".join(words)


def _sign(word: str) -> str:
    if word.startswith("*"):
        return "[^/]*"
    if word == "?":
        return "[^/]"
    if len(word) > 2 and word.startswith("[") and word.endswith("]"):
        inner = word[1:-1].replace("\\", r"\\").replace("[", r"\[")
        return f"[^/{inner[1:]}]" if inner.startswith("!") else f"[{inner}]"
    return re.escape(word)
