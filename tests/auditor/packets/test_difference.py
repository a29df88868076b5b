"""What two versions of a firewall let through, against the naive interpreter, packet by packet."""

from __future__ import annotations

from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.packets import difference
from parsers.model.firewall import Firewall
from parsers.model.rule import Direction
from tests import oracle
from tests.auditor.packets import worlds
from tests.auditor.packets.worlds import holds

NOW = datetime(2026, 1, 1)
calm = settings(max_examples=120, suppress_health_check=list(HealthCheck))


def yes(_: str) -> bool:
    return True


@calm
@given(worlds.firewalls(exact=True), worlds.firewalls(exact=True), st.data())
def test_what_passes_at_one_version_only_is_found_and_nothing_else(
    old: Firewall, new: Firewall, data: st.DataObject
) -> None:
    found = difference(old, new, Direction.FORWARD, NOW)
    for packet in data.draw(st.lists(st.sampled_from(worlds.PACKETS), min_size=40, max_size=40)):
        client = oracle.Client(*packet)
        if not oracle.same_family(client):
            continue
        before = oracle.allows(old, Direction.FORWARD, client, yes)
        after = oracle.allows(new, Direction.FORWARD, client, yes)
        for passes, other, packets, firewall in (
            (after, before, found.opened, new),
            (before, after, found.closed, old),
        ):
            inside = holds(packets.possible, firewall, client, yes)
            assert inside == holds(packets.certain, firewall, client, yes)
            if passes and not other:
                assert inside
            if inside:
                assert passes
                # A packet that passes at both was translated otherwise: to another server or port, or by another rule.
                arrivals = [oracle.translate(each, client, yes) for each in (old, new)]
                assert not other or arrivals[0].by or arrivals[1].by


@calm
@given(worlds.firewalls())
def test_a_version_does_not_differ_from_itself(firewall: Firewall) -> None:
    found = difference(firewall, firewall, Direction.FORWARD, NOW)
    assert not found.opened.possible
    assert not found.closed.possible
