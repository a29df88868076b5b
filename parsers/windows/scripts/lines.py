"""Scripts that netsh itself carries out (`netsh -f FILE`, `netsh exec FILE`), and the lines that inetfw.pl writes.

netsh's scripts hold one command a line, without the word "netsh"; a line that names a context enters it, `pushd` and
`popd` keep and restore one, ".." leaves it, "#" begins a comment. inetfw.pl (a free tool that turns a verbose dump
into `add rule` lines) doubles backslashes, adds the tags `group` and `type_code` that netsh does not know, and keeps
rules it cannot make as comments "#Disabled by the reason: ...#": such a line states a rule of the dump like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsers.windows.netsh.rules import APP, is_app
from parsers.windows.scripts import netsh
from parsers.windows.scripts.drafts import Draft, Place
from parsers.windows.scripts.made import Made

_INETFW = re.compile(r"^#.*\binetfw\.pl\b", re.MULTILINE)
_STATES = re.compile(r"^(?:#Disabled by the reason: ([^#\n]*)#[ \t]*)?(add[ \t]+rule[ \t]+.*)$")
_COMMAND = re.compile(
    r"^[ \t]*(?:advfirewall[ \t]+(?:firewall|set|reset|import)\b|firewall[ \t]+(?:add|set|delete)[ \t]|"
    r"(?:add|set|delete)[ \t]+rule[ \t])",
    re.MULTILINE | re.IGNORECASE,
)
_COMMENT = re.compile(r"^[ \t]*[#;].*$", re.MULTILINE)
_OTHER = re.compile(r"\bnetsh\b|^[ \t]*(?:@|echo\b|::)", re.MULTILINE | re.IGNORECASE)


def is_inetfw(text: str) -> bool:
    """Are these the lines of inetfw.pl?"""
    return _INETFW.search(text[:10_000]) is not None and _STATES.search(_stripped(text)) is not None


def _stripped(text: str) -> str:
    return next((line for line in text.splitlines() if _STATES.match(line)), "")


def run_inetfw(made: Made, text: str) -> None:
    """Every rule of such a file; one that is disabled there is a rule of the dump all the same."""
    for number, line in enumerate(text.splitlines(), start=1):
        found = _STATES.match(line.strip())
        if found is None:
            continue
        place = Place(number, number)
        made.acted = True
        tags, others = netsh.tags(list(_inetfw_words(found[2]))[2:])
        group = tags.pop("group", "")
        types = tags.pop("type_code", "")
        if types:
            tags["protocol"] = f"{tags.get('protocol', '')}:{_types(types)}"
        if found[1] is not None:
            made.note(place, f"inetfw.pl cannot run these lines; the dump has their rules ({found[1].strip()}).")
        doubts = [f"the word {word!r}" for word in others]
        conditions = (APP,) if is_app(group) and "program" not in tags else ()
        made.add(Draft(tags.get("name", ""), place, tags, doubts, conditions, group=group))


def _types(text: str) -> str:
    """ "8:any,3:4" as netsh would write it in the protocol, several after one another."""
    return ";".join(",".join(part.split(":", 1)) for part in text.split(","))


def _inetfw_words(text: str) -> Iterator[str]:
    r"""Words of a line: quotes join, `\\` and `\"` are one letter inside and outside of them."""
    for found in re.finditer(r'(?:"(?:\\.|[^"\\])*"|\\.|[^\s"\\])+', text):
        yield re.sub(r'\\(.)|"', lambda each: each[1] or "", found[0])


def is_script(text: str) -> bool:
    """Is it a script for netsh itself?"""
    commands = _COMMENT.sub("", text)
    return _COMMAND.search(commands) is not None and _OTHER.search(commands) is None


def run(made: Made, text: str) -> None:
    """Carry out a script for netsh itself."""
    context: tuple[str, ...] = ()
    kept: list[tuple[str, ...]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = list(netsh.words_of(line.strip()))
        if not words or words[0].startswith(("#", ";")) or words[0].casefold() == "rem":
            continue
        verb = words[0].casefold()
        if verb == "popd":
            context = kept.pop() if kept else ()
            continue
        if verb == "pushd":
            kept.append(context)
            words = words[1:]
        if words == [".."]:
            context = context[:-1]
            continue
        entered, rest = netsh.path(words, context)
        if rest and not entered[len(context) :]:
            # A command of the root works in every context.
            entered, rest = netsh.path(words, ())
        if not rest and entered in netsh.CONTEXTS:
            context = entered
            continue
        if verb == "pushd":
            context = ("?", *words)
            continue
        place = Place(number, number)
        if entered[:1] in (("advfirewall",), ("firewall",)):
            made.lines.add(number)
            netsh.run(made, words, place, context if netsh.path(words, context)[0] != context else ())
