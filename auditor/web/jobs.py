"""What worker processes do, one job a process: audit, correct the site, compare, answer, write a report.

A job gets plain values and blobs and gives two blobs back: what the client gets, and a state. The state is a pickle
that only workers open; the server merely keeps it. It holds what was read and found, not the files themselves.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from auditor.audit import audit
from auditor.baseline import Site, check_words, site_yaml
from auditor.benchmarks import load_benchmarks
from auditor.commands.case import Case, noon
from auditor.commands.comparison import comparison_value
from auditor.commands.question import analysed, answer
from auditor.commands.trace import trace_value
from auditor.compare import compare
from auditor.findings.result import AuditResult
from auditor.findings.wording import counted
from auditor.reports import REPORTS
from auditor.web.case import open_upload
from auditor.web.excerpts import Excerpts
from auditor.web.problems import Problem
from auditor.web.questions import question_from
from auditor.web.samples import SAMPLES, sample_documents
from auditor.web.siteform import site_from_form
from auditor.web.view import review
from parsers import Told
from parsers.source import Document

Progress = Callable[[str], None]
Answer = tuple[bytes, bytes]
"""What the client gets, and the new state (b"" when it does not change)."""
EDITED = "Zones and roles were inferred and then corrected on the page."


@dataclass(frozen=True, slots=True)
class State:
    """One audit between requests."""

    case: Case
    result: AuditResult
    excerpts: Excerpts
    skipped: tuple[tuple[str, str], ...]
    given: bool
    """Was a site file uploaded?"""
    now: datetime


def new_audit(values: Mapping[str, Any], blobs: Sequence[bytes], progress: Progress) -> Answer:
    """Audit files: `values` has their names, or the id of a sample; `blobs` their bytes."""
    if "sample" in values:
        documents = sample_documents(next(each for each in SAMPLES if each.id == values["sample"]))
    else:
        documents = [Document(name, data) for name, data in zip(values["names"], blobs, strict=True)]
    uploaded = open_upload(documents, _reading(progress), values.get("rulesets", ()))
    now = noon()
    result = _judged(uploaded.case, now, progress)
    return _answered(State(uploaded.case, result, uploaded.excerpts, uploaded.skipped, not uploaded.case.inferred, now))


def corrected(values: Mapping[str, Any], blobs: Sequence[bytes], progress: Progress) -> Answer:
    """Audit the same exports again with the site form in `values`."""
    old = _state(blobs)
    site = site_from_form(old.case, values)
    check_words(site, old.case.rulesets)
    case = replace(old.case, site=site, inferred=(EDITED,))
    return _answered(replace(old, case=case, result=_judged(case, old.now, progress)))


def compared(values: Mapping[str, Any], blobs: Sequence[bytes], progress: Progress) -> Answer:
    """Which packets pass at one version only: "old" and "new" are the names of uploaded files, or None for an audit.

    The blobs are those of the old version, then those of the new one. The zones are those of the new version's site
    (of the audit, of a site file among its files, else of the old version's audit, else inferred).
    """
    rest = iter(blobs)
    old, new = (_version(values[side], rest) for side in ("old", "new"))
    after = new if isinstance(new, Case) else _opened(new, progress, old.site if isinstance(old, Case) else None)
    before = old if isinstance(old, Case) else _opened(old, progress, after.site)
    progress("Computing which packets pass at one version only")
    found = compare(before.firewalls, after.firewalls, after.site, noon())
    return json.dumps(comparison_value(found), ensure_ascii=False).encode("utf-8", "replace"), b""


def _version(names: list[str] | None, blobs: Iterator[bytes]) -> Case | list[Document]:
    if names is None:
        return _state([next(blobs)]).case
    return [Document(name, next(blobs)) for name in names]


def _opened(documents: list[Document], progress: Progress, site: Site | None) -> Case:
    case = open_upload(documents, _reading(progress), known=site).case
    for error in case.refused:
        raise error  # a version that is not whole cannot be compared
    return case


def traced(values: Mapping[str, Any], blobs: Sequence[bytes], progress: Progress) -> Answer:
    """What happens to the packets of one question."""
    state = _state(blobs)
    try:
        question = question_from(values, state.case)
        found = answer(analysed(state.case, state.now, [question]), question)
    except ValueError as error:
        raise Problem(422, str(error)) from None
    asked = {
        "from": question.origin,
        "source": question.source.text(3) if question.source else "",
        "to": question.destination.text(3),
        "port": question.service.text(3),
    }
    return json.dumps({"asked": asked, **trace_value(found)}, ensure_ascii=False).encode("utf-8", "replace"), b""


def report(values: Mapping[str, Any], blobs: Sequence[bytes], progress: Progress) -> Answer:
    """One report of the audit: `values` has its name in REPORTS."""
    wanted = next(each for each in REPORTS if each.name == values["report"])
    return wanted.render(_state(blobs).result), b""


def site_file(values: Mapping[str, Any], blobs: Sequence[bytes], progress: Progress) -> Answer:
    """The site of the audit as a file to keep."""
    return site_yaml(_state(blobs).case.site).encode(), b""


JOBS: Mapping[str, Callable[[Mapping[str, Any], Sequence[bytes], Progress], Answer]] = {
    "audit": new_audit,
    "correct": corrected,
    "compare": compared,
    "trace": traced,
    "report": report,
    "site": site_file,
}


def _judged(case: Case, now: datetime, progress: Progress) -> AuditResult:
    progress(f"Computing which packets pass {counted(len(case.firewalls), 'firewall')}")
    benchmarks = load_benchmarks()
    return audit(
        case.firewalls,
        case.rulesets,
        case.site,
        now,
        inferred=case.inferred,
        benchmarks=benchmarks,
        refused=case.refused,
    )


def _reading(progress: Progress) -> Told:
    """Progress of reading in the words of the page."""

    def told(what: str, done: int, total: int) -> None:
        progress(f"{what[:1].upper()}{what[1:]}" + (f" ({done + 1} of {total})" if total > 1 else ""))

    return told


def _answered(state: State) -> Answer:
    shown = review(state.case, state.result, state.excerpts, state.skipped, given=state.given)
    return shown, pickle.dumps(state, pickle.HIGHEST_PROTOCOL)


def _state(blobs: Sequence[bytes]) -> State:
    state: State = pickle.loads(blobs[0])  # noqa: S301 - written by an earlier worker, kept by the server unopened
    return state
