"""The YAML dialect of backups (7.2 and later) into the same tree as CLI text.

Source: the reference, section 1.6. It is not real YAML: lists are quoted words side by side (`member: "a" "b"`), keys
may hold blanks unquoted, `~` stands for unset, quoted values run over lines as they are. Paths join their words with
`_`; with VDOMs there is a `global:` part and a `vdom:` list. What tools make of it when they load it and write it again
is read too: lists as items or in brackets, items as far left as the key above them, addresses as one quoted word.
"""

from __future__ import annotations

import re
from dataclasses import replace

from parsers.fortigate.syntax.header import read_header
from parsers.fortigate.syntax.remarks import Remarks
from parsers.fortigate.syntax.statement import Heard, Statement
from parsers.fortigate.syntax.tree import Block, Text, Tree
from parsers.fortigate.syntax.words import open_quote, split_words, still_open

_TOP = re.compile(r"^(?:global|vdom|(?:system|firewall|router|user|vpn|log)_[\w-]+):\s*$", re.MULTILINE)
_CONFIG = re.compile(r"^[ \t]*config \w", re.MULTILINE)
_ADDRESSED = re.compile(r"\d+(?:\.\d+){3} \d+(?:\.\d+){3}$")
"""An address and its mask in one word."""
_PAIR = re.compile(r"^([^\s:#][^:]*?):(?:\s+(.*))?$")


def is_yaml(text: str) -> bool:
    """Does the text look like a YAML backup? What comes first decides: values of either may quote the other."""
    head = text[:200_000]
    top, config = _TOP.search(head), _CONFIG.search(head)
    return top is not None and (config is None or top.start() < config.start())


def read_yaml(text: str, heard: Heard | None = None) -> Tree:
    """The tree of a YAML backup; lines that fit no rule are stray lines. `heard` is told every statement."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return _Reader(lines, heard).read()


class _Reader:
    """Reads by indentation: a stack of (indentation, block) with the innermost open block last."""

    def __init__(self, lines: list[str], heard: Heard | None) -> None:
        self.lines = lines
        self.place = 0
        self.root = Block("", 1)
        self.text = Text(lines)
        self.remarks = Remarks(self.text.remarks)
        self.heard = heard
        self.stack: list[tuple[int, Block]] = []
        self.items: list[bool] = []  # for each block of the stack: is it an entry?
        self.opened: list[int] = []  # and on which line was it opened?

    def read(self) -> Tree:
        """Every line of the text."""
        while self.place < len(self.lines):
            line = self.lines[self.place].rstrip()
            if line.lstrip(" ").startswith("\t"):
                line = line.expandtabs(8)
            self.place += 1
            text = line.lstrip(" ")
            first = self.place
            if text and text[0] != "#" and text != "---":
                self._line(len(line) - len(text), text)
            if text and self.heard is not None:
                self.heard(self._heard(first, text))
        self._close(-1)
        header = replace(read_header(self.lines, script=False), kind="yaml")
        tree = Tree(self.root, header=header, text=self.text)
        general = self.root.tables.pop("global", None)
        declared = self.root.tables.pop("vdom", None)
        if general is not None:
            self.root.tables.update(general.tables)
        if declared is not None:
            tree.vdoms = dict(declared.entries)
        return tree

    def _heard(self, first: int, text: str) -> Statement:
        """The statement that began at a line and is read now."""
        entry, pair = text.startswith("- "), _PAIR.match(text)
        stray = text[0] == "#" or self.text.stray_lines[-1:] == [first]
        blocks = [block.name for _, block in self.stack]
        if stray or not (entry or pair):
            return Statement(first, self.place, tuple(blocks), "", "", ())
        if entry and not text.endswith(":"):
            # One more word of the setting that the key above it names.
            words = (self.stack[-2][1].settings.get(blocks[-1], ()) if len(blocks) > 1 else ())[-1:]
            return Statement(first, self.place, tuple(blocks[:-1]), "set", blocks[-1], words)
        if entry:
            return Statement(first, self.place, tuple(blocks[:-1]), "edit", "", (blocks[-1],))
        if pair is None or pair.group(2) is None:
            return Statement(first, self.place, tuple(blocks[:-1]), "config", "", ())
        block = self.stack[-1][1] if self.stack else self.root
        words = block.settings.get(pair.group(1), ()) if pair.group(2) != "~" else ()
        return Statement(first, self.place, tuple(blocks), "set", pair.group(1), words)

    def _close(self, indent: int, *, keep_key: bool = False) -> None:
        """Leave every block that is indented at least as much as the line at hand.

        `keep_key`: the line is an item, which may stand as far left as the key it belongs to.
        """
        while self.stack and self.stack[-1][0] >= indent:
            if keep_key and self.stack[-1][0] == indent and not self.items[-1]:
                return
            _, block = self.stack.pop()
            self.items.pop()
            opened = self.opened.pop()
            last = self.place - 1 if indent >= 0 else self.text.line_count
            block.last_line = max(block.last_line, last)
            parent = self.stack[-1][1] if self.stack else self.root
            if block.name not in ("vdom", "global") and self._holds_paths(parent):
                self.text.spans.append((opened, last, block.name))

    def _line(self, indent: int, text: str) -> None:
        item = text.startswith("- ") or text == "-"
        self._close(indent, keep_key=item)
        parent = self.stack[-1][1] if self.stack else self.root
        pair = _PAIR.match(text)
        if item and text.endswith(":"):
            key = text[2:].strip().removesuffix(":")
            name = " ".join(split_words(key) or (key,)) if key[:1] in "\"'" else key
            self._enter(indent, parent.entries.setdefault(name, Block(name, self.place)), item=True)
        elif item:
            self._member(text[2:].strip())
        elif not pair or (parent is self.root and pair.group(2) is not None):
            self.text.stray_lines.append(self.place)
        elif pair.group(2) is None:
            key = pair.group(1)
            name = key.replace("_", " ") if self._holds_paths(parent) else key
            self._enter(indent, parent.tables.setdefault(name, Block(name, self.place)), item=False)
        elif pair.group(2) == "~":
            parent.unset.add(pair.group(1))
        else:
            parent.settings[pair.group(1)] = self._value(pair.group(2))

    def _enter(self, indent: int, block: Block, *, item: bool) -> None:
        self.stack.append((indent, block))
        self.items.append(item)
        self.opened.append(self.place)

    def _member(self, value: str) -> None:
        """An item that is no entry: one more word of the setting that the key above it names."""
        words = split_words(value)
        if len(self.stack) < 2 or self.items[-1] or self.stack[-1][1].settings or not words:
            self.text.stray_lines.append(self.place)
            return
        name, parent = self.stack[-1][1].name, self.stack[-2][1]
        parent.tables.pop(name, None)
        word = words[0] if value[0] in "\"'" and len(words) == 1 else value
        parent.settings[name] = (*parent.settings.get(name, ()), word)

    def _holds_paths(self, parent: Block) -> bool:
        """Do the children of a block carry full paths? Those of the file, of `global:` and of a VDOM do."""
        if parent is self.root or (len(self.stack) == 1 and parent.name == "global"):
            return True
        return len(self.stack) == 2 and self.stack[0][1].name == "vdom"

    def _value(self, value: str) -> tuple[str, ...]:
        if value[0] == "[" and value[-1] == "]":
            return tuple(word.rstrip(",") for word in split_words(value[1:-1]) or ())
        words = split_words(value)
        if words is not None:
            return tuple(words[0].split()) if len(words) == 1 and _ADDRESSED.match(words[0]) else words
        blanks = self.lines[self.place - 1]
        value += blanks[len(blanks.rstrip()) :]  # inside the quotes that stay open they are part of the value
        start, state, pieces = self.place, open_quote(value), [value]
        while state and self.place < len(self.lines):
            line = self.lines[self.place]
            self.place += 1
            pieces.append(line)
            state = still_open(line, state)
        words = split_words("\n".join(pieces))
        if words is None:
            self.place = start
            self.remarks.add(start, "a quote is never closed: closed at the end of its line", gap=True)
            return split_words(value + open_quote(value)) or ()
        return words
