"""`fwproof audit`: the whole way from exports to reports and an exit code."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.commands.case import apply_option, files_argument, open_case, ruleset_option, site_option, today_option
from auditor.commands.output import save, spare
from auditor.commands.progress import progress
from auditor.commands.reporting import (
    LEVELS,
    Output,
    every_option,
    format_option,
    output_option,
    show_ending,
    show_result,
)

if TYPE_CHECKING:
    from auditor.findings.decisions import LastWorkbook
    from auditor.reports import Report
    from parsers.parser import Script


def _last(workbook: Path) -> LastWorkbook:
    from auditor.findings.decisions import LastWorkbook
    from auditor.reports.workbook.returned import read_decisions

    return LastWorkbook(workbook.name, read_decisions(workbook))


@click.command("audit", short_help="Judge exports against baselines and say what is wrong.")
@files_argument
@site_option
@ruleset_option("Baseline to audit against, instead of those the site file names.")
@apply_option
@click.option(
    "--benchmark",
    "benchmark_ids",
    multiple=True,
    metavar="ID|FILE",
    help="Hardening guide to judge settings by, instead of all (see rulesets list). May be repeated.",
)
@click.option("--no-hardening", is_flag=True, help="Judge no settings by hardening guides.")
@output_option
@format_option
@click.option(
    "--fail-on",
    type=click.Choice(LEVELS),
    default="high",
    show_default=True,
    help="Exit with 1 when a finding has this severity or a worse one.",
)
@click.option("--allow-gaps", is_flag=True, help="Judge although something that was not understood may hide access.")
@click.option(
    "--decisions",
    "workbook",
    type=click.Path(path_type=Path),
    metavar="FINDINGS.XLSX",
    help="The last workbook: owner, decision, due date and comment are carried over, accepted findings are waived up "
    "to their due date, and new, still open and fixed findings are marked.",
)
@click.option(
    "--waivers",
    "waivers_path",
    type=click.Path(path_type=Path),
    metavar="WAIVERS.YAML",
    help="What was accepted: by whom, why, until when (see waive).",
)
@every_option
@today_option
def audit_command(
    files: tuple[Path, ...],
    site_path: Path | None,
    ruleset_ids: tuple[str, ...],
    scripts: tuple[Script, ...],
    benchmark_ids: tuple[str, ...],
    no_hardening: bool,
    outputs: tuple[Output, ...],
    shown: Report,
    fail_on: str,
    allow_gaps: bool,
    every: bool,
    workbook: Path | None,
    waivers_path: Path | None,
    now: datetime,
) -> int:
    """Judge exported firewall configurations.

    FILE is a FortiGate backup, an export of the Windows Firewall (the output of "netsh advfirewall firewall show rule
    name=all verbose", a .wfw file, the zip of collect.ps1 ...), a Cisco configuration, or a folder or archive of such
    files. Several files are judged together: a Windows host behind a FortiGate is one path.

    Without --site, zones and server roles are inferred from the exports and the report says how;
    "fwproof init" writes the inferred site file for you to correct.
    """
    from auditor.audit import audit
    from auditor.baseline import read_waivers
    from auditor.benchmarks import load_benchmarks
    from auditor.findings.finding import Severity
    from auditor.gate import rule_on

    if no_hardening and benchmark_ids:
        raise click.UsageError("--no-hardening and --benchmark contradict each other.")
    spare((path for path, _ in outputs), (*files, site_path, waivers_path))
    benchmarks = () if no_hardening else load_benchmarks(benchmark_ids)
    with progress() as told:
        case = open_case(files, site_path, ruleset_ids, told, scripts)
        last = _last(workbook) if workbook else None
        waivers = read_waivers(waivers_path) if waivers_path else ()
        told("looking at the rules", 0, 1)
        result = audit(
            case.firewalls,
            case.rulesets,
            case.site,
            now,
            inferred=case.inferred,
            benchmarks=benchmarks,
            last=last,
            waivers=waivers,
            told=told,
            refused=case.refused,
        )
        for number, (path, report) in enumerate(outputs):
            told(f"writing {path}", number, len(outputs))
            save(path, report.render(result))
    ruling = rule_on(result, None if fail_on == "never" else Severity.parse(fail_on), allow_gaps)
    show_result(result, shown, every)
    show_ending(outputs, ruling, shown)
    return ruling.code
