"""netsh texts of a host: rules, profiles, legacy configuration, dynamic ports, in one file or several."""

from __future__ import annotations

import html
import re

from parsers.errors import UnreadableError
from parsers.model.origin import Ledger
from parsers.source import Document
from parsers.windows.convert import device_name
from parsers.windows.encodings import decoded
from parsers.windows.netsh import DASHES, read_rules
from parsers.windows.profiles import read_dynamic_range, read_legacy, read_profiles
from parsers.windows.words import fold, languages
from parsers.windows.written import WrittenHost

_ELEVATION = re.compile(
    r"requires elevation|erhöhte Rechte|nécessite une élévation|requiere elevación|yükseltme gerek", re.I
)
_SERVICE = re.compile(r"error occurred while attempting to contact the +Windows (?:Defender )?Firewall service", re.I)
_DASHED = re.compile(rb"-{60}|(?:-\0){60}|(?:\0-){60}")
_FRAGMENT = re.compile(r"^(?:\s*\d+:|[^:\n]+\.txt:)?\s*(?:Rule Name|LocalPort|RemoteIP|Regelname):\s+\S", re.MULTILINE)
_MOJIBAKE = re.compile("Ã[\u0080-\u00bf©¤¶¼]|â€|Å[\u0080-\u00bf]|\ufffd")
_HEAD = 64_000


def recognises(document: Document) -> bool:
    """Is this netsh output about the Windows Firewall? Looks at the first 64,000 bytes only."""
    head = document.data[:_HEAD]
    if (
        b"\0" not in head[:4096]
        and b"-" * 60 not in head
        and not re.search(rb"(?i)netsh|advfirewall|LocalPort|Rule Name", head)
    ):
        return _has_message(document) or _is_dynamic_range(document)
    text = decoded(Document(document.name, head)).text
    lines = text.splitlines()
    if any(DASHES.match(line) for line in lines):
        from parsers.windows.netsh import raw_rules

        if any(len(rule.fields) >= 3 for rule in raw_rules(lines)):
            return True
        if read_profiles("", lines)[0] or read_legacy("", lines):
            return True
    if read_dynamic_range(lines) is not None or _ELEVATION.search(text) or _SERVICE.search(text):
        return True
    if re.search(r"(?im)^(Domain|Standard) profile configuration", text):
        return True
    return _has_message(document) or len(_FRAGMENT.findall(text)) >= 2


def _is_dynamic_range(document: Document) -> bool:
    """Is it the output of `netsh int ipv4 show dynamicport tcp` alone?"""
    data = document.data
    return (
        len(data) <= 20_000 and b"---" in data and read_dynamic_range(decoded(document).text.splitlines()) is not None
    )


def _has_message(document: Document) -> bool:
    if len(document.data) > 20_000:
        return False
    lines = {fold(line) for line in decoded(document).text.splitlines()}
    return any(
        "nomatch" in keys and word in lines for each in languages().values() for word, keys in each.messages.items()
    )


def read(document: Document) -> WrittenHost:
    """What one netsh text says.

    Raises:
        UnreadableError: an error message instead of a dump, a filtered fragment, an unknown language.
    """
    found = decoded(document)
    text = html.unescape(found.text) if "&#" in found.text or "&amp;" in found.text else found.text
    lines = [line.rstrip("\r") for line in text.split("\n")]
    dump = read_rules(document.name, lines)
    profiles, active = read_profiles(document.name, lines)
    profiles = profiles or read_legacy(document.name, lines)
    dynamic = read_dynamic_range(lines)
    empty = dump is None and _has_message(document)
    if dump is None and not profiles and dynamic is None and not empty:
        raise UnreadableError(document.name, _why(text))
    notes = tuple(note for note in (found.note,) if note)
    if _MOJIBAKE.search(text):
        notes += ("Some letters were damaged before the export was saved (wrong code page): names may look odd.",)
    rules = dump.rules if dump else ()
    total = len(lines) - (not lines[-1])
    used = sum(rule.last_line - rule.first_line + 1 for rule in rules) + sum(16 for _ in profiles)
    return WrittenHost(
        name=device_name(document.name),
        rules=rules,
        profiles=profiles,
        active_profiles=active,
        dynamic_tcp=dynamic,
        gaps=dump.gaps if dump else (),
        notes=notes + (dump.notes if dump else ()),
        richness=(2 if dump.verbose else 1) if dump else (1 if empty else 0),
        format="netsh verbose" if dump and dump.verbose else "netsh",
        encoding=found.encoding,
        ledger=Ledger(total, min(used, total), total - min(used, total), 0),
    )


def _why(text: str) -> str:
    if _ELEVATION.search(text):
        return "netsh refused: run it again from an elevated prompt ('Run as administrator')"
    if _SERVICE.search(text):
        return "netsh could not reach the Windows Firewall service: start it and export again"
    if _FRAGMENT.search(text):
        return (
            "this is a filtered fragment (findstr, grep): rules cannot be told apart without the dashed lines; export "
            "the whole output of 'netsh advfirewall firewall show rule name=all verbose'"
        )
    return "no rule and no profile was found; export 'netsh advfirewall firewall show rule name=all verbose'"
