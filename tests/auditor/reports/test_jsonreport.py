import json
from dataclasses import replace
from datetime import date
from importlib.resources import files

from jsonschema import Draft202012Validator

from auditor.findings.decisions import Decision, FollowUp, Past, Status
from auditor.findings.result import AuditResult
from auditor.reports.jsonreport import json_text, json_value

SCHEMA = json.loads(files("auditor.reports").joinpath("report.schema.json").read_text(encoding="utf-8"))


def test_the_report_fits_its_published_schema(result: AuditResult) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(json.loads(json_text(result)))


def test_what_became_of_the_last_workbook_fits_too(result: AuditResult) -> None:
    first, second = result.findings[:2]
    decision = Decision(second.fingerprint, "", owner="Ada", decision="to fix", due=date(2027, 1, 1))
    follow_up = FollowUp(
        "last.xlsx",
        {first.fingerprint: Status.NEW, second.fingerprint: Status.OPEN},
        {second.fingerprint: decision},
        (Past(replace(decision, fingerprint="0" * 16), Status.FIXED, "not found"),),
        ("a note",),
    )
    value = json.loads(json_text(replace(result, follow_up=follow_up)))
    Draft202012Validator(SCHEMA).validate(value)
    assert [row["status"] for row in value["follow_up"]["findings"]] == ["new", "still open"]
    assert value["follow_up"]["findings"][1]["due"] == "2027-01-01"


def test_every_key_is_described_by_the_schema(result: AuditResult) -> None:
    value = json_value(result)
    assert set(value) == set(SCHEMA["properties"])
    assert set(value["findings"][0]) == set(SCHEMA["$defs"]["finding"]["properties"])
    assert set(value["coverage"][0]) == set(SCHEMA["$defs"]["coverage"]["properties"])
    assert set(value["exposures"][0]) == set(SCHEMA["$defs"]["exposure"]["properties"])


def test_the_same_result_gives_the_same_bytes(result: AuditResult) -> None:
    assert json_text(result) == json_text(replace(result))


def test_a_gap_that_may_hide_access_makes_it_not_judged(result: AuditResult) -> None:
    assert json_value(result)["verdict"]["judged"] is False
    assert json_value(replace(result, gaps=()))["verdict"]["judged"] is True


def test_counts_name_every_severity(result: AuditResult) -> None:
    assert json_value(result)["verdict"]["counts"] == {"critical": 1, "high": 0, "medium": 1, "low": 8, "info": 0}


def test_lines_of_binary_exports_are_null(result: AuditResult) -> None:
    first = result.findings[0]
    assert first.origin is not None
    binary = replace(first, origin=replace(first.origin, first_line=0, last_line=0))
    assert json_value(replace(result, findings=(binary,)))["findings"][0]["origin"]["first_line"] is None


def test_a_finding_names_the_baseline_lines_as_a_waiver_does(result: AuditResult) -> None:
    named = replace(result.findings[0], flow="NO-RPC", lines=("exchange-2010:NO-RPC", "perimeter:NO-RPC"))
    found = json_value(replace(result, findings=(named,)))["findings"][0]
    assert found["baseline_lines"] == ["exchange-2010:NO-RPC", "perimeter:NO-RPC"]
