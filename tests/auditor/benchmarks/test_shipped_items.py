"""Every shipped item can pass and can fail: configurations are written from the item itself, never copied from a guide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

import parsers
from auditor.benchmarks import Benchmark, Item, evaluate, load_benchmark
from auditor.benchmarks.measures import MEASURES
from auditor.benchmarks.model import Clause, Expectation
from auditor.findings.hardening import HardeningItem, HardeningState

FORTIGATE, WINDOWS = load_benchmark("fortigate"), load_benchmark("windows")
VERSION = "7.2.3"
PASSED, FAILED = HardeningState.PASSED, HardeningState.FAILED


def good(expect: Expectation) -> str:
    return {
        "is_not": "something-else",
        "present": "something",
        "without": "harmless",
    }.get(expect.operator) or expect.values[0]


def bad(expect: Expectation) -> str:
    if expect.operator in ("at_least", "at_most"):
        number = int(expect.values[0]) + (1 if expect.operator == "at_most" else -1)
        return str(number)
    if expect.operator == "present":
        return ""
    return expect.values[0] if expect.operator in ("is_not", "without") else "something-else"


def lines(clause: Clause, value: str) -> Iterator[str]:
    """The configuration that gives a clause's setting a value."""
    entries = clause.table.endswith("/*")
    yield f"config {clause.table.removesuffix('/*')}"
    if entries:
        yield 'edit "x"'
    for key, expect, _ in clause.only:
        yield f'set {key} "{good(expect)}"'
    if value:
        yield f'set {clause.key} "{value}"'
    if entries:
        yield "next"
    yield "end"


def backup(*blocks: str, version: str = VERSION) -> bytes:
    header = f"#config-version=FGT60F-{version}-FW-build0523-230606:opmode=0:vdom=0:user=admin\n"
    return (
        header
        + 'config system global\nset alias "x"\nend\nconfig system interface\nend\nconfig system admin\nend\n'
        + "\n".join(blocks)
        + "\n"
    ).encode()


def judged(benchmark: Benchmark, item: Item, data: bytes, name: str = "x.conf") -> HardeningItem:
    only = replace(benchmark, items=(item,))
    (found,) = evaluate((only,), parsers.read(data, name)[:1])
    return found


PLAIN = [item for item in FORTIGATE.items if item.clauses and not any(c.measure for c in item.clauses)]
COUNTED = [item for item in PLAIN if any(c.expect.operator.startswith("count") for c in item.clauses)]
SETTINGS = [item for item in PLAIN if item not in COUNTED]


@pytest.mark.parametrize("item", SETTINGS, ids=lambda item: item.id)
def test_an_item_passes_with_good_values_and_fails_with_one_bad_value(item: Item) -> None:
    version = "7.2.4" if item.since > (7, 2, 3) else VERSION
    values = [good(clause.expect) for clause in item.clauses]
    written = ["\n".join(lines(clause, value)) for clause, value in zip(item.clauses, values, strict=True)]
    assert judged(FORTIGATE, item, backup(*written, version=version)).state is PASSED
    for number, clause in enumerate(item.clauses):
        worse = [*written]
        worse[number] = "\n".join(lines(clause, bad(clause.expect)))
        assert judged(FORTIGATE, item, backup(*worse, version=version)).state is FAILED


def test_entries_are_counted() -> None:
    snmp = next(item for item in COUNTED if item.id == "FGT-SNMP-V3")
    on = "config system snmp sysinfo\nset status enable\nend"
    assert judged(FORTIGATE, snmp, backup(on)).state is PASSED
    community = 'config system snmp community\nedit 1\nset name "public"\nnext\nend'
    found = judged(FORTIGATE, snmp, backup(on, community))
    assert found.state is FAILED
    assert "public" not in repr(found)


@pytest.mark.parametrize("item", [item for item in FORTIGATE.items if item.undecidable], ids=lambda item: item.id)
def test_what_no_backup_shows_is_said_and_never_passes(item: Item) -> None:
    found = judged(FORTIGATE, item, backup())
    assert found.state is HardeningState.NOT_DECIDABLE
    assert found.found == item.undecidable


@pytest.mark.parametrize("item", FORTIGATE.items, ids=lambda item: item.id)
def test_a_fragment_passes_nothing_by_absence(item: Item) -> None:
    """A pasted policy table says nothing of the rest of the device."""
    fragment = b"config firewall policy\nedit 1\nset action accept\nnext\nend\n"
    found = judged(FORTIGATE, item, fragment)
    assert found.state is not PASSED or "policy" in found.found


def test_every_item_is_cited_explained_and_remedied() -> None:
    for benchmark in (FORTIGATE, WINDOWS):
        for item in benchmark.items:
            assert item.guides
            assert item.remedy.endswith(".")
            assert item.evidence
        cited = {each.guide for item in benchmark.items for each in item.guides}
        assert cited == {guide.id for guide in benchmark.guides}


def test_every_measure_is_used() -> None:
    used = {clause.measure for item in FORTIGATE.items for clause in item.clauses if clause.measure}
    assert used == set(MEASURES)


def registry(profile: str, key: str, value: str, *, policy: bool) -> bytes:
    root = r"SOFTWARE\Policies\Microsoft\WindowsFirewall" if policy else (
        r"SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"
    )  # fmt: skip
    folder = {
        "domain": "DomainProfile",
        "private": "PrivateProfile" if policy else "StandardProfile",
        "public": "PublicProfile",
    }[profile]
    path, _, name = f"{folder}\\{key.replace('/', chr(92))}".rpartition("\\")
    data = f"dword:{int(value):08x}" if value.isdigit() else '"' + value.replace("\\", "\\\\") + '"'
    return f'Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\{root}\\{path}]\r\n"{name}"={data}\r\n'.encode(
        "utf-16"
    )


def windows_values(item: Item) -> tuple[str, str, str, str]:
    (clause,) = item.clauses
    right = clause.expect.values[0]
    wrong = {"0": "1", "1": "0", "16384": "4096"}.get(right, r"%systemroot%\system32\LogFiles\Firewall\pfirewall.log")
    return clause.table.removeprefix("profile "), clause.key, right, wrong


@pytest.mark.parametrize("item", WINDOWS.items, ids=lambda item: item.id)
def test_a_group_policy_decides_an_item_of_windows(item: Item) -> None:
    profile, key, right, wrong = windows_values(item)
    for value, state in ((right, PASSED), (wrong, FAILED)):
        found = judged(WINDOWS, item, registry(profile, key, value, policy=True), "host.reg")
        assert (found.state, found.enforced) == (state, "yes")


@pytest.mark.parametrize("item", WINDOWS.items, ids=lambda item: item.id)
def test_a_local_value_alone_is_no_evidence_of_a_policy(item: Item) -> None:
    profile, key, right, wrong = windows_values(item)
    found = judged(WINDOWS, item, registry(profile, key, right, policy=False), "host.reg")
    assert (found.state, found.enforced) == (HardeningState.NOT_DECIDABLE, "unknown from this export")
    assert "not evidence" in found.reason
    assert judged(WINDOWS, item, registry(profile, key, wrong, policy=False), "host.reg").state is FAILED
