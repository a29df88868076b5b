"""Text of a configuration made safe for a report: it may hold anything, control characters included."""

from __future__ import annotations

import json
import re
from typing import Any

_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def printable(text: str) -> str:
    r"""The text with control, direction-override and unpaired surrogate characters shown as \xNN or \uNNNN.

    Tabs and line ends stay. The result is legal in XML 1.0 and cannot rewrite a terminal line.
    """
    return _CONTROL.sub(_escaped, text)


def json_document(value: Any) -> str:
    """A value as JSON for people and programs: indented, with the letters of every script as they are.

    Control and direction characters are escaped, so that a terminal obeys nothing in it; that changes no value.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return _CONTROL.sub(lambda match: f"\\u{ord(match.group()):04x}", text) + "\n"


def one_line(text: str) -> str:
    """`printable` text with every run of white space as one blank."""
    return " ".join(printable(text).split())


def _escaped(match: re.Match[str]) -> str:
    number = ord(match.group())
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"
