"""Files as they were at a git revision, in memory: exports hold secrets, so nothing is checked out.

git is run without a shell, with the hash that the revision stands for, and so that the repository's own configuration
starts no program: only plumbing that prints objects.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from parsers.archives import MOST_BYTES
from parsers.errors import TooLargeError, UnreadableError
from parsers.source import Document

_REGULAR = ("100644", "100755")
"""Modes of files; links and submodules are none."""
_OTHER_REPOSITORY = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_EXTERNAL_DIFF")
"""What a hook is told about the repository it runs for: the folder asked about says which one it is."""
_PATIENCE = 120
"""Seconds that one question to git may take."""


@dataclass(frozen=True)
class Revision:
    """A commit of the repository that `folder` lies in; file names are relative to that folder."""

    folder: Path
    name: str
    commit: str

    @property
    def text(self) -> str:
        """ "HEAD~1 (0123456789ab)"."""
        short = self.commit[:12]
        return short if self.commit.startswith(self.name) else f"{self.name} ({short})"

    @cached_property
    def _blobs(self) -> dict[str, str]:
        listed = _git(self.folder, "ls-tree", "-r", "-z", "--full-tree", self.commit)
        top = _git(self.folder, "rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").rstrip("\n")
        found = {}
        for line in listed.split(b"\0"):
            facts, _, name = line.partition(b"\t")
            if facts and facts.split()[0].decode() in _REGULAR:
                path = Path(top, os.fsdecode(name))
                found[Path(os.path.relpath(path, self.folder.resolve())).as_posix()] = facts.split()[2].decode()
        return found

    @property
    def names(self) -> Iterable[str]:
        """The files of the commit."""
        return self._blobs.keys()

    def read(self, name: str) -> Document | None:
        """One file of the commit, None when it had none of this name.

        Raises:
            UnreadableError: git cannot give it, or it is too large.
        """
        blob = self._blobs.get(name)
        if blob is None:
            return None
        size = int(_git(self.folder, "cat-file", "-s", blob))
        if size > MOST_BYTES:
            raise TooLargeError(name, f"the file has {size} bytes at {self.name}; at most {MOST_BYTES} are read")
        return Document(name, _git(self.folder, "cat-file", "blob", blob))


def revision(folder: Path, name: str) -> Revision:
    """The commit that a name stands for: a branch, a tag, "HEAD~1", a hash.

    Raises:
        UnreadableError: git is not there, the folder is in no repository, or there is no such commit.
    """
    _git(folder, "rev-parse", "--git-dir")
    if name.startswith("-") or not name.strip():
        raise UnreadableError(name, "this is no git revision: write a branch, a tag, HEAD~1 or a hash")
    try:
        commit = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    except UnreadableError:
        raise UnreadableError(
            name,
            "there is no such git revision here. A pipeline often fetches the last commit only: fetch the older one",
        ) from None
    return Revision(folder, name, commit.decode().strip())


def _git(folder: Path, *arguments: str) -> bytes:
    environment = {key: value for key, value in os.environ.items() if key not in _OTHER_REPOSITORY}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_REPLACE_OBJECTS": "1", "LC_ALL": "C"}
    command = ["git", "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", *arguments]
    try:
        done = subprocess.run(  # noqa: S603 (no shell; the revision is behind --end-of-options)
            command, cwd=folder, env=environment, capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnreadableError("git", f"cannot be asked for older versions: {error}") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0] or "it gave no reason"
        raise UnreadableError("git", f"cannot show older versions here: {said.removeprefix('fatal: ')}")
    return done.stdout
