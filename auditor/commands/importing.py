"""`fwproof rulesets import`: reads, writes three files, and says what was not understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from os.path import relpath
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.commands.output import save, show
from auditor.commands.skeleton import id_of, schema_place
from auditor.exitcodes import NOT_JUDGED, PASSED
from auditor.findings.wording import counted

if TYPE_CHECKING:
    from auditor.baseline import Site
    from auditor.imports import Imported, Written


def import_files(
    files: Sequence[Path], output: Path, site_path: Path, exports: Sequence[Path], level: str, ruleset_id: str
) -> int:
    """Write the baseline, the index of its rows and the site file; 3 when something was not understood.

    Raises:
        UnreadableError: a file cannot be read at all.
        RulesetError: what was written is not in order (never expected).
    """
    from auditor.baseline import load_ruleset, site_yaml
    from auditor.imports import written

    imported = _read(files)
    for problem in imported.problems:
        show(f"{'' if problem.lost else 'note: '}{problem.text}", err=True)
    if not imported.entries and not imported.services and not imported.endpoints:
        show("Nothing was understood, nothing was written.", err=True)
        return NOT_JUDGED
    name = id_of(ruleset_id or output.stem)
    title = f"Imported from {', '.join(path.name for path in files)}"
    made = written(imported, name, title, level, schema_place())
    save(output, made.ruleset.encode())
    rows = output.with_name(f"{output.stem}.rows.tsv")
    if made.rows:
        save(rows, made.rows.encode())
    load_ruleset(output)
    use = relpath(output, site_path.parent)
    save(site_path, _with_schema(site_yaml(_site(name, made, use, exports))).encode())
    _report(imported, made, output, site_path, rows if made.rows else None, bool(exports))
    return NOT_JUDGED if imported.lost else PASSED


def _read(files: Sequence[Path]) -> Imported:
    from auditor.imports import Imported, import_definitions, import_matrix

    definitions = [path for path in files if path.suffix.casefold() in (".net", ".svc", ".yaml", ".yml")]
    parts = [import_matrix(path) for path in files if path not in definitions]
    if definitions:
        parts.append(import_definitions(definitions))
    return Imported(
        tuple(file for part in parts for file in part.files),
        tuple(entry for part in parts for entry in part.entries),
        tuple(problem for part in parts for problem in part.problems),
        {name: terms for part in parts for name, terms in part.services.items()},
        tuple(end for part in parts for end in part.endpoints),
    )


def _site(name: str, made: Written, use: str, exports: Sequence[Path]) -> Site:
    from auditor.baseline import Site, Use, infer_site
    from auditor.commands.case import read_exports

    site = Site(name, (Use(use),), {}, made.bindings)
    if not exports:
        return site
    inferred = infer_site(read_exports(exports).firewalls, ())
    for note in inferred.notes:
        show(f"inferred: {note}", err=True)
    return replace(site, devices=inferred.site.devices)


def _with_schema(text: str) -> str:
    return f"# yaml-language-server: $schema={schema_place('site')}\n{text}"


def _report(imported: Imported, made: Written, output: Path, site_path: Path, rows: Path | None, placed: bool) -> None:
    bound = sum(len(each) for each in made.bindings.values())
    show(
        f"Wrote {output}: {made.flows} flows, {made.forbidden} forbidden openings, {len(imported.services)} defined "
        f"services; {site_path}: {bound} addresses of {len(made.bindings)} roles{f'; {rows}' if rows else ''}.",
        err=True,
    )
    if imported.lost:
        what = counted(len(imported.lost), "place was", "places were")
        show(f"{what} not understood: see above, and the end of {output}.", err=True)
    if not placed:
        show(
            f"Next: name the interfaces of each zone under devices in {site_path} (--exports FILE does it), "
            f"then: fwproof audit FILE... --site {site_path}",
            err=True,
        )
