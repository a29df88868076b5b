"""Files of a git revision: read in memory, whatever their names, and nothing of the repository is run."""

import subprocess
from pathlib import Path

import pytest

from auditor.revisions import revision
from parsers.errors import UnreadableError


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    folder = tmp_path / "r"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.conf").write_bytes(b"one\r\n\xff\x00")
    (folder / "sub" / "ığ\tü\n.conf").write_bytes(b"two")
    (folder / "sub" / "link.conf").symlink_to("/etc/passwd")
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "x")
    return folder


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def test_bytes_as_they_were_committed(repository: Path) -> None:
    (repository / "a.conf").write_bytes(b"changed")
    at = revision(repository, "HEAD")
    document = at.read("a.conf")
    assert document is not None
    assert (document.name, document.data) == ("a.conf", b"one\r\n\xff\x00")
    assert at.text == f"HEAD ({at.commit[:12]})"
    assert revision(repository, at.commit).text == at.commit[:12]


def test_names_are_relative_to_the_folder_and_links_are_no_files(repository: Path) -> None:
    at = revision(repository / "sub", "HEAD")
    assert set(at.names) == {"../a.conf", "ığ\tü\n.conf"}
    assert at.read("link.conf") is None
    assert at.read("nothing") is None


@pytest.mark.parametrize(
    "name", ["", " ", "-h", "--upload-pack=touch x", "nothing", "HEAD:a.conf", "HEAD~9", "$(touch x)"]
)
def test_what_is_no_revision_is_refused(repository: Path, name: str) -> None:
    with pytest.raises(UnreadableError, match="git revision"):
        revision(repository, name)
    assert {each.name for each in repository.iterdir()} == {".git", "a.conf", "sub"}


def test_outside_of_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreadableError, match="not a git repository"):
        revision(tmp_path, "HEAD")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnreadableError, match="git: cannot be asked for older versions"):
        revision(tmp_path, "HEAD")


def test_the_repository_starts_no_program(repository: Path) -> None:
    """Its configuration and attributes may name programs; an export of somebody else must not run them."""
    mark = repository / "ran"
    script = repository / ".git" / "run.sh"
    script.write_text(f"#!/bin/sh\ntouch '{mark}'\ncat\n", encoding="utf-8")
    script.chmod(0o755)
    for key in (
        "core.fsmonitor",
        "filter.x.smudge",
        "filter.x.clean",
        "diff.x.textconv",
        "core.pager",
        "core.sshCommand",
    ):
        git(repository, "config", key, str(script))
    (repository / ".git" / "info" / "attributes").write_text("*.conf filter=x diff=x\n", encoding="utf-8")
    document = revision(repository, "HEAD").read("a.conf")
    assert document is not None
    assert document.data.startswith(b"one")
    assert not mark.exists()
