"""Objects that are missing or idle, and what of an export was not understood: one finding a device and kind."""

from __future__ import annotations

from datetime import datetime

import pytest

from auditor.audit import audit
from auditor.baseline import infer_site
from auditor.findings.finding import Finding, Severity
from tests.parsers.fortigate.writing import ANY, policies, read, table, with_lines

HOSTS = table("firewall address", "web\nset subnet 10.0.0.5/32", "old\nset subnet 10.0.0.6/32")


def found(text: str, check: str) -> list[Finding]:
    firewall = read(text)
    result = audit((firewall,), (), infer_site((firewall,), ()).site, datetime(2026, 11, 24))
    return [each for each in result.findings if each.check == check]


def test_an_object_that_nothing_uses_is_unused() -> None:
    (finding,) = found(HOSTS + policies(with_lines(ANY, dstaddr='"web"')), "FW108")
    assert finding.message == "1 unused firewall address object: old."
    assert (finding.severity, finding.packets) == (Severity.INFO, "unused firewall address 1")


def test_names_that_the_export_does_not_hold_are_one_finding_a_kind() -> None:
    body = with_lines(ANY, dstaddr='"web" "gone"')
    (finding,) = found(HOSTS + policies(body, with_lines(ANY, dstaddr='"lost"')), "FW109")
    assert finding.message == (
        "firewall address 'gone', 'lost' are not in the export; used by firewall policy 1, firewall policy 2."
    )
    assert [(each.rule, each.text) for each in finding.related] == [("1", "names gone"), ("2", "names lost")]


def test_a_complete_export_has_no_undefined_object() -> None:
    assert found(HOSTS + policies(with_lines(ANY, dstaddr='"web" "old"')), "FW109") == []


@pytest.mark.parametrize(
    ("text", "severity", "what"),
    [
        (policies(ANY + "\nset frobnicate enable"), Severity.MEDIUM, "could hide access"),
        (table("frobnication engine", "x\nset level 3"), Severity.INFO, "cannot hide access as far as is known"),
    ],
    ids=["a keyword of a policy", "a table that no version knows"],
)
def test_what_was_not_understood_is_a_finding_at_its_line(text: str, severity: Severity, what: str) -> None:
    (finding,) = found(text, "FW110")
    assert finding.severity is severity
    assert finding.message.startswith(f"1 place not understood that {what}: line ")
    assert "frobnicat" in finding.message
    assert finding.origin is not None
    assert finding.origin.first_line > 0
