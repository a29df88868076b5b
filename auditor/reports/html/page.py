"""The HTML page of an audit. Every text from a configuration is escaped; nothing is loaded from outside."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from importlib.resources import files

from auditor.findings.result import AuditResult
from auditor.findings.wording import listed
from auditor.reports.html import sections
from auditor.reports.html.findings import findings_section
from auditor.reports.html.markup import bullets, text
from auditor.reports.since import changes_sentence, since_last_time
from auditor.reports.verdict import alarming, headline, rule_counts

_PARTS = (
    sections.matrix_section,
    findings_section,
    sections.ports_section,
    sections.answers_section,
    sections.exposures_section,
    sections.logins_section,
    sections.hardening_section,
    sections.gaps_section,
    sections.waived_section,
    sections.past_section,
    sections.checks_section,
    sections.sources_section,
)


def html_text(result: AuditResult) -> str:
    """The audit as one HTML document with its style and script inside.

    The browser runs that script and style only (by their hashes) and loads nothing, whatever a configuration holds.
    """
    folder = files("auditor.reports.html")
    style = folder.joinpath("report.css").read_text(encoding="utf-8")
    script = folder.joinpath("report.js").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; "
        "form-action 'none'"
    )
    body = "\n".join(part for part in (render(result) for render in _PARTS) if part)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>Firewall audit {text(result.site_name)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"{_head(result)}\n<main>\n{body}\n</main>\n<script>{script}</script>\n</body>\n</html>\n"
    )


def _hash(content: str) -> str:
    return f"sha256-{b64encode(hashlib.sha256(content.encode()).digest()).decode()}"


def _head(result: AuditResult) -> str:
    badges = "".join(
        f'<a class="badge {level.word}" href="#list">{number} {level.word}</a>'
        for level, number in rule_counts(result).items()
        if number
    )
    devices = listed((device.name for device in result.devices), 12)
    rulesets = ", ".join(f"{used.title} {used.version}" for used in result.rulesets)
    inferred = bullets(result.site_inferred)
    if inferred:
        inferred = f"<details><summary>Inferred, because no site file says it</summary>{inferred}</details>"
    return (
        f"<header><h1>Firewall audit {text(result.site_name)}</h1>"
        f"<p class='{'alarm' if alarming(result) else 'calm'}'>{text(headline(result))}</p>"
        f"<p class='counts'>{badges}</p>"
        f"<p>{text(devices)}</p><p>Baselines: {text(rulesets or 'none')}. "
        f"Judged as of {result.today.isoformat()} by fwproof {text(result.fwproof_version)}.</p>"
        f"{_since(result)}{inferred}</header>"
    )


def _since(result: AuditResult) -> str:
    if result.follow_up is None:
        return ""
    changes = result.changes
    packets = (*(f"{each.device} {each.text}" for each in changes.packets), *changes.notes) if changes else ()
    moved = f"<p>{text(changes_sentence(result))}</p>{bullets(packets)}" if changes else ""
    return f"<p>{text(since_last_time(result))}</p>{bullets(result.follow_up.notes)}{moved}"
