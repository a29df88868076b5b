"""`netsh advfirewall firewall show rule name=all [verbose]` in any language.

Source: the reference, section 1: the order of fields never changes, labels and words are translated, a rule starts
with a line over at least 60 dashes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from parsers.errors import UnreadableError
from parsers.model.origin import Gap, Origin
from parsers.model.rule import Scope, ScopeKind
from parsers.windows.numbers import number as decimal
from parsers.windows.structure import learn
from parsers.windows.words import Language, best_language, fold
from parsers.windows.written import PROFILES, UNKNOWN_SCOPE, WrittenRule

DASHES = re.compile(r"^\s*(?:\[[*+!-]\]\s*)?-{60,}\s*$")
_PREFIX = re.compile(r"^\[[*+!-]\]\s{1,4}")
_FIELD = re.compile(r"^(\S(?:.*?\S)?)[ \u00a0]*[:：](?:[ \t\u00a0]+(.*))?$")
_ICMP_ROW = re.compile(r"^\s{8,}(\d+|\S+)\s+(\d+|\S+)\s*$")
_ICMP_HEAD = re.compile(r"^\s{8,}\S+\s{2,}\S+\s*$")

PROTOCOLS = {"tcp": 6, "udp": 17, "icmpv4": 1, "icmpv6": 58}


@dataclass(slots=True)
class RawRule:
    """One rule of a dump: its name, its fields in order, its ICMP rows, and its lines."""

    name: str
    label: str
    first_line: int
    last_line: int = 0
    fields: list[tuple[str, str]] = field(default_factory=list)
    icmp: list[tuple[str, str]] = field(default_factory=list)
    wrapped: bool = False


def raw_rules(lines: list[str]) -> list[RawRule]:
    """The rules of a dump, whatever its language; prompts, banners and messages between them are passed over."""
    found: list[RawRule] = []
    current: RawRule | None = None
    previous = ""
    for number, full in enumerate(lines, start=1):
        line = full.rstrip()
        if line[:1] == "[":
            line = _PREFIX.sub("", line)
        if line[:1] == "-" and DASHES.match(line):
            head = _FIELD.match(previous.strip())
            if head and not DASHES.match(previous):
                if (
                    current is not None
                    and current.fields
                    and current.fields[-1] == (head.group(1), head.group(2) or "")
                ):
                    current.fields.pop()
                current = RawRule((head.group(2) or "").strip(), head.group(1), number - 1, number)
                found.append(current)
            previous = line
            continue
        if not line.strip():
            if current is not None and current.fields:
                current = None
        elif current is not None:
            _line(current, line, number)
        previous = line
    return found


def _line(rule: RawRule, line: str, number: int) -> None:
    label, colon, value = line.partition(":")
    if label and colon and label[0] > " " and label[-1] > " " and (not value or value[0] == " "):
        # The common case without a regular expression: "Label:   value", ASCII blanks only.
        rule.fields.append((label, value.strip()))
        rule.last_line = number
        return
    indented = line[0] in " \t" and len(line) - len(line.lstrip()) >= 8
    if indented:
        row = _ICMP_ROW.match(line)
        if row and rule.fields and "." not in line and ":" not in line and "," not in line:
            rule.icmp.append((row.group(1), row.group(2)))
            rule.last_line = number
        elif rule.fields:
            label, value = rule.fields[-1]
            joiner = "" if value.endswith(",") else " "
            rule.fields[-1] = (label, f"{value}{joiner}{line.strip()}")
            rule.wrapped = True
            rule.last_line = number
        return
    match = _FIELD.match(line.strip())
    if match:
        rule.fields.append((match.group(1), (match.group(2) or "").strip()))
        rule.last_line = number


@dataclass(frozen=True, slots=True)
class Dump:
    """The rules of a netsh text, whether it was verbose, its language, and what was not understood."""

    rules: tuple[WrittenRule, ...]
    verbose: bool
    language: str
    gaps: tuple[Gap, ...]
    notes: tuple[str, ...]


def read_rules(name: str, lines: list[str]) -> Dump | None:
    """All rules of a text; None when it holds none.

    Raises:
        UnreadableError: the language is unknown and there are too few rules to learn it from.
    """
    raw = raw_rules(lines)
    raw = [rule for rule in raw if len(rule.fields) >= 3]
    if not raw:
        return None
    labels = {fold(label) for rule in raw[:300] for label, _ in rule.fields} | {fold(raw[0].label)}
    language = best_language(labels)
    notes: list[str] = []
    if language is None or language.labels.get(fold(raw[0].label)) not in ("rule_name", None):
        language = _learned(name, raw)
        notes.append("The language is not known: labels and words were learned from the structure of the dump.")
    reader = _Reader(name, language, raw)
    rules = tuple(reader.rules())
    if any(rule.wrapped for rule in raw):
        notes.append("Some values were wrapped over several lines and were put together.")
    return Dump(rules, reader.verbose, language.code, tuple(reader.gaps), tuple(notes))


def _learned(name: str, raw: list[RawRule]) -> Language:
    language = learn([(rule.fields, bool(rule.icmp)) for rule in raw])
    if language is None:
        shown = ", ".join(sorted({label for rule in raw[:5] for label, _ in rule.fields})[:8])
        message = (
            f"netsh output in a language fwproof does not know (labels: {shown}), and with {len(raw)} rules too few to "
            "learn it from: export with 'netsh advfirewall export' (.wfw) instead"
        )
        raise UnreadableError(name, message, raw[0].first_line)
    return language


class _Reader:
    """Turns raw rules into written ones in one language."""

    def __init__(self, file: str, language: Language, raw: list[RawRule]) -> None:
        self.file = file
        self.language = language
        self.raw = raw
        self.gaps: list[Gap] = []
        self._unknown: set[tuple[str, str]] = set()
        self._folded: dict[str, str] = {}
        self._values: dict[str, set[str]] = {}
        # A verbose dump prints interface types and security of every rule: the first rules tell.
        keys = {self._key(label) for rule in raw[:200] for label, _ in rule.fields}
        self.verbose = bool(keys & {"interface_types", "security", "rule_source", "program"})

    def _key(self, label: str) -> str:
        found = self._folded.get(label)
        if found is None:
            found = self._folded[label] = self.language.labels.get(fold(label), "")
        return found

    def rules(self) -> Iterator[WrittenRule]:
        for number, raw in enumerate(self.raw, start=1):
            yield self._rule(number, raw)

    def _rule(self, number: int, raw: RawRule) -> WrittenRule:
        fields: dict[str, str] = {}
        unread: list[str] = []
        for label, value in raw.fields:
            key = self._key(label)
            if key:
                fields.setdefault(key, value)
            elif not self._is_description(fields, value):
                unread.append(label)
                self._gap(raw, label, f"the label {label!r} is not known")
        action = self._word(raw, fields, "action", ("allow", "block", "bypass"), unread)
        direction = self._word(raw, fields, "direction", ("in", "out"), unread)
        enabled = self._word(raw, fields, "enabled", ("yes", "no"), unread)
        protocol, known = self._protocol(fields.get("protocol", ""))
        if not known:
            unread.append(fields.get("protocol", ""))
            self._gap(raw, "protocol", f"the protocol {fields.get('protocol')!r} is not known")
        return WrittenRule(
            id=str(number),
            name=raw.name,
            file=self.file,
            first_line=raw.first_line,
            last_line=raw.last_line,
            enabled={"yes": True, "no": False}.get(enabled),
            direction=direction or "in",
            action=action or "allow",
            profiles=self._profiles(raw, fields.get("profiles", ""), unread),
            protocol=protocol,
            local_ports=self._tokens(fields.get("local_port", "")),
            remote_ports=self._tokens(fields.get("remote_port", "")),
            icmp=tuple(self._icmp(raw)),
            local_addresses=self._tokens(fields.get("local_ip", "")),
            remote_addresses=self._tokens(fields.get("remote_ip", "")),
            program=self._scope(fields, "program"),
            service=self._scope(fields, "service"),
            conditions=tuple(self._conditions(fields)),
            group=fields.get("grouping", ""),
            description=fields.get("description", ""),
            store=self._store(fields.get("rule_source", "")),
            unread=tuple(unread),
        )

    @staticmethod
    def _is_description(fields: dict[str, str], value: str) -> bool:
        # Languages whose label for the optional description is not in the table: it comes first.
        return not fields

    def _gap(self, raw: RawRule, word: str, what: str) -> None:
        if (word, what) not in self._unknown:
            self._unknown.add((word, what))
            origin = Origin(self.file, raw.first_line, raw.last_line, "rule", raw.name)
            self.gaps.append(Gap(origin, f"rule {raw.name}", word, what, hides_access=True))

    def _value(self, text: str) -> set[str]:
        found = self._values.get(text)
        if found is None:
            found = self._values[text] = self.language.values.get(fold(text), set())
        return found

    def _is(self, text: str, key: str) -> bool:
        return key in self._value(text) or (text[:1].casefold() == key[0] and fold(text) == key)

    def _word(self, raw: RawRule, fields: dict[str, str], key: str, choices: tuple[str, ...], unread: list[str]) -> str:
        text = fields.get(key, "")
        meanings = self._value(text) & set(choices)
        if len(meanings) == 1:
            return meanings.pop()
        if fold(text) in choices:
            return fold(text)
        unread.append(text)
        what = (
            f"the {key} {text!r} is not a word known in language {self.language.code!r}"
            if text
            else f"{key} is missing"
        )
        self._gap(raw, key, what)
        return ""

    def _profiles(self, raw: RawRule, text: str, unread: list[str]) -> frozenset[str] | None:
        found = set()
        for part in re.split(r"[,、，]", text):
            meanings = self._value(part) & set(PROFILES)
            if meanings:
                found |= meanings
            elif fold(part) in PROFILES:
                found.add(fold(part))
            elif part.strip() and not self._is(part, "any"):
                unread.append(part)
                self._gap(raw, "profiles", f"the profile {part!r} is not a word known in {self.language.code!r}")
        return frozenset(found) if found and not unread else (frozenset(found) or None if not unread else None)

    def _protocol(self, text: str) -> tuple[int | None, bool]:
        word = fold(text)
        if word in PROTOCOLS:
            return PROTOCOLS[word], True
        if (value := decimal(word, 255)) is not None:
            return value, True
        return None, self._is(text, "any") or word in ("any", "")

    def _tokens(self, text: str) -> tuple[str, ...]:
        if not text or self._is(text, "any"):
            return ()
        found = []
        for token in text.split(","):
            word = token.strip()
            if "localsubnet" in self._value(word):
                word = "LocalSubnet"
            if word:
                found.append(word)
        return tuple(found)

    def _icmp(self, raw: RawRule) -> Iterator[tuple[int | None, int | None]]:
        for kind, code in raw.icmp:
            numbers = [decimal(word, 255) for word in (kind, code)]
            known = [
                value is not None or self._is(word, "any") or word == "Any"
                for value, word in zip(numbers, (kind, code), strict=True)
            ]
            if all(known):
                yield numbers[0], numbers[1]
            # Otherwise it is the header of the table ("Type    Code"), in whatever language.

    def _scope(self, fields: dict[str, str], key: str) -> Scope:
        text = fields.get(key, "")
        if text and not self._is(text, "any"):
            return Scope(ScopeKind.NAMED, text)
        if not self.verbose:
            return UNKNOWN_SCOPE
        return Scope()

    def _conditions(self, fields: dict[str, str]) -> Iterator[tuple[str, str]]:
        kinds = fields.get("interface_types", "")
        if kinds and not self._is(kinds, "any"):
            yield "interface-type", f"only on interfaces of type {kinds}"
        security = fields.get("security", "")
        if security and not self._is(security, "sec_notrequired") and fold(security) != "notrequired":
            yield "ipsec", f"only for IPsec connections ({security})"
        for key, text in (("remote_computer_group", "computers"), ("remote_user_group", "users")):
            if fields.get(key):
                yield "identity", f"only for certain remote {text}"
        group = fields.get("grouping", "")
        if "program" not in fields and (group.startswith("@{") or re.fullmatch(r"\{?[0-9a-fA-F-]{36}\}?", group)):
            yield "package", "only for a Store app, which netsh does not print"

    def _store(self, text: str) -> str:
        if not text:
            return "unknown"
        meanings = self._value(text)
        if "source_gpo" in meanings or "group policy" in fold(text):
            return "gpo"
        return "local" if "source_local" in meanings or "local" in fold(text) else "unknown"
