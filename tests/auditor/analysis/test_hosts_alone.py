"""A Windows host without any firewall of the network: what it stops is stopped, what it lets in is not known to arrive."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

import parsers
from auditor.audit import audit
from auditor.baseline import infer_site, load_ruleset
from auditor.findings.result import AuditResult, CoverageState

CAS = Path(__file__).parents[3] / "samples" / "quillwort" / "ex-cas01.txt"


def _audited(text: str) -> AuditResult:
    firewalls = parsers.read(text.encode(), "ex-cas01.txt")
    rulesets = (load_ruleset("exchange-2010"),)
    inference = infer_site(firewalls, rulesets)
    return audit(firewalls, rulesets, inference.site, datetime(2026, 11, 24), inferred=inference.notes)


def _state(result: AuditResult, flow: str) -> CoverageState:
    (row,) = (row for row in result.coverage if row.flow == flow)
    return row.state


def test_what_the_host_lets_in_is_not_called_satisfied() -> None:
    result = _audited(CAS.read_text(encoding="utf-8"))
    (row,) = (row for row in result.coverage if row.flow == "EAS-HTTPS")
    assert row.state is CoverageState.CANNOT_TELL
    assert row.question.startswith("ex-cas01 lets it in; which firewall of the network is in front of it?")
    assert any("192.0.2.1 stands for it" in note for note in result.site_inferred)


def test_what_the_host_stops_is_missing() -> None:
    lines = CAS.read_text(encoding="utf-8").split("\n\n")
    kept = [block for block in lines if "443" not in block]
    assert len(kept) < len(lines)
    assert _state(_audited("\n\n".join(kept)), "EAS-HTTPS") is CoverageState.MISSING


def test_a_rule_of_one_local_address_keeps_the_question_open() -> None:
    text = CAS.read_text(encoding="utf-8")
    changed = text.replace(
        "LocalIP:                              Any", "LocalIP:                              10.9.9.9", 1
    )
    assert changed != text
    result = _audited(changed)
    assert _state(result, "EAS-HTTPS") is CoverageState.CANNOT_TELL
    assert any("its address is not in the export; bind it" in note for note in result.site_inferred)


@pytest.mark.parametrize("check", ["FW112", "FW116"])
def test_checks_of_a_network_firewall_are_skipped_and_say_so(check: str) -> None:
    skipped = {each.check: each.reason for each in _audited(CAS.read_text(encoding="utf-8")).checks_skipped}
    assert skipped[check] == "no firewall of a network is in the audit"
