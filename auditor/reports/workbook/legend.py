"""The sheet Legend: the checks with their pages, and what the words and colours of the workbook mean."""

from __future__ import annotations

import re
from collections import Counter

from auditor.findings.decisions import Choice, Status
from auditor.findings.result import AuditResult, CoverageState
from auditor.reports.workbook.findings import ordered
from auditor.reports.workbook.ink import Value
from auditor.reports.workbook.sheet import Column, Table, frame_of, place

LEGEND = (
    Column("Word", 18, coloured=True),
    Column("Meaning", 40),
    Column("Severity", 10, coloured=True),
    Column("Findings", 10),
    Column("In full", 120),
)

_WORDS: tuple[tuple[str, str, str], ...] = (
    ("critical", "severity", "An attacker from an untrusted network can use it as it is."),
    ("high", "severity", "Exposed or broken: to be repaired soon."),
    ("medium", "severity", "Wider than needed; becomes serious together with something else."),
    ("low", "severity", "Untidy: makes mistakes likely."),
    ("info", "severity", "For your information; nothing has to change."),
    ("certain", "confidence", "The packet shown passes (or is blocked) whatever the export does not tell."),
    ("possible", "confidence", "It depends on something no export holds; the column Depends on names it."),
    (CoverageState.SATISFIED, "required port", "Every packet of the flow passes."),
    (CoverageState.PARTLY, "required port", "Some of it passes; the column Missing names the rest exactly."),
    (CoverageState.MISSING, "required port", "Nothing of it passes."),
    (CoverageState.NOT_PUBLISHED, "required port", "The server cannot be reached from there by any address."),
    (CoverageState.CANNOT_TELL, "required port", "The site file has to answer a question first."),
    (CoverageState.NOT_APPLICABLE, "required port", "A condition does not hold here, or the role is not deployed."),
    (CoverageState.NOT_OBSERVABLE, "required port", "No firewall of the audit stands between the two ends."),
    ("needed", "exposure", "Open, and a baseline asks for it (documented)."),
    ("maybe", "exposure", "Open if something holds that no export tells."),
    ("open", "exposure", "Open, and nothing asks for it (undocumented)."),
    (Status.NEW, "status", "Not there last time."),
    (Status.OPEN, "status", "Was there last time too."),
    (Status.BACK, "status", "Was fixed and is there again."),
    (Status.IN_PROGRESS, "status", "Set by you; kept as long as the finding is there."),
    (Status.FIXED, "status", "Not found any more. Set by you on a finding that is still there, it is reported."),
    (Status.CHANGED, "status", "Its rule has another finding now: the packets are others, so decide again."),
    (Status.UNKNOWN, "status", "Neither found nor disproved: its firewall or check was not part of the audit."),
    (Choice.ACCEPTED, "decision", "With an owner and a due date the finding is waived up to that day."),
    (Choice.FIX, "decision", "To be repaired up to the due date."),
    (Choice.FALSE_ALARM, "decision", "Does not waive anything: please report it, or accept it up to a day."),
    (Choice.ASK, "decision", "Somebody has to be asked first."),
)


def _compact(docs: str) -> str:
    """The page of a check with one line a section."""
    sections = re.sub(r"(?m)^(.+)\n-{3,}\n", r"\1: ", docs.strip())
    return "\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", sections))


def legend_table(result: AuditResult) -> Table:
    """One row a check that ran or could not run, then one a word; a check links to its first finding."""
    findings = ordered(result)
    found = Counter(finding.check for finding in findings)
    first: dict[str, int] = {}
    for number, finding in enumerate(findings):
        first.setdefault(finding.check, number)
    rows: list[tuple[Value, ...]] = [
        (check.id, check.title, check.severity, found[check.id], _compact(check.docs)) for check in result.checks
    ]
    rows += [(each.check, "could not run", "", 0, each.reason) for each in result.checks_skipped]
    links = [place("Findings", first[str(row[0])]) if row[0] in first else "" for row in rows]
    rows += [(str(word), kind, "", None, meaning) for word, kind, meaning in _WORDS]
    links += [""] * len(_WORDS)
    about = "What each check looks for, why it matters and what to do; what the words mean."
    return Table("Legend", LEGEND, frame_of(LEGEND, rows), {"Findings": links}, "No check ran.", about=about)
