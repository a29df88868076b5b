"""Group policy reports: `gpreport.xml` of a policy backup, `Get-GPOReport -ReportType Xml`, or `gpresult /x`.

Source: the reference, section 5: elements are matched by local name, because the namespace prefix varies. A report
writes each rule's keys as elements; it does not write `Defer`, so edge traversal that asks the application or the
user shows as plain edge traversal. `gpresult /x` and Get-GPResultantSetOfPolicy write what all policies of one host
come to: the same elements, each with its policy and its precedence (1 wins).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from parsers.errors import UnreadableError
from parsers.model.origin import Gap, Ledger, Origin
from parsers.source import Document
from parsers.windows.containers import rulestring
from parsers.windows.containers.policy import PROFILE_KEYS, SERVICES, Policy, host, never_starts
from parsers.windows.containers.values import RegistryValue
from parsers.windows.numbers import number
from parsers.windows.written import WrittenHost, WrittenRule
from parsers.windows.xmltree import local, tree

if TYPE_CHECKING:
    from xml.etree import ElementTree

_NAMESPACE = "Settings/WindowsFirewall"
_RULES = ("inboundfirewallrules", "outboundfirewallrules")
_ROOT = re.compile(r"<(?:\w+:)?(?:GPO|report|Rsop)[\s>]")
_SET_BY = frozenset({"gpo", "precedence"})
"""What a result set says of each setting beside its value."""
_ABOUT_FIREWALL = re.compile(
    r"firewall|pare-feu|брандмауэр|ファイアウォール|防火[墙牆]|방화벽|zapor|güvenlik duvarı|tűzfal|brandvägg"
    r"|brannmur|palomuuri|τείχος προστασίας",
    re.IGNORECASE,
)
"""The word for a firewall in the languages of Windows."""
_PAGE = re.compile(r"/Windows (?:Defender )?Security(?: Center)?/", re.IGNORECASE)
"""The category of policies about what a page for users shows."""
_TITLE = re.compile(r"Windows (?:Defender )?Firewall: (.*)", re.IGNORECASE)
_CLOSING = re.compile(r"protect all network connections|prohibit |allow logging|allow local p", re.IGNORECASE)
"""Policies of the administrative templates that open nothing when they are enabled (windowsfirewall.admx)."""
_VALUES = {"true": 1, "false": 0}
_DEFER_LOST = "A group policy report does not say whether edge traversal asks the application or the user."


def recognises(document: Document) -> bool:
    """Is it a group policy report, with or without a firewall part?"""
    head = Document("", document.data[:4096]).text.lstrip("\ufeff \t\r\n")
    return head.startswith(("<?xml", "<GPO", "<report", "<Rsop")) and _ROOT.search(head) is not None


def read(document: Document) -> WrittenHost:
    """The firewall part of a group policy report.

    Raises:
        UnreadableError: broken XML or UTF-16, one with a document type, over 128 MB, or without a firewall part.
    """
    root = tree(document, "group policy report")
    policy = Policy("gpo")
    rules: list[WrittenRule] = []
    parts = [each for each in root.iter() if any(_NAMESPACE in str(child.tag) for child in each)]
    names: dict[str, int] = {}
    for part in parts:
        for child in part:
            name = local(child).casefold()
            if name in _RULES:
                rules.append(_rule(document.name, child, names))
            elif name in PROFILE_KEYS:
                _profile(policy, name, child)
    templates = (*_templates(document.name, root), *_services(document.name, root))
    if not rules and not policy.profiles and not templates:
        raise UnreadableError(document.name, "this group policy report sets nothing for the Windows Firewall")
    found = host(document, [policy], "group policy report", encoding=document.decoded.encoding)
    gaps = tuple(
        Gap(
            Origin(document.name, 0, 0, "rule", rule.name),
            f"rule {rule.name}",
            rule.unread[0],
            f"rule {rule.name!r}: not understood: {', '.join(rule.unread)}",
            hides_access=any(each.startswith(("Dir=", "Action=")) for each in rule.unread),
        )
        for rule in rules
        if rule.unread
    )
    notes = (_DEFER_LOST,) if any(rule.edge == "yes" for rule in rules) else ()
    read_count = len(rules) + found.ledger.read
    return replace(
        found,
        rules=tuple(rules),
        gaps=found.gaps + gaps + templates,
        notes=found.notes + notes,
        richness=3 if rules else 0,
        stores=("gpo",),
        ledger=Ledger(read_count + len(gaps) + len(templates), read_count, 0, len(gaps) + len(templates)),
    )


def _templates(file: str, root: ElementTree.Element) -> Iterator[Gap]:
    """A gap for each policy of the administrative templates that is about the firewall: it may decide what passes.

    A report gives their names and categories in its own language, and no registry values.
    """
    for element in root.iter():
        if local(element).casefold() != "policy":
            continue
        texts = {local(child).casefold(): (child.text or "").strip() for child in element}
        name, state = texts.get("name", "policy"), texts.get("state", "state unknown")
        category = texts.get("category") or name
        about = _ABOUT_FIREWALL.search(category) is not None and _PAGE.search(category) is None
        if about and not _only_closes(name, state):
            what = (
                f"the policy {name!r} ({state}) of the administrative templates is not read from a report and may open "
                "or close ports or switch the firewall off: give Registry.pol of the policy too"
            )
            yield Gap(Origin(file, 0, 0, "policy", name), name, "", what, hides_access=True)


def _services(file: str, root: ElementTree.Element) -> Iterator[Gap]:
    """A gap for each service of the firewall that a policy disables ("System Services" of its security settings)."""
    for element in root.iter():
        texts = {local(child).casefold(): (child.text or "").strip() for child in element}
        if texts.get("name", "").casefold() in SERVICES and texts.get("startupmode", "").casefold() == "disabled":
            yield never_starts(file, texts["name"])


def _only_closes(name: str, state: str) -> bool:
    """Is it a policy, by its English name, that opens nothing in this state, nor closes what rules open?"""
    title = _TITLE.match(name)
    if title is None:
        return False
    decides = title[1].casefold().startswith(("protect all network connections", "do not allow exceptions"))
    return not decides if state == "Disabled" else state == "Enabled" and _CLOSING.match(title[1]) is not None


def _precedence(element: ElementTree.Element) -> int:
    """The place of a setting among those of several policies: 1 wins, and stands for a report that writes none."""
    text = next((child.text or "" for child in element if local(child).casefold() == "precedence"), "")
    return number(text.strip()) or 1


def _profile(policy: Policy, name: str, element: ElementTree.Element) -> None:
    # The value that is added last counts.
    for setting in sorted(element, key=_precedence, reverse=True):
        text = next(
            (child.text or "" for child in setting if local(child).casefold() == "value"), setting.text or ""
        ).strip()
        key = local(setting)
        below = f"{name}\\logging" if key.casefold().startswith("log") else name
        value = _VALUES.get(text.casefold(), number(text))
        policy.add(RegistryValue(below, key, text if value is None else value))


def _rule(file: str, element: ElementTree.Element, names: dict[str, int]) -> WrittenRule:
    """One rule; its registry name is not in the report: the display name, numbered where it repeats, stands for it."""
    parts: dict[str, list[str]] = {}
    for child in element:
        if local(child).casefold() in _SET_BY:
            continue
        values = [each.text or "" for each in child] if len(child) else [child.text or ""]
        parts.setdefault(local(child).casefold(), []).extend(value.strip() for value in values)
    name = (parts.get("name") or ["rule"])[-1]
    names[name] = names.get(name, 0) + 1
    identity = name if names[name] == 1 else f"{name} ({names[name]})"
    rule = rulestring.written(identity, parts, file=file, store="gpo")
    if _precedence(element) == 1:
        return rule
    return replace(rule, conditions=(*rule.conditions, ("unread", "another policy may replace this rule")))
