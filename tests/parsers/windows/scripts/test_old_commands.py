"""Commands of the old `netsh firewall`: values in their order or with tags, scopes, profiles, services."""

import pytest

from parsers.model.rule import Truth

CURRENT = ("profile", "only in the profile that is active when the script runs")
STANDARD = ("profile", "in the public profile only before Windows Vista")


@pytest.mark.parametrize(
    "values",
    [
        'TCP 443 "web in" ENABLE SUBNET DOMAIN',
        'protocol=tcp port=443 name="web in" mode=enable scope=subnet profile=domain',
        'protocol = TCP port = 443 name = "web in" scope=SUBNET profile=DOMAIN',
    ],
)
@pytest.mark.parametrize("verb", ["add", "set"])
def test_a_port(read, verb, values):
    firewall = read(f"netsh firewall {verb} portopening {values}")
    (rule,) = firewall.written.rules
    assert (rule.name, rule.direction, rule.action, rule.enabled) == ("web in", "in", "allow", True)
    assert (rule.protocol, rule.local_ports, rule.remote_addresses) == (6, ("443",), ("localsubnet",))
    assert (rule.profiles, rule.conditions, rule.unread) == (frozenset({"domain"}), (), ())
    assert firewall.gaps == ()


def test_both_protocols_are_two_rules(stated):
    rules = stated("netsh firewall add portopening ALL 53 dns DISABLE")
    assert [(rule.protocol, rule.enabled) for rule in rules] == [(6, False), (17, False)]


def test_a_program_with_addresses(stated):
    (rule,) = stated(
        'netsh firewall add allowedprogram "C:\\My App\\a.exe" "My App" ENABLE CUSTOM '
        "157.60.0.1,172.16.0.0/16,LocalSubnet ALL"
    )
    assert (rule.name, rule.program.name) == ("My App", "C:\\My App\\a.exe")
    assert rule.remote_addresses == ("157.60.0.1", "172.16.0.0/16", "LocalSubnet")
    assert (rule.profiles, rule.conditions) == (None, (STANDARD,))


def test_without_a_profile_it_is_the_one_that_is_active_then(read):
    firewall = read("netsh firewall add portopening TCP 80 web")
    (rule,) = [rule for rule in firewall.lists[0].rules if not rule.implicit]
    assert rule.ingress is None
    assert [(each.kind, each.truth) for each in rule.conditions] == [("profile", Truth.UNKNOWN)]


def test_services(stated):
    found = [
        (rule.name, rule.protocol, rule.local_ports) for rule in stated("netsh firewall set service remotedesktop")
    ]
    assert found == [("remote desktop (TCP)", 6, ("3389",))]
    assert len(stated("netsh firewall set service type=ALL mode=DISABLE profile=ALL")) == 6
    (other,) = stated("netsh firewall set service telnet")
    assert other.unread == ("type=telnet",)


def test_icmp(stated):
    (ping,) = stated("netsh firewall set icmpsetting 8")
    assert (ping.protocol, ping.icmp, ping.conditions) == (1, ((8, None),), (CURRENT,))
    assert [rule.protocol for rule in stated("netsh firewall set icmpsetting ALL ENABLE ALL")] == [1, 58]
    assert stated("netsh firewall set icmpsetting 2")[0].protocol == 58


def test_deleting_what_was_added(stated):
    add = "netsh firewall add portopening TCP 80 web profile=ALL"
    assert stated(add, "netsh firewall delete portopening TCP 80 ALL") == ()
    assert stated(add, "netsh firewall delete portopening ALL 80 profile=ALL") == ()
    assert stated(add, "netsh firewall delete portopening TCP 80")[0].unread == ("line 2 may delete it",)
    assert stated(add, "netsh firewall delete portopening TCP 81")[0].unread == ()


@pytest.mark.parametrize(
    ("line", "hides"),
    [
        ("set opmode DISABLE", [True]),
        ("set opmode ENABLE", [False]),
        ("set opmode mode=DISABLE profile=ALL", [True]),
        ("set opmode DISABLE profile=DOMAIN", []),
        ("set opmode ENABLE DISABLE ALL", []),
        ("set opmode %MODE%", [True]),
        ("set logging droppedpackets=ENABLE", []),
        ("set notifications DISABLE ALL", []),
        ("set something", [True]),
    ],
)
def test_the_operating_mode(read, line, hides):
    firewall = read("netsh firewall add portopening TCP 80 web ENABLE ALL profile=DOMAIN", f"netsh firewall {line}")
    assert [gap.hides_access for gap in firewall.gaps] == hides


def test_no_exceptions_block_everything(read):
    firewall = read("netsh firewall set opmode ENABLE DISABLE DOMAIN", "netsh firewall add portopening TCP 80 web")
    (domain,) = firewall.written.profiles
    assert (domain.profile, domain.enabled, domain.inbound) == ("domain", True, "block always")


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ("TCP 80 web ENABLE HERE", "scope=HERE"),
        ("TCP 80 web profile=WORK", "profile=WORK"),
        ("TCP %P% web", "localport"),
    ],
)
def test_what_is_not_understood_makes_the_exception_uncertain(read, values, word):
    firewall = read(f"netsh firewall add portopening {values}")
    assert word in firewall.gaps[0].what
    assert firewall.gaps[0].hides_access
