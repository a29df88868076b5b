"""Values of a ruleset bound to a site: flows, openings and ends with addresses in place of roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from auditor.baseline.model import BaselineFlow, ClosedWorld, Forbidden, Ruleset, Unrestricted
from auditor.findings.result import CoverageState
from parsers.model.addresses import NO_ADDRESS, AddressSet
from parsers.model.intervals import IntervalSet
from parsers.model.services import NO_SERVICE, TCP, ServiceSet


@dataclass(frozen=True, slots=True)
class BoundEnd:
    """One end with the addresses it stands for.

    `interfaces` maps a device to the interfaces of the zone there (zones only); `host` is the Windows device bound to
    the address; `public` what clients outside send to. An unbound role has no addresses.
    """

    kind: str
    name: str
    trust: str
    addresses: AddressSet
    interfaces: Mapping[str, frozenset[str]] = field(default_factory=dict)
    public: AddressSet = NO_ADDRESS
    host: str = ""
    title: str = ""
    why: str = ""
    """The question to ask where a binding gives no address in this audit."""
    guess: bool = False
    """Does little say that these addresses play the role: the name of an object, a port that many servers have?"""

    @property
    def is_server(self) -> bool:
        """Is it a role at addresses of its own? (A role of clients stands for the whole zone it is in.)"""
        return self.kind == "role" and not self.interfaces

    @property
    def text(self) -> str:
        """The end for people: the zone's name, or role and address."""
        if self.kind == "zone":
            return self.name
        return f"{self.name} {self.addresses.text(3)}" if self.addresses else self.name

    @property
    def doubt(self) -> str:
        """What makes the role of these addresses uncertain, as a clause; "" when nothing does."""
        return f"{self.addresses.text(3)} is no more than a guess for {self.name}" if self.guess else ""


@dataclass(frozen=True, slots=True)
class BoundFlow:
    """A baseline flow for one pair of ends.

    `service` is None when a variable is unset; `alternatives` (any_of) then holds what suffices instead of `service`.
    `preset` is the state that is known before any rule is looked at, `question` what the site must answer.
    """

    ruleset: str
    flow: BaselineFlow
    source: BoundEnd
    destination: BoundEnd
    service: ServiceSet | None
    alternatives: tuple[ServiceSet, ...] = ()
    preset: CoverageState | None = None
    question: str = ""
    pool: ServiceSet = NO_SERVICE
    """The part of the services that stands for ports given out as needed (the dynamic RPC range)."""
    hypotheses: tuple[Hypothesis, ...] = ()
    """Where nothing tells the server's dynamic range: the flow for each that is usual for such a server."""

    @property
    def options(self) -> tuple[ServiceSet, ...]:
        """The services any one of which suffices; () while a variable is unset."""
        return self.alternatives if self.service is None else (self.service,)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A dynamic range a server may have, by its name in the ruleset, and a flow to the server as it is then."""

    name: str
    ports: IntervalSet
    flow: BoundFlow

    @property
    def text(self) -> str:
        """The range for people."""
        return f"{ServiceSet.ports(TCP, self.ports).text()} ({self.name})"


@dataclass(frozen=True, slots=True)
class BoundForbidden:
    """A forbidden opening for one pair of ends. `pool` is the part of its services that are given out as needed."""

    ruleset: str
    rule: Forbidden
    source: BoundEnd
    destination: BoundEnd
    service: ServiceSet
    pool: ServiceSet = NO_SERVICE


@dataclass(frozen=True, slots=True)
class BoundClosedWorld:
    """A closed world for one pair of ends."""

    ruleset: str
    rule: ClosedWorld
    source: BoundEnd
    destination: BoundEnd


@dataclass(frozen=True, slots=True)
class BoundRuleset:
    """A ruleset of one site. `unrestricted` pairs a rule with the addresses its roles are bound to."""

    ruleset: Ruleset
    flows: tuple[BoundFlow, ...]
    forbidden: tuple[BoundForbidden, ...]
    closed_world: tuple[BoundClosedWorld, ...]
    unrestricted: tuple[tuple[Unrestricted, AddressSet], ...]
    ends: Mapping[str, tuple[BoundEnd, ...]]
    """Every zone and role of the ruleset by name."""
    undecided: tuple[tuple[BoundForbidden, str], ...] = ()
    """Openings that are forbidden or not, with the question that decides."""
    applies: Mapping[str, tuple[bool | None, str]] = field(default_factory=dict)
    """Whether a reader's question arises here, by its id; None comes with the question that decides."""

    @property
    def every_end(self) -> Iterator[BoundEnd]:
        """Zones and roles, one after the other; a role bound to several addresses is several ends."""
        return (end for ends in self.ends.values() for end in ends)

    @property
    def servers(self) -> Iterator[BoundEnd]:
        """The roles at addresses of their own, unbound ones included."""
        return (end for end in self.every_end if end.is_server)
