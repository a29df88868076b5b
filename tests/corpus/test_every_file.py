"""Every real export beside the project is read without a crash, and what is refused is refused with a reason."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import parsers
from parsers.errors import UnreadableError

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of public exports is not beside the project")


def index(vendor: str) -> list[dict[str, str]]:
    path = CORPUS / vendor / "INDEX.tsv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


NOT_FORTIGATE = {
    "BUILD.bazel": "a build file",
    "tests__res__comments_00.txt": "comments only",
    "FortiManager__Terraform__single-1nic__terraform__customdata.tpl": "commands of a FortiManager",
}


@pytest.mark.parametrize("file", [row["file"] for row in index("fortigate")])
def test_fortigate(file: str) -> None:
    path = CORPUS / "fortigate" / file
    reason = next((why for end, why in NOT_FORTIGATE.items() if file.endswith(end)), "")
    if reason:
        with pytest.raises(UnreadableError):
            parsers.read(path)
        return
    firewalls = parsers.read(path)
    assert firewalls
    for firewall in firewalls:
        ledger = firewall.sources[0].ledger
        assert ledger.read + ledger.irrelevant + ledger.not_understood == ledger.total
        assert ledger.total > 0


NETSH = [
    row for row in index("windows") if row["file"].endswith("show_rule.txt") or "firewall_rules.txt" in row["file"]
]


@pytest.mark.parametrize(("file", "count"), [(row["file"], row["rules"]) for row in NETSH])
def test_netsh_counts(file: str, count: str) -> None:
    (firewall,) = parsers.read(CORPUS / "windows" / file)
    rules = [rule for each in firewall.lists for rule in each.rules if not rule.implicit]
    assert len(rules) == int(count)
