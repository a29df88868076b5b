"""What people decided about the findings of an earlier audit, and what became of those findings since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from auditor.findings.finding import Finding
from auditor.findings.waivers import Waiver


class Status(StrEnum):
    """Where a finding stands. An audit computes all of them but IN_PROGRESS, which only a person sets."""

    NEW = "new"
    OPEN = "still open"
    IN_PROGRESS = "in progress"
    BACK = "back again"
    """Was fixed at an earlier audit."""
    FIXED = "fixed"
    CHANGED = "changed"
    """The same check finds something else about the same rule now: decisions about the old packets do not hold."""
    UNKNOWN = "not judged this time"
    """Neither found nor disproved: its firewall or its check was not part of the audit, or gaps could hide it."""


NOT_THERE_BEFORE = (Status.NEW, Status.BACK)
"""What a gate for new findings looks at."""


class Choice(StrEnum):
    """What people can decide about a finding."""

    FIX = "to fix"
    ACCEPTED = "accepted"
    """Waives the finding up to the due date, if an owner stands for it."""
    FALSE_ALARM = "false alarm"
    ASK = "to clarify"


@dataclass(frozen=True, slots=True)
class Decision:
    """One finding of an earlier audit, with what people wrote beside it.

    `place` says where it was read ("findings.xlsx, sheet Findings, row 12"); `fixed_on` is the day of the first audit
    that no longer found it. `status`, `decision` and the texts are "" where nobody wrote anything.
    """

    fingerprint: str
    place: str
    severity: str = ""
    check: str = ""
    device: str = ""
    rule: str = ""
    message: str = ""
    status: str = ""
    owner: str = ""
    decision: str = ""
    due: date | None = None
    comment: str = ""
    fixed_on: date | None = None

    @property
    def accepts(self) -> bool:
        """Accepted by somebody up to a day: that is a waiver."""
        return self.decision == Choice.ACCEPTED and bool(self.owner) and self.due is not None


@dataclass(frozen=True, slots=True)
class LastWorkbook:
    """The findings of the last workbook with what people decided; `source` is its name.

    An older version of the exports takes its place where the two are compared; `notes` says what that lacks.
    """

    source: str
    decisions: tuple[Decision, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """A finding of an earlier audit that this audit does not report, and why."""

    decision: Decision
    status: Status
    reason: str


@dataclass(frozen=True, slots=True)
class FollowUp:
    """An audit seen from the last one: `source` names the workbook read, the mappings go by fingerprint."""

    source: str
    statuses: Mapping[str, Status]
    decisions: Mapping[str, Decision]
    past: tuple[Past, ...]
    notes: tuple[str, ...]
    """Sentences about decisions that do not have the effect somebody may expect of them."""


def waivers_of(decisions: Iterable[Decision], findings: Iterable[Finding]) -> tuple[Waiver, ...]:
    """A waiver for each finding of today that somebody accepted; whether it is expired is not looked at here."""
    today = {finding.fingerprint for finding in findings}
    return tuple(
        Waiver(
            id=f"decision on {decision.fingerprint}",
            selector={"fingerprint": decision.fingerprint},
            reason=decision.comment or "accepted",
            owner=decision.owner,
            expires=decision.due,
            file=decision.place,
        )
        for decision in decisions
        if decision.fingerprint in today and decision.accepts and decision.due is not None
    )


@dataclass(frozen=True, slots=True)
class Judged:
    """How far an audit can say that a finding is gone: firewalls with open eyes, firewalls with gaps, checks."""

    devices: frozenset[str]
    blind: frozenset[str]
    checks: frozenset[str]

    def past(self, decision: Decision, replaced: bool, today: date) -> Past:
        """What became of a finding that is not among those of today; `replaced` when its rule has another one."""
        if decision.fixed_on is not None:
            return Past(decision, Status.FIXED, f"not found since {decision.fixed_on.isoformat()}")
        if decision.device and decision.device not in self.devices:
            return Past(decision, Status.UNKNOWN, f"{decision.device} is not part of this audit")
        if decision.check not in self.checks:
            return Past(decision, Status.UNKNOWN, f"the check {decision.check or 'that found it'} did not run")
        if decision.device in self.blind:
            return Past(decision, Status.UNKNOWN, f"gaps of {decision.device} could hide it")
        if replaced:
            return Past(decision, Status.CHANGED, "the rule has another finding now, because its packets changed")
        return Past(replace(decision, fixed_on=today), Status.FIXED, f"not found since {today.isoformat()}")


def found_before(source: str, findings: Iterable[Finding], notes: tuple[str, ...] = ()) -> LastWorkbook:
    """What an older version of the exports showed, as if it were a workbook in which nobody decided anything."""
    decisions = (
        Decision(
            fingerprint=each.fingerprint,
            place=source,
            severity=each.severity.word,
            check=each.check,
            device=each.device,
            rule=each.rule,
            message=each.message,
        )
        for each in findings
    )
    return LastWorkbook(source, tuple({each.fingerprint: each for each in decisions}.values()), notes)


def follow_up(last: LastWorkbook, findings: Iterable[Finding], judged: Judged, today: date) -> FollowUp:
    """Compare the findings of today, waived ones included, with those of the last workbook."""
    earlier = {decision.fingerprint: decision for decision in last.decisions}
    current: dict[str, Status] = {}
    rules: set[tuple[str, str, str]] = set()
    for finding in findings:
        current[finding.fingerprint] = _status(earlier.get(finding.fingerprint))
        rules.add((finding.check, finding.device, finding.rule))
    past = tuple(
        judged.past(each, bool(each.rule) and (each.check, each.device, each.rule) in rules, today)
        for each in last.decisions
        if each.fingerprint not in current
    )
    carried = {key: decision for key, decision in earlier.items() if key in current}
    return FollowUp(last.source, current, carried, past, (*last.notes, *_notes(carried.values(), today)))


def _status(decision: Decision | None) -> Status:
    if decision is None:
        return Status.NEW
    if decision.fixed_on is not None:
        return Status.BACK
    return Status.IN_PROGRESS if decision.status == Status.IN_PROGRESS else Status.OPEN


def _notes(decisions: Iterable[Decision], today: date) -> Iterable[str]:
    for each in decisions:
        if each.status == Status.FIXED:
            yield f"{each.place}: marked as fixed, but the audit still finds it."
        if each.decision != Choice.ACCEPTED:
            continue
        if not each.accepts:
            lacking = " and ".join(
                word for word, there in (("an owner", each.owner), ("a due date", each.due)) if not there
            )
            yield f"{each.place}: accepted without {lacking}, so it stays open."
        elif each.due is not None and each.due < today:
            yield f"{each.place}: accepted until {each.due.isoformat()}, which is over, so it is open again."
