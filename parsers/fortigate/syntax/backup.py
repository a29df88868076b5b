"""The lines of a backup into one tree, in time linear in the text.

Source: the reference, sections 1.2 to 1.4. A plain loop over lines: tokenisers and grammars were measured several
times slower (PERFORMANCE notes), and every exported line is `keyword name words`. What people type (abbreviations,
`move`, `edit 0`) is read by the subclass in `scripts`.
"""

from __future__ import annotations

from parsers.fortigate.syntax.captures import ANSWER, PROMPT, REFUSED, TALK, annotation
from parsers.fortigate.syntax.header import read_header
from parsers.fortigate.syntax.references import NAMING
from parsers.fortigate.syntax.remarks import Remarks
from parsers.fortigate.syntax.tree import Block, Text, Tree
from parsers.fortigate.syntax.undo import Undo
from parsers.fortigate.syntax.values import LongValues
from parsers.fortigate.syntax.vocabulary import known_path
from parsers.fortigate.syntax.words import open_quote, split_words

SPOKEN = frozenset("execute exec get show diagnose diag exit quit y n".split())
"""Commands that change nothing, and the answers to their questions."""

_MOST_WRAPPED = 5000
"""Lines over which names may go on: no setting has so many."""


class BackupReader:
    """The state of one reading: a stack of open blocks, alternately config and edit."""

    script = False
    """Does the text change what is there, instead of describing it?"""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.root = Block("", 1)
        self.text = Text(lines)
        self.remarks = Remarks(self.text.remarks)
        self.stack: list[tuple[bool, Block, int]] = []  # (is an edit, block, line it was opened)
        self.cache: dict[str, tuple[str, ...]] = {}
        self.long_values = LongValues(lines)
        self.annotated: list[tuple[int, str]] = []  # settings with a remark behind their words
        self.undo: Undo | None = None
        self.place = 0
        self._wrapped = (0, 0)  # the last line that perhaps goes on with a setting, and the index of that setting

    def run(self) -> None:
        """Read every line; the common words are handled here, the rest in methods."""
        lines, cache, stack = self.lines, self.cache, self.stack
        size = len(lines)
        block = self.root
        while self.place < size:
            line = lines[self.place]
            self.place += 1
            parts = line.split(None, 2)
            if not parts:
                continue
            word = parts[0]
            if word == "set" and len(parts) > 2 and stack:
                value = parts[2]
                words = cache.get(value)
                if words is None:
                    words = self.value(parts[1], value)
                block.settings[parts[1]] = words
            elif word == "edit" and len(parts) > 1:
                block = self.edit(block, line)
            elif word == "next":
                block = self.next(block)
            elif word == "end":
                block = self.end(block)
            elif word == "config" and len(parts) > 1:
                block = self.config(line)
            elif word == "unset" and len(parts) > 1 and stack:
                block.settings.pop(parts[1], None)
                block.unset.add(parts[1])
            else:
                block = self.other(block, parts, line)

    def value(self, keyword: str, value: str) -> tuple[str, ...]:
        """The words of a setting, from further lines too where a quote stays open."""
        if "#" in value or "<" in value or "\u2190" in value:
            value = self._without_annotation(keyword, value)
        words = split_words(value)
        if words is not None:
            self.cache[value] = words
            return words
        start = self.place
        words, self.place, closed = self.long_values.follow(keyword, value, start)
        if closed and keyword in NAMING and any("\n" in word for word in words):
            self.remark(start, f"'set {keyword}' goes on on the next line: joined, as a terminal wraps it", gap=False)
            words = tuple(word.replace("\n", "") for word in words)
        if not closed:
            message = f"the quote opened in 'set {keyword}' is never closed: closed at the end of the line"
            # Names never run over a line end, so that a single quote leaves no doubt.
            self.remark(start, message, gap=keyword not in NAMING or value.count('"') != 1)
        return words

    def _without_annotation(self, keyword: str, value: str) -> str:
        place = annotation(value)
        if place < 0:
            return value
        if len(self.annotated) < 2:
            self.annotated.append((self.place, f"set {keyword}" if keyword not in ("config", "edit") else keyword))
        return value[:place].rstrip()

    def name(self, line: str) -> tuple[str, ...]:
        """The words after `config` or `edit`: they never run over a line end."""
        rest = line.split(None, 1)[1]
        words = self.cache.get(rest)
        if words is None:
            if "#" in rest or "<" in rest or "\u2190" in rest:
                rest = self._without_annotation(line.split(None, 1)[0], rest)
            words = split_words(rest)
            if words is None:
                message = f"unbalanced quote in {line.strip()!r}: closed at the line end"
                self.remark(self.place, message, gap=rest.count('"') != 1)
                words = split_words(rest + open_quote(rest)) or (rest.strip("\"' "),)
            self.cache[rest] = words
        return words

    def path(self, words: tuple[str, ...]) -> str:
        """The path of a table from the words after `config`."""
        return " ".join(words)

    def config(self, line: str) -> Block:
        """Open a table; where tables cannot be inside the open one, an `end` is missing."""
        words = self.name(line)
        name = self.path(words)
        if self.stack and self.outermost() and name in ("vdom", "global"):
            self._missing_end_of_all(name)
        elif self.stack and not self.outermost() and len(words) > 1 and name not in self.stack[-1][1].tables:
            self._missing_end(name)
        block = self.stack[-1][1] if self.stack else self.root
        found = block.tables.get(name)
        if self.undo is not None:
            self.undo.opened(found, whole=False)
        if found is None:
            found = block.tables[name] = self.created(name)
        self.stack.append((False, found, self.place))
        return found

    def created(self, name: str) -> Block:
        """A new block that begins at the current line."""
        return Block(name, self.place)

    def outermost(self) -> bool:
        """Are only `config global` or `config vdom` / `edit` open, so that a table opened now has a full path?"""
        if not self.stack:
            return True
        outer = self.stack[0][1].name
        return (outer == "global" and len(self.stack) == 1) or (outer == "vdom" and len(self.stack) == 2)

    def _missing_end(self, name: str) -> None:
        """A path that only stands at the top, inside another table: hand-made files leave an `end` out."""
        if not known_path(name):
            return
        inside = " / ".join(block.name for _, block, _ in self.stack)
        message = f"'config {name}' inside '{inside}': read as if the 'end' before it were there"
        self.remark(self.place, message, gap=False)
        while not self.outermost():
            self.close()

    def _missing_end_of_all(self, name: str) -> None:
        """`config vdom` or `config global` inside one of them: neither has tables of that name."""
        inside = " / ".join(block.name for _, block, _ in self.stack)
        message = f"'config {name}' inside '{inside}': read as if the 'end' before it were there"
        self.remark(self.place, message, gap=False)
        while self.stack:
            self.close()

    def edit(self, block: Block, line: str) -> Block:
        """Open an entry."""
        if self.stack and self.stack[-1][0]:
            # A new entry before `next`: hand-made files leave it out.
            self.remark(self.place, "'edit' before 'next' of the entry above", gap=False)
            block = self.next(block)
        if not self.stack:
            self.text.stray_lines.append(self.place)
            return block
        words = self.name(line)
        key = self.key(block, words[0] if words else "", line)
        found = block.entries.get(key)
        if self.undo is not None:
            self.undo.opened(found, whole=block.name != "vdom")
        if found is None:
            found = block.entries[key] = self.created(key)
        elif not key.isdigit() and block.name.startswith("firewall ") and block.name.endswith("policy"):
            # Instructions write a placeholder where the number stands.
            self.remark(self.place, f"'edit {key}' once more, which is no number: these policies are read as one")
        self.stack.append((True, found, self.place))
        return found

    def key(self, block: Block, key: str, line: str) -> str:
        """The key that an `edit` line names."""
        return key

    def next(self, block: Block) -> Block:
        """Close an entry."""
        if not self.stack or not self.stack[-1][0]:
            return self._next_for_end(block)
        self.close()
        return self.stack[-1][1] if self.stack else self.root

    def _next_for_end(self, block: Block) -> Block:
        """`next` where settings inside an entry are open: their `end` is missing, or is what was meant."""
        inside = len(self.stack) - (3 if self.stack and self.stack[0][1].name == "vdom" else 1)
        if inside < 1 or not self.stack[-2][0] or block.entries or not block.settings:
            self.text.stray_lines.append(self.place)
            return block
        message = f"'next' where 'config {block.name}' is open: read as if its 'end' were there"
        self.remark(self.place, message, gap=False)
        self.close()
        if self._following() in ("edit", "end", ""):
            self.close()
        return self.stack[-1][1]

    def _following(self) -> str:
        """The first word of the next line that has any."""
        lines = self.lines[self.place : self.place + 20]
        return next((line.split(None, 1)[0] for line in lines if line.strip()), "")

    def end(self, block: Block) -> Block:
        """Close a table, and an entry that is still open in it."""
        if not self.stack:
            self.text.stray_lines.append(self.place)
            return block
        if self.stack[-1][0]:
            self.close()
        if self.stack:
            self.close()
        return self.stack[-1][1] if self.stack else self.root

    def close(self) -> None:
        """Leave the innermost block; an outermost table is noted with its lines."""
        is_edit, closed, opened = self.stack.pop()
        if self.undo is not None:
            self.undo.closed()
        self.left(closed)
        if not is_edit and self.outermost() and closed.name not in ("vdom", "global"):
            self.text.spans.append((opened, self.place, closed.name))

    def left(self, block: Block) -> None:
        """The block that is closed ends here."""
        block.last_line = max(block.last_line, self.place)

    def other(self, block: Block, parts: list[str], line: str) -> Block:
        """A line that is no plain setting or block; the block that is open after it."""
        word = parts[0]
        if word[0] in "#\ufeff" or word.startswith("\u200b#") or (word[0] == "!" and not self.stack):
            return block
        if self.stack and word == "set" and len(parts) == 2:
            self.stack[-1][1].settings[parts[1]] = ()
            return block
        stripped = line.strip()
        prompt = PROMPT.match(stripped)
        if prompt:
            rest = stripped[prompt.end() :]
            if TALK.match(rest):
                self._skip_output()
            elif self.command(rest):
                self.lines[self.place - 1] = rest
                self.place -= 1
            return block
        if stripped.startswith(REFUSED):
            self.remark(self.place, "the device refused the command before this line; read as if it were carried out")
        elif word not in SPOKEN and not ANSWER.match(stripped) and not self._continues(line):
            self.text.stray_lines.append(self.place)
        return block

    def _skip_output(self) -> None:
        """What a command prints that shows no configuration, up to the next prompt."""
        while self.place < len(self.lines):
            line = self.lines[self.place].lstrip()
            if PROMPT.match(line) or line.startswith(("config ", "#config-version=")):
                return
            self.place += 1

    def _continues(self, line: str) -> bool:
        """Are these further names of the setting above, wrapped by a terminal between two of them?"""
        words = split_words(line.strip())
        before = self._wrapped[1] if self._wrapped[0] == self.place - 1 else self.place - 2
        while before > 0 and self.lines[before].lstrip().startswith('"'):
            before -= 1
        self._wrapped = (self.place, before)
        if self.place - before - 1 > _MOST_WRAPPED:
            return False
        above = self.lines[before].split(None, 2) if before >= 0 else []
        if not (
            words and self.stack and line.lstrip().startswith('"') and len(above) == 3 and above[0] in ("set", "append")
        ):
            return False
        settings = self.stack[-1][1].settings
        if above[1] not in NAMING or above[1] not in settings:
            return False
        settings[above[1]] += words
        self.remark(self.place, f"'set {above[1]}' goes on on this line: joined, as a terminal wraps it", gap=False)
        return True

    def command(self, text: str) -> bool:
        """Does the text behind a prompt change or describe the configuration?"""
        return text.split(None, 1)[:1] in (["config"], ["edit"], ["set"], ["unset"], ["next"], ["end"])

    def remark(self, line: int, message: str, *, gap: bool = True) -> None:
        """Note something odd."""
        self.remarks.add(line, message, gap=gap)

    def finish(self) -> Tree:
        """Close what is open, split VDOMs, read the header."""
        header = read_header(self.lines, script=self.script)
        self.close_all(whole=header.whole)
        tree = Tree(self.root, header=header, text=self.text)
        declared = self.root.tables.pop("vdom", None)
        general = self.root.tables.pop("global", None)
        if declared is not None and (declared.entries or general is not None):
            tree.vdoms = dict(declared.entries)
        if general is not None:
            for name, block in general.tables.items():
                self.root.tables.setdefault(name, block)
        return tree

    def close_all(self, *, whole: bool = False) -> None:
        """Close what is open at the end of the text.

        A missing last `end` is legal in a part of a configuration; a whole one without it, and an open entry, were
        cut off, and what followed could hide access.
        """
        self.place = self.text.line_count
        if self.annotated:
            line, command = self.annotated[0]
            more = " and of further lines" if len(self.annotated) > 1 else ""
            self.remark(line, f"a remark behind the words of '{command}'{more} is left out", gap=False)
        if self.stack:
            names = " / ".join(block.name for _, block, _ in self.stack)
            message = f"the text ends inside '{names}': it may be cut off"
            around = {"vdom": 2, "global": 1}.get(self.stack[0][1].name, 0)
            self.remark(self.place, message, gap=whole or len(self.stack) - around > 1)
            while self.stack:
                self.close()
