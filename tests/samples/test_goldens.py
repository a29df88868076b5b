"""The samples give exactly the results reviewed last; `make goldens` writes new ones for review."""

from dataclasses import replace
from pathlib import Path

import pytest

from auditor.findings.result import AuditResult
from auditor.reports.terminal import terminal_text

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", ["quillwort", "quillwort_inferred", "activesync"])
def test_the_sample_gives_the_reviewed_result(name: str, request: pytest.FixtureRequest) -> None:
    result: AuditResult = request.getfixturevalue(name)
    text = terminal_text(replace(result, fwproof_version="X"), width=120, every=True)
    golden = HERE / f"{name}.expected.txt"
    if request.config.getoption("--regenerate"):
        golden.write_text(text, encoding="utf-8", newline="\n")
    assert text == golden.read_text(encoding="utf-8")
