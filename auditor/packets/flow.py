"""A question: every packet of one box, as people and baselines state it."""

from __future__ import annotations

from dataclasses import dataclass

from parsers.model.addresses import AddressSet
from parsers.model.services import ServiceSet


@dataclass(frozen=True, slots=True)
class Flow:
    """All packets from `source` to `destination` with `service`, described at the server (after translation).

    `ingress` and `egress` name interfaces, None means any. `translated` True asks for translated packets only, False
    for untranslated ones only, None for both.
    """

    source: AddressSet
    destination: AddressSet
    service: ServiceSet
    ingress: frozenset[str] | None = None
    egress: frozenset[str] | None = None
    translated: bool | None = None
