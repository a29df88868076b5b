"""Accepted findings: which are waived, by what, and which waivers are over or match nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from auditor.findings.finding import Finding


@dataclass(frozen=True, slots=True)
class Waiver:
    """One accepted finding or kind of finding.

    `selector` maps "fingerprint", "check" (id, slug or the flow it names), "device", "rule" or "flow" to a value; all
    must agree. `expires` is the last day it holds.
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
            "rule": (finding.rule, finding.identity, finding.rule.split(" (")[0]),
            "flow": tuple(flows),
        }
        return bool(self.selector) and all(value in known.get(key, ()) for key, value in self.selector.items())


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
