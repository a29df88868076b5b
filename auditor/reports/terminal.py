"""The terminal report: the verdict in words, then what to do about it; readable at 80 columns and in a CI log."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from auditor.findings.finding import Confidence, Finding, Severity
from auditor.findings.result import AnswerState, AuditResult, CoverageState
from auditor.findings.wording import counted
from auditor.reports.flows import QUIET, alike
from auditor.reports.guides import MOST_REASONS, failed_items, undecided
from auditor.reports.lines import files_read
from auditor.reports.shortnames import with_short_names
from auditor.reports.since import changes_sentence, mark, since_lines
from auditor.reports.text import one_line, printable
from auditor.reports.verdict import (
    SEVERITIES,
    alarming,
    any_server,
    blind_gaps,
    hardening_sentence,
    headline,
    ports_sentence,
    required,
    rule_findings,
    worst,
)

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

STYLES = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}
_STATES = {
    CoverageState.SATISFIED: "green",
    CoverageState.MISSING: "bold red",
    CoverageState.PARTLY: "bold red",
    CoverageState.NOT_PUBLISHED: "yellow",
    CoverageState.CANNOT_TELL: "yellow",
}
MOST_ALIKE = 5
"""Findings of one check and severity shown before the rest is counted."""
MOST_GAPS = 15
MOST_FIREWALLS = 12
"""Firewalls named at the head; every file is in the table of files."""
MOST_INFERRED = 40
_SILENT = (
    AnswerState.NOT_APPLICABLE, AnswerState.NOT_OBSERVABLE, AnswerState.NO_FIREWALL_QUESTION, AnswerState.CANNOT_TELL,
)  # fmt: skip


def terminal_text(result: AuditResult, width: int = 100, colour: bool = False, every: bool = False) -> str:
    """The audit as text `width` columns wide; `colour` adds ANSI codes, `every` shows what is otherwise counted."""
    from rich.console import Console

    result = with_short_names(result)
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    parts = (_head, _since, _findings, _ports, _answers, _hardening, _gaps, _ledger, _inferred, _left_out)
    for part in parts:
        for item in part(result, every):
            _print(console, item)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def _print(console: Console, item: RenderableType) -> None:
    console.print(item, soft_wrap=False)


def _head(result: AuditResult, every: bool) -> Iterator[RenderableType]:
    from rich.table import Table
    from rich.text import Text

    good = "bold green" if worst(result) < Severity.MEDIUM else "bold"
    yield Text(headline(result), style="bold red" if alarming(result) else good)
    facts = Table.grid(padding=(0, 2))
    facts.add_column(no_wrap=True)
    facts.add_column()
    if required(result):
        facts.add_row("Required ports", ports_sentence(result))
    facts.add_row("Baselines", ", ".join(f"{used.id} {used.version}" for used in result.rulesets) or "none")
    inferred = " (inferred: see the end)" if result.site_inferred else ""
    facts.add_row("Site", one_line(result.site_name or "none") + inferred)
    shown = result.devices if every else result.devices[:MOST_FIREWALLS]
    for number, device in enumerate(shown):
        rules = sum(len(each.stated) for each in device.lists)
        product = " ".join(word for word in (device.product, device.version) if word)
        facts.add_row("Firewalls" if number == 0 else "", one_line(f"{device.name}: {product}, {rules} rules"))
    if len(shown) < len(result.devices):
        facts.add_row("", f"and {len(result.devices) - len(shown)} more: --all shows them")
    facts.add_row("Judged as of", f"{result.today.isoformat()} by fwproof {result.fwproof_version}")
    yield facts


MOST_CHANGES = 12
"""Changes of what passes shown before the rest is counted."""


def _since(result: AuditResult, every: bool) -> Iterator[RenderableType]:
    if lines := since_lines(result, every):
        yield from _title("Since last time")
        yield from _bullets(lines)
    if result.changes is not None:
        yield from _bullets([changes_sentence(result), *result.changes.notes])
        shown = result.changes.packets if every else result.changes.packets[:MOST_CHANGES]
        yield from _bullets(f"{each.device} {each.text}" for each in shown)
        if len(shown) < len(result.changes.packets):
            yield from _note(f"and {len(result.changes.packets) - len(shown)} more: --all shows them")


def _title(text: str) -> Iterator[RenderableType]:
    from rich.text import Text

    yield Text("")
    yield Text(text, style="bold underline")


def _findings(result: AuditResult, every: bool) -> Iterator[RenderableType]:
    for severity in SEVERITIES:
        rows = [finding for finding in rule_findings(result) if finding.severity is severity]
        if not rows:
            continue
        yield from _title(f"{severity.word.capitalize()}: {counted(len(rows), 'finding')}")
        shown: Counter[str] = Counter()
        for finding in rows:
            shown[finding.check] += 1
            if not every and shown[finding.check] > MOST_ALIKE:
                continue
            status = mark(result, finding)
            full = every or severity >= Severity.MEDIUM
            yield from _block(finding, status) if full else _brief(finding, status)
        for check, number in sorted(shown.items()):
            if not every and number > MOST_ALIKE:
                yield from _note(f"and {number - MOST_ALIKE} more of {check}: --all shows them, so does -o audit.xlsx")


def _heading(finding: Finding, status: str) -> RenderableType:
    from rich.text import Text

    text = Text("")
    text.append(finding.severity.word.upper(), style=STYLES[finding.severity])
    text.append(f"  {finding.check} {one_line(finding.title)}", style="bold")
    if finding.confidence is Confidence.POSSIBLE:
        text.append("  (possible)", style="yellow")
    if status:
        text.append(f"  ({status})")
    return text


def place(finding: Finding) -> str:
    """Where a finding is, in words: device, rule and file:line."""
    where = f"{finding.device} {finding.rule}".strip()
    return one_line(f"{where} ({finding.origin.text})" if finding.origin else where)


def _block(finding: Finding, status: str) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    yield Text("")
    yield _heading(finding, status)
    yield Padding(Text(one_line(finding.message)), (0, 0, 0, 2))
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    grid.add_row("where", Text(place(finding)))
    if finding.example:
        grid.add_row("packet", Text(one_line(finding.example.text)))
    for number, each in enumerate(finding.related):
        origin = f" ({each.origin.text})" if each.origin else ""
        grid.add_row("also" if number == 0 else "", Text(one_line(f"{each.device} {each.rule}{origin}: {each.text}")))
    if finding.uncertain:
        grid.add_row("depends", Text(one_line("; ".join(finding.uncertain))))
    grid.add_row("do", Text(one_line(finding.remedy)))
    for number, command in enumerate(finding.commands):
        grid.add_row("paste" if number == 0 else "", Text(printable(command)))
    if finding.citation:
        grid.add_row("source", Text(one_line(", ".join(finding.citation))))
    grid.add_row("id", Text(finding.fingerprint))
    yield Padding(grid, (0, 0, 0, 2))


def _brief(finding: Finding, status: str) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True, style="bold")
    grid.add_column(overflow="fold")
    doubt = " (possible)" if finding.confidence is Confidence.POSSIBLE else ""
    doubt += f" ({status})" if status else ""
    grid.add_row(finding.check, Text(f"{place(finding)}{doubt}: {one_line(finding.message)}"))
    yield Padding(grid, (0, 0, 0, 2))


def _note(text: str) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.text import Text

    yield Padding(Text(text, style="dim"), (0, 0, 0, 2))


def _ports(result: AuditResult, every: bool) -> Iterator[RenderableType]:
    from rich.table import Table
    from rich.text import Text

    rows = required(result)
    if not rows:
        return
    yield from _title(f"Required ports: {ports_sentence(result)}")
    if not any_server(rows):
        names = ", ".join(dict.fromkeys(row.ruleset for row in rows))
        yield from _note(
            f"None of these exports is known to be, or to lead to, a server that {names} speaks of, so no port was "
            "judged. Name yours in a site file (fwproof init FILE... -o site.yaml), or take another baseline (fwproof "
            "rulesets list, --ruleset)."
        )
        if not every:
            return
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("state", no_wrap=True)
    table.add_column("flow", ratio=5)
    table.add_column("service", ratio=3)
    table.add_column("by, or what is missing", ratio=5)
    for (state, source, destination, service, detail), flows in alike(rows, every).items():
        table.add_row(
            Text(state.value, style=_STATES.get(state, "dim")),
            Text(one_line(f"{', '.join(flows)}{f': {source} to {destination}' if source else ''}")),
            Text(one_line(service.replace(",", ", "))),
            Text(one_line(detail)),
        )
    yield table
    if any(row.state in (CoverageState.MISSING, CoverageState.PARTLY) for row in rows):
        first = "fwproof init FILE... -o site.yaml, then " if result.site_inferred else ""
        yield from _note(
            f"The rules that are missing, as commands to paste: {first}fwproof plan FILE... --site site.yaml --missing."
        )
    quiet = Counter(row.state for row in rows if row.state in QUIET)
    if quiet and not every:
        words = ", ".join(f"{number} {state.value}" for state, number in quiet.items())
        yield from _note(f"and {words}: --all shows them")


def _answers(result: AuditResult, every: bool) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.text import Text

    if not result.answers:
        return
    yield from _title("Questions")
    silent = 0
    for answer in result.answers:
        if answer.state in _SILENT and not every:
            silent += 1
            continue
        detail = one_line(answer.detail)
        if not every:
            detail = detail.split(". ")[0].rstrip(".") + "."
        yield Padding(Text(f"{answer.id} {one_line(answer.ask)}"), (0, 0, 0, 2))
        text = Text("")
        text.append(answer.state, style="green" if answer.state.in_order else "bold red")
        text.append(f"{'' if answer.state.in_order else '; expected'}: {detail}")
        yield Padding(text, (0, 0, 0, 6))
    if silent:
        yield from _note(f"and {silent} that do not apply here or that these exports cannot answer: --all shows them")


def _hardening(result: AuditResult, every: bool) -> Iterator[RenderableType]:
    if not result.hardening:
        return
    yield from _title(f"Hardening guides: {hardening_sentence(result)}")
    shown, hidden = failed_items(result, STYLES, every)
    yield shown
    if hidden:
        yield from _note(f"and {hidden} more: --all shows them, so does -o audit.xlsx")
    for sentence in undecided(result)[: None if every else MOST_REASONS]:
        yield from _note(sentence)


def _gaps(result: AuditResult, every: bool) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.text import Text

    if not result.gaps:
        return
    blind = blind_gaps(result)
    places = counted(len(result.gaps), "place")
    yield from _title(f"Not understood: {places}, {len(blind)} of them could hide access")
    harmless = [gap for gap in result.gaps if not gap.hides_access]
    shown = [*blind, *harmless] if every else [*blind, *harmless][:MOST_GAPS]
    for gap in shown:
        text = Text("")
        if gap.hides_access:
            text.append("could hide access  ", style="bold red")
        text.append(one_line(f"{gap.origin.text}: {gap.what}"))
        yield Padding(text, (0, 0, 0, 2))
    if len(shown) < len(result.gaps):
        yield from _note(f"and {len(result.gaps) - len(shown)} more: --all shows them")


def _ledger(result: AuditResult, every: bool) -> Iterator[RenderableType]:
    from rich.table import Table

    sources = files_read(result)
    if not sources:
        return
    yield from _title("Files")
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("file", overflow="fold")
    table.add_column("format", overflow="fold")
    for name in ("lines", "read", "irrelevant", "not understood"):
        table.add_column(name, justify="right", no_wrap=True)
    for source in sources:
        numbers = (source.ledger.total, source.ledger.read, source.ledger.irrelevant, source.ledger.not_understood)
        table.add_row(one_line(source.name), one_line(source.format), *map(str, numbers))
    yield table
    assumed: dict[str, list[str]] = {}
    for device in result.devices:
        for sentence in device.assumptions:
            assumed.setdefault(sentence, []).append(device.name)
    if assumed:
        yield from _title("Assumed")
        yield from _bullets(f"{', '.join(names)}: {sentence}" for sentence, names in assumed.items())


def _inferred(result: AuditResult, every: bool) -> Iterator[RenderableType]:
    if not result.site_inferred:
        return
    yield from _title("Inferred, because no site file says it")
    shown = result.site_inferred if every else result.site_inferred[:MOST_INFERRED]
    yield from _bullets(shown)
    if hidden := len(result.site_inferred) - len(shown):
        yield from _note(f"and {hidden} more: --all shows them, so does the site file that init writes")
    yield from _note('To correct this: "fwproof init FILE... -o site.yaml", edit it, then audit with --site site.yaml.')


def _left_out(result: AuditResult, every: bool) -> Iterator[RenderableType]:
    if result.checks_skipped:
        yield from _title("Checks that could not run")
        yield from _bullets(f"{each.check}: {each.reason}" for each in result.checks_skipped)
    if result.waived:
        yield from _title(f"Waived: {len(result.waived)}")
        yield from _bullets(f"{finding.check} {place(finding)}: {reason}" for finding, reason in result.waived)


def _bullets(lines: Iterable[str]) -> Iterator[RenderableType]:
    from rich.table import Table

    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for line in lines:
        grid.add_row(" -", one_line(line))
    yield grid
