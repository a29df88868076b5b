"""`rulesets new`, `rulesets import` and `rulesets check`: a baseline of one's own, from nothing or from a matrix."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from auditor.cli import run
from auditor.commands.skeleton import schema_place
from tests.fortios import head

BACKUP = (
    head("edge", wan1="203.0.113.2/24", lan="10.0.10.1/24", db="10.0.30.1/24")
    + """config firewall address
    edit "all"
    next
end
config firewall service custom
    edit "sql"
        set tcp-portrange 1433
    next
end
config firewall policy
    edit 1
        set srcintf "lan"
        set dstintf "db"
        set action accept
        set srcaddr "all"
        set dstaddr "all"
        set schedule "always"
        set service "sql"
        set logtraffic all
    next
end
"""
)
MATRIX = """Source,Destination,Protocol,Port,Description
web01 (10.0.10.5),db01 (10.0.30.5),tcp,1433,SQL
,,,1434,Browser
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "edge.conf").write_text(BACKUP)
    (tmp_path / "ports.csv").write_text(MATRIX)
    return tmp_path


def _schema(kind: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(Path(schema_place(kind)).read_text("utf-8")))


def test_a_new_baseline_is_in_order_and_obeys_its_schema(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rulesets", "new", "house rules.yaml"]) == 0
    assert run(["rulesets", "check", "house rules.yaml"]) == 0
    assert "in order; house-rules 0.1.0" in capsys.readouterr().out
    text = (folder / "house rules.yaml").read_text("utf-8")
    assert text.startswith(f"# yaml-language-server: $schema={schema_place()}")
    _schema("baseline").validate(yaml.safe_load(text))


def test_every_file_is_checked_site_files_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rulesets", "new", "own.yaml"]) == 0
    (folder / "bad.yaml").write_text((folder / "own.yaml").read_text("utf-8").replace("role: app", "role: ap"), "utf-8")
    site = "schema: fwsite/1\nid: hq\nbaselines: [{use: own.yaml}]\nbindings:\n  {role}: [{address: 10.0.0.5}]\n"
    (folder / "hq.yaml").write_text(site.replace("{role}", "app"), "utf-8")
    (folder / "typo.yaml").write_text(site.replace("{role}", "apq"), "utf-8")
    assert run(["rulesets", "check", "bad.yaml", "typo.yaml", "hq.yaml", "own.yaml"]) == 3
    shown = capsys.readouterr()
    assert "hq.yaml: in order; a site file for own, roles bound: 1" in shown.out
    assert "own.yaml: in order; own 0.1.0" in shown.out
    assert "did you mean 'app'?" in next(line for line in shown.err.splitlines() if "bad.yaml:" in line)
    assert "did you mean 'app'?" in next(line for line in shown.err.splitlines() if "typo.yaml:" in line)


def test_work_is_not_overwritten(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "own.yaml").write_text("mine")
    assert run(["rulesets", "new", "own.yaml"]) == 2
    assert run(["rulesets", "import", "ports.csv", "-o", "own.yaml"]) == 2
    assert "exists: it may hold your work" in capsys.readouterr().err
    assert (folder / "own.yaml").read_text() == "mine"
    assert run(["rulesets", "new", "own.yaml", "--force"]) == 0


def test_a_matrix_becomes_a_baseline_that_audits(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rulesets", "import", "ports.csv", "-o", "own.yaml", "--exports", "edge.conf"]) == 0
    assert run(["rulesets", "check", "own.yaml"]) == 0
    for kind, name in (("baseline", "own.yaml"), ("site", "own.site.yaml")):
        _schema(kind).validate(yaml.safe_load((folder / name).read_text("utf-8")))
    capsys.readouterr()
    command = ["audit", "edge.conf", "--site", "own.site.yaml", "--format", "json", "--fail-on", "never"]
    assert run(command) == 0
    report = json.loads(capsys.readouterr().out)
    states = {row["flow"]: row["state"] for row in report["coverage"]}
    assert states == {"R2": "satisfied", "R3": "missing"}
    (missing,) = [each for each in report["findings"] if each["check"] == "FW101"]
    assert "web01 10.0.10.5 to db01 10.0.30.5" in missing["message"]
    assert missing["citation"] == ["ports:3"]


def test_what_was_not_understood_ends_in_3_and_in_the_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "ports.csv").write_text(f"{MATRIX}web01,db01,tcp,plenty,\n")
    assert run(["rulesets", "import", "ports.csv", "-o", "own.yaml"]) == 3
    said = "ports.csv, row 4, column Port: 'plenty' was not understood at 'plenty'"
    assert said in capsys.readouterr().err
    assert said in (folder / "own.yaml").read_text("utf-8")
    assert run(["rulesets", "check", "own.yaml"]) == 0


def test_nothing_understood_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "ports.csv").write_text("a,b\n1,2\n")
    assert run(["rulesets", "import", "ports.csv", "-o", "own.yaml"]) == 3
    assert "no header row" in capsys.readouterr().err
    assert not (folder / "own.yaml").exists()


def test_definitions_become_services_and_bindings(folder: Path) -> None:
    (folder / "d.net").write_text("WEB = 10.0.10.5/32 # the web server\n")
    (folder / "d.svc").write_text("HTTPS = 443/tcp\n")
    assert run(["rulesets", "import", "d.net", "d.svc", "-o", "own.yaml"]) == 0
    assert run(["rulesets", "check", "own.yaml"]) == 0
    own = yaml.safe_load((folder / "own.yaml").read_text("utf-8"))
    assert own["services"] == {"https": ["tcp/443"]}
    assert own["roles"] == {"web": {"title": "the web server"}}
    assert yaml.safe_load((folder / "own.site.yaml").read_text("utf-8"))["bindings"] == {
        "web": [{"address": "10.0.10.5"}]
    }


def test_hostile_text_stays_text(folder: Path) -> None:
    (folder / "ports.csv").write_text(
        'Source,Destination,Protocol,Port,Description\n"a: {b}",c,tcp,1,"x"" # : y\n- z"\n'
    )
    assert run(["rulesets", "import", "ports.csv", "-o", "own.yaml"]) == 0
    own = yaml.safe_load((folder / "own.yaml").read_text("utf-8"))
    assert own["flows"][0]["title"] == 'x" # : y - z'
    assert own["roles"]["a_b"]["title"] == "a: {b}"


def test_what_a_site_sets_for_a_baseline_file_counts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A site file names its baseline by file: severities, conditions and variables under it are for that baseline."""
    assert run(["rulesets", "import", "ports.csv", "-o", "own.yaml", "--exports", "edge.conf"]) == 0
    site = folder / "own.site.yaml"
    site.write_text(site.read_text().replace("- use: own.yaml", "- use: own.yaml\n    severity: {R3: critical}"))
    capsys.readouterr()
    assert run(["audit", "edge.conf", "--site", "own.site.yaml", "--format", "json", "--fail-on", "never"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [each["severity"] for each in report["findings"] if each["check"] == "FW101"] == ["critical"]
