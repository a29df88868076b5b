"""The audit on one page: bind, analyse, check, sort."""

from __future__ import annotations

from datetime import datetime

from auditor import __version__
from auditor.analysis.analysis import Analysis
from auditor.baseline import Ruleset, Site, bind
from auditor.checks import CHECKS, Check
from auditor.findings.finding import Confidence, Finding
from auditor.findings.result import Answer, AuditResult, CoverageState, FlowCoverage, RulesetUsed
from auditor.findings.waivers import apply_waivers
from parsers.model.firewall import Firewall


def audit(
    firewalls: tuple[Firewall, ...],
    rulesets: tuple[Ruleset, ...],
    site: Site,
    now: datetime,
    checks: tuple[Check, ...] = CHECKS,
    inferred: tuple[str, ...] = (),
) -> AuditResult:
    """Judge exports against rulesets.

    Args:
        firewalls: the devices, as the parsers read them.
        rulesets: the baselines.
        site: who is who.
        now: the time of the audit, device-local (schedules and expiry dates).
        checks: what to look for.
        inferred: sentences on what was inferred for want of a site file.

    Raises:
        RulesetError: the site names interfaces its devices do not have.
    """
    bound = tuple(bind(ruleset, site, firewalls) for ruleset in rulesets)
    analysis = Analysis(firewalls, bound, site, now)
    findings = [finding for check in checks for finding in check.run(analysis, check)]
    waived = apply_waivers(sorted(findings, key=_order), site.waivers, now.date())
    coverage = tuple(covered.row for covered in analysis.covered)
    return AuditResult(
        fwproof_version=__version__,
        today=now.date(),
        devices=firewalls,
        rulesets=tuple(_used(ruleset) for ruleset in rulesets),
        site_name=site.id,
        site_inferred=inferred,
        checks_run=tuple(check.id for check in checks),
        checks_skipped=(),
        coverage=coverage,
        exposures=analysis.exposures,
        answers=tuple(answer for ruleset in rulesets for answer in _answers(ruleset, coverage, findings)),
        findings=waived.open,
        waived=waived.waived,
        gaps=tuple(gap for firewall in firewalls for gap in firewall.gaps),
        checks=tuple(check.described() for check in checks),
    )


def _order(finding: Finding) -> tuple[object, ...]:
    doubt = finding.confidence is Confidence.POSSIBLE
    line = finding.origin.first_line if finding.origin else 0
    return (-finding.severity, doubt, finding.check, finding.device, line, finding.packets, finding.fingerprint)


def _used(ruleset: Ruleset) -> RulesetUsed:
    sources = tuple((key, f"{title} {place}".strip()) for key, (title, place) in ruleset.sources.items())
    return RulesetUsed(ruleset.id, ruleset.version, ruleset.title, sources)


_RANK = {
    CoverageState.SATISFIED: 0,
    CoverageState.PARTLY: 1,
    CoverageState.CANNOT_TELL: 2,
    CoverageState.NOT_APPLICABLE: 3,
    CoverageState.NOT_OBSERVABLE: 4,
    CoverageState.NOT_PUBLISHED: 5,
    CoverageState.MISSING: 6,
}


def _answers(ruleset: Ruleset, coverage: tuple[FlowCoverage, ...], findings: list[Finding]) -> list[Answer]:
    """The reader's questions, answered from the coverage of their flows and the forbidden openings they name."""
    found = []
    for question in ruleset.questions:
        rows = [row for row in coverage if row.ruleset == ruleset.id and row.flow in question.satisfied_by]
        exposed = [
            finding
            for finding in findings
            if set(finding.flow.split(", ")) & set(question.forbidden) and finding.example
        ]
        # One server that answers is enough for "is it published?": the best state of the pairs counts.
        state = min((row.state for row in rows), key=_RANK.__getitem__, default=None)
        words = "forbidden opening" if exposed else (state.value if state else "see the answer")
        if not rows and question.forbidden and not exposed:
            words = "closed"
        rules = ", ".join(dict.fromkeys(rule for row in rows if row.state is state for rule in row.rules))
        detail = f"{question.answer}{f' Decided by {rules}.' if rules else ''}"
        if exposed:
            detail += f" Open: {exposed[0].message}"
        found.append(
            Answer(ruleset.id, question.id, question.ask, words, " ".join((detail, *question.hints)), question.cite)
        )
    return found
