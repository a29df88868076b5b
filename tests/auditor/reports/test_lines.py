"""How much of each file was understood stands in every report that has a place for it."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from xml.etree.ElementTree import fromstring

import pytest

from auditor.findings.result import AuditResult
from auditor.reports import REPORTS
from auditor.reports.lines import files_read, ledger_text

WORDS = "100 lines = 60 read + 38 irrelevant + 2 not understood"


def rendered(result: AuditResult, name: str) -> str:
    (report,) = [each for each in REPORTS if each.name == name]
    return report.render(result).decode()


def test_every_file_once(result: AuditResult) -> None:
    twice = replace(result, devices=(*result.devices, *result.devices))
    assert [source.name for source in files_read(twice)] == [source.name for source in files_read(result)]
    assert ledger_text(files_read(result)[0].ledger) == WORDS


@pytest.mark.parametrize("name", ["markdown", "junit", "csv"])
def test_in_words(result: AuditResult, name: str) -> None:
    assert WORDS in rendered(result, name)


@pytest.mark.parametrize("name", ["terminal", "html", "json", "sarif"])
def test_in_numbers(result: AuditResult, name: str) -> None:
    text = rendered(result, name)
    assert all(number in text for number in ("100", "60", "38"))


def test_sarif_says_it_of_the_artifact(result: AuditResult) -> None:
    artifact = json.loads(rendered(result, "sarif"))["runs"][0]["artifacts"][0]
    assert artifact["properties"]["lines"] == {"total": 100, "read": 60, "irrelevant": 38, "not_understood": 2}


def test_junit_counts_cases_only(result: AuditResult) -> None:
    for suite in fromstring(rendered(result, "junit")):
        assert int(suite.get("tests", "")) == len(suite.findall("testcase"))


def test_csv_says_it_of_the_file_of_a_finding(result: AuditResult) -> None:
    rows = list(csv.DictReader(io.StringIO(rendered(result, "csv"))))
    assert {row["file_lines"] for row in rows if row["file"] == "edge.conf"} == {WORDS}
