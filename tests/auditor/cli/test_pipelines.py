"""The GitHub action, the GitLab template and the pre-commit hook: what they run is run here, on a repository with a change."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from auditor.baseline import read_waivers
from auditor.settings import read_settings

if TYPE_CHECKING:
    from tests.auditor.cli.conftest import Repository

ROOT = Path(__file__).parents[3]
BIN = Path(sys.executable).parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS = {step.get("id") or step.get("name") or step["uses"]: step for step in ACTION["runs"]["steps"]}


@pytest.fixture
def changed(repository: Repository, opening: str) -> Repository:
    """A branch that opens something, as a pull request of it is checked out: shallow, its base not there."""
    repository.write("backups/edge.conf", opening)
    repository.commit("an opening")
    return repository


def action(repository: Repository, **more: str) -> tuple[dict[str, str], str]:
    """The outputs of the step that judges, and the step summary."""
    told, summary, _ = judged(repository, **more)
    return told, summary


def judged(repository: Repository, **more: str) -> tuple[dict[str, str], str, list[str]]:
    """The same, and the lines of the job's log."""
    place = repository.path.parent
    outputs, summary = place / "outputs", place / "summary"
    outputs.write_text("", encoding="utf-8")
    summary.write_text("", encoding="utf-8")
    environment = {
        **os.environ,
        "RUNNER_TEMP": str(place),
        "GITHUB_OUTPUT": str(outputs),
        "GITHUB_STEP_SUMMARY": str(summary),
        "FWPROOF": str(BIN / "fwproof"),
        "FWPROOF_ARGUMENTS": "--today 2026-11-24",
        **more,
    }
    script = [*STEPS["check"]["run"].replace('"', "").replace("$GITHUB_ACTION_PATH", str(ROOT)).split()]
    done = subprocess.run(script, cwd=repository.path, env=environment, check=True, capture_output=True, text=True)
    told = dict(line.split("=", 1) for line in outputs.read_text("utf-8").splitlines())
    return told, summary.read_text("utf-8"), done.stdout.splitlines()


def test_the_action_judges_what_a_pull_request_changes(changed: Repository) -> None:
    told, summary = action(changed, FWPROOF_SINCE=changed.git("rev-parse", "HEAD~1"))
    assert (told["exit-code"], told["sarif"]) == ("1", "true")
    assert "critical, new" in summary
    assert summary.endswith("**The gate is closed: findings.**\n")
    names = {path.name for path in Path(told["reports"]).iterdir()}
    assert {"fwproof.sarif", "fwproof.md", "fwproof.xml", "fwproof.json", "fwproof.xlsx"} <= names
    assert Path(told["comment"]).read_text("utf-8") == summary


def test_the_action_fetches_the_base_of_a_shallow_checkout(changed: Repository) -> None:
    base, clone = changed.git("rev-parse", "HEAD~1"), changed.path.parent / "clone"
    changed.git("config", "uploadpack.allowAnySHA1InWant", "true")
    changed.git("clone", "--quiet", "--depth=1", changed.path.as_uri(), str(clone))
    told, _ = action(type(changed)(clone, changed.capsys), FWPROOF_SINCE=base)
    assert told["exit-code"] == "1"


@pytest.mark.parametrize(
    ("since", "code"), [("HEAD", "0"), ("none", "1"), ("0" * 40, "1"), ("", "1"), ("nowhere", "3")]
)
def test_the_action_without_a_usable_base(changed: Repository, since: str, code: str) -> None:
    told, summary = action(changed, FWPROOF_SINCE=since)
    assert told["exit-code"] == code
    if code == "3":
        assert "**Not judged.** What is wrong:\n\n    fwproof: nowhere: there is no such git revision here" in summary
        assert told["sarif"] == "false"


def test_arguments_may_stand_on_several_lines(changed: Repository) -> None:
    told, _ = action(changed, FWPROOF_ARGUMENTS="--today 2026-11-24\n--fail-on never\n")
    assert told["exit-code"] == "0"


def test_nothing_in_the_arguments_is_run_by_the_shell(changed: Repository) -> None:
    told, _ = action(changed, FWPROOF_ARGUMENTS="--fail-on $(touch${IFS}ran) ; touch ran")
    assert told["exit-code"] == "2"
    assert not (changed.path / "ran").exists()


def test_the_runner_obeys_nothing_that_an_export_says(changed: Repository) -> None:
    text = (changed.path / "backups" / "edge.conf").read_text("utf-8")
    changed.write("backups/edge.conf", text.replace("uzak-erişim", "::error::gone"))
    _, _, log = judged(changed, FWPROOF_SINCE="none")
    commands = [number for number, line in enumerate(log) if line.startswith("::")]
    word = log[commands[0]].removeprefix("::stop-commands::")
    assert len(word) == 32
    assert log[commands[-1]] == log[-1] == f"::{word}::"
    assert any("::error::gone" in line for line in log)


def test_no_step_puts_words_of_an_event_into_a_script() -> None:
    for name, step in STEPS.items():
        assert "${{" not in step.get("run", ""), name
    assert list(STEPS)[-1] == "The gate"
    assert STEPS["The gate"]["run"] == 'exit "$FWPROOF_CODE"'


@dataclass
class Comments:
    """A local stand-in for the comments of one pull request."""

    url: str = ""
    bodies: list[str] = field(default_factory=lambda: ["an older remark"] * 99)
    refused: int = 0


@pytest.fixture
def github() -> Iterator[Comments]:
    comments = Comments()

    class Handler(BaseHTTPRequestHandler):
        def answer(self, value: Any) -> None:
            self.send_response(comments.refused or 200)
            self.end_headers()
            self.wfile.write(json.dumps(value).encode())

        def body(self) -> str:
            assert self.headers["Authorization"] == "Bearer token"
            return json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"]

        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            assert path == "/repos/acme/firewalls/issues/7/comments"
            start = (int(query.rpartition("page=")[2]) - 1) * 100
            listed = list(enumerate(comments.bodies))[start : start + 100]
            self.answer([{"id": number, "body": body} for number, body in listed])

        def do_POST(self) -> None:
            assert self.path == "/repos/acme/firewalls/issues/7/comments"
            comments.bodies.append(self.body())
            self.answer({})

        def do_PATCH(self) -> None:
            comments.bodies[int(self.path.removeprefix("/repos/acme/firewalls/issues/comments/"))] = self.body()
            self.answer({})

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    comments.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield comments
    server.shutdown()
    thread.join()
    server.server_close()


def comment(github: Comments, path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    environment = {
        **os.environ,
        "GITHUB_API_URL": github.url,
        "GITHUB_REPOSITORY": "acme/firewalls",
        "GITHUB_JOB": "gate",
        "FWPROOF_PULL_REQUEST": "7",
        "FWPROOF_TOKEN": "token",
        "FWPROOF_COMMENT": str(path),
    }
    command = [sys.executable, str(ROOT / ".github" / "action" / "comment.py")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def test_one_comment_is_written_and_replaced(github: Comments, tmp_path: Path) -> None:
    assert comment(github, tmp_path / "c", "first") == ""
    github.bodies += ["a later remark"] * 60
    assert comment(github, tmp_path / "c", "second") == ""
    assert [body for body in github.bodies if "fwproof" in body] == ["<!-- fwproof gate -->\nsecond"]


def test_a_comment_fits_and_a_refusal_is_a_warning(github: Comments, tmp_path: Path) -> None:
    comment(github, tmp_path / "c", "line\n" * 20_000)
    assert len(github.bodies[-1]) < 65_536
    assert github.bodies[-1].endswith("The rest is in the summary of the job.\n")
    github.refused = 403
    said = comment(github, tmp_path / "c", "x")
    assert said == (
        "::warning title=fwproof::The comment was not written: GitHub answers 403; "
        "pull requests from forks may not write comments.\n"
    )
    github.url = "http://127.0.0.1:9"
    assert comment(github, tmp_path / "c", "x").startswith("::warning title=fwproof::The comment was not written: ")


def gitlab(repository: Repository, **more: str) -> int:
    template = yaml.safe_load((ROOT / ".gitlab" / "fwproof.yml").read_text("utf-8"))
    script = "set -e\n" + "\n".join(template["fwproof"]["script"])
    environment = {
        **os.environ,
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "FWPROOF_ARGUMENTS": "--today 2026-11-24",
        **more,
    }
    return subprocess.run(
        ["bash", "-c", script], cwd=repository.path, env=environment, capture_output=True, check=False
    ).returncode


def test_the_gitlab_template_judges_a_merge_request(changed: Repository) -> None:
    base = changed.git("rev-parse", "HEAD~1")
    assert gitlab(changed, CI_MERGE_REQUEST_DIFF_BASE_SHA=base) == 1
    quality = json.loads((changed.path / "gl-code-quality-report.json").read_text("utf-8"))
    assert [each["location"]["path"] for each in quality if each["severity"] == "blocker"] == ["backups/edge.conf"]
    assert (changed.path / "fwproof-junit.xml").read_text("utf-8").startswith("<?xml")
    assert gitlab(changed, CI_COMMIT_BEFORE_SHA=changed.git("rev-parse", "HEAD")) == 0
    assert gitlab(changed, CI_COMMIT_BEFORE_SHA="0" * 40) == 1
    assert gitlab(changed, CI_COMMIT_BEFORE_SHA="1" * 40) == 3


@pytest.mark.parametrize(
    ("schema", "name"), [("vendor.github-actions", "action.yml"), ("vendor.gitlab-ci", ".gitlab/fwproof.yml")]
)
def test_the_services_know_every_word_of_these_files(schema: str, name: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(ROOT / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_pre_commit_runs_the_hook_and_stops_the_commit(repository: Repository, opening: str) -> None:
    manifest = ROOT / ".pre-commit-hooks.yaml"
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "PRE_COMMIT_HOME": str(repository.path.parent)}

    def pre_commit(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pre_commit", *words]
        return subprocess.run(
            command, cwd=repository.path, env=environment, capture_output=True, text=True, check=False
        )

    assert pre_commit("validate-manifest", str(manifest)).returncode == 0
    (hook,) = yaml.safe_load(manifest.read_text("utf-8"))
    hook |= {"language": "system", "args": [*hook["args"], "--today", "2026-11-24"]}
    repository.write(".pre-commit-config.yaml", yaml.safe_dump({"repos": [{"repo": "local", "hooks": [hook]}]}))
    repository.commit("hook")
    assert pre_commit("run").returncode == 0
    repository.write("backups/edge.conf", opening)
    repository.git("add", "--all")
    stopped = pre_commit("run")
    assert stopped.returncode == 1
    assert "Failed: 1 new finding at or above high since HEAD" in stopped.stdout


SNIPPETS = re.findall(r"```(toml|yaml)\n(.*?)```", (ROOT / "docs" / "ci.md").read_text("utf-8"), re.DOTALL)


def snippet(word: str) -> str:
    (found,) = (text for _, text in SNIPPETS if word in text)
    return found


def test_the_settings_and_waivers_of_the_page_are_read(tmp_path: Path) -> None:
    path = tmp_path / "fwproof.toml"
    path.write_text(snippet("[[audit]]"), encoding="utf-8")
    assert [audit.name for audit in read_settings(path).audits] == ["headquarters", "branch"]
    assert len(read_waivers(Path("waivers.yaml"), snippet("fwwaivers/1"))) == 2


@pytest.mark.parametrize(
    ("word", "command"),
    [
        ("pull_request:", ["check_jsonschema", "--builtin-schema", "vendor.github-workflows"]),
        ("include:", ["check_jsonschema", "--builtin-schema", "vendor.gitlab-ci"]),
        ("hooks:", ["pre_commit", "validate-config"]),
    ],
)
def test_the_snippets_of_the_page_are_valid(tmp_path: Path, word: str, command: list[str]) -> None:
    path = tmp_path / "snippet.yaml"
    path.write_text(snippet(word), encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", *command, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
