"""One text with the configurations of several devices: a terminal log, or exports put one behind the other.

They must not become one device: entries of the same name would overwrite each other without a word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from parsers.errors import TooLargeError

_HEADER = "#config-version="
_PROMPT = re.compile(
    r"(?:[\w.-]+@)?([\w.-]{1,63})(?: \([^)\n]*\))* [#$] *"
    r"(?:sh(?:ow?)?|get|conf(?:ig?)?|edit|set|next|end|exit|diag\w*|exec\w*)\b"
)
_HOSTNAME = re.compile(r'\s*(?:.* [#$] )?set hostname "?([\w.-]+)"?\s*$')
_MOST_HOSTS = 3_000
_MOST_PLACES = 20_000_000
"""Devices times lines: each device is read with all lines before its own, so that every line keeps its number."""
_CONFIG = re.compile(r"[ \t]*(?:[\w.@-]+(?: \([^)\n]*\))* [#$] )?conf(?:ig?)? \w")


@dataclass(slots=True)
class Part:
    """The lines of one device, on the places they have in the whole text; `host` is what its prompts call it.

    `own` are the numbers of its lines, None when all are.
    """

    host: str
    lines: list[str]
    own: frozenset[int] | None = None


@dataclass(slots=True, eq=False)
class _Device:
    host: str = ""
    calls: set[str] = field(default_factory=set)
    """All the names that the text gives it."""
    begun: bool = False
    """Has its configuration begun?"""
    places: list[int] = field(default_factory=list)


def parts(lines: list[str], text: str, file: str) -> list[Part]:
    """The devices of a text with its lines, in the order in which they appear.

    A new one begins at a second `#config-version` line, and where the prompt has another name than the device had
    before or was given in between; what stands before the first is its own.

    Raises:
        TooLargeError: more devices than one file of so many lines may hold.
    """
    if " # " not in text and " $ " not in text and text.count(_HEADER) < 2:
        return [Part("", lines)]
    found = [_Device()]
    device = found[0]
    for place, line in enumerate(lines):
        device = _owner(line, device, found)
        if len(found) > _MOST_HOSTS:
            raise TooLargeError(file, f"prompts of over {_MOST_HOSTS} devices: give each in a file of its own")
        device.places.append(place)
    kept = [each for each in found if any(_CONFIG.match(lines[place]) for place in each.places)]
    if len(kept) < 2:
        return [Part(next((each.host for each in kept), ""), lines)]
    if len(kept) * len(lines) > _MOST_PLACES:
        raise TooLargeError(file, f"{len(kept)} devices in {len(lines)} lines: give each in a file of its own")
    for other in (each for each in found if each not in kept):
        kept[0].places = sorted((*kept[0].places, *other.places))
    return [_part(each, lines) for each in kept]


def _part(device: _Device, lines: list[str]) -> Part:
    own = [""] * (device.places[-1] + 1)
    for place in device.places:
        own[place] = lines[place]
    return Part(device.host, own, frozenset(place + 1 for place in device.places))


def _owner(line: str, device: _Device, found: list[_Device]) -> _Device:
    """The device a line belongs to."""
    prompt = _PROMPT.match(line)
    if prompt:
        host = prompt.group(1)
        if not device.host or host in device.calls:
            device.host = host
            device.calls.add(host)
        elif host != device.host:
            known = next((each for each in found if host in each.calls), None)
            device = known or _new(found, host)
    if _HEADER in line and '"' not in line:
        if device.begun:
            device = _new(found, prompt.group(1) if prompt else "")
        device.begun = True
    device.begun = device.begun or line.startswith("config ")
    named = _HOSTNAME.match(line)
    if named:
        device.calls.add(named.group(1))
    return device


def _new(found: list[_Device], host: str) -> _Device:
    found.append(_Device(host, {host} if host else set()))
    return found[-1]
