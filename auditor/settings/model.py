"""The settings as values that know where they come from."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from auditor.findings.finding import Severity

T = TypeVar("T")
DEFAULT = "default"
NEVER = "never"
"""The word for a gate that findings do not close."""
LEVELS = (*(severity.word for severity in reversed(Severity)), NEVER)
"""The words of `fail-on`, worst first."""


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """A value and where it was said: "fwproof.toml:3", "--fail-on", or "default"."""

    value: T
    source: str = DEFAULT


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """One audit of the file.

    `files` are paths and globs, relative to the settings file's folder as all paths are; `site` is "" for none, and
    so is `fail_on_opening`, the zone from which a change must open nothing;
    `rulesets` and `benchmarks` are empty for those of the site and for all that are shipped. A waivers file that is
    not there waives nothing; `decisions` is the workbook that people have filled in, "" for none.
    """

    name: str
    files: Setting[tuple[str, ...]]
    site: Setting[str]
    rulesets: Setting[tuple[str, ...]]
    benchmarks: Setting[tuple[str, ...]]
    hardening: Setting[bool]
    decisions: Setting[str]
    fail_on: Setting[str]
    fail_on_opening: Setting[str]
    allow_gaps: Setting[bool]
    waivers: Setting[str]

    @property
    def level(self) -> Severity | None:
        """The severity that closes the gate, None for never."""
        return None if self.fail_on.value == NEVER else Severity.parse(self.fail_on.value)

    def listed(self) -> Iterator[tuple[str, Setting[object]]]:
        """Every setting by the key it has in the file."""
        for key in KEYS[1:]:
            yield key, getattr(self, key.replace("-", "_"))


DEFAULTS: Mapping[str, Any] = {
    "name": "",
    "files": (),
    "site": "",
    "rulesets": (),
    "benchmarks": (),
    "hardening": True,
    "decisions": "",
    "fail-on": "high",
    "fail-on-opening": "",
    "allow-gaps": False,
    "waivers": "waivers.yaml",
}
"""The keys of one audit, and what holds where the file does not say it."""
KEYS = tuple(DEFAULTS)
SHARED = KEYS[-4:]
"""Keys that may stand above all audits as well."""


@dataclass(frozen=True, slots=True)
class Settings:
    """A whole settings file.

    `file` is what messages call it, `root` the folder that its paths start from, `inside` that folder seen from the
    root of the git repository ("" at the root and outside of one): reports name files as the repository does.
    """

    file: str
    root: Path
    inside: str
    audits: tuple[AuditSettings, ...]

    def shown(self, name: str) -> str:
        """What reports call a file of the settings."""
        return posixpath.normpath(posixpath.join(self.inside, name))
