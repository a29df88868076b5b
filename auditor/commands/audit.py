"""`fwproof audit`: the whole way from exports to reports and an exit code."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.commands.case import apply_option, files_argument, open_case, ruleset_option, site_option, today_option
from auditor.commands.output import check_folder, save, show, show_bytes, window
from auditor.commands.progress import progress

if TYPE_CHECKING:
    from auditor.findings.decisions import LastWorkbook
    from auditor.reports import Report
    from parsers.parser import Script

LEVELS = ("critical", "high", "medium", "low", "info", "never")


def _outputs(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[Path, Report], ...]:
    from auditor.reports import REPORTS, report_for

    found: list[tuple[Path, Report]] = []
    for value in values:
        named = Path(value)
        report = report_for(named.name, REPORTS)
        name, colon, rest = value.partition(":")
        by_name = next((each for each in REPORTS if each.name == name), None) if colon else None
        if by_name is not None:
            named, report = Path(rest), by_name
        if report is None or not named.name:
            endings = ", ".join(suffix for each in REPORTS for suffix in each.suffixes)
            names = ", ".join(each.name for each in REPORTS)
            raise click.BadParameter(
                f"{value!r} names no format: give a file ending in {endings}, or NAME:FILE with one of {names}."
            )
        check_folder(named)
        if named in (path for path, _ in found):
            raise click.BadParameter(f"{named} would be written twice.")
        found.append((named, report))
    return tuple(found)


def _last(workbook: Path) -> LastWorkbook:
    from auditor.findings.decisions import LastWorkbook
    from auditor.reports.workbook.returned import read_decisions

    return LastWorkbook(workbook.name, read_decisions(workbook))


def _format(context: click.Context, parameter: click.Parameter, value: str) -> Report:
    from auditor.reports import REPORTS

    for report in REPORTS:
        if report.name == value:
            return report
    raise click.BadParameter(f"{value!r} is not one of {', '.join(report.name for report in REPORTS)}.")


@click.command("audit", short_help="Judge exports against baselines and say what is wrong.")
@files_argument
@site_option
@ruleset_option
@apply_option
@click.option(
    "--benchmark",
    "benchmark_ids",
    multiple=True,
    metavar="ID|FILE",
    help="Hardening guide to judge settings by, instead of all (see rulesets list). May be repeated.",
)
@click.option("--no-hardening", is_flag=True, help="Judge no settings by hardening guides.")
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    metavar="[NAME:]FILE",
    callback=_outputs,
    help="Also write a report; the ending chooses the format (.xlsx .json .html .sarif .xml .md .csv), or its name "
    "before a colon (gitlab:quality.json). Repeatable.",
)
@click.option(
    "--format",
    "shown",
    default="terminal",
    show_default=True,
    callback=_format,
    metavar="NAME",
    help="What to print: terminal, json, sarif, junit, gitlab, markdown, csv or html.",
)
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
@click.option("--all", "every", is_flag=True, help="Print every finding in full, not only the first of each kind.")
@today_option
def audit_command(
    files: tuple[Path, ...],
    site_path: Path | None,
    ruleset_ids: tuple[str, ...],
    scripts: tuple[Script, ...],
    benchmark_ids: tuple[str, ...],
    no_hardening: bool,
    outputs: tuple[tuple[Path, Report], ...],
    shown: Report,
    fail_on: str,
    allow_gaps: bool,
    every: bool,
    workbook: Path | None,
    now: datetime,
) -> int:
    """Judge exported firewall configurations.

    FILE is a FortiGate backup, the output of "netsh advfirewall firewall show rule name=all verbose", a folder or an
    archive of such files. Several files are judged together: a Windows host behind a FortiGate is one path.

    Without --site, zones and server roles are inferred from the exports and the report says how;
    "fwproof init" writes the inferred site file for you to correct.
    """
    from auditor.audit import audit
    from auditor.benchmarks import load_benchmarks
    from auditor.findings.finding import Severity
    from auditor.gate import rule_on
    from auditor.reports.terminal import terminal_text

    if shown.binary:
        raise click.UsageError(f"--format {shown.name} cannot be printed: use -o audit{shown.suffixes[0]}.")
    if no_hardening and benchmark_ids:
        raise click.UsageError("--no-hardening and --benchmark contradict each other.")
    benchmarks = () if no_hardening else load_benchmarks(benchmark_ids)
    with progress() as told:
        case = open_case(files, site_path, ruleset_ids, told, scripts)
        last = _last(workbook) if workbook else None
        told("looking at the rules", 0, 1)
        result = audit(
            case.firewalls,
            case.rulesets,
            case.site,
            now,
            inferred=case.inferred,
            benchmarks=benchmarks,
            last=last,
            told=told,
        )
        for number, (path, report) in enumerate(outputs):
            told(f"writing {path}", number, len(outputs))
            save(path, report.render(result))
    ruling = rule_on(result, None if fail_on == "never" else Severity.parse(fail_on), allow_gaps)
    plain = shown.name == "terminal"
    if plain:
        width, colour = window()
        show(terminal_text(result, width, colour, every))
    else:
        show_bytes(shown.render(result))
    for path, report in outputs:
        show(f"Wrote {path} ({report.title}).", err=not plain)
    show(ruling.reason, err=not plain)
    return ruling.code
