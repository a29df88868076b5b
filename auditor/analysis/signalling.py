"""Ports that a firewall opens by itself for what it reads in the signalling of another flow: SIP helpers.

A pool of media ports that no rule opens is then not certainly closed: a helper opens the ports of each call, where it
is on and can read the signalling (not where that is encrypted).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from auditor.analysis.coverage import Covered
from auditor.findings.result import CoverageState

_HEARD = frozenset({CoverageState.SATISFIED, CoverageState.PARTLY})
_CLOSED = frozenset({CoverageState.MISSING, CoverageState.PARTLY})


def with_helpers(covered: Iterable[Covered]) -> tuple[Covered, ...]:
    """All flows; those a helper may open cannot be told to be closed (`opened_by` of a ruleset)."""
    every = tuple(covered)
    heard = {_key(each, each.bound.flow.id) for each in every if each.row.state in _HEARD}
    return tuple(_helped(each, heard) if each.bound.flow.opened_by else each for each in every)


def _key(covered: Covered, flow: str) -> tuple[object, ...]:
    return covered.bound.ruleset, flow, covered.bound.source.addresses, covered.bound.destination.addresses


def _helped(covered: Covered, heard: set[tuple[object, ...]]) -> Covered:
    signals = [flow for flow in covered.bound.flow.opened_by if _key(covered, flow) in heard]
    stopping = [layer for layer in covered.layers if not layer.certain]
    if covered.row.state not in _CLOSED or not signals or any(layer.device.is_host for layer in stopping):
        return covered
    devices = " and ".join(dict.fromkeys(layer.device.name for layer in stopping))
    said = f"no rule opens it; does {devices} open it for each call, by a helper that reads {' and '.join(signals)}?"
    return replace(covered, row=replace(covered.row, state=CoverageState.CANNOT_TELL, question=said, missing=""))
