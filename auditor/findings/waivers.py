"""Accepted findings: which are waived, by what, and which waivers are over or match nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from auditor.findings.finding import Finding

SELECTOR = ("check", "device", "rule", "packets", "flow", "fingerprint")
"""What a waiver may be selected by."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """One accepted finding or kind of finding.

    `selector` maps words of SELECTOR to values: "check" is its id, its slug or the flow it names, "rule" its id, name
    or both as reports print them, "packets" the text of the packets concerned. All must agree; a `*` in a value stands
    for any text. `expires` is the last day it holds.
    """

    id: str
    selector: Mapping[str, str]
    reason: str
    owner: str
    expires: date
    ticket: str = ""
    file: str = ""
    line: int = 0

    @property
    def text(self) -> str:
        """Why, who and until when, for reports."""
        ticket = f", {self.ticket}" if self.ticket else ""
        return f"{self.reason} ({self.owner}{ticket}, until {self.expires.isoformat()})"

    def matches(self, finding: Finding) -> bool:
        """Do all parts of the selector agree with the finding?"""
        flows = finding.flow.split(", ")
        known = {
            "fingerprint": (finding.fingerprint,),
            "check": (finding.check, finding.slug, *flows),
            "device": (finding.device,),
            "packets": (finding.packets,),
            "rule": (finding.rule, finding.identity, *_id_and_name(finding.rule)),
            "flow": (*flows, *finding.lines),
        }
        return bool(self.selector) and all(
            any(_like(value, word) for word in known.get(key, ())) for key, value in self.selector.items()
        )


def _id_and_name(rule: str) -> tuple[str, ...]:
    """ "17 (outlook-from-outside)" is known by its id and by its name."""
    number, parenthesis, name = rule.partition(" (")
    return (number, name.removesuffix(")")) if parenthesis else (rule,)


def _like(pattern: str, word: str) -> bool:
    if "*" not in pattern:
        return pattern == word
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), word, re.DOTALL) is not None


@dataclass(frozen=True, slots=True)
class Waived:
    """Findings after waivers: still open, waived with the reason, and how many findings each waiver covered."""

    open: tuple[Finding, ...]
    waived: tuple[tuple[Finding, str], ...]
    counts: Mapping[str, int]


def apply_waivers(findings: Iterable[Finding], waivers: Iterable[Waiver], today: date) -> Waived:
    """Move accepted findings aside; an expired waiver covers nothing."""
    valid = [waiver for waiver in waivers if waiver.expires >= today]
    counts = {waiver.id: 0 for waiver in valid}
    still: list[Finding] = []
    waived: list[tuple[Finding, str]] = []
    for finding in findings:
        by = next((waiver for waiver in valid if waiver.matches(finding)), None)
        if by is None:
            still.append(finding)
        else:
            counts[by.id] += 1
            waived.append((finding, by.text))
    return Waived(tuple(still), tuple(waived), counts)
