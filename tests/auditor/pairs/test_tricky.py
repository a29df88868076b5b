"""Configurations that look open and are closed, look closed and are open, or cannot be told: the verdict by hand."""

from __future__ import annotations

import pytest

from auditor.findings.finding import Finding, Severity
from auditor.findings.result import AuditResult, FlowCoverage
from tests.auditor.pairs.company import HTTP, HTTPS, INSTALLED, MAPPER, RPC, dump, policy, rule, vip

WEB = vip("web", "10.0.10.21", "443") + policy(1, "web", "HTTPS")


def rows(result: AuditResult, flow: str = "EAS-HTTPS") -> list[FlowCoverage]:
    return [row for row in result.coverage if row.flow == flow]


def states(result: AuditResult, flow: str = "EAS-HTTPS") -> list[str]:
    return [row.state.value for row in rows(result, flow)]


def answer(result: AuditResult, question: str) -> str:
    return next(each.state.value for each in result.answers if each.id == question)


def found(result: AuditResult, check: str) -> list[Finding]:
    return [each for each in result.findings if each.check == check]


# --- what the perimeter really does


def test_a_deny_above_does_not_stop_a_virtual_ip(audited) -> None:  # type: ignore[no-untyped-def]
    deny = policy(9, "all", "ALL", more="set action deny")
    assert states(audited(deny + WEB, cas=dump(HTTPS))) == ["satisfied"]


def test_a_deny_above_with_match_vip_stops_it(audited) -> None:  # type: ignore[no-untyped-def]
    deny = policy(9, "all", "ALL", more="set action deny\n set match-vip enable")
    result = audited(deny + WEB, cas=dump(HTTPS))
    assert states(result) == ["missing"]
    assert next(each.rules for each in result.answers if each.id == "Q10") == ("fgt 9",)


def test_everything_in_two_halves_is_everything(audited) -> None:  # type: ignore[no-untyped-def]
    result = audited(vip("web", "10.0.10.21") + policy(1, "web", "1-442 443-65535"), cas=dump(HTTPS, MAPPER))
    [finding] = [each for each in found(result, "FW102") if each.severity is Severity.CRITICAL]
    assert "Of these the host's own firewall (cas) lets in tcp/135." in finding.message
    assert answer(result, "Q25") == "forbidden opening"
    assert answer(result, "Q10") == "over-broad"


@pytest.mark.parametrize(
    ("ports", "service", "host", "state"),
    [
        ("8443>443", "HTTPS", HTTPS, "satisfied"),
        ("443>8443", "8443", rule("8443", "System"), "not published"),
        ("443>80", "HTTP", HTTP, "not published"),
        ("8443>443", "8443", HTTPS, "missing"),
    ],
)
def test_a_port_translated_to_another(audited, ports: str, service: str, host: str, state: str) -> None:  # type: ignore[no-untyped-def]
    result = audited(vip("web", "10.0.10.21", ports) + policy(1, "web", service), cas=dump(host))
    assert states(result) == [state]


def test_one_port_inside_the_rpc_range_may_be_rpc_and_may_not(audited) -> None:  # type: ignore[no-untyped-def]
    backup = vip("web", "10.0.10.21", "443>8443") + policy(1, "web", "8443")
    [finding] = found(audited(backup, cas=dump(rule("8443", "System"))), "FW102")
    assert (finding.severity, finding.confidence.value) == (Severity.HIGH, "possible")
    assert "given out as needed" in finding.uncertain[-1]


def test_the_first_of_two_virtual_ips_takes_the_port(audited) -> None:  # type: ignore[no-untyped-def]
    result = audited(vip("old", "10.0.10.31", "443") + policy(2, "old", "HTTPS") + WEB, cas=dump(HTTPS))
    assert states(result) == ["not published"]
    assert (answer(result, "Q04"), answer(result, "Q10")) == ("wrong target", "missing")


def test_a_policy_that_is_off_opens_nothing(audited) -> None:  # type: ignore[no-untyped-def]
    result = audited(vip("web", "10.0.10.21", "443") + policy(1, "web", "HTTPS", more="set status disable"))
    assert states(result) == ["missing"]
    assert next(each.rules for each in result.answers if each.id == "Q10") == ("fgt (no rule opens it)",)


def test_one_source_of_all_is_a_part_and_says_which(audited) -> None:  # type: ignore[no-untyped-def]
    backup = vip("web", "10.0.10.21", "443") + policy(1, "web", "HTTPS", source="198.51.100.7")
    [row] = rows(audited(backup, cas=dump(HTTPS)))
    assert row.state == "partly"
    assert row.missing == "tcp/443 from everybody but 198.51.100.7 to 10.0.10.21 (closed at fgt)"


def test_office_hours_cannot_be_told(audited) -> None:  # type: ignore[no-untyped-def]
    hours = 'config firewall schedule recurring\n edit "office"\n set day monday\n set start 08:00\n set end 18:00\n next\nend\n'
    backup = hours + WEB.replace('set schedule "always"', 'set schedule "office"')
    [row] = rows(audited(backup, cas=dump(HTTPS)))
    assert row.state == "cannot tell"
    assert "only in schedule 'office'" in row.question


# --- what the host really does


@pytest.mark.parametrize(
    ("host", "state"),
    [
        (dump(rule("443", "System", Profiles="Domain")), "satisfied"),
        (dump(rule("443", "System", Profiles="Public")), "missing"),
        (dump(rule("443", "C:\\tools\\proxy.exe")), "missing"),  # 443 belongs to the kernel (HTTP.sys)
        (dump(rule("443", "C:\\Windows\\System32\\inetsrv\\w3wp.exe")), "missing"),
        (dump(rule("443", "System", RemoteIP="LocalSubnet")), "missing"),
        (dump(rule("443", "System", Enabled="No")), "missing"),
        (dump(rule("443", "System", Protocol="UDP")), "missing"),
        (dump(HTTPS, rule("443", Action="Block")), "missing"),  # a block rule wins, wherever it stands
        (dump(HTTPS, rule("443", Action="Block", RemoteIP="8.8.8.0/24")), "partly"),
        (dump(HTTP, state="OFF"), "satisfied"),
    ],
)
def test_rules_of_a_host(audited, host: str, state: str) -> None:  # type: ignore[no-untyped-def]
    assert states(audited(WEB, cas=host)) == [state]


def test_where_the_profile_is_not_known_a_rule_of_one_cannot_be_told(audited) -> None:  # type: ignore[no-untyped-def]
    [row] = rows(audited(WEB, profile="zones: {}", cas=dump(rule("443", "System", Profiles="Domain"))))
    assert (row.state, row.question) == ("cannot tell", "the profiles differ, and which one is active is not known")


def test_a_program_that_listens_nowhere_opens_no_mail(audited) -> None:  # type: ignore[no-untyped-def]
    backup = vip("mail", "10.0.10.21", "25") + policy(1, "mail", "SMTP")
    roles = {"hub_transport": ("10.0.10.21 hub",)}
    absent = "edge_transport, unified_messaging, client_access, mailbox"
    right = dump(rule("25,587", f"{INSTALLED}Bin\\edgetransport.exe"))
    wrong = dump(rule("25,587", f"{INSTALLED}Bin\\Store.exe"))
    assert states(audited(backup, roles, absent, hub=right), "INTERNET-HUB") == ["satisfied"]
    assert states(audited(backup, roles, absent, hub=wrong), "INTERNET-HUB") == ["missing"]


# --- two servers of one role


TWO = {"client_access": ("10.0.10.21 cas", "10.0.10.23 cas2")}
BOTH = WEB + vip("web2", "10.0.10.23", "443", "203.0.113.12") + policy(2, "web2", "HTTPS")
REST = "edge_transport, unified_messaging, mailbox, hub_transport"


def test_of_two_published_servers_one_closed_is_a_part(audited) -> None:  # type: ignore[no-untyped-def]
    result = audited(BOTH, TWO, REST, cas=dump(HTTPS), cas2=dump(HTTP))
    assert states(result) == ["satisfied", "missing"]
    assert answer(result, "Q10") == "partly"
    assert [each.device for each in found(result, "FW101") if "EAS-HTTPS" in each.flow] == ["cas2"]


def test_a_server_that_is_not_published_beside_one_that_is_is_a_small_matter(audited) -> None:  # type: ignore[no-untyped-def]
    result = audited(WEB, TWO, REST, cas=dump(HTTPS), cas2=dump(HTTPS))
    assert states(result) == ["satisfied", "not published"]
    assert answer(result, "Q10") == "satisfied"
    [finding] = found(result, "FW101")
    assert finding.severity is Severity.LOW
    assert "another server of this role is published" in finding.message


def test_without_a_published_one_it_is_no_small_matter(audited) -> None:  # type: ignore[no-untyped-def]
    result = audited(policy(1, "all", "ALL", way="lan>wan1"), TWO, REST, cas=dump(HTTPS), cas2=dump(HTTPS))
    assert {each.severity for each in found(result, "FW101")} == {Severity.HIGH}


# --- IPv6


@pytest.mark.parametrize(
    ("addresses", "source", "more", "state", "missing"),
    [
        ("2001:db8:10::21", "all", "", "satisfied", ""),
        ("2001:db8:10::21", "some", "", "partly", "tcp/443 from everybody but 1.2.3.0/24 to 2001:db8:10::21"),
        ("2001:db8:10::21", "all", "set status disable", "missing", "tcp/443 from 2000::-2001:db8:f:"),
        ("10.0.10.21+2001:db8:10::21", "all", "", "partly", "tcp/443 to 10.0.10.21"),
    ],
)
def test_clients_of_ipv4_suffice_where_they_are_translated_to_ipv6(
    audited, addresses: str, source: str, more: str, state: str, missing: str
) -> None:  # type: ignore[no-untyped-def]
    some = 'config firewall address\n edit "some"\n set subnet 1.2.3.0/24\n next\nend\n'
    nat46 = (
        'config firewall vip\n edit "web"\n set extip 203.0.113.10\n set extintf "wan1"\n set nat44 disable\n set nat46 enable\n'
        " set ipv6-mappedip 2001:db8:10::21\n set portforward enable\n set extport 443\n set ipv6-mappedport 443\n next\nend\n"
    )
    rule_of = policy(1, "web", "HTTPS", more=f"set nat46 enable\n set srcaddr {source}\n {more}")
    result = audited(some + nat46 + rule_of, {"client_access": (f"{addresses} cas",)}, REST, cas=dump(HTTPS))
    [row] = rows(result)
    assert (row.state.value, row.missing.startswith(missing)) == (state, True), row.missing


def test_a_server_that_is_published_to_ipv6_alone_lacks_most_clients(audited) -> None:  # type: ignore[no-untyped-def]
    nat64 = (
        'config firewall vip6\n edit "web"\n set extip 2001:db8:ffff::10\n set nat66 disable\n set nat64 enable\n'
        " set ipv4-mappedip 10.0.10.21\n set portforward enable\n set extport 443\n set ipv4-mappedport 443\n next\nend\n"
    )
    names = ' set srcaddr "all"\n set dstaddr "web"\n', ' set srcaddr6 "all"\n set dstaddr6 "web"\n'
    text = nat64 + policy(1, "web", "HTTPS", more="set nat64 enable").replace(*names)
    assert states(audited(text, cas=dump(HTTPS))) == ["partly"]


SIX = 'config firewall address6\n edit "cas6"\n set ip6 2001:db8:10::21/128\n next\nend\n'
DUAL = {"client_access": ("10.0.10.21+2001:db8:10::21 cas",)}


def policy6(service: str) -> str:
    return SIX + policy(7, "", service).replace(
        ' set srcaddr "all"\n set dstaddr ""\n', ' set srcaddr6 "all"\n set dstaddr6 "cas6"\n'
    )


def test_a_server_with_two_addresses_needs_both_ways(audited) -> None:  # type: ignore[no-untyped-def]
    [row] = rows(audited(WEB, DUAL, REST, cas=dump(HTTPS)))
    assert row.state == "partly"
    assert "2001:db8:10::21 (closed at fgt)" in row.missing
    assert states(audited(WEB + policy6("HTTPS"), DUAL, REST, cas=dump(HTTPS))) == ["satisfied"]


def test_a_server_published_over_one_family_alone_weighs_little(audited) -> None:  # type: ignore[no-untyped-def]
    """A second address of a server inside says nothing of its public name."""
    [finding] = found(audited(WEB, DUAL, REST, cas=dump(HTTPS)), "FW101")
    assert finding.severity is Severity.LOW
    assert "; over IPv4 it is open, which is enough where the public name has no other addresses" in finding.message
    [closed] = found(audited(WEB, DUAL, REST, cas=dump()), "FW101")
    assert closed.severity is Severity.HIGH


def test_the_ipv6_way_is_an_exposure_like_any_other(audited) -> None:  # type: ignore[no-untyped-def]
    result = audited(WEB + policy6("ALL"), DUAL, REST, cas=dump(HTTPS, MAPPER))
    [finding] = [each for each in found(result, "FW102") if each.severity is Severity.CRITICAL]
    assert "2001:db8:10::21" in finding.message
    assert answer(result, "Q25") == "forbidden opening"
    assert [each.severity for each in found(result, "FW114")] == [Severity.HIGH]


# --- what was not seen is not satisfied


def test_a_flow_of_which_only_the_sender_was_seen_is_not_observable(audited) -> None:  # type: ignore[no-untyped-def]
    result = audited(WEB, cas=dump(HTTPS))
    assert states(result, "CAS-MBX") == ["not observable"]


def test_a_senders_own_firewall_that_closes_it_is_seen(audited) -> None:  # type: ignore[no-untyped-def]
    stop = rule("Any", Direction="Out", Action="Block", RemoteIP="10.0.10.31/32", name="no mailbox")
    result = audited(WEB, cas=dump(HTTPS, stop.replace("LocalPort", "LocalPort")))
    assert states(result, "CAS-MBX") == ["missing"]


# --- dynamic RPC


DAG = {"mailbox": ("10.0.10.31 one", "10.0.20.32 two")}
OPEN = policy(1, "all", "ALL", "lan>dmz") + policy(2, "all", "ALL", "dmz>lan")
HEARTBEAT = rule("3343", "System", Protocol="UDP")
COPIER = rule("64327", f"{INSTALLED}Bin\\MSExchangeRepl.exe", "MSExchangerepl - Log Copier (TCP-In)")
NO_OTHERS = "edge_transport, unified_messaging, client_access, hub_transport"


def dag(audited, *rules: str, values: str = 'rpc_dynamic: "6005-65534"') -> AuditResult:  # type: ignore[no-untyped-def]
    host = dump(MAPPER, RPC, HEARTBEAT, *rules)
    return audited(OPEN, DAG, NO_OTHERS, values=values, one=host, two=host)  # type: ignore[no-any-return]


def test_the_rpc_range_does_not_hide_that_log_shipping_is_closed(audited) -> None:  # type: ignore[no-untyped-def]
    """Trap P23: 64327 lies in the range, but Windows opens the range for RPC endpoints only."""
    without = dag(audited)
    assert states(without, "CLUSTER") == ["satisfied", "satisfied"]
    assert states(without, "LOG-SHIPPING") == ["missing", "missing"]
    assert states(dag(audited, COPIER), "LOG-SHIPPING") == ["satisfied", "satisfied"]


def test_a_replication_port_of_the_site_leaves_setups_rule_behind(audited) -> None:  # type: ignore[no-untyped-def]
    """Trap P23: the Windows rule does not follow the port."""
    moved = dag(audited, COPIER, values='rpc_dynamic: "6005-65534", dag_replication_port: "64999"')
    assert states(moved, "LOG-SHIPPING") == ["missing", "missing"]
    assert "tcp/64999" in rows(moved, "LOG-SHIPPING")[0].missing
    left = [each for one in found(moved, "FW101") for each in one.related if "Log Copier" in each.rule]
    assert {each.text for each in left} == {"made by setup for it, opens 64327 only"}


def test_without_a_range_the_keyword_rpc_opens_whichever_it_is(audited) -> None:  # type: ignore[no-untyped-def]
    result = dag(audited, COPIER, values="")
    assert states(result, "CLUSTER") == ["satisfied", "satisfied"]
    assert states(result, "LOG-SHIPPING") == ["satisfied", "satisfied"]


MAPI = {"client_access": ("10.0.20.21",), "mailbox": ("10.0.10.31",), "hub_transport": ("10.0.20.25",)}


@pytest.mark.parametrize(
    ("ports", "flow", "state"),
    [
        ("135 6005-65535", "MAPI-INSIDE", "satisfied"),
        (
            "135 49152-65535",
            "MAPI-INSIDE",
            "cannot tell",
        ),  # enough for Windows as it comes, not as Exchange 2010 sets it
        ("135 49152-65535", "MBX-HUB", "satisfied"),  # no Client Access: nothing but Windows sets the range
        ("135", "MAPI-INSIDE", "partly"),
        ("135 5000-5100", "MAPI-INSIDE", "cannot tell"),  # RPC may be pinned to them
        ("135 50001-50002", "MBX-HUB", "cannot tell"),
        ("443", "MAPI-INSIDE", "missing"),
    ],
)
def test_without_a_range_a_firewall_is_judged_with_each_that_is_usual(audited, ports, flow, state) -> None:  # type: ignore[no-untyped-def]
    result = audited(policy(1, "all", ports, "lan>dmz"), MAPI, "edge_transport, unified_messaging", values="")
    assert states(result, flow)[:1] == [state]


def test_the_question_says_what_holds_with_which_range(audited) -> None:  # type: ignore[no-untyped-def]
    backup = policy(1, "all", "135 49152-65535", "lan>dmz")
    row = rows(audited(backup, MAPI, "edge_transport, unified_messaging", values=""), "MAPI-INSIDE")[0]
    assert "satisfied with tcp/49152-65535 (windows_2008_and_later)" in row.question
    assert "partly with tcp/6005-65534 (exchange_2010_cas)" in row.question
    assert "windows_2003" not in row.question.rpartition("it is")[2]


def dynamic(start: int, count: int) -> str:
    """What `netsh int ipv4 show dynamicport tcp` prints: the second number is a count."""
    return (
        f"\r\nProtocol tcp Dynamic Port Range\r\n---------------------------------\r\n"
        f"Start Port      : {start}\r\nNumber of Ports : {count}\r\n\r\n"
    )


def test_a_range_that_a_server_exports_is_that_servers(audited) -> None:  # type: ignore[no-untyped-def]
    """Whatever the site says for servers that do not tell, and without a word of it."""
    host = dump(MAPPER, RPC, HEARTBEAT, COPIER)
    wide, usual = dynamic(6005, 59530), dynamic(49152, 16384)
    told = audited(OPEN, DAG, NO_OTHERS, values="", one=host + wide, two=host + usual)
    assert states(told, "CLUSTER") == ["satisfied", "satisfied"]
    half = audited(OPEN, DAG, NO_OTHERS, values="", one=host + wide, two=host)
    assert states(half, "CLUSTER") == ["satisfied", "satisfied"]
    # A firewall between them that lets the usual range through suffices for the second server only.
    ports = "135 49152-65535 64327"
    backup = policy(1, "all", ports, "lan>dmz") + policy(2, "all", ports, "dmz>lan")
    values = 'rpc_dynamic: "49152-65535"'
    missing = [
        row.missing
        for row in rows(audited(backup, DAG, NO_OTHERS, values=values, one=host + wide, two=host + usual), "CLUSTER")
    ]
    assert ["6005-49151" in each for each in missing] == [False, True]


def test_a_part_of_the_range_says_which_part_is_missing(audited) -> None:  # type: ignore[no-untyped-def]
    backup = policy(1, "all", "135 6005-64000 64327", "lan>dmz") + policy(2, "all", "ALL", "dmz>lan")
    result = audited(backup, DAG, NO_OTHERS)
    first = rows(result, "CLUSTER")[0]
    assert first.state == "partly"
    assert first.missing.startswith("tcp/64001-64326,64328-65534, udp/3343 from 10.0.10.31 to 10.0.20.32")


def test_program_bound_rpc_rules_are_open_only_while_the_program_listens(audited) -> None:  # type: ignore[no-untyped-def]
    host = dump(rule("RPC-EPMap", "C:\\Windows\\system32\\svchost.exe"), rule("RPC", f"{INSTALLED}Bin\\Store.exe"))
    result = audited(WEB, cas=dump(HTTPS), mbx=host)
    [row] = rows(result, "CAS-MBX")
    assert row.state == "cannot tell"
    assert "open only while" in row.question


# --- pools


VOICE = {"unified_messaging": ("10.0.10.41 um",), "ip_gateway": ("10.0.20.9",)}
NO_MAIL = "edge_transport, client_access, hub_transport, mailbox"


@pytest.mark.parametrize(
    ("open_ports", "state"), [("16000-17000", "satisfied"), ("16004", "satisfied"), ("15999", "missing")]
)
def test_one_port_of_a_pool_is_enough(audited, open_ports: str, state: str) -> None:  # type: ignore[no-untyped-def]
    """Trap P09: a pool is no requirement for every number."""
    result = audited(
        policy(1, "all", open_ports, "dmz>lan"), VOICE, NO_MAIL, answers="um_startup_mode: dual", um=dump(rule("Any"))
    )
    assert states(result, "UM-CONTROL") == [state]


def test_a_pool_port_that_one_layer_opens_and_the_other_closes_is_not_open(audited) -> None:  # type: ignore[no-untyped-def]
    """Both firewalls open a part of the pool, and no port of it is open on both."""
    result = audited(
        policy(1, "all", "16000-16400", "dmz>lan"),
        VOICE,
        NO_MAIL,
        answers="um_startup_mode: dual",
        um=dump(rule("16600-17000")),
    )
    assert states(result, "UM-CONTROL") == ["missing"]


# --- a reverse proxy


PROXY = {"client_access": ("10.0.10.21 cas",), "reverse_proxy": ("10.0.20.7",)}
THROUGH = vip("web", "10.0.20.7", "443") + policy(1, "web", "HTTPS", "wan1>dmz")


def test_web_clients_may_come_through_a_reverse_proxy(audited) -> None:  # type: ignore[no-untyped-def]
    backup = THROUGH + policy(2, "10.0.10.21", "HTTPS", "dmz>lan", source="10.0.20.7")
    result = audited(backup, PROXY, REST, cas=dump(HTTPS))
    assert states(result, "EAS-HTTPS") == ["not applicable"]
    assert states(result, "PROXY-CAS") == ["satisfied"]
    assert (answer(result, "Q10"), answer(result, "Q04")) == ("satisfied", "satisfied")
    assert not [each for each in result.findings if each.severity >= Severity.MEDIUM]


def test_a_proxy_that_cannot_reach_the_server_helps_nobody(audited) -> None:  # type: ignore[no-untyped-def]
    result = audited(THROUGH, PROXY, REST, cas=dump(HTTPS))
    assert states(result, "PROXY-CAS") == ["missing"]
    assert answer(result, "Q10") == "missing"


def test_past_the_proxy_is_undocumented(audited) -> None:  # type: ignore[no-untyped-def]
    backup = THROUGH + policy(2, "10.0.10.21", "HTTPS", "dmz>lan", source="10.0.20.7")
    past = vip("old", "10.0.10.21", "443", "203.0.113.12") + policy(3, "old", "HTTPS")
    [finding] = found(audited(backup + past, PROXY, REST, cas=dump(HTTPS)), "FW103")
    assert (finding.severity, finding.rule) == (Severity.HIGH, "3")


# --- hybrid


@pytest.mark.parametrize(("hybrid", "state"), [("false", "not applicable"), ("true", "not published")])
def test_hybrid_is_asked_only_where_it_is(audited, hybrid: str, state: str) -> None:  # type: ignore[no-untyped-def]
    roles = {"client_access": ("10.0.10.21",), "hub_transport": ("10.0.10.22",)}
    result = audited(WEB, roles, "edge_transport, unified_messaging, mailbox", answers=f"hybrid: {hybrid}")
    assert answer(result, "Q22") == state


# --- mail from one relay


RELAY = {"hub_transport": ("10.0.10.22 hub",), "mail_relay": ("198.51.100.25",)}
NO_WEB = "edge_transport, unified_messaging, client_access, mailbox"
SUBMIT = rule("25,587", f"{INSTALLED}Bin\\edgetransport.exe")
MAIL = vip("mail", "10.0.10.22", "25")


def test_mail_from_one_relay_is_asked_of_the_relay_alone(audited) -> None:  # type: ignore[no-untyped-def]
    result = audited(MAIL + policy(1, "mail", "SMTP", source="198.51.100.25"), RELAY, NO_WEB, hub=dump(SUBMIT))
    assert states(result, "RELAY-HUB") == ["satisfied"]
    assert states(result, "INTERNET-HUB") == ["not applicable"]
    assert answer(result, "Q20") == "satisfied"
    assert [each.message for each in result.findings if each.severity >= Severity.LOW] == []


def test_mail_from_everybody_past_the_relay_is_undocumented(audited) -> None:  # type: ignore[no-untyped-def]
    result = audited(MAIL + policy(1, "mail", "SMTP"), RELAY, NO_WEB, hub=dump(SUBMIT))
    assert states(result, "RELAY-HUB") == ["satisfied"]
    assert [each.severity for each in found(result, "FW103")] == [Severity.HIGH]


def test_a_policy_without_a_virtual_ip_brings_no_mail_from_outside(audited) -> None:  # type: ignore[no-untyped-def]
    """Routers outside drop packets to private addresses."""
    result = audited(policy(1, "10.0.10.22", "SMTP", source="198.51.100.25"), RELAY, NO_WEB, hub=dump(SUBMIT))
    assert states(result, "RELAY-HUB") == ["not published"]


GFW = rule("25,587", name="MSExchangeTransportWorker (GFW) (TCP-In)")


@pytest.mark.parametrize(("services", "severity"), [("SMTP", "medium"), ("SMTP 587", "high"), ("", "low")])
def test_a_gfw_rule_weighs_as_much_as_what_reaches_it(audited, services: str, severity: str) -> None:  # type: ignore[no-untyped-def]
    """Mail without an Edge is documented, submission is not offered here."""
    opened = vip("mail", "10.0.10.22") + policy(1, "mail", services) if services else ""
    roles = {"hub_transport": ("10.0.10.22 hub",)}
    result = audited(opened, roles, NO_WEB, hub=dump(GFW))
    assert [each.severity.word for each in found(result, "FW114")] == [severity]
