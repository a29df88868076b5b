"""Profile state: `netsh advfirewall show allprofiles | currentprofile`, and dynamic ports, in any language.

Source: the reference, sections 2.1 and 7.3. Labels have no colon; most labels and the words of the firewall policy are
never translated. A profile or a state whose word is not known is a gap: it might be off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache

from parsers.model.intervals import IntervalSet
from parsers.model.origin import Gap, Origin
from parsers.windows.words import damaged_match, fold, languages
from parsers.windows.written import PROFILES, WrittenProfile

_PAIR = re.compile(r"^(\S.*?\S|\S)\s{2,}(\S.*)$")
_POLICY = re.compile(
    r"\b(BlockInboundAlways|BlockInbound|AllowInbound|NotConfigured),(AllowOutbound|BlockOutbound|NotConfigured)\b",
    re.IGNORECASE,
)
_INWARD = {"blockinbound": "block", "blockinboundalways": "block always", "allowinbound": "allow"}
_OUTWARD = {"allowoutbound": "allow", "blockoutbound": "block"}
_REGISTRY = {
    "inboundusernotification": "DisableNotifications",
    "unicastresponsetomulticast": "DisableUnicastResponsesToMulticastBroadcast",
    "logallowedconnections": "Logging/LogSuccessfulConnections",
    "logdroppedconnections": "Logging/LogDroppedPackets",
    "filename": "Logging/LogFilePath",
    "maxfilesize": "Logging/LogFileSize",
    "localfirewallrules": "AllowLocalPolicyMerge",
    "localconsecrules": "AllowLocalIPsecPolicyMerge",
}
_INVERSE = frozenset({"DisableNotifications", "DisableUnicastResponsesToMulticastBroadcast"})
_OTHER_COMMAND = re.compile(r"show\s+(?:domain|private|public)profile", re.IGNORECASE)
_MOST_LINES = 25
"""How many lines a profile section can have."""


@dataclass(slots=True)
class ProfileText:
    """The profiles of a text, which are active (None: not said), and what was not understood."""

    profiles: list[WrittenProfile] = field(default_factory=list)
    active: tuple[str, ...] | None = None
    gaps: list[Gap] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_profiles(name: str, lines: list[str], headings: list[int]) -> ProfileText:
    """The profiles of a text; `headings` are the indices of its long dashed lines."""
    found = ProfileText()
    sections = [
        (dashes, _key(lines[dashes - 1]), body) for dashes in headings if (body := _body(lines, dashes, headings))
    ]
    if len(sections) == len(PROFILES) and any(not key for _, key, _ in sections):
        # "show allprofiles" prints the three in this order, whatever the language.
        by_place = [(dashes, key or place, body) for (dashes, key, body), place in zip(sections, PROFILES, strict=True)]
        sections = by_place if tuple(key for _, key, _ in by_place) == PROFILES else sections
    for dashes, key, body in sections:
        profile = _profile(found, Origin(name, dashes, dashes + len(body) + 1, "profile", key or "?"), body)
        if key:
            found.profiles.append(replace(profile, profile=key))
        else:
            what = f"which profile the section {lines[dashes - 1].strip()!r} describes is not known"
            found.gaps.append(Gap(Origin(name, dashes, dashes, "profile", ""), "profile", "", what, hides_access=True))
    whole = all(each.inbound or each.outbound for each in found.profiles)
    if whole and not found.gaps and not _is_cut(lines) and not any(_OTHER_COMMAND.search(each) for each in lines[:500]):
        _activity(found)
    return found


def _activity(found: ProfileText) -> None:
    """Fewer than three sections of one command are those of "show currentprofile"."""
    for run in _runs([each.profile for each in found.profiles]):
        if len(run) < len(PROFILES):
            found.active = run
    if found.active and len(found.profiles) < len(PROFILES):
        are, noun = ("are", "profiles") if len(found.active) > 1 else ("is", "profile")
        found.notes.append(
            f"Only the {' and '.join(found.active)} {noun} {are} in this text: taken as the output of 'netsh "
            f"advfirewall show currentprofile', so as the {noun} in use."
        )


def _runs(keys: list[str]) -> Iterator[tuple[str, ...]]:
    """Profiles as commands printed them: each command prints domain, private, public in this order."""
    run: list[str] = []
    for key in keys:
        if run and PROFILES.index(key) <= PROFILES.index(run[-1]):
            yield tuple(run)
            run = []
        run.append(key)
    if run:
        yield tuple(run)


def _is_cut(lines: list[str]) -> bool:
    """Does the heading of a further profile stand there without its section?"""
    tail = [line for line in lines[-5:] if line.strip()]
    return bool(tail) and fold(tail[-1]).rstrip(":：").rstrip() in _header_words()


def _body(lines: list[str], dashes: int, headings: list[int]) -> list[str]:
    """The lines of a section that looks like a profile's: a policy, a known label or a known heading; () otherwise."""
    end = next((each - 1 for each in headings if each > dashes), len(lines))
    body = [line.strip() for line in lines[dashes + 1 : min(end, dashes + _MOST_LINES)]]
    pairs = [pair for line in body if (pair := _PAIR.match(line))]
    if any(_POLICY.search(line) for line in body):
        return body
    named = bool(dashes and _key(lines[dashes - 1]))
    return body if pairs and named and _means(fold(pairs[0].group(1)), "state") else []


def _key(heading: str) -> str:
    """The profile a heading names; "" where its words are not known or name several."""
    text = fold(heading).rstrip(":：").rstrip()
    key = _header_words().get(text) or damaged_match(text, _header_words())
    if key:
        return key
    found = {
        (len(word), each)
        for language in languages().values()
        for word, keys in language.values.items()
        for each in keys & set(PROFILES)
        if word in text
    }
    longest = {each for length, each in found if length == max(found)[0]}
    return longest.pop() if len(longest) == 1 else ""


@cache
def _header_words() -> dict[str, str]:
    """The headings of profile sections in every known language."""
    return {
        text: key
        for language in languages().values()
        for text, keys in language.profile.items()
        for key in PROFILES
        if f"hdr_{key}" in keys
    }


def _profile(found: ProfileText, origin: Origin, body: list[str]) -> WrittenProfile:
    """One section; its first line is the state, whatever the label."""
    profile = WrittenProfile("", line=origin.first_line, file=origin.file)
    values: list[tuple[str, str]] = []
    stated = False
    for number, line in enumerate(body):
        policy = _POLICY.search(line)
        if policy:
            inbound, outbound = (word.casefold() for word in policy.groups())
            profile = replace(profile, inbound=_INWARD.get(inbound), outbound=_OUTWARD.get(outbound))
            continue
        pair = _PAIR.match(line)
        if not pair:
            continue
        label, value = fold(pair.group(1)), fold(pair.group(2))
        if label in _REGISTRY:
            keyword = _REGISTRY[label]
            text = _number(keyword, value, pair.group(2))
            if keyword == "AllowLocalPolicyMerge" and text in ("0", "1"):
                profile = replace(profile, merge_local=text == "1")
            if text:
                values.append((keyword, text))
        elif not stated and (number == 0 or _means(label, "state")):
            stated = True
            profile = replace(profile, enabled=_switch(value))
            if profile.enabled is None:
                what = f"the state {pair.group(2)!r} of the {origin.name} profile is not a known word: it may be off"
                found.gaps.append(Gap(origin, "profile", pair.group(2), what, hides_access=True))
    return replace(profile, values=tuple(values))


def _means(label: str, key: str) -> bool:
    return label == key or any(
        key in (language.profile.get(label) or damaged_match(label, language.profile) or ())
        for language in languages().values()
    )


def _switch(value: str) -> bool | None:
    on, off = _means(value, "on"), _means(value, "off")
    return None if on == off else on


def _number(keyword: str, value: str, text: str) -> str:
    """The registry value of a netsh word: Enable/Disable are 1/0, inverted where the registry names the negative."""
    if _means(value, "enable"):
        return "0" if keyword in _INVERSE else "1"
    if _means(value, "disable"):
        return "1" if keyword in _INVERSE else "0"
    return text.strip() if keyword.startswith("Logging/LogFile") else ""


_RANGE = re.compile(r"^\S[^:：]*[:：]\s*(\d{1,5})\s*$")


def read_dynamic_range(lines: list[str], underlines: list[int]) -> IntervalSet | None:
    """The TCP range of `netsh int ipv4 show dynamicport tcp`, in any language: two numbers, start and count.

    The second number is a count, not the last port (the reference, section 7.3).
    """
    for number in underlines:
        heading = " ".join(lines[max(0, number - 3) : number]).casefold()
        if "tcp" not in heading or ("udp" in heading and "tcp" not in lines[number - 1].casefold()):
            continue
        values = [
            int(found.group(1)) for each in lines[number + 1 : number + 4] if (found := _RANGE.match(each.strip()))
        ]
        if len(values) >= 2 and 1024 <= values[0] <= 65535 and values[1] >= 255:
            return IntervalSet.of((values[0], min(65535, values[0] + values[1] - 1)))
    return None
