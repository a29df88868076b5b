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
from parsers.windows.scripts.values import DOUBLE, QUOTES, VARIABLE, WORD, Values

_ASSIGNED = re.compile(r"(?:\[[\w.\[\]]+\][ \t]*)?\$((?:script:|global:|local:)?\w+)[ \t]*=(?!=)[ \t]*", re.IGNORECASE)
_CHANGED = re.compile(
    r"\$\{?((?:script:|global:|local:)?\w+)\}?[ \t]*(\+=|[-*/%]=|\?\?=|\+\+|--|=(?!=)|[.\[])[ \t]*", re.IGNORECASE
)
"""A statement that changes what a variable holds, or a part of it: `$ports += 443`, `$rule.LocalPort = 443`."""
_SEVERAL = re.compile(r"\$\w+(?:[ \t]*,[ \t]*\$\w+)+[ \t]*=(?!=)")
_PIPE = re.compile(r"\s*\|")
_VARIABLES = frozenset({"set-variable", "new-variable", "clear-variable", "remove-variable"})
_ENDS = re.compile(r"(?:exit|return|throw)\b(?![-\\])", re.IGNORECASE)
_CMDLET = re.compile(r"[A-Za-z]+-[A-Za-z]+")
_RUN = re.compile(
    r"@?[({]\s*(?:\[\w.]+\]\s*)?(?:\w+\\)?[A-Za-z]+-[A-Za-z]|\{|&|(?:netsh|cmd)(?:\.exe)?[ \t]", re.IGNORECASE
)
"""Where a value begins that is what commands give back, or a block of commands to be run later."""
PASSED_OVER = "an expression"
"""The name of what stands for an expression that makes rules in a place where commands are not read."""
COMPUTED = "$(...)"
_PROGRAM = re.compile(r"(?:.*[\\/])?(netsh|cmd|powershell|pwsh)(?:\.exe)?", re.IGNORECASE)
"""Programs whose arguments matter; PowerShell gives them words, not parameters."""
_ALIASES = {"iex": "invoke-expression", "saps": "start-process", "start": "start-process"}
_REDIRECTS = re.compile(r"[\d*]?>")


@dataclass(slots=True)
class Command:
    """One command: parameters by name in lower case (`None` for a switch), other values in order.

    `inside` is True within braces; `behind` where the script has ended before (`exit`, `return`, `throw`); `piped`
    where it takes objects from the command before it in a pipeline.
    """

    name: str
    line: int
    last_line: int
    parameters: dict[str, Value] = field(default_factory=dict)
    values: list[Value] = field(default_factory=list)
    inside: bool = False
    behind: bool = False
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


class _Reader(Values):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.round = 0
        self.ended = False

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
            elif self._changes():
                piped = False
            else:
                self.ended = self.ended or (not piped and self._ends())
                command = self._command(piped)
                piped = False
                if command is not None:
                    self._forget(command)
                    yield command
            for first, last in self.passed:
                yield Command(PASSED_OVER, first, last, inside=True)
            self.passed.clear()

    def _forget(self, command: Command) -> None:
        """What a cmdlet puts into a variable is not known."""
        if command.name in _VARIABLES:
            named = command.parameters.get("name", command.values[0] if command.values else LOST)
            names = [named] if isinstance(named, str) else list(self.variables)
            self.variables |= {name.casefold(): LOST for name in names}

    def _assign(self, found: re.Match[str]) -> None:
        """A variable: what it holds is known only outside brackets, and until something computed is assigned."""
        name = found[1].casefold().rpartition(":")[2]
        self.place = found.end()
        if _CMDLET.match(self.text, self.place) or _RUN.match(self.text, self.place):
            self.variables[name] = LOST  # the command itself is read like any other
            self.place += self.text[self.place] == "@"
            return
        value = self._values()
        piped = _PIPE.match(self.text, self.place) is not None
        simple = not self.depth and not self.round and not piped and self._at_end()
        self.variables[name] = value if simple else LOST
        if not simple:
            self._to_end()

    def _changes(self) -> bool:
        """Does a statement change variables? What is added to them is known where both are; all else is not."""
        if several := _SEVERAL.match(self.text, self.place):
            self.variables |= dict.fromkeys(re.findall(r"\w+", several[0].casefold()), LOST)
            self.place = several.end()
            return True
        found = _CHANGED.match(self.text, self.place)
        if found is None:
            return False
        name = found[1].casefold().rpartition(":")[2]
        before = self.variables.get(name, LOST)
        if found[2] != "+=":
            self.variables[name] = LOST
            self.place = found.end() if found[2] != "[" else found.end() - 1
            return True
        self._assign(found)
        self.variables[name] = _added(before, self.variables[name])
        return True

    def _ends(self) -> bool:
        """Does the script end here, whatever happened before?"""
        if self.depth or self.round or not _ENDS.match(self.text, self.place):
            return False
        begin = max(self.text.rfind("\n", 0, self.place), self.text.rfind(";", 0, self.place)) + 1
        return not self.text[begin : self.place].strip()

    def _command(self, piped: bool) -> Command | None:
        line = self._line()
        word = WORD.match(self.text, self.place)
        if word is None:
            called = self._one()
            name = called if isinstance(called, str) else ""
        else:
            name = word[0]
            self.place = word.end()
        command = Command(
            _ALIASES.get(name.casefold(), name.casefold()),
            line,
            line,
            inside=self.depth > 0,
            behind=self.ended,
            piped=piped,
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
        alone = VARIABLE.match(self.text, self.place)
        if alone and not self.depth and self.text[alone.end() : alone.end() + 1].strip(" \t\r\n;|&)}") == "":
            held = self.variables.get((alone[1] or alone[2] or "").casefold())
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
        if letter in QUOTES or letter in DOUBLE:
            value = self._single() if letter in QUOTES else self._double()
            return value if isinstance(value, str) else COMPUTED
        if letter in "({" or self.text.startswith("$(", self.place):
            self.place += letter == "$"
            self._group()
            return COMPUTED
        if found := VARIABLE.match(self.text, self.place):
            self.place = found.end()
            known = None if self.depth else self.variables.get((found[1] or found[2] or "").casefold())
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


def _added(before: Value | dict[str, Value], value: Value | dict[str, Value]) -> Value | dict[str, Value]:
    """What `+=` leaves: a list with more elements, a longer text; numbers would be added up."""
    if isinstance(before, list) and isinstance(value, str | list):
        return before + (value if isinstance(value, list) else [value])
    if isinstance(before, str) and isinstance(value, str) and not before.isdigit():
        return before + value
    return LOST
