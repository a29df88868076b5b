"""What terminals, editors and web pages do to a configuration text, undone where it is certain.

Source: the reference, section 1.3: pagers print `--More--` and wipe it, consoles send escapes and backspaces, editors
leave other line ends, web pages turn quotes typographic or write them as entities; mails, terminal logs and listings
put something before every line, guides a remark behind one.
"""

from __future__ import annotations

import re
from html import unescape

from parsers.fortigate.syntax.words import open_quote

PROMPT = re.compile(r"^[\w.@-]{1,63}(?: \([^)\n]*\))* [#$](?: |$)")
"""`FW01 # `, `FW01 (root) # `, `FW01 (policy) (17) $ `: what stands before a typed command."""

ANSWER = re.compile(
    r"(?:current vf=|new entry '[^']*' added$|Connection to .* closed|entry not found in datasource|"
    r"(?:value|command) parse error before |object check operator error|node_check_object fail|Unknown action)"
)
"""What a device answers to typed commands."""
REFUSED = "Command fail. Return code"
"""What it answers last to one that it did not carry out."""

TALK = re.compile(r"(?:get|diag\w*|exe\w*|fnsysctl|grep|sudo|ping|tree)\b|.*\?$")
"""Commands whose output is no configuration, and questions for help."""

_TOKEN = re.compile(r"""(?>"(?>[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])+""", re.DOTALL)
_ANNOTATION = re.compile(r"#|<[-=<]|\u2190|//$")

_PAGER = re.compile(r"^[ \t\r]*--More--[ \t]*(?:\r[ \t]*\r|\r(?!\n)[ \t]*|\x08[ \x08]*)?", re.MULTILINE)
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_=>]|\x07")
_RUBBED_OUT = re.compile(r"^.*\x08.*$", re.MULTILINE)
_TYPOGRAPHIC = str.maketrans({"\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2018": "'", "\u2019": "'", "\u00a0": " "})
_COMMAND_LINE = r"^[ \t]*(?:set|edit|config|append|rename|clone|unselect|select)\b"
_CURLY_LINE = re.compile(_COMMAND_LINE + r"[^\n\"]*[\u201c\u201d\u201e][^\n\"]*$", re.MULTILINE)
_ENTITY_LINE = re.compile(_COMMAND_LINE + r"[^\n\"]*&quot;[^\n\"]*$", re.MULTILINE)

_STAMP = r"\[?(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d+)?Z?\]?:?"
_TYPED = r"(?=[ \t]*(?:[\w.@-]{1,63}(?: \([^)\n]*\))* [#$] )?(?:config|edit|set) )"
_PREFIXES = (
    re.compile(rf"^[ \t]*>[> ]*{_TYPED}", re.MULTILINE),
    re.compile(rf"^[ \t]*\d{{1,6}}(?:[:.|)] ?|[ \t]){_TYPED}", re.MULTILINE),
    re.compile(rf"^{_STAMP}[ \t]{_TYPED}", re.MULTILINE),
)
"""What stands before a command: the mark of a mail, the number of a line, the time of a terminal log."""
_PREFIX_LINES = (
    re.compile(r"^[ \t]*>+(?: ?>)* ?", re.MULTILINE),
    re.compile(r"^[ \t]*\d{1,6}(?:[:.|)] ?|[ \t]|$)", re.MULTILINE),
    re.compile(rf"^{_STAMP}(?:[ \t]|$)", re.MULTILINE),
)
"""The same, before any line."""
_LOOKED_AT = 400_000
_PLAIN = re.compile(r"^[ \t]*(?:config|edit|set) \S", re.MULTILINE)


def cleaned(text: str) -> str:
    """The text as the device printed it, every line end a line feed, no line lost or added."""
    if "\x1b" in text or "\x07" in text:
        text = _ESCAPES.sub("", text)
    if "--More--" in text:
        text = _PAGER.sub("", text)
    if "\x08" in text:
        text = _RUBBED_OUT.sub(_typed, text)
    if "\r" in text:
        text = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
    if "\u201c" in text or "\u201d" in text or "\u201e" in text:
        # Only on lines without a straight quote: inside one, a typographic quote is a letter like any other.
        text = _CURLY_LINE.sub(lambda line: line.group().translate(_TYPOGRAPHIC), text)
    if "&quot;" in text:
        text = _ENTITY_LINE.sub(lambda line: unescape(line.group()), text)
    return without_prefixes(text)


def without_prefixes(text: str) -> str:
    """The text without what stands before every line, where no command stands on a line of its own."""
    if _PLAIN.search(text, 0, _LOOKED_AT):
        return text
    for before_commands, before_lines in zip(_PREFIXES, _PREFIX_LINES, strict=True):
        if len(before_commands.findall(text[:_LOOKED_AT])) > 1:
            return before_lines.sub("", text)
    return text


def _typed(line: re.Match[str]) -> str:
    """A line without what its backspaces took back."""
    kept: list[str] = []
    for letter in line.group():
        if letter != "\x08":
            kept.append(letter)
        elif kept:
            kept.pop()
    return "".join(kept)


def annotation(value: str) -> int:
    """Where a remark begins that somebody wrote behind the words of a setting, -1 without one.

    The command line takes no bare `#` and `<` at the beginning of a word, so that what begins with one was added by
    hand: `set dstaddr "web"   <--- our server`.
    """
    if open_quote(value):
        return -1
    tokens = iter(_TOKEN.finditer(value))
    next(tokens, None)
    return next((token.start() for token in tokens if _ANNOTATION.match(token.group())), -1)
