"""Backups, `show` captures, partial pastes and CLI scripts into one tree, in time linear in the text.

Source: the reference, sections 1.2 to 1.4. A plain loop over lines: tokenisers and grammars were measured several
times slower (PERFORMANCE notes), and every exported line is `keyword name words`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from parsers.fortigate.syntax.edits import clone_entry, delete_entry, free_key, move_entry, rename_entry
from parsers.fortigate.syntax.header import read_header
from parsers.fortigate.syntax.tree import Block, Remark, Tree
from parsers.fortigate.syntax.words import open_quote, split_words, still_open

_PROMPT = re.compile(r"^[\w.()-]+(?: \([^)]*\))? [#$](?: |$)")
_PAGER = re.compile(r"--More--\s*\r?[ \t]*\r?|\x1b\[[0-9;]*[A-Za-z]|[^\n]\x08")
_STRUCTURE = ("next", "end", "edit ", "config ")

_LONG_VALUES = frozenset(
    "buffer script certificate ca private-key public-key banner image-base64 remote crl csr lease-data text body "
    "content data message pre-login-banner post-login-banner ssh-public-key1 ssh-public-key2 ssh-public-key3 "
    "comment comments description http-body headers css license".split()
)
"""Fields whose values legitimately run over many lines and may hold lines that look like configuration."""

_SHORT_LIMIT = 40
"""Lines after which a value outside `_LONG_VALUES` that swallows structure is taken for an unbalanced quote."""

_COMMENT_LETTERS = 1200
"""FortiOS comments hold at most 1,023 characters: a longer "comment" is an unbalanced quote."""

_MOST_RESCANS = 50
"""How often an open quote may be followed to the end of the file before quotes are closed at the line end at once."""


def read_text(text: str) -> Tree:
    """The tree of a configuration text; whatever is odd becomes a remark or a stray line, nothing is dropped."""
    if "--More--" in text or "\x1b" in text or "\x08" in text:
        text = _PAGER.sub("", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    reader = _Reader(text.split("\n"))
    reader.run()
    return reader.finish()


class _Reader:
    """The state of one reading: a stack of open blocks, alternately config and edit."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.root = Block("", 1)
        self.stack: list[tuple[bool, Block]] = []  # (is an edit, block)
        self.tree = Tree(self.root, lines=lines, line_count=len(lines) - (not lines[-1]))
        self.cache: dict[str, tuple[str, ...]] = {}
        self.place = 0
        self.rescans = 0
        self.script = False
        self.exported = any("config-version=" in line for line in lines[:100])
        self.commands: dict[str, Callable[[list[str], int], None]] = {
            "append": self._append, "unselect": self._unselect, "select": self._select, "clear": self._clear,
            "move": self._move, "rename": self._rename, "clone": self._clone, "delete": self._delete,
            "purge": self._purge,
        }  # fmt: skip

    def run(self) -> None:
        """Read every line; the four common words are handled here, the rest in methods."""
        lines, cache, stack = self.lines, self.cache, self.stack
        size = len(lines)
        block = self.root
        while self.place < size:
            line = lines[self.place]
            self.place += 1
            parts = line.split(None, 2)
            if not parts:
                self.tree.comment_lines += 1
                continue
            word = parts[0]
            if word == "set" and len(parts) > 2 and stack:
                value = parts[2]
                words = cache.get(value)
                if words is None:
                    words = self._value(parts[1], value)
                block.settings[parts[1]] = words
            elif word == "edit" and len(parts) > 1:
                block = self._edit(block, line)
            elif word == "next":
                block = self._next(block)
            elif word == "end":
                block = self._end(block)
            elif word == "config" and len(parts) > 1:
                block = self._config(block, line)
            elif word == "unset" and len(parts) > 1 and stack:
                block.settings.pop(parts[1], None)
                block.unset.add(parts[1])
            else:
                self._other(parts, line)

    def _value(self, keyword: str, value: str) -> tuple[str, ...]:
        words = split_words(value)
        if words is None:
            return self._long_value(keyword, value)
        self.cache[value] = words
        return words

    def _long_value(self, keyword: str, value: str) -> tuple[str, ...]:
        """A value whose quote is open at the end of its line: follow it, or recover at the line where it began."""
        start = self.place
        state = open_quote(value)
        pieces = [value]
        structure = letters = 0
        place = start
        comment = keyword in ("comment", "comments", "description")
        while state and place < len(self.lines) and self.rescans < _MOST_RESCANS:
            line = self.lines[place]
            place += 1
            pieces.append(line)
            letters += len(line)
            state = still_open(line, state)
            if line.lstrip().startswith(_STRUCTURE):
                structure += 1
            unlikely = place - start > _SHORT_LIMIT and keyword not in _LONG_VALUES
            if structure and state and (unlikely or (comment and letters > _COMMENT_LETTERS)):
                break
        words = None if state else split_words("\n".join(pieces))
        if words is None:
            self.rescans += place >= len(self.lines)
            message = f"the quote opened in 'set {keyword}' is never closed: closed at the end of the line"
            self.tree.remarks.append(Remark(start, message))
            return split_words(value + open_quote(value)) or ()
        self.place = place
        return words

    def _name(self, line: str, count: int) -> tuple[str, ...]:
        """The words after `config` or `edit`: they never run over a line end."""
        rest = line.split(None, count)[count]
        words = self.cache.get(rest)
        if words is None:
            words = split_words(rest)
            if words is None:
                self.tree.remarks.append(
                    Remark(self.place, f"unbalanced quote in {line.strip()!r}: closed at the line end")
                )
                words = split_words(rest + open_quote(rest)) or (rest.strip("\"' "),)
            self.cache[rest] = words
        return words

    def _config(self, block: Block, line: str) -> Block:
        name = " ".join(self._name(line, 1))
        found = block.tables.get(name)
        if found is None:
            found = block.tables[name] = Block(name, self.place)
        self.stack.append((False, found))
        return found

    def _edit(self, block: Block, line: str) -> Block:
        if self.stack and self.stack[-1][0]:
            # A new entry before `next`: hand-made files leave it out.
            self.tree.remarks.append(Remark(self.place, "'edit' before 'next' of the entry above", gap=False))
            block = self._next(block)
        if not self.stack:
            self.tree.stray_lines.append(self.place)
            return block
        words = self._name(line, 1)
        key = words[0] if words else ""
        if key == "0" and self._creates(block, line):
            key = free_key(block)
        found = block.entries.get(key)
        if found is None:
            found = block.entries[key] = Block(key, self.place)
        self.stack.append((True, found))
        return found

    def _creates(self, block: Block, line: str) -> bool:
        """Does `edit 0` mean the next free id? In scripts and pastes, where the table is numbered and has no 0 yet."""
        if self.exported or '"' in line or block.name == "vdom" or not _numbered(block):
            return False
        return self.script or "0" not in block.entries

    def _next(self, block: Block) -> Block:
        if not self.stack or not self.stack[-1][0]:
            self.tree.stray_lines.append(self.place)
            return block
        self._close()
        return self.stack[-1][1] if self.stack else self.root

    def _end(self, block: Block) -> Block:
        if not self.stack:
            self.tree.stray_lines.append(self.place)
            return block
        if self.stack[-1][0]:
            self._close()
        if self.stack:
            self._close()
        return self.stack[-1][1] if self.stack else self.root

    def _close(self) -> None:
        _, closed = self.stack.pop()
        closed.last_line = max(closed.last_line, self.place)

    def _other(self, parts: list[str], line: str) -> None:
        word = parts[0]
        if word[0] == "#" or word[0] == "\ufeff" or word.startswith("\u200b#"):
            self.tree.comment_lines += 1
            return
        if self.stack and word in self.commands and len(parts) > 1:
            self.commands[word](line.split(None, 1), self.place)
            return
        if self.stack and word == "purge":
            self.commands[word](parts, self.place)
            return
        if self.stack and word == "set" and len(parts) == 2:
            self.stack[-1][1].settings[parts[1]] = ()
            return
        prompt = _PROMPT.match(line.strip())
        if prompt:
            rest = line.strip()[prompt.end() :]
            if rest.split(None, 1)[:1] and rest.split(None, 1)[0] in ("config", "edit", "set", "unset", "next", "end"):
                self.lines[self.place - 1] = rest
                self.place -= 1
            else:
                self.tree.comment_lines += 1
            return
        if word in ("execute", "exec", "get", "show", "diagnose", "exit", "quit", "abort"):
            self.tree.comment_lines += 1
            return
        self.tree.stray_lines.append(self.place)

    def _setting(self, parts: list[str]) -> tuple[str, tuple[str, ...]]:
        keyword, _, value = parts[1].strip().partition(" ")
        return keyword, self._value(keyword, value.strip()) if value.strip() else ()

    def _append(self, parts: list[str], number: int) -> None:
        keyword, words = self._setting(parts)
        settings = self.stack[-1][1].settings
        settings[keyword] = settings.get(keyword, ()) + words

    def _unselect(self, parts: list[str], number: int) -> None:
        keyword, words = self._setting(parts)
        settings = self.stack[-1][1].settings
        settings[keyword] = tuple(word for word in settings.get(keyword, ()) if word not in words)

    def _select(self, parts: list[str], number: int) -> None:
        keyword, words = self._setting(parts)
        self.stack[-1][1].settings[keyword] = words

    def _clear(self, parts: list[str], number: int) -> None:
        keyword, _ = self._setting(parts)
        self.stack[-1][1].settings.pop(keyword, None)

    def _arguments(self, parts: list[str]) -> tuple[str, ...]:
        self.script = True
        return split_words(parts[1]) or ()

    def _move(self, parts: list[str], number: int) -> None:
        match self._arguments(parts):
            case (key, ("before" | "after") as side, other):
                self._note(number, move_entry(self.stack[-1][1], key, side, other))
            case _:
                self._note(number, f"not understood: move {parts[1]}")

    def _rename(self, parts: list[str], number: int) -> None:
        match self._arguments(parts):
            case (key, "to", other):
                scope = next((block for is_edit, block in self.stack if is_edit), self.root)
                self._note(number, rename_entry(scope, self.stack[-1][1], key, other))
            case _:
                self._note(number, f"not understood: rename {parts[1]}")

    def _clone(self, parts: list[str], number: int) -> None:
        match self._arguments(parts):
            case (key, "to", other):
                self._note(number, clone_entry(self.stack[-1][1], key, other, number))
            case _:
                self._note(number, f"not understood: clone {parts[1]}")

    def _delete(self, parts: list[str], number: int) -> None:
        for key in self._arguments(parts):
            self._note(number, delete_entry(self.stack[-1][1], key))

    def _purge(self, parts: list[str], number: int) -> None:
        self.script = True
        self.stack[-1][1].entries.clear()

    def _note(self, number: int, message: str) -> None:
        if message:
            self.tree.remarks.append(Remark(number, message))

    def finish(self) -> Tree:
        """Close what is open, split VDOMs, read the header."""
        tree = self.tree
        self.place = len(self.lines)
        if self.stack:
            names = " / ".join(block.name for _, block in self.stack)
            message = f"the text ends inside '{names}': it may be cut off"
            # A missing last `end` is legal input; an open entry or a deeper block is a truncated export.
            tree.remarks.append(Remark(len(self.lines), message, gap=len(self.stack) > 1))
            while self.stack:
                self._close()
        tree.header = read_header(self.lines, self.root, script=self.script)
        declared = self.root.tables.pop("vdom", None)
        general = self.root.tables.pop("global", None)
        if declared is not None and (declared.entries or general is not None):
            tree.vdoms = dict(declared.entries)
        if general is not None:
            for name, block in general.tables.items():
                self.root.tables.setdefault(name, block)
        return tree


def _numbered(block: Block) -> bool:
    return bool(block.entries) and all(key.isdigit() for key in block.entries)
