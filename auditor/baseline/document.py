"""Strict YAML: every value keeps its line, and what misleads readers of a diff is refused.

Refused: duplicate keys, aliases and merge keys, numbers and booleans where text is meant (`443`, `no`, `12:30`),
documents that are too large or too deep (BASELINE_SCHEMA section 5).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from auditor.baseline.errors import RulesetError, nearest

_MOST_BYTES = 4 << 20
_MOST_DEPTH = 20
_TOO_DEEP = f"nested more than {_MOST_DEPTH} levels deep"
_STR = "tag:yaml.org,2002:str"
_PLAIN = frozenset(f"tag:yaml.org,2002:{each}" for each in "str int float bool null timestamp merge value".split())


class Item:
    """One value of a document with its file, line and path."""

    __slots__ = ("file", "node", "path")

    def __init__(self, file: str, node: Any, path: str) -> None:
        self.file = file
        self.node = node
        self.path = path

    @property
    def line(self) -> int:
        """The 1-based line of the value."""
        return int(self.node.start_mark.line) + 1

    def error(self, message: str) -> RulesetError:
        """An error at this value."""
        return RulesetError(self.file, message, self.line, self.path)

    def mapping(self, known: Iterable[str] | None = None, required: Iterable[str] = ()) -> dict[str, Item]:
        """The entries of a mapping; with `known` every other key is refused."""
        if self.node.id != "mapping":
            raise self.error(f"expected a mapping, found {_kind(self.node)}")
        found: dict[str, Item] = {}
        for key, value in self.node.value:
            name = str(key.value)
            if known is not None and name not in known:
                here = Item(self.file, key, self.path)
                raise here.error(f"unknown key {name!r}{nearest(name, known)}")
            found[name] = Item(self.file, value, f"{self.path}.{name}" if self.path else name)
        for name in required:
            if name not in found:
                raise self.error(f"the key {name!r} is missing")
        return found

    def items(self) -> list[Item]:
        """The entries of a list."""
        if self.node.id != "sequence":
            raise self.error(f"expected a list, found {_kind(self.node)}")
        return [Item(self.file, each, f"{self.path}[{number}]") for number, each in enumerate(self.node.value)]

    def some(self) -> list[Item]:
        """The entries of a list that must not be empty."""
        found = self.items()
        if not found:
            raise self.error("the list is empty: write at least one, or leave the key out")
        return found

    def parts(self) -> list[Item]:
        """The entries of such a list, or the one value that stands for a list of one."""
        return [self] if self.node.id == "scalar" else self.some()

    def text(self) -> str:
        """A text; numbers, dates and booleans are refused because YAML would change them."""
        if self.node.id != "scalar":
            raise self.error(f"expected text, found {_kind(self.node)}")
        if self.node.tag not in _PLAIN:
            tag = str(self.node.tag).replace("tag:yaml.org,2002:", "!!")
            raise self.error(f"the tag {tag} means nothing here: write the text alone, in quotes if need be")
        if self.node.tag != _STR:
            raise self.error(f"expected text, but YAML reads {self.node.value} as {_kind(self.node)}: put it in quotes")
        return str(self.node.value)

    def texts(self, *, empty: bool = False) -> tuple[str, ...]:
        """A list of texts, or one text for a list of one; `empty` where no text is a meaning too."""
        if empty and self.node.id == "sequence" and not self.node.value:
            return ()
        return tuple(each.text() for each in self.parts())

    def date(self) -> str:
        """A day, quoted or not."""
        if self.node.id != "scalar" or self.node.tag not in (_STR, "tag:yaml.org,2002:timestamp"):
            raise self.error(f"expected a date like 2027-03-31, found {_kind(self.node)}")
        return str(self.node.value)

    def flag(self) -> bool:
        """true or false."""
        if self.node.id == "scalar" and str(self.node.value) in ("true", "false"):
            return str(self.node.value) == "true"
        raise self.error(f"expected true or false, found {self.node.value!r}")

    def answer(self) -> bool | str:
        """true or false, or a word of text."""
        return self.text() if self.node.id == "scalar" and self.node.tag == _STR else self.flag()

    def number(self) -> int:
        """A whole number."""
        if self.node.id == "scalar" and str(self.node.value).isascii() and str(self.node.value).isdigit():
            return int(self.node.value)
        raise self.error(f"expected a whole number, found {_kind(self.node)}")

    @property
    def is_null(self) -> bool:
        """Is the value null?"""
        return bool(self.node.id == "scalar" and self.node.tag == "tag:yaml.org,2002:null")

    @property
    def is_scalar(self) -> bool:
        """Is it a single value?"""
        return bool(self.node.id == "scalar")

    def choice(self, words: Iterable[str], what: str) -> str:
        """One of some words; the error names the nearest."""
        word = self.text()
        if word not in words:
            raise self.error(f"unknown {what} {word!r}{nearest(word, words)}")
        return word


def _kind(node: Any) -> str:
    if node.id == "scalar":
        return {
            "int": "a number",
            "float": "a number",
            "bool": "a boolean",
            "null": "nothing",
            "timestamp": "a date",
        }.get(node.tag.rpartition(":")[2], "text")
    return {"mapping": "a mapping", "sequence": "a list"}[node.id]


def read_text(path: Path, name: str) -> str:
    """The text of a YAML file that messages call `name`.

    Raises:
        RulesetError: it cannot be opened, is too large, or is not UTF-8.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RulesetError(name, f"cannot be opened: {error.strerror or error}") from None
    return decoded(data, name)


def decoded(data: bytes, name: str) -> str:
    """The text of a YAML file from its bytes.

    Raises:
        RulesetError: it is too large, or not UTF-8.
    """
    if len(data) > _MOST_BYTES:
        raise RulesetError(name, f"the file has {len(data)} bytes; at most {_MOST_BYTES} are read")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RulesetError(name, f"not UTF-8 at byte {error.start}: save the file as UTF-8") from None


def read_document(path: Path, text: str | None = None) -> Item:
    """The root of a YAML file.

    Raises:
        RulesetError: the file cannot be read, is not YAML, or uses what is refused.
    """
    import yaml

    name = str(path)
    if text is None:
        text = read_text(path, name)
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _refuse_depth(name, yaml.parse(text, Loader=loader))  # before compose: its recursion in C cannot be caught
        node = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        if "nesting depth" in str(error.problem):  # libyaml from 0.2.6 stops by itself
            raise RulesetError(name, _TOO_DEEP, line) from None
        prose = any(words in str(error.problem) for words in ("mapping values", "expected ',' or '}'"))
        hint = "; put text that holds ':' or '?' in quotes" if prose else ""
        raise RulesetError(name, f"not valid YAML: {error.problem or error}{hint}", line) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise RulesetError(name, f"not valid YAML: {error}") from None
    if node is None:
        raise RulesetError(name, "the file is empty")
    _refuse(name, node)
    return Item(name, node, "")


def _refuse_depth(name: str, events: Iterable[Any]) -> None:
    import yaml

    depth = 0
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _MOST_DEPTH + 1:
                line = event.start_mark.line + 1 if event.start_mark else 0
                raise RulesetError(name, _TOO_DEEP, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _refuse(name: str, root: Any) -> None:
    seen: set[int] = set()
    stack: list[Any] = [root]
    while stack:
        node = stack.pop()
        line = node.start_mark.line + 1
        if id(node) in seen:
            raise RulesetError(name, "aliases (*name) hide what a diff changes: write the value out", line)
        seen.add(id(node))
        if node.id == "mapping":
            _keys(name, node)
            stack += [value for _, value in node.value]
        elif node.id == "sequence":
            stack += node.value


def _keys(name: str, node: Any) -> None:
    keys: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if key.id != "scalar":
            raise RulesetError(name, "a key must be text", line)
        if key.tag == "tag:yaml.org,2002:merge":
            raise RulesetError(name, "merge keys (<<) hide what a diff changes: write the values out", line)
        if key.tag != _STR:
            raise RulesetError(name, f"YAML reads the key {key.value} as {_kind(key)}: put it in quotes", line)
        if key.value in keys:
            raise RulesetError(name, f"the key {key.value!r} stands twice, first in line {keys[key.value]}", line)
        keys[key.value] = line
