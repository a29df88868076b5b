"""What every FortiOS reader produces: nested blocks with their settings as written."""

from __future__ import annotations

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
        """All words of a setting, () when it is not set."""
        return self.settings.get(keyword, ())

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

    `kind` is "backup", "show", "full-configuration", "partial", "script", "yaml" or "bootstrap".
    """

    model: str = ""
    version: tuple[int, ...] = ()
    version_text: str = ""
    build: str = ""
    vdom_name: str = ""
    kind: str = "partial"


@dataclass(slots=True)
class Tree:
    """A whole configuration: `root` holds the tables of a device without VDOMs, or the global part of one with."""

    root: Block
    vdoms: dict[str, Block] = field(default_factory=dict)
    header: Header = Header()
    remarks: list[Remark] = field(default_factory=list)
    line_count: int = 0
    stray_lines: list[int] = field(default_factory=list)
    comment_lines: int = 0
    """Blank lines, comments, headers and prompts."""
    lines: list[str] = field(default_factory=list, repr=False)

    def line_of(self, block: Block, keyword: str) -> int:
        """The line of a `set` or `unset` inside a block; the block's own line when it is not found."""
        for number in range(block.line, min(block.last_line, len(self.lines)) + 1):
            words = self.lines[number - 1].split(None, 2)
            if len(words) > 1 and words[0] in ("set", "append", "unset", "select") and words[1] == keyword:
                return number
        return block.line
