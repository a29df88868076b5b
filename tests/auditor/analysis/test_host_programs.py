"""Whose packets a host rule is for: inbound the owner of the port, outbound a program nobody can see."""

from __future__ import annotations

from datetime import datetime

import pytest

import parsers
from auditor.analysis.analysis import Analysis
from auditor.baseline import Site, bind, load_ruleset
from auditor.packets import Flow, PacketSet
from parsers.model.addresses import ANY_ADDRESS
from parsers.model.bounds import Bounded
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


SVCHOST = "%SystemRoot%\\system32\\svchost.exe"
OWN = "C:\\own.exe"
OPEN, MAYBE, CLOSED = (True, True), (False, True), (False, False)


def enters(port: str, *rules: str) -> tuple[bool, bool]:
    """(certainly, possibly): does the port let packets in by these rules, given as "PORT|further keys"?"""
    allowed = let_in(port, *rules)
    return bool(allowed.certain), bool(allowed.possible)


def let_in(port: str, *rules: str) -> Bounded[PacketSet]:
    lines = [
        f'"{number}"="v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort={rule}|Name=r|"'
        for number, rule in enumerate(rules)
    ]
    text = "\n".join(["Windows Registry Editor Version 5.00", "", f"[{KEY}]", *lines]).replace("\\", "\\\\")
    (firewall,) = parsers.read(text.replace(KEY.replace("\\", "\\\\"), KEY).encode("utf-16"), "EX01.reg")
    service = ServiceSet.parse(f"tcp/{port}")
    exchange = bind(load_ruleset("exchange-2010"), Site("site"), (firewall,))
    device = Analysis((firewall,), (exchange,), Site("site"), datetime(2030, 1, 1), (service,)).devices["EX01"]
    assert device.inbound is not None
    return device.inbound.allowed(Flow(ANY_ADDRESS, ANY_ADDRESS, service))


@pytest.mark.parametrize("port", ["135", "139", "445"])
def test_ports_that_windows_holds_let_nothing_in_for_another_program(port: str) -> None:
    assert enters(port, port) == OPEN
    assert enters(port, f"{port}|App={OWN}") == CLOSED


@pytest.mark.parametrize(
    ("port", "listener"), [("3389", f"App={SVCHOST}|Svc=TermService"), ("5985", "App=System"), ("47001", "App=System")]
)
def test_ports_of_services_that_may_be_off_are_theirs_where_a_rule_shows_them(port: str, listener: str) -> None:
    assert enters(port, f"{port}|App={OWN}") == MAYBE
    shown = let_in(port, f"{port}|App={OWN}", f"{port}|{listener}|RA4=10.0.0.1")
    assert shown.certain
    assert not shown.possible - shown.certain


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (f"App={SVCHOST}", OPEN),
        (f"App={SVCHOST}|Svc=RpcSs", OPEN),
        ("Svc=RPCSS", OPEN),
        ("Svc=*", OPEN),
        (f"App={SVCHOST}|Svc=EventLog", CLOSED),
        ("Svc=EventLog", CLOSED),
        ("App=C:\\Windows\\system32\\System32\\Svchost.exe|Svc=RPCSS", CLOSED),  # as Exchange 2013 setup writes it
        ("App=C:\\tools\\svchost.exe", CLOSED),
        ("App=C:\\WINNT\\System32\\svchost.exe", OPEN),
        ("App=svchost.exe", MAYBE),
        ("App=System", CLOSED),
    ],
)
def test_the_endpoint_mapper_is_one_service_of_svchost(scope: str, expected: tuple[bool, bool]) -> None:
    assert enters("135", f"RPC-EPMap|{scope}") == expected


@pytest.mark.parametrize("scope", ["Svc=LanmanServer", "App=C:\\System", f"App={SVCHOST}"])
def test_only_the_kernel_holds_its_ports(scope: str) -> None:
    assert enters("445", "445|App=System") == OPEN
    assert enters("445", f"445|{scope}") == CLOSED


def test_another_web_server_may_hold_443_unless_iis_is_there() -> None:
    apache = "443|App=C:\\Apache\\httpd.exe"
    assert enters("443", apache) == MAYBE
    assert enters("443", "443|App=System") == OPEN
    assert enters("443", apache, "80|App=System") == MAYBE
    assert enters("443", apache, "5075|App=C:\\Windows\\System32\\inetsrv\\w3wp.exe") == CLOSED


def test_another_mail_server_may_hold_25_unless_exchange_is_there() -> None:
    other = "25|App=C:\\hMailServer\\Bin\\hMailServer.exe"
    assert enters("25", other) == MAYBE
    assert enters("25", "25|Svc=SMTPSVC") == MAYBE
    assert enters("25", other, "587|App=C:\\Exchange\\Bin\\EdgeTransport.exe") == CLOSED
    assert enters("25", "25|App=C:\\Exchange\\Bin\\EdgeTransport.exe") == OPEN
    assert enters("25", "25|App=C:\\Exchange\\Bin\\Store.exe") == CLOSED


def test_a_block_for_another_program_may_stop_what_is_open_to_any() -> None:
    block = "443|App=C:\\Apache\\httpd.exe|Action=Block"
    assert enters("443", "443", block) == MAYBE
    assert enters("443", "443|App=System", block) == OPEN
    assert enters("445", "445", "445|App=C:\\own.exe|Action=Block") == OPEN


@pytest.mark.parametrize(
    ("scope", "expected"),
    [("", (False, False)), ("|App=C:\\chat.exe", (False, True)), ("|Svc=chat", (False, True))],
)
def test_outbound_a_block_of_one_program_leaves_the_others(scope: str, expected: tuple[bool, bool]) -> None:
    assert passes(f"Action=Block|Dir=Out|RPort=443{scope}", inward=False) == expected
