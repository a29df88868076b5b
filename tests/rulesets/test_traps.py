"""Every trap of the Exchange 2010 reference, by its number: where its resolution is tested, or why no test can.

The source is a forum thread that quotes a port reference; its traps are places where a reader or a parser goes wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.baseline import Ruleset, load_ruleset
from auditor.baseline.model import BaselineFlow, HostRule, SourceRow
from parsers.model.services import ServiceSet

TESTS = Path(__file__).parents[1]
HERE = "rulesets/test_traps.py"
REFERENCE = "rulesets/test_exchange_reference.py"
PAIRS = "auditor/pairs/test_pairs.py"
TRICKY = "auditor/pairs/test_tricky.py"
PUBLISHING = "auditor/checks/test_publishing.py"
WAYS = "auditor/checks/test_ways_of_mail_and_web.py"
HOST_RULES = "auditor/baseline/test_host_rules.py"

NUMBERS = """
P35 P36 P07a P37 P38 P39
P01 P03 P04 P05 P08 P09 P10 P10b P12 P13 P14 P21 P23 P29 P33 P32 P18
P02 P11 P24 P22 P25 P31 P32b P34 P16 P17 P20 P57 P58 P60
P15 P19 P26 P27 P28 P30
P40 P41 P42 P43 P44 P45 P46 P47 P48 P49 P50 P51 P51b P52 P53 P54 P55 P56 P06 P61 P62 P63 P64 P65 P66
P07 P07b P07c
""".split()
"""The traps of the reference, in its order: the text, ports, direction, authentication, Windows rules, the thread."""

TRAPS = {
    "P35": (REFERENCE, "test_data_paths_of_the_four_tables"),
    "P36": (HERE, "test_notes_glued_to_the_one_before_are_notes"),
    "P07a": (HERE, "test_the_row_quoted_in_the_answer_is_no_55th"),
    "P37": (HERE, "test_only_the_quoted_document_gives_rows"),
    "P38": (HERE, "test_the_source_has_a_version_and_a_date"),
    "P39": (HERE, "test_the_source_has_a_version_and_a_date"),
    "P01": (HERE, "test_cells_are_read_by_number"),
    "P03": (HERE, "test_cells_are_read_by_number"),
    "P04": (HERE, "test_end_users_submit_on_587"),
    "P05": (REFERENCE, "test_port_80_is_never_required"),
    "P08": (REFERENCE, "test_what_the_notes_add"),
    "P09": (WAYS, "test_media_that_no_rule_opens_may_be_opened_by_a_sip_helper"),
    "P10": (REFERENCE, "test_every_rpc_flow_asks_for_mapper_and_endpoints"),
    "P10b": (REFERENCE, "test_the_rpc_range_has_no_silent_default"),
    "P12": (HERE, "test_clustering_is_between_nodes_and_more_than_its_cell"),
    "P13": (HERE, "test_smb_is_never_required"),
    "P14": (REFERENCE, "test_imap_proxying_uses_993"),
    "P21": (HERE, "test_clustering_is_between_nodes_and_more_than_its_cell"),
    "P23": (TRICKY, "test_the_rpc_range_does_not_hide_that_log_shipping_is_closed"),
    "P29": (HERE, "test_sip_ports_depend_on_the_startup_mode"),
    "P33": (HERE, "test_labels_belong_to_the_ports_before_them"),
    "P32": (HERE, "test_three_ways_to_write_the_same_ports"),
    "P18": (HERE, "test_a_directory_row_is_eight_ports_and_no_more"),
    "P02": (HERE, "test_edge_to_edge_is_the_internet"),
    "P11": (HERE, "test_edgesync_goes_outward_on_one_port"),
    "P24": (HERE, "test_outlook_inside_reaches_client_access_by_rpc"),
    "P22": (HERE, "test_rows_without_a_peer_ask_for_nothing"),
    "P25": (HERE, "test_rows_without_a_peer_ask_for_nothing"),
    "P31": (PUBLISHING, "test_5075_for_owa_is_forbidden"),
    "P32b": (REFERENCE, "test_instant_messaging_goes_both_ways"),
    "P34": (HERE, "test_rows_in_the_wrong_table_are_not_reported_missing"),
    "P16": (HERE, "test_two_roles_on_one_server_need_no_firewall"),
    "P17": (HERE, "test_one_flow_in_two_tables_is_one_flow"),
    "P20": (HERE, "test_administration_is_permitted_by_both_its_ports"),
    "P57": (HERE, "test_no_flow_is_the_reply_of_another"),
    "P58": ("auditor/analysis/test_ways.py", "test_two_servers_in_one_network_are_not_observable"),
    "P60": (HERE, "test_open_proxy_tests_are_permitted_outward_from_the_edge"),
    "P15": (HERE, "test_what_is_said_of_encryption_changes_no_severity"),
    "P19": (HERE, "test_rms_over_clear_text_is_a_finding"),
    "P26": (PUBLISHING, "test_http_that_serves_more_than_a_redirect_leaks_the_address_book"),
    "P27": "no firewall export shows certificates or authentication; `rulesets show --markdown` prints these columns",
    "P28": (HERE, "test_mail_clients_outside_use_ssl_only"),
    "P30": (HERE, "test_an_earlier_exchange_may_be_reached_and_need_not"),
    "P40": (HOST_RULES, "test_spellings_versions_and_strangers"),
    "P41": (REFERENCE, "test_misspelt_programs_are_mended"),
    "P42": (REFERENCE, "test_misspelt_programs_are_mended"),
    "P43": (HOST_RULES, "test_spellings_versions_and_strangers"),
    "P44": (HERE, "test_ports_of_windows_rules_are_tcp"),
    "P45": (PAIRS, "test_sesworker_has_microsofts_remedy"),
    "P46": (HERE, "test_any_and_all_programs_are_no_program"),
    "P47": (REFERENCE, "test_an_exact_twin_has_ports_and_roles_of_its_gfw_rule"),
    "P48": (HERE, "test_twins_need_not_share_a_name"),
    "P49": (REFERENCE, "test_advice_says_what_disabling_breaks"),
    "P50": (HOST_RULES, "test_the_whole_table_is_recognised_by_its_own_names"),
    "P51": (PAIRS, "test_the_only_open_endpoint_mapper_is_not_simply_removed"),
    "P51b": (PAIRS, "test_the_only_open_endpoint_mapper_is_not_simply_removed"),
    "P52": (HERE, "test_programs_that_many_share_lie_outside_the_product"),
    "P53": (HERE, "test_the_edge_has_rpc_rules_and_the_internet_must_not_reach_them"),
    "P54": (HERE, "test_roles_of_the_monitoring_rule_are_as_stated"),
    "P55": (HERE, "test_no_windows_rule_opens_mail_on_the_edge_yet_mail_is_required"),
    "P56": (HERE, "test_what_only_windows_rules_name_is_never_required"),
    "P06": (HERE, "test_web_ports_come_from_iis"),
    "P61": (HERE, "test_no_advice_edits_a_rule_of_setup"),
    "P62": (PAIRS, "test_exactly_this_is_found"),
    "P63": (HOST_RULES, "test_names_may_say_anything_where_the_program_and_ports_are_the_products_own"),
    "P64": (HERE, "test_ports_of_windows_rules_are_tcp"),
    "P65": (HERE, "test_windows_rules_state_what_the_source_states"),
    "P66": (REFERENCE, "test_a_windows_rule_alone_requires_nothing"),
    "P07": ("samples/test_stories.py", "test_activesync_needs_nothing_more"),
    "P07b": (HERE, "test_names_are_hints"),
    "P07c": (PUBLISHING, "test_https_to_a_mailbox_server_is_the_wrong_target"),
}  # fmt: skip
"""Where each is tested: (file below tests/, test), or the reason why it cannot be."""


def test_every_trap_is_accounted_for() -> None:
    assert list(TRAPS) == NUMBERS


@pytest.mark.parametrize("trap", [key for key, place in TRAPS.items() if isinstance(place, tuple)])
def test_the_test_of_a_trap_exists(trap: str) -> None:
    file, name = TRAPS[trap]
    assert f"\ndef {name}(" in (TESTS / file).read_text("utf-8"), f"{file} has no {name}"


# --- the traps that no other test is about


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    return load_ruleset("exchange-2010")


def rows(ruleset: Ruleset) -> dict[str, SourceRow]:
    return {row.row: row for row in ruleset.rows}


def flow(ruleset: Ruleset, name: str) -> BaselineFlow:
    return next(each for each in ruleset.flows if each.id == name)


def terms(ruleset: Ruleset, each: BaselineFlow) -> set[str]:
    return {port.text for name in each.services for port in ruleset.services[name]}


def required(ruleset: Ruleset) -> Iterator[BaselineFlow]:
    return (each for each in ruleset.flows if each.level == "required")


def host_rules(ruleset: Ruleset) -> dict[str, HostRule]:
    return {rule.id: rule for rule in ruleset.host_rules}


def test_notes_glued_to_the_one_before_are_notes(ruleset: Ruleset) -> None:
    """P36: two notes begin in the middle of a line; one of them carries ports."""
    assert {rows(ruleset)["NT2"].line, rows(ruleset)["NC5"].line} == {27, 99}
    assert "seed:NC5" in flow(ruleset, "CAS-CAS-POP3").cite


def test_the_row_quoted_in_the_answer_is_no_55th(ruleset: Ruleset) -> None:
    """P07a: the answer repeats the ActiveSync row, broken over six lines."""
    assert rows(ruleset)["TH5"].ports == ()
    assert [row.row for row in ruleset.rows if "ActiveSync application" in row.text] == ["C09"]


def test_only_the_quoted_document_gives_rows(ruleset: Ruleset) -> None:
    """P37: the reference fills lines 8 to 180, questions and answers stand around it."""
    for row in ruleset.rows:
        assert (8 <= row.line <= 180) == (not row.row.startswith("TH")), row.row


def test_the_source_has_a_version_and_a_date(ruleset: Ruleset) -> None:
    """P38, P39: later editions differ, and the address shows another product's article today."""
    source = ruleset.sources["seed"]
    assert "SP1" in source.title
    assert source.date == "2010-11-09"
    assert source.place.endswith("bb331973.aspx")
    assert ruleset.unrestricted[0].cite == ("ms-support",)


@pytest.mark.parametrize(
    ("row", "ports"),
    [
        ("T04", "tcp/25"),  # a label without parentheses
        ("T11", "tcp/587 tcp/25"),  # no comma, and no protocol at 587
        ("M07", "tcp/64327"),
        ("M08", "tcp/64327"),
        ("C16", "tcp/995"),
        ("C17", "tcp/993"),
        ("U02", "tcp/5060 tcp/5065 tcp/5067 tcp/5061 tcp/5066 tcp/5068 tcp/16000-17000 udp/1024-65535"),
    ],
)
def test_cells_are_read_by_number(ruleset: Ruleset, row: str, ports: str) -> None:
    """P01, P03: labels are optional, a number without protocol is TCP, as other places of the source say."""
    assert rows(ruleset)[row].ports == tuple(ports.split())


def test_end_users_submit_on_587(ruleset: Ruleset) -> None:
    """P04: 25 is for relays."""
    assert terms(ruleset, flow(ruleset, "SUBMISSION")) == {"tcp/587"}


def test_clustering_is_between_nodes_and_more_than_its_cell(ruleset: Ruleset) -> None:
    """P12, P21: the notes add the heartbeat and dynamic ports; "intra-node" means from node to node."""
    cluster = flow(ruleset, "CLUSTER")
    assert terms(ruleset, cluster) == {"tcp/135", "tcp/$rpc_dynamic", "udp/3343"}
    assert cluster.source.names == cluster.destination.names == ("mailbox",)
    assert cluster.when is not None
    assert cluster.when.name == "dag"


def test_smb_is_never_required(ruleset: Ruleset) -> None:
    """P13: "Local Message Block" is local, and no port is written."""
    assert "seed:M09" in ruleset.no_flow
    assert not [each.id for each in required(ruleset) if "tcp/445" in terms(ruleset, each)]


def test_sip_ports_depend_on_the_startup_mode(ruleset: Ruleset) -> None:
    """P29: three sets that disagree; 5062 is named once and weighs little."""
    for name in ("CAS-UM-PLAIN", "GATEWAY-UM-PLAIN", "CAS-UM-SECURED", "GATEWAY-UM-SECURED"):
        assert "um_startup_mode" in repr(flow(ruleset, name).when)
    lone = [each for each in required(ruleset) if "tcp/5062" in terms(ruleset, each)]
    assert [(each.id, each.if_missing.word if each.if_missing else "") for each in lone] == [("CAS-UM-5062", "low")]


def test_labels_belong_to_the_ports_before_them(ruleset: Ruleset) -> None:
    """P33: "(unsecured)" closes a group of three, "(secured)" the next."""
    assert terms(ruleset, flow(ruleset, "GATEWAY-UM-PLAIN")) == {"tcp/5060", "tcp/5065", "tcp/5067"}
    assert terms(ruleset, flow(ruleset, "GATEWAY-UM-SECURED")) == {"tcp/5061", "tcp/5066", "tcp/5068"}


def test_three_ways_to_write_the_same_ports(ruleset: Ruleset) -> None:
    """P32: a range, a list with the protocol at its end, and a Windows rule."""
    written = [ServiceSet.union(map(ServiceSet.parse, rows(ruleset)[row].ports)) for row in ("C18", "U04")]
    same = ServiceSet.parse("tcp/5075-5077")
    assert written == [same | ServiceSet.parse("tcp/5061"), same]
    assert ServiceSet.union(ServiceSet.parse(f"tcp/{port}") for port in host_rules(ruleset)["W11"].ports) == same


def test_a_directory_row_is_eight_ports_and_no_more(ruleset: Ruleset) -> None:
    """P18: "389/TCP/UDP" is two; what the row leaves out is permitted, not required."""
    alike = [row for row in ruleset.rows if "LDAP GC" in row.text]
    assert [row.row for row in alike] == ["T09", "M01", "M14", "M18", "C01", "U01"]
    assert {len(row.ports) for row in alike} == {8}
    extra = flow(ruleset, "AD-EXTRA")
    assert extra.level == "permitted"
    assert not terms(ruleset, extra) & terms(ruleset, flow(ruleset, "MBX-AD"))


def test_edge_to_edge_is_the_internet(ruleset: Ruleset) -> None:
    """P02: the Edge servers of two organizations; without an Edge the same with Hub Transport."""
    ways = {each.id: (each.source.names, each.destination.names) for each in ruleset.flows if "seed:T04" in each.cite}
    assert ways["INTERNET-EDGE"] == (("internet",), ("edge_transport",))
    assert ways["EDGE-INTERNET"] == (("edge_transport",), ("internet",))
    assert ways["INTERNET-HUB-MX"] == (("internet",), ("hub_transport",))


def test_edgesync_goes_outward_on_one_port(ruleset: Ruleset) -> None:
    """P11: 50636 from inside to the Edge, and never 50389."""
    sync = [each for each in ruleset.flows if terms(ruleset, each) & {"tcp/50636", "tcp/50389"}]
    assert [(each.source.names, each.destination.names) for each in sync] == [(("hub_transport",), ("edge_transport",))]
    assert terms(ruleset, sync[0]) == {"tcp/50636"}


def test_outlook_inside_reaches_client_access_by_rpc(ruleset: Ruleset) -> None:
    """P24: no row says so, a note does; permitted, not required."""
    mapi = flow(ruleset, "MAPI-INSIDE")
    assert (mapi.level, "seed:NC1" in mapi.cite) == ("permitted", True)


def test_rows_without_a_peer_ask_for_nothing(ruleset: Ruleset) -> None:
    """P22, P25: local or legacy."""
    assert {f"seed:M{number}" for number in ("06", "10", "12", "13", "15", "17")} <= set(ruleset.no_flow)


def test_rows_in_the_wrong_table_are_not_reported_missing(ruleset: Ruleset) -> None:
    """P34: who begins is not clear."""
    assert [each.level for each in ruleset.flows if "seed:U05" in each.cite] == ["permitted"]
    assert flow(ruleset, "UM-WEB").destination.names == ("client_access",)


def test_two_roles_on_one_server_need_no_firewall(ruleset: Ruleset) -> None:
    """P16: what one computer says to itself crosses no network."""
    from auditor.baseline import Binding, Site, bind
    from parsers.model.addresses import AddressSet

    one = Binding(AddressSet.network("10.0.10.21"))
    other = Binding(AddressSet.network("10.0.10.31"))

    def flows(mailbox: Binding) -> set[str]:
        site = Site("t", bindings={"hub_transport": (one,), "mailbox": (mailbox,)})
        return {each.flow.id for each in bind(ruleset, site, ()).flows}

    assert {"MBX-HUB", "HUB-MBX"} <= flows(other)
    assert not {"MBX-HUB", "HUB-MBX"} & flows(one)


def test_one_flow_in_two_tables_is_one_flow(ruleset: Ruleset) -> None:
    """P17."""
    assert flow(ruleset, "UM-HUB").cite == ("seed:T07", "seed:U06")
    assert [each.id for each in ruleset.flows if "seed:U06" in each.cite] == ["UM-HUB"]


def test_administration_is_permitted_by_both_its_ports(ruleset: Ruleset) -> None:
    """P20: Remote Registry uses a pipe over 445 in practice."""
    levels = {name: flow(ruleset, name).level for name in ("ADMIN-REGISTRY", "ADMIN-SMB")}
    assert set(levels.values()) == {"permitted"}


def test_no_flow_is_the_reply_of_another(ruleset: Ruleset) -> None:
    """P57: firewalls remember connections; what goes both ways is begun by both (mail, a cluster, telephony)."""
    both = {
        frozenset((each.source.names, each.destination.names))
        for each in required(ruleset)
        for other in required(ruleset)
        if (each.source, each.destination) == (other.destination, other.source)
        and each.source != each.destination
        and terms(ruleset, each) & terms(ruleset, other)
    }
    assert both == {
        frozenset({("hub_transport",), ("edge_transport",)}),
        frozenset({("hub_transport",), ("mailbox",)}),
        frozenset({("internet",), ("edge_transport",)}),
        frozenset({("internet",), ("hub_transport",)}),
    }


def test_open_proxy_tests_are_permitted_outward_from_the_edge(ruleset: Ruleset) -> None:
    """P60."""
    tests = flow(ruleset, "EDGE-PROXY-TESTS")
    assert (tests.level, tests.source.names, tests.destination.names) == (
        "permitted",
        ("edge_transport",),
        ("internet",),
    )
    assert {"tcp/1080-1081", "tcp/23", "tcp/6588", "tcp/3128", "tcp/80"} == terms(ruleset, tests)


def test_what_is_said_of_encryption_changes_no_severity(ruleset: Ruleset) -> None:
    """P15: "always encrypted" contradicts four rows; RPC from the Internet stays critical."""
    assert "contradicted" in rows(ruleset)["NMP5"].text
    [ban] = [each for each in ruleset.forbidden if each.id == "NO-RPC"]
    assert dict(ban.severity)["default"].word == "critical"


def test_rms_over_clear_text_is_a_finding(ruleset: Ruleset) -> None:
    """P19: "Yes*" without a footnote."""
    assert terms(ruleset, flow(ruleset, "HUB-RMS")) == {"tcp/443"}
    assert [each.id for each in ruleset.forbidden if "rms" in each.destination.names] == ["NO-RMS-HTTP"]


def test_mail_clients_outside_use_ssl_only(ruleset: Ruleset) -> None:
    """P28: 110 and 143 begin in clear text; both services are off unless the site says otherwise."""
    assert {name: flow(ruleset, name).level for name in ("POP3-SSL", "POP3-TLS", "IMAP4-SSL", "IMAP4-TLS")} == {
        "POP3-SSL": "required",
        "POP3-TLS": "permitted",
        "IMAP4-SSL": "required",
        "IMAP4-TLS": "permitted",
    }
    assert not ruleset.conditions["publish_pop3"].default
    assert not ruleset.conditions["publish_imap4"].default


def test_an_earlier_exchange_may_be_reached_and_need_not(ruleset: Ruleset) -> None:
    """P30: "POP/IMAP plain text" hides in a column on authentication."""
    legacy = flow(ruleset, "CAS-LEGACY")
    assert legacy.level == "permitted"
    assert {"tcp/110", "tcp/143"} <= terms(ruleset, legacy)


def test_ports_of_windows_rules_are_tcp(ruleset: Ruleset) -> None:
    """P44, P64: every rule of the table is TCP inbound; nothing of UDP, SMB or the registry comes from Setup."""
    for rule in ruleset.host_rules:
        assert "(TCP-In)" in rule.name
        assert all(port in ("RPC", "RPC-EPMap", "any") or port.isdigit() for port in rule.ports), rule.id
    assert not [rule.id for rule in ruleset.host_rules if {"445", "3343"} & set(rule.ports)]


def test_any_and_all_programs_are_no_program(ruleset: Ruleset) -> None:
    """P46: three words for one thing."""
    for row in ruleset.rows:
        if re.fullmatch(r"W\d\d", row.row):
            assert (row.cells[-1] in ("Any", "All")) == (host_rules(ruleset)[row.row].program == ""), row.row


def test_twins_need_not_share_a_name(ruleset: Ruleset) -> None:
    """P48."""
    found = host_rules(ruleset)
    for one in ("W07", "W11"):
        assert found[found[one].twin].name.split(" (")[0] != found[one].name.split(" (")[0]


def test_programs_that_many_share_lie_outside_the_product(ruleset: Ruleset) -> None:
    """P52: every IIS site and every service runs in one of these."""
    assert host_rules(ruleset)["W12"].program == r"Inetsrv\w3wp.exe"
    assert host_rules(ruleset)["W16"].program == r"System32\Svchost.exe"


def test_the_edge_has_rpc_rules_and_the_internet_must_not_reach_them(ruleset: Ruleset) -> None:
    """P53: "All roles" includes the Edge."""
    edge = {rule.id for rule in ruleset.host_rules if "edge_transport" in rule.roles}
    assert edge == {"W02", "W03", "W04", "W05", "W46", "W47"}
    [ban] = [each for each in ruleset.forbidden if each.id == "NO-RPC"]
    assert "edge_transport" in ban.destination.names


def test_roles_of_the_monitoring_rule_are_as_stated(ruleset: Ruleset) -> None:
    """P54: it lists the Edge and not the Mailbox server."""
    assert "mailbox" not in host_rules(ruleset)["W02"].roles


def test_no_windows_rule_opens_mail_on_the_edge_yet_mail_is_required(ruleset: Ruleset) -> None:
    """P55."""
    on_edge = {port for rule in ruleset.host_rules if "edge_transport" in rule.roles for port in rule.ports}
    assert not on_edge & {"25", "50636", "50389"}
    assert {"INTERNET-EDGE", "EDGESYNC"} <= {each.id for each in required(ruleset)}


def test_what_only_windows_rules_name_is_never_required(ruleset: Ruleset) -> None:
    """P56: 808 and 6001 to 6004 stand in no data path."""
    inner = ServiceSet.parse("tcp/808") | ServiceSet.parse("tcp/6001-6004")
    for each in ruleset.flows:
        fixed = [ServiceSet.parse(term) for term in terms(ruleset, each) if "$" not in term]
        assert each.coverage == "any" or not ServiceSet.union(fixed).overlaps(inner), each.id


def test_web_ports_come_from_iis(ruleset: Ruleset) -> None:
    """P06: Setup opens neither 80 nor 443."""
    assert not {"80", "443"} & {port for rule in ruleset.host_rules for port in rule.ports}


def test_no_advice_edits_a_rule_of_setup(ruleset: Ruleset) -> None:
    """P61: they can be disabled or deleted, and copied; never edited."""
    for rule in ruleset.host_rules:
        assert not re.search(r"\b(edit|change|modify)\b (the|this|its)", rule.advice, re.IGNORECASE), rule.id
        assert not rule.gfw or "disabl" in rule.advice, rule.id


def test_windows_rules_state_what_the_source_states(ruleset: Ruleset) -> None:
    """P65: no profile, remote address or state is in the table, so none is compared."""
    assert not {"profile", "remote", "enabled", "edge_traversal"} & set(HostRule.__slots__)


def test_names_are_hints(ruleset: Ruleset) -> None:
    """P07b: DNS records and the phone's server name are no matter of a firewall."""
    for name in ("Q05", "Q06"):
        [question] = [each for each in ruleset.questions if each.id == name]
        assert question.hints
        assert not question.satisfied_by
        assert not question.forbidden
