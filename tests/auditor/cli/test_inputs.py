"""What people give a command: a folder with a bad file in it, standard input, the same file twice."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from auditor.cli import run

BACKUP = Path(__file__).parents[3] / "samples" / "activesync" / "fgt.conf"
BROKEN = "#config-version=FGT60F-7.0.12-FW-build0523-221110:opmode=0:vdom=0:user=admin\n"


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    (tmp_path / "edge.conf").write_bytes(BACKUP.read_bytes())
    (tmp_path / "cut-off.conf").write_text(BROKEN, encoding="utf-8")
    return tmp_path


def test_a_bad_file_of_a_folder_leaves_the_others_judged_but_never_passes(
    backups: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = backups.parent / "audit.json"
    assert run(["audit", str(backups), "--fail-on", "never", "-o", str(report)]) == 3
    said = capsys.readouterr()
    assert f"refused {backups / 'cut-off.conf'}: this looks like FortiOS text" in said.err
    assert "Not judged: 1 place could hide access" in said.out
    written = json.loads(report.read_text(encoding="utf-8"))
    assert len(written["devices"]) == 1
    assert [gap["what"][:10] for gap in written["gaps"] if gap["hides_access"]] == ["not read: "]


def test_a_backup_of_a_folder_that_came_out_empty_never_passes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "edge.conf").write_bytes(BACKUP.read_bytes())
    (tmp_path / "branch.conf").write_bytes(b"\r\n")
    (tmp_path / ".gitkeep").write_bytes(b"")
    assert run(["audit", str(tmp_path), "--fail-on", "never"]) == 3
    said = capsys.readouterr().err
    assert f"refused {tmp_path / 'branch.conf'}: the file is empty" in said
    assert f"refused {tmp_path / '.gitkeep'}" not in said


@pytest.mark.parametrize("command", [["plan", "--site"], ["compare"]])
def test_commands_that_need_all_of_a_folder_stop(backups: Path, command: list[str]) -> None:
    site = str(BACKUP.with_name("site.yaml"))
    given = [str(backups), site] if command == ["compare"] else [site, str(backups)]
    assert run([*command, *given]) == 3


def test_inspect_goes_on_and_says_3(backups: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", str(backups), "--json"]) == 3
    value = json.loads(capsys.readouterr().out)
    assert len(value["devices"]) == 1
    assert [each["reason"][:9] for each in value["refused"]] == ["this look"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(BACKUP.read_bytes())))
    assert run(["inspect", "-"]) == 0
    assert "stdin: fortios backup" in capsys.readouterr().out


def test_a_file_given_twice_is_read_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", str(BACKUP), str(BACKUP.parent / "." / BACKUP.name), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["devices"]) == 1


def test_two_versions_of_one_device_are_remarked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("monday.conf", "tuesday.conf"):
        (tmp_path / name).write_bytes(BACKUP.read_bytes())
    assert run(["inspect", str(tmp_path)]) == 0
    said = capsys.readouterr().err
    assert "2 firewalls are called " in said
    assert "see what changed with fwproof compare" in said
