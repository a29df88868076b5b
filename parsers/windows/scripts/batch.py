"""Batch files as commands: what each line runs, and whether it runs at all.

This is no interpreter. Variables that hold a literal are replaced by it; a command behind `if`, `for`, `&&`, `||`, or
one that a jump may pass over carries a doubt. Source: Microsoft, "cmd", "if", "for", "goto", "call", "set".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

LABEL = re.compile(r"^[ \t]*:(?!:)[ \t]*([^\s:+&|<>]+)")
_PROMPT = re.compile(r"^(?:PS )?[A-Za-z]:\\[^<>|\"\r\n]*>[ \t]*(?=\S)")
_SET = re.compile(r'^set\s+(?:"([^=/"\s][^="]*)=([^"]*)".*|([^=/"\s][^=]*)=(.*))$', re.IGNORECASE | re.DOTALL)
_ASKED = re.compile(r'^set\s+/[ap]\s+"?([^=/"\s][^=]*)=', re.IGNORECASE)
_ASSIGNS = re.compile(r'^[ \t@]*set\s+"?([^=/"\s][^="]*)=', re.IGNORECASE | re.MULTILINE)
_USED = re.compile(r"%%|%([^%:\s=][^%:=]*)%")
_SIDE = r'(?:"[^"]*"|[^\s="()]+)'
_IF = re.compile(
    rf"if\s+(?:/i\s+)?(?:not\s+)?(?:/i\s+)?(?:errorlevel\s+\S+|cmdextversion\s+\S+|exist\s+{_SIDE}|defined\s+[^\s()]+|"
    rf"{_SIDE}\s*==\s*{_SIDE}|{_SIDE}\s+(?:equ|neq|lss|leq|gtr|geq)(?:\s*==)?\s+{_SIDE})\s*",
    re.IGNORECASE,
)
_FOR = re.compile(
    r"for\s+(?:/[dlrf]\s+)?(?:\"[^\"]*\"\s+|[^\s%(]\S*\s+)?%%?\S\s+in\s*\((?:[^()\"]|\"[^\"]*\"|\([^()]*\))*\)\s*do\b\s*",
    re.IGNORECASE,
)
_EACH = re.compile(r"for\s+(%%?[A-Za-z])\s+in\s*\(([^()\"%*?!]*)\)\s*do\b\s*", re.IGNORECASE)
"""A loop over words that stand in it: it is carried out for each of them."""
_MOST_REPEATED = 5_000
_LONGEST_BODY = 200
_ELSE = re.compile(r"else\b\s*", re.IGNORECASE)
_CALL = re.compile(r"call\s+(?=[^:\s])", re.IGNORECASE)
_JUMP = re.compile(r"goto\s*:?\s*([^\s:&|<>]+)|(exit)\b", re.IGNORECASE)
_APART = re.compile(r"[ \t@,;=&|]+")
"""What may stand between two commands of a line."""
_REDIRECTED = re.compile(r"(?:(?<=[ \t])\d|^\d)?[<>]{1,2}(?:&\d|[ \t]*(?:\"[^\"]*\"|[^\s&|<>()]+))?")
BRANCH = "it stands behind 'if', 'for' or another command: whether it runs is not known"
PASSED = "a jump may pass over it: whether it runs is not known"


@dataclass(frozen=True, slots=True)
class Line:
    """One command of a batch file as it is run, without what redirects its output.

    `doubt` says why it may not run, "" when it does; `piped` whether its output goes into another command or a file.
    """

    text: str
    line: int
    last_line: int
    doubt: str = ""
    piped: bool = False


def commands(text: str) -> Iterator[Line]:
    """Every command of a batch file, in the order of the text; comments and labels are left out."""
    return _Reader(text).run()


def _logical(text: str) -> Iterator[tuple[int, int, str]]:
    """Lines as cmd reads them, with their numbers: a caret at the end joins the next one."""
    begun = 0
    held: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        begun = begun or number
        stripped = line.rstrip()
        carets = len(stripped) - len(stripped.rstrip("^"))
        if carets % 2 and (held or not is_comment(stripped)):
            held.append(stripped[:-1])
            continue
        yield begun, number, "".join((*held, line))
        begun, held = 0, []
    if held:
        yield begun, begun, "".join(held)


def is_comment(line: str) -> bool:
    """Is a line a remark (rem, ::), or one of PowerShell or netsh (#)?"""
    text = line.lstrip(" \t@;,=(").casefold()
    return text.startswith(("::", "#")) or re.match(r"rem(?![\w.])", text) is not None


_Text = tuple[int, int, str]
"""The first and last line of a logical line, and its text."""
_PRINTS = re.compile(r"(?<!\w)(?:echo|title)\b[^&|)]*", re.IGNORECASE)
_LEAVES = re.compile(r"\b(?:goto|exit)\b", re.IGNORECASE)


def _depth(text: str) -> int:
    """How many brackets a line opens and does not close; in what it prints none opens a block, but one may close it."""
    plain = _PRINTS.sub("", re.sub(r'"[^"]*"|\^.', "", text))
    return plain.count("(") - plain.count(")")


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.known: dict[str, str] = {}
        times = Counter(found[1].strip().casefold() for found in _ASSIGNS.finditer(text))
        loops = re.search(r"^[ \t]*:(?!:)\w", text, re.MULTILINE) is not None
        self.changing = {name for name, number in times.items() if number > 1 and loops}
        """Variables whose value depends on the way through the labels."""
        self.blocks: list[bool] = []
        self.behind = False
        self.skipped: set[str] = set()
        self.ended = False
        self.way = ""
        self.lines = list(_logical(text))
        labels = ((place, LABEL.match(line)) for place, (_, _, line) in enumerate(self.lines))
        self.labels = {found[1].casefold(): place for place, found in labels if found}
        """Where each label stands, the last of several of one name."""
        self.at = 0
        self.repeated = 0
        self.looping = False

    def run(self) -> Iterator[Line]:
        while self.at < len(self.lines):
            first, last, line = self.lines[self.at]
            self.at += 1
            line = _PROMPT.sub("", line, count=1)
            if label := LABEL.match(line):
                self._label(label[1].casefold())
            elif not is_comment(line):
                yield from self._line(self._expanded(line), first, last)

    def _label(self, name: str) -> None:
        self.skipped.discard(name)
        if name == self.way:
            self.ended, self.way = False, ""

    def _expanded(self, line: str) -> str:
        def value(found: re.Match[str]) -> str:
            return self.known.get((found[1] or "").casefold(), found[0])

        return _USED.sub(value, line)

    def _line(self, text: str, first: int, last: int) -> Iterator[Line]:
        self.behind = False
        place = 0
        while True:
            if apart := _APART.match(text, place):
                place = apart.end()
            if place >= len(text):
                return
            if text[place] == "(":
                self.blocks.append(self.behind or self._in_branch())
                place += 1
            elif text[place] == ")":
                self.behind = (self.blocks.pop() if self.blocks else False) or self.behind
                place += 1
            elif loop := self._loop(text, place, first, last):
                yield from self._repeated(*loop)
                return
            elif found := _IF.match(text, place) or _FOR.match(text, place) or _ELSE.match(text, place):
                self.behind = True
                place = found.end()
            elif found := _CALL.match(text, place):
                place = found.end()
            else:
                command, place, sign, written = self._command(text, place)
                yield from self._stated(command, first, last, piped=written or sign == "|")
                self.behind = self.behind or sign in ("&&", "||")

    def _loop(self, text: str, place: int, first: int, last: int) -> tuple[str, list[str], list[_Text]] | None:
        """A loop over words that certainly runs: its variable, the words, and the lines of its body."""
        certain = not (self.behind or self._in_branch() or self._passed())
        found = _EACH.match(text, place) if certain else None
        if found is None:
            return None
        body = [(first, last, text[found.end() :])]
        depth = _depth(body[0][2])
        at = self.at
        while depth > 0 and at < len(self.lines) and len(body) < _LONGEST_BODY and not self.looping:
            number, end, line = self.lines[at]
            at += 1
            if not is_comment(line):
                body.append((number, end, self._expanded(line)))
                depth += _depth(line)
        words = re.split(r"[\s,;=]+", found[2].strip(" \t,;="))
        leaves = any("%~" in line or LABEL.match(line) or _LEAVES.search(line) for _, _, line in body)
        if depth or leaves or self.repeated + len(words) * len(body) > _MOST_REPEATED:
            return None
        self.at = at
        self.repeated += len(words) * len(body)
        return found[1], words, body

    def _repeated(self, variable: str, words: list[str], body: list[_Text]) -> Iterator[Line]:
        outer, self.looping = self.looping, True
        for word in words:
            for first, last, line in body:
                yield from self._line(line.replace(variable, word), first, last)
        self.looping = outer

    def _command(self, text: str, place: int) -> tuple[str, int, str, bool]:
        """One command from a place on, the place behind it, the sign that ends it, and whether it is redirected."""
        pieces: list[str] = []
        quoted = redirected = False
        while place < len(text):
            letter = text[place]
            if letter == '"':
                quoted = not quoted
            elif not quoted:
                if letter == "^" and place + 1 < len(text):
                    pieces.append(text[place + 1])
                    place += 2
                    continue
                if letter in "<>":
                    place, redirected = self._redirection(text, place, pieces), True
                    continue
                if letter in "&|" or (letter == ")" and self.blocks):
                    sign = text[place : place + 2] if text[place : place + 2] in ("&&", "||") else letter
                    return "".join(pieces).strip(), place, sign, redirected
            pieces.append(letter)
            place += 1
        return "".join(pieces).strip(), place, "", redirected

    @staticmethod
    def _redirection(text: str, place: int, pieces: list[str]) -> int:
        """Pass over ">nul" or "2>&1", with the number before the sign."""
        if pieces and pieces[-1].isdigit() and (len(pieces) == 1 or pieces[-2] in " \t"):
            pieces.pop()
        found = _REDIRECTED.match(text, place)
        return found.end() if found and found.end() > place else place + 1

    def _stated(self, text: str, first: int, last: int, *, piped: bool) -> Iterator[Line]:
        behind = self.behind or self._in_branch()
        if jump := _JUMP.match(text):
            self._jump((jump[1] or "").casefold(), behind=behind)
        elif text.casefold().startswith("set "):
            # In brackets variables are replaced before any command in them runs.
            self._assign(text, sure=not behind and not self.blocks and not self._passed())
        elif text and not is_comment(text):
            yield Line(text, first, last, BRANCH if behind else PASSED if self._passed() else "", piped)

    def _in_branch(self) -> bool:
        """Does one of the open brackets stand behind a condition?"""
        return bool(self.blocks) and self.blocks[-1]

    def _passed(self) -> bool:
        return self.ended or bool(self.skipped)

    def _jump(self, label: str, *, behind: bool) -> None:
        """A jump behind a condition to a label further down may pass over what lies between."""
        forward = self.labels.get(label, -1) >= self.at
        if behind and forward:
            self.skipped.add(label)
        elif not behind and not self.ended:
            self.ended, self.way = True, label if forward else ""

    def _assign(self, text: str, *, sure: bool) -> None:
        """A variable holds a literal until something else may be assigned to it."""
        found = _SET.match(text)
        asked = _ASKED.match(text)
        name = (asked[1] if asked else (found[1] or found[3]) if found else "").strip().casefold()
        self.known.pop(name, None)
        if found and not asked and sure and name not in self.changing:
            value = (found[2] if found[1] else found[4]).rstrip("\r\n")
            if not re.search(r"%|![A-Za-z_]", value):
                self.known[name] = value
