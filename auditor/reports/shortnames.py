"""Long paths of exports, said once in a report: findings show the bare name."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import PurePath

from auditor.findings.finding import Finding
from auditor.findings.result import AuditResult
from parsers.model.origin import Origin

LONGEST_PATH = 40


def short_origin(origin: Origin) -> Origin:
    """A place with the bare name of its file, where the path is long."""
    return replace(origin, file=PurePath(origin.file).name) if len(origin.file) > LONGEST_PATH else origin


def with_short_names(result: AuditResult) -> AuditResult:
    """Findings and gaps with the bare name of a file whose path is long, where no other file is called the same.

    The table of files keeps the whole path.
    """
    paths = dict.fromkeys(source.name for device in result.devices for source in device.sources)
    bare = Counter(PurePath(path).name for path in paths)
    short = {path: name for path in paths if len(path) > LONGEST_PATH and bare[name := PurePath(path).name] == 1}
    if not short:
        return result

    def renamed(origin: Origin) -> Origin:
        return replace(origin, file=short.get(origin.file, origin.file))

    def shortened(finding: Finding) -> Finding:
        related = tuple(replace(each, origin=renamed(each.origin) if each.origin else None) for each in finding.related)
        return replace(finding, origin=renamed(finding.origin) if finding.origin else None, related=related)

    return replace(
        result,
        findings=tuple(shortened(finding) for finding in result.findings),
        gaps=tuple(replace(gap, origin=renamed(gap.origin)) for gap in result.gaps),
        waived=tuple((shortened(finding), reason) for finding, reason in result.waived),
    )
