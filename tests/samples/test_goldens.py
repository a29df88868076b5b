"""The samples give exactly the results reviewed last; `make goldens` writes new ones for review."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from auditor import __version__
from auditor.commands.case import open_case
from auditor.findings.result import AuditResult
from auditor.remedy import plan
from auditor.remedy.scripts import scripts
from auditor.reports.terminal import terminal_text

HERE = Path(__file__).parent


def agree(text: str, name: str, request: pytest.FixtureRequest) -> None:
    """The text is the reviewed one; with --regenerate it becomes the one to review."""
    golden = HERE / f"{name}.expected.txt"
    if request.config.getoption("--regenerate"):
        golden.write_text(text, encoding="utf-8", newline="\n")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["quillwort", "quillwort_inferred", "activesync"])
def test_the_sample_gives_the_reviewed_result(name: str, request: pytest.FixtureRequest) -> None:
    result: AuditResult = request.getfixturevalue(name)
    text = terminal_text(replace(result, fwproof_version="X"), width=120, every=True)
    agree(text, name, request)


def test_the_plan_of_a_sample_is_the_reviewed_one(request: pytest.FixtureRequest) -> None:
    folder = HERE.parents[1] / "samples" / "quillwort"
    case = open_case(sorted([*folder.glob("*.conf"), *folder.glob("*.txt")]), folder / "site.yaml", ())
    made = plan(case.firewalls, case.rulesets, case.site, datetime(2026, 11, 24, 12))
    text = "".join(f"# ----- {script.name}\n{script.text}" for script in scripts(made))
    agree(text.replace(f"fwproof {__version__}", "fwproof X").replace(f"{folder}/", ""), "quillwort_plan", request)
