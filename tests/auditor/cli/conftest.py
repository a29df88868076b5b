"""A git repository with an export in three versions: harmless, with an opening, with the opening waived."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest

from auditor.cli import run

SAMPLE = Path(__file__).parents[3] / "samples" / "activesync"
HARMLESS = (SAMPLE / "fgt.conf").read_text(encoding="utf-8")
OPENED = f"""{HARMLESS}config firewall vip
    edit "uzak-erişim"
        set extip 203.0.113.11
        set extintf "wan1"
        set mappedip "10.0.10.21"
    next
end
config firewall service custom
    edit "RPC"
        set tcp-portrange 135
    next
end
config firewall policy
    edit 17
        set name "uzak-erişim"
        set srcintf "wan1"
        set dstintf "internal"
        set action accept
        set srcaddr "all"
        set dstaddr "uzak-erişim"
        set schedule "always"
        set service "RPC"
        set logtraffic all
    next
end
"""
SETTINGS = """\
# The gate of this repository.
fail-on = "high"

[[audit]]
name = "edge"
files = ["backups/*.conf"]
site = "site.yaml"
hardening = false
"""
TODAY = "2026-11-24"


class Ran(NamedTuple):
    """What a command did: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Repository:
    """A git repository on disk; the command runs in it."""

    path: Path
    capsys: pytest.CaptureFixture[str]

    def git(self, *words: str) -> str:
        command = ["git", "-c", "user.name=Ada Example", "-c", "user.email=ada@example.com", *words]
        return subprocess.run(command, cwd=self.path, capture_output=True, text=True, check=True).stdout.strip()

    def write(self, name: str, text: str) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def commit(self, message: str) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def run(self, *words: str) -> Ran:
        self.capsys.readouterr()
        code = run([*words, "--today", TODAY])
        shown = self.capsys.readouterr()
        return Ran(code, shown.out, shown.err)

    def check(self, *words: str) -> Ran:
        return self.run("check", *words)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Repository:
    """The repository at its first version: settings, site file and the harmless export."""
    folder, home = tmp_path / "repository", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.chdir(folder)
    made = Repository(folder, capsys)
    made.git("init", "--quiet", "--initial-branch", "main")
    made.write("fwproof.toml", SETTINGS)
    made.write("site.yaml", (SAMPLE / "site.yaml").read_text(encoding="utf-8"))
    made.write("backups/edge.conf", HARMLESS)
    made.commit("harmless")
    return made


@pytest.fixture(scope="session")
def opening() -> str:
    """The export with a policy that lets the Internet through to RPC."""
    return OPENED
