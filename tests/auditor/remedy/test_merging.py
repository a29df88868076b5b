"""Merging is exact: every packet that one of many permits lets through, one of the few does, and no other."""

from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.remedy.merging import merged
from auditor.remedy.planned import Cause, HostPermit, Owner, Permit
from parsers.model.addresses import AddressSet, address_number
from parsers.model.services import ServiceSet

HOSTS = [f"10.0.0.{number}" for number in (1, 2, 4)]
PORTS = ["tcp/1", "tcp/2", "udp/1"]
addresses = st.sets(st.sampled_from(HOSTS), min_size=1).map(
    lambda each: AddressSet.union(map(AddressSet.network, each))
)
services = st.sets(st.sampled_from(PORTS), min_size=1).map(lambda each: ServiceSet.union(map(ServiceSet.parse, each)))
causes = st.sampled_from("ABC").map(lambda name: (Cause("r", name, "", ()),))
ways = st.sampled_from(["a", "b"]).map(lambda name: frozenset({name}))
nothing = st.just(AddressSet())
permits = st.builds(
    Permit, ways, ways, addresses, addresses, services, causes, public=nothing, nat=st.booleans(), sender=nothing
)
host_permits = st.builds(
    HostPermit, st.booleans(), addresses, addresses, services, st.sampled_from([Owner(), Owner("x.exe")]), causes
)


def packets(found: tuple[Permit | HostPermit, ...]) -> dict[object, set[str]]:
    """Every packet one by one, with what is special about it and the flows that ask for it."""
    seen: dict[object, set[str]] = {}
    for each in found:
        if isinstance(each, Permit):
            kind: tuple[object, ...] = (each.ingress, each.egress, each.nat)
        else:
            kind = (each.inward, each.owner)
        for source, target, port in itertools.product(HOSTS, HOSTS, PORTS):
            wanted = ServiceSet.parse(port) <= each.service
            if address_number(source) in each.source and address_number(target) in each.destination and wanted:
                seen.setdefault((kind, source, target, port), set()).update(cause.flow for cause in each.causes)
    return seen


@settings(max_examples=60)
@given(st.lists(permits, max_size=8))
def test_policies_are_joined_and_not_widened(found: list[Permit]) -> None:
    few = merged(found)
    assert len(few) <= len(found)
    before, after = packets(tuple(found)), packets(few)
    assert before.keys() == after.keys()
    assert all(before[each] <= after[each] for each in before)


@settings(max_examples=60)
@given(st.lists(host_permits, max_size=8))
def test_host_rules_are_joined_and_not_widened(found: list[HostPermit]) -> None:
    before, after = packets(tuple(found)), packets(merged(found))
    assert before.keys() == after.keys()


def test_three_flows_between_the_same_ends_are_one_policy() -> None:
    base = Permit(frozenset({"a"}), frozenset({"b"}), AddressSet.network("10.0.0.1"), AddressSet.network("10.0.0.2"),
                  ServiceSet.parse("tcp/1"), (Cause("r", "A", "", ()),))  # fmt: skip
    found = merged(
        [
            base,
            replace(base, service=ServiceSet.parse("udp/1"), causes=(Cause("r", "B", "", ()),)),
            replace(
                base,
                source=AddressSet.network("10.0.0.4"),
                service=ServiceSet.parse("tcp/1") | ServiceSet.parse("udp/1"),
            ),
        ]
    )
    assert [(each.source.text(), each.service.text()) for each in found] == [("10.0.0.1, 10.0.0.4", "tcp/1, udp/1")]
    assert [cause.flow for cause in found[0].causes] == ["A", "B"]
