"""`netsh advfirewall set ...profile` in a script."""

import pytest

WEB = "netsh advfirewall firewall add rule name=web dir=in action=allow protocol=TCP localport=443"


def states(firewall):
    return {each.profile: (each.enabled, each.inbound, each.outbound) for each in firewall.written.profiles}


def test_one_profile_and_all_of_them(read):
    firewall = read(
        "netsh advfirewall set allprofiles state on",
        "netsh advfirewall set publicprofile firewallpolicy blockinboundalways,allowoutbound",
        "netsh advfirewall set domainprofile firewallpolicy AllowInbound, BlockOutbound",
        WEB,
    )
    assert states(firewall) == {
        "domain": (True, "allow", "block"),
        "private": (True, None, None),
        "public": (True, "block always", "allow"),
    }
    assert firewall.gaps == ()
    implicit = {rule.name for each in firewall.lists for rule in each.rules if rule.implicit}
    assert "public profile blocks all inbound connections" in implicit
    assert "domain profile allows by default" in implicit


def test_the_last_command_counts(read):
    firewall = read("netsh advfirewall set allprofiles state off", "netsh advfirewall set privateprofile state on", WEB)
    assert {key: each[0] for key, each in states(firewall).items()} == {
        "domain": False,
        "private": True,
        "public": False,
    }


def test_the_last_command_counts_in_powershell_too(read):
    script = "Set-NetFirewallProfile -All -Enabled False\nSet-NetFirewallProfile -Profile Public -Enabled True\n"
    firewall = read(script + "New-NetFirewallRule -DisplayName web", name="web01.ps1")
    assert {key: each[0] for key, each in states(firewall).items()} == {
        "domain": False,
        "private": False,
        "public": True,
    }


def test_settings_and_logging_have_the_names_of_the_registry(read):
    firewall = read(
        "netsh advfirewall set privateprofile settings inboundusernotification disable",
        "netsh advfirewall set privateprofile settings unicastresponsetomulticast enable",
        "netsh advfirewall set privateprofile settings localfirewallrules disable",
        "netsh advfirewall set privateprofile settings remotemanagement enable",
        "netsh advfirewall set privateprofile logging droppedconnections enable",
        "netsh advfirewall set privateprofile logging filename C:\\Logs\\Fw.log",
        "netsh advfirewall set privateprofile logging maxfilesize 16384",
        WEB,
    )
    (private,) = firewall.written.profiles
    assert dict(private.values) == {
        "DisableNotifications": "1",
        "DisableUnicastResponsesToMulticastBroadcast": "0",
        "AllowLocalPolicyMerge": "0",
        "Logging/LogDroppedPackets": "1",
        "Logging/LogFilePath": "C:\\Logs\\Fw.log",
        "Logging/LogFileSize": "16384",
    }
    assert private.merge_local is False
    assert firewall.gaps == ()


@pytest.mark.parametrize(
    ("line", "hides"),
    [
        ("netsh advfirewall set currentprofile state off", True),
        ("netsh advfirewall set currentprofile state on", False),
        ("if exist x netsh advfirewall set allprofiles state off", True),
        ("if exist x netsh advfirewall set allprofiles firewallpolicy allowinbound,allowoutbound", True),
        ("if exist x netsh advfirewall set allprofiles firewallpolicy blockinbound,blockoutbound", False),
        ("netsh advfirewall set allprofiles state %STATE%", True),
        ("netsh advfirewall set allprofiles firewallpolicy blockinbound", True),
        ("netsh advfirewall set allprofiles settings stealth enable", True),
    ],
)
def test_what_is_not_sure_is_a_gap_that_hides_access_where_it_may_open(read, line, hides):
    firewall = read(WEB, line)
    assert set(states(firewall).values()) <= {(None, None, None)}
    assert [(gap.origin.first_line, gap.hides_access) for gap in firewall.gaps] == [(2, hides)]


@pytest.mark.parametrize("line", ["state notconfigured", "firewallpolicy notconfigured,notconfigured"])
def test_not_configured_says_nothing(read, line):
    firewall = read(WEB, f"netsh advfirewall set allprofiles {line}")
    assert set(states(firewall).values()) == {(None, None, None)}
    assert firewall.gaps == ()


OFF, ON = ("netsh advfirewall set allprofiles state " + word for word in ("off", "on"))


def switched_off(firewall):
    """The profiles that are off, and whether for certain."""
    rules = (rule for each in firewall.lists for rule in each.rules if rule.name.endswith("profile is off"))
    return {rule.name.split()[0]: not rule.conditions for rule in rules}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((OFF, f"if exist x {ON}"), dict.fromkeys(("domain", "private", "public"), False)),
        ((ON, f"if exist x {OFF}"), dict.fromkeys(("domain", "private", "public"), False)),
        ((f"if exist x {OFF}",), dict.fromkeys(("domain", "private", "public"), False)),
        ((OFF, f"if exist x {OFF}"), dict.fromkeys(("domain", "private", "public"), True)),
        ((OFF, f"if exist x {ON}", ON), {}),
        ((f"if exist x {OFF}", OFF), dict.fromkeys(("domain", "private", "public"), True)),
        ((OFF, "netsh advfirewall set currentprofile state on"), dict.fromkeys(("domain", "private", "public"), False)),
        ((OFF, "if exist x netsh advfirewall reset"), dict.fromkeys(("domain", "private", "public"), False)),
        (("netsh firewall set opmode disable",), dict.fromkeys(("domain", "private", "public"), False)),
        ((f"if exist x {ON}",), {}),
    ],
)
def test_a_state_that_may_be_another_is_possible_either_way(read, lines, expected):
    firewall = read(*lines, WEB)
    assert switched_off(firewall) == expected


def test_powershell_in_braces_may_switch_a_profile_off(read):
    script = (
        "if ($x) {\n Set-NetFirewallProfile -Profile Public -Enabled False\n}\nNew-NetFirewallRule -DisplayName web"
    )
    assert switched_off(read(script, name="web01.ps1")) == {"public": False}


def test_a_default_that_may_be_another_is_possible(read):
    firewall = read(WEB, "if exist x netsh advfirewall set publicprofile firewallpolicy allowinbound,blockoutbound")
    by_default = {
        rule.name: bool(rule.conditions)
        for each in firewall.lists
        for rule in each.rules
        if rule.name.endswith("allows by default")
    }
    assert by_default == {
        "public profile allows by default": True,
        "domain profile allows by default": False,
        "private profile allows by default": False,
    }
    assert not any(each.key in ("DefaultInboundAction", "DefaultOutboundAction") for each in firewall.settings)
