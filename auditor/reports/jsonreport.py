"""The JSON report: everything of an audit for programs, versioned; docs/json.md and report.schema.json describe it."""

from __future__ import annotations

from typing import Any

from auditor.findings.decisions import Decision, FollowUp
from auditor.findings.finding import Evidence, Finding, Packet
from auditor.findings.hardening import HardeningItem
from auditor.findings.result import AuditResult, Changes, Exposure, FlowCoverage, Login
from auditor.reports.text import json_document
from auditor.reports.verdict import blind_gaps, counts, headline
from parsers.model.firewall import Firewall
from parsers.model.origin import Gap, Origin
from parsers.model.services import PROTOCOL_NAMES

SCHEMA = "fwproof-report/1"
"""Grows by new keys only; a key that is removed or changes its meaning makes it fwproof-report/2."""


def json_text(result: AuditResult) -> str:
    """The audit as one JSON document: keys in a fixed order, UTF-8, no time of day, the same bytes every time."""
    return json_document(json_value(result))


def json_value(result: AuditResult) -> dict[str, Any]:
    """The audit as plain values."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "fwproof", "version": result.fwproof_version},
        "today": result.today.isoformat(),
        "verdict": {
            "text": headline(result),
            "judged": bool(result.devices) and not blind_gaps(result),
            "counts": {severity.word: number for severity, number in counts(result).items()},
        },
        "site": {"name": result.site_name, "inferred": list(result.site_inferred)},
        "rulesets": [
            {
                "id": used.id,
                "version": used.version,
                "title": used.title,
                "sources": [{"citation": prefix, "title": title} for prefix, title in used.sources],
            }
            for used in result.rulesets
        ],
        "devices": [_device(device) for device in result.devices],
        "checks": {
            "run": list(result.checks_run),
            "skipped": [{"check": each.check, "reason": each.reason} for each in result.checks_skipped],
        },
        "findings": [_finding(finding) for finding in result.findings],
        "waived": [{"reason": reason, "finding": _finding(finding)} for finding, reason in result.waived],
        "coverage": [_coverage(row) for row in result.coverage],
        "exposures": [_exposure(row) for row in result.exposures],
        "logins": [_login(row) for row in result.logins],
        "answers": [
            {
                "ruleset": answer.ruleset,
                "id": answer.id,
                "ask": answer.ask,
                "state": answer.state,
                "detail": answer.detail,
                "citation": list(answer.citation),
            }
            for answer in result.answers
        ],
        "gaps": [gap_value(gap) for gap in result.gaps],
        "hardening": [_hardening(item) for item in result.hardening],
        "follow_up": _follow_up(result.follow_up),
        "audit": result.audit,
        "changes": _changes(result.changes),
    }


def _login(row: Login) -> dict[str, Any]:
    return {
        "device": row.device,
        "interface": row.interface,
        "zone": row.zone,
        "service": row.service,
        "port": row.port,
        "address": row.address,
        "who": row.who,
        "perhaps": row.perhaps,
        "confidence": row.confidence,
        "limits": row.limits,
        "rule": row.rule,
        "origin": _origin(row.origin),
    }


def device_sources(device: Firewall) -> list[dict[str, Any]]:
    """The files a firewall was read from, with the ledger of their lines."""
    return [
        {
            "name": source.name,
            "sha256": source.sha256,
            "format": source.format,
            "encoding": source.encoding,
            "lines": {
                "total": source.ledger.total,
                "read": source.ledger.read,
                "irrelevant": source.ledger.irrelevant,
                "not_understood": source.ledger.not_understood,
            },
        }
        for source in device.sources
    ]


def gap_value(gap: Gap) -> dict[str, Any]:
    """One gap as plain values."""
    return {
        "origin": _origin(gap.origin),
        "path": gap.path,
        "keyword": gap.keyword,
        "what": gap.what,
        "hides_access": gap.hides_access,
    }


def packet_value(packet: Packet | None) -> dict[str, Any] | None:
    """One packet as plain values; protocols as numbers with their name beside."""
    if packet is None:
        return None
    return {
        "text": packet.text,
        "ingress": packet.ingress,
        "egress": packet.egress,
        "source": packet.source,
        "destination": packet.destination,
        "protocol": packet.protocol,
        "protocol_name": PROTOCOL_NAMES.get(packet.protocol, ""),
        "source_port": packet.source_port,
        "destination_port": packet.destination_port,
        "translation": packet.translation,
        "original_destination": packet.original_destination,
        "original_port": packet.original_port,
    }


def _device(device: Firewall) -> dict[str, Any]:
    return {
        "name": device.name,
        "vendor": device.vendor,
        "product": device.product,
        "version": device.version,
        "vdom": device.vdom,
        "rules": sum(len(each.rules) for each in device.lists),
        "sources": device_sources(device),
        "assumptions": list(device.assumptions),
    }


def _origin(origin: Origin | None) -> dict[str, Any] | None:
    if origin is None:
        return None
    return {
        "file": origin.file,
        "first_line": origin.first_line or None,
        "last_line": origin.last_line or None,
        "kind": origin.kind,
        "name": origin.name,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "fingerprint": finding.fingerprint,
        "check": finding.check,
        "slug": finding.slug,
        "title": finding.title,
        "severity": finding.severity.word,
        "confidence": finding.confidence.value,
        "device": finding.device,
        "rule": finding.rule,
        "origin": _origin(finding.origin),
        "message": finding.message,
        "why": finding.why,
        "remedy": finding.remedy,
        "commands": list(finding.commands),
        "flow": finding.flow,
        "baseline_lines": list(finding.lines),
        "packets": finding.packets,
        "example": packet_value(finding.example),
        "uncertain": list(finding.uncertain),
        "related": [_evidence(each) for each in finding.related],
        "citation": list(finding.citation),
        "guides": list(finding.guides),
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "device": evidence.device,
        "rule": evidence.rule,
        "origin": _origin(evidence.origin),
        "text": evidence.text,
    }


def _changes(changes: Changes | None) -> dict[str, Any] | None:
    if changes is None:
        return None
    return {
        "since": changes.since,
        "packets": [
            {
                "device": each.device,
                "change": "opened" if each.opened else "closed",
                "text": each.text,
                "example": packet_value(each.example),
            }
            for each in changes.packets
        ],
        "notes": list(changes.notes),
    }


def _follow_up(follow_up: FollowUp | None) -> dict[str, Any] | None:
    if follow_up is None:
        return None
    return {
        "source": follow_up.source,
        "findings": [
            {"fingerprint": key, "status": status.value, **_decision(follow_up.decisions.get(key))}
            for key, status in follow_up.statuses.items()
        ],
        "past": [
            {
                "fingerprint": past.decision.fingerprint,
                "status": past.status.value,
                "reason": past.reason,
                "severity": past.decision.severity,
                "check": past.decision.check,
                "device": past.decision.device,
                "rule": past.decision.rule,
                "message": past.decision.message,
                **_decision(past.decision),
            }
            for past in follow_up.past
        ],
        "notes": list(follow_up.notes),
    }


def _decision(decision: Decision | None) -> dict[str, Any]:
    return {
        "owner": decision.owner if decision else "",
        "decision": decision.decision if decision else "",
        "due": decision.due.isoformat() if decision and decision.due else None,
        "comment": decision.comment if decision else "",
    }


def _coverage(row: FlowCoverage) -> dict[str, Any]:
    return {
        "ruleset": row.ruleset,
        "flow": row.flow,
        "title": row.title,
        "level": row.level,
        "source": row.source,
        "destination": row.destination,
        "service": row.service,
        "state": row.state.value,
        "device": row.device,
        "rules": list(row.rules),
        "missing": row.missing,
        "question": row.question,
        "published_as": row.published_as,
        "citation": list(row.citation),
        "example": packet_value(row.example),
    }


def _exposure(row: Exposure) -> dict[str, Any]:
    return {
        "device": row.device,
        "zone": row.zone,
        "destination": row.destination,
        "server": row.server,
        "services": row.services,
        "confidence": row.confidence,
        "rules": list(row.rules),
        "published_as": row.published_as,
        "documented": row.documented,
        "example": packet_value(row.example),
    }


def _hardening(item: HardeningItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "title": item.title,
        "device": item.device,
        "state": item.state.value,
        "severity": item.severity,
        "setting": item.setting,
        "expected": item.expected,
        "found": item.found,
        "reason": item.reason,
        "enforced": item.enforced,
        "evidence": item.evidence,
        "remedy": item.remedy,
        "guides": [
            {
                "benchmark": each.benchmark,
                "guide": each.guide,
                "version": each.version,
                "id": each.id,
                "level": each.level,
            }
            for each in item.guides
        ],
        "origin": _origin(item.origin),
    }
