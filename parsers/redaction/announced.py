"""Secrets that people write where nobody keeps any: in comments, and in addresses with a login.

They are found by the words that announce them, so that this holds for every vendor and for text in any field.
"""

from __future__ import annotations

import re

MASK = "(secret)"
_NONE = frozenset({"", "*", MASK, "FortinetPasswordMask", "<removed>"})
_USERINFO = re.compile(r"(?<=://)[^/\s@:\"']*:[^/\s\"']*(?=@)")
_NAMED = re.compile(
    r"(?i)(?<![a-z])(?:pass(?:word|wd|phrase|code)?|pwd?|psk|pre-?shared[ -]?key|secret|api[-_ ]?key|access[-_ ]?key|"
    r"credentials?|bearer|(?:api|auth|access|bearer)[-_ ]?token|token)[\"']?"
    r"(?:\s*[=:]+\s*|\s+is\s+|\s+(?=\S*[\d!$%^*]))(?:bearer\s+)?[\"']?([^\s\"',;&]+)"
)
"""A word that announces a secret, and the secret: "password: x", "psk=x", "?token=x", "pwd hunter2"."""


def quoted_secrets(text: str) -> tuple[str, ...]:
    """The secrets that a text of people's own gives away: in an address with a login, or announced as such."""
    found = (*_USERINFO.findall(text), *_NAMED.findall(text))
    return tuple(dict.fromkeys(each for each in found if each not in _NONE))


def safe_comment(text: str) -> str:
    """A comment as it may be shown: without the secrets it gives away."""
    for each in quoted_secrets(text):
        text = text.replace(each, MASK)
    return text
