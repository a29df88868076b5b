"""GitLab code quality: a JSON list that merge requests show beside the lines.

Source of the format: GitLab documentation, "Code Quality report format".
"""

from __future__ import annotations

from auditor.findings.finding import Severity
from auditor.findings.result import AuditResult
from auditor.reports.text import json_document, one_line

_SEVERITIES = {
    Severity.INFO: "info",
    Severity.LOW: "minor",
    Severity.MEDIUM: "major",
    Severity.HIGH: "critical",
    Severity.CRITICAL: "blocker",
}


def gitlab_text(result: AuditResult) -> str:
    """Every open finding; one without a line of its own points to the first line of its device's file."""
    files = {device.name: device.sources[0].name for device in result.devices if device.sources}
    rows = [
        {
            "description": one_line(f"{finding.check} {finding.title}: {finding.message}"),
            "check_name": finding.slug,
            "fingerprint": finding.fingerprint,
            "severity": _SEVERITIES[finding.severity],
            "location": {
                "path": finding.origin.file if finding.origin else files.get(finding.device, finding.device),
                "lines": {"begin": max(finding.origin.first_line, 1) if finding.origin else 1},
            },
        }
        for finding in result.findings
    ]
    return json_document(rows)
