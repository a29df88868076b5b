"""Learning an unknown language of netsh output from its structure alone.

Source: the reference, section 1.6, measured on full dumps: the order of fields is fixed, most local addresses are
"Any", most edge values "No", inbound rules have specific local ports.
"""

from __future__ import annotations

import re
from collections import Counter

from parsers.windows.words import Language, fold

_FEWEST = 20
_PROTOCOL = re.compile(r"^(?:TCP|UDP|ICMPv4|ICMPv6|\d{1,3})$", re.IGNORECASE)
_BEFORE = ("remote_ip", "local_ip", "grouping", "profiles", "direction", "enabled")

Fields = list[tuple[str, str]]


def learn(rules: list[tuple[Fields, bool]]) -> Language | None:
    """The words of a dump's language; None when it has fewer than 20 rules or does not look like a dump.

    Args:
        rules: per rule its (label, value) pairs in order, and whether it had an ICMP table.
    """
    if len(rules) < _FEWEST:
        return None
    protocol = _protocol_label([fields for fields, _ in rules])
    if protocol is None:
        return None
    language = Language("unknown")
    language.labels[fold(protocol)] = "protocol"
    columns: dict[str, list[str]] = {}
    complete = []
    for fields, _ in rules:
        keyed = _keyed(fields, protocol, language)
        if keyed is not None:
            complete.append(keyed)
            for key, value in keyed.items():
                columns.setdefault(key, []).append(value)
    if len(complete) < _FEWEST:
        return None
    _words(language, columns, complete)
    return language


def _protocol_label(rules: list[Fields]) -> str | None:
    counts = Counter(label for fields in rules for label, value in fields if _PROTOCOL.match(value))
    return counts.most_common(1)[0][0] if counts else None


def _keyed(fields: Fields, protocol: str, language: Language) -> dict[str, str] | None:
    """The fields of one rule by key, told by their distance from the protocol line."""
    labels = [label for label, _ in fields]
    if protocol not in labels:
        return None
    place = labels.index(protocol)
    if place < len(_BEFORE) or place == len(fields) - 1:
        return None
    found = {"protocol": fields[place][1]}
    for distance, key in enumerate(_BEFORE, start=1):
        label, value = fields[place - distance]
        language.labels.setdefault(fold(label), key)
        found[key] = value
    if place > len(_BEFORE):
        language.labels.setdefault(fold(fields[0][0]), "description")
    following = place + 1
    if found["protocol"].upper() in ("TCP", "UDP") and len(fields) > place + 3:
        for key in ("local_port", "remote_port"):
            label, found[key] = fields[following]
            language.labels.setdefault(fold(label), key)
            following += 1
    label, found["edge"] = fields[following]
    language.labels.setdefault(fold(label), "edge")
    label, found["action"] = fields[-1]
    language.labels.setdefault(fold(label), "action")
    _verbose(fields[following + 1 : -1], language)
    return found


def _verbose(fields: Fields, language: Language) -> None:
    """Program and service (optional), then interface types, security and rule source, which are always there."""
    if len(fields) < 3:
        return
    for (label, _), key in zip(fields[-3:], ("interface_types", "security", "rule_source"), strict=True):
        language.labels.setdefault(fold(label), key)
    for label, value in fields[:-3]:
        if fold(label) not in language.labels:
            path = "\\" in value or "%" in value or fold(value) == "system"
            language.labels[fold(label)] = "program" if path else "service"


def _words(language: Language, columns: dict[str, list[str]], rules: list[dict[str, str]]) -> None:
    def name(text: str | None, key: str) -> None:
        if text is not None:
            language.values.setdefault(fold(text), set()).add(key)

    everyone = Counter(columns["local_ip"]).most_common(1)[0][0]
    name(everyone, "any")
    no = Counter(columns["edge"]).most_common(1)[0][0]
    name(no, "no")
    for word in set(columns["enabled"]):
        if fold(word) != fold(no):
            name(word, "yes")
    inward = _inward(rules, everyone)
    for word in set(columns["direction"]):
        if inward is not None:
            name(word, "in" if word == inward else "out")
    for value in columns["profiles"]:
        parts = value.split(",")
        if len(parts) == 3:
            for part, key in zip(parts, ("domain", "private", "public"), strict=True):
                name(part, key)
            break
    actions = Counter(columns["action"]).most_common()
    name(actions[0][0], "allow")
    # A rarer word may be "block" or "bypass": it stays unknown, which makes its rules a gap.


def _inward(rules: list[dict[str, str]], everyone: str) -> str | None:
    """The direction of rules with a specific local port and any remote port."""
    votes: Counter[str] = Counter()
    for rule in rules:
        local, remote = rule.get("local_port", everyone), rule.get("remote_port", everyone)
        if local != everyone and remote == everyone:
            votes[rule["direction"]] += 1
    return votes.most_common(1)[0][0] if votes else None
