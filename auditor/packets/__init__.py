"""Exact packet sets and the questions asked of a rule list."""

from auditor.packets.difference import Difference, difference
from auditor.packets.doubts import unsure_since
from auditor.packets.filter import Decision, Filter, opens
from auditor.packets.flow import Flow
from auditor.packets.hidden import Hidden
from auditor.packets.packetset import PacketSet, Piece
from auditor.packets.space import Space
from auditor.packets.trace import Arrival, Outcome, Verdict, arrivals, judge
from auditor.packets.translated import OTHER

__all__ = [
    "OTHER",
    "Arrival",
    "Decision",
    "Difference",
    "Filter",
    "Flow",
    "Hidden",
    "Outcome",
    "PacketSet",
    "Piece",
    "Space",
    "Verdict",
    "arrivals",
    "difference",
    "judge",
    "opens",
    "unsure_since",
]
