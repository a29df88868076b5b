"""What the page shows of an audit: the JSON report, and beside it what only a page needs."""

from __future__ import annotations

import json
from typing import Any

from auditor.commands.case import Case
from auditor.exitcodes import FINDINGS, PASSED
from auditor.findings.result import AuditResult
from auditor.gate import rule_on
from auditor.reports.jsonreport import json_value
from auditor.reports.matrix import exposure_matrix
from auditor.reports.verdict import HARDENING, blind_gaps, hardening_findings, headline, ports_sentence, rule_counts
from auditor.web.excerpts import Excerpts
from auditor.web.siteform import form_value, origins
from parsers.model.origin import Origin


def review(
    case: Case, result: AuditResult, excerpts: Excerpts, skipped: tuple[tuple[str, str], ...], *, given: bool
) -> bytes:
    """The JSON of a review. `given` says that a site file was uploaded: then there is nothing inferred to correct."""
    matrix = exposure_matrix(result)
    shown: list[Origin] = []
    for finding in result.findings:
        shown += [each for each in (finding.origin, *(one.origin for one in finding.related[:6])) if each]
    value: dict[str, Any] = {
        "verdict": _verdict(result),
        "report": json_value(result),
        "matrix": {
            "rows": [list(row) for row in matrix.rows],
            "columns": list(matrix.columns),
            "cells": [list(row) for row in matrix.cells],
            "left_out": matrix.left_out,
        },
        "excerpts": excerpts.of(shown),
        "skipped": [{"name": name, "reason": reason} for name, reason in skipped],
        "form": None if given else form_value(case),
        "origins": list(origins(case)),
        "hardening": HARDENING,
    }
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _verdict(result: AuditResult) -> dict[str, Any]:
    ruling = rule_on(result, allow_gaps=True)
    blind = len(blind_gaps(result))
    if blind or ruling.code not in (PASSED, FINDINGS):
        word, text = "unsure", headline(result)
    elif ruling.code == FINDINGS:
        word, text = "failed", f"Needs work: {headline(result)}"
    else:
        word, text = "passed", f"Nothing serious found: {headline(result)}"
    return {
        "word": word,
        "text": text,
        "ports": ports_sentence(result),
        "counts": {severity.word: number for severity, number in rule_counts(result).items() if number},
        "settings": len(hardening_findings(result)),
    }
