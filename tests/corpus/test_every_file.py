"""Every real export beside the project is read without a crash, and what is refused is refused with a reason."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

import parsers
from parsers.errors import UnreadableError
from parsers.windows.convert import WindowsFirewall
from parsers.windows.written import WrittenHost

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


WINDOWS = [(row["file"], int(row["rules"])) for row in index("windows")]
LEGACY = {
    "en_legacy_firewall_show_config__id1159582635.txt": 5,
    "en_legacy_firewall_show_state__id1159582635.txt": 0,
    "en_legacy_port_config_partial__id36646517882.txt": 5,
}
"""How many exceptions each excerpt of the old `netsh firewall` states."""


def counted(path: Path, host: WrittenHost) -> int:
    """The rules of a host, counted as the index counts them.

    Everywhere that is every rule read, with three exceptions. Exceptions of the old `netsh firewall` are no rules for
    the index. In a SYSTEM hive it counts the key FirewallRules, not the service hardening beside it. In the .reg file
    made of that hive it counts every string that begins with a small "v2.", wherever it stands: those of
    FirewallRules and 16 of the hardening rules, most of which Windows writes with a capital letter.
    """
    if host.format == "legacy netsh":
        return 0
    if host.format == "SYSTEM hive":
        return sum(rule.store == "local" for rule in host.rules)
    if any(rule.store == "hardening" for rule in host.rules):
        lines = path.read_text(encoding="utf-16").splitlines()
        return sum('="v2.' in lines[rule.first_line - 1] for rule in host.rules)
    return len(host.rules)


@pytest.mark.parametrize(("file", "count"), WINDOWS)
def test_windows(file: str, count: int) -> None:
    """Every file is read, no line of it is lost, and it has as many rules as the index says."""
    path = CORPUS / "windows" / file
    (firewall,) = parsers.read(path)
    assert isinstance(firewall, WindowsFirewall)
    host = firewall.written
    assert counted(path, host) == count
    if host.format == "legacy netsh":
        assert len(host.rules) == LEGACY[path.name]
    ledger = firewall.sources[0].ledger
    assert ledger.read + ledger.irrelevant + ledger.not_understood == ledger.total
    assert ledger.total > 0
    stated = [
        rule for each in firewall.lists for rule in each.rules if not rule.implicit and not rule.id.startswith("unseen")
    ]
    expected = [rule for rule in host.rules if rule.store != "hardening" and not rule.name_only]
    once = [(rule.name, rule.origin.first_line) for rule in stated if " (if " not in rule.id]
    assert sorted(once) == sorted((rule.name, rule.first_line) for rule in expected)


def test_the_two_counts_of_one_machine() -> None:
    """434 rules in the hive and in the .reg made of it: 323 of the host, 111 of the service hardening."""
    for file in ("mkorman90__regipy/regipy_tests__data__SYSTEM.xz", "_derived/FirewallPolicy__regipy_SYSTEM.reg"):
        (firewall,) = parsers.read(CORPUS / "windows" / file)
        assert isinstance(firewall, WindowsFirewall)
        stores = Counter(rule.store for rule in firewall.written.rules)
        assert stores == {"local": 323, "hardening": 111}
