"""Exceptions of a site file: accepted findings move aside until their day, and nothing else does."""

from __future__ import annotations

from datetime import date

import pytest

from auditor.findings.finding import Confidence, Finding, Severity
from auditor.findings.waivers import Waiver, apply_waivers

FINDING = Finding(
    "FW102", "forbidden-opening", "t", Severity.HIGH, Confidence.CERTAIN, "fgt", "17 (pop)", "m", "w", "r", None, "17", "p",
    flow="NO-POP3, NO-RPC",
)  # fmt: skip


def waiver(expires: str = "2027-01-01", **selector: str) -> Waiver:
    return Waiver("W", selector, "legacy scanner", "mail team", date.fromisoformat(expires), "CHG-1")


@pytest.mark.parametrize(
    "selector",
    [
        {"check": "FW102"},
        {"check": "forbidden-opening", "device": "fgt", "rule": "17"},
        {"check": "NO-POP3", "rule": "17 (pop)"},
        {"flow": "NO-RPC"},
        {"fingerprint": FINDING.fingerprint},
    ],
)
def test_a_selector_that_agrees_waives(selector: dict[str, str]) -> None:
    result = apply_waivers([FINDING], [waiver(**selector)], date(2026, 11, 24))
    assert result.open == ()
    assert result.waived == ((FINDING, "legacy scanner (mail team, CHG-1, until 2027-01-01)"),)
    assert result.counts == {"W": 1}


@pytest.mark.parametrize("selector", [{"check": "FW101"}, {"check": "FW102", "device": "other"}, {}, {"rule": "1"}])
def test_one_part_that_does_not_agree_keeps_the_finding(selector: dict[str, str]) -> None:
    assert apply_waivers([FINDING], [waiver(**selector)], date(2026, 11, 24)).open == (FINDING,)


def test_the_last_day_counts_and_the_day_after_does_not() -> None:
    accepted = waiver("2026-11-24", check="FW102")
    assert apply_waivers([FINDING], [accepted], date(2026, 11, 24)).open == ()
    assert apply_waivers([FINDING], [accepted], date(2026, 11, 25)).open == (FINDING,)
