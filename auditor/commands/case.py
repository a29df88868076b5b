"""What most commands begin with: the exports, the rulesets and the site an audit is about."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.commands.output import show

if TYPE_CHECKING:
    from auditor.baseline import Ruleset, Site
    from parsers import Inputs, Told
    from parsers.errors import UnreadableError
    from parsers.model.firewall import Firewall
    from parsers.parser import Answers, Script
    from parsers.source import Document

files_argument = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
site_option = click.option(
    "--site", "site_path", type=click.Path(path_type=Path), help="Site file: who is who in this network (see init)."
)


def ruleset_option(purpose: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """The option --ruleset; `purpose` says what the command does with a baseline."""
    return click.option(
        "--ruleset", "ruleset_ids", multiple=True, metavar="ID|FILE", help=f"{purpose} May be repeated."
    )


def noon(day: date | None = None) -> datetime:
    """The time that audits are as of: noon of a day, today unless given."""
    return datetime.combine(day or date.today(), time(12))


def _day(context: click.Context, parameter: click.Parameter, value: str | None) -> datetime:
    if value is None:
        return noon()
    try:
        return noon(date.fromisoformat(value))
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a day: write 2026-11-24.") from None


today_option = click.option(
    "--today",
    "now",
    callback=_day,
    metavar="YYYY-MM-DD",
    help="Judge as of noon on this day (schedules, expiry dates); today unless given.",
)


def _scripts(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[Script, ...]:
    from parsers.archives import load
    from parsers.errors import UnreadableError
    from parsers.parser import Script

    found: list[Script] = []
    for value in values:
        device, equals, path = value.partition("=")
        if not equals or Path(value).exists():
            device, path = "", value
        try:
            found.append(Script(load(Path(path)), device))
        except UnreadableError as error:
            raise click.BadParameter(str(error)) from None
    return tuple(found)


apply_option = click.option(
    "--apply",
    "scripts",
    multiple=True,
    callback=_scripts,
    metavar="[DEVICE=]SCRIPT",
    help="Carry out a CLI script (a change to come) on a FortiGate configuration first; DEVICE is its name or file, "
    "where there are several. May be repeated.",
)


def _unheard(what: str, done: int, total: int) -> None:
    """Nobody waits."""


def read_exports(
    files: Sequence[Path | Document],
    told: Told = _unheard,
    site: Site | None = None,
    scripts: Sequence[Script] = (),
    partly: bool = False,
) -> Inputs:
    """The firewalls in files, folders and archives; what is left out of a folder is said on standard error.

    With `partly` exports inside folders that are refused are said as well; without it they end the command.
    The site's `resolve` gives the addresses of objects that no export holds; an answer nothing asks for is said.
    `scripts` are carried out on the configurations they are for; a script that is among the files is no export.

    Raises:
        UnreadableError: a file cannot be read as an export, or a folder holds none.
        click.UsageError: it is not clear what a script is for.
    """
    from parsers import read_inputs
    from parsers.errors import NoTargetError

    answers = site.resolve if site else {}
    changes = {Path(script.document.name).resolve() for script in scripts}
    try:
        exports = [each for each in _given(files) if not isinstance(each, Path) or each.resolve() not in changes]
        inputs = read_inputs(exports, told, answers, scripts)
    except NoTargetError as error:
        raise click.UsageError(f"{error}. With several devices write --apply DEVICE={error.file}.") from None
    for each in unasked(answers, inputs.firewalls):
        show(each, err=True)
    for name, reason in inputs.skipped:
        show(f"skipped {name}: {reason}", err=True)
    for refused in inputs.refused:
        if not partly:
            raise refused
        show(f"refused {refused}", err=True)
    for each in _several_versions(inputs.firewalls):
        show(each, err=True)
    return inputs


def _given(files: Sequence[Path | Document]) -> Iterator[Path | Document]:
    """The inputs, each file once; "-" is standard input."""
    from parsers.source import Document

    seen: set[Path] = set()
    for each in files:
        if not isinstance(each, Path):
            yield each
        elif each.resolve() not in seen:
            seen.add(each.resolve())
            yield Document("stdin", sys.stdin.buffer.read()) if each == Path("-") else each


def _several_versions(firewalls: tuple[Firewall, ...]) -> Iterator[str]:
    """A sentence for each name that several firewalls have: often they are backups of one device."""
    by_name: dict[str, list[Firewall]] = {}
    for each in firewalls:
        by_name.setdefault(re.sub(r" \(\d+\)$", "", each.name), []).append(each)
    for name, found in by_name.items():
        if len(found) > 1:
            files = ", ".join(dict.fromkeys(source.name for each in found[:4] for source in each.sources))
            yield (
                f"{len(found)} firewalls are called {name} and judged as different ones ({files}); of versions of one "
                "device give the last one only, or see what changed with fwproof compare"
            )


def unasked(answers: Answers, firewalls: tuple[Firewall, ...]) -> Iterator[str]:
    """A sentence for each answer of a site file's `resolve` that nothing in the exports asks for."""
    open_objects = {
        f"{each.kind}:{name}" for device in firewalls for each in device.unknowns for name in (each.name, each.value)
    }
    for key in answers:
        kind, _, name = key.partition(":")
        if key not in open_objects and not any(each.endswith(f":{name}") for each in open_objects if kind == "object"):
            near = difflib.get_close_matches(key, sorted(open_objects), 1)
            hint = f", did you mean {near[0].replace(':', ' ', 1)}?" if near else ""
            yield f"resolve: no object {kind} {name!r} is open in these exports{hint}"


DEFAULT_RULESETS = ("exchange-2010", "perimeter")
"""What is audited when neither --ruleset nor a site file says it.

The second speaks of whole zones, so that a firewall with no Exchange server behind it is audited all the same: what the
Internet reaches needs no role to be bound.
"""


@dataclass(frozen=True, slots=True)
class Case:
    """Everything an audit or a trace works on.

    `inferred` says what was inferred for want of a site file, `refused` which exports of a folder could not be read.
    """

    firewalls: tuple[Firewall, ...]
    rulesets: tuple[Ruleset, ...]
    site: Site
    inferred: tuple[str, ...]
    refused: tuple[UnreadableError, ...] = ()


def open_case(
    files: Sequence[Path],
    site_path: Path | None,
    ruleset_ids: Sequence[str],
    told: Told = _unheard,
    scripts: Sequence[Script] = (),
) -> Case:
    """Read exports, site file and rulesets, carry out scripts; `told` hears of every file before it is read.

    Raises:
        UnreadableError: a file cannot be read as an export.
        RulesetError: a ruleset or the site file is broken or missing.
    """
    from auditor.baseline import load_site

    if site_path is None:
        return case_of(files, None, ruleset_ids, told=told, scripts=scripts)
    return case_of(files, load_site(site_path), ruleset_ids, site_path.parent, told, scripts)


def rulesets_of(
    site: Site | None, ruleset_ids: Sequence[str], folder: Path = Path()
) -> tuple[tuple[Ruleset, ...], Site | None]:
    """The rulesets asked for, else those of the site file, else the default ones; and the site with their ids.

    A site file may name a ruleset by its file, beside the site file or where the command runs; what it sets there is
    found by the ruleset's id.

    Raises:
        RulesetError: a ruleset is broken or missing, or the site file uses words that none of them has.
    """
    from auditor.baseline import check_words, load_ruleset

    named = tuple(ruleset_ids) or (site.rulesets if site else ()) or DEFAULT_RULESETS
    every = dict.fromkeys((*named, *(site.rulesets if site else ())))
    loaded = {name: load_ruleset(folder / name if (folder / name).is_file() else name) for name in every}
    if site is not None:
        check_words(site, loaded.values())
        site = replace(site, baselines=tuple(replace(use, ruleset=loaded[use.ruleset].id) for use in site.baselines))
    return tuple(loaded[name] for name in named), site


def case_of(
    files: Sequence[Path | Document],
    site: Site | None,
    ruleset_ids: Sequence[str],
    folder: Path = Path(),
    told: Told = _unheard,
    scripts: Sequence[Script] = (),
) -> Case:
    """As `open_case`, with a site that was read already; rulesets that are files are looked for in `folder` first.

    Raises:
        UnreadableError, RulesetError: as `open_case`.
    """
    from auditor.baseline import infer_site

    rulesets, known = rulesets_of(site, ruleset_ids, folder)
    inputs = read_exports(files, told, site, scripts, partly=True)
    if known is not None:
        return Case(inputs.firewalls, rulesets, known, (), inputs.refused)
    inference = infer_site(inputs.firewalls, rulesets)
    return Case(inputs.firewalls, rulesets, inference.site, inference.notes, inputs.refused)
