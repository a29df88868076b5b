"""The audit on one page: bind, analyse, check, sort."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from auditor import __version__
from auditor.analysis.analysis import Analysis
from auditor.analysis.unseen import unseen
from auditor.answers import answers, joined
from auditor.baseline import Ruleset, Site, bind
from auditor.benchmarks import Benchmark, Guide
from auditor.checks import CHECKS, Check, Checked
from auditor.findings.decisions import Decision, Judged, LastWorkbook, follow_up, waivers_of
from auditor.findings.finding import Confidence, Finding
from auditor.findings.result import AuditResult, RulesetUsed, SkippedCheck
from auditor.findings.waivers import Waiver, apply_waivers
from auditor.repair import with_commands
from parsers import Told
from parsers.errors import UnreadableError
from parsers.model.firewall import Firewall


def audit(
    firewalls: tuple[Firewall, ...],
    rulesets: tuple[Ruleset, ...],
    site: Site,
    now: datetime,
    checks: tuple[Check, ...] = CHECKS,
    inferred: tuple[str, ...] = (),
    benchmarks: tuple[Benchmark, ...] = (),
    last: LastWorkbook | None = None,
    waivers: tuple[Waiver, ...] = (),
    told: Told = lambda what, done, total: None,
    refused: tuple[UnreadableError, ...] = (),
    decided: tuple[Decision, ...] = (),
) -> AuditResult:
    """Judge exports against rulesets; networks that nothing joins (`site.apart`) each by itself.

    Args:
        firewalls: the devices, as the parsers read them.
        rulesets: the baselines.
        site: who is who.
        now: the time of the audit, device-local (schedules and expiry dates).
        checks: what to look for.
        inferred: sentences on what was inferred for want of a site file.
        benchmarks: the hardening guides to judge settings by (`load_benchmarks()` gives all that are shipped).
        last: what people decided in the last workbook: accepted findings are waived, all are compared.
        waivers: what was accepted, besides the exceptions of the site.
        told: hears of every check before it runs.
        refused: exports that belong to the audit and could not be read: without them it is not complete.
        decided: further decisions, which waive what they accept and are not compared.

    Raises:
        RulesetError: the site names interfaces its devices do not have.
    """
    parts = tuple(_parts(firewalls, rulesets, site, now, benchmarks))
    checks, skipped = _able(checks, parts)
    found = tuple(_found(checks, parts, told))
    waivers = (*site.waivers, *waivers, *waivers_of((*(last.decisions if last else ()), *decided), found))
    findings = tuple(_findings(checks, found, waivers, firewalls, now))
    waived = apply_waivers(sorted(findings, key=_order), waivers, now.date())
    return AuditResult(
        fwproof_version=__version__,
        today=now.date(),
        devices=firewalls,
        rulesets=tuple(map(_used, rulesets)),
        site_name=site.id,
        site_inferred=inferred,
        checks_run=tuple(check.id for check in checks),
        checks_skipped=skipped,
        coverage=tuple(covered.row for analysis in parts for covered in analysis.covered),
        exposures=tuple(row for analysis in parts for row in analysis.exposures),
        answers=joined(tuple(answers(analysis, findings) for analysis in parts)),
        findings=waived.open,
        waived=waived.waived,
        gaps=(*unseen(parts, refused, bool(inferred)), *(gap for firewall in firewalls for gap in firewall.gaps)),
        checks=tuple(check.described() for check in checks),
        hardening=tuple(item for analysis in parts for item in analysis.hardening),
        logins=tuple(row for analysis in parts for row in analysis.logins),
        benchmarks=tuple(_guide(guide) for benchmark in benchmarks for guide in benchmark.guides),
        follow_up=follow_up(last, findings, _judged(firewalls, checks), now.date()) if last else None,
    )


def _parts(
    firewalls: tuple[Firewall, ...],
    rulesets: tuple[Ruleset, ...],
    site: Site,
    now: datetime,
    benchmarks: tuple[Benchmark, ...],
) -> Iterator[Analysis]:
    """Each network of an audit with its exports."""
    for part in site.apart or (site,):
        own = tuple(each for each in firewalls if each.name in part.devices) if site.apart else firewalls
        yield Analysis(own, tuple(bind(ruleset, part, own) for ruleset in rulesets), part, now, benchmarks=benchmarks)


def _able(checks: tuple[Check, ...], parts: tuple[Analysis, ...]) -> tuple[tuple[Check, ...], tuple[SkippedCheck, ...]]:
    """The checks that can look at some network, and those that can look at none, with the reason."""
    able: list[Check] = []
    skipped: list[SkippedCheck] = []
    for check in checks:
        reasons = [check.unable(analysis) for analysis in parts] if check.unable else [""]
        if all(reasons):
            skipped.append(SkippedCheck(check.id, reasons[0]))
        else:
            able.append(check)
    return tuple(able), tuple(skipped)


def _found(checks: tuple[Check, ...], parts: tuple[Analysis, ...], told: Told) -> Iterator[Finding]:
    for number, check in enumerate(checks):
        told(f"checking {check.id} {check.title}", number, len(checks))
        for analysis in parts:
            yield from check.run(analysis, check)


def _findings(
    checks: tuple[Check, ...],
    found: tuple[Finding, ...],
    waivers: tuple[Waiver, ...],
    firewalls: tuple[Firewall, ...],
    now: datetime,
) -> Iterator[Finding]:
    """What was found, what checks find in that and in what waives it, and the commands that mend it."""
    checked = Checked(found, waivers, now.date(), frozenset(firewall.name for firewall in firewalls))
    after = (finding for check in checks if check.after for finding in check.after(checked, check))
    return with_commands((*found, *after), firewalls)


def _judged(firewalls: tuple[Firewall, ...], checks: tuple[Check, ...]) -> Judged:
    blind = frozenset(device.name for device in firewalls if any(gap.hides_access for gap in device.gaps))
    names = frozenset(device.name for device in firewalls)
    return Judged(names, blind, frozenset(check.id for check in checks))


def _order(finding: Finding) -> tuple[object, ...]:
    doubt = finding.confidence is Confidence.POSSIBLE
    line = finding.origin.first_line if finding.origin else 0
    return (-finding.severity, doubt, finding.check, finding.device, line, finding.packets, finding.fingerprint)


def _guide(guide: Guide) -> RulesetUsed:
    return RulesetUsed(guide.id, guide.version, guide.title, ((guide.id, guide.place),) if guide.place else ())


def _used(ruleset: Ruleset) -> RulesetUsed:
    sources = tuple((key, f"{each.title} {each.place}".strip()) for key, each in ruleset.sources.items())
    return RulesetUsed(ruleset.id, ruleset.version, ruleset.title, sources)
