"""The HTML page of an audit. Every text from a configuration is escaped; nothing is loaded from outside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from html import escape
from importlib.resources import files

from auditor.findings.finding import Finding, Severity
from auditor.findings.result import AuditResult
from auditor.reports.matrix import exposure_matrix, matrix_svg
from auditor.reports.text import printable


def html_text(result: AuditResult) -> str:
    """The audit as one HTML document with its style and script inside."""
    folder = files("auditor.reports.html")
    style = folder.joinpath("report.css").read_text(encoding="utf-8")
    script = folder.joinpath("report.js").read_text(encoding="utf-8")
    body = "\n".join(
        (
            _head(result),
            _matrix(result),
            _findings(result),
            _ports(result),
            _exposures(result),
            _gaps(result),
            _waived(result),
            _checks(result),
            _sources(result),
        )
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'; img-src data:\">\n"
        f"<title>Firewall audit {_t(result.site_name)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"{body}\n<script>\n{script}</script>\n</body>\n</html>\n"
    )


def _head(result: AuditResult) -> str:
    counts = Counter(finding.severity for finding in result.findings)
    badges = "".join(
        f'<span class="badge {level.word}">{counts[level]} {level.word}</span>'
        for level in reversed(Severity)
        if counts[level]
    )
    blind = sum(gap.hides_access for gap in result.gaps)
    verdict = (
        f"<p class='alarm'>Not fully judged: {blind} places in the exports could hide access.</p>" if blind else ""
    )
    devices = ", ".join(_t(device.name) for device in result.devices)
    rulesets = ", ".join(f"{_t(used.title)} {_t(used.version)}" for used in result.rulesets)
    inferred = _list("Inferred, because no site file says it", map(_t, result.site_inferred))
    return (
        f"<header><h1>Firewall audit</h1><p>{devices}</p><p>Baselines: {rulesets or 'none'}. "
        f"Audited {result.today.isoformat()} with fwproof {_t(result.fwproof_version)}.</p>"
        f"<p class='counts'>{badges or 'No findings.'}</p>{verdict}{inferred}</header><main>"
    )


def _matrix(result: AuditResult) -> str:
    matrix = exposure_matrix(result)
    if not matrix.rows:
        return ""
    more = f"<p>{matrix.left_out} further services are in the table of exposures.</p>" if matrix.left_out else ""
    legend = "".join(
        f'<span><i class="cell {state}"></i> {state}</span>' for state in ("documented", "possible", "undocumented")
    )
    return (
        f"<section><h2>What is reachable</h2><div class='scroll'>{matrix_svg(matrix)}</div>"
        f"<p class='legend'>{legend}</p>{more}</section>"
    )


def _findings(result: AuditResult) -> str:
    ordered = sorted(result.findings, key=lambda finding: -finding.severity)
    rows = "".join(_finding(finding) for finding in ordered)
    levels = "".join(f'<option value="{level.word}">{level.word}</option>' for level in reversed(Severity))
    return (
        "<section><h2>Findings</h2><form class='filter' role='search'>"
        "<label>Search <input type='search' id='search'></label>"
        f"<label>Severity <select id='severity'><option value=''>all</option>{levels}</select></label>"
        f"<output id='shown'></output></form><div id='findings'>{rows or '<p>None.</p>'}</div></section>"
    )


def _finding(finding: Finding) -> str:
    place = f"{finding.origin.text}" if finding.origin else ""
    rows = [
        ("Device", finding.device),
        ("Rule", finding.rule),
        ("Where", place),
        ("Packets", finding.packets),
        ("Example packet", finding.example.text if finding.example else ""),
        ("Why it matters", finding.why),
        ("What to do", finding.remedy),
        ("Confidence", "; ".join((finding.confidence.value, *finding.uncertain))),
        ("Source", ", ".join(finding.citation)),
        ("Guides", ", ".join(finding.guides)),
        ("Also", "; ".join(f"{each.device} {each.rule}: {each.text}" for each in finding.related)),
        ("Fingerprint", finding.fingerprint),
    ]
    details = "".join(f"<dt>{name}</dt><dd>{_t(value)}</dd>" for name, value in rows if value)
    return (
        f'<details class="finding {finding.severity.word}" data-severity="{finding.severity.word}" '
        f'id="f-{finding.fingerprint}"><summary><span class="badge {finding.severity.word}">{finding.severity.word}'
        f"</span> <b>{_t(finding.check)}</b> {_t(finding.message)} <small>{_t(place)}</small></summary>"
        f"<dl>{details}</dl></details>"
    )


def _ports(result: AuditResult) -> str:
    rows = (
        (
            row.state.value,
            row.title,
            row.source,
            row.destination,
            row.service,
            row.device,
            ", ".join(row.rules),
            row.published_as,
            row.missing or row.question,
            ", ".join(row.citation),
        )
        for row in result.coverage
        if row.level == "required"
    )
    head = ("State", "Flow", "From", "To", "Service", "Device", "Rules", "Published as", "Missing / question", "Source")
    return _table("Required ports", head, rows)


def _exposures(result: AuditResult) -> str:
    rows = (
        (
            row.zone,
            row.server or row.destination,
            row.services,
            row.published_as,
            row.confidence,
            row.device,
            ", ".join(row.rules),
            row.documented,
        )
        for row in result.exposures
    )
    head = ("From", "Server", "Services", "Published as", "Confidence", "Device", "Rules", "Documented by")
    return _table("Exposure", head, rows)


def _gaps(result: AuditResult) -> str:
    ordered = sorted(result.gaps, key=lambda gap: not gap.hides_access)
    rows = ((gap.origin.text, gap.path, gap.keyword, "yes" if gap.hides_access else "no", gap.what) for gap in ordered)
    return _table("Not understood", ("Where", "Path", "Keyword", "May hide access", "What"), rows)


def _waived(result: AuditResult) -> str:
    rows = (
        (finding.severity.word, finding.check, finding.device, finding.rule, finding.message, reason)
        for finding, reason in result.waived
    )
    return _table("Waived", ("Severity", "Check", "Device", "Rule", "Finding", "Reason"), rows)


def _checks(result: AuditResult) -> str:
    used = {finding.check for finding in result.findings}
    pages = "".join(
        f"<details><summary><b>{_t(check.id)}</b> {_t(check.title)}</summary><pre>{_t(check.docs)}</pre></details>"
        for check in result.checks
        if check.id in used
    )
    return f"<section><h2>The checks</h2>{pages}</section>" if pages else ""


def _sources(result: AuditResult) -> str:
    rows = (
        (
            device.name,
            source.name,
            source.format,
            source.sha256,
            f"{source.ledger.total}",
            f"{source.ledger.read}",
            f"{source.ledger.irrelevant}",
            f"{source.ledger.not_understood}",
        )
        for device in result.devices
        for source in device.sources
    )
    head = ("Device", "File", "Format", "SHA-256", "Lines", "Read", "Irrelevant", "Not understood")
    return _table("Sources", head, rows) + "</main>"


def _table(title: str, head: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    body = "".join("<tr>" + "".join(f"<td>{_t(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    if not body:
        return f"<section><h2>{title}</h2><p>None.</p></section>"
    top = "".join(f'<th scope="col">{name}</th>' for name in head)
    return (
        f"<section><h2>{title}</h2><div class='scroll'><table><thead><tr>{top}</tr></thead>"
        f"<tbody>{body}</tbody></table></div></section>"
    )


def _list(title: str, items: Iterable[str]) -> str:
    lines = "".join(f"<li>{item}</li>" for item in items)
    return f"<details open><summary>{title}</summary><ul>{lines}</ul></details>" if lines else ""


def _t(text: str) -> str:
    return escape(printable(text))
