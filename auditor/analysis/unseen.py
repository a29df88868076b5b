"""What an audit could not look at, beside what the exports themselves leave open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.analysis.analysis import Analysis
from auditor.findings.wording import listed
from parsers.errors import UnreadableError
from parsers.model.firewall import Firewall
from parsers.model.origin import Gap, Origin
from parsers.model.rule import Direction


def unseen(parts: tuple[Analysis, ...], refused: Iterable[UnreadableError], guessed: bool) -> Iterator[Gap]:
    """A gap for every export, zone and way that was not looked at; each may hide access.

    Args:
        parts: the networks of the audit.
        refused: exports that belong to it and could not be read.
        guessed: was the site inferred? Then an interface facing the Internet may have been missed.
    """
    yield from _missing(refused)
    if guessed:
        yield from _unplaced(parts)
    yield from _crowded(parts)


def _missing(refused: Iterable[UnreadableError]) -> Iterator[Gap]:
    for error in refused:
        origin = Origin(error.file, error.line, error.line, "file", error.file)
        yield Gap(origin, "file", "", f"not read: {error.message}", hides_access=True)


def _unplaced(parts: tuple[Analysis, ...]) -> Iterator[Gap]:
    """Without a site file and without an interface facing the Internet, what the Internet reaches was not looked at."""
    blind = (analysis for analysis in parts if not analysis.faces_internet)
    for device in (device for analysis in blind for device in analysis.devices.values()):
        if device.forward is not None and device.firewall.sources:
            origin = Origin(device.firewall.sources[0].name, 0, 0, "zone", "internet")
            reason = _NO_OUTSIDE if _forwards(device.firewall) else _NO_POLICY
            yield Gap(origin, "zones", "internet", reason.format(device.name), hides_access=True)


def _crowded(parts: tuple[Analysis, ...]) -> Iterator[Gap]:
    """Networks with more ways between some ends than were followed: what the others let through was not looked at."""
    for topology in (analysis.paths.topology for analysis in parts):
        for source, destination in topology.crowded[:1]:
            shown = listed(device.name for device in topology.devices)
            origin = Origin(topology.devices[0].firewall.sources[0].name, 0, 0, "zone", source.name)
            reason = _CROWDED.format(source.text, destination.text, shown)
            yield Gap(origin, "zones", source.name, reason, hides_access=True)


_CROWDED = (
    "more ways than can be followed lead from {0} to {1} through {2}: audit the networks of different sites by "
    "themselves, and give whole configurations, routes included"
)
_NO_OUTSIDE = (
    "no interface of {0} is known to face the Internet: what the Internet reaches was not looked at; name it under "
    "devices.{0}.zones.internet of a site file (see fwproof init)"
)
_NO_POLICY = (
    "{0} holds no policy that forwards packets, and no interface of it is known to face the Internet: there is nothing "
    "to audit; export the whole configuration (a full backup), or name the interface under devices.{0}.zones.internet "
    "of a site file (see fwproof init)"
)


def _forwards(firewall: Firewall) -> bool:
    """Does somebody's own rule decide about forwarded packets?"""
    return any(
        not rule.implicit for rules in firewall.lists if rules.direction is Direction.FORWARD for rule in rules.rules
    )
