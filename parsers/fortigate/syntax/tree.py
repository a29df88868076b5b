"""What every FortiOS reader produces: nested blocks with their settings as written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


class Block:
    """A `config` block or an `edit` entry. Mutable while it is read; treated as read-only afterwards.

    `name` is the path of a config block ("firewall policy") or the key of an entry; `settings` maps a keyword to its
    words with quotes resolved (`set x ''` gives ("",)); `unset` holds the keywords of `unset` lines; `entries` are
    `edit` blocks by key in file order; `tables` nested config blocks by name; `line` and `last_line` are 1-based, of
    the script `file` where a script changed the block last ("" for the configuration itself).
    """

    __slots__ = ("entries", "file", "last_line", "line", "name", "settings", "tables", "unset")

    def __init__(self, name: str, line: int) -> None:
        self.name = name
        self.line = line
        self.last_line = line
        self.file = ""
        self.settings: dict[str, tuple[str, ...]] = {}
        self.unset: set[str] = set()
        self.entries: dict[str, Block] = {}
        self.tables: dict[str, Block] = {}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Block):
            return NotImplemented
        return (
            self.name == other.name
            and self.settings == other.settings
            and self.tables == other.tables
            and list(self.entries) == list(other.entries)
            and self.entries == other.entries
        )

    __hash__ = None  # type: ignore[assignment]

    def get(self, keyword: str) -> str | None:
        """The first word of a setting, None when it is not set."""
        words = self.settings.get(keyword)
        return words[0] if words else None

    def words(self, keyword: str) -> tuple[str, ...]:
        """All words of a setting, () when it is not set or set to nothing (`set x ''`)."""
        words = self.settings.get(keyword, ())
        return () if words == ("",) else words

    def table(self, name: str) -> Block | None:
        """A nested config block by name."""
        return self.tables.get(name)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a person should know about the reading of the text; `gap` when content may be misread."""

    line: int
    message: str
    gap: bool = True


@dataclass(frozen=True, slots=True)
class Header:
    """The `#config-version` line. `version` is () and `version_text` "" when there is none.

    `kind` is "backup", "show", "full-configuration", "partial", "script", "yaml" or "bootstrap"; `whole` tells that a
    device wrote the line, as it does above all of its configuration and above no part of it.
    """

    model: str = ""
    version: tuple[int, ...] = ()
    version_text: str = ""
    build: str = ""
    vdom_name: str = ""
    kind: str = "partial"
    whole: bool = False


@dataclass(slots=True)
class Text:
    """One text that was read, the configuration or a script applied to it, line by line.

    `spans` are the outermost tables as (first line, last line, path); `stray_lines` belong to no block and are not
    understood. `own` are the numbers of the lines that belong to the device, None when all do.
    """

    lines: list[str] = field(default_factory=list, repr=False)
    spans: list[tuple[int, int, str]] = field(default_factory=list, repr=False)
    stray_lines: list[int] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    own: frozenset[int] | None = None

    @property
    def line_count(self) -> int:
        """How many lines the text has; the empty piece after the last line end is none."""
        return len(self.lines) - (bool(self.lines) and not self.lines[-1])


@dataclass(slots=True)
class Tree:
    """A whole configuration: `root` holds the tables of a device without VDOMs, or the global part of one with.

    `text` is what was read, `scripts` the texts applied to it afterwards, by file name; `host` is what the prompts of a
    capture call the device, "" without any.
    """

    root: Block
    vdoms: dict[str, Block] = field(default_factory=dict)
    header: Header = Header()
    text: Text = field(default_factory=Text)
    scripts: dict[str, Text] = field(default_factory=dict)
    host: str = ""

    def scopes(self) -> tuple[Block, ...]:
        """The blocks that hold tables: the root, and each VDOM."""
        return (self.root, *self.vdoms.values())

    def line_of(self, block: Block, keyword: str) -> int:
        """The line of a `set` or `unset` inside a block; the block's own line when it is not found."""
        return self.lines_of(block, (keyword,)).get(keyword, block.line)

    def lines_of(self, block: Block, keywords: Iterable[str]) -> dict[str, int]:
        """The lines of the first `set` or `unset` of some keywords inside a block, of those that are found."""
        wanted = set(keywords)
        found: dict[str, int] = {}
        lines = (self.scripts[block.file] if block.file else self.text).lines
        for number in range(block.line, min(block.last_line, len(lines)) + 1):
            words = lines[number - 1].split(None, 2)
            if len(words) > 1 and words[0] in ("set", "append", "unset", "select"):
                keyword = words[1]
            else:
                keyword = words[0].removesuffix(":") if words and words[0].endswith(":") else ""
            if keyword in wanted:
                found[keyword] = number
                wanted.remove(keyword)
                if not wanted:
                    break
        return found
