"""Two FortiGates in a row and the server's own firewall: which of the three decides."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

import parsers
from auditor.audit import audit
from auditor.baseline import load_ruleset, load_site
from auditor.findings.finding import Severity
from auditor.findings.result import AuditResult
from tests.auditor.analysis import boxes
from tests.auditor.pairs import company

HERE = Path(__file__).parent
DEFAULT = "0.0.0.0 0.0.0.0"
SITE = """schema: fwsite/1
id: row
baselines: [{use: exchange-2010, set: {rpc_dynamic: "6005-65534"}}]
devices:
  outer: {type: fortigate, zones: {internet: [wan]}}
  inner: {type: fortigate, zones: {internal: [srv]}}
  cas: {type: windows, profile: domain}
bindings: {client_access: [{address: 10.0.10.21, device: cas}]}
not_deployed: [hub_transport, mailbox, edge_transport, unified_messaging, domain_controller]
"""


@pytest.fixture
def judged(tmp_path: Path):  # type: ignore[no-untyped-def]
    def run(outer: str, inner: str, *rules: str) -> AuditResult:
        files = {
            "outer.conf": boxes.fortigate(
                "outer",
                {"wan": "203.0.113.2 255.255.255.0", "transfer": "10.255.0.1 255.255.255.252"},
                [(DEFAULT, "wan"), ("10.0.0.0 255.255.0.0", "transfer")],
                [("wan", "transfer", "all", "web", outer)],
                {"web": ("203.0.113.10", "10.0.10.21", "")},
            ),
            "inner.conf": boxes.fortigate(
                "inner",
                {"up": "10.255.0.2 255.255.255.252", "srv": "10.0.10.1 255.255.255.0"},
                [(DEFAULT, "up")],
                [("up", "srv", "all", "10.0.10.21/32", inner)],
            ),
            "cas.txt": company.dump(*rules).encode(),
        }
        path = tmp_path / "site.yaml"
        path.write_text(SITE, encoding="utf-8")
        firewalls = [each for name, data in files.items() for each in parsers.read(data, name)]
        return audit(tuple(firewalls), (load_ruleset("exchange-2010"),), load_site(path), datetime(2026, 11, 24, 12))

    return run


@pytest.mark.parametrize(
    ("outer", "inner", "rule", "state", "decides"),
    [
        ("443", "443", company.HTTPS, "satisfied", ("outer 1", "inner 1", "cas 1")),
        ("443", "80", company.HTTPS, "missing", ("inner (no rule opens it)",)),
        ("80", "443", company.HTTPS, "missing", ("outer (no rule opens it)",)),
        ("443", "443", company.HTTP, "missing", ("cas (no rule opens it)",)),
    ],
)
def test_all_three_must_open_it(
    judged, outer: str, inner: str, rule: str, state: str, decides: tuple[str, ...]
) -> None:  # type: ignore[no-untyped-def]
    result = judged(outer, inner, rule)
    [row] = [row for row in result.coverage if row.flow == "EAS-HTTPS"]
    assert row.state == state
    [answer] = [each for each in result.answers if each.id == "Q10"]
    assert (answer.state, answer.rules) == (state, decides)


def test_a_device_without_translation_is_not_said_to_publish(judged) -> None:  # type: ignore[no-untyped-def]
    [finding] = [each for each in judged("443", "80", company.HTTPS).findings if each.check == "FW101"]
    assert finding.device == "inner"
    assert "a translation publishes it" not in finding.message


@pytest.mark.parametrize(
    ("outer", "inner", "opened", "gfw"),
    [
        ("443 135", "443 135", Severity.CRITICAL, Severity.HIGH),
        ("443 135", "443", Severity.HIGH, Severity.LOW),
        ("443", "443 135", Severity.HIGH, Severity.LOW),
    ],
)
def test_a_rule_for_any_program_matters_where_both_let_the_internet_in(  # type: ignore[no-untyped-def]
    judged, outer: str, inner: str, opened: Severity, gfw: Severity
) -> None:
    result = judged(outer, inner, company.HTTPS, company.MAPPER)
    assert [each.severity for each in result.findings if each.check == "FW102"] == [opened]
    assert [each.severity for each in result.findings if each.check == "FW114"] == [gfw]


def test_what_one_of_two_perimeters_stops_is_not_open_at_the_perimeter(judged) -> None:  # type: ignore[no-untyped-def]
    """Port 80 is closed at the inner one: that the host closes it too is no disagreement."""
    quiet = judged("443 80", "443", company.HTTPS)
    assert not [each for each in quiet.findings if each.check == "FW117" and each.severity >= Severity.LOW]
    loud = judged("443 80", "443 80", company.HTTPS)
    assert [each.severity for each in loud.findings if each.check == "FW117"] == [Severity.LOW]
