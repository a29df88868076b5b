"""The HTML page: complete, self-contained, safe with hostile text, and alive in a browser."""

import hashlib
import re
import subprocess
from base64 import b64encode
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from auditor.findings.decisions import Decision, FollowUp, Status
from auditor.findings.finding import Severity
from auditor.findings.result import AuditResult, CoverageState
from auditor.reports.html import html_text

HOSTILE = [
    "<script>document.title = 'owned'</script>",
    "<img src=x onerror=\"document.title = 'owned'\">",
    '"><svg onload=document.title=1>',
    "' onmouseover='document.title=1",
    "</style></script></title><b>bold</b>",
    "&lt;b&gt; &amp; &#60;",
    "javascript:document.title=1",
    "\x1b[31m \u202e right to left \x00",
    "]]><!-- -->",
]
VOID = {"meta", "input", "br"}


class Page(HTMLParser):
    """Tags, attributes and texts, with every tag closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def hostile(result: AuditResult, text: str) -> AuditResult:
    finding = replace(
        result.findings[0],
        message=text,
        rule=text,
        device=text,
        remedy=text,
        title=text,
        packets=text,
        uncertain=(text,),
    )
    device = replace(result.devices[0], name=text, product=text, assumptions=(text,))
    exposure = replace(result.exposures[0], zone=text, server=text, services=text)
    coverage = replace(result.coverage[0], title=text, missing=text, rules=(text,))
    gap = replace(result.gaps[0], what=text, path=text, keyword=text)
    return replace(
        result, findings=(finding,), devices=(device,), exposures=(exposure,), coverage=(coverage,), gaps=(gap,),
        site_name=text, site_inferred=(text,), waived=((finding, text),),
    )  # fmt: skip


def test_the_page_has_every_part(result: AuditResult) -> None:
    text = " ".join(Page(html_text(result)).texts)
    for part in (
        "What is reachable",
        "Findings",
        "Required ports",
        "Questions",
        "Exposure",
        "Not understood",
        "Waived",
    ):
        assert part in text
    assert "Not fully judged: 1 place" in text


def test_findings_are_sorted_by_severity(result: AuditResult) -> None:
    mixed = tuple(replace(result.findings[0], severity=level, fingerprint=f"{level:016x}") for level in Severity)
    found = re.findall(r'data-severity="(\w+)"', html_text(replace(result, findings=mixed)))
    assert found == ["critical", "high", "medium", "low", "info"]


def test_nothing_is_loaded_from_outside(result: AuditResult) -> None:
    page = Page(html_text(result))
    links = [value for name, value in page.attributes if name in ("src", "href", "action", "data", "srcset")]
    assert all(link.startswith("#") for link in links)
    assert "link" not in page.tags
    assert "url(" not in html_text(result)


def test_the_browser_may_run_only_our_script_and_style(result: AuditResult) -> None:
    text = html_text(result)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    for tag in ("script", "style"):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy.group(1)
    assert "unsafe" not in policy.group(1)
    assert "style=" not in text


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_adds_no_tag_and_no_attribute(result: AuditResult, text: str) -> None:
    page, calm = Page(html_text(hostile(result, text))), Page(html_text(hostile(result, "calm")))
    assert page.tags == calm.tags
    assert [name for name, _ in page.attributes] == [name for name, _ in calm.attributes]
    assert not set("".join(page.texts)) & {"\x1b", "\x00", "\u202e"}


def test_what_became_of_findings_is_shown(result: AuditResult) -> None:
    first = result.findings[0].fingerprint
    statuses = {each.fingerprint: Status.NEW for each in result.findings} | {first: Status.OPEN}
    decisions = {first: Decision(first, "", owner="Ada", decision="to fix")}
    text = html_text(replace(result, follow_up=FollowUp("last.xlsx", statuses, decisions, (), ("note",))))
    assert '<span class="badge still-open">still open</span>' in text
    assert "to fix, Ada" in text
    assert "Compared with last.xlsx: 9 new, 1 still open." in text


def in_browser(chromium: str, page: Path, *more: str) -> str:
    command = [
        chromium,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={page.parent / 'profile'}",
    ]
    done = subprocess.run(
        [*command, "--virtual-time-budget=5000", *more, page.as_uri()], capture_output=True, timeout=120, check=False
    )
    return done.stdout.decode("utf-8", "replace")


def test_a_browser_shows_it_and_runs_nothing_hostile(result: AuditResult, chromium: str, tmp_path: Path) -> None:
    page = tmp_path / "audit.html"
    page.write_text(html_text(hostile(result, "".join(HOSTILE[:6]))), encoding="utf-8")
    shown = in_browser(chromium, page, "--dump-dom")
    assert '<output id="shown">1 of 1</output>' in shown
    assert "<title>Firewall audit &lt;script&gt;" in shown
    picture = tmp_path / "shot.png"
    in_browser(chromium, page, f"--screenshot={picture}", "--window-size=900,700")
    assert picture.read_bytes().startswith(b"\x89PNG")


SEARCH = """<script>
const say = (word, level) => {
  search.value = word; search.dispatchEvent(new Event("input"));
  severity.value = level; severity.dispatchEvent(new Event("change"));
  return document.getElementById("shown").textContent;
};
document.body.dataset.answers = [say("case 7.", ""), say("CASE rpc", ""), say("", "medium"), say("nothing", "")].join("; ");
</script>"""


def test_search_and_filter_work_in_a_browser(result: AuditResult, chromium: str, tmp_path: Path) -> None:
    page = tmp_path / "audit.html"
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html_text(result))
    page.write_text(text.replace("</body>", SEARCH + "</body>"), encoding="utf-8")
    assert 'data-answers="1 of 10; 10 of 10; 1 of 10; 0 of 10"' in in_browser(chromium, page, "--dump-dom")


def test_a_fleet_is_a_page_that_a_browser_can_show(result: AuditResult) -> None:
    flow = next(row for row in result.coverage if row.state is CoverageState.SATISFIED)
    open_ = replace(flow, state=CoverageState.CANNOT_TELL, source="internet", destination="mailbox", flow="NOBODY")
    page = html_text(replace(result, coverage=(flow, *(open_ for _ in range(600)))))
    assert "600 further flows do not apply or wait for an answer" in page
    assert "client_access 10.0.10.21" in page
    assert page.count("<td>mailbox</td>") == 0
    few = html_text(replace(result, coverage=(flow, open_)))
    assert "<td>mailbox</td>" in few
