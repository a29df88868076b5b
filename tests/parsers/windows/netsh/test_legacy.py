"""`netsh firewall show config` of Windows XP and 2003: profiles, exceptions, interfaces."""

import pytest

import parsers
from parsers.model.rule import Action

TEXT = """
Domain profile configuration:
-------------------------------------------------------------------
Operational mode                  = Enable
Exception mode                    = Disable

Standard profile configuration (current):
-------------------------------------------------------------------
Operational mode                  = Enable
Exception mode                    = Enable
Multicast/broadcast response mode = Enable
Notification mode                 = Enable

Service configuration for Standard profile:
Mode     Customized  Name
-------------------------------------------------------------------
Enable   No          Remote Desktop

Allowed programs configuration for Standard profile:
Mode     Name / Program
-------------------------------------------------------------------
Enable   Remote Assistance / C:\\WINDOWS\\system32\\sessmgr.exe

Port configuration for Standard profile:
Port   Protocol  Mode     Name
-------------------------------------------------------------------
80     TCP       Enable   Web
25     TCP       Disable  SMTP

ICMP configuration for Standard profile:
Mode     Type  Description
-------------------------------------------------------------------
Enable   8     Allow inbound echo request

Local Area Connection firewall configuration:
-------------------------------------------------------------------
Operational mode                  = {card}
"""


def read(card="Enable"):
    (firewall,) = parsers.read(TEXT.format(card=card).encode(), "XP01.txt")
    return firewall


def test_every_table_is_read():
    found = [
        (rule.name, rule.enabled, rule.service.possible.text()) for rule in read().lists[0].rules if not rule.implicit
    ]
    assert found == [
        ("Remote Desktop (TCP)", True, "tcp/3389"),
        ("Remote Assistance", True, "any"),
        ("Web", True, "tcp/80"),
        ("SMTP", False, "tcp/25"),
        ("Allow inbound echo request", True, "icmp/8"),
    ]


def test_standard_is_private_and_public_and_the_marked_one_is_active():
    firewall = read()
    assert firewall.host.active_profiles == ("private", "public")
    assert {rule.ingress for rule in firewall.lists[0].rules if not rule.implicit} == {frozenset({"private", "public"})}


def test_no_exceptions_block_everything():
    (block,) = [rule for rule in read().lists[0].rules if rule.implicit and rule.action is Action.DENY]
    assert block.ingress == frozenset({"domain"})


@pytest.mark.parametrize(("card", "gaps"), [("Enable", 0), ("Disable", 1)])
def test_an_interface_that_is_off_is_a_gap(card, gaps):
    firewall = read(card)
    assert len(firewall.gaps) == gaps
    assert all("Local Area Connection" in gap.what and gap.hides_access for gap in firewall.gaps)


VISTA = """
C:\\> netsh firewall show config

Standard profile configuration (current):
-------------------------------------------------------------------
Operational mode                  = Enable
Exception mode                    = Enable

Allowed programs configuration for Standard profile:
Mode     Traffic direction    Name / Program
-------------------------------------------------------------------
Enable   Inbound              Web / in / C:\\Web\\web.exe
Enable   Outbound             Agent / C:\\Agent\\agent.exe

Port configuration for Standard profile:
Port   Protocol  Mode    Traffic direction     Name
-------------------------------------------------------------------
8443   TCP       Enable  Inbound               Console

Log configuration:
-------------------------------------------------------------------
File location   = C:\\Windows\\pfirewall.log

IMPORTANT: Command executed successfully.
However, "netsh firewall" is deprecated;
use "netsh advfirewall firewall" instead.
"""


def test_windows_vista_and_later_print_a_direction_and_not_every_rule():
    (firewall,) = parsers.read(VISTA.encode(), "EX01.txt")
    rules = [(r.name, r.direction, r.program.name, r.local_ports) for r in firewall.written.rules]
    assert rules == [
        ("Web / in", "in", "C:\\Web\\web.exe", ()),
        ("Agent", "out", "C:\\Agent\\agent.exe", ()),
        ("Console", "in", "", ("8443",)),
    ]
    (gap,) = firewall.gaps
    assert "does not show every rule of Windows Vista and later" in gap.what
    assert gap.hides_access


VERBOSE = """
Port configuration for Domain profile:
Port   Protocol  Mode     Name
-------------------------------------------------------------------
80     TCP       Enable   Web
    Scope: *
443    TCP       Enable   Shop
    Scope: 10.0.0.0/255.0.0.0,LocalSubNet
    Interface: LAN 1
25     TCP       Enable   SMTP
"""


def test_scopes_and_interfaces_below_their_rows():
    (firewall,) = parsers.read(VERBOSE.encode(), "XP01.txt")
    web, shop, smtp = firewall.written.rules
    assert (web.remote_addresses, web.conditions) == ((), ())
    assert shop.remote_addresses == ("10.0.0.0/255.0.0.0", "LocalSubNet")
    assert shop.conditions == (("interface", "only on interface LAN 1"),)
    assert [kind for kind, _ in smtp.conditions] == ["address"]
    assert [gap for gap in firewall.gaps if gap.origin.kind == "row"] == []


def test_a_row_that_does_not_fit_its_table_is_a_gap():
    (firewall,) = parsers.read(
        VERBOSE.replace("25     TCP       Enable", "25     TCP       Maybe ").encode(), "XP01.txt"
    )
    assert [(gap.origin.first_line, gap.hides_access) for gap in firewall.gaps if gap.origin.kind == "row"] == [
        (10, True)
    ]
