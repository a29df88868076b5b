"""Values of PowerShell as far as they are literal: words, texts, arrays, hashtables and variables that hold them.

Everything computed is `LOST`. Source: Microsoft, about_Parsing, about_Quoting_Rules, about_Hash_Tables.
"""

from __future__ import annotations

import re

from parsers.windows.powershell.bags import LOST, Value

_SPACE = re.compile(r"(?:[ \t\xa0]|`\r?\n)+")
_BLOCK_COMMENT = re.compile(r"<#.*?(?:#>|\Z)", re.DOTALL)
_HERE = re.compile(r"@(['\"])[ \t]*\r?\n(.*?)\r?\n\1@", re.DOTALL)
VARIABLE = re.compile(r"\$(?:\{([^}]*)\}|((?:env:|global:|script:|local:)?\w+))", re.IGNORECASE)
WORD = re.compile(r"(?:[^\s,;|(){}'\"`]|`[^\r\n])+")
_MAKING = re.compile(r"New-NetFirewallRule\b", re.IGNORECASE)
QUOTES = "'\u2018\u2019\u201a\u201b"
DOUBLE = '"\u201c\u201d\u201e'
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
_DEEPEST = 40


class Values:
    """A script and a place in it; reads the value that begins there.

    `passed` are the lines (first, last) of expressions that make rules in a place where commands are not read.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.counted, self.line = 0, 1
        self.depth = 0
        self.nested = 0
        self.passed: list[tuple[int, int]] = []
        self.variables: dict[str, Value | dict[str, Value]] = {}

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
        if start in QUOTES:
            return self._single()
        if start in DOUBLE:
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
        word = WORD.match(self.text, self.place)
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
            if letter in QUOTES:
                if self.place >= len(self.text) or self.text[self.place] not in QUOTES:
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
            elif letter in DOUBLE:
                self.place += 1
                if self.place >= len(self.text) or self.text[self.place] not in DOUBLE:
                    return "".join(pieces)
                pieces.append(letter)
                self.place += 1
            elif self.text.startswith("$(", self.place):
                self.place += 1
                self._group()
                pieces.append("$(...)")
            elif found := VARIABLE.match(self.text, self.place):
                known = None if self.depth else self.variables.get((found[1] or found[2] or "").casefold())
                pieces.append(known if isinstance(known, str) else found[0])
                self.place = found.end()
            else:
                pieces.append(letter)
                self.place += 1
        return LOST

    def _variable(self) -> Value | dict[str, Value]:
        found = VARIABLE.match(self.text, self.place)
        if found is None:
            self.place += 1
            return LOST
        self.place = found.end()
        name = (found[1] or found[2] or "").casefold()
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
            self.passed.append((line, self._line()))

    def _pass_group(self) -> None:
        if self.nested > _DEEPEST:
            self.place = len(self.text)
            return
        depth = 0
        while self.place < len(self.text):
            letter = self.text[self.place]
            if letter in QUOTES:
                self._single()
                continue
            if letter in DOUBLE:
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
