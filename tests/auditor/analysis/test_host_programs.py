"""Whose packets a host rule is for: inbound the owner of the port, outbound a program nobody can see."""

from __future__ import annotations

from datetime import datetime

import pytest

import parsers
from auditor.analysis.analysis import Analysis
from auditor.baseline import Site
from auditor.packets import Flow
from parsers.model.addresses import ANY_ADDRESS
from parsers.model.services import ServiceSet

KEY = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules"
HTTPS = ServiceSet.parse("tcp/443")


def passes(rule: str, *, inward: bool) -> tuple[bool, bool]:
    """(certainly, possibly): does HTTPS pass in, or out?"""
    text = f'Windows Registry Editor Version 5.00\n\n[{KEY}]\n"1"="v2.10|Active=TRUE|Protocol=6|{rule}|Name=r|"\n'
    (firewall,) = parsers.read(text.replace("C:\\", "C:\\\\").encode("utf-16"), "EX01.reg")
    device = Analysis((firewall,), (), Site("site"), datetime(2030, 1, 1), (HTTPS,)).devices["EX01"]
    filter_ = device.inbound if inward else device.outbound
    assert filter_ is not None
    allowed = filter_.allowed(Flow(ANY_ADDRESS, ANY_ADDRESS, HTTPS))
    return bool(allowed.certain), bool(allowed.possible)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [("", (True, True)), ("|App=System", (True, True)), ("|App=C:\\own.exe", (False, False))],
)
def test_inbound_the_owner_of_the_port_decides(scope: str, expected: tuple[bool, bool]) -> None:
    """443 belongs to the kernel: a rule for another program matches no socket there."""
    assert passes(f"Action=Allow|Dir=In|LPort=443{scope}", inward=True) == expected


@pytest.mark.parametrize(
    ("scope", "expected"),
    [("", (False, False)), ("|App=C:\\chat.exe", (False, True)), ("|Svc=chat", (False, True))],
)
def test_outbound_a_block_of_one_program_leaves_the_others(scope: str, expected: tuple[bool, bool]) -> None:
    assert passes(f"Action=Block|Dir=Out|RPort=443{scope}", inward=False) == expected
