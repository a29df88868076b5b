"""`fwproof.toml`, or `[tool.fwproof]` in pyproject.toml: looked for from here up to the repository root, and read.

The folder of the exports is never looked into: who hands in an export must not bring the rules it is judged by.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from auditor.baseline.errors import RulesetError, nearest
from auditor.settings.model import DEFAULTS, KEYS, LEVELS, SHARED, AuditSettings, Setting, Settings
from auditor.settings.positions import Positions
from auditor.settings.selection import select

NAME, PROJECT = "fwproof.toml", "pyproject.toml"
_MOST_BYTES = 1 << 20
_AT_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def find_settings(start: Path) -> Path | None:
    """The settings file for work in a folder, None where there is none.

    Folders are searched upward to the root of the git repository, and no further; outside of one only `start` itself.
    A fwproof.toml goes before the pyproject.toml of its folder.
    """
    for each in _up_to_the_repository(start.resolve()):
        if (each / NAME).is_file():
            return each / NAME
        if _has_table(each / PROJECT):
            return each / PROJECT
    return None


def _up_to_the_repository(folder: Path) -> list[Path]:
    """A folder and those above it, the root of its git repository last; outside of one the folder alone."""
    above = [folder, *folder.parents]
    root = next((number for number, each in enumerate(above) if (each / ".git").exists()), 0)
    return above[: root + 1]


def _has_table(path: Path) -> bool:
    """A pyproject.toml that cannot be read is taken: reading it again says what is wrong with it."""
    if not path.is_file():
        return False
    try:
        tools = tomllib.loads(path.read_text("utf-8")).get("tool", {})
    except (OSError, ValueError):
        return True
    return isinstance(tools, dict) and "fwproof" in tools


def read_settings(path: Path) -> Settings:
    """The settings of a file.

    Raises:
        RulesetError: it cannot be read, is not TOML, or a key or value is not known; with line and nearest word.
    """
    root = path.resolve().parent
    top = _up_to_the_repository(root)[-1]
    place = root.relative_to(top).as_posix()
    name = path.name if place == "." else f"{place}/{path.name}"
    text = _text(path, name)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        line = int(found.group(1)) if found else len(text.splitlines())  # "at end of document"
        raise RulesetError(name, f"not valid TOML: {_AT_LINE.sub('', str(error))}", line) from None
    inside = ("tool", "fwproof") if path.name == PROJECT else ()
    for key in inside:
        document = document.get(key, {})
        if not isinstance(document, dict):
            raise RulesetError(name, f"{key} is no table: begin it with a line [tool.fwproof]")
    return _Reader(name, root, "" if place == "." else place, Positions(text), inside).settings(document)


def _text(path: Path, name: str) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RulesetError(name, f"cannot be opened: {error.strerror or error}") from None
    if len(data) > _MOST_BYTES:
        raise RulesetError(name, f"the file has {len(data)} bytes; at most {_MOST_BYTES} are read")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RulesetError(name, f"not UTF-8 at byte {error.start}: save the file as UTF-8") from None


class _Reader:
    """Reads one document; errors name file, line and key."""

    def __init__(self, file: str, root: Path, place: str, positions: Positions, table: tuple[str, ...]) -> None:
        self.file = file
        self.root = root
        self.place = place
        self.positions = positions
        self.table = table

    def settings(self, document: Mapping[str, Any]) -> Settings:
        self._known(document, ("audit", *SHARED), ())
        listed = document.get("audit", [])
        if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
            raise self._error(("audit",), "an audit begins with a line [[audit]]")
        if not listed:
            raise RulesetError(self.file, "it lists no audit: add a table [[audit]] with name and files")
        audits = tuple(self._audit(number, table, document) for number, table in enumerate(listed))
        names = [each.name for each in audits]
        for number, name in enumerate(names):
            if name in names[:number]:
                raise self._error(("audit", number, "name"), f"there is an audit {name!r} already")
        return Settings(self.file, self.root, self.place, audits)

    def _audit(self, number: int, table: Mapping[str, Any], above: Mapping[str, Any]) -> AuditSettings:
        here = ("audit", number)
        self._known(table, KEYS, here)
        for key in KEYS[:2]:
            if key not in table:
                raise self._error(here, f"the key {key!r} is missing")

        def setting(key: str, default: Any) -> Setting[Any]:
            for place, values in (((*here, key), table), ((key,), above)):
                if key in values:
                    return Setting(self._value(key, values[key], place), self._source(place))
            return Setting(default)

        found = {key: setting(key, default) for key, default in DEFAULTS.items()}
        return AuditSettings(
            name=found["name"].value,
            files=found["files"],
            site=found["site"],
            rulesets=found["rulesets"],
            benchmarks=found["benchmarks"],
            hardening=found["hardening"],
            decisions=found["decisions"],
            fail_on=found["fail-on"],
            fail_on_opening=found["fail-on-opening"],
            allow_gaps=found["allow-gaps"],
            waivers=found["waivers"],
        )

    def _value(self, key: str, value: Any, place: tuple[str | int, ...]) -> Any:
        default = DEFAULTS[key]
        if isinstance(default, bool):
            if not isinstance(value, bool):
                raise self._error(place, f"expected true or false, found {value!r}")
            return value
        if isinstance(default, tuple):
            texts = self._texts(value, place)
            if key == "files":
                self._check_globs(texts, place)
            return texts
        if not isinstance(value, str) or not value or "\0" in value:
            raise self._error(place, "expected a text")
        if key == "fail-on" and value not in LEVELS:
            raise self._error(place, f"unknown severity {value!r}{nearest(value, LEVELS)}")
        if key == "name" and not _NAME.fullmatch(value):
            raise self._error(place, f"{value!r} becomes part of file names: use letters, digits, '.', '_' and '-'")
        return value

    def _texts(self, value: Any, place: tuple[str | int, ...]) -> tuple[str, ...]:
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not texts or not all(isinstance(each, str) and each for each in texts):
            raise self._error(place, "expected a text or a list of texts")
        return tuple(texts)

    def _check_globs(self, patterns: tuple[str, ...], place: tuple[str | int, ...]) -> None:
        for pattern in patterns:
            try:
                select((pattern,), ())
            except re.error as error:
                raise self._error(place, f"{pattern!r} is no glob: {error}") from None

    def _known(self, table: Mapping[str, Any], known: Iterable[str], place: tuple[str | int, ...]) -> None:
        for key in table:
            if key not in known:
                raise self._error((*place, key), f"unknown key {key!r}{nearest(key, known)}")

    def _source(self, place: tuple[str | int, ...]) -> str:
        line = self.positions.line((*self.table, *place))
        return f"{self.file}:{line}" if line else self.file

    def _error(self, place: tuple[str | int, ...], message: str) -> RulesetError:
        return RulesetError(self.file, message, self.positions.line((*self.table, *place)), _path(place))


def _path(place: tuple[str | int, ...]) -> str:
    """("audit", 0, "files") as "audit[0].files"."""
    text = ""
    for each in place:
        text += f"[{each}]" if isinstance(each, int) else f".{each}" if text else each
    return text
