"""`fwproof waive`: finds the finding, writes the entry, and says what it does not understand."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from auditor.baseline import read_waivers

if TYPE_CHECKING:
    from tests.auditor.cli.conftest import Ran, Repository

ACCEPTED = ("--reason", "until spring", "--until", "2027-03-31")


@pytest.fixture
def fingerprint(repository: Repository, opening: str) -> str:
    """The finding about the opening."""
    repository.write("backups/edge.conf", opening)
    rows = csv.DictReader(io.StringIO(repository.check("--format", "csv").out))
    return next(row["fingerprint"] for row in rows if row["check"] == "FW102")


def waive(repository: Repository, *words: str) -> Ran:
    return repository.run("waive", *words)


def test_the_entry_names_finding_device_and_git_user(repository: Repository, fingerprint: str) -> None:
    repository.git("config", "user.name", "Ada Örnek")
    repository.write("waivers.yaml", "# Ours.\nschema: fwwaivers/1\nwaivers:\n# none yet\n")
    ran = waive(repository, fingerprint[:5], *ACCEPTED)
    assert (ran.code, ran.out) == (0, "")
    text = (repository.path / "waivers.yaml").read_text("utf-8")
    assert text.startswith(
        "# Ours.\nschema: fwwaivers/1\nwaivers:\n  # FW102 critical, fgt-activesync 17 (uzak-erişim): "
    )
    assert text.endswith("# none yet\n")
    (waiver,) = read_waivers(Path("waivers.yaml"), text)
    assert dict(waiver.selector) == {"fingerprint": fingerprint, "device": "fgt-activesync"}
    assert (waiver.owner, waiver.reason) == ("Ada Örnek", "until spring")
    assert repository.check().code == 0


def test_a_finding_that_is_waived_already(repository: Repository, fingerprint: str) -> None:
    assert waive(repository, fingerprint, *ACCEPTED, "--owner", "Ada").code == 0
    ran = waive(repository, fingerprint, *ACCEPTED, "--owner", "Ada")
    assert ran.code == 2
    assert "is waived already: until spring (Ada, until 2027-03-31)" in " ".join(ran.err.split())


def test_an_entry_that_is_over_is_not_written_twice(repository: Repository, fingerprint: str) -> None:
    assert waive(repository, fingerprint, *ACCEPTED, "--owner", "Ada").code == 0
    path = repository.path / "waivers.yaml"
    path.write_text(path.read_text("utf-8").replace("2027-03-31", "2026-01-31"), encoding="utf-8")
    ran = waive(repository, fingerprint, *ACCEPTED, "--owner", "Ada")
    assert ran.code == 3
    assert f"waivers.yaml:5: {fingerprint} has an entry already, until 2026-01-31: change its day" in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("xyz1", *ACCEPTED), "'xyz1' is no fingerprint"),
        (("abc", *ACCEPTED), "'abc' is no fingerprint"),
        (("0000000000000000", *ACCEPTED), "no finding of today begins with 0000000000000000"),
        (("abcd", "--reason", "r", "--until", "2026-11-23"), "--until 2026-11-23 is over already"),
        (("abcd", "--reason", "r", "--until", "soon"), "'soon' is not a day"),
        (("abcd", "--reason", " ", "--until", "2027-01-01"), "empty text"),
        (("abcd", "--until", "2027-01-01"), "Missing option '--reason'"),
    ],
)
def test_wrong_use(repository: Repository, words: tuple[str, ...], said: str) -> None:
    ran = waive(repository, *words)
    assert ran.code == 2
    assert said in " ".join(ran.err.split())
    assert not (repository.path / "waivers.yaml").exists()


def test_somebody_has_to_answer_for_it(repository: Repository, fingerprint: str) -> None:
    ran = waive(repository, fingerprint, *ACCEPTED)
    assert ran.code == 2
    assert "say who answers for it with --owner" in ran.err


def test_the_waivers_file_of_the_flag(repository: Repository, fingerprint: str) -> None:
    assert waive(repository, fingerprint, *ACCEPTED, "--owner", "Ada", "--waivers", "other.yaml").code == 0
    assert not (repository.path / "waivers.yaml").exists()
    assert repository.check().code == 1
    assert repository.check("--waivers", "other.yaml").code == 0


def test_without_settings_a_whole_fingerprint_is_taken_as_it_is(repository: Repository, fingerprint: str) -> None:
    (repository.path / "fwproof.toml").unlink()
    assert waive(repository, fingerprint[:8], *ACCEPTED, "--owner", "Ada").code == 2
    ran = waive(repository, fingerprint, *ACCEPTED, "--owner", "Ada")
    assert ran.code == 0
    assert 'fwproof audit FILE... --waivers "waivers.yaml"' in ran.err
    audit = ("audit", "backups/edge.conf", "--site", "site.yaml", "--no-hardening")
    assert repository.run(*audit).code == 1
    assert repository.run(*audit, "--waivers", "waivers.yaml").code == 0
