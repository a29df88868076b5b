"""What a trace is asked, and what one device answers."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.analysis.nearest import NearRule
from auditor.packets import Outcome
from parsers.model.addresses import AddressSet
from parsers.model.rule import Rule
from parsers.model.services import ServiceSet


@dataclass(frozen=True, slots=True)
class Question:
    """A trace as a person asks it: `source` None means every address of the zone or interface named."""

    origin: str
    destination: AddressSet
    service: ServiceSet
    source: AddressSet | None = None
    device: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What one device does: `translated` says what the destination became, `interfaces` where it goes."""

    device: str
    outcome: Outcome
    rule: Rule | None
    candidates: tuple[Rule, ...]
    reasons: tuple[str, ...]
    translated: str = ""
    translation: str = ""
    interfaces: str = ""
    layer: str = "network"
    near: tuple[NearRule, ...] = ()
    """Where it blocks: the rules that would let the packets through but for one thing."""
    hints: tuple[str, ...] = ()
    """Where it blocks: sentences on entries that translate the address for other services."""
