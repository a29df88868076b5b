"""What two versions of a firewall let through, against the naive interpreter, packet by packet."""

from __future__ import annotations

import importlib.util
import sys
from datetime import datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.packets import PacketSet, difference
from parsers.model.firewall import Firewall
from parsers.model.rule import Direction


def _module(name: str, path: Path):  # type: ignore[no-untyped-def]
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


HERE = Path(__file__).parent
oracle = _module("fwproof_oracle_difference", HERE.parents[1] / "oracle.py")
worlds = _module("fwproof_worlds_difference", HERE / "worlds.py")

NOW = datetime(2026, 1, 1)
calm = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


def yes(_: str) -> bool:
    return True


def holds(packets: PacketSet, firewall: Firewall, client: object) -> bool:
    """Is the packet, as it arrives at this version, in the set?"""
    arrived = oracle.translate(firewall, client, yes)
    space = packets.space
    service = space.atoms.point(client.protocol, arrived.port, client.source_port)
    ingress = space.interface_mask(frozenset({client.ingress}))
    egress = space.interface_mask(frozenset({client.egress}))
    translation = space.translation_bits.get(arrived.by, 1) if arrived.by else 1
    return any(
        box.ingress & ingress
        and box.egress & egress
        and box.translation & translation
        and box.service & service
        and client.source in box.source
        and arrived.destination in box.destination
        for box in packets.boxes
    )


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
            inside = holds(packets.possible, firewall, client)
            assert inside == holds(packets.certain, firewall, client)
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
