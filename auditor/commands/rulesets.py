"""`fwproof rulesets`: what there is to audit against, what it says, and whether one of your own is in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.commands.output import show, window

if TYPE_CHECKING:
    from auditor.baseline.model import End, Ruleset, When
    from auditor.benchmarks import Benchmark


@click.group("rulesets", short_help="List, show and check baselines.")
def rulesets_group() -> None:
    """Baselines: what a product needs, allows and forbids, with a citation on every line."""


@rulesets_group.command("list")
def list_command() -> int:
    """List the baselines and the hardening guides that come with fwproof."""
    from auditor.baseline import available_rulesets, load_ruleset
    from auditor.benchmarks import load_benchmarks

    for name in available_rulesets():
        ruleset = load_ruleset(name)
        numbers = f"{len(ruleset.flows)} flows, {len(ruleset.forbidden)} forbidden openings"
        show(f"{ruleset.id} {ruleset.version} ({ruleset.status}): {ruleset.title}; {numbers}")
    for benchmark in load_benchmarks():
        show(f"{benchmark.id} {benchmark.version} (benchmark): {benchmark.title}; {len(benchmark.items)} items")
        for guide in benchmark.guides:
            cited = sum(any(each.guide == guide.id for each in item.guides) for item in benchmark.items)
            show(f"  {guide.id}: {guide.title} {guide.version}, {cited} items")
    return 0


@rulesets_group.command("show")
@click.argument("ruleset", metavar="ID|FILE")
def show_command(ruleset: str) -> int:
    """Print a baseline with its flows and sources, or a hardening guide with its items."""
    from auditor.baseline import load_ruleset
    from auditor.benchmarks import available_benchmarks, load_benchmarks

    known = {*available_benchmarks(), *(guide.id for each in load_benchmarks() for guide in each.guides)}
    if ruleset in known:
        show("\n".join(line for each in load_benchmarks((ruleset,)) for line in _benchmark(each)))
    else:
        show("\n".join(_text(load_ruleset(ruleset))))
    return 0


@rulesets_group.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
def check_command(files: tuple[Path, ...]) -> int:
    """Check baselines and benchmarks of your own: the first mistake is named by file, line and path."""
    from auditor.baseline import load_ruleset
    from auditor.baseline.document import read_document
    from auditor.benchmarks import load_benchmark

    for path in files:
        root = read_document(path)
        if root.mapping(required=("schema",))["schema"].text().startswith("fwbenchmark/"):
            benchmark = load_benchmark(str(path))
            show(f"{path}: in order; {benchmark.id} {benchmark.version}, {len(benchmark.items)} items")
            continue
        ruleset = load_ruleset(path)
        numbers = f"{len(ruleset.flows)} flows, {len(ruleset.forbidden)} forbidden openings"
        show(f"{path}: in order; {ruleset.id} {ruleset.version}, {numbers}, {len(ruleset.questions)} questions")
    return 0


def _text(ruleset: Ruleset) -> Iterator[str]:
    yield f"{ruleset.id} {ruleset.version} ({ruleset.status})"
    yield ruleset.title
    yield from _section("Sources", (f"{key}: {each.title}" for key, each in ruleset.sources.items()))
    yield from _section("Roles", (f"{role.name}: {role.title}" for role in ruleset.roles.values()))
    yield from _section(
        "What a site file may answer",
        (f"{question.name}: {question.ask}" for question in ruleset.conditions.values()),
    )
    yield from _section(
        "What a site file may set",
        (
            f"{each.name} = {_ports(each.default.ranges) if each.default else 'not set'}"
            f"{''.join(f'; {name} {value}' for name, value in each.suggest)}"
            for each in ruleset.variables.values()
        ),
    )
    yield from _section(
        "Flows",
        (
            f"{flow.id} ({flow.level}): {flow.title}: {_end(flow.source)} to {_end(flow.destination)}, "
            f"{_services(flow.services, flow.any_of)}{_when('if', flow.when)} [{', '.join(flow.cite)}]"
            for flow in ruleset.flows
        ),
    )
    yield from _section(
        "Forbidden",
        (
            f"{each.id}: {each.title}: {_end(each.source)} to {_end(each.destination)}, "
            f"{', '.join(each.services)}{_when('unless', each.unless)} [{', '.join(each.cite)}]"
            for each in ruleset.forbidden
        ),
    )
    yield from _section(
        "Closed worlds: whatever no flow names is too much",
        (f"{each.id}: {_end(each.source)} to {_end(each.destination)}" for each in ruleset.closed_world),
    )
    yield from _section("Questions", (f"{question.id}: {question.ask}" for question in ruleset.questions))


def _benchmark(benchmark: Benchmark) -> Iterator[str]:
    yield f"{benchmark.id} {benchmark.version} (benchmark)"
    yield benchmark.title
    guides = (f"{each.id}: {each.title} {each.version} {each.place}".strip() for each in benchmark.guides)
    yield from _section("Guides", guides)
    yield from _section(
        "Items",
        (
            f"{item.id} ({item.severity.word}): {item.title}{f': {item.expected}' if item.expected else ''} "
            f"[{', '.join(f'{each.guide} {each.id}' for each in item.guides)}]"
            for item in benchmark.items
        ),
    )


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    import textwrap

    width, _ = window()
    found = list(lines)
    if found:
        yield ""
        yield title
    for line in found:
        yield from textwrap.wrap(line, width, initial_indent="  ", subsequent_indent="      ", break_on_hyphens=False)


def _end(end: End) -> str:
    return f"{end.kind} {' or '.join(end.names)}"


def _services(services: tuple[str, ...], any_of: tuple[tuple[str, ...], ...]) -> str:
    return " or ".join(" + ".join(names) for names in any_of) if any_of else ", ".join(services)


def _ports(ranges: Iterable[tuple[int, int]]) -> str:
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


def _when(word: str, when: When | None) -> str:
    return f", {word} {_condition(when)}" if when else ""


def _condition(when: When) -> str:
    if when.name:
        return when.name
    parts = [_condition(part) for part in when.parts]
    return f"not {parts[0]}" if when.kind == "not" else f" {'and' if when.kind == 'all' else 'or'} ".join(parts)
