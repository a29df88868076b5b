"""SARIF 2.1.0: findings for code scanning, with the exact lines of the rule in the configuration.

Source of the format: OASIS "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
"""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from auditor.findings.finding import Confidence, Finding, Severity
from auditor.findings.result import AuditResult, CheckDescription
from auditor.reports.lines import files_read
from auditor.reports.since import mark
from auditor.reports.text import json_document, printable
from parsers.model.origin import Origin

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

_LEVELS = {
    Severity.INFO: "note",
    Severity.LOW: "note",
    Severity.MEDIUM: "warning",
    Severity.HIGH: "error",
    Severity.CRITICAL: "error",
}
_SCORES = {
    Severity.INFO: "0.0",
    Severity.LOW: "3.0",
    Severity.MEDIUM: "5.5",
    Severity.HIGH: "8.0",
    Severity.CRITICAL: "9.5",
}
"""GitHub reads `security-severity` as a CVSS-like number: over 9 critical, over 7 high, over 4 medium."""


def sarif_text(result: AuditResult) -> str:
    """The audit as one SARIF log; waived findings are results with an accepted suppression."""
    suppressed = [(finding, reason) for finding, reason in result.waived]
    every = [*result.findings, *(finding for finding, _ in suppressed)]
    rules = _rules(result, every)
    positions = {rule["id"]: position for position, rule in enumerate(rules)}
    files = {device.name: device.sources[0].name for device in result.devices if device.sources}
    results = [_result(finding, positions, files) for finding in result.findings]
    results += [_result(finding, positions, files) | _suppression(reason) for finding, reason in suppressed]
    for finding, row in zip(every, results, strict=True):
        if status := mark(result, finding):
            row["properties"]["status"] = status
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "fwproof",
                "semanticVersion": result.fwproof_version,
                "informationUri": "https://pypi.org/project/fwproof/",
                "rules": rules,
            }
        },
        "artifacts": [
            {
                "location": {"uri": _uri(source.name)},
                "hashes": {"sha-256": source.sha256},
                "properties": {"format": source.format, "lines": asdict(source.ledger)},
            }
            for source in sorted(files_read(result), key=lambda source: source.name)
        ],
        "columnKind": "utf16CodeUnits",
        "results": results,
        "invocations": [_invocation(result)],
    }
    if result.audit:
        run["automationDetails"] = {"id": f"fwproof/{result.audit}/"}
    return json_document({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _invocation(result: AuditResult) -> dict[str, Any]:
    notifications = [
        {
            "level": "error" if gap.hides_access else "note",
            "message": {"text": _message(gap.what)},
            "locations": [_location(gap.origin)],
        }
        for gap in result.gaps
    ]
    complete = not any(gap.hides_access for gap in result.gaps)
    return {"executionSuccessful": complete, "toolExecutionNotifications": notifications}


def _rules(result: AuditResult, findings: list[Finding]) -> list[dict[str, Any]]:
    described = {check.id: check for check in result.checks}
    for finding in findings:
        described.setdefault(
            finding.check,
            CheckDescription(finding.check, finding.slug, finding.title, finding.severity.word, finding.why),
        )
    return [_rule(described[key]) for key in sorted(described)]


def _rule(check: CheckDescription) -> dict[str, Any]:
    severity = Severity.parse(check.severity)
    return {
        "id": check.id,
        "name": "".join(word.capitalize() for word in check.slug.split("-")),
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": check.docs.strip().split("\n\n", 1)[0]},
        "help": {"text": check.docs.strip(), "markdown": _markdown(check.docs)},
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": {"security-severity": _SCORES[severity], "tags": ["security", "firewall"]},
    }


def _result(finding: Finding, positions: dict[str, int], files: dict[str, str]) -> dict[str, Any]:
    """A result; one without a line of its own points to the file of its firewall."""
    example = f"\nExample packet: {finding.example.text}" if finding.example else ""
    text = f"{finding.message}{example}\nWhat to do: {finding.remedy}"
    answer: dict[str, Any] = {
        "ruleId": finding.check,
        "ruleIndex": positions[finding.check],
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(text)},
        "partialFingerprints": {"fwproof/v1": finding.fingerprint},
        "properties": {
            "severity": finding.severity.word,
            "security-severity": _SCORES[finding.severity],
            "confidence": finding.confidence.value,
            "device": finding.device,
            "rule": finding.rule,
            "packets": finding.packets,
            "citation": list(finding.citation),
        },
    }
    if finding.confidence is Confidence.POSSIBLE:
        answer["properties"]["uncertain"] = list(finding.uncertain)
    if finding.origin is not None:
        answer["locations"] = [_location(finding.origin)]
    elif finding.device in files:
        answer["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": _uri(files[finding.device])}}}]
    related = [(place, place.origin) for place in finding.related if place.origin is not None]
    if related:
        answer["relatedLocations"] = [
            _location(origin) | {"id": number, "message": {"text": _message(place.text)}}
            for number, (place, origin) in enumerate(related, start=1)
        ]
    return answer


def _suppression(reason: str) -> dict[str, Any]:
    return {"suppressions": [{"kind": "external", "status": "accepted", "justification": printable(reason)}]}


def _location(origin: Origin) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(origin.file)}}
    if origin.first_line:
        physical["region"] = {"startLine": origin.first_line, "endLine": max(origin.last_line, origin.first_line)}
    name = f"{origin.kind} {origin.name}".strip()
    return {"physicalLocation": physical, "logicalLocations": [{"fullyQualifiedName": name, "kind": "object"}]}


def _message(text: str) -> str:
    """Square brackets make links of SARIF messages where a round one follows (section 3.11.6)."""
    shown = printable(text)
    return re.sub(r"([\\\[\]])", r"\\\1", shown) if "](" in shown else shown


def _markdown(docs: str) -> str:
    """The page of a check with its underlined headings as Markdown ones."""
    return re.sub(r"(?m)^(.+)\n-{3,}$", r"### \1", docs.strip())


def _uri(name: str) -> str:
    """A relative name stays relative to the repository; an absolute one is a file URI."""
    path = quote(name.replace("\\", "/"), safe="/._-~!$&'()*+,;=@")
    if path.startswith("/"):
        return f"file://{path}"
    drive = re.match(r"([A-Za-z])%3A/", path)
    return f"file:///{drive.group(1)}:{path[4:]}" if drive else path
