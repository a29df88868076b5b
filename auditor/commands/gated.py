"""One audit of the settings file, from its globs to a result; with a git revision also from what was there before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.commands.case import case_of
from auditor.commands.output import show

if TYPE_CHECKING:
    from auditor.baseline import Site
    from auditor.findings.decisions import Decision, LastWorkbook
    from auditor.findings.result import AuditResult, Changes
    from auditor.findings.waivers import Waiver
    from auditor.revisions import Revision
    from auditor.settings import AuditSettings, Settings
    from parsers import Told
    from parsers.model.firewall import Firewall
    from parsers.parser import Script
    from parsers.source import Document


def open_settings(path: Path | None) -> Settings:
    """The settings file named, or the one found from here up to the repository root.

    Raises:
        click.UsageError: there is none.
        RulesetError: it is broken.
    """
    from auditor.settings import find_settings, read_settings
    from auditor.settings.reader import NAME, PROJECT

    found = path or find_settings(Path.cwd())
    if found is None:
        raise click.UsageError(
            f"there is no {NAME} here or above, up to the root of the repository, and no [tool.fwproof] in "
            f"{PROJECT}: write one, or name it with --config."
        )
    return read_settings(found)


def waivers_of(settings: Settings, audit: AuditSettings) -> tuple[Waiver, ...]:
    """The waivers of an audit; a file that is not there waives nothing, which is said if the settings name it.

    Raises:
        RulesetError: the file is broken.
    """
    from auditor.baseline import read_waivers
    from auditor.baseline.document import read_text
    from auditor.settings.model import DEFAULT

    name = settings.shown(audit.waivers.value)
    path = settings.root / audit.waivers.value
    if not path.exists():
        if audit.waivers.source != DEFAULT:
            show(f"{name} ({audit.waivers.source}) is not there: nothing is waived.", err=True)
        return ()
    return read_waivers(Path(name), read_text(path, name))


def files_of(settings: Settings, audit: AuditSettings) -> Iterator[Path]:
    """The files that an audit reads, as far as they are there."""
    from auditor.settings.selection import files_below, select

    patterns = audit.files.value
    names = select(patterns, files_below(settings.root, patterns))
    others = (audit.site.value, audit.waivers.value, Path(settings.file).name)
    yield from (settings.root / name for name in (*names, *others) if name)


def judge(
    settings: Settings,
    audit: AuditSettings,
    now: datetime,
    waivers: tuple[Waiver, ...],
    since: Revision | None = None,
    told: Told = lambda what, done, total: None,
    scripts: Sequence[Script] = (),
) -> AuditResult:
    """Judge the exports of one audit; findings that a revision (else the last workbook) had are marked as still open.

    `scripts` are carried out on today's exports; one that is among them is no export.

    Raises:
        UnreadableError: a glob means no file, a file is no export, or site file or ruleset is broken.
        click.UsageError: it is not clear what a script is for.
    """
    exports, site = _exports(settings, audit, scripts), _site(settings, audit)
    before = _before(settings, audit, now, since, waivers, told) if since else None
    workbook = _workbook(settings, audit)
    last = before.found if before else workbook
    decided = workbook.decisions if before and workbook else ()
    result, known = _judged(settings, audit, now, exports, site, waivers, last, told, scripts, decided)
    if since is None or before is None or not before.devices:
        return result
    return replace(result, changes=_changes(since, before.devices, result, known, audit, now))


@dataclass(frozen=True, slots=True)
class _Before:
    """What an older version showed; no devices where it could not be judged."""

    found: LastWorkbook
    devices: tuple[Firewall, ...] = ()


def _changes(
    since: Revision,
    old: tuple[Firewall, ...],
    result: AuditResult,
    site: Site,
    audit: AuditSettings,
    now: datetime,
) -> Changes:
    from auditor.compare import Change, compare, no_zone
    from auditor.findings.result import Changes, PacketChange
    from parsers.errors import UnreadableError

    def told(changes: tuple[Change, ...]) -> tuple[PacketChange, ...]:
        return tuple(PacketChange(each.device, each.opened, each.text, each.example) for each in changes)

    zone = audit.fail_on_opening.value
    if zone and (wrong := no_zone(zone, (*old, *result.devices), site)):
        raise UnreadableError(audit.fail_on_opening.source, wrong)
    found = compare(old, result.devices, site, now)
    notes = (*found.notes, *(f"cannot be told: {each}" for each in found.unsure))
    refused = told(found.openings(zone)) if zone else ()
    return Changes(since.text, told(found.changes), notes, refused, found.unpaired)


def _judged(
    settings: Settings,
    audit: AuditSettings,
    now: datetime,
    exports: Sequence[Document],
    site: Site | None,
    waivers: tuple[Waiver, ...],
    last: LastWorkbook | None,
    told: Told,
    scripts: Sequence[Script] = (),
    decided: tuple[Decision, ...] = (),
) -> tuple[AuditResult, Site]:
    """The result, and the site it was judged by: inferred where there is no site file."""
    from auditor.audit import audit as run
    from auditor.benchmarks import load_benchmarks

    names = tuple(_beside(settings, name) for name in audit.benchmarks.value)
    benchmarks = load_benchmarks(names) if audit.hardening.value else ()
    rulesets = tuple(_beside(settings, name) for name in audit.rulesets.value)
    folder = (settings.root / audit.site.value).parent
    case = case_of(exports, site, rulesets, folder, told, scripts)
    result = run(
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
        decided=decided,
    )
    return replace(result, audit=audit.name), case.site


def _workbook(settings: Settings, audit: AuditSettings) -> LastWorkbook | None:
    """What people decided in the last workbook; None where the audit has none."""
    from auditor.findings.decisions import LastWorkbook
    from auditor.reports.workbook.returned import read_decisions

    if not audit.decisions.value:
        return None
    return LastWorkbook(settings.shown(audit.decisions.value), read_decisions(settings.root / audit.decisions.value))


def _beside(settings: Settings, name: str) -> str:
    """A ruleset that is a file is named from the settings file's folder."""
    path = settings.root / name
    return str(path) if path.is_file() else name


def _exports(settings: Settings, audit: AuditSettings, scripts: Sequence[Script] = ()) -> list[Document]:
    from auditor.settings.selection import files_below, select, unmatched
    from parsers.archives import load
    from parsers.errors import UnreadableError
    from parsers.source import Document

    patterns = audit.files.value
    names = files_below(settings.root, patterns)
    for pattern in unmatched(patterns, names):
        hint = f": it is a folder, write {pattern.rstrip('/')}/*" if (settings.root / pattern).is_dir() else ""
        raise UnreadableError(audit.files.source, f"audit {audit.name}: {pattern!r} means no file{hint}")
    changes = {Path(script.document.name).resolve() for script in scripts}
    chosen = [name for name in select(patterns, names) if (settings.root / name).resolve() not in changes]
    return [Document(settings.shown(name), load(settings.root / name).data) for name in chosen]


def _site(settings: Settings, audit: AuditSettings) -> Site | None:
    from auditor.baseline import load_site
    from auditor.baseline.document import read_text

    if not audit.site.value:
        return None
    name = settings.shown(audit.site.value)
    return load_site(Path(name), read_text(settings.root / audit.site.value, name))


def _before(
    settings: Settings,
    audit: AuditSettings,
    now: datetime,
    since: Revision,
    waivers: tuple[Waiver, ...],
    told: Told,
) -> _Before:
    """What the exports of a revision showed, judged by its own site file and by the rules of today.

    What cannot be judged there, a broken file for example, has no findings: all of today's are new then.
    """
    from auditor.findings.decisions import found_before
    from auditor.settings.selection import select
    from parsers.errors import UnreadableError

    told(f"reading {since.text}", 0, 1)
    names = select(audit.files.value, since.names)
    if not names:
        note = f"{since.text} has none of these files: every finding is new."
        return _Before(found_before(since.text, (), (note,)))
    read = (since.read(name) for name in names)
    try:
        exports = [replace(each, name=settings.shown(each.name)) for each in read if each is not None]
        site = _site_at(settings, audit, since)
        result, _ = _judged(settings, audit, now, exports, site, waivers, None, told)
    except UnreadableError as error:
        note = f"{since.text} cannot be judged, so that every finding is new: {error}"
        return _Before(found_before(since.text, (), (note,)))
    return _Before(found_before(since.text, result.found), result.devices)


def _site_at(settings: Settings, audit: AuditSettings, since: Revision) -> Site | None:
    from auditor.baseline import load_site
    from auditor.baseline.document import decoded

    document = since.read(audit.site.value) if audit.site.value else None
    if document is None:
        return _site(settings, audit)
    name = f"{settings.shown(document.name)} at {since.name}"
    return load_site(Path(name), decoded(document.data, name))
