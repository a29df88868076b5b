"""Hardening guides on the command line: by default, by guide, left out, listed, shown, explained."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.cli import run

FILE = "samples/quillwort/fgt-quillwort.conf"


@pytest.fixture(autouse=True)
def at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[3])


def audited(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, object]:
    run(["audit", FILE, "--site", "samples/quillwort/site.yaml", "--format", "json", "--today", "2026-11-24", *options])
    value = json.loads(capsys.readouterr().out)
    assert isinstance(value, dict)
    return value


def test_settings_are_judged_by_every_guide_unless_told_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    value = audited(capsys)
    findings = [each for each in value["findings"] if each["check"] == "FW130"]  # type: ignore[attr-defined]
    failed = [each["id"] for each in value["hardening"] if each["state"] == "fail"]  # type: ignore[attr-defined]
    assert len(findings) == len(failed) == len(set(failed)) > 20
    assert {each["severity"] for each in findings} <= {"medium", "low", "info"}
    policy = next(each for each in findings if "A password policy is in force" in each["message"])
    assert len(policy["guides"]) >= 3
    assert "CIS FortiGate 7.0.x Benchmark 1.3.0: 2.2.1 (L1)" in policy["guides"]


def test_one_guide_alone_is_judged_and_cited(capsys: pytest.CaptureFixture[str]) -> None:
    value = audited(capsys, "--benchmark", "cis-fortigate-7.4")
    cited = {guide["benchmark"] for each in value["hardening"] for guide in each["guides"]}  # type: ignore[attr-defined]
    assert cited == {"cis-fortigate-7.4"}


def test_hardening_can_be_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    value = audited(capsys, "--no-hardening")
    assert value["hardening"] == []
    assert all(each["check"] != "FW130" for each in value["findings"])  # type: ignore[attr-defined]


def test_the_port_audit_comes_first_in_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    run(["audit", FILE, "--site", "samples/quillwort/site.yaml"])
    text = capsys.readouterr().out
    assert text.index("Required ports:") < text.index("Hardening guides:") < text.index("Files\n")
    assert text.count("FGT-") == 5
    assert "FW130" not in text
    assert "settings against hardening guides" in text.splitlines()[0]


def test_a_local_dump_is_said_to_be_no_evidence_for_group_policy(capsys: pytest.CaptureFixture[str]) -> None:
    run(["audit", "samples/quillwort/ex-cas01.txt", "--benchmark", "cis-windows-server-2022-4.0"])
    text = " ".join(capsys.readouterr().out.split())
    assert "not decidable: The local value meets the guides; a local dump alone is not evidence" in text


def test_a_local_value_that_meets_a_guide_and_still_fails_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = (
        "SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\DomainProfile",
        "SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\PublicProfile",
    )
    lines = [f'[HKEY_LOCAL_MACHINE\\{key}]\n"EnableFirewall"=dword:00000001\n' for key in keys]
    file = tmp_path / "EX01.reg"
    file.write_text("\n".join(["Windows Registry Editor Version 5.00\n", *lines]), encoding="utf-16")
    run(["audit", str(file), "--benchmark", "cis-windows-server-2022-4.0", "--allow-gaps", "--format", "json"])
    found = json.loads(capsys.readouterr().out)["findings"]
    [finding] = [
        each for each in found if each["check"] == "FW130" and "Domain profile: firewall is on" in each["message"]
    ]
    assert "they ask for a group policy, and the one given does not set it" in finding["message"]


def test_a_contradiction_and_an_unknown_guide_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", FILE, "--no-hardening", "--benchmark", "cis-fortigate-7.0"]) == 2
    assert run(["audit", FILE, "--benchmark", "cis-fortigat-7.4"]) == 3
    assert "did you mean 'cis-fortigate-7.4'" in capsys.readouterr().err


def test_rulesets_list_shows_benchmarks_and_their_guides(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rulesets", "list"]) == 0
    text = capsys.readouterr().out
    assert "cis-fortigate-7.0: CIS FortiGate 7.0.x Benchmark 1.3.0" in text
    assert "stig-windows-firewall" in text


def test_rulesets_show_and_check_take_benchmarks(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rulesets", "show", "stig-fortigate-ndm"]) == 0
    assert "FGFW-ND-000275" in capsys.readouterr().out
    assert run(["rulesets", "check", "rulesets/benchmarks/windows.yaml"]) == 0
    assert "in order; windows 1.0.0, 29 items" in capsys.readouterr().out


@pytest.mark.parametrize("word", ["FGT-IDLE-TIMEOUT", "fgt-idle-timeout", "2.4.4"])
def test_an_item_is_explained_by_its_id_and_by_the_number_of_a_guide(
    word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", word]) == 0
    text = capsys.readouterr().out
    assert "system global admintimeout" in text
    assert "CIS FortiGate 7.0.x Benchmark 1.3.0: 2.4.4 (L1)" in text


def test_a_stig_number_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "V-242004"]) == 0
    assert "WIN-PUBLIC-MERGE" in capsys.readouterr().out
