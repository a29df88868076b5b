"""Prints how long fwproof takes on this machine: `python bench/run.py [NAME...]`; without names, everything.

Every figure is the median over fresh processes of the CPU time between two points inside the process, with the peak
memory of the process; what starts a command is measured from outside, by the clock. Times of reading are also given
as a multiple of reading, decoding and `str.splitlines` of the same file, which says more than seconds do elsewhere.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import company
import generate

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "samples" / "quillwort"
REPEATS = 5

PROBE = """
import resource, sys, time
{before}
start = time.process_time()
{statement}
spent = time.process_time() - start
print(spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
SPLIT = "lines = open({path!r}, 'rb').read().decode().splitlines()"
VALUES = """
key = Registry.Registry({path!r}).root().subkey("FirewallRules")
values = [(value.name(), value.value()) for value in key.values()]
"""
READ = "firewalls = read({path!r})"
AUDIT = """
firewalls = read({path!r})
rulesets = (load_ruleset('exchange-2010'),)
site = infer_site(firewalls, rulesets).site
result = audit(firewalls, rulesets, site, datetime(2026, 11, 24, 12))
"""
IMPORT_READ = "from parsers import read"
IMPORT_AUDIT = """
from datetime import datetime
from auditor.audit import audit
from auditor.baseline import infer_site, load_ruleset
from parsers import read
"""


def inside(statement: str, before: str = "") -> tuple[float, float]:
    """Median CPU seconds and MiB of a statement in fresh processes."""
    script = PROBE.format(before=before, statement=statement)
    figures = []
    for _ in range(REPEATS):
        done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
        spent, memory = done.stdout.split()
        figures.append((float(spent), float(memory)))
    return statistics.median(spent for spent, _ in figures), max(memory for _, memory in figures)


def outside(*arguments: str) -> float:
    """Median seconds by the clock of a whole command, as people run it: with its bytecode cached."""
    command = [sys.executable, "-m", "auditor", *arguments]
    cached = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, cwd=ROOT, capture_output=True, check=False, env=cached)
    spent = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        subprocess.run(command, cwd=ROOT, capture_output=True, check=False, env=cached)
        spent.append(time.perf_counter() - start)
    return statistics.median(spent)


def show(what: str, seconds: float, memory: float = 0.0, floor: float = 0.0) -> None:
    ratio = f"{seconds / floor:7.1f} x splitlines" if floor else ""
    print(f"{what:<58} {seconds:7.3f} s {f'{memory:5.0f} MiB' if memory else '':>10} {ratio}", flush=True)


def start_up(_: Path) -> None:
    show("fwproof --help (clock)", outside("--help"))


def sample(folder: Path) -> None:
    files = [str(path) for path in sorted(SAMPLE.glob("*.conf")) + sorted(SAMPLE.glob("*.txt"))]
    book = str(folder / "audit.xlsx")
    show(
        "sample audit with workbook (clock)", outside("audit", *files, "--site", str(SAMPLE / "site.yaml"), "-o", book)
    )
    show("sample audit, terminal only (clock)", outside("audit", *files, "--site", str(SAMPLE / "site.yaml")))


def fortigate(folder: Path) -> None:
    path = folder / "large.conf"
    path.write_text(generate.backup(), encoding="utf-8")
    lines = path.read_text("utf-8").count("\n")
    floor, _ = inside(SPLIT.format(path=str(path)))
    show(f"FortiGate, {lines:,} lines, 5,000 policies: splitlines", floor)
    seconds, memory = inside(READ.format(path=str(path)), IMPORT_READ)
    show("  read into firewalls", seconds, memory, floor)
    seconds, memory = inside(AUDIT.format(path=str(path)), IMPORT_AUDIT)
    show("  read and audited, every check, no workbook", seconds, memory, floor)


def million(folder: Path) -> None:
    """A backup ten times as long: time must grow with the lines, whether they are messages or policies."""
    for policies in (5_000, 40_000):
        path = folder / f"million-{policies}.conf"
        path.write_text(generate.backup(policies, 1_000_000), encoding="utf-8")
        lines = path.read_text("utf-8").count("\n")
        floor, _ = inside(SPLIT.format(path=str(path)))
        show(f"FortiGate, {lines:,} lines, {policies:,} policies: splitlines", floor)
        seconds, memory = inside(READ.format(path=str(path)), IMPORT_READ)
        show("  read into firewalls", seconds, memory, floor)


def windows(folder: Path) -> None:
    path = folder / "rules.wfw"
    path.write_bytes(generate.wfw())
    floor, _ = inside(VALUES.format(path=str(path)), "from Registry import Registry")
    show(".wfw, 700 rules: python-registry alone lists the values", floor)
    seconds, memory = inside(READ.format(path=str(path)), IMPORT_READ)
    show("  read into a firewall", seconds, memory)
    for rules in (5_000, 50_000):
        path = folder / f"netsh-{rules}.txt"
        path.write_bytes(generate.netsh(rules).encode())
        floor, _ = inside(SPLIT.format(path=str(path)))
        show(f"netsh, {rules:,} rules, {path.stat().st_size >> 20} MB: splitlines", floor)
        seconds, memory = inside(READ.format(path=str(path)), IMPORT_READ)
        show("  read into a firewall", seconds, memory, floor)
        if rules == 5_000:
            seconds, memory = inside(AUDIT.format(path=str(path)), IMPORT_AUDIT)
            show("  read and audited, every check, no workbook", seconds, memory, floor)


def cisco(folder: Path) -> None:
    path = folder / "large.cfg"
    path.write_text(generate.asa(), encoding="utf-8")
    lines = path.read_text("utf-8").count("\n")
    floor, _ = inside(SPLIT.format(path=str(path)))
    show(f"ASA, {lines:,} lines, 10,000 access-list entries: splitlines", floor)
    seconds, memory = inside("import ciscoconfparse2")
    show("  ciscoconfparse2 imported", seconds, memory)
    seconds, memory = inside(READ.format(path=str(path)), IMPORT_READ)
    show("  read into a firewall, the import included", seconds, memory, floor)
    seconds, memory = inside(AUDIT.format(path=str(path)), IMPORT_AUDIT)
    show("  read and audited, every check, no workbook", seconds, memory, floor)


COMPANY = """
firewalls = read_all([pathlib.Path(each) for each in {files!r}])
rulesets = (load_ruleset({baseline!r}),)
result = audit(firewalls, rulesets, load_site(pathlib.Path({site!r})), datetime(2026, 11, 24, 12))
"""
IMPORT_COMPANY = """
import pathlib
from datetime import datetime
from auditor.audit import audit
from auditor.baseline import load_ruleset, load_site
from parsers import read_all
"""


def many_hosts(folder: Path) -> None:
    files = [str(path) for path in company.write(folder)]
    joined = "".join(Path(path).read_text("utf-8") for path in files)
    (folder / "all.txt").write_text(joined, encoding="utf-8")
    floor, _ = inside(SPLIT.format(path=str(folder / "all.txt")))
    show("500 flows, 5,000 policies, 20 hosts: splitlines", floor)
    names = {"baseline": str(folder / "baseline.yaml"), "site": str(folder / "site.yaml")}
    seconds, memory = inside(COMPANY.format(files=files, **names), IMPORT_COMPANY)
    show("  read and audited, every check, no workbook", seconds, memory, floor)


MANY = """
import pathlib
sys.path.insert(0, 'bench')
from findings import many
result = many()
from auditor.reports import REPORTS
render = dict((report.name, report.render) for report in REPORTS)
"""
BACK = "from auditor.reports.workbook.returned import read_decisions"


def reports(folder: Path) -> None:
    for name in ("xlsx", "html", "json", "sarif"):
        seconds, memory = inside(f"render[{name!r}](result)", MANY)
        show(f"20,000 findings as {name}", seconds, memory)
    book = folder / "many.xlsx"
    inside(f"pathlib.Path({str(book)!r}).write_bytes(render['xlsx'](result))", MANY)
    seconds, memory = inside(f"read_decisions(pathlib.Path({str(book)!r}))", f"import pathlib\n{BACK}")
    show("their workbook read back", seconds, memory)


BENCHES: dict[str, Callable[[Path], None]] = {
    "start-up": start_up,
    "sample": sample,
    "fortigate": fortigate,
    "million": million,
    "windows": windows,
    "reports": reports,
    "cisco": cisco,
    "company": many_hosts,
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:] or BENCHES:
            BENCHES[name](Path(folder))


if __name__ == "__main__":
    main()
