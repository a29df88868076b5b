"""The progress bar is for people: seen on a terminal after a second, never in CI, in a pipe or in a file."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from auditor.commands import progress as module
from auditor.commands.progress import progress

SCRIPT = """
import time
from auditor.commands import progress
progress.PATIENCE = {patience}
with progress.progress() as told:
    told("reading \\x1b[31m[bold]fw.conf", 1, 3)
    bar = getattr(told, "__self__", None)
    while {waiting}:
        time.sleep(0.01)
    told("checking FW101", 2, 3)
    time.sleep(0.3)
print("done")
"""
SLOW = SCRIPT.format(patience=0.05, waiting="bar is not None and bar._shown is None")
"""Goes on once the bar is seen (there is none where nobody watches), however busy the machine is."""
QUICK = SCRIPT.format(patience=30, waiting="False")


def on_a_terminal(script: str, **settings: str) -> str:
    import pty

    main, side = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key != "CI"} | {"TERM": "xterm"} | settings
    with subprocess.Popen([sys.executable, "-c", script], stderr=side, stdout=subprocess.PIPE, env=environment) as run:
        os.close(side)
        shown = b""
        while True:
            try:
                data = os.read(main, 4096)
            except OSError:
                break
            if not data:
                break
            shown += data
        assert run.stdout is not None
        assert run.stdout.read() == b"done\n"
    os.close(main)
    return shown.decode()


@pytest.mark.skipif(os.name != "posix", reason="pseudo terminals of POSIX")
def test_a_person_sees_what_takes_long() -> None:
    shown = on_a_terminal(SLOW)
    assert "reading \\x1b[31m[bold]fw.conf" in shown
    assert "1/3" in shown
    assert "2/3" in shown
    assert shown.endswith("\x1b[2K")


@pytest.mark.skipif(os.name != "posix", reason="pseudo terminals of POSIX")
@pytest.mark.parametrize("settings", [{"CI": "true"}, {"TERM": "dumb"}])
def test_a_pipeline_sees_nothing(settings: dict[str, str]) -> None:
    assert on_a_terminal(SLOW, **settings) == ""


@pytest.mark.skipif(os.name != "posix", reason="pseudo terminals of POSIX")
def test_what_is_quick_shows_nothing() -> None:
    assert on_a_terminal(QUICK) == ""


def test_a_pipe_gets_no_bar(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    with progress() as told:
        told("reading", 0, 1)
        time.sleep(0.05)
    assert capsys.readouterr() == ("", "")


def test_the_audit_tells_every_check(tmp_path: Path) -> None:
    from datetime import datetime

    from auditor.audit import audit
    from auditor.baseline import infer_site
    from auditor.checks import CHECKS
    from parsers import read_inputs

    heard: list[tuple[str, int, int]] = []
    path = tmp_path / "fw.conf"
    path.write_text("config firewall policy\n    edit 1\n        set action accept\n    next\nend\n", encoding="utf-8")
    firewalls = read_inputs([path], lambda *step: heard.append(step)).firewalls
    site = infer_site(firewalls, ()).site
    result = audit(firewalls, (), site, datetime(2026, 11, 24), told=lambda *step: heard.append(step))
    assert heard[0] == ("reading fw.conf", 0, 1)
    ran = len(result.checks_run)
    assert [step[1:] for step in heard[1:]] == [(number, ran) for number in range(ran)]
    assert ran + len(result.checks_skipped) == len(CHECKS)
