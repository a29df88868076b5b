"""The documentation says what the program does: generated pages are current, README commands run as written."""

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

from auditor.checks import CHECKS
from auditor.cli import run

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHELL = "\n".join(re.findall(r"```sh\n(.*?)```", README, re.DOTALL))
COMMANDS = re.findall(r"^fwproof .*$", SHELL, re.MULTILINE)
PAGES = ["README.md", "CHANGELOG.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
INTRODUCTION = "Generated from the checks themselves by `make goldens`; `fwproof explain FW101` prints one page."


def checks_page() -> str:
    parts = ["# The checks", "", INTRODUCTION]
    for check in CHECKS:
        page = re.sub(r"(?m)^(.+)\n-{3,}$", r"### \1\n", check.docs)
        parts += ["", f"## {check.id} {check.title}", "", f"`{check.slug}`, {check.severity.word}. {page}"]
    return "\n".join(line.rstrip() for line in "\n".join(parts).splitlines()) + "\n"


def test_the_page_of_checks_is_current(request: pytest.FixtureRequest) -> None:
    path = ROOT / "docs" / "checks.md"
    if request.config.getoption("--regenerate"):
        path.write_text(checks_page(), encoding="utf-8", newline="\n")
    assert path.read_text(encoding="utf-8") == checks_page()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_runs(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    monkeypatch.chdir(tmp_path)
    words: list[str] = []
    for word in shlex.split(command, comments=True)[1:]:
        words += sorted(map(str, Path().glob(word))) if "*" in word else [word]
    assert run(words) in (0, 1)
    shown = capsys.readouterr()
    assert shown.out or shown.err


def test_the_readme_has_commands() -> None:
    assert len(COMMANDS) >= 8


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    path = ROOT / name
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        if "://" not in target:
            assert Path(os.path.normpath(path.parent / target)).exists(), target
