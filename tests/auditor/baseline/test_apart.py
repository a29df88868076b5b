"""Exports of several networks in one audit without a site file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

import parsers
from auditor.audit import audit
from auditor.baseline import infer_site, load_ruleset
from auditor.baseline.apart import apart, reused_networks
from auditor.findings.result import AnswerState, AuditResult
from parsers.model.firewall import Firewall

SAMPLE = Path(__file__).parents[3] / "samples" / "quillwort" / "fgt-quillwort.conf"
EXCHANGE = (load_ruleset("exchange-2010"),)
PORT = '    edit "port{number}"\n        set ip {own} 255.255.255.0\n    next\n'
NAME = 'config system global\n    set hostname "{name}"\nend\n'


def _branch(number: int) -> Firewall:
    text = SAMPLE.read_text(encoding="utf-8").replace("fgt-quillwort", f"fgt-{number}")
    (firewall,) = parsers.read(text.replace("10.0.", f"10.{number}.").encode(), f"fgt-{number}.conf")
    return firewall


def _audited(firewalls: tuple[Firewall, ...]) -> AuditResult:
    inference = infer_site(firewalls, EXCHANGE)
    return audit(firewalls, EXCHANGE, inference.site, datetime(2026, 11, 24), inferred=inference.notes)


def _wall(name: str, *own: str) -> Firewall:
    ports = "".join(PORT.format(number=number, own=each) for number, each in enumerate(own, 1))
    text = NAME.format(name=name) + f"config system interface\n{ports}end\n"
    (firewall,) = parsers.read(text.encode(), f"{name}.conf")
    return firewall


def _names(firewalls: tuple[Firewall, ...]) -> list[list[str]]:
    return [[each.name for each in group] for group in apart(firewalls)]


@pytest.fixture(scope="module")
def fleet() -> AuditResult:
    return _audited(tuple(_branch(number) for number in range(1, 6)))


def test_each_network_is_judged_as_if_it_were_alone(fleet: AuditResult) -> None:
    alone = _audited((_branch(1),))
    assert len(fleet.findings) == 5 * len(alone.findings)
    assert len(fleet.coverage) == 5 * len(alone.coverage)
    assert len(fleet.exposures) == 5 * len(alone.exposures)
    assert [f.message for f in fleet.findings if f.device == "fgt-1"] == [f.message for f in alone.findings]


def test_it_is_said(fleet: AuditResult) -> None:
    assert fleet.site_inferred[0] == (
        "Nothing in the exports joins these networks, each is judged by itself: fgt-1; fgt-2; fgt-3; fgt-4; fgt-5."
    )


def test_a_question_has_one_answer_for_all_networks(fleet: AuditResult) -> None:
    answers = {each.id: each for each in fleet.answers}
    assert len(answers) == len(fleet.answers)
    assert answers["Q26"].state is AnswerState.FORBIDDEN
    assert answers["Q26"].found[0] == "So in 5 of 5 networks."


def test_a_shared_segment_joins() -> None:
    walls = [_wall(f"w{number}", f"10.{number}.0.1") for number in range(1, 6)]
    assert _names(tuple(walls)) == [["w1"], ["w2"], ["w3"], ["w4"], ["w5"]]
    assert _names((*walls, _wall("inner", "10.2.0.2"))) == [["w1"], ["w2", "inner"], ["w3"], ["w4"], ["w5"]]


def test_the_same_address_on_two_firewalls_is_no_segment() -> None:
    walls = tuple(_wall(f"w{number}", "192.168.1.99") for number in range(1, 6))
    assert _names(walls) == [["w1"], ["w2"], ["w3"], ["w4"], ["w5"]]


def test_a_network_that_exists_twice_joins_nobody() -> None:
    """Two branches with 192.168.1.99, and a third one with another address in such a network: whose is it?"""
    branches = [_wall(f"w{number}", f"10.{number}.0.1", "192.168.1.99") for number in (1, 2)]
    others = [_wall("w3", "192.168.1.1", "10.3.0.1"), _wall("w4", "10.4.0.1", "10.5.0.1")]
    walls = (*branches, *others)
    assert reused_networks(walls).text() == "192.168.1.0/24"
    assert _names(walls) == [["w1"], ["w2"], ["w3"], ["w4"]]
    inference = infer_site(walls, EXCHANGE)
    assert (
        inference.notes[1] == "Several firewalls have the same address in 192.168.1.0/24: such networks join nothing."
    )


def test_two_backups_of_one_device_are_no_two_networks() -> None:
    own = ("10.1.0.1", "10.2.0.1", "10.3.0.1")
    members = (_wall("unit-1", *own), _wall("unit-2", *own))
    dated = (_wall("w1", *own[:2]), _wall("w1", *own[:2]))
    assert not reused_networks(members)
    assert not reused_networks(dated)
    walls = (*members, _wall("inner", "10.3.0.2"), _wall("w8", "10.8.0.1"), _wall("w9", "10.9.0.1"))
    walls = (*walls, _wall("w10", "10.10.0.1"))
    assert _names(walls) == [["unit-1", "unit-2", "inner"], ["w8"], ["w9"], ["w10"]]


def test_a_few_firewalls_may_be_one_path() -> None:
    assert _names((_wall("a", "10.1.0.1"), _wall("b", "10.2.0.1"), _wall("c", "10.3.0.1"))) == [["a", "b", "c"]]


def test_a_host_without_a_place_keeps_all_together() -> None:
    walls = tuple(_wall(f"w{number}", f"10.{number}.0.1") for number in range(1, 6))
    (host,) = parsers.read(SAMPLE.parent / "ex-cas01.txt")
    assert _names((*walls, host)) == [["w1", "w2", "w3", "w4", "w5", "ex-cas01"]]
