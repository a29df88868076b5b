"""Profile state: `netsh advfirewall show allprofiles | currentprofile`, legacy `netsh firewall show`, dynamic ports.

Source: the reference, section 2 and 7.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from parsers.model.intervals import IntervalSet
from parsers.windows.netsh import DASHES
from parsers.windows.words import fold, languages
from parsers.windows.written import PROFILES, WrittenProfile

_PAIR = re.compile(r"^(\S.*?\S|\S)\s{2,}(\S.*)$")
_POLICY = re.compile(
    r"\b(BlockInboundAlways|BlockInbound|AllowInbound|NotConfigured),(AllowOutbound|BlockOutbound|NotConfigured)\b"
)
_REGISTRY = {
    "inbounduserNotification".casefold(): "DisableNotifications",
    "unicastresponsetomulticast": "DisableUnicastResponsesToMulticastBroadcast",
    "logallowedconnections": "Logging/LogSuccessfulConnections",
    "logdroppedconnections": "Logging/LogDroppedPackets",
    "filename": "Logging/LogFilePath",
    "maxfilesize": "Logging/LogFileSize",
    "localfirewallrules": "AllowLocalPolicyMerge",
    "localconsecrules": "AllowLocalIPsecPolicyMerge",
}
_INVERSE = frozenset({"DisableNotifications", "DisableUnicastResponsesToMulticastBroadcast"})


def read_profiles(name: str, lines: list[str]) -> tuple[tuple[WrittenProfile, ...], tuple[str, ...] | None]:
    """The profiles of a text, and which are active where it is `currentprofile` output (None: not said)."""
    found = [profile for number, header in _headers(lines) if (profile := _profile(name, lines, number, header))]
    active = tuple(each.profile for each in found) if 0 < len(found) < 3 else None
    return tuple(found), active


_DASH_STARTS = frozenset("-[ \t")


def _headers(lines: list[str]) -> Iterator[tuple[int, str]]:
    """(index of the dashes, profile) for every header: a known text over a line of dashes."""
    for number, line in enumerate(lines):
        if number and line[:1] in _DASH_STARTS and DASHES.match(line):
            text = fold(lines[number - 1]).rstrip(":：").rstrip()
            key = _header_words().get(text)
            if key is not None:
                yield number, key
                continue
            words = text.split()
            if len(words) <= 4 and words[:1] and words[0] in PROFILES and "profile" in text:
                yield number, words[0]


@cache
def _header_words() -> dict[str, str]:
    """The headers of profile sections in every known language."""
    return {
        text: key
        for language in languages().values()
        for text, keys in language.profile.items()
        for key in PROFILES
        if f"hdr_{key}" in keys
    }


def _profile(name: str, lines: list[str], start: int, key: str) -> WrittenProfile | None:
    enabled: bool | None = None
    inbound = outbound = None
    merge: bool | None = None
    values: list[tuple[str, str]] = []
    for line in lines[start + 1 : start + 25]:
        if DASHES.match(line):
            break
        policy = _POLICY.search(line)
        if policy:
            inbound, outbound = _words(policy)
            continue
        pair = _PAIR.match(line.rstrip())
        if not pair:
            continue
        label, value = fold(pair.group(1)), fold(pair.group(2))
        if enabled is None and _means(label, "state"):
            enabled = _switch(value)
        elif label in _REGISTRY:
            keyword = _REGISTRY[label]
            number = _number(keyword, value, pair.group(2))
            if keyword == "AllowLocalPolicyMerge" and number in ("0", "1"):
                merge = number == "1"
            if number:
                values.append((keyword, number))
    if enabled is None and inbound is None:
        return None
    return WrittenProfile(key, enabled, inbound, outbound, merge, line=start + 1, file=name, values=tuple(values))


def _words(policy: re.Match[str]) -> tuple[str | None, str | None]:
    inward = {"BlockInbound": "block", "BlockInboundAlways": "block always", "AllowInbound": "allow"}
    outward = {"AllowOutbound": "allow", "BlockOutbound": "block"}
    return inward.get(policy.group(1)), outward.get(policy.group(2))


def _means(label: str, key: str) -> bool:
    return label == key or any(key in language.profile.get(label, ()) for language in languages().values())


def _switch(value: str) -> bool | None:
    if _means(value, "on"):
        return True
    return False if _means(value, "off") else None


def _number(keyword: str, value: str, text: str) -> str:
    """The registry value of a netsh word: Enable/Disable are 1/0, inverted where the registry names the negative."""
    if _means(value, "enable"):
        return "0" if keyword in _INVERSE else "1"
    if _means(value, "disable"):
        return "1" if keyword in _INVERSE else "0"
    return text.strip() if keyword.startswith("Logging/LogFile") else ""


_RANGE = re.compile(r"^\S[^:：]*[:：]\s*(\d{1,5})\s*$")


def read_dynamic_range(lines: list[str]) -> IntervalSet | None:
    """The TCP range of `netsh int ipv4 show dynamicport tcp`, in any language: two numbers, start and count.

    The second number is a count, not the last port (the reference, section 7.3).
    """
    for number, line in enumerate(lines):
        if line[:3] != "---" or not number:
            continue
        if number + 1 < len(lines) and not _RANGE.match(lines[number + 1].strip()):
            continue
        header = lines[number - 1].casefold()
        if "tcp" not in header and "tcp" not in " ".join(lines[max(0, number - 3) : number]).casefold():
            continue
        values = [
            int(found.group(1)) for each in lines[number + 1 : number + 4] if (found := _RANGE.match(each.strip()))
        ]
        if len(values) >= 2 and 1024 <= values[0] <= 65535 and values[1] >= 255:
            return IntervalSet.of((values[0], min(65535, values[0] + values[1] - 1)))
    return None


_LEGACY_MODE = re.compile(r"^(?:Operational mode|Exception mode)\s*=\s*(Enable|Disable)", re.IGNORECASE)


def read_legacy(name: str, lines: list[str]) -> tuple[WrittenProfile, ...]:
    """The profiles of `netsh firewall show config` (English): Domain, and Standard for private and public."""
    found: list[WrittenProfile] = []
    if not any("onfiguration" in line for line in lines):
        return ()
    keys: tuple[str, ...] = ()
    state: dict[str, bool] = {}
    start = 0
    for number, line in enumerate(lines, start=1):
        text = line.strip().casefold()
        if text.startswith(("domain profile configuration", "standard profile configuration")):
            keys = ("domain",) if text.startswith("domain") else ("private", "public")
            state, start = {}, number
        mode = _LEGACY_MODE.match(line.strip())
        if mode and keys:
            state[text.split()[0]] = mode.group(1).casefold() == "enable"
            if len(state) == 2:
                inbound = "block" if state["exception"] else "block always"
                found += [WrittenProfile(key, state["operational"], inbound, line=start, file=name) for key in keys]
                keys = ()
    return tuple(found)
