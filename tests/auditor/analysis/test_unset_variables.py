"""A range of ports nobody stated: what is closed or open whatever it is, is said; only the rest is a question."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.findings.result import AuditResult, FlowCoverage
from tests.auditor.checks.exchange import BASE, ROLES, ZONES, audited, policy
from tests.fortios import head

APART = BASE.replace(head(), head(wan1="203.0.113.2/24", lan="10.0.10.1/24", dmz="10.0.20.1/24", mail="10.0.40.1/24"))
SERVICES = """config firewall service custom
    edit "mapper"
        set tcp-portrange 135
    next
    edit "upper"
        set tcp-portrange 49152-65535
    next
    edit "odd"
        set tcp-portrange 7575 7576
    next
    edit "pinned"
        set tcp-portrange 135 7575 7576
    next
end
config firewall address
    edit "mbx2"
        set subnet 10.0.40.31 255.255.255.255
    next
end
"""

Judge = Callable[..., AuditResult]


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """The audit of one policy from Client Access to a Mailbox server in another network."""

    def _judge(service: str, values: str = "") -> AuditResult:
        rule = policy(1, "cas", "mbx2", service, "lan>mail") if service else ""
        zones = ZONES.replace("lan]", "lan, mail]")
        return audited(tmp_path, SERVICES + rule, "", ROLES | {"mailbox": "10.0.40.31"}, values, zones, APART)

    return _judge


def row(result: AuditResult) -> FlowCoverage:
    (found,) = [each for each in result.coverage if each.flow == "CAS-MBX"]
    return found


@pytest.mark.parametrize(
    ("service", "state", "missing"),
    [
        ("", "missing", "tcp/135,49152-65535 from 10.0.10.21 to 10.0.40.31 (closed at fgt)"),
        ("HTTPS", "missing", "tcp/135,49152-65535 from 10.0.10.21 to 10.0.40.31 (closed at fgt)"),
        ("upper", "partly", "tcp/135 from 10.0.10.21 to 10.0.40.31 (closed at fgt)"),
        ("mapper", "partly", "tcp/49152-65535 from 10.0.10.21 to 10.0.40.31 (closed at fgt)"),
        ("odd", "missing", "tcp/135 from 10.0.10.21 to 10.0.40.31 (closed at fgt)"),
        ("pinned", "cannot tell", ""),
        ("mapper upper", "satisfied", ""),
        ("ALL", "satisfied", ""),
    ],
)
def test_what_no_range_changes_is_certain(judge: Judge, service: str, state: str, missing: str) -> None:
    """Ports that RPC may have been pinned to leave the range open, and never the endpoint mapper."""
    found = row(judge(service))
    assert (found.state, found.missing) == (state, missing)


def test_ports_that_are_perhaps_open_may_be_pinned_as_well(tmp_path: Path) -> None:
    hours = 'config firewall schedule recurring\n    edit "hours"\n        set day monday\n    next\nend\n'
    rules = policy(1, "cas", "mbx2", "mapper", "lan>mail")
    rules += policy(2, "cas", "mbx2", "odd", "lan>mail").replace('"always"', '"hours"')
    zones = ZONES.replace("lan]", "lan, mail]")
    roles = ROLES | {"mailbox": "10.0.40.31"}
    assert row(audited(tmp_path, SERVICES + hours + rules, "", roles, "", zones, APART)).state == "cannot tell"


def test_pinned_ports_are_a_value_like_any_other(judge: Judge) -> None:
    assert row(judge("pinned", 'rpc_dynamic: "7575-7576"')).state == "satisfied"


def test_servers_without_a_firewall_between_them_raise_no_question(judge: Judge) -> None:
    rows = [each for each in judge("").coverage if each.flow == "CAS-AD"]
    assert [(each.state, each.question) for each in rows] == [("not observable", "")]
