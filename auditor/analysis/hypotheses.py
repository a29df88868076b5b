"""Flows to a server whose dynamic range nothing tells: judged with every range that is usual for such a server.

Source: WINDOWS reference, section 7.3: a dump that does not say which range is judged with 49152-65535 and Exchange
2010's range as separate hypotheses. What holds with each of them holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from auditor.analysis.coverage import Covered, cover, possibly_open
from auditor.analysis.devices import Device
from auditor.analysis.paths import Paths
from auditor.baseline import BoundFlow
from auditor.findings.result import CoverageState
from parsers.model.intervals import IntervalSet
from parsers.model.services import NO_SERVICE, TCP, ServiceSet

_CLOSED = frozenset({CoverageState.MISSING, CoverageState.PARTLY, CoverageState.NOT_PUBLISHED})
_JUDGED = _CLOSED | {CoverageState.SATISFIED}
_DYNAMIC = IntervalSet.of((1024, 65535))
"""Where a dynamic range, or ports that RPC was pinned to, can lie."""


def cover_each(
    bound: BoundFlow,
    paths: Paths,
    under: Callable[[IntervalSet], Mapping[str, Device]],
    fixed: ServiceSet = NO_SERVICE,
) -> Covered:
    """The state of a flow with hypotheses: the one they agree on, otherwise the question which of them is so.

    `under` gives the devices as they are with a dynamic range. Ports that are open between the two ends, be it only
    possibly, in a usual range or not, may be those that RPC was pinned to: then none of the range is called missing.
    What the flow asks for beside the range is missing all the same.
    """
    found = [(each, cover(each.flow, paths, under(each.ports), fixed)) for each in bound.hypotheses]
    first = found[0][1]
    states = {covered.row.state for _, covered in found}
    if len(states) == 1 and not (states <= _CLOSED and _is_pinned(bound, paths, under, fixed)):
        services = " or ".join(dict.fromkeys(covered.row.service for _, covered in found))
        if states & _JUDGED:
            ranges = " and ".join(each.text for each in bound.hypotheses)
            said = f"nothing tells the server's dynamic range: so with {ranges}"
            return replace(first, row=replace(first.row, service=services, question=said))
        return replace(first, row=replace(first.row, service=services))
    stated = beside(bound)
    if stated:
        asked = replace(bound, service=stated, preset=None, question="", hypotheses=())
        settled = cover(asked, paths, under(bound.hypotheses[0].ports), fixed)
        if settled.row.state in _CLOSED:
            return settled
    said = ", ".join(f"{covered.row.state.value} with {each.text}" for each, covered in found)
    asked = replace(bound, question=f"{bound.question}; it is {said}")
    return cover(asked, paths, under(bound.hypotheses[0].ports), fixed)


def beside(bound: BoundFlow) -> ServiceSet:
    """The ports that a flow asks for whatever the dynamic range is: the endpoint mapper, LDAP, Kerberos.

    None of a flow with alternatives: which of them is used is open.
    """
    return ServiceSet.union((each.flow.service or NO_SERVICE) - each.flow.pool for each in bound.hypotheses)


def pinnable(fixed: ServiceSet) -> ServiceSet:
    """The ports that a server's RPC can have been pinned to: those that nothing else is known to listen on."""
    return ServiceSet.ports(TCP, _DYNAMIC) - fixed


def _is_pinned(
    bound: BoundFlow, paths: Paths, under: Callable[[IntervalSet], Mapping[str, Device]], fixed: ServiceSet
) -> bool:
    ports = pinnable(fixed)
    asked = replace(bound, service=ports, alternatives=(), pool=ports, preset=None, question="", hypotheses=())
    devices = under(bound.hypotheses[0].ports)
    opened = possibly_open(ports, cover(asked, paths, devices, fixed).layers)
    # Where a whole range is open, nothing of it is missing that could be excused.
    return bool(opened) and any(each.flow.pool - fixed - opened for each in bound.hypotheses)
