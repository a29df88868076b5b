"""Commands that carry netsh: batch lines, `cmd /c`, `start`, PowerShell inside a batch file; and what none of them is.

Every mention of a changing netsh command that no reader took is a gap: it may open what nobody sees.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from parsers.windows.scripts import batch, netsh
from parsers.windows.scripts.drafts import Place
from parsers.windows.scripts.made import Made, in_words
from parsers.windows.scripts.tags import is_computed

NETSH = re.compile(r"(?:^|[\\/])netsh(?:\.exe)?$", re.IGNORECASE)
_SHELL = re.compile(r"(?:^|[\\/])cmd(?:\.exe)?$", re.IGNORECASE)
_POWERSHELL = re.compile(r"(?:^|[\\/])(?:powershell|pwsh)(?:\.exe)?$", re.IGNORECASE)
_SAYS = frozenset("echo echo. echo: title rem :: # pause write-host write-output msg".split())
_MENTION = re.compile(
    r"\badvf\w*\s+(?:f\w*\s+(?:a\w*|s(?:et?)?|d\w*)\s+r\w*|set\b|reset\b|import\b)|"
    r"\bfirewall\s+(?:add|set|delete)\s+(?:portopening|allowedprogram|opmode|service|icmpsetting)\b|"
    r"\badd\s+rule\s+name\s*=",
    re.IGNORECASE,
)
_DEEPEST = 4
_LONGEST = 1_000


def run_batch(made: Made, text: str, at: Place | None = None, depth: int = 0) -> None:
    """Carry out a batch file, or (`at` a place) one command line inside another script."""
    for each in batch.commands(text):
        place = Place(each.line, each.last_line, each.doubt)
        if at is not None:
            place = Place(at.line, at.last_line, at.doubt or each.doubt)
        _carry(made, each, place, depth)


def _carry(made: Made, command: batch.Line, place: Place, depth: int) -> None:
    words = list(netsh.words_of(command.text))
    for _ in range(_DEEPEST):
        if words and words[0].casefold() in ("call", "start"):
            words = _started(words[1:], command.text) if words[0].casefold() == "start" else words[1:]
    if not words:
        return
    head = words[0]
    if NETSH.search(head):
        netsh_words(made, words[1:], place)
    elif _SHELL.search(head) and depth < _DEEPEST:
        found = re.search(r"(?i)\s/[ckr]\s*(.*)$", command.text, re.DOTALL)
        run_batch(made, _unquoted(found[1]) if found else "", place, depth + 1)
    elif _POWERSHELL.search(head):
        inner = re.search(r"(?i)\s-(?:c|command)\s+(.*)$", command.text, re.DOTALL)
        _powershell(made, _unquoted(inner[1] if inner else command.text.partition(" ")[2]), place)
    elif head.casefold() in _SAYS and (command.piped and _MENTION.search(command.text)):
        _covered(made, place)
        made.gap(place, "a command", "writes netsh commands that are not read: give the script it writes", hides=True)
    elif head.casefold() in _SAYS or head.casefold().startswith("echo"):
        made.passed.update(range(place.line, place.last_line + 1))


def _started(words: list[str], text: str) -> list[str]:
    """What `start "title" /wait program ...` starts."""
    quoted = re.search(r'\bstart\s+"', text, re.IGNORECASE) is not None
    rest = words[1:] if quoted else words
    while rest and rest[0].startswith("/"):
        rest = rest[2:] if rest[0].casefold() == "/d" else rest[1:]
    return rest


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def netsh_words(made: Made, words: Sequence[str], place: Place) -> None:
    """Carry out `netsh WORDS`, if it is about the firewall."""
    command, rest = netsh.path([word for word in words if not re.match(r"[-/]\w$", word)])
    about = command[:1] in (("advfirewall",), ("firewall",), ("exec",)) or any(
        re.match(r"(?i)[-/][fra]$", word) for word in words[:2]
    )
    computed = bool(rest) and not command and is_computed(rest[0])
    if about or computed:
        _covered(made, place)
        netsh.run(made, words, place)


def _covered(made: Made, place: Place) -> None:
    made.lines.update(range(place.line, place.last_line + 1))


def _powershell(made: Made, text: str, place: Place) -> None:
    from parsers.windows.scripts import powershell

    powershell.run(made, text, place)


def mentions(made: Made, text: str) -> None:
    """A gap for every line that speaks of a changing netsh command and that nobody read.

    Other ways to change the firewall (its registry keys, its service) are one gap each.
    """
    other: dict[str, list[int]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if number in made.passed or batch.is_comment(line):
            continue
        if number not in made.lines and _MENTION.search(line):
            place = Place(number, number)
            made.gap(place, "a line", "speaks of a netsh command in a way that is not read", hides=True)
        for what, patterns in _OTHER_WAYS.items():
            if all(pattern.search(line[:_LONGEST]) for pattern in patterns):
                other.setdefault(what, []).append(number)
    for what, numbers in other.items():
        made.gap(Place(numbers[0], numbers[-1]), "the script", f"{what} ({in_words(numbers)})", hides=True)


_OTHER_WAYS: Mapping[str, tuple[re.Pattern[str], ...]] = {
    "changes registry keys of the firewall, which is not read: give a .reg export of them": (
        re.compile(
            r"\b(?:reg(?:\.exe)?\s+(?:add|delete|copy|restore)|(?:Set|New|Clear|Remove|Rename|Copy|Move)-Item(?:Property)?)\b",
            re.IGNORECASE,
        ),
        re.compile(r"\\(?:WindowsFirewall|FirewallPolicy)\b", re.IGNORECASE),
    ),
    "stops or disables the service of the firewall": (
        re.compile(r"\bMpsSvc\b", re.IGNORECASE),
        re.compile(r"\b(?:net|sc|wmic)(?:\.exe)?\s|-Service\b", re.IGNORECASE),
        re.compile(r"\b(?:stop|disabled|delete)\b", re.IGNORECASE),
    ),
}
"""Ways to change the firewall that need no command of it: what a line has that does so, in any order."""
