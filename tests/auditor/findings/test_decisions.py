"""What becomes of the findings of the last workbook."""

from dataclasses import replace
from datetime import date

import pytest

from auditor.findings.decisions import Decision, Judged, LastWorkbook, Status, follow_up, waivers_of
from auditor.findings.finding import Confidence, Finding, Severity

TODAY = date(2026, 11, 24)
JUDGED = Judged(frozenset({"edge", "core"}), frozenset({"core"}), frozenset({"FW102"}))


def finding(packets: str, rule: str = "17", device: str = "edge") -> Finding:
    return Finding(
        "FW102", "forbidden", "Forbidden", Severity.HIGH, Confidence.CERTAIN, device, rule, "open", "why", "do", None,
        rule, packets,
    )  # fmt: skip


NOW = finding("tcp/443")
SAME = Decision(NOW.fingerprint, "a.xlsx, row 2", check="FW102", device="edge", rule="17")
GONE = Decision("0" * 16, "a.xlsx, row 3", check="FW102", device="edge", rule="18")


def status_of(decision: Decision, *findings: Finding) -> Status:
    past = follow_up(LastWorkbook("a.xlsx", (decision,)), findings, JUDGED, TODAY).past
    return past[0].status


def test_a_finding_is_new_still_open_or_back() -> None:
    answer = follow_up(LastWorkbook("a.xlsx", (SAME,)), (NOW, finding("tcp/25")), JUDGED, TODAY)
    assert list(answer.statuses.values()) == [Status.OPEN, Status.NEW]
    back = replace(SAME, fixed_on=date(2026, 1, 1))
    assert list(follow_up(LastWorkbook("a", (back,)), (NOW,), JUDGED, TODAY).statuses.values()) == [Status.BACK]


def test_what_is_gone_was_fixed_today_or_earlier() -> None:
    past = follow_up(LastWorkbook("a.xlsx", (GONE, replace(GONE, fixed_on=date(2026, 5, 1)))), (), JUDGED, TODAY).past
    assert [each.status for each in past] == [Status.FIXED, Status.FIXED]
    assert [each.decision.fixed_on for each in past] == [TODAY, date(2026, 5, 1)]


@pytest.mark.parametrize(
    ("gone", "reason"),
    [
        (replace(GONE, device="branch"), "branch is not part of this audit"),
        (replace(GONE, check="FW999"), "the check FW999 did not run"),
        (replace(GONE, device="core"), "gaps of core could hide it"),
    ],
)
def test_what_was_not_looked_at_is_not_fixed(gone: Decision, reason: str) -> None:
    past = follow_up(LastWorkbook("a.xlsx", (gone,)), (), JUDGED, TODAY).past
    assert [(each.status, each.reason) for each in past] == [(Status.UNKNOWN, reason)]


def test_a_rule_whose_packets_changed_is_not_fixed() -> None:
    assert status_of(replace(GONE, rule="17"), NOW) is Status.CHANGED
    assert status_of(GONE, NOW) is Status.FIXED


def test_only_what_a_person_accepts_up_to_a_day_is_waived() -> None:
    accepted = replace(SAME, decision="accepted", owner="Ada", due=date(2027, 1, 1), comment="until the move")
    (waiver,) = waivers_of((accepted,), (NOW,))
    assert (waiver.owner, waiver.expires, waiver.reason) == ("Ada", date(2027, 1, 1), "until the move")
    assert waiver.matches(NOW)
    assert not waiver.matches(finding("tcp/25"))
    for other in (
        replace(accepted, owner=""),
        replace(accepted, due=None),
        replace(accepted, decision="to fix"),
        replace(accepted, fingerprint="0" * 16),
    ):
        assert not waivers_of((other,), (NOW,))


@pytest.mark.parametrize(
    ("decision", "note"),
    [
        (replace(SAME, decision="accepted"), "accepted without an owner and a due date"),
        (replace(SAME, decision="accepted", owner="Ada"), "accepted without a due date"),
        (replace(SAME, decision="accepted", owner="Ada", due=date(2026, 11, 23)), "accepted until 2026-11-23"),
        (replace(SAME, status="fixed"), "marked as fixed, but the audit still finds it"),
    ],
)
def test_decisions_without_their_effect_are_told(decision: Decision, note: str) -> None:
    notes = follow_up(LastWorkbook("a.xlsx", (decision,)), (NOW,), JUDGED, TODAY).notes
    assert len(notes) == 1
    assert notes[0].startswith(f"a.xlsx, row 2: {note}")


def test_a_decision_with_effect_needs_no_note() -> None:
    decision = replace(SAME, decision="accepted", owner="Ada", due=TODAY, status="in progress")
    answer = follow_up(LastWorkbook("a.xlsx", (decision,)), (NOW,), JUDGED, TODAY)
    assert answer.notes == ()
    assert list(answer.statuses.values()) == [Status.IN_PROGRESS]
