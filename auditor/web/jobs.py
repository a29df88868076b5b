"""What worker processes do, one job a process: audit, correct the site, answer, write a report.

A job gets plain values and blobs and gives two blobs back: what the client gets, and a state. The state is a pickle
that only workers open; the server merely keeps it. It holds what was read and found, not the files themselves.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from auditor.audit import audit
from auditor.baseline import check_words, site_yaml
from auditor.commands.case import Case
from auditor.commands.question import analysed, answer
from auditor.commands.trace import trace_value
from auditor.findings.result import AuditResult
from auditor.reports import REPORTS
from auditor.web.case import open_upload
from auditor.web.excerpts import Excerpts
from auditor.web.problems import Problem
from auditor.web.questions import question_from
from auditor.web.samples import SAMPLES, sample_documents
from auditor.web.siteform import site_from_form
from auditor.web.view import review
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
    uploaded = open_upload(documents, progress)
    now = datetime.combine(date.today(), time(12))
    state = _judged(uploaded.case, now, progress)
    return _answered(State(uploaded.case, state, uploaded.excerpts, uploaded.skipped, not uploaded.case.inferred, now))


def corrected(values: Mapping[str, Any], blobs: Sequence[bytes], progress: Progress) -> Answer:
    """Audit the same exports again with the site form in `values`."""
    old = _state(blobs)
    site = site_from_form(old.case, values)
    check_words(site, old.case.rulesets)
    case = replace(old.case, site=site, inferred=(EDITED,))
    return _answered(replace(old, case=case, result=_judged(case, old.now, progress)))


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
    "trace": traced,
    "report": report,
    "site": site_file,
}


def _judged(case: Case, now: datetime, progress: Progress) -> AuditResult:
    progress(f"Computing which packets pass {len(case.firewalls)} firewall{'s' if len(case.firewalls) > 1 else ''}")
    return audit(case.firewalls, case.rulesets, case.site, now, inferred=case.inferred)


def _answered(state: State) -> Answer:
    shown = review(state.case, state.result, state.excerpts, state.skipped, given=state.given)
    return shown, pickle.dumps(state, pickle.HIGHEST_PROTOCOL)


def _state(blobs: Sequence[bytes]) -> State:
    state: State = pickle.loads(blobs[0])  # noqa: S301 - written by an earlier worker, kept by the server unopened
    return state
