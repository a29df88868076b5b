"""`netsh advfirewall set ...profile`: the state of the profiles.

Source: Microsoft, "Netsh AdvFirewall Set Commands" (state, firewallpolicy, settings, logging).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from parsers.windows.scripts.drafts import Place
from parsers.windows.scripts.made import Made
from parsers.windows.written import PROFILES, WrittenProfile

_INWARD = {"blockinbound": "block", "blockinboundalways": "block always", "allowinbound": "allow"}
_OUTWARD = {"allowoutbound": "allow", "blockoutbound": "block"}
_VALUES: Mapping[str, tuple[str, bool]] = {
    "localfirewallrules": ("AllowLocalPolicyMerge", True),
    "localconsecrules": ("AllowLocalIPsecPolicyMerge", True),
    "inboundusernotification": ("DisableNotifications", False),
    "unicastresponsetomulticast": ("DisableUnicastResponsesToMulticastBroadcast", False),
    "allowedconnections": ("Logging/LogSuccessfulConnections", True),
    "droppedconnections": ("Logging/LogDroppedPackets", True),
}
"""netsh's word -> the registry value, and whether "enable" is 1 there."""
_TEXTS = {"filename": "Logging/LogFilePath", "maxfilesize": "Logging/LogFileSize"}
_NOT_SAID = "notconfigured"


def run(made: Made, whose: str, words: list[str], place: Place) -> None:
    """Carry out `set WHOSE ...`; a profile that is not known, or a word that is not, is a gap."""
    if whose == "global":
        return
    if whose in ("store", "machine"):
        if " ".join(words).casefold() != "local":
            made.gap(place, "netsh", "changes another policy than that of this host from here on", hides=True)
        return
    changes = _changes(made, [word.casefold() for word in words], words, place)
    if changes is None:
        return
    named = PROFILES if whose == "allprofiles" else (whose.removesuffix("profile"),)
    current = whose == "currentprofile"
    why = place.doubt or "it is about the profile that is active when it runs"
    if current or place.doubt:
        made.gap(place, "netsh", f"may change the state of profiles: {why}", hides=_opens(changes))
    for profile in PROFILES if current else named:
        found = WrittenProfile(profile, line=place.line, file=made.file, **changes)  # type: ignore[arg-type]
        if current or place.doubt:
            made.perhaps(found, place, why)
        else:
            made.state(found)


def _changes(made: Made, words: list[str], plain: list[str], place: Place) -> dict[str, object] | None:
    """What the words set, by the fields of a profile; None where they are not known, which is then a gap."""
    what, value = (words[0], words[1:]) if words else ("", [])
    if what == "state" and value and value[0] in ("on", "off", _NOT_SAID):
        return {} if value[0] == _NOT_SAID else {"enabled": value[0] == "on"}
    policy = ",".join(value).replace(",,", ",").split(",") if what == "firewallpolicy" else []
    if len(policy) == 2 and policy[0] in (*_INWARD, _NOT_SAID) and policy[1] in (*_OUTWARD, _NOT_SAID):
        return {"inbound": _INWARD.get(policy[0]), "outbound": _OUTWARD.get(policy[1])}
    if what in ("settings", "logging") and len(value) == 2:
        if value[0] in _TEXTS:
            return {"values": ((_TEXTS[value[0]], plain[2]),)}
        if value[0] in _VALUES and value[1] in ("enable", "disable"):
            name, straight = _VALUES[value[0]]
            enabled = value[1] == "enable"
            found: dict[str, object] = {"values": ((name, str(int(enabled is straight))),)}
            return found | ({"merge_local": enabled} if name == "AllowLocalPolicyMerge" else {})
        if value[0] == "remotemanagement" or value[1] == _NOT_SAID:
            return {}
    if what not in ("?", "help"):
        made.gap(place, "netsh", f"sets {' '.join(plain)!r}, which is not known", hides=True)
    return None


def _opens(changes: Mapping[str, object]) -> bool:
    return changes.get("enabled") is False or "allow" in (changes.get("inbound"), changes.get("outbound"))


def restored(file: str, line: int) -> Iterator[WrittenProfile]:
    """The profiles as Windows is delivered: on, inbound connections blocked, outbound ones allowed."""
    for profile in PROFILES:
        yield WrittenProfile(profile, enabled=True, inbound="block", outbound="allow", file=file, line=line)
