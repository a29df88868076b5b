"""`fwproof rulesets`: what there is to audit against, what it says, and whether one of your own is in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.commands.output import check_folder, save, show, window
from auditor.exitcodes import NOT_JUDGED, PASSED

if TYPE_CHECKING:
    from auditor.benchmarks import Benchmark


_PATH = click.Path(path_type=Path)
_LEVEL = click.Choice(["required", "permitted"])


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
@click.option("--markdown", "as_markdown", is_flag=True, help="Write Markdown, with every column of the source.")
def show_command(ruleset: str, as_markdown: bool) -> int:
    """Print a baseline as tables, or a hardening guide with its items.

    The tables of the source come first, row by row with the line it stands in: the ports as written, how they were
    read, and the flows they became, to be checked against the original.
    """
    from auditor.baseline import load_ruleset
    from auditor.benchmarks import available_benchmarks, load_benchmarks
    from auditor.commands.reference import counts, sheets
    from auditor.commands.sheets import markdown_of, text_of

    known = {*available_benchmarks(), *(guide.id for each in load_benchmarks() for guide in each.guides)}
    if ruleset in known:
        if as_markdown:
            raise click.UsageError(f"{ruleset} is a hardening guide: --markdown writes baselines.")
        show("\n".join(line for each in load_benchmarks((ruleset,)) for line in _benchmark(each)))
        return 0
    loaded = load_ruleset(ruleset)
    head = f"{loaded.title} ({loaded.id} {loaded.version}, {loaded.status})"
    number = counts(loaded)
    if as_markdown:
        show(f"# {head}\n\n{f'{number}{chr(10) * 2}' if number else ''}{markdown_of(sheets(loaded))}")
    else:
        show("\n".join(part for part in (head, number, text_of(sheets(loaded), window()[0])) if part))
    return 0


@rulesets_group.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
def check_command(files: tuple[Path, ...]) -> int:
    """Check baselines, site files and benchmarks of your own: the first mistake of each by file, line and path."""
    from parsers.errors import UnreadableError

    broken = 0
    for path in files:
        try:
            show(f"{path}: in order; {_checked(path)}")
        except UnreadableError as error:
            show(f"fwproof: {error}", err=True)
            broken += 1
    return NOT_JUDGED if broken else PASSED


def _checked(path: Path) -> str:
    """What is in a file that is in order.

    Raises:
        RulesetError: it is not.
    """
    from auditor.baseline import load_ruleset, load_site
    from auditor.baseline.document import read_document
    from auditor.benchmarks import load_benchmark
    from auditor.commands.case import rulesets_of

    schema = read_document(path).mapping(required=("schema",))["schema"].text()
    if schema.startswith("fwbenchmark/"):
        benchmark = load_benchmark(str(path))
        return f"{benchmark.id} {benchmark.version}, {len(benchmark.items)} items"
    if schema.startswith("fwsite/"):
        rulesets, site = rulesets_of(load_site(path), (), path.parent)
        bound = sum(bool(each) for each in site.bindings.values()) if site else 0
        return f"a site file for {', '.join(each.id for each in rulesets)}, roles bound: {bound}"
    ruleset = load_ruleset(path)
    numbers = f"{len(ruleset.flows)} flows, {len(ruleset.forbidden)} forbidden openings"
    return f"{ruleset.id} {ruleset.version}, {numbers}, {len(ruleset.questions)} questions"


@rulesets_group.command("new")
@click.argument("output", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--id", "ruleset_id", metavar="ID", help="Id of the new baseline; made from the file's name unless given."
)
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
def new_command(output: Path, ruleset_id: str | None, force: bool) -> int:
    """Write a commented baseline of your own to start from; it passes `rulesets check` as it is."""
    from auditor.commands.skeleton import id_of, skeleton

    _may_write(output, force)
    name = id_of(ruleset_id or output.stem)
    save(output, skeleton(name).encode())
    show(f"Wrote {output}. Edit it, then: fwproof rulesets check {output}", err=True)
    return 0


@rulesets_group.command("import")
@click.argument("files", nargs=-1, required=True, type=_PATH, metavar="FILE...")
@click.option("-o", "--output", required=True, type=_PATH, help="The baseline to write (.yaml).")
@click.option("--site", "site_path", type=_PATH, help="Site file to write; NAME.site.yaml beside it unless given.")
@click.option("--exports", multiple=True, type=_PATH, help="Export whose zones go into the site file. May be repeated.")
@click.option("--level", type=_LEVEL, default="required", show_default=True, help="For rows that do not say it.")
@click.option("--id", "ruleset_id", metavar="ID", help="Its id; made of the file's name unless given.")
@click.option("--force", is_flag=True, help="Replace files that exist.")
def import_command(
    files: tuple[Path, ...],
    output: Path,
    site_path: Path | None,
    exports: tuple[Path, ...],
    level: str,
    ruleset_id: str | None,
    force: bool,
) -> int:
    """Turn a port matrix (.xlsx, .csv) or definitions of Capirca or Aerleon (.net, .svc, .yaml) into a baseline.

    A matrix needs a header row with words like source, destination, protocol and port, in any order and row. Blank and
    merged cells mean the one above. Every row that is not understood is named with its place, and the exit code is 3.
    """
    from auditor.commands.importing import import_files

    site = site_path or output.with_name(f"{output.stem}.site.yaml")
    for path in (output, site):
        _may_write(path, force)
    return import_files(files, output, site, exports, level, ruleset_id or "")


def _may_write(path: Path, force: bool) -> None:
    check_folder(path)
    if path.exists() and not force:
        raise click.UsageError(f"{path} exists: it may hold your work. --force replaces it.")


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
