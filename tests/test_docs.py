"""The documentation says what the program does: generated pages are current, README commands run as written."""

import os
import re
import shlex
import shutil
from pathlib import Path

import click
import pytest

from auditor.checks import CHECKS
from auditor.cli import cli, run

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHELL = "\n".join(re.findall(r"```sh\n(.*?)```", README, re.DOTALL))
COMMANDS = re.findall(r"^fwproof .*$", SHELL, re.MULTILINE)
PAGES = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")),
]
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


def options(command: click.Command) -> set[str]:
    return {each for parameter in command.params for each in (*parameter.opts, *parameter.secondary_opts)}


@pytest.mark.parametrize("name", PAGES)
def test_commands_and_options_of_the_pages_exist(name: str) -> None:
    """Also where a command is not run: in a table, an example of a pipeline, the middle of a sentence."""
    for line in re.findall(r"\bfwproof ([a-z][^`\n]*)", (ROOT / name).read_text(encoding="utf-8")):
        words = line.split()
        group = cli.commands.get(words[0])
        if group is None:
            continue  # prose about fwproof
        command = group.commands.get(words[1], group) if isinstance(group, click.Group) and len(words) > 1 else group
        used = {
            each.partition("=")[0] for each in re.findall(r"(?<!\S)--?[a-z][a-z-]*(?:=\S+)?", line.partition("  #")[0])
        }
        assert used <= {*options(command), "--help"}, line


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_option_says_what_it_does(name: str) -> None:
    command = cli.commands[name]
    for each in command.commands.values() if isinstance(command, click.Group) else [command]:
        assert each.help
        for parameter in each.params:
            assert not isinstance(parameter, click.Option) or parameter.help, f"{each.name} {parameter.name}"


def test_the_finding_that_the_readme_shows_is_one() -> None:
    (shown,) = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
    report = (ROOT / "tests" / "samples" / "quillwort.expected.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in shown.splitlines() if line not in report] == []
