"""From what was uploaded to what is audited: exports, at most one site file, rulesets of the user's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from auditor.baseline import (
    Ruleset,
    RulesetError,
    Site,
    available_rulesets,
    check_words,
    infer_site,
    load_ruleset,
    load_site,
    read_ruleset,
)
from auditor.commands.case import DEFAULT_RULESETS, Case, unasked
from auditor.web.excerpts import Excerpts
from parsers import Told, read_inputs
from parsers.archives import is_archive, members, unpacked
from parsers.model.firewall import Firewall
from parsers.source import Document

MOST_YAML = 4 << 20
_SCHEMA = re.compile(rb"^\s*[\"']?schema[\"']?\s*:\s*[\"']?(fwsite|fwbaseline)/", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What came of an upload: the case, what was left out of it and why, and the masked lines for excerpts."""

    case: Case
    skipped: tuple[tuple[str, str], ...]
    excerpts: Excerpts


def open_upload(
    documents: Sequence[Document], told: Told, chosen: Sequence[str] = (), known: Site | None = None
) -> Uploaded:
    """Read everything that was uploaded.

    Args:
        documents: exports, at most one site file, rulesets of the user's own.
        told: hears of every export before it is read.
        chosen: ids of shipped rulesets to audit against, instead of those the site file names.
        known: the site where none is uploaded.

    Raises:
        UnreadableError: a file is no export, site file or ruleset, or a broken one; there is none; two site files.
    """
    exports, sites, rulesets = _sorted(documents)
    site = load_site(Path(sites[0].name), _yaml(sites[0])) if sites else known
    if len(sites) > 1:
        raise RulesetError(sites[1].name, f"two site files: {sites[0].name} is one already; give one of them")
    own = {each.id: each for each in (read_ruleset(each.name, _yaml(each)) for each in rulesets)}
    if not exports:
        raise RulesetError(documents[0].name, "there is no firewall export among these files: add one")
    answers = site.resolve if site else {}
    inputs = read_inputs(exports, told, answers)
    skipped = (*inputs.skipped, *((site.file, each) for each in unasked(answers, inputs.firewalls) if site))
    case = replace(_case(inputs.firewalls, site, own, chosen), refused=inputs.refused)
    return Uploaded(case, skipped, Excerpts(exports))


def _sorted(documents: Iterable[Document]) -> tuple[list[Document], list[Document], list[Document]]:
    """Exports, site files and rulesets; the latter two also out of archives."""
    exports: list[Document] = []
    kinds: dict[bytes, list[Document]] = {b"fwsite": [], b"fwbaseline": []}
    for document in documents:
        inner = unpacked(document)
        if is_archive(inner.data):
            exports.append(document)
            for each in members(inner):
                kind = _kind(each)
                if kind:
                    kinds[kind].append(each)
            continue
        kind = _kind(document)
        (kinds[kind] if kind else exports).append(document)
    return exports, kinds[b"fwsite"], kinds[b"fwbaseline"]


def _kind(document: Document) -> bytes:
    found = _SCHEMA.search(document.data, 0, 4096) if len(document.data) <= MOST_YAML else None
    return found.group(1) if found else b""


def _yaml(document: Document) -> str:
    try:
        return document.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RulesetError(document.name, f"not UTF-8 at byte {error.start}: save the file as UTF-8") from None


def _case(firewalls: tuple[Firewall, ...], site: Site | None, own: dict[str, Ruleset], chosen: Sequence[str]) -> Case:
    wanted = (*chosen, *(name for name in own if name not in chosen)) if chosen else ()
    named = wanted or (site.rulesets if site else ()) or tuple(own) or DEFAULT_RULESETS
    rulesets = tuple(own[name] if name in own else _shipped(name, site) for name in named)
    if site is not None:
        others = (own[name] if name in own else _shipped(name, site) for name in site.rulesets if name not in named)
        check_words(site, (*rulesets, *others))
        return Case(firewalls, rulesets, site, ())
    inference = infer_site(firewalls, rulesets)
    return Case(firewalls, rulesets, inference.site, inference.notes)


def _shipped(name: str, site: Site | None) -> Ruleset:
    """A ruleset that comes with fwproof; an uploaded file must never name one by its path."""
    if name not in available_rulesets():
        known = ", ".join(available_rulesets())
        raise RulesetError(
            site.file if site else name, f"there is no ruleset {name!r}: upload it too; known are {known}"
        )
    return load_ruleset(name)
