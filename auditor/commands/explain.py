"""`fwproof explain`: the page of a check."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from auditor.commands.output import show

if TYPE_CHECKING:
    from auditor.benchmarks import Benchmark, Item


@click.command("explain", short_help="Print the page of a check, or the list of all checks.")
@click.argument("check", required=False)
def explain_command(check: str | None) -> int:
    """Print what a check finds, why it matters, what to do and when to waive it.

    CHECK is an id (FW101) or a name (any-to-any); or an item of the hardening guides (FGT-IDLE-TIMEOUT), or the number
    a guide gives it (2.4.4, V-241989). Without it all checks are listed.
    """
    from auditor.benchmarks import load_benchmarks
    from auditor.checks import CHECKS

    if check is None:
        wide = max(len(each.slug) for each in CHECKS)
        for each in CHECKS:
            show(f"{each.id}  {each.severity.word:<8}  {each.slug:<{wide}}  {each.title}")
        return 0
    for each in CHECKS:
        if check.upper() == each.id or check.lower() == each.slug:
            show(f"{each.id} {each.title} ({each.slug}, {each.severity.word})\n\n{each.docs.strip()}")
            return 0
    items = "\n\n".join(_items(check))
    if items:
        show(items)
        return 0
    known = [word for each in CHECKS for word in (each.id, each.slug)]
    known += [item.id for benchmark in load_benchmarks() for item in benchmark.items]
    near = difflib.get_close_matches(check, known, n=1, cutoff=0.4)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise click.UsageError(f'there is no check {check!r}.{hint} "fwproof explain" lists all of them.')


def _items(word: str) -> Iterator[str]:
    """The pages of the benchmark items with this id, or this number in a guide."""
    from auditor.benchmarks import load_benchmarks

    for benchmark in load_benchmarks():
        for item in benchmark.items:
            numbers = {number.casefold() for each in item.guides for number in re.split(r"[ ,()]+", each.id)}
            if word.casefold() in {item.id.casefold(), *numbers}:
                yield "\n".join(_page(benchmark, item))


def _page(benchmark: Benchmark, item: Item) -> Iterator[str]:
    yield f"{item.id} {item.title} (FW130, {item.severity.word})"
    yield ""
    if item.undecidable:
        yield f"Not decidable: {item.undecidable}"
    else:
        yield f"Setting:  {item.setting}"
        if item.expected:
            yield f"Expected: {item.expected}"
    yield f"Shown by: {item.evidence}"
    yield f"To do:    {item.remedy}"
    for each in item.guides:
        guide = benchmark.guide(each.guide)
        level = f" ({each.level})" if each.level else ""
        yield f"Guide:    {guide.title} {guide.version}: {each.id}{level} [{guide.id}]"
