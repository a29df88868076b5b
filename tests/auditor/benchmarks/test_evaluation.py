"""Defaults by version, VDOMs, group policies beside local values, and files of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import parsers
from auditor.baseline import RulesetError
from auditor.benchmarks import evaluate, load_benchmark, load_benchmarks
from auditor.benchmarks.clauses import holds
from auditor.benchmarks.configured import compared, version_of
from auditor.benchmarks.model import Expectation
from auditor.findings.hardening import HardeningItem, HardeningState
from parsers.source import Document

GLOBAL = 'config system global\nset alias "x"\nend\nconfig system interface\nend\nconfig system admin\nend\n'


def fortigate(text: str, version: str = "7.2.3", vdoms: str = "0") -> tuple[HardeningItem, ...]:
    header = (
        f"#config-version=FGT60F-{version}-FW-build0523-230606:opmode=0:vdom={vdoms}:user=admin\n" if version else ""
    )
    return evaluate((load_benchmark("fortigate"),), parsers.read((header + text).encode(), "x.conf"))


def item(found: tuple[HardeningItem, ...], key: str) -> HardeningItem:
    return next(each for each in found if each.id == key)


@pytest.mark.parametrize(
    ("version", "key", "state"),
    [
        ("7.0.12", "FGT-STRONG-CRYPTO", "pass"),  # peers that want the line written fail every sparse backup
        ("5.2.1", "FGT-STRONG-CRYPTO", "not decidable"),
        ("7.4.8", "FGT-PASSWORD-POLICY", "fail"),
        ("7.6.5", "FGT-PASSWORD-POLICY", "pass"),
        ("7.6.1", "FGT-PASSWORD-POLICY", "not decidable"),
        ("7.2.3", "FGT-MAINTAINER", "fail"),
        ("7.2.4", "FGT-MAINTAINER", "not applicable"),
        ("7.4.1", "FGT-GUI-TLS", "not decidable"),
        ("7.6.5", "FGT-GUI-TLS", "pass"),
        ("5.4.1", "FGT-GUI-TLS", "fail"),
        ("6.4.4", "FGT-GUI-CDN", "not applicable"),
    ],
)
def test_an_absent_line_means_the_default_of_the_version(version: str, key: str, state: str) -> None:
    found = item(fortigate(GLOBAL, version), key)
    assert found.state.value == state
    assert not (state == "fail" and "default" not in found.found)


def test_without_a_version_a_default_that_changed_is_not_decidable() -> None:
    found = fortigate(GLOBAL + "config firewall policy\nend\n", version="")
    assert item(found, "FGT-PASSWORD-POLICY").state is HardeningState.NOT_DECIDABLE


VDOMS = """config vdom
edit root
next
edit dmz
next
end
config global
config system global
set admintimeout 90
end
config system interface
end
config system admin
end
end
config vdom
edit root
config system settings
set asymroute enable
end
next
edit dmz
config firewall policy
edit 1
set action accept
next
end
next
end
"""


def test_what_vdoms_share_is_judged_once_and_the_rest_per_vdom() -> None:
    found = fortigate(VDOMS, vdoms="1")
    assert [each.device for each in found if each.id == "FGT-IDLE-TIMEOUT"] == ["x/root"]
    states = {each.device: each.state.value for each in found if each.id == "FGT-ASYMMETRIC"}
    assert states == {"x/root": "fail", "x/dmz": "pass"}
    logged = {each.device: each.state.value for each in found if each.id == "FGT-LOG-ALL"}
    assert logged == {"x/root": "not applicable", "x/dmz": "fail"}


def registry(*keys: tuple[str, str, str]) -> bytes:
    body = "".join(f'\r\n[HKEY_LOCAL_MACHINE\\{key}]\r\n"{name}"=dword:{value}\r\n' for key, name, value in keys)
    return f"Windows Registry Editor Version 5.00\r\n{body}".encode("utf-16")


POLICY = r"SOFTWARE\Policies\Microsoft\WindowsFirewall\PublicProfile"
LOCAL = r"SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\PublicProfile"
OTHER = (POLICY, "DisableNotifications", "00000001")


def windows(guides: tuple[str, ...], *keys: tuple[str, str, str]) -> HardeningItem:
    firewalls = parsers.read_all([Document("host.reg", registry(*keys))])
    return item(evaluate(load_benchmarks(guides), firewalls), "WIN-PUBLIC-STATE")


@pytest.mark.parametrize(
    ("guides", "keys", "state", "enforced"),
    [
        ((), ((LOCAL, "EnableFirewall", "00000001"),), "not decidable", "unknown from this export"),
        ((), ((LOCAL, "EnableFirewall", "00000001"), OTHER), "fail", "no"),
        (("stig-windows-firewall",), ((LOCAL, "EnableFirewall", "00000001"), OTHER), "pass", "no"),
        (("stig-windows-firewall",), ((LOCAL, "EnableFirewall", "00000001"),), "not decidable", "unknown from this export"),
        ((), ((LOCAL, "EnableFirewall", "00000001"), (POLICY, "EnableFirewall", "00000000")), "fail", "yes"),
        ((), ((LOCAL, "EnableFirewall", "00000000"), (POLICY, "EnableFirewall", "00000001")), "pass", "yes"),
        ((), (OTHER,), "fail", "no"),
    ],
)  # fmt: skip
def test_policy_and_local_value(
    guides: tuple[str, ...], keys: tuple[tuple[str, str, str], ...], state: str, enforced: str
) -> None:
    found = windows(guides, *keys)
    assert (found.state.value, found.enforced) == (state, enforced)


def test_a_dump_of_rules_alone_shows_nothing_of_profiles() -> None:
    text = Path("samples/quillwort/ex-cas01.txt").read_text("utf-8")
    firewalls = parsers.read(text[text.index("\nRule Name:") :].encode(), "ex-cas01.txt")
    found = evaluate((load_benchmark("windows"),), firewalls)
    assert len(found) == 29
    assert {each.state for each in found} == {HardeningState.NOT_DECIDABLE}


def test_a_guide_narrows_the_items_and_what_they_cite() -> None:
    (only,) = load_benchmarks(("stig-fortigate-ndm",))
    assert {each.guide for one in only.items for each in one.guides} == {"stig-fortigate-ndm"}
    assert {one.id for one in only.items} >= {"FGT-IDLE-TIMEOUT-10", "FGT-LOCKOUT-15-MINUTES"}
    assert "FGT-IDLE-TIMEOUT" not in {one.id for one in only.items}
    both = load_benchmarks(("stig-fortigate-ndm", "cis-windows-server-2022-4.0"))
    assert [each.vendor for each in both] == ["fortigate", "windows"]


OWN = """schema: fwbenchmark/1
id: house
title: House rules
version: "1"
vendor: fortigate
guides:
  house: {title: House rules, version: "1"}
items:
  - id: HOUSE-1
    title: Alias is set
    severity: low
    setting: system global alias
    expect: {is: ["x"]}
    guides: [{guide: house, id: "1"}]
    remedy: Set it.
"""


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(OWN, encoding="utf-8")
    (found,) = evaluate(
        load_benchmarks((str(path),)),
        parsers.read(b"#config-version=FGT60F-7.2.3-FW-build1:opmode=0\n" + GLOBAL.encode(), "x.conf"),
    )
    assert found.state is HardeningState.PASSED


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("fwbenchmark/1", "fwbenchmark/2", "expected schema fwbenchmark/1"),
        ("vendor: fortigate", "vendor: fortigat", "did you mean 'fortigate'?"),
        ("severity: low", "severity: lo", "did you mean 'low'?"),
        ("{is: [\"x\"]}", "{iz: x}", "unknown key 'iz'"),
        ("{is: [\"x\"]}", "{is: x, at_most: 3}", "expected exactly one of is,"),
        ("{is: [\"x\"]}", "{at_most: three}", "expected a whole number"),
        ("system global alias", "alias", "expected a table and a keyword"),
        ("    setting: system global alias\n", "", "expected exactly one of setting, measure"),
        ("guide: house, id", "guide: hose, id", "did you mean 'house'?"),
        ("id: HOUSE-1", "id: house 1", "capital letters"),
        ("    remedy: Set it.\n", "    remedy: Set it.\n    since: v7\n", "expected a version like 7.2.4"),
        ("    remedy: Set it.\n", "    remedy: Set it.\n    default: [{value: a}, {value: b}]\n", "versions must ascend"),
        ("    setting: system global alias\n    expect: {is: [\"x\"]}\n", "    measure: no-such\n", "unknown measure 'no-such'"),
        ("    setting: system global alias\n    expect: {is: [\"x\"]}\n", "    setting: system global alias\n", "the key 'expect' is missing"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(old: str, new: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    assert old in OWN
    path.write_text(OWN.replace(old, new), encoding="utf-8")
    with pytest.raises(RulesetError) as caught:
        load_benchmarks((str(path),))
    assert message in str(caught.value)
    assert f"{path.name}:" in str(caught.value)


def test_an_unknown_guide_is_refused_with_the_nearest() -> None:
    with pytest.raises(RulesetError, match="did you mean"):
        load_benchmarks(("cis-fortigat-7.4",))


@given(st.lists(st.integers(0, 9), max_size=3), st.lists(st.integers(0, 9), min_size=1, max_size=3))
def test_versions_compare_like_their_full_forms(version: list[int], least: list[int]) -> None:
    """A version without a patch level stands for all of them; the answer holds for every one it may be."""
    worlds = [(*version, *rest) for rest in ((0, 0, 0), (9, 9, 9), (5, 0, 0))]
    answer = compared(tuple(version), tuple(least))
    if answer is not None and version:
        assert {world >= tuple(least) for world in worlds} == {answer} or len(version) >= len(least)


@pytest.mark.parametrize(("text", "version"), [("7.0.12", (7, 0, 12)), ("5.04", (5, 4)), ("", ()), ("v7", ())])
def test_version_texts(text: str, version: tuple[int, ...]) -> None:
    assert version_of(text) == version


@pytest.mark.parametrize(
    ("operator", "values", "value", "met"),
    [
        ("at_most", ("5",), "5", True),
        ("at_most", ("5",), "6", False),
        ("at_most", ("5",), "never", False),
        ("at_least", ("5",), "", False),
        ("within", ("a", "b"), "a b", True),
        ("within", ("a", "b"), "a c", False),
        ("within", ("a",), "", False),
        ("without", ("http",), "https ping", True),
        ("without", ("http",), "ping http", False),
        ("is_not", ("x",), "x", False),
        ("present", (), "", False),
    ],
)
def test_comparisons(operator: str, values: tuple[str, ...], value: str, met: bool) -> None:
    assert holds(Expectation(operator, values), value) is met
