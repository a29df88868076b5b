"""JUnit, GitLab, Markdown and CSV, read back by what reads them."""

import csv
import io
import json
from dataclasses import replace
from xml.etree.ElementTree import fromstring

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped
from markdown_it import MarkdownIt

from auditor.findings.finding import Severity
from auditor.findings.result import AuditResult
from auditor.reports import REPORTS, Report
from auditor.reports.delimited import csv_text
from auditor.reports.gitlab import gitlab_text
from auditor.reports.junit import junit_text
from auditor.reports.markdown import MOST_CHARACTERS, markdown_text

HOSTILE = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r\n=1", "＝1", '"; DROP', "a,b;c\td",
    "\x1b[2J\x1b]0;title\x07 \x9b31m \x00", "\u202egnp.exe", "\ud800", "\ufffe",
    "]]> <!-- --> &amp; <![CDATA[", "<script>alert(1)</script>", "</failure><failure/>",
    "| a | b |", "[a](http://evil.example)", "![](x)", "`code` ``", "# head", "- item", "1. one", "> quote",
    "@octocat", "#123", "https://evil.example", "www.evil.example", "~~x~~ **b** __i__", "$x$", "a\n\n# b\n",
    "İstanbul ŞİFRE ılık", "שרת הדואר", "x" * 40_000,
]  # fmt: skip


def hostile(result: AuditResult, text: str) -> AuditResult:
    finding = replace(result.findings[0], message=text, rule=text, device=text, remedy=text, title=text)
    gap = replace(result.gaps[0], what=text, path=text, keyword=text)
    missing = replace(result.coverage[1], title=text, missing=text, source=text, device=text)
    return replace(
        result, findings=(finding,), gaps=(gap,), coverage=(missing,), waived=((finding, text),), site_name=text
    )


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("report", [each for each in REPORTS if not each.binary], ids=lambda report: report.name)
def test_no_text_format_hands_control_characters_on(report: Report, text: str, result: AuditResult) -> None:
    shown = report.render(hostile(result, text)).decode("utf-8")
    assert not [letter for letter in shown if letter < " " and letter not in "\n\t\r"]
    assert not set(shown) & {"\x7f", "\x9b", "\u202e", "\ufffe"}


def test_every_check_and_required_flow_is_a_test_case(result: AuditResult) -> None:
    checks, flows = JUnitXml.fromstring(junit_text(result).encode())
    assert [case.name for case in checks] == [
        "FW101 Required flow missing",
        "FW102 Forbidden opening exposed",
        "FW301 Forbidden opening exposed",
        "FW900",
        "not understood: firewall policy 9 ztna-x",
    ]
    outcomes = [[type(each) for each in case.result] for case in flows]
    assert outcomes == [[], [Failure], [Error], [Skipped]]
    assert (flows.tests, flows.failures, flows.errors, flows.skipped) == (4, 1, 1, 1)
    assert (checks.tests, checks.failures, checks.errors, checks.skipped) == (5, 2, 1, 1)


def test_a_failed_check_lists_its_findings(result: AuditResult) -> None:
    checks, _ = JUnitXml.fromstring(junit_text(result).encode())
    failure = next(case.result[0] for case in checks if case.name.startswith("FW102"))
    assert failure.message == "2 findings, worst critical"
    assert "[critical] edge.conf:10: RPC is reachable from the Internet, case 1." in failure.text


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_junit_stays_xml(text: str, result: AuditResult) -> None:
    root = fromstring(junit_text(hostile(result, text)))
    assert {element.tag for element in root.iter()} <= {
        "testsuites",
        "testsuite",
        "properties",
        "property",
        "testcase",
        "failure",
        "error",
        "skipped",
    }


def test_gitlab_rows_have_the_documented_fields(result: AuditResult) -> None:
    rows = json.loads(gitlab_text(result))
    assert len(rows) == len(result.findings)
    assert len({row["fingerprint"] for row in rows}) == len(rows)
    for row in rows:
        assert set(row) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert row["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert not row["location"]["path"].startswith("./")
        assert row["location"]["lines"]["begin"] >= 1
        assert "\n" not in row["description"]


def test_markdown_fits_into_a_comment_worst_first(result: AuditResult) -> None:
    many = tuple(
        replace(result.findings[0], message="ü" * 3_000, severity=Severity(number % 5), fingerprint=f"{number:016x}")
        for number in range(2_000)
    )
    flows = tuple(replace(result.coverage[1], title="t" * 3_000, missing="m" * 3_000) for _ in range(500))
    text = markdown_text(replace(result, findings=many, coverage=flows, gaps=result.gaps * 300))
    assert len(text) <= MOST_CHARACTERS
    levels = [line.split(" | ")[0] for line in text.splitlines() if line.startswith("| critical")]
    assert len(levels) == 25
    assert "and 1975 more." in text
    assert "### Required ports" in text


def test_markdown_says_what_was_not_judged_first(result: AuditResult) -> None:
    text = markdown_text(result)
    assert (
        text.index("Not understood, could hide access") < text.index("### Findings") < text.index("### Required ports")
    )
    assert "1 finding is waived." in text


RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def shape(text: str) -> list[str]:
    """The blocks and spans of a rendered text, without its words."""
    found = []
    for token in RENDERER.parse(text):
        inner = [child.type for child in token.children or () if child.type not in ("text", "html_inline")]
        spans = [child.content for child in token.children or () if child.type == "html_inline"]
        assert set(spans) <= {"<!-- -->"}
        found += [token.type, *inner]
    return found


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_no_markup(text: str, result: AuditResult) -> None:
    escapes = {"text_special"}
    plain = [each for each in shape(markdown_text(hostile(result, "calm"))) if each not in escapes]
    assert [each for each in shape(markdown_text(hostile(result, text))) if each not in escapes] == plain


@pytest.mark.parametrize("text", ["@octocat", "#123", "https://evil.example", "www.evil.example"])
def test_github_links_nothing_by_itself(text: str, result: AuditResult) -> None:
    assert text not in markdown_text(hostile(result, text))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_csv_cells_are_no_formulas(text: str, result: AuditResult) -> None:
    rows = list(csv.reader(io.StringIO(csv_text(hostile(result, text)), newline="")))
    assert len(rows) == 3
    assert len({len(row) for row in rows}) == 1
    for row in rows[1:]:
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))]
