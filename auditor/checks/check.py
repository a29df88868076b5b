"""What a check is: a value with an id, a page, and a function from the analysis to findings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from auditor.analysis.analysis import Analysis
from auditor.findings.finding import Confidence, Evidence, Finding, Packet, Severity
from auditor.findings.result import CheckDescription
from auditor.findings.waivers import Waiver
from parsers.model.addresses import AddressSet
from parsers.model.origin import Origin
from parsers.model.rule import Rule, Truth
from parsers.model.services import ServiceSet

SECTIONS = ("What it finds", "Why it matters", "Example", "What to do", "When to waive", "References")
"""The sections of every check's page (the docstring of its module)."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What all checks found, and the waivers that will be applied to it."""

    findings: tuple[Finding, ...]
    waivers: tuple[Waiver, ...]
    today: date
    devices: frozenset[str]


def nothing(analysis: Analysis, check: Check) -> Iterable[Finding]:
    """The `run` of a check that only looks at what others found."""
    return ()


def no_internet(analysis: Analysis) -> str:
    """Why nothing can be said of what comes from the Internet; "" when some firewall faces it."""
    if not any(device.forward or device.local for device in analysis.devices.values()):
        return "no firewall of a network is in the audit"
    if not analysis.faces_internet:
        return "no interface that faces the Internet is known: name it in a site file"
    return ""


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `run` is pure: it looks at the analysis and yields findings made with `found`.

    `after` does the same with the findings of all checks; few need it. `unable` says why the check cannot look at
    these exports, "" when it can: it is then listed as skipped instead of having found nothing.
    """

    id: str
    slug: str
    title: str
    severity: Severity
    why: str
    run: Callable[[Analysis, Check], Iterable[Finding]] = field(compare=False)
    after: Callable[[Checked, Check], Iterable[Finding]] | None = field(default=None, compare=False)
    unable: Callable[[Analysis], str] | None = field(default=None, compare=False)

    @property
    def docs(self) -> str:
        """The page of the check: the docstring of the module it lives in."""
        return (sys.modules[(self.after or self.run).__module__].__doc__ or "").strip()

    def described(self) -> CheckDescription:
        """The check for reports."""
        return CheckDescription(self.id, self.slug, self.title, self.severity.word, self.docs)

    def found(
        self,
        *,
        device: str,
        message: str,
        remedy: str,
        packets: str,
        rule: Rule | None = None,
        severity: Severity | None = None,
        confidence: Confidence = Confidence.CERTAIN,
        origin: Origin | None = None,
        identity: str = "",
        example: Packet | None = None,
        related: tuple[Evidence, ...] = (),
        citation: tuple[str, ...] = (),
        flow: str = "",
        lines: tuple[str, ...] = (),
        uncertain: tuple[str, ...] = (),
        guides: tuple[str, ...] = (),
    ) -> Finding:
        """A finding of this check. `packets` speaks of values, never of names, so that renaming changes nothing.

        What is certain depends on nothing: `uncertain` is kept for findings that are only possible, and what else the
        rule depends on (a schedule, users, an agent that may be off) is added to it.
        """
        return Finding(
            check=self.id,
            slug=self.slug,
            title=self.title,
            severity=self.severity if severity is None else severity,
            confidence=confidence,
            device=device,
            rule=_shown(rule) if rule else "",
            message=message,
            why=self.why,
            remedy=remedy,
            origin=origin or (rule.origin if rule else None),
            identity=identity or (rule.id if rule else ""),
            packets=packets,
            example=example,
            related=related,
            citation=citation,
            flow=flow,
            lines=lines,
            uncertain=() if confidence is Confidence.CERTAIN else _doubts(rule, uncertain),
            guides=guides,
        )


def _doubts(rule: Rule | None, known: tuple[str, ...]) -> tuple[str, ...]:
    further = (each.text for each in rule.conditions if each.truth is Truth.UNKNOWN) if rule else ()
    return tuple(dict.fromkeys((*known, *further)))


def _shown(rule: Rule) -> str:
    told = rule.name in rule.id and not rule.id.isdigit()  # "ping on wan1 (IPv6)" holds its name
    return f"{rule.id} ({rule.name})" if rule.name not in ("", rule.id) and not told else rule.id


def exact(values: AddressSet | ServiceSet, most: int = 8) -> str:
    """A set for the `packets` of a finding: like `text(most)`, but different sets always give different texts.

    What is not printed counts as eight hexadecimal digits, so that a finding somebody accepted is another one as soon
    as the rule lets more through.
    """
    shown, whole = values.text(most), values.text(sys.maxsize)
    return shown if shown == whole else f"{shown} ({sha256(whole.encode()).hexdigest()[:8]})"


def match_text(rule: Rule) -> str:
    """What a rule matches, in values only: services, sources, destinations."""
    return " ".join((exact(rule.service.possible), exact(rule.source.possible), exact(rule.destination.possible)))


def evidence(device: str, rule: Rule, text: str) -> Evidence:
    """A further rule that shows or causes the same thing."""
    return Evidence(device, _shown(rule), rule.origin, text)


def path_text(services: ServiceSet, passing: ServiceSet, stopping: tuple[str, ...]) -> str:
    """What the other firewalls of a path make of an opening, as a sentence; "" where they let all of it on.

    Args:
        services: what is open.
        passing: what possibly passes the other firewalls.
        stopping: the names of those that stop all of it.
    """
    if not passing:
        where = " and ".join(stopping) or "another firewall"
        return f" {where} on the same path stops all of it today; only that stands between."
    return "" if services <= passing else f" The other firewalls of the path let on {passing.text(8)}."


def host_text(services: ServiceSet, let_in: ServiceSet, hosts: tuple[str, ...]) -> str:
    """What the servers' own firewalls make of an opening, as a sentence; "" where none is known or all is let in."""
    if not hosts or services <= let_in:
        return ""
    names = " and ".join(hosts)
    if not let_in:
        return f" The host's own firewall ({names}) stops all of it today; only that stands between."
    return f" Of these the host's own firewall ({names}) lets in {let_in.text(8)}."
