"""Internet, ASA, FortiGate, Windows host: one verdict for the whole path."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

pytest.importorskip("ciscoconfparse2", reason="the extra fwproof[cisco] is not installed")

import parsers
from auditor.audit import audit
from auditor.baseline import load_ruleset, load_site
from auditor.findings.result import AuditResult

FOLDER = Path(__file__).parents[2] / "samples" / "two-perimeters"


@pytest.fixture(scope="module")
def result() -> AuditResult:
    files = [FOLDER / name for name in ("asa-quillwort.cfg", "fgt-inner.conf", "ex-edge02.txt")]
    site = load_site(FOLDER / "site.yaml")
    return audit(parsers.read_all(files), (load_ruleset("exchange-2010"),), site, datetime(2026, 11, 24, 12))


def test_mail_passes_all_three_firewalls(result: AuditResult) -> None:
    (row,) = [row for row in result.coverage if row.flow == "INTERNET-EDGE"]
    assert row.state == "satisfied"
    assert {"asa-quillwort", "fgt-inner", "ex-edge02"} == set(row.device.split(" and "))
    assert row.published_as == "203.0.113.70:25"


def test_an_opening_the_second_perimeter_stops_is_said_to_be_stopped_there(result: AuditResult) -> None:
    (finding,) = [finding for finding in result.findings if finding.check == "FW102"]
    assert finding.device == "asa-quillwort"
    assert "tcp/135" in finding.packets
    assert "fgt-inner on the same path stops all of it today" in finding.message


def test_unused_lists_and_inactive_lines_are_seen(result: AuditResult) -> None:
    texts = [finding.message for finding in result.findings if finding.device == "asa-quillwort"]
    assert any("UNUSED" in text for text in texts)
    assert any("OUTSIDE-IN 4" in text for text in texts)
