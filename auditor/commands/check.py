"""`fwproof check`: every audit of the settings file, and one exit code for a pipeline."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.commands.case import apply_option, today_option
from auditor.commands.gated import files_of, judge, open_settings, waivers_of
from auditor.commands.output import save, show, spare
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
    from auditor.findings.result import AuditResult
    from auditor.findings.waivers import Waiver
    from auditor.reports import Report
    from auditor.settings import AuditSettings, Settings
    from parsers.parser import Script

_TOGETHER = ("terminal", "markdown")
"""Formats of which several may follow each other on standard output."""
config_option = click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Settings file; unless given, fwproof.toml or [tool.fwproof] in pyproject.toml, here or above.",
)


@click.command("check", short_help="Judge what fwproof.toml lists: the gate of a repository.")
@config_option
@click.option("--audit", "names", multiple=True, metavar="NAME", help="Only this audit of the file. May be repeated.")
@click.option("--since", metavar="REV", help="Fail for findings only that the exports did not have at a git revision.")
@click.option(
    "--fail-on-opening",
    "opening",
    metavar="ZONE",
    help="With --since: fail when packets from this zone pass now and did not before.",
)
@click.option("--fail-on", type=click.Choice(LEVELS), help="Instead of what the settings say.")
@click.option("--allow-gaps/--refuse-gaps", default=None, help="Instead of what the settings say.")
@click.option(
    "--waivers", type=click.Path(path_type=Path), metavar="WAIVERS.YAML", help="Instead of what the settings say."
)
@click.option(
    "--decisions",
    type=click.Path(path_type=Path),
    metavar="FINDINGS.XLSX",
    help="The last workbook: what people accepted in it is waived up to their day, as with fwproof audit.",
)
@apply_option
@click.option("--show-settings", is_flag=True, help="Print what is in force and where it was said, and judge nothing.")
@output_option
@format_option
@every_option
@today_option
@click.pass_context
def check_command(
    context: click.Context,
    config: Path | None,
    names: tuple[str, ...],
    since: str | None,
    opening: str | None,
    fail_on: str | None,
    allow_gaps: bool | None,
    waivers: Path | None,
    decisions: Path | None,
    scripts: tuple[Script, ...],
    show_settings: bool,
    outputs: tuple[Output, ...],
    shown: Report,
    every: bool,
    now: datetime,
) -> int:
    """Judge the exports that fwproof.toml lists, each audit with its site file, rulesets and waivers.

    With several audits a report is written for each, its name before the ending: audit-NAME.sarif. The exit code
    is the worst of all audits: 3 not judged, 1 findings, 0 passed.

    With --apply a change is judged before it is made: the CLI script is carried out on the export it is for.
    """
    from auditor.gate import rule_on
    from auditor.revisions import revision

    if opening and not since:
        raise click.UsageError("--fail-on-opening needs --since: what was opened is told from an older version.")
    whole = open_settings(config)
    chosen = _chosen(whole, names)
    settings = replace(chosen, audits=tuple(_with_flags(chosen, fail_on, opening, allow_gaps, waivers, decisions)))
    if show_settings:
        show("\n".join(_settings_text(settings, context, since, now)))
        return 0
    several = len(settings.audits) > 1
    if several:
        _refuse_several(scripts, decisions, shown)
    spare(
        (_named(path, audit.name) if several else path for audit in settings.audits for path, _ in outputs),
        (each for audit in settings.audits for each in files_of(settings, audit)),
    )
    before = revision(settings.root, since) if since else None
    accepted = [waivers_of(settings, audit) for audit in settings.audits]
    with progress() as told:
        results = [
            judge(settings, audit, now, each, before, told, scripts)
            for audit, each in zip(settings.audits, accepted, strict=True)
        ]
    results = list(_apart(results, accepted, len(settings.audits) < len(whole.audits)))
    codes = []
    for audit, result in zip(settings.audits, results, strict=True):
        written = [(_named(path, audit.name) if several else path, report) for path, report in outputs]
        for path, report in written:
            save(path, report.render(result))
        ruling = rule_on(result, audit.level, audit.allow_gaps.value, before is not None, audit.fail_on_opening.value)
        show_result(result, shown, every)
        show_ending(written, ruling, shown, f"{audit.name}: " if several else "")
        codes.append(ruling.code)
    return max(codes)


def _refuse_several(scripts: tuple[Script, ...], decisions: Path | None, shown: Report) -> None:
    """What can be asked of one audit only."""
    if scripts:
        raise click.UsageError("--apply changes the exports of one audit: choose it with --audit.")
    if decisions is not None:
        raise click.UsageError("--decisions is the workbook of one audit: choose it with --audit.")
    if shown.name not in _TOGETHER:
        raise click.UsageError(f"--format {shown.name} prints one audit: choose it with --audit, or use -o.")


def _chosen(settings: Settings, names: tuple[str, ...]) -> Settings:
    from auditor.baseline.errors import nearest

    known = [audit.name for audit in settings.audits]
    for name in names:
        if name not in known:
            raise click.UsageError(f"{settings.file} has no audit {name!r}{nearest(name, known)}")
    return replace(settings, audits=tuple(each for each in settings.audits if not names or each.name in names))


def _with_flags(
    settings: Settings,
    fail_on: str | None,
    opening: str | None,
    allow_gaps: bool | None,
    waivers: Path | None,
    decisions: Path | None,
) -> Iterator[AuditSettings]:
    from auditor.settings import Setting

    for audit in settings.audits:
        if fail_on is not None:
            audit = replace(audit, fail_on=Setting(fail_on, "--fail-on"))
        if opening is not None:
            audit = replace(audit, fail_on_opening=Setting(opening, "--fail-on-opening"))
        if allow_gaps is not None:
            audit = replace(audit, allow_gaps=Setting(allow_gaps, "--allow-gaps" if allow_gaps else "--refuse-gaps"))
        if waivers is not None:
            audit = replace(audit, waivers=Setting(_below(settings, waivers), "--waivers"))
        if decisions is not None:
            audit = replace(audit, decisions=Setting(_below(settings, decisions), "--decisions"))
        yield audit


def _below(settings: Settings, path: Path) -> str:
    """A path of the command line as the settings file would name it."""
    return Path(os.path.relpath(path.resolve(), settings.root)).as_posix()


def _settings_text(settings: Settings, context: click.Context, since: str | None, now: datetime) -> Iterator[str]:
    from auditor.reports.text import one_line

    day = context.get_parameter_source("now")
    told = day is not None and day.name == "COMMANDLINE"
    rows = [("today", now.date().isoformat(), "--today" if told else "default")]
    rows += [("since", since or "", "--since" if since else "default")]
    yield f"settings file {one_line(str(settings.root / Path(settings.file).name))}"
    yield from _columns(rows)
    for audit in settings.audits:
        yield f"audit {audit.name}"
        listed = ((key, each.value, each.source) for key, each in audit.listed())
        yield from _columns([(key, one_line(_written(value)), one_line(source)) for key, value, source in listed])


def _written(value: object) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def _columns(rows: list[tuple[str, str, str]]) -> Iterator[str]:
    width = max(len(value) for _, value, _ in rows)
    for key, value, source in rows:
        yield f"  {key:<15} {value:<{min(width, 60)}}  ({source})"


def _named(path: Path, name: str) -> Path:
    stem, dot, ending = path.name.partition(".")
    return path.with_name(f"{stem}-{name}{dot}{ending}")


def _apart(results: list[AuditResult], accepted: list[tuple[Waiver, ...]], partial: bool) -> Iterator[AuditResult]:
    """The results, without the remark that a waiver matches nothing where it may be for another audit of the file."""
    from auditor.checks import WAIVER_STATE

    elsewhere = {
        waiver.id
        for waivers, result in zip(accepted, results, strict=True)
        for waiver in waivers
        if partial or any(each.check != WAIVER_STATE and waiver.matches(each) for each in result.found)
    }
    for result in results:
        idle = [each for each in result.findings if each.check == WAIVER_STATE and not each.device]
        gone = {each.fingerprint for each in idle if each.identity in elsewhere}
        kept = tuple(each for each in result.findings if each.fingerprint not in gone)
        follow = result.follow_up
        if follow is not None:
            follow = replace(follow, statuses={key: each for key, each in follow.statuses.items() if key not in gone})
        yield replace(result, findings=kept, follow_up=follow)
