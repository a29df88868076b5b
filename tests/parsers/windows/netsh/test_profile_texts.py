"""`netsh advfirewall show allprofiles | currentprofile` in every known language, and dynamic ports."""

import pytest

import parsers
from parsers.errors import UnreadableError
from parsers.model.rule import Action
from parsers.source import Document
from parsers.windows.netsh import texts
from parsers.windows.words import languages

PROFILES = ("domain", "private", "public")
STATED = [code for code in languages() if "on" in str(languages()[code].profile.values())]


def section(words, profile, state="on", policy="BlockInbound,AllowOutbound", merge="N/A (GPO-store only)"):
    def said(key):
        return words.word("profile", key)

    rows = [
        (said("state"), said(state)),
        (said("firewall_policy"), policy),
        ("LocalFirewallRules", merge),
        ("LocalConSecRules", merge),
        ("InboundUserNotification", said("enable")),
        ("RemoteManagement", said("disable")),
        ("UnicastResponseToMulticast", said("enable")),
    ]
    log = [("LogAllowedConnections", said("disable")), ("LogDroppedConnections", said("enable")),
           ("FileName", "%systemroot%\\system32\\LogFiles\\Firewall\\pfirewall.log"), ("MaxFileSize", "4096")]  # fmt: skip
    lines = ["", said(f"hdr_{profile}") + " ", "-" * 70, *(f"{key:<37} {value}" for key, value in rows)]
    return "\n".join([*lines, "", said("logging"), *(f"{key:<37} {value}" for key, value in log), ""])


def read(text):
    document = Document("EX01-profiles.txt", text.encode())
    assert texts.recognises(document)
    return texts.read(document)


@pytest.mark.parametrize("code", STATED)
def test_all_profiles(code, locales):
    words = locales[code]
    host = read("\n".join(section(words, each, "off" if each == "public" else "on") for each in PROFILES) + "\nOk.\n")
    assert host.gaps == ()
    assert [(each.profile, each.enabled) for each in host.profiles] == list(
        zip(PROFILES, (True, True, False), strict=True)
    )
    assert {each.inbound for each in host.profiles} == {"block"}
    values = dict(host.profiles[0].values)
    assert values["DisableNotifications"] == "0"
    assert (values["Logging/LogDroppedPackets"], values["Logging/LogSuccessfulConnections"]) == ("1", "0")
    assert values["Logging/LogFileSize"] == "4096"
    assert host.active_profiles is None


@pytest.mark.parametrize("profile", PROFILES)
def test_the_current_profile(profile, locales):
    assert read(section(locales["en"], profile) + "\nOk.\n").active_profiles == (profile,)


@pytest.mark.parametrize(
    ("policy", "inbound", "outbound"),
    [
        ("BlockInbound,AllowOutbound", "block", "allow"),
        ("BlockInboundAlways,AllowOutbound", "block always", "allow"),
        ("AllowInbound,BlockOutbound", "allow", "block"),
        ("NotConfigured,NotConfigured", None, None),
    ],
)
def test_the_policy(policy, inbound, outbound, locales):
    (profile,) = read(section(locales["en"], "domain", policy=policy)).profiles
    assert (profile.inbound, profile.outbound) == (inbound, outbound)


@pytest.mark.parametrize(("word", "merge"), [("Enable", True), ("Disable", False), ("N/A (GPO-store only)", None)])
def test_merging_of_local_rules(word, merge, locales):
    (profile,) = read(section(locales["en"], "public", merge=word)).profiles
    assert profile.merge_local is merge


def test_unknown_languages_are_read_by_place_but_their_state_is_a_gap(locales):
    text = "\n".join(section(locales["en"], each) for each in PROFILES)
    for word, other in (
        ("Domain Profile", "Dom"),
        ("Private Profile", "Pri"),
        ("Public Profile", "Pub"),
        ("ON\n", "JOP\n"),
    ):
        text = text.replace(word, other)
    host = read(text)
    assert [each.profile for each in host.profiles] == list(PROFILES)
    assert [each.enabled for each in host.profiles] == [None] * 3
    assert len(host.gaps) == 3
    assert all(gap.hides_access and "JOP" in gap.what for gap in host.gaps)


def test_profiles_and_rules_in_one_file_are_one_host(locales, server, netsh):
    text = "\n".join(section(locales["en"], each, "off") for each in PROFILES) + netsh(server, locales["en"])
    (firewall,) = parsers.read(text.encode(), "EX01.txt")
    off = [rule for rule in firewall.lists[0].rules if rule.implicit and rule.action is Action.BYPASS]
    assert {rule.ingress for rule in off} == {frozenset({each}) for each in PROFILES}


PORTS = "\nProtocol tcp Dynamic Port Range\n---------------------------------\nStart Port      : {}\nNumber of Ports : {}\n\n"


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [(49152, 16384, "49152-65535"), (6005, 59530, "6005-65534"), (1025, 3976, "1025-5000")],
)
def test_the_second_number_is_a_count(start, count, expected):
    host = read(PORTS.format(start, count))
    first, last = map(int, expected.split("-"))
    assert host.dynamic_tcp.ranges == ((first, last),)


def test_the_range_of_another_protocol_is_none_of_tcp():
    with pytest.raises(UnreadableError):
        texts.read(Document("EX01.txt", PORTS.format(49152, 16384).replace("tcp", "udp").encode()))


@pytest.mark.parametrize("known", [True, False])
def test_rpc_is_the_exported_range_or_a_hypothesis(known, locales, netsh, server):
    rpc = [each for each in server if each.get("local_port") == "RPC"]
    text = netsh(rpc * 3, locales["en"]) + (PORTS.format(6005, 59530) if known else "")
    (firewall,) = parsers.read(text.encode(), "EX01.txt")
    rule = firewall.lists[0].rules[0]
    assert rule.service.is_exact is known
    assert rule.service.possible.text() == ("tcp/6005-65534" if known else "tcp/1024-65535")
    assert any("6005-65534" in reason for reason in rule.uncertain) is not known
