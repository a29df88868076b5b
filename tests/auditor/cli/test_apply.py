"""`--apply`: a change script is judged on top of a backup before anybody types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.cli import run

BACKUP = """#config-version=FGT60F-7.0.12-FW-build0523-230606:opmode=0:vdom=0:user=admin
config system global
    set hostname "edge"
    set allow-traffic-redirect disable
end
config system interface
    edit "wan1"
        set vdom "root"
        set ip 203.0.113.2 255.255.255.0
        set type physical
        set role wan
    next
    edit "lan"
        set vdom "root"
        set ip 10.0.0.1 255.255.255.0
        set type physical
    next
end
config firewall policy
    edit 1
        set name "out"
        set srcintf "lan"
        set dstintf "wan1"
        set srcaddr "all"
        set dstaddr "all"
        set action accept
        set schedule "always"
        set service "HTTPS"
    next
end
config router static
    edit 1
        set gateway 203.0.113.1
        set device "wan1"
    next
end
"""
OPENING = """config firewall vip
    edit "rdp"
        set extip 203.0.113.9
        set extintf "wan1"
        set mappedip "10.0.0.9"
        set portforward enable
        set extport 3389
        set mappedport 3389
    next
end
config firewall policy
    edit 0
        set name "rdp-in"
        set srcintf "wan1"
        set dstintf "lan"
        set srcaddr "all"
        set dstaddr "rdp"
        set action accept
        set schedule "always"
        set service "RDP"
    next
    move 2 before 1
end
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "edge.conf").write_text(BACKUP)
    (tmp_path / "change.txt").write_text(OPENING)
    return tmp_path


def test_an_opening_is_found_before_it_is_made(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", "edge.conf", "--apply", "change.txt", "--fail-on-opening", "internet"]) == 1
    out = capsys.readouterr().out
    assert "by policy 2, lines 12 to " in out
    assert "0 newly blocked" in out


def test_the_spelling_of_the_script_as_a_file_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "edge.conf", "change.txt", "--apply", "change.txt", "--format", "json", "--no-hardening"]) == 1
    report = json.loads(capsys.readouterr().out)
    (device,) = report["devices"]
    assert [(each["name"], each["format"]) for each in device["sources"]] == [
        ("edge.conf", "fortios backup"),
        ("change.txt", "fortios script, applied"),
    ]


@pytest.mark.parametrize("apply", ["change.txt", "edge=change.txt", "edge.conf=change.txt"])
def test_a_packet_is_traced_through_the_change(folder: Path, apply: str, capsys: pytest.CaptureFixture[str]) -> None:
    question = ["--from", "wan1", "--to", "203.0.113.9", "--port", "tcp/3389"]
    assert run(["trace", "edge.conf", *question]) == 0
    assert "BLOCKED" in capsys.readouterr().out
    assert run(["trace", "edge.conf", "--apply", apply, *question]) == 0
    assert "ALLOWED" in capsys.readouterr().out


def test_a_wrong_line_of_a_script_is_not_judged(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "change.txt").write_text("config firewall policy\n    move 99 before 1\nend\n")
    assert run(["audit", "edge.conf", "--apply", "change.txt"]) == 3
    assert "change.txt:2" in capsys.readouterr().out


TOML = """[[audit]]
name = "edge"
files = ["*.conf", "*.txt"]
rulesets = ["perimeter"]
hardening = false
"""


def test_the_gate_judges_a_change(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "fwproof.toml").write_text(TOML)
    assert run(["check", "--apply", "change.txt", "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [source["name"] for source in report["devices"][0]["sources"]] == ["edge.conf", "change.txt"]
    opened = [each for each in report["findings"] if each["origin"]["file"] == "change.txt"]
    assert any("3389" in each["message"] for each in opened)


def test_the_gate_applies_to_one_audit(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "fwproof.toml").write_text(TOML + TOML.replace('"edge"', '"again"'))
    assert run(["check", "--apply", "change.txt"]) == 2
    assert "choose it with --audit" in capsys.readouterr().err
    assert run(["check", "--apply", "change.txt", "--audit", "again"]) == 1


def test_a_question_is_answered_for_a_change(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "change.txt").write_text(OPENING.replace("3389", "443").replace('"RDP"', '"HTTPS"'))
    answers = []
    for more in ([], ["--apply", "change.txt"]):
        run(["ask", "exchange-2010", "edge.conf", "--service", "activesync", "--json", *more])
        answers.append(json.loads(capsys.readouterr().out))
    assert answers[0] != answers[1]
    assert "edge 2" in json.dumps(answers[1])


def test_a_site_file_is_inferred_for_a_change(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "change.txt").write_text("config system interface\n    edit lan\n        set role dmz\n    next\nend\n")
    assert run(["init", "edge.conf"]) == 0
    assert "internal: [lan]" in capsys.readouterr().out
    assert run(["init", "edge.conf", "--apply", "change.txt"]) == 0
    assert "perimeter: [lan]" in capsys.readouterr().out


def test_what_a_change_lets_through_is_not_planned_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sample = Path(__file__).parents[3] / "samples" / "quillwort"
    asked = ["plan", *map(str, sample.glob("*.conf")), "--site", str(sample / "site.yaml"), "--missing"]
    run([*asked, "--format", "fortios", "-o", str(tmp_path / "missing.conf")])
    assert "EDGESYNC" in (tmp_path / "missing.conf").read_text()
    capsys.readouterr()
    run([*asked, "--apply", str(tmp_path / "missing.conf")])
    assert "EDGESYNC (hub_transport 10.0.10.21 to edge_transport 10.0.20.5) passes already" in capsys.readouterr().err
    assert run(["plan", *asked[2:], "--apply", "change.txt"]) == 2


def test_a_question_without_exports_has_nothing_to_change(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ask", "exchange-2010", "--apply", "change.txt"]) == 2
    assert "name its file too" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["compare", "edge.conf"], "give NEW, or a script"),
        (["inspect", "edge.conf", "--apply", "gone.txt"], "gone.txt: cannot be opened"),
        (["inspect", "edge.conf", "--apply", "core=change.txt"], "no input is called 'core'"),
        (["inspect", "edge.conf", "other.conf", "--apply", "change.txt"], "--apply DEVICE=change.txt"),
    ],
)
def test_wrong_use(folder: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "other.conf").write_text(BACKUP.replace("edge", "other"))
    assert run(arguments) == 2
    assert said in capsys.readouterr().err.replace("\n", " ")
