"""The sample cases, audited once a run as of a fixed day, with file names relative to the repository."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from auditor.audit import audit
from auditor.commands.case import open_case
from auditor.findings.result import AuditResult

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 24, 12)


def sample(name: str, site: bool = True) -> AuditResult:
    folder = Path("samples", name)
    files = sorted([*folder.glob("*.conf"), *folder.glob("*.txt")])
    case = open_case(files, folder / "site.yaml" if site else None, ())
    return audit(case.firewalls, case.rulesets, case.site, NOW, inferred=case.inferred)


@pytest.fixture(scope="session")
def in_root() -> Iterator[None]:
    before = Path.cwd()
    os.chdir(ROOT)
    yield
    os.chdir(before)


@pytest.fixture(scope="session")
def quillwort(in_root: None) -> AuditResult:
    return sample("quillwort")


@pytest.fixture(scope="session")
def quillwort_inferred(in_root: None) -> AuditResult:
    return sample("quillwort", site=False)


@pytest.fixture(scope="session")
def activesync(in_root: None) -> AuditResult:
    return sample("activesync")


@pytest.fixture(scope="session")
def activesync_inferred(in_root: None) -> AuditResult:
    return sample("activesync", site=False)
