"""From a result to an exit code: the one place that decides whether an audit passes.

Incomplete outranks findings: an audit that could not see everything never passes, and never merely fails.
"""

from __future__ import annotations

from dataclasses import dataclass

from auditor.exitcodes import FINDINGS, NOT_JUDGED, PASSED
from auditor.findings.decisions import NOT_THERE_BEFORE, Status
from auditor.findings.finding import Severity
from auditor.findings.result import AuditResult
from auditor.findings.wording import counted

DEFAULT_LEVEL = Severity.HIGH


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the gate says: the exit code and the reason in one sentence."""

    code: int
    reason: str


def rule_on(
    result: AuditResult,
    fail_on: Severity | None = DEFAULT_LEVEL,
    allow_gaps: bool = False,
    only_new: bool = False,
    opening: str = "",
) -> Ruling:
    """The ruling on an audit. `fail_on` None never fails for findings; `allow_gaps` accepts gaps that may hide access.

    With `only_new` findings that were there before do not count; what was before says the result's `follow_up`;
    with `opening`, a zone, nothing that the result's `changes` refuse may be opened from there.
    Nothing to audit and gaps are still "not judged" with `fail_on` None: the level speaks of findings only.
    """
    if not any(rules.rules for device in result.devices for rules in device.lists):
        return Ruling(NOT_JUDGED, "Not judged: there is no rule to audit in these files.")
    blind = [gap for gap in result.gaps if gap.hides_access]
    if blind and not allow_gaps:
        places = counted(len(blind), "place")
        return Ruling(
            NOT_JUDGED,
            f"Not judged: {places} could hide access, the first is {blind[0].origin.text} ({blind[0].what}). "
            "Look at them, then pass --allow-gaps to be judged without them.",
        )
    seen = f" (allowed: {counted(len(blind), 'gap')} that could hide access)" if blind else ""
    if only_new and opening:
        if result.changes is None:
            reason = f"Not judged: there is no older version to tell what was opened from {opening}."
            return Ruling(NOT_JUDGED, reason)
        if unpaired := ", ".join(result.changes.unpaired):
            reason = f"Not judged: {unpaired} could be an older firewall under another name: rename one at a time."
            return Ruling(NOT_JUDGED, reason)
        if refused := result.changes.refused:
            number = counted(len(refused), "opening")
            first = f"{refused[0].device} {refused[0].text}"
            return Ruling(FINDINGS, f"Failed: {number} from {opening} since {result.changes.since}: {first}{seen}.")
    if fail_on is None:
        return Ruling(PASSED, f"Judged: findings do not fail this run (--fail-on never){seen}.")
    serious = [finding for finding in result.findings if finding.severity >= fail_on]
    if only_new and result.follow_up:
        statuses = result.follow_up.statuses
        fresh = [each for each in serious if statuses.get(each.fingerprint, Status.NEW) in NOT_THERE_BEFORE]
        older = f"; {counted(len(serious) - len(fresh), 'older finding')} left" if len(serious) > len(fresh) else ""
        since = f"at or above {fail_on.word} since {result.follow_up.source}{older}{seen}."
        if fresh:
            return Ruling(FINDINGS, f"Failed: {counted(len(fresh), 'new finding')} {since}")
        return Ruling(PASSED, f"Passed: no new finding {since}")
    if serious:
        return Ruling(FINDINGS, f"Failed: {counted(len(serious), 'finding')} at or above {fail_on.word}{seen}.")
    return Ruling(PASSED, f"Passed: no finding at or above {fail_on.word}{seen}.")
