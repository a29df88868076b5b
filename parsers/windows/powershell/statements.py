"""PowerShell scripts as statements: commands with their parameters, as far as they are literal.

This is no interpreter. Literals, arrays, hashtables and variables that hold them are read; everything computed is
`LOST`, and a command inside braces (`if`, `foreach`, a function) says so, because whether it runs is not known.

Source: Microsoft, about_Parsing, about_Quoting_Rules, about_Splatting, about_Comment_Based_Help.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from parsers.windows.powershell.bags import LOST, Value

_SPACE = re.compile(r"(?:[ \t\xa0]|`\r?\n)+")
_BLOCK_COMMENT = re.compile(r"<#.*?(?:#>|\Z)", re.DOTALL)
_HERE = re.compile(r"@(['\"])[ \t]*\r?\n(.*?)\r?\n\1@", re.DOTALL)
_VARIABLE = re.compile(r"\$(?:\{([^}]*)\}|((?:env:|global:|script:|local:)?\w+))", re.IGNORECASE)
_WORD = re.compile(r"(?:[^\s,;|(){}'\"`]|`[^\r\n])+")
_ASSIGNED = re.compile(r"(?:\[[\w.\[\]]+\][ \t]*)?\$((?:script:|global:|local:)?\w+)[ \t]*=(?!=)[ \t]*", re.IGNORECASE)
_CMDLET = re.compile(r"[A-Za-z]+-[A-Za-z]+")
_RUN = re.compile(r"@?[({]\s*(?:\[\w.]+\]\s*)?(?:\w+\\)?[A-Za-z]+-[A-Za-z]|\{|&")
"""Where a value begins that is what commands give back, or a block of commands to be run later."""
_MAKING = re.compile(r"New-NetFirewallRule\b", re.IGNORECASE)
PASSED_OVER = "an expression"
"""The name of what stands for an expression that makes rules in a place where commands are not read."""
COMPUTED = "$(...)"
_PROGRAM = re.compile(r"(?:.*[\\/])?(netsh|cmd|powershell|pwsh)(?:\.exe)?", re.IGNORECASE)
"""Programs whose arguments matter; PowerShell gives them words, not parameters."""
_ALIASES = {"iex": "invoke-expression", "saps": "start-process", "start": "start-process"}
_REDIRECTS = re.compile(r"[\d*]?>")
_QUOTES = "'\u2018\u2019\u201a\u201b"
_DOUBLE = '"\u201c\u201d\u201e'
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
_DEEPEST = 40


@dataclass(slots=True)
class Command:
    """One command: parameters by name in lower case (`None` for a switch), other values in order.

    `inside` is True within braces; `piped` where it takes objects from the command before it in a pipeline.
    """

    name: str
    line: int
    last_line: int
    parameters: dict[str, Value] = field(default_factory=dict)
    values: list[Value] = field(default_factory=list)
    inside: bool = False
    piped: bool = False

    def words(self) -> list[str]:
        """The values as the words a program gets; what is not known is "$(...)"."""
        found: list[str] = []
        for value in self.values:
            found += value if isinstance(value, list) else [value if isinstance(value, str) else COMPUTED]
        return found


def commands(text: str) -> Iterator[Command]:
    """Every command of a script, in the order of the text."""
    return _Reader(text).run()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.counted, self.line = 0, 1
        self.depth = 0
        self.round = 0
        self.nested = 0
        self.passed: list[Command] = []
        self.variables: dict[str, Value | dict[str, Value]] = {}

    def run(self) -> Iterator[Command]:
        piped = False
        while self._skip():
            letter = self.text[self.place]
            if letter in "{}":
                self.depth = max(0, self.depth + (1 if letter == "{" else -1))
                self.place += 1
                piped = False
            elif letter in "()":
                self.round = max(0, self.round + (1 if letter == "(" else -1))
                self.place += 1
                piped = False
            elif letter in "\r\n;|&":
                piped = letter == "|" or (piped and letter in "\r\n")
                self.place += 1
            elif assigned := _ASSIGNED.match(self.text, self.place):
                self._assign(assigned)
                piped = False
            else:
                command = self._command(piped)
                piped = False
                if command is not None:
                    yield command
            yield from self.passed
            self.passed.clear()

    # --- statements

    def _assign(self, found: re.Match[str]) -> None:
        """A variable: what it holds is known only outside brackets, and until something computed is assigned."""
        name = found[1].casefold().rpartition(":")[2]
        self.place = found.end()
        if _CMDLET.match(self.text, self.place) or _RUN.match(self.text, self.place):
            self.variables[name] = LOST  # the command itself is read like any other
            self.place += self.text[self.place] == "@"
            return
        value = self._values()
        simple = not self.depth and not self.round and self._at_end()
        self.variables[name] = value if simple else LOST
        if not simple:
            self._to_end()

    def _command(self, piped: bool) -> Command | None:
        line = self._line()
        word = _WORD.match(self.text, self.place)
        if word is None:
            called = self._one()
            name = called if isinstance(called, str) else ""
        else:
            name = word[0]
            self.place = word.end()
        command = Command(
            _ALIASES.get(name.casefold(), name.casefold()), line, line, inside=self.depth > 0, piped=piped
        )
        if program := _PROGRAM.fullmatch(name):
            command.name = program[1].casefold()
            self._native(command)
        elif word is not None and re.fullmatch(r"(?:\w+\\)?[a-z]+-[a-z]+", command.name):
            command.name = command.name.rpartition("\\")[2]
            self._arguments(command)
        else:
            return None
        command.last_line = self._line()
        return command

    def _native(self, command: Command) -> None:
        """The words a program gets: quoted and plain pieces without a blank between them are one word."""
        while self._skip() and not self._at_end():
            if redirect := _REDIRECTS.match(self.text, self.place):
                self.place = redirect.end()
                if self.text.startswith("&", self.place):
                    self.place += 2
                else:
                    self._skip()
                    self._one()
                continue
            splat = re.compile(r"@(\w+)").match(self.text, self.place)
            if splat:
                self.place = splat.end()
                table = self.variables.get(splat[1].casefold(), LOST)
                command.values.append(LOST if self.depth or isinstance(table, dict) else table)
            else:
                command.values.append(self._native_word())

    def _native_word(self) -> Value:
        """One word of a program's arguments; a variable alone that holds a list is several."""
        alone = _VARIABLE.match(self.text, self.place)
        if alone and not self.depth and self.text[alone.end() : alone.end() + 1].strip(" \t\r\n;|&)}") == "":
            held = self.variables.get((alone[1] or alone[2]).casefold())
            if isinstance(held, list):
                self.place = alone.end()
                return held
        pieces: list[str] = []
        while self.place < len(self.text) and self.text[self.place] not in " \t\r\n;|&)}":
            pieces.append(self._piece())
        return "".join(pieces)

    def _piece(self) -> str:
        """One piece of a word, and what variables in it hold; a variable that is not known stays as it is written."""
        letter = self.text[self.place]
        if letter in _QUOTES or letter in _DOUBLE:
            value = self._single() if letter in _QUOTES else self._double()
            return value if isinstance(value, str) else COMPUTED
        if letter in "({" or self.text.startswith("$(", self.place):
            self.place += letter == "$"
            self._group()
            return COMPUTED
        if found := _VARIABLE.match(self.text, self.place):
            self.place = found.end()
            known = None if self.depth else self.variables.get((found[1] or found[2]).casefold())
            return known if isinstance(known, str) else found[0]
        escaped = letter == "`" and self.place + 1 < len(self.text)
        self.place += 1 + escaped
        return self.text[self.place - 1]

    def _arguments(self, command: Command) -> None:
        while self._skip() and not self._at_end():
            name = re.compile(r"[-\u2013\u2014]([A-Za-z]\w*)(:?)[ \t]*").match(self.text, self.place)
            splat = re.compile(r"@(\w+)").match(self.text, self.place)
            if name:
                self.place = name.end()
                self._skip()
                following = re.compile(r"[-\u2013\u2014][A-Za-z]").match(self.text, self.place)
                switch = not name[2] and (following is not None or self._at_end())
                found = None if switch else self._values()
                command.parameters[name[1].casefold()] = found if not isinstance(found, dict) else LOST
            elif splat:
                self.place = splat.end()
                table = LOST if self.depth else self.variables.get(splat[1].casefold(), LOST)
                command.parameters |= table if isinstance(table, dict) else {"@": LOST}
            else:
                before = self.place
                found = self._values()
                command.values.append(found if not isinstance(found, dict) else LOST)
                if self.place == before:
                    self.place += 1

    # --- values

    def _values(self, depth: int = 0) -> Value | dict[str, Value]:
        """One value, or several with commas between them as a list."""
        found = [self._one(depth)]
        while self._skip() and self.text[self.place] == ",":
            self.place += 1
            self._skip(lines=True)
            found.append(self._one(depth))
        return found[0] if len(found) == 1 else _flat(found)

    def _one(self, depth: int = 0) -> Value | dict[str, Value]:
        if depth > _DEEPEST or self.place >= len(self.text):
            self.place = len(self.text)
            return LOST
        if here := _HERE.match(self.text, self.place):
            self.place = here.end()
            return here[2] if here[1] == "'" or "$" not in here[2] else LOST
        start = self.text[self.place]
        if start in _QUOTES:
            return self._single()
        if start in _DOUBLE:
            return self._double()
        if self.text.startswith("@(", self.place):
            self.place += 2
            return self._array(depth + 1)
        if self.text.startswith("@{", self.place):
            self.place += 2
            return self._table(depth + 1)
        if start in "({":
            self._group()
            return LOST
        if start == "$":
            return self._variable()
        word = _WORD.match(self.text, self.place)
        if word is None:
            self.place += 1
            return LOST
        self.place = word.end()
        return word[0].replace("`", "")

    def _single(self) -> Value:
        pieces: list[str] = []
        self.place += 1
        while self.place < len(self.text):
            letter = self.text[self.place]
            self.place += 1
            if letter in _QUOTES:
                if self.place >= len(self.text) or self.text[self.place] not in _QUOTES:
                    return "".join(pieces)
                self.place += 1
            pieces.append(letter)
        return LOST

    def _double(self) -> Value:
        """Text in double quotes; a variable whose value is not known stays as it is written."""
        pieces: list[str] = []
        self.place += 1
        while self.place < len(self.text):
            letter = self.text[self.place]
            if letter == "`" and self.place + 1 < len(self.text):
                following = self.text[self.place + 1]
                pieces.append(_ESCAPES.get(following, following))
                self.place += 2
            elif letter in _DOUBLE:
                self.place += 1
                if self.place >= len(self.text) or self.text[self.place] not in _DOUBLE:
                    return "".join(pieces)
                pieces.append(letter)
                self.place += 1
            elif self.text.startswith("$(", self.place):
                self.place += 1
                self._group()
                pieces.append("$(...)")
            elif found := _VARIABLE.match(self.text, self.place):
                known = None if self.depth else self.variables.get((found[1] or found[2]).casefold())
                pieces.append(known if isinstance(known, str) else found[0])
                self.place = found.end()
            else:
                pieces.append(letter)
                self.place += 1
        return LOST

    def _variable(self) -> Value | dict[str, Value]:
        found = _VARIABLE.match(self.text, self.place)
        if found is None:
            self.place += 1
            return LOST
        self.place = found.end()
        name = (found[1] or found[2]).casefold()
        if self.place < len(self.text) and self.text[self.place] in ".[":
            self._to_space()
            return LOST
        constants: dict[str, Value] = {"true": "True", "false": "False", "null": ""}
        if name in constants:
            return constants[name]
        # Within braces a variable may be that of a loop or a function, whatever was assigned to its name before.
        return LOST if self.depth else self.variables.get(name, LOST)

    def _array(self, depth: int) -> Value:
        found: list[Value | dict[str, Value]] = []
        while self._skip(lines=True) and self.text[self.place] != ")":
            if self.text[self.place] in ",;":
                self.place += 1
            else:
                found.append(self._one(depth))
        self.place += 1
        return _flat(found)

    def _table(self, depth: int) -> dict[str, Value]:
        """The pairs of a hashtable; a key that is no plain word makes the whole unknown."""
        found: dict[str, Value] = {}
        while self._skip(lines=True) and self.text[self.place] != "}":
            if self.text[self.place] == ";":
                self.place += 1
                continue
            key = re.compile(r"['\"]?(\w+)['\"]?\s*=\s*").match(self.text, self.place)
            if key is None:
                found["@"] = LOST
                self._one(depth)
                continue
            self.place = key.end()
            value = self._values(depth)
            found[key[1].casefold()] = LOST if isinstance(value, dict) else value
        self.place += 1
        return found

    # --- moving on

    def _group(self) -> None:
        """Pass over something in round or curly brackets; rules that are made in it are not read, which is said."""
        begin = self.place
        line = self._line()
        self.nested += 1
        self._pass_group()
        self.nested -= 1
        if not self.nested and _MAKING.search(self.text, begin, self.place):
            self.passed.append(Command(PASSED_OVER, line, self._line(), inside=True))

    def _pass_group(self) -> None:
        if self.nested > _DEEPEST:
            self.place = len(self.text)
            return
        depth = 0
        while self.place < len(self.text):
            letter = self.text[self.place]
            if letter in _QUOTES:
                self._single()
                continue
            if letter in _DOUBLE:
                self._double()
                continue
            self.place += 1
            depth += (letter in "({") - (letter in ")}")
            if depth <= 0:
                return

    def _skip(self, *, lines: bool = False) -> bool:
        """Pass over blanks, continued lines and comments (and line ends with `lines`); is anything left?"""
        while self.place < len(self.text):
            letter = self.text[self.place]
            if space := _SPACE.match(self.text, self.place):
                self.place = space.end()
            elif letter == "#":
                end = self.text.find("\n", self.place)
                self.place = len(self.text) if end < 0 else end
            elif comment := _BLOCK_COMMENT.match(self.text, self.place):
                self.place = comment.end()
            elif lines and letter in "\r\n":
                self.place += 1
            else:
                return True
        return False

    def _at_end(self) -> bool:
        """Does a statement end here?"""
        return not self._skip() or self.text[self.place] in "\r\n;|{}&)"

    def _to_end(self) -> None:
        while not self._at_end():
            before = self.place
            self._one()
            self.place += self.place == before

    def _to_space(self) -> None:
        while self.place < len(self.text) and self.text[self.place] not in " \t\r\n,;|){}":
            self.place += 1

    def _line(self) -> int:
        self.line += self.text.count("\n", self.counted, self.place)
        self.counted = self.place
        return self.line


def _flat(values: list[Value | dict[str, Value]]) -> Value:
    """Values as one list of text; LOST when any of them is not known."""
    found: list[str] = []
    for value in values:
        if isinstance(value, list):
            found += value
        elif isinstance(value, str | int) and not isinstance(value, bool):
            found.append(str(value))
        else:
            return LOST
    return found
