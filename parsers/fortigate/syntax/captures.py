"""What terminals, editors and web pages do to a configuration text, undone where it is certain.

Source: the reference, section 1.3: pagers print `--More--` and wipe it, consoles send escapes and backspaces, editors
leave other line ends and byte marks, web pages turn quotes typographic.
"""

from __future__ import annotations

import re

PROMPT = re.compile(r"^[\w.@-]{1,63}(?: \([^)\n]*\))* [#$](?: |$)")
"""`FW01 # `, `FW01 (root) # `, `FW01 (policy) (17) $ `: what stands before a typed command."""

_PAGER = re.compile(r"^[ \t\r]*--More--[ \t]*(?:\r[ \t]*\r|\r(?!\n)[ \t]*|\x08[ \x08]*)?", re.MULTILINE)
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_=>]|\x07")
_RUBBED_OUT = re.compile(r"^.*\x08.*$", re.MULTILINE)
_TYPOGRAPHIC = str.maketrans({"\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2018": "'", "\u2019": "'", "\u00a0": " "})
_CURLY_LINE = re.compile(
    r"^[ \t]*(?:set|edit|config|append|rename|clone|unselect|select)\b[^\n\"]*[\u201c\u201d\u201e][^\n\"]*$",
    re.MULTILINE,
)


def cleaned(text: str) -> str:
    """The text as the device printed it, every line end a line feed, no line lost or added."""
    if "\x1b" in text or "\x07" in text:
        text = _ESCAPES.sub("", text)
    if "--More--" in text:
        text = _PAGER.sub("", text)
    if "\x08" in text:
        text = _RUBBED_OUT.sub(_typed, text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\u201c" in text or "\u201d" in text or "\u201e" in text:
        # Only on lines without a straight quote: inside one, a typographic quote is a letter like any other.
        text = _CURLY_LINE.sub(lambda line: line.group().translate(_TYPOGRAPHIC), text)
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
