import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from auditor.cli import run
from auditor.commands.output import check_folder, save, show, window


def test_a_report_is_written_whole(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    target.write_bytes(b"old")
    save(target, b"new")
    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_place_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match="cannot write"):
        save(tmp_path / "missing" / "a.json", b"x")


def test_a_missing_folder_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match="does not exist"):
        check_folder(tmp_path / "missing" / "a.json")
    with pytest.raises(click.UsageError, match="is a folder"):
        check_folder(tmp_path)


def test_text_ends_with_one_line_end(capsys: pytest.CaptureFixture[str]) -> None:
    show("a")
    show("b\n")
    assert capsys.readouterr().out == "a\nb\n"


def test_a_log_is_plain_and_of_fixed_width(capsys: pytest.CaptureFixture[str]) -> None:
    assert window() == (100, False)


@pytest.mark.skipif(os.name != "posix", reason="pipes of a POSIX shell")
def test_a_reader_that_goes_away_changes_nothing() -> None:
    script = (
        "from auditor.commands.output import prepare_streams, show\n"
        "prepare_streams()\n"
        "for number in range(20000): show('line %d' % number)\n"
        "raise SystemExit(7)\n"
    )
    command = f'{sys.executable} -c "{script}" | head -n 1; echo ${{PIPESTATUS[0]}}'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["line 0", "7"]
    assert done.stderr == ""


def test_characters_that_the_console_lacks_are_escaped() -> None:
    script = "from auditor.commands.output import prepare_streams, show; prepare_streams(); show('K\\u00f6ln \\u2192')"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "K\\xf6ln \\u2192\n"


def test_an_export_is_never_overwritten_by_a_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exports of Windows are CSV, JSON and XML files too."""
    export = tmp_path / "host.csv"
    export.write_text("Name,DisplayName,Enabled,Direction,Action\na,a,True,Inbound,Allow\n", encoding="utf-8")
    before = export.read_bytes()
    assert run(["audit", str(export), "-o", str(tmp_path / "host.csv")]) == 2
    assert "it is never overwritten" in capsys.readouterr().err
    assert export.read_bytes() == before
