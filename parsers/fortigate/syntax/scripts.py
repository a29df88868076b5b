"""What people type: `show` captures, pastes and CLI scripts, alone or on top of a backup, commands in order.

Source: the reference, sections 1.1 and 1.3: `append`, `unselect`, `select`, `clear`, `move`, `rename`, `clone`,
`delete`, `purge`, `edit 0`, words cut to the letters that tell them apart.
"""

from __future__ import annotations

from parsers.errors import UnreadableError
from parsers.fortigate.syntax.backup import BackupReader
from parsers.fortigate.syntax.captures import cleaned
from parsers.fortigate.syntax.devices import parts
from parsers.fortigate.syntax.edits import (
    clone_entry,
    delete_entry,
    forget_other_protocols,
    free_key,
    move_entry,
    rename_entry,
)
from parsers.fortigate.syntax.header import HEADER_LINES, first_line
from parsers.fortigate.syntax.references import follow, used_by
from parsers.fortigate.syntax.statement import Heard, Statement
from parsers.fortigate.syntax.tree import Block, Tree
from parsers.fortigate.syntax.undo import Undo
from parsers.fortigate.syntax.vocabulary import COMMANDS, full_command, full_keyword, full_options, full_path
from parsers.fortigate.syntax.words import split_words


def read_text(text: str, heard: Heard | None = None) -> Tree:
    """The tree of a configuration text; whatever is odd becomes a remark or a stray line, nothing is dropped.

    `heard` is told every statement, which takes longer.
    """
    return read_lines(cleaned(text).split("\n"), heard)


def read_devices(text: str, file: str) -> tuple[Tree, ...]:
    """As `read_text`, a tree for each device whose configuration the text holds.

    Raises:
        TooLargeError: more devices than one file may hold.
    """
    text = cleaned(text)
    trees = []
    for part in parts(text.split("\n"), text, file):
        trees.append(read_lines(part.lines))
        trees[-1].host, trees[-1].text.own = part.host, part.own
    return tuple(trees)


def read_lines(lines: list[str], heard: Heard | None = None) -> Tree:
    """The tree of the lines of one configuration, as `read_text`."""
    start = first_line(lines)
    exported = any("config-version=" in line for line in lines[start : start + HEADER_LINES])
    reader = ScriptReader(lines, exported=exported, heard=heard)
    reader.run()
    return reader.finish()


def apply_script(tree: Tree, text: str, file: str) -> None:
    """Carry out a CLI script on a configuration, as the device would; what the device would refuse is remarked.

    Raises:
        UnreadableError: the script is for a device with VDOMs and the configuration has none, or the other way round;
            it has no command for a FortiGate.
    """
    reader = ScriptReader(cleaned(text).split("\n"), base=tree, file=file)
    reader.run()
    reader.finish_script(tree)


class ScriptReader(BackupReader):
    """Reads statement by statement what may be typed; exported text without a listener takes the fast way."""

    def __init__(
        self,
        lines: list[str],
        *,
        exported: bool = False,
        base: Tree | None = None,
        file: str = "",
        heard: Heard | None = None,
    ) -> None:
        super().__init__(lines)
        self.exported = exported
        self.base = base
        self.file = file
        self.heard = heard
        self.script = base is not None
        self.deleted: list[tuple[tuple[Block, ...], Block, str, Block, int, tuple[str, ...]]] = []
        self.around: dict[str, Block] = {}
        if not exported and any(line.rstrip().endswith("abort") for line in lines):
            self.undo = Undo()
        if base is not None:
            self.root = Block("", 1) if base.vdoms else base.root
            self.around = _around(base)

    def run(self) -> None:
        """Read every line."""
        if self.exported and self.heard is None:
            super().run()
            return
        block = self.root
        while self.place < len(self.lines):
            line = self.lines[self.place]
            self.place += 1
            first, path = self.place, tuple(each.name for _, each, _ in self.stack)
            parts = line.split(None, 2)
            if not parts:
                continue
            word = parts[0] if self.exported else full_command(parts[0])
            if word != parts[0]:
                line, parts[0] = word + line.lstrip()[len(parts[0]) :], word
            before = self.place
            block = self.statement(block, parts, line)
            if self.heard is not None and self.place >= before:
                self.heard(self._heard(first, path, parts))

    def _heard(self, first: int, path: tuple[str, ...], parts: list[str]) -> Statement:
        if self.text.stray_lines[-1:] == [first]:
            return Statement(first, self.place, path, "", "", ())
        text = "\n".join(self.lines[first - 1 : self.place])
        command, keyword, rest = parts[0], "", text.split(None, 1)[1:]
        if command in ("set", "append", "unselect", "select", "unset", "clear"):
            keyword = parts[1] if len(parts) > 1 else ""
            rest = text.split(None, 2)[2:]
        words = split_words(rest[0]) if rest else ()
        return Statement(first, self.place, path, command, keyword, words if words is not None else (rest[0],))

    def statement(self, block: Block, parts: list[str], line: str) -> Block:
        """One statement; the block that is open after it."""
        word, more = parts[0], len(parts) > 1
        if word == "set" and len(parts) > 2 and self.stack:
            keyword = self.keyword(parts[1])
            self.assign(keyword, self.options(keyword, self.value(keyword, parts[2])))
        elif word == "edit" and more:
            return self.edit(block, line)
        elif word == "next":
            return self.next(block)
        elif word == "end":
            return self.end(block)
        elif word == "config" and more:
            return self.config(line)
        elif word == "set" and more and self.stack:
            self.assign(self.keyword(parts[1]), ())
        elif word == "unset" and more and self.stack:
            self.changed()
            keyword = self.keyword(parts[1])
            block.settings.pop(keyword, None)
            if keyword == "icmptype":
                block.settings.pop("icmpcode", None)  # a code has no meaning without its type
            block.unset.add(keyword)
        else:
            return self.other(block, parts, line)
        return block

    def assign(self, keyword: str, words: tuple[str, ...]) -> None:
        """Give a setting of the innermost block its words."""
        self.changed()
        block = self.stack[-1][1]
        if keyword == "protocol" and self._table() == "firewall service custom":
            forget_other_protocols(block, words)
        block.settings[keyword] = words

    def changed(self) -> None:
        """The open entries, and the innermost block, now come from this text."""
        if not self.file:
            return
        for number, (is_edit, block, opened) in enumerate(self.stack):
            if block.file != self.file and (is_edit or number == len(self.stack) - 1):
                block.file, block.line, block.last_line = self.file, opened, opened

    def left(self, block: Block) -> None:
        """The end of a block of a script; one that the script only opened keeps its lines in the backup."""
        if not self.file:
            super().left(block)
        elif block.file == self.file:
            block.last_line = self.place

    def created(self, name: str) -> Block:
        """A new block that begins at the current line of this text."""
        block = super().created(name)
        block.file = self.file
        return block

    def keyword(self, word: str) -> str:
        """A keyword of the innermost block written out."""
        return word if self.exported else full_keyword(self._table(), word)

    def options(self, keyword: str, words: tuple[str, ...]) -> tuple[str, ...]:
        """The words of a setting with enumeration values written out."""
        return words if self.exported else full_options(self._table(), keyword, words)

    def _table(self) -> str:
        """The path of the table whose entry or settings are open, "" inside nested tables."""
        is_edit, block, _ = self.stack[-1]
        depth = 2 if self.stack[0][1].name == "vdom" and len(self.stack) > 2 else int(self.stack[0][1].name == "global")
        if len(self.stack) - depth > 1 + is_edit:
            return ""
        return self.stack[-2][1].name if is_edit else block.name

    def config(self, line: str) -> Block:
        """Open a table, or what a device with VDOMs has around tables."""
        around = self.around.get(self.path(self.name(line))) if self.around and not self.stack else None
        if around is None:
            return super().config(line)
        if self.undo is not None:
            self.undo.opened(around, whole=False)
        self.stack.append((False, around, self.place))
        return around

    def path(self, words: tuple[str, ...]) -> str:
        """The path of a table, its words written out where tables have full paths."""
        path = super().path(words)
        if self.exported or not self.outermost():
            return path
        path = full_path(path, self.base.header.version if self.base is not None else ())
        if self.base is not None:
            self._fits(path, self.base)
        return path

    def _fits(self, path: str, base: Tree) -> None:
        """Is the script for a device with or without VDOMs, as the configuration is?"""
        around = path in ("vdom", "global")
        if base.vdoms and not self.stack and not around:
            names = ", ".join(base.vdoms)
            message = (
                f"'config {path}' stands outside any VDOM, and the device has {names}: put 'config vdom' and "
                "'edit NAME' around it, or 'config global' for what belongs to the whole device"
            )
            raise UnreadableError(self.file, message, self.place)
        if not base.vdoms and around and not base.header.vdom_name:
            message = f"'config {path}', but the configuration it is applied to has no VDOMs: leave those lines out"
            raise UnreadableError(self.file, message, self.place)

    def key(self, block: Block, key: str, line: str) -> str:
        """The key of an `edit` line: 0 is the next free number where entries are numbered."""
        if key != "0" or self.exported or '"' in line or block.name == "vdom":
            return key
        if not all(each.isdigit() for each in block.entries):
            return key
        # The first of a paste may be an entry called 0; a second one never is.
        return free_key(block) if block.entries or self.base is not None else key

    def other(self, block: Block, parts: list[str], line: str) -> Block:
        """Commands that change entries and lists; everything else as in a backup."""
        word = parts[0]
        if not self.stack or word not in COMMANDS:
            return super().other(block, parts, line)
        if word in ("append", "unselect", "select", "clear") and len(parts) > 1:
            self._list(word, line)
        elif word in ("move", "rename", "clone", "delete") and len(parts) > 1:
            self._entries(word, line)
        elif word == "purge":
            self._purge(block)
        elif word == "abort":
            return self._abort()
        else:
            return super().other(block, parts, line)
        return block

    def _abort(self) -> Block:
        """Leave the entry and the table around it as they were; a VDOM's tables are saved one by one."""
        self.script = True
        if self.stack[-1][0]:
            if self.undo is not None and not self._around_vdom():
                self.undo.entry(self.stack[-2][1], self.stack[-1][1].name)
            self.close()
        if self.undo is not None and not self.outermost():
            self.undo.settings(self.stack[-1][1])
        self.close()
        return self.stack[-1][1] if self.stack else self.root

    def _around_vdom(self) -> bool:
        """Is the innermost block a VDOM?"""
        return len(self.stack) == 2 and self.stack[0][1].name == "vdom"

    def _purge(self, table: Block) -> None:
        """Delete every entry; a device keeps those that are named elsewhere."""
        self.script = True
        order = tuple(table.entries)
        for key in order:
            self._delete(table, key, order)

    def command(self, text: str) -> bool:
        """Does the text behind a prompt change the configuration?"""
        words = text.split(None, 1)[:1]
        return bool(words) and full_command(words[0]) in COMMANDS

    def _list(self, command: str, line: str) -> None:
        parts = line.split(None, 2)
        keyword = self.keyword(parts[1])
        words = self.options(keyword, self.value(keyword, parts[2])) if len(parts) > 2 else ()
        settings = self.stack[-1][1].settings
        if command == "append":
            self.assign(keyword, settings.get(keyword, ()) + words)
        elif command == "unselect":
            missing = [word for word in words if word not in settings.get(keyword, ())]
            if missing:
                self.remark(self.place, f"unselect {keyword}: {', '.join(missing)} is not in it")
            self.assign(keyword, tuple(word for word in settings.get(keyword, ()) if word not in words))
        elif command == "select":
            self.assign(keyword, words)
        else:
            self.changed()
            settings.pop(keyword, None)

    def _entries(self, command: str, line: str) -> None:
        self.script = True
        rest = line.split(None, 1)[1]
        words = split_words(rest) or ()
        is_edit, table, _ = self.stack[-1]
        if is_edit:
            message = f"{' '.join((command, *words[:3]))}: stands inside the entry {table.name}; not carried out"
            self.remark(self.place, message)
            return
        match command, words:
            case "move", (key, ("before" | "after") as side, other):
                message = move_entry(table, key, side, other)
            case "rename", (key, "to", new):
                message = self._rename(table, key, new)
            case "clone", (key, "to", new):
                new = free_key(table) if new == "0" else new
                message = clone_entry(self._scopes()[0], table, key, new, self.place, self.file)
            case "delete", (_, *_):
                message = "; ".join(filter(None, (self._delete(table, key) for key in words)))
            case _:
                message = f"not understood: {' '.join((command, *words[:3]))}{' ...' if len(words) > 3 else ''}"
        if message:
            alone = "" if self.base is not None else "; a script is applied to its backup with --apply"
            self.remark(self.place, message + alone)

    def _rename(self, table: Block, key: str, new: str) -> str:
        scopes = self._scopes()
        message = rename_entry(scopes[0], table, key, new)
        for scope in scopes[1:] if not message else ():
            follow(scope, table.name, key, new)
        return message

    def _delete(self, table: Block, key: str, order: tuple[str, ...] = ()) -> str:
        entry, order = table.entries.get(key), order or tuple(table.entries)
        message = delete_entry(table, key)
        if entry is not None:
            self.deleted.append((self._scopes(), table, key, entry, self.place, order))
        return message

    def _scopes(self) -> tuple[Block, ...]:
        """Where the entries of the open table are named: its VDOM, or every VDOM for what is global."""
        if self.stack[0][1].name == "vdom" and len(self.stack) > 1:
            return (self.stack[1][1],)
        if self.stack[0][1].name == "global":
            vdoms = self.around.get("vdom") or self.root.tables.get("vdom")
            return (self.stack[0][1], *(vdoms.entries.values() if vdoms is not None else ()))
        return (self.root,)

    def keep_used(self) -> None:
        """A device refuses to delete what is still named: such entries stay."""
        for scopes, table, key, entry, line, order in self.deleted:
            user = next(filter(None, (used_by(scope, table.name, key) for scope in scopes)), "")
            if user and key not in table.entries:
                table.entries[key] = entry
                found = {name: table.entries.pop(name) for name in order if name in table.entries}
                table.entries.update({**found, **{name: table.entries.pop(name) for name in tuple(table.entries)}})
                message = f"delete {key}: {user} names it, so the device refuses; read as if it were still there"
                self.remark(line, message)

    def finish(self) -> Tree:
        """The tree, deletions the device would refuse undone."""
        self.keep_used()
        return super().finish()

    def finish_script(self, tree: Tree) -> None:
        """Close what is open, and note the text with the configuration it changed."""
        self.close_all()
        self.keep_used()
        if self.text.stray_lines and not self.text.spans:
            message = "no command of it changes a FortiGate configuration: give the lines from 'config' to 'end'"
            raise UnreadableError(self.file, message, self.text.stray_lines[0])
        tree.scripts[self.file] = self.text


def _around(tree: Tree) -> dict[str, Block]:
    """What `config global` and `config vdom` open in a configuration that was split into its VDOMs."""
    vdoms = tree.vdoms or ({tree.header.vdom_name: tree.root} if tree.header.vdom_name else {})
    if not vdoms:
        return {}
    general, declared = Block("global", 1), Block("vdom", 1)
    general.tables, declared.entries = tree.root.tables, vdoms
    return {"global": general, "vdom": declared}
