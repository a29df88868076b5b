"""Two example audits of one site: the thread's own configuration, and one that opens every port and closes the rest."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

import parsers
from auditor.audit import audit
from auditor.baseline import load_ruleset, load_site
from auditor.findings.finding import Severity
from auditor.findings.result import AuditResult

HERE = Path(__file__).parent
ASKED = ("EAS-HTTPS", "POP3-SSL", "EDGESYNC", "CLUSTER", "LOG-SHIPPING", "OCS-IN", "OCS-OUT")


def judged(name: str) -> AuditResult:
    firewalls = parsers.read_all([HERE / f"{name}.conf"])
    return audit(
        firewalls, (load_ruleset("exchange-2010"),), load_site(HERE / "denver.yaml"), datetime(2026, 11, 24, 12)
    )


@pytest.fixture(scope="module")
def thread() -> AuditResult:
    return judged("thread")


@pytest.fixture(scope="module")
def every_port() -> AuditResult:
    return judged("every-port")


def states(result: AuditResult) -> dict[str, set[str]]:
    return {flow: {row.state.value for row in result.coverage if row.flow == flow} for flow in ASKED}


def test_the_threads_configuration_has_what_it_needs(thread: AuditResult) -> None:
    assert states(thread) == {
        "EAS-HTTPS": {"satisfied"},
        "POP3-SSL": {"not applicable"},
        "EDGESYNC": {"satisfied"},
        "CLUSTER": {"satisfied"},
        "LOG-SHIPPING": {"satisfied"},
        "OCS-IN": {"not applicable"},
        "OCS-OUT": {"not applicable"},
    }
    by = {row.flow: row.rules for row in thread.coverage if row.flow in ("EAS-HTTPS", "EDGESYNC")}
    assert by == {"EAS-HTTPS": ("fgt-hq 3",), "EDGESYNC": ("fgt-hq 9",)}


def test_the_threads_configuration_opens_nothing_forbidden(thread: AuditResult) -> None:
    assert [each.message for each in thread.findings if each.check == "FW102"] == []


def test_every_port_open_and_the_rest_closed(every_port: AuditResult) -> None:
    assert states(every_port) == {
        "EAS-HTTPS": {"satisfied"},
        "POP3-SSL": {"not applicable"},
        "EDGESYNC": {"missing"},
        "CLUSTER": {"partly"},
        "LOG-SHIPPING": {"missing"},
        "OCS-IN": {"not applicable"},
        "OCS-OUT": {"not applicable"},
    }


@pytest.mark.parametrize(
    ("flow", "missing"),
    [
        ("EDGESYNC", "tcp/50636 from 10.0.10.22 to 10.0.20.5"),
        ("CLUSTER", "tcp/64001-65534, udp/3343 from 10.0.10.31 to 10.0.11.32"),
        ("LOG-SHIPPING", "tcp/64327 from 10.0.10.31 to 10.0.11.32"),
    ],
)
def test_exactly_what_is_missing(every_port: AuditResult, flow: str, missing: str) -> None:
    [row] = [row for row in every_port.coverage if row.flow == flow and not row.source.endswith("10.0.11.32")]
    assert row.missing == f"{missing} (closed at fgt-hq)"
    severities = {each.severity for each in every_port.findings if flow in each.flow.split(", ")}
    assert severities == {Severity.HIGH}


def test_every_port_is_one_critical_finding_that_names_the_forbidden_ones(every_port: AuditResult) -> None:
    [finding] = [each for each in every_port.findings if each.check == "FW102"]
    assert (finding.severity, finding.rule) == (Severity.CRITICAL, "3")
    assert {"NO-RPC", "NO-OWA-IM", "NO-POP3"} <= set(finding.flow.split(", "))


def test_the_accepted_finding_is_another_rules(every_port: AuditResult) -> None:
    assert not every_port.waived
    assert [each.check for each in every_port.findings if "EXC-1" in each.message] == ["FW122"]
