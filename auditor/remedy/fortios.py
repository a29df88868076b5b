"""A plan as FortiOS CLI: one script per FortiGate, made to be pasted, every object before it is used.

Source: the reference, sections 1, 3, 6 and 7: names of objects have at most 79 characters, of policies 35, comments of
objects 255 and of policies 1,023; `edit 0` takes the next free id; a policy for translated packets names the virtual
IP, and its service is matched after translation.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.remedy.fortiobjects import (
    Addresses,
    Lines,
    Services,
    VirtualAddresses,
    entry,
    interfaces,
    quoted,
    table,
    words,
)
from auditor.remedy.names import Names, because
from auditor.remedy.planned import NetworkPlan, Permit, Plan
from auditor.remedy.preface import preface

_NAME, _POLICY_NAME, _POLICY_COMMENT = 79, 35, 1023


def fortios(plan: Plan, parts: tuple[NetworkPlan, ...]) -> str:
    """The script for one FortiGate; `parts` are its plans, several where it has several VDOMs."""
    lines = [f"# {line}".rstrip() for line in preface(plan, parts[0].box)]
    for part in parts:
        body = _Device(plan, part).written()
        lines += ["config vdom", f"edit {interfaces([part.vdom])}", *body, "end"] if part.in_vdom else body
    return "\n".join(lines) + "\n"


class _Device:
    """The script of one VDOM: policies first, because they say which objects are needed."""

    def __init__(self, plan: Plan, part: NetworkPlan) -> None:
        taken = part.existing.names
        names = Names(_NAME, {*taken, "all", "none", "ALL"})
        self.central = part.existing.central_nat
        self.names = names
        self.addresses = Addresses(plan.labels, names)
        self.services = Services(names)
        self.faces = VirtualAddresses(part, names)
        self.pools: dict[str, str] = {}
        self.policy_names = Names(_POLICY_NAME, taken)
        self.ending = part.existing.ending(part.permits)
        self.ids = range(part.existing.free_id, part.existing.free_id + len(part.permits)) if self.ending else ()
        self.policies: list[Lines] = [list(self._policy(*each)) for each in self._numbered(part)]
        self.hidden: list[Lines] = [list(self._hidden(each)) for each in part.permits if each.nat and self.central]

    def written(self) -> Lines:
        pools = (entry(name, f"startip {each}", f"endip {each}") for each, name in self.pools.items())
        return [
            *self.addresses.written(),
            *self.services.written(),
            *table("firewall ippool", pools),
            *self.faces.written(),
            *table("firewall central-snat-map", self.hidden),
            *table("firewall policy", [*self.policies, *self._moved()]),
        ]

    def _numbered(self, part: NetworkPlan) -> Iterator[tuple[int, Permit]]:
        """The permits with their policy ids: 0 is the next free one of the device, known ids can be moved."""
        return zip(self.ids, part.permits, strict=True) if self.ids else ((0, each) for each in part.permits)

    def _moved(self) -> Iterator[Lines]:
        """New policies stand at the end of the list; a deny of everything there would come first."""
        if self.ending is not None:
            yield [f"    move {number} before {self.ending.id}" for number in self.ids]

    def _policy(self, number: int, permit: Permit) -> Iterator[str]:
        six = "6" if permit.destination.ipv6 else ""
        named = permit.public and not self.central  # with central NAT policies name the address behind it
        target = self.faces.names(permit) if named else self.addresses.names(permit.destination)
        settings = [
            f"name {quoted(self.policy_names.new(_title(permit)))}",
            f"srcintf {interfaces(permit.ingress)}",
            f"dstintf {interfaces(permit.egress)}",
            "action accept",
            f"srcaddr{six} {words(self.addresses.names(permit.source))}",
            f"dstaddr{six} {words(target)}",
            'schedule "always"',
            f"service {words(self.services.names(permit.service))}",
            "logtraffic all",
        ]
        if permit.nat and not self.central:
            settings.append("nat enable")
        if permit.sender and not self.central:
            settings += ["ippool enable", f"poolname {quoted(self._pool(permit.sender.text()))}"]
        settings.append(f"comments {quoted(because(permit.causes, _POLICY_COMMENT))}")
        yield f"    edit {number}"
        yield from (f"        set {setting}" for setting in settings)
        yield "    next"

    def _hidden(self, permit: Permit) -> Iterator[str]:
        """The entry of the central table that translates the sender."""
        settings = [
            f"srcintf {interfaces(permit.ingress)}",
            f"dstintf {interfaces(permit.egress)}",
            f"orig-addr {words(self.addresses.names(permit.source))}",
            f"dst-addr {words(self.addresses.names(permit.destination))}",
            "nat enable",
        ]
        if permit.sender:
            settings.append(f"nat-ippool {quoted(self._pool(permit.sender.text()))}")
        yield "    edit 0"
        yield from (f"        set {setting}" for setting in settings)
        yield "    next"

    def _pool(self, address: str) -> str:
        if address not in self.pools:
            self.pools[address] = self.names.new(f"from_{address}")
        return self.pools[address]


def _title(permit: Permit) -> str:
    """The first flow, and how many more: a policy's name has 35 characters."""
    more = f" +{len(permit.causes) - 1}" if len(permit.causes) > 1 else ""
    return permit.causes[0].flow[: _POLICY_NAME - len(more) - 3] + more
