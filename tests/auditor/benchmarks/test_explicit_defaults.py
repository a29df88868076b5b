"""A backup that states its defaults ("show full-configuration") is judged as the sparse one that leaves them out."""

from __future__ import annotations

from pathlib import Path

import pytest

import parsers
from auditor.benchmarks import evaluate, load_benchmark
from auditor.benchmarks.configured import Configured
from auditor.benchmarks.model import Clause
from auditor.findings.hardening import HardeningState
from parsers.model.firewall import Firewall

SAMPLES = Path(__file__).parents[3] / "samples"
FILES = sorted(
    path
    for path in SAMPLES.rglob("*.conf")
    if b"config system admin" in (data := path.read_bytes()) and b"config vdom" not in data
)
FORTIGATE = load_benchmark("fortigate")
CLAUSES = [clause for item in FORTIGATE.items for clause in item.clauses if not clause.measure and clause.key]
VDOMS = """#config-version=FGT200F-7.2.8-FW-build1639-240313:opmode=0:vdom=1:user=admin
config vdom
edit root
next
edit inner
next
end
config global
config system global
    set vdom-mode multi-vdom
end
config system interface
    edit "wan1"
        set vdom "root"
    next
end
config system admin
    edit "admin"
        set password ENC SH2abc
    next
end
end
config vdom
edit root
config system settings
end
end
config vdom
edit inner
config system settings
end
end
"""


def states(firewalls: tuple[Firewall, ...]) -> list[tuple[str, str, HardeningState]]:
    return [(each.device, each.id, each.state) for each in evaluate((FORTIGATE,), firewalls)]


def stated(clause: Clause, configured: Configured) -> str:
    """The lines that state what an absent setting means on this version, "" where it is stated or not known."""
    default = configured.default(clause.defaults)
    if not default:
        return ""
    table = clause.table.removesuffix("/*")
    if table == clause.table:
        missing = configured.setting(table, clause.key) is None
        return f'config {table}\n    set {clause.key} "{default}"\nend\n' if missing else ""
    missing_in = [
        name for name in configured.entries(table) if configured.setting(f"{table}/{name}", clause.key) is None
    ]
    entries = "".join(
        f'    edit "{name}"\n        set {clause.key} "{default}"\n    next\n' for name in missing_in if name
    )
    return f"config {table}\n{entries}end\n" if entries else ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_stated_defaults_change_no_verdict(path: Path) -> None:
    (sparse,) = firewalls = parsers.read(path)
    configured = Configured(sparse)
    added = "".join(dict.fromkeys(stated(clause, configured) for clause in CLAUSES))
    assert added.count("\n    set ") > 20
    full = parsers.read(path.read_bytes() + b"\n" + added.encode(), path.name)
    assert states(full) == states(firewalls)


def test_stated_defaults_of_what_vdoms_share_change_no_verdict() -> None:
    firewalls = parsers.read(VDOMS.encode(), "x.conf")
    configured = Configured(firewalls[0])
    assert configured.whole
    shared = [clause for item in FORTIGATE.items if item.scope == "device" for clause in item.clauses if clause.key]
    added = "".join(dict.fromkeys(stated(clause, configured) for clause in shared if not clause.table.endswith("/*")))
    full = parsers.read(f"{VDOMS}config global\n{added}end\n".encode(), "x.conf")
    assert len(full) == 2
    assert states(full) == states(firewalls)


@pytest.mark.parametrize(("where", "failing"), [("root", {"x/root"}), ("inner", {"x/inner"}), ("", set())])
def test_what_each_vdom_has_is_judged_for_it_alone(where: str, failing: set[str]) -> None:
    added = f"config vdom\nedit {where}\nconfig system settings\n    set asymroute enable\nend\nend\n" if where else ""
    found = evaluate((FORTIGATE,), parsers.read((VDOMS + added).encode(), "x.conf"))
    judged = {each.device: each.state for each in found if each.id == "FGT-ASYMMETRIC"}
    assert {device for device, state in judged.items() if state is HardeningState.FAILED} == failing
    assert len(judged) == 2
    assert sum(each.id == "FGT-IDLE-TIMEOUT" for each in found) == 1


@pytest.mark.parametrize("value", ["${minutes}", "{{ minutes }}", "$(minutes)", "%{minutes}"])
def test_what_a_template_leaves_open_is_not_decidable(value: str) -> None:
    text = (
        "#config-version=FGT60F-7.2.3-FW-build0523-230606:opmode=0:vdom=0:user=admin\n"
        f'config system global\n    set admintimeout "{value}"\nend\nconfig system interface\nend\nconfig system admin\nend\n'
    )
    found = evaluate((FORTIGATE,), parsers.read(text.encode(), "x.conf"))
    assert next(each.state for each in found if each.id == "FGT-IDLE-TIMEOUT") is HardeningState.NOT_DECIDABLE
