"""A result with as many findings as a fleet gives: those of the sample, repeated with other rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from auditor.audit import audit
from auditor.baseline import load_ruleset, load_site
from auditor.findings.result import AuditResult
from parsers import read_all

SAMPLE = Path(__file__).parents[1] / "samples" / "quillwort"


def many(number: int = 20_000) -> AuditResult:
    """The sample's audit with `number` findings, no two of them with the same fingerprint."""
    files = sorted([*SAMPLE.glob("*.conf"), *SAMPLE.glob("*.txt")])
    result = audit(
        read_all(files), (load_ruleset("exchange-2010"),), load_site(SAMPLE / "site.yaml"), datetime(2026, 11, 24)
    )
    found = result.findings
    repeated = tuple(
        replace(each, identity=f"{each.identity} {round_}", fingerprint="")
        for round_ in range(-(-number // len(found)))
        for each in found
    )
    return replace(result, findings=repeated[:number])
