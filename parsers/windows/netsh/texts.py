"""netsh texts of a host: rules, profiles, legacy configuration, dynamic ports, in one file or several."""

from __future__ import annotations

import html
import re

from parsers.errors import UnreadableError
from parsers.model.origin import Ledger
from parsers.source import Decoded, Document
from parsers.windows.convert import device_name
from parsers.windows.encodings import BINARY, MOST_NULS, decoded, refuse_broken, refuse_nonsense
from parsers.windows.netsh.blocks import Block, Scan, lines_of, scan
from parsers.windows.netsh.legacy import Legacy, is_legacy, read_legacy
from parsers.windows.netsh.profiles import ProfileText, read_dynamic_range, read_profiles
from parsers.windows.netsh.rules import Dump, read_rules
from parsers.windows.words import fold, languages
from parsers.windows.written import WrittenHost

_ELEVATION = re.compile(
    r"requires elevation|run as administrator|erhöhte Rechte|als Administrator|nécessite une élévation|"
    r"requiere elevación|requer elevação|requer eleva|yükseltme gerek|昇格が必要|管理者として実行|需要提升|提升权限|"
    r"требует повышения|richiede privilegi|richiede l'elevazione|wymaga podniesienia|권한 상승",
    re.IGNORECASE,
)
_SERVICE = re.compile(
    r"attempting to (?:contact|retrieve)\b.{0,40}\bfirewall|firewall service\b.{0,60}\b(?:not running|could not)|"
    r"service MpsSvc|\bMpsSvc\b.{0,80}(?:stopped|not)",
    re.IGNORECASE | re.DOTALL,
)
_REFUSED = re.compile(r"is not recognized as an internal|command was not found|Access is denied", re.IGNORECASE)
_LABEL = (
    r"(?:Rule Name|LocalPort|RemoteIP|Direction|Enabled|Regelname|Nombre de regla|Nom de la règle|Nome da Regra|"
    r"Имя правила|規則名稱?|规则名称|규칙 이름|Kural Adı|Nome regola|Nazwa reguły|Regelnaam)"
)
_FRAGMENT = re.compile(rf"^(?:[^:\n]+\.(?:txt|log):)?(?:\s*\d+:)?\s*{_LABEL}[ \u00a0]*:\s+\S", re.MULTILINE)
_COMMAND = re.compile(
    r"""(?<!consec)(?<!mainmode)[ \t]show\s+(?:firewall\s+)?rule\s+(?:name\s*=\s*)?(["'][^"'\n]*["']|[^\s|>`"'?]+)"""
    r"((?:[ \t]+(?:dir|profile|type)[ \t]*=[ \t]*\w+)*)",
    re.IGNORECASE,
)
_MOJIBAKE = re.compile("Ã[\u0080-\u00bf©¤¶¼]|â€|Å[\u0080-\u00bf]|\ufffd")
_MARKED_UP = re.compile(r"<(?:pre|br|html)\b", re.IGNORECASE)
_TAGS = re.compile(r"</?(?:html|head|body|pre|code|br|p|div|span|tt|font)\b[^<>]*>", re.IGNORECASE)
_BREAKS = re.compile(r"<br ?/?>(?!\s*\n)", re.IGNORECASE)
_ENTITIES = re.compile(r"&(?:#\d|#x|amp;|nbsp;|lt;|gt;|quot;)", re.IGNORECASE)
_HEAD = 64_000
_SMALL = 20_000
_HINTS = re.compile(rb"(?i)netsh|advfirewall|LocalPort|Rule Name|-{10}")


def recognises(document: Document) -> bool:
    """Is this netsh output about the Windows Firewall? Looks at the first 64,000 bytes only."""
    head = document.data[:_HEAD]
    if b"\0" not in head[:4096] and not _HINTS.search(head):
        return len(document.data) <= _SMALL and _is_message(_text(document))
    text = _text(Document(document.name, head))
    lines = lines_of(text)
    found = scan(lines)
    return (
        bool(found.blocks)
        or bool(read_profiles("", lines, found.headings).profiles)
        or read_dynamic_range(lines, found.underlines) is not None
        or is_legacy(lines)
        or (len(document.data) <= _SMALL and _is_message(text))
        or len(_FRAGMENT.findall(text)) >= 2
    )


def _text(document: Document) -> str:
    return _plain(decoded(document))


def _plain(found: Decoded) -> str:
    """The text without what a page on the web put into it."""
    text = found.text
    if "<" in text and _MARKED_UP.search(text[:_HEAD]):
        text = _TAGS.sub("", _BREAKS.sub("\n", text))
    return html.unescape(text) if "&" in text and _ENTITIES.search(text) else text


def _outside(lines: list[str], blocks: list[Block]) -> str:
    """The lines between the rules: what a rule's description says is no message of netsh."""
    inside = {number for block in blocks for number in range(block.first_line, block.last_line + 1)}
    return "\n".join(line for number, line in enumerate(lines, start=1) if number not in inside)


def _is_message(text: str) -> bool:
    return bool(_ELEVATION.search(text) or _SERVICE.search(text)) or _says_nothing_matches(text)


def _says_nothing_matches(text: str) -> bool:
    """Is there a line that says, in a known language, that no rule matches? Then the dump is empty, and legally so."""
    lines = {fold(line) for line in text.splitlines()}
    return any(
        "nomatch" in keys and (word in lines or word.rstrip(".。") in lines)
        for each in languages().values()
        for word, keys in each.messages.items()
    )


def read(document: Document) -> WrittenHost:
    """What one netsh text says.

    Raises:
        UnreadableError: an error message instead of a dump, a filtered fragment, an unknown language.
    """
    refuse_nonsense(document)
    refuse_broken(document.name, document.decoded)
    found = decoded(document)
    if found.text.count("\0") > MOST_NULS:
        raise UnreadableError(document.name, BINARY)
    text = _plain(found)
    lines = lines_of(text)
    parts = scan(lines)
    dump = read_rules(document.name, lines, parts.blocks)
    profiles = read_profiles(document.name, lines, parts.headings)
    dynamic = read_dynamic_range(lines, parts.underlines)
    legacy = read_legacy(document.name, lines) if parts.headings and is_legacy(lines) else Legacy()
    empty = dump is None and not legacy.rules and len(text) <= _SMALL and _says_nothing_matches(text)
    stated = profiles.profiles or profiles.gaps or legacy.profiles or legacy.rules
    small = len(text) <= _SMALL or (dump is None and not stated)
    refusal = _refusal(_outside(lines, parts.blocks)) if small else ""
    if refusal or (dump is None and not stated and dynamic is None and not empty):
        raise UnreadableError(document.name, refusal or _why(text))
    rules = (dump.rules if dump else ()) or tuple(legacy.rules)
    asked, narrowed = _asked(text) if dump or empty else ("", ())
    return WrittenHost(
        name=device_name(document.name),
        rules=rules,
        profiles=(*profiles.profiles, *legacy.profiles),
        active_profiles=profiles.active or legacy.active,
        dynamic_tcp=dynamic,
        gaps=(*(dump.gaps if dump else ()), *profiles.gaps, *legacy.gaps),
        notes=(*_notes(found, text, dump, profiles), *narrowed),
        missing=_missing(dump, legacy) or asked,
        richness=_richness(dump, legacy, empty=empty),
        format=_format(dump, legacy),
        encoding=found.encoding,
        ledger=_ledger(lines, dump, profiles, legacy, parts),
    )


def _notes(found: Decoded, text: str, dump: Dump | None, profiles: ProfileText) -> tuple[str, ...]:
    notes = [found.note] if found.note else []
    if not text.isascii() and _MOJIBAKE.search(text):
        notes.append("Some letters were damaged before the export was saved (wrong code page): names may look odd.")
    return (*notes, *(dump.notes if dump else ()), *profiles.notes)


def _missing(dump: Dump | None, legacy: Legacy) -> str:
    if dump:
        cut = "the dump breaks off in the middle of a rule, so rules are missing: export it again in full"
        return cut if dump.cut else ""
    return legacy.missing if legacy.rules else ""


def _asked(text: str) -> tuple[str, tuple[str, ...]]:
    """What the commands in a copied session leave out: why rules are missing ("" if they are not), and notes."""
    if not any(word in text for word in ("show", "Show", "SHOW")):
        return "", ()  # most dumps hold no command, and looking for one at every line takes a third of the reading
    commands = [(found[1].strip("\"'"), "".join(found[2].split()).casefold()) for found in _COMMAND.finditer(text)]
    names = [name for name, _ in commands if name.casefold() != "all"]
    filters = {limit for name, limit in commands if name.casefold() == "all"}
    if not commands or "" in filters or {"dir=in", "dir=out"} <= filters:
        return "", ()
    if "dir=in" in filters:
        return "", ("The command shows inbound rules only: outbound rules are not in the export.",)
    shown = f"the rules called {names[0]!r}" if names else f"the rules with {min(filters)}"
    return (
        f"the command in this text shows only {shown}: export 'netsh advfirewall firewall show rule name=all verbose'",
        (),
    )


def _richness(dump: Dump | None, legacy: Legacy, *, empty: bool) -> int:
    if dump:
        return 2 if dump.verbose else 1
    return 1 if empty or legacy.rules else 0


def _format(dump: Dump | None, legacy: Legacy) -> str:
    if dump is None and (legacy.rules or legacy.profiles):
        return "legacy netsh"
    return "netsh verbose" if dump and dump.verbose else "netsh"


def _ledger(lines: list[str], dump: Dump | None, profiles: ProfileText, legacy: Legacy, parts: Scan) -> Ledger:
    """Lines of rules and of sections are read; what stands between them is no part of an export."""
    total = len(lines) - (not lines[-1])
    used = sum(rule.last_line - rule.first_line + 1 for rule in (dump.rules if dump else ()))
    used += 16 * len(profiles.profiles) + len(legacy.rules) + 4 * len(legacy.profiles) + 3 * len(parts.underlines)
    return Ledger(total, min(used, total), total - min(used, total), 0)


def _refusal(text: str) -> str:
    """Why netsh refused a command, where it did: that is never an empty dump."""
    if _ELEVATION.search(text):
        return "netsh refused: run it again from an elevated prompt ('Run as administrator')"
    if _SERVICE.search(text):
        return "netsh could not reach the Windows Firewall service: start it and export again"
    return ""


def _why(text: str) -> str:
    if _FRAGMENT.search(text):
        return (
            "this is a filtered fragment (findstr, grep): rules cannot be told apart without the dashed lines; export "
            "the whole output of 'netsh advfirewall firewall show rule name=all verbose'"
        )
    if _REFUSED.search(text):
        return "the command failed instead of writing a dump: run it again from an elevated prompt"
    return "no rule and no profile was found; export 'netsh advfirewall firewall show rule name=all verbose'"
