"""`fwproof rulesets show`: the reference as tables, to be held against the original."""

import re
from pathlib import Path

import pytest

from auditor.baseline import available_rulesets, load_ruleset
from auditor.cli import run

TABLES = (
    "Transport server data paths (11 rows)",
    "Mailbox server data paths (18 rows)",
    "Client Access server data paths (18 rows)",
    "Unified Messaging server data paths (7 rows)",
    "Windows Firewall rules created by Exchange Setup (54 rows)",
)


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> str:
    assert run(["rulesets", "show", "exchange-2010"]) == 0
    return capsys.readouterr().out


@pytest.fixture
def markdown(capsys: pytest.CaptureFixture[str]) -> str:
    assert run(["rulesets", "show", "exchange-2010", "--markdown"]) == 0
    return capsys.readouterr().out


def test_the_counts_stand_first(shown: str) -> None:
    second = shown.splitlines()[1]
    assert "54 data paths, 120 ports in their cells (33 distinct), 144 with what the notes add" in second
    assert " ".join(shown.splitlines()[1:3]).count("54 Windows rules, 11 of them open to any program") == 1


@pytest.mark.parametrize("title", TABLES)
def test_every_table_of_the_source_is_there(title: str, shown: str, markdown: str) -> None:
    assert title in shown
    assert f"## {title}" in markdown


def test_every_row_is_there_with_its_line(shown: str, markdown: str) -> None:
    for row in load_ruleset("exchange-2010").rows:
        assert re.search(rf"(?m)^{row.row} +{row.line} ", shown), row.row
        assert f"| {row.row} | {row.line} |" in markdown, row.row


def test_markdown_has_every_cell_of_a_row(markdown: str) -> None:
    [line] = [line for line in markdown.splitlines() if line.startswith("| C05 ")]
    cells = [cell.strip().replace("\\", "") for cell in line.strip("|").split(" | ")]
    assert cells[2:10] == [
        "Outlook Web App",
        "80/TCP, 443/TCP (SSL)",
        "Forms Based Authentication",
        "Basic, Digest, Forms Based Authentication, NTLM (v2 only), Kerberos, Certificate",
        "Yes, using HTTPS",
        "Yes, using a self-signed certificate",
        "tcp/80 tcp/443",
        "",
    ]
    assert "OWA-HTTPS required, OWA-HTTP permitted" in cells[10]


def test_markdown_tables_have_as_many_cells_as_headings(markdown: str) -> None:
    width = 0
    for line in markdown.splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        cells = len(re.split(r"(?<!\\)\|", line)) - 2
        width = width or cells
        assert cells == width, line


def test_misspelt_words_of_the_source_are_said(markdown: str) -> None:
    lines = {line.split(" | ")[0].strip("| "): line.replace("\\", "") for line in markdown.splitlines()}
    assert "name read as MSExchange - POP3 (GFW) (TCP-In)" in lines["W09"]
    assert "program read as BinMicrosoft.Exchange.ServiceHost.exe" in lines["W04"]
    assert "exact twin W10" in lines["W09"]


def test_a_row_without_a_flow_says_why(shown: str) -> None:
    assert "no flow: VSS" in shown


@pytest.mark.parametrize("name", available_rulesets())
def test_every_baseline_can_be_shown_both_ways(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rulesets", "show", name]) == 0
    assert load_ruleset(name).flows[0].id in capsys.readouterr().out
    assert run(["rulesets", "show", name, "--markdown"]) == 0
    assert "## Flows" in capsys.readouterr().out


def test_markdown_of_a_hardening_guide_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rulesets", "show", "stig-fortigate-ndm", "--markdown"]) == 2
    assert "hardening guide" in capsys.readouterr().err


def test_markdown_of_a_baseline_file_is_safe(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "schema: fwbaseline/1\nid: own\ntitle: 'a | <b>'\nversion: 1.0.0\nstatus: draft\n"
        "sources: {doc: {title: 'x | y'}}\nroles: {web: {title: '<script>'}}\nservices: {https: [tcp/443]}\nflows: []\n",
        encoding="utf-8",
    )
    assert run(["rulesets", "show", str(path), "--markdown"]) == 0
    assert "<script>" not in capsys.readouterr().out
