"""A plan as neutral values: what each firewall must let through, and what could not be planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from parsers.model.addresses import NO_ADDRESS, AddressSet
from parsers.model.services import ServiceSet

if TYPE_CHECKING:
    from auditor.remedy.existing import Existing


@dataclass(frozen=True, slots=True)
class Cause:
    """A documented flow that asks for packets: why something is planned."""

    ruleset: str
    flow: str
    title: str
    cite: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Permit:
    """Packets that one network device must let through: every combination of the fields, of one address family.

    Destination and service are those at the server. `public` is what clients send to where this device translates it,
    `nat` whether it must hide the sender behind an address of its own, `sender` that address (empty: the outgoing
    interface's).
    """

    ingress: frozenset[str]
    egress: frozenset[str]
    source: AddressSet
    destination: AddressSet
    service: ServiceSet
    causes: tuple[Cause, ...]
    public: AddressSet = NO_ADDRESS
    nat: bool = False
    sender: AddressSet = NO_ADDRESS


@dataclass(frozen=True, slots=True)
class Owner:
    """Who listens on a port of a Windows host.

    `program` is an executable below the product's folder, or below the Windows folder where it begins with
    `%SystemRoot%`, or "System"; `service` a Windows service inside it. With `keyword` the ports are those the host
    hands out under that word ("RPC"), whatever program holds them.
    """

    program: str = ""
    service: str = ""
    keyword: str = ""


@dataclass(frozen=True, slots=True)
class HostPermit:
    """Packets that a host's own firewall must let in (`inward`) or out, of one address family."""

    inward: bool
    source: AddressSet
    destination: AddressSet
    service: ServiceSet
    owner: Owner
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class NetworkPlan:
    """Everything planned for one network device, or one VDOM of it, beside what its export holds already."""

    device: str
    vendor: str
    vdom: str
    permits: tuple[Permit, ...]
    existing: Existing

    @property
    def in_vdom(self) -> bool:
        """Do its commands stand inside a VDOM?"""
        return bool(self.vdom) and (self.box != self.device or self.existing.has_vdoms)

    @property
    def box(self) -> str:
        """The device without its VDOM: two VDOMs of one box are one script."""
        return self.device.removesuffix(f"/{self.vdom}") if self.vdom else self.device


@dataclass(frozen=True, slots=True)
class HostPlan:
    """Everything planned for one Windows host. `profiles` () means: which one is active is not stated."""

    host: str
    profiles: tuple[str, ...]
    permits: tuple[HostPermit, ...]


@dataclass(frozen=True, slots=True)
class Unplanned:
    """A flow that is wanted and not in the plan, and why: a question to answer, or a conflict to decide."""

    cause: Cause
    ends: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What every firewall of a site must let through for some baselines, and nothing else.

    `rulesets` holds (id, version); `labels` names addresses after the servers that have them; `notes` are sentences on
    what was assumed and what a plan cannot do.
    """

    site: str
    rulesets: tuple[tuple[str, str], ...]
    levels: tuple[str, ...]
    networks: tuple[NetworkPlan, ...]
    hosts: tuple[HostPlan, ...]
    unplanned: tuple[Unplanned, ...]
    notes: tuple[str, ...]
    labels: Mapping[AddressSet, str] = field(default_factory=dict)

    @property
    def left(self) -> tuple[str, ...]:
        """What is not planned in lines for people: one for each reason, with the flows it keeps out."""
        reasons: dict[str, dict[str, None]] = {}
        for each in self.unplanned:
            reasons.setdefault(each.reason, {})[f"{each.cause.flow} ({each.ends})"] = None
        return tuple(f"{', '.join(flows)}: {reason}" for reason, flows in reasons.items())
