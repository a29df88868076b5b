"""Roles told from what an export publishes, names that mean nothing included; and what ports are called."""

import pytest

import parsers
from auditor.baseline import Inference, host_rule_key, infer_site, load_ruleset
from auditor.baseline.services import load_services
from parsers.model.addresses import AddressSet
from parsers.model.services import ServiceSet

CONFIG = """#config-version=FGT60F-7.0.12-FW-build0523-230606:opmode=0:vdom=0:user=admin
config system global
    set hostname "x1"
end
config system interface
    edit "port1"
        set ip 203.0.113.2 255.255.255.0
        set type physical
    next
    edit "port2"
        set ip 10.0.10.1 255.255.255.0
        set type physical
    next
    edit "port3"
        set ip 10.0.20.1 255.255.255.0
        set type physical
        set role dmz
    next
end
config firewall address
    edit "all"
    next
end
config firewall vip
    edit "q7"
        set extip 203.0.113.10
        set mappedip "{server}"
        set extintf "any"
    next
end
config firewall policy
    edit 1
        set srcintf "port1"
        set dstintf "{egress}"
        set srcaddr "all"
        set dstaddr "q7"
        set action accept
        set schedule "always"
        set service "{service}"
        {status}
    next
end
"""


def _inferred(server: str, service: str, egress: str = "port2", status: str = "set status enable") -> Inference:
    text = CONFIG
    for key, value in (("server", server), ("service", service), ("egress", egress), ("status", status)):
        text = text.replace(f"{{{key}}}", value)
    return infer_site(parsers.read(text.encode(), "x1.conf"), (load_ruleset("exchange-2010"),))


@pytest.mark.parametrize(
    ("server", "service", "egress", "role"),
    [
        ("10.0.10.21", "HTTPS", "port2", "client_access"),
        ("10.0.10.22", "SMTP", "port2", "hub_transport"),
        ("10.0.20.5", "SMTP", "port3", "mail_relay"),
    ],
)
def test_a_role_is_told_from_the_published_port(server: str, service: str, egress: str, role: str) -> None:
    inference = _inferred(server, service, egress)
    assert list(inference.site.bindings) == [role]
    (binding,) = inference.site.bindings[role]
    assert (binding.address, binding.public) == (AddressSet.network(server), AddressSet.network("203.0.113.10"))
    assert any(server in note and role in note for note in inference.notes)


def test_a_policy_for_insiders_publishes_nothing() -> None:
    inside = CONFIG.replace('set srcintf "port1"', 'set srcintf "port3"').replace("{status}", "set status enable")
    text = inside.replace("{server}", "10.0.10.21").replace("{service}", "ALL").replace("{egress}", "port2")
    inference = infer_site(parsers.read(text.encode(), "x1.conf"), (load_ruleset("exchange-2010"),))
    assert "internet" in inference.site.devices["x1"].zones
    assert not inference.site.bindings


EDGESYNC = """config firewall service custom
    edit "sync"
        set tcp-portrange 50636
    next
end
config firewall policy
    edit 2
        set srcintf "port2"
        set dstintf "port3"
        set srcaddr "all"
        set dstaddr "all"
        set action accept
        set schedule "always"
        set service "{service}"
    next
end
"""
CALLED_EDGE = """config firewall address
    edit "ex-edge"
        set subnet 10.0.20.5 255.255.255.255
    next
end
"""


@pytest.mark.parametrize(
    ("more", "role"),
    [
        (CALLED_EDGE, "edge_transport"),
        (EDGESYNC.format(service="sync"), "edge_transport"),
        (EDGESYNC.format(service="ALL"), "mail_relay"),
        (CALLED_EDGE.replace("ex-edge", "fortimail"), "mail_relay"),
    ],
    ids=["its name", "a rule for EdgeSync", "a rule for everything", "another name"],
)
def test_a_mail_server_in_the_perimeter_is_an_edge_only_if_something_says_so(more: str, role: str) -> None:
    """Any mail filter stands there: taken for an Edge, everything an Edge needs would be missing."""
    text = CONFIG.replace("{server}", "10.0.20.5").replace("{service}", "SMTP").replace("{egress}", "port3")
    inference = infer_site(
        parsers.read((text.replace("{status}", "set status enable") + more).encode(), "x1.conf"),
        (load_ruleset("exchange-2010"),),
    )
    assert list(inference.site.bindings) == [role]


def test_a_disabled_policy_publishes_nothing() -> None:
    assert _inferred("10.0.10.21", "HTTPS", status="set status disable").site.bindings == {}


def test_a_policy_for_everything_is_no_sign_of_mail() -> None:
    assert list(_inferred("10.0.10.21", "ALL").site.bindings) == ["client_access"]


@pytest.mark.parametrize(
    ("name", "address", "role"),
    [
        ("SRV-EDGE01", "10.0.20.7", "edge_transport"),
        ("exedge1", "10.0.20.7", "edge_transport"),
        ("EdgeTransport", "203.0.113.25", "edge_transport"),
        ("monitor.windowledge.example", "10.0.20.7", None),
        ("edge.cdn.example", "198.18.0.7", None),
        ("smtp.relay.example", "198.18.0.8", None),
    ],
    ids=["word", "prefix", "connected public address", "part of a word", "address of others", "mail of others"],
)
def test_a_name_makes_a_role_only_of_an_address_that_may_be_ours(name: str, address: str, role: str | None) -> None:
    entry = f'    edit "{name}"\n        set subnet {address} 255.255.255.255\n    next\n'
    text = CONFIG.replace("config firewall address\n", "config firewall address\n" + entry)
    text = text[: text.index("config firewall vip")]
    bindings = infer_site(parsers.read(text.encode(), "x1.conf"), (load_ruleset("exchange-2010"),)).site.bindings
    assert list(bindings) == ([role] if role else [])


def test_tunnels_among_the_members_of_sdwan_do_not_face_the_internet() -> None:
    text = """config system interface
    edit "port1"
        set mode dhcp
    next
    edit "hub1"
        set type tunnel
        set interface "port1"
    next
end
config system sdwan
    config members
        edit 1
            set interface "port1"
        next
        edit 2
            set interface "hub1"
        next
    end
end
"""
    inference = infer_site(parsers.read(text.encode(), "x1.conf"), (load_ruleset("perimeter"),))
    assert inference.site.devices["x1"].zones == {"internet": ("port1",), "internal": ("hub1",)}


def test_a_default_route_into_sdwan_without_members_leaves_the_interfaces_to_their_roles() -> None:
    text = """config system interface
    edit "wan1"
        set mode dhcp
        set role wan
    next
    edit "lan"
        set ip 10.0.10.1 255.255.255.0
        set role lan
    next
end
config router static
    edit 1
        set device "virtual-wan-link"
    next
end
"""
    inference = infer_site(parsers.read(text.encode(), "x1.conf"), (load_ruleset("perimeter"),))
    assert inference.site.devices["x1"].zones == {"internet": ("virtual-wan-link", "wan1"), "internal": ("lan",)}


def test_a_public_address_makes_an_interface_face_the_internet() -> None:
    inference = _inferred("10.0.10.21", "HTTPS")
    assert inference.site.devices["x1"].zones == {
        "internet": ("port1",),
        "internal": ("port2",),
        "perimeter": ("port3",),
    }
    assert any("public address 203.0.113.2" in note for note in inference.notes)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MSExchangeRPC - PRCEPMap (TCP-In)", "MSExchangeRPC - RPCEPMap (TCP-In)"),  # P43
        ("MSExchange - POP3 (FGW) (TCP-In)", "MSExchange - POP3 (GFW) (TCP-In)"),  # P40
        ("MSExchangerepl - RPC-EPMap (TCP-In)", "MSExchangeRepl RPCEPMap (TCP-In)"),  # P50
    ],
)
def test_spellings_of_one_rule_have_one_key(one: str, other: str) -> None:
    assert host_rule_key(one) == host_rule_key(other)


@pytest.mark.parametrize(
    ("port", "listener"), [("tcp/135", "svchost.exe"), ("tcp/443", "system"), ("tcp/50636", "dsamain.exe")]
)
def test_who_answers_on_a_port(port: str, listener: str) -> None:
    known = next(each for each in load_services() if each.service.overlaps(ServiceSet.parse(port)))
    assert listener in known.listeners


@pytest.mark.parametrize("port", ["tcp/23", "tcp/110", "tcp/50389"])
def test_clear_text_ports(port: str) -> None:
    assert next(each for each in load_services() if each.service == ServiceSet.parse(port)).cleartext


SECOND = """config firewall vip
    edit "{name}"
        set extip 203.0.113.11
        set mappedip "10.0.10.80"
        set extintf "any"
    next
end
config firewall policy
    edit 2
        set srcintf "port1"
        set dstintf "port2"
        set srcaddr "all"
        set dstaddr "{name}"
        set action accept
        set schedule "always"
        set service "HTTPS"{mail}
    next
end
"""


def _two_web_servers(name: str, mail: str = "", rulesets: tuple[str, ...] = ("exchange-2010",)) -> Inference:
    text = CONFIG + SECOND
    words = {"server": "10.0.10.21", "service": "HTTPS", "egress": "port2", "status": "", "name": name, "mail": mail}
    for key, value in words.items():
        text = text.replace(f"{{{key}}}", value)
    return infer_site(parsers.read(text.encode(), "x1.conf"), [load_ruleset(each) for each in rulesets])


def test_of_two_web_servers_without_a_hint_neither_is_client_access() -> None:
    inference = _two_web_servers("q8")
    assert "client_access" not in inference.site.bindings
    assert any("10.0.10.21, 10.0.10.80" in note and "bind it in a site file" in note for note in inference.notes)


@pytest.mark.parametrize(("name", "mail"), [("vip-webmail", ""), ("OWA 443", ""), ("q8", ' "SMTP"')])
def test_of_two_web_servers_a_name_or_published_mail_decides(name: str, mail: str) -> None:
    (binding,) = _two_web_servers(name, mail).site.bindings["client_access"]
    assert binding.address == AddressSet.network("10.0.10.80")


@pytest.mark.parametrize(
    ("name", "rulesets", "role"),
    [
        ("VIP-RDGW01", ("remote-desktop",), "rd_gateway"),
        ("VIP-RDGW01", ("remote-desktop", "exchange-2016"), "rd_gateway"),
        ("vip_owa", ("remote-desktop", "exchange-2016"), "mailbox_2016"),
        ("vip-mail", ("exchange-2013",), "client_access_2013"),
    ],
)
def test_the_words_of_a_baseline_tell_its_published_server(name: str, rulesets: tuple[str, ...], role: str) -> None:
    inference = _two_web_servers(name, rulesets=rulesets)
    bound = {each: found for each, found in inference.site.bindings.items() if found}
    assert {each: [one.address.text() for one in found] for each, found in bound.items()} == {role: ["10.0.10.80"]}
    assert bound[role][0].public == AddressSet.network("203.0.113.11")
    assert f"10.0.10.80 taken as {role}: {name} publishes tcp/443 to it." in inference.notes


def test_several_published_servers_that_no_word_tells_apart_are_a_question() -> None:
    inference = _two_web_servers("q8", rulesets=("remote-desktop",))
    assert not inference.site.bindings
    assert (
        "10.0.10.80 is published on tcp/443 and nothing tells whether it is rd_gateway; bind it in a site file."
        in inference.notes
    )


def test_one_published_server_that_two_baselines_claim_is_a_question() -> None:
    text = CONFIG
    for key, value in {"server": "10.0.10.21", "service": "HTTPS", "egress": "port2", "status": ""}.items():
        text = text.replace(f"{{{key}}}", value)
    firewalls = parsers.read(text.encode(), "x1.conf")
    both = infer_site(firewalls, [load_ruleset("remote-desktop"), load_ruleset("exchange-2016")])
    assert not both.site.bindings
    assert any("nothing tells whether it is mailbox_2016 or rd_gateway" in note for note in both.notes)
    (one,) = infer_site(firewalls, [load_ruleset("exchange-2016")]).site.bindings["mailbox_2016"]
    assert one.address == AddressSet.network("10.0.10.21")


@pytest.mark.parametrize(
    ("name", "baseline", "role"),
    [
        ("SRV-SQL01", "sql-server", "sql_server"),
        ("h_wsus", "wsus", "wsus"),
        ("DC1", "active-directory", "domain_controller"),
        ("mysqldump", "sql-server", ""),
        ("fileserver2", "file-and-print", "file_server"),
    ],
)
def test_an_object_is_called_as_the_baseline_says(name: str, baseline: str, role: str) -> None:
    text = CONFIG.replace(
        '    edit "all"\n    next\n', f'    edit "{name}"\n        set subnet 10.0.10.9/32\n    next\n'
    )
    inference = infer_site(parsers.read(text.encode(), "x1.conf"), [load_ruleset(baseline)])
    assert set(inference.site.bindings) == ({role} if role else set())


_LSASS, _SYSTEM = r"%SystemRoot%\System32\lsass.exe", "System"


@pytest.mark.parametrize(
    ("baseline", "rules", "roles"),
    [
        ("active-directory", [("a", "389", _LSASS), ("b", "636", _LSASS)], {"domain_controller"}),
        # Netlogon and file sharing are on every member server.
        ("active-directory", [("Netlogon Service Authz (RPC)", "RPC", _LSASS), ("SMB-In", "445", _SYSTEM)], set()),
        ("wsus", [("a", "8530", _SYSTEM), ("b", "8531", _SYSTEM)], {"wsus"}),
        ("wsus", [("World Wide Web Services (HTTP Traffic-In)", "80", _SYSTEM)], set()),
    ],
)
def test_a_windows_host_is_told_from_its_rules(
    baseline: str, rules: list[tuple[str, str, str]], roles: set[str]
) -> None:
    text = "".join(
        f"Rule Name: {name}\n{'-' * 70}\nEnabled: Yes\nDirection: In\nProfiles: Domain,Private,Public\nGrouping:\n"
        f"LocalIP: Any\nRemoteIP: Any\nProtocol: TCP\nLocalPort: {port}\nRemotePort: Any\nEdge traversal: No\n"
        f"Program: {program}\nInterfaceTypes: Any\nSecurity: NotRequired\nRule source: Local Setting\nAction: Allow\n\n"
        for name, port, program in rules
    )
    inference = infer_site(parsers.read(text.encode(), "SRV1.txt"), [load_ruleset(baseline)])
    assert set(inference.site.bindings) == roles


@pytest.mark.parametrize(
    ("objects", "address"),
    [
        (("srv1",), "10.0.10.9"),
        (("SRV1.example.net",), "10.0.10.9"),
        (("srv10",), ""),
        (("srv1", "SRV1"), ""),  # two addresses: nothing decides
    ],
)
def test_a_host_has_the_address_of_the_object_that_is_called_like_it(objects: tuple[str, ...], address: str) -> None:
    """Without it a host's own firewall would be left out of every path to it."""
    entries = "".join(
        f'    edit "{name}"\n        set subnet 10.0.10.{number}/32\n    next\n'
        for number, name in enumerate(objects, 9)
    )
    text = "".join(
        f"Rule Name: {port}\n{'-' * 70}\nEnabled: Yes\nDirection: In\nProfiles: Domain\nGrouping:\nLocalIP: Any\n"
        f"RemoteIP: Any\nProtocol: TCP\nLocalPort: {port}\nRemotePort: Any\nEdge traversal: No\nProgram: System\n"
        "InterfaceTypes: Any\nSecurity: NotRequired\nRule source: Local Setting\nAction: Allow\n\n"
        for port in (8530, 8531)
    )
    firewalls = parsers.read(CONFIG.replace('    edit "all"\n    next\n', entries).encode(), "x1.conf")
    inference = infer_site((*firewalls, *parsers.read(text.encode(), "SRV1.txt")), [load_ruleset("wsus")])
    found = inference.site.bindings.get("wsus", ())
    assert [each.address.text() for each in found] == ([address] if address else [])
    assert {each.device for each in found} <= {"SRV1"}


@pytest.mark.parametrize(
    ("folder", "baseline", "said"),
    [
        ("V15", "exchange-2010", "audit it with --ruleset exchange-2013 or exchange-2016"),
        ("V14", "exchange-2013", "audit it with --ruleset exchange-2010"),
        ("V14", "exchange-2010", ""),
        ("V15", "exchange-2016", ""),
    ],
)
def test_the_folder_of_the_programs_tells_another_version(folder: str, baseline: str, said: str) -> None:
    key = r"[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules]"
    programs = (
        ("25|LPort=587", r"Bin\\edgetransport.exe"),
        ("RPC", r"Bin\\edgetransport.exe"),
        ("RPC", r"Bin\\Microsoft.Exchange.EdgeSyncSvc.exe"),
        ("465|LPort=2525", r"Bin\\edgetransport.exe"),
        ("475", r"Bin\\MSExchangeDelivery.exe"),
        ("64327", r"Bin\\MSExchangeRepl.exe"),
        ("RPC", r"Bin\\MSExchangeRepl.exe"),
    )
    lines = [
        rf'"{number}"="v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort={ports}|App=C:\\Microsoft\\Exchange Server\\'
        rf'{folder}\\{program}|Name=MSExchange{number}|"'
        for number, (ports, program) in enumerate(programs)
    ]
    text = "\n".join(["Windows Registry Editor Version 5.00", "", key, *lines])
    notes = infer_site(parsers.read(text.encode("utf-16"), "EX01.reg"), [load_ruleset(baseline)]).notes
    assert any("its rules are those of" in note for note in notes)
    found = [note for note in notes if "lie in the folder" in note]
    assert [said in note for note in found] == [True] * bool(said)
