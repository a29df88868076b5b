"""One text with the configurations of several devices: a terminal log, or exports put one behind the other.

They must not become one device: entries of the same name would overwrite each other without a word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_HEADER = "#config-version="
_PROMPT = re.compile(
    r"(?:[\w.-]+@)?([\w.-]{1,63})(?: \([^)\n]*\))* [#$] *"
    r"(?:sh(?:ow?)?|get|conf(?:ig?)?|edit|set|next|end|exit|diag\w*|exec\w*)\b"
)
_HOSTNAME = re.compile(r'\s*(?:.* [#$] )?set hostname "?([\w.-]+)"?\s*$')
_CONFIG = re.compile(r"^[ \t]*(?:[\w.@-]+(?: \([^)\n]*\))* [#$] )?conf(?:ig?)? \w", re.MULTILINE)


@dataclass(slots=True)
class Part:
    """The lines of one device, on the places they have in the whole text; `host` is what its prompts call it."""

    host: str
    lines: list[str]
    calls: set[str] = field(default_factory=set)
    """Other names that the text gives the device."""
    begun: bool = False
    """Has its configuration begun?"""


def parts(lines: list[str], text: str) -> list[Part]:
    """The devices of a text with its lines, in the order in which they appear.

    A new one begins at a second `#config-version` line, and where the prompt has another name than the device had
    before or was given in between; what stands before the first is its own.
    """
    if " # " not in text and " $ " not in text and text.count(_HEADER) < 2:
        return [Part("", lines)]
    found: list[Part] = []
    part = Part("", [""] * len(lines))
    for number, line in enumerate(lines):
        part = _owner(line, part, found, len(lines))
        if part not in found:
            found.append(part)
        part.lines[number] = line
    kept = [each for each in found if _CONFIG.search("\n".join(each.lines))]
    if len(kept) < 2:
        return [Part(next((each.host for each in kept), ""), lines)]
    for other in (each for each in found if each not in kept):
        kept[0].lines = [own or line for own, line in zip(kept[0].lines, other.lines, strict=True)]
    return kept


def _owner(line: str, part: Part, found: list[Part], size: int) -> Part:
    """The device a line belongs to."""
    prompt = _PROMPT.match(line)
    if prompt:
        host = prompt.group(1)
        if not part.host or host in part.calls:
            part.host, part.calls = host, part.calls | {host}
        elif host != part.host:
            part = next((each for each in found if host in each.calls), None) or Part(host, [""] * size, {host})
    if _HEADER in line and '"' not in line:
        if part.begun:
            part = Part(prompt.group(1) if prompt else "", [""] * size)
        part.begun = True
    part.begun = part.begun or line.startswith("config ")
    named = _HOSTNAME.match(line)
    if named:
        part.calls.add(named.group(1))
    return part
