"""Any to any is what a rule certainly names; the packet that proves it is one that people find likely."""

from __future__ import annotations

from datetime import datetime

import pytest

import parsers
from auditor.audit import audit
from auditor.baseline import infer_site, load_ruleset
from auditor.findings.finding import Confidence, Finding
from parsers.model.addresses import AddressSet

CONFIG = """#config-version=FGT60F-7.0.12-FW-build0523-230606:opmode=0:vdom=0:user=admin
config system interface
    edit "wan1"
        set mode dhcp
    next
    edit "lan"
        set ip 10.0.10.1 255.255.255.0
    next
end
config router static
    edit 1
        set gateway 203.0.113.1
        set device "wan1"
    next
end
config firewall address
    edit "all"
    next
    edit "half"
        set type iprange
        set start-ip 0.0.0.0
        set end-ip 127.255.255.255
    next
    edit "branch"
        set subnet 192.168.50.0 255.255.254.0
    next
    edit "host"
        set type fqdn
        set fqdn "portal.example"
    next
    edit "land"
        set type geography
        set country "CA"
    next
end
config firewall policy
    edit 1
        set srcintf "lan"
        set dstintf "wan1"
        set action accept
        set srcaddr "all"
        {destination}
        set schedule "always"
        set service {service}
        {more}
    next
end
"""


def _found(destination: str, service: str = '"ALL"', more: str = "unset comments") -> list[Finding]:
    text = CONFIG.format(destination=destination, service=service, more=more)
    firewalls = parsers.read(text.encode(), "fgt.conf")
    rulesets = (load_ruleset("perimeter"),)
    result = audit(firewalls, rulesets, infer_site(firewalls, rulesets).site, datetime(2026, 11, 24, 12))
    return [each for each in result.findings if each.check == "FW104"]


def test_all_to_all() -> None:
    (finding,) = _found('set dstaddr "all"')
    assert finding.confidence is Confidence.CERTAIN
    assert finding.example is not None
    assert finding.example.source == "10.0.10.1"
    assert AddressSet.network(finding.example.destination) <= AddressSet.network("1.0.0.0/8")


def test_half_of_the_addresses_beside_a_host_name() -> None:
    """The half that is known is enough; what the name stands for adds nothing to the message."""
    (finding,) = _found('set dstaddr "half" "host"')
    assert finding.confidence is Confidence.CERTAIN
    assert " to 0.0.0.0/1, " in finding.message


def test_users_of_a_group_are_still_any_to_any_possibly() -> None:
    (finding,) = _found('set dstaddr "all"', more='set groups "staff"')
    assert finding.confidence is Confidence.POSSIBLE


@pytest.mark.parametrize(
    ("destination", "service"),
    [
        ('set dstaddr "host"', '"ALL"'),
        ('set dstaddr "branch" "host"', '"ALL"'),
        ('set dstaddr "land"', '"ALL"'),
        ('set dstaddr "undefined"', '"ALL"'),
        ('set internet-service enable\n        set internet-service-name "Vendor-Web"', '"ALL"'),
        ('set dstaddr "all"', '"undefined"'),
    ],
    ids=["host name", "network and host name", "country", "undefined address", "Internet service", "undefined service"],
)
def test_what_is_not_known_is_not_any(destination: str, service: str) -> None:
    assert _found(destination, service) == []
