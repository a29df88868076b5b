"""`fwproof plan`: scripts on the screen, in a folder or a file; exit code 3 when something is left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.cli import run

SAMPLES = Path(__file__).parents[3] / "samples"
SITE = str(SAMPLES / "quillwort" / "site.yaml")
OPEN = str(SAMPLES / "activesync" / "site.yaml")


def test_the_scripts_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "--ruleset", "exchange-2010", "--site", SITE]) == 0
    shown = capsys.readouterr()
    assert "# ----- fgt-quillwort.conf\n" in shown.out
    assert "# ----- ex-cas01.ps1\n" in shown.out
    assert "planned: fgt-quillwort 8 policies, ex-cas01 4 rules" in shown.err


@pytest.mark.parametrize(("kind", "there", "missing"), [("fortios", ".conf", ".ps1"), ("powershell", ".ps1", ".conf")])
def test_one_format(kind: str, there: str, missing: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(["plan", "--site", SITE, "--format", kind])
    heads = [line for line in capsys.readouterr().out.splitlines() if line.startswith("# -----")]
    assert heads
    assert all(line.endswith(there) for line in heads)
    assert not any(line.endswith(missing) for line in heads)


def test_a_folder_gets_a_file_for_each_device_and_the_audit_of_it_finds_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plan", "--site", SITE, "-o", str(tmp_path / "plan")]) == 0
    names = sorted(path.name for path in (tmp_path / "plan").iterdir())
    assert names == ["ex-cas01.ps1", "ex-edge01.ps1", "ex-mbx01.ps1", "fgt-quillwort.conf"]
    capsys.readouterr()
    assert run(["audit", str(tmp_path / "plan"), "--site", SITE, "--no-hardening", "--fail-on", "info"]) == 0
    assert "No findings on 4 firewalls" in capsys.readouterr().out


def test_carried_out_on_its_backup_the_plan_satisfies_everything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exports = sorted(str(path) for path in (SAMPLES / "two-vdoms").glob("*.conf"))
    site = str(SAMPLES / "two-vdoms" / "site.yaml")
    assert run(["plan", *exports, "--site", site, "-o", str(tmp_path)]) == 3
    capsys.readouterr()
    run(["audit", *exports, "--apply", str(tmp_path / "fgt-larkspur.conf"), "--site", site, "--format", "json"])
    rows = [row for row in json.loads(capsys.readouterr().out)["coverage"] if row["level"] == "required"]
    assert {row["state"] for row in rows} == {"satisfied", "cannot tell", "not applicable"}
    assert {row["flow"] for row in rows if row["state"] == "cannot tell"} == {"INTERNET-HUB-MX", "HUB-INTERNET-MX"}


def test_a_single_script_goes_to_a_file(tmp_path: Path) -> None:
    target = tmp_path / "edge.conf"
    assert run(["plan", "--site", OPEN, "--format", "fortios", "-o", str(target)]) == 3
    assert target.read_text().startswith("# fwproof")
    assert run(["plan", "--site", SITE, "-o", str(tmp_path / "all.conf")]) == 2


def test_what_is_left_out_is_said_with_the_question(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "--site", OPEN]) == 3
    shown = capsys.readouterr()
    assert "not planned: HUB-AD" in shown.err
    assert "which addresses are the domain controller" in shown.err
    assert "# NOT in this plan:\n# - " in shown.out


def test_without_a_site_there_is_no_plan(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "--ruleset", "exchange-2010"]) == 2
    assert "--site is needed" in capsys.readouterr().err


def test_missing_needs_exports(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "--site", SITE, "--missing"]) == 2
    exports = [str(path) for pattern in ("*.txt", "*.conf") for path in (SAMPLES / "quillwort").glob(pattern)]
    capsys.readouterr()
    assert run(["plan", *exports, "--site", SITE, "--missing"]) == 0
    assert "passes already" in capsys.readouterr().err


def test_a_broken_site_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "site.yaml"
    broken.write_text("schema: fwsite/1\nid: x\nbindings:\n  web_server: [{address: 10.0.0.1}]\n")
    assert run(["plan", "--site", str(broken)]) == 3
    assert "no ruleset in use has the role 'web_server'" in capsys.readouterr().err


@pytest.mark.parametrize("folder", [False, True])
def test_a_backup_is_never_overwritten_by_the_plan_for_it(
    folder: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Scripts have the names of the devices, as their backups often do."""
    backup = tmp_path / "fgt-quillwort.conf"
    backup.write_bytes((SAMPLES / "quillwort" / "fgt-quillwort.conf").read_bytes())
    before = backup.read_bytes()
    given = tmp_path if folder else backup
    assert run(["plan", str(given), "--site", SITE, "-o", str(tmp_path)]) == 2
    assert "it is never overwritten" in capsys.readouterr().err
    assert backup.read_bytes() == before
    assert list(tmp_path.iterdir()) == [backup]


def test_a_firewall_that_lets_a_flow_through_gets_no_second_policy(capsys: pytest.CaptureFixture[str]) -> None:
    """Inbound mail passes the FortiGate and is stopped by the Edge's own firewall: only that one needs a rule."""
    sample = Path(__file__).parents[3] / "samples" / "quillwort"
    exports = [str(each) for each in sorted(sample.iterdir()) if each.suffix in (".conf", ".txt")]
    run(["plan", *exports, "--site", str(sample / "site.yaml"), "--missing"])
    shown = capsys.readouterr()
    assert "INTERNET-EDGE (internet to edge_transport 10.0.20.5) passes fgt-quillwort already." in shown.err
    perimeter, _, host = shown.out.partition("# ----- ex-edge01.ps1")
    assert 'set name "INTERNET-EDGE"' not in perimeter
    assert "INTERNET-EDGE" in host
