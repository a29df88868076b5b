"""Several exports of one server: folders, zips, the collection script's manifest, what wins and what is added."""

import json
import struct

import pytest

import parsers
from parsers.errors import UnreadableError
from parsers.model.addresses import AddressSet
from parsers.model.intervals import IntervalSet
from parsers.source import Document
from parsers.windows import manifest
from tests.zips import zipped

DASHES = "-" * 70
NETSH = f"""
Rule Name:                            Mail
{DASHES}
Enabled:                              Yes
Direction:                            In
Profiles:                             Domain,Private,Public
Grouping:
LocalIP:                              Any
RemoteIP:                             LocalSubnet
Protocol:                             TCP
LocalPort:                            25
RemotePort:                           Any
Edge traversal:                       No
Program:                              C:\\edge.exe
InterfaceTypes:                       Any
Security:                             NotRequired
Rule source:                          Local Setting
Action:                               Allow
Ok.

"""
PROFILES = "".join(
    f"""
{name} Profile Settings:
{DASHES}
State                                 ON
Firewall Policy                       BlockInbound,AllowOutbound

"""
    for name in ("Domain", "Private", "Public")
)
CURRENT = PROFILES[: PROFILES.index("Private")]
DYNAMIC = """
Protocol tcp Dynamic Port Range
---------------------------------
Start Port      : 6005
Number of Ports : 59530

"""
LOCAL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"
GROUP = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\WindowsFirewall"
HEADER = "Windows Registry Editor Version 5.00\r\n\r\n"
RULE = '"A"="v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=25|RA4=LocalSubnet|Name=Mail|"\r\n'
REGISTRY = f'{HEADER}[{LOCAL}\\FirewallRules]\r\n{RULE}\r\n[{GROUP}\\PublicProfile]\r\n"EnableFirewall"=dword:1\r\n'
ACTIVE = {
    "store": "ActiveStore",
    "rules": [
        {
            "Name": "A",
            "InstanceID": "A",
            "DisplayName": "Mail",
            "Enabled": "True",
            "Profile": "Any",
            "Direction": "Inbound",
            "Action": "Allow",
            "PolicyStoreSource": "PersistentStore",
            "PolicyStoreSourceType": "Local",
            "Platform": "",
            "Protocol": ["TCP"],
            "LocalPort": ["25"],
            "RemotePort": ["Any"],
            "LocalAddress": ["Any"],
            "RemoteAddress": ["LocalSubnet"],
            "Program": ["Any"],
            "Service": ["Any"],
            "InterfaceAlias": ["Any"],
            "InterfaceType": ["Any"],
            "OverrideBlockRules": ["False"],
        }
    ],
}
MANIFEST = {
    "schema": "fwproof-collect/1",
    "script": "2",
    "host": "EX-CAS01",
    "caption": "Microsoft Windows Server 2008 R2 Standard",
    "version": "6.1.7601",
    "service": "Running",
    "addresses": ["192.0.2.10/255.255.255.0", "fe80::1/64"],
    "roles": ["ClientAccessRole", "HubTransportRole", "SomethingNew"],
    "files": [
        "active-store.json",
        "netsh-allprofiles.txt",
        "netsh-currentprofile.txt",
        "netsh-dynamicport-ipv4.txt",
        "netsh-rules.txt",
        "registry.reg",
    ],
    "failed": [],
}
FILES = {
    "active-store.json": json.dumps(ACTIVE).encode(),
    "manifest.json": json.dumps(MANIFEST).encode(),
    "netsh-allprofiles.txt": PROFILES.encode(),
    "netsh-currentprofile.txt": CURRENT.encode(),
    "netsh-dynamicport-ipv4.txt": DYNAMIC.encode(),
    "netsh-rules.txt": NETSH.encode(),
    "registry.reg": REGISTRY.encode("utf-16"),
}


def documents(files, where=""):
    return [Document(where + name, data) for name, data in files.items()]


def without(*names):
    return {name: data for name, data in FILES.items() if name not in names}


def mail(firewall):
    (rule,) = [rule for rule in firewall.lists[0].rules if rule.name == "Mail"]
    return rule


def test_zip_of_the_collection_script_is_one_host():
    (firewall,) = parsers.read(zipped(FILES), "EX-CAS01-firewall.zip")
    assert firewall.name == "EX-CAS01"
    assert firewall.version == "Microsoft Windows Server 2008 R2 Standard 6.1.7601"
    assert len(firewall.sources) == len(FILES)
    assert firewall.gaps == ()
    host = firewall.host
    assert host.dynamic_tcp == IntervalSet.of((6005, 65534))
    assert host.active_profiles == ("domain",)
    assert host.role_hints == ("client_access", "hub_transport")
    assert host.addresses == AddressSet.network("192.0.2.10")  # fe80::1 is no address that others reach
    assert host.networks == AddressSet.network("192.0.2.0/24") | AddressSet.network("fe80::/64")
    # The richest source won, and the rule is there once.
    assert mail(firewall).origin.file.endswith("active-store.json")
    assert any("Rules were taken from the PowerShell active store" in each for each in firewall.assumptions)
    assert firewall.settings


def test_folder_and_files_given_together_are_the_same_host(tmp_path):
    folder = tmp_path / "EX"
    folder.mkdir()
    for name, data in FILES.items():
        (folder / name).write_bytes(data)
    (from_folder,) = parsers.read(folder)
    (from_files,) = parsers.read_all(documents(FILES))
    (from_zip,) = parsers.read(zipped(FILES), "x.zip")
    assert from_folder.name == from_files.name == from_zip.name == "EX-CAS01"
    assert from_folder.host == from_files.host == from_zip.host
    assert [rule.name for rule in from_folder.lists[0].rules] == [rule.name for rule in from_zip.lists[0].rules]


@pytest.mark.parametrize(
    ("missing", "winner"),
    [
        ((), "active-store.json"),
        (("active-store.json",), "registry.reg"),
        (("active-store.json", "registry.reg"), "netsh-rules.txt"),
    ],
)
def test_the_richest_source_wins(missing, winner):
    (firewall,) = parsers.read(zipped(without(*missing)), "x.zip")
    assert mail(firewall).origin.file == f"x.zip/{winner}"


def test_two_collections_stay_two_hosts():
    other = FILES | {"manifest.json": json.dumps(MANIFEST | {"host": "EX-MBX01"}).encode()}
    both = parsers.read(zipped({"one.zip": zipped(FILES), "two.zip": zipped(other)}), "all.zip")
    assert sorted(each.name for each in both) == ["EX-CAS01", "EX-MBX01"]


def test_files_that_a_manifest_does_not_list_are_not_its_host():
    extra = FILES | {"EX-EDGE01.txt": NETSH.encode()}
    assert sorted(each.name for each in parsers.read(zipped(extra), "x.zip")) == ["EX-CAS01", "EX-EDGE01"]


def test_zip_without_a_manifest_takes_the_archives_name():
    files = {"rules.txt": NETSH.encode(), "profiles.txt": PROFILES.encode(), "dynamicports.txt": DYNAMIC.encode()}
    (firewall,) = parsers.read(zipped(files), "EX-HUB01.zip")
    assert firewall.name == "EX-HUB01"
    assert firewall.host.dynamic_tcp == IntervalSet.of((6005, 65534))


def test_group_policy_is_added_to_the_local_rules_of_a_poorer_export():
    policy = f"{HEADER}[{GROUP}\\FirewallRules]\r\n{RULE.replace('Mail', 'Web')}"
    (firewall,) = parsers.read_all([Document("EX01.txt", NETSH.encode()), Document("gpo.reg", policy.encode("utf-16"))])
    assert {rule.name for rule in firewall.lists[0].rules} == {"Mail", "Web"}
    assert firewall.gaps == ()
    assert any("were added" in each for each in firewall.assumptions)


def test_group_policy_that_turns_merging_off_silences_local_rules():
    policy = f'{HEADER}[{GROUP}\\PublicProfile]\r\n"AllowLocalPolicyMerge"=dword:0\r\n'
    (firewall,) = parsers.read_all([Document("EX01.txt", NETSH.encode()), Document("gpo.reg", policy.encode("utf-16"))])
    assert mail(firewall).ingress == {"domain", "private"}


def test_group_policy_values_win_over_local_ones_value_by_value():
    local = f'{HEADER}[{LOCAL}\\PublicProfile]\r\n"EnableFirewall"=dword:0\r\n"DefaultInboundAction"=dword:0\r\n'
    policy = f'[{GROUP}\\PublicProfile]\r\n"EnableFirewall"=dword:1\r\n'
    (firewall,) = parsers.read_all([Document("EX01.reg", (local + policy).encode("utf-16"))])
    names = {rule.name for rule in firewall.lists[0].rules}
    assert "public profile is off" not in names
    assert "public profile allows by default" in names


def test_a_group_policy_alone_leaves_the_local_rules_unknown():
    record = b"PReg\1\0\0\0"
    key = "Software\\Policies\\Microsoft\\WindowsFirewall\\DomainProfile"
    record += f"[{key}\0;EnableFirewall\0;".encode("utf-16-le") + struct.pack("<I", 4) + ";".encode("utf-16-le")
    record += struct.pack("<I", 4) + ";".encode("utf-16-le") + b"\1\0\0\0" + "]".encode("utf-16-le")
    (firewall,) = parsers.read(record, "EX01.pol")
    (gap,) = firewall.gaps
    assert gap.hides_access
    assert "local rules" in gap.what


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (MANIFEST | {"schema": "fwproof-collect/9"}, "another schema"),
        (MANIFEST | {"host": " "}, "names no host"),
        ("broken", "broken manifest"),
    ],
)
def test_manifests_that_cannot_be_read(content, reason):
    text = json.dumps(content) if isinstance(content, dict) else '{"schema": "fwproof-collect/1", '
    document = Document("manifest.json", text.encode())
    assert manifest.recognises(document)
    with pytest.raises(UnreadableError, match=reason):
        manifest.read(document)


def collected(manifest_says, *left_out):
    said = MANIFEST | {"files": [name for name in MANIFEST["files"] if name not in left_out]} | manifest_says
    (firewall,) = parsers.read(zipped(without(*left_out) | {"manifest.json": json.dumps(said).encode()}), "x.zip")
    return firewall


@pytest.mark.parametrize(
    ("found", "roles"),
    [
        (["v15.0 CafeRole", "v15.0 MailboxRole"], ("client_access_2013", "mailbox_2013")),
        (["v15.1 CafeRole", "v15.1 MailboxRole"], ("mailbox_2016",)),  # Client Access is a part of it since 2016
        (["v15.2 EdgeTransportRole"], ("edge_transport",)),
        (["v15. MailboxRole"], ()),
    ],
)
def test_roles_of_newer_exchange_servers(found, roles):
    assert collected({"roles": found}).host.role_hints == roles


def test_rules_of_a_stopped_service_filtered_nothing():
    (gap,) = collected({"service": "Stopped"}).gaps
    assert (gap.keyword, gap.hides_access) == ("Stopped", True)
    assert "MpsSvc) was stopped" in gap.what
    assert collected({"service": ""}).gaps == ()  # the script could not ask


@pytest.mark.parametrize(
    ("failed", "left_out", "what", "hides"),
    [
        (
            "netsh-rules.txt: no service: 5",
            "netsh-rules.txt",
            "netsh-rules.txt could not be collected (no service: 5)",
            False,
        ),
        ("active-store.json: denied", "active-store.json", "active-store.json could not be collected (denied)", False),
        ("addresses: Invalid class", "", "addresses could not be collected (Invalid class)", False),
        (
            f"registry.reg: {GROUP}\\FirewallRules: denied",
            "",
            f"{GROUP}\\FirewallRules could not be collected (denied)",
            False,
        ),
        (
            f"registry.reg: {GROUP}\\FirewallRules: denied",
            "active-store.json",
            f"{GROUP}\\FirewallRules could not be collected (denied)",
            True,
        ),
        (
            f"registry.reg: {GROUP}\\PublicProfile: denied",
            "",
            f"{GROUP}\\PublicProfile could not be collected (denied)",
            True,
        ),
    ],
)
def test_a_part_that_failed_is_said_and_hides_access_where_no_other_has_it(failed, left_out, what, hides):
    (gap,) = collected({"failed": [failed]}, left_out).gaps
    assert (gap.what, gap.hides_access) == (what, hides)


def test_the_list_of_parts_that_packages_hold_is_no_export_left_out():
    inputs = parsers.read_inputs([Document("x.zip", zipped(FILES | {"[Content_Types].xml": b"<Types/>"}))])
    assert inputs.skipped == ()


def test_group_policy_that_the_script_did_not_find_is_not_elsewhere():
    local = f"{HEADER}[{LOCAL}\\FirewallRules]\r\n{RULE}".encode("utf-16")
    (alone,) = parsers.read(local, "EX01.reg")
    (firewall,) = parsers.read(zipped(without("active-store.json") | {"registry.reg": local}), "x.zip")
    assert any("group policy lie elsewhere" in each for each in alone.assumptions)
    assert not any("group policy lie elsewhere" in each for each in firewall.assumptions)


def test_an_address_not_understood_is_said():
    host = manifest.read(Document("manifest.json", json.dumps(MANIFEST | {"addresses": ["x/24"]}).encode()))
    assert [gap.keyword for gap in host.gaps] == ["x/24"]


def test_networks_tell_which_profile_an_address_has():
    networks = [
        "Public 203.0.113.5",
        "DomainAuthenticated 192.0.2.10",
        "Public 2001:db8::5",
        "DomainAuthenticated fe80::1%12",
    ]
    host = manifest.read(Document("manifest.json", json.dumps(MANIFEST | {"networks": networks}).encode()))
    assert host.active_profiles == ("domain", "public")
    assert host.addresses == AddressSet.union(map(AddressSet.network, ["192.0.2.10", "203.0.113.5", "2001:db8::5"]))
    assert host.profile_addresses == (
        ("domain", AddressSet.network("192.0.2.10") | AddressSet.network("fe80::1")),
        ("public", AddressSet.network("203.0.113.5") | AddressSet.network("2001:db8::5")),
    )
    assert host.gaps == ()


@pytest.mark.parametrize("network", ["Guest 192.0.2.10", "Public", "Public x"])
def test_a_network_not_understood_is_said(network):
    host = manifest.read(Document("manifest.json", json.dumps(MANIFEST | {"networks": [network]}).encode()))
    assert [gap.keyword for gap in host.gaps] == [network]
    assert host.active_profiles is None


STATE = (
    "\r\n{} Profile Settings: \r\n" + "-" * 70 + "\r\n"
    "State                                 {}\r\nFirewall Policy                       {},AllowOutbound\r\nOk.\r\n"
)
POLICY = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"


@pytest.mark.parametrize(
    ("state", "policy", "said"),
    [
        ("ON", "BlockInboundAlways", ""),
        ("OFF", "BlockInboundAlways", "on or off"),
        ("ON", "AllowInbound", "inbound block always or inbound allow"),
    ],
)
def test_exports_that_differ_on_a_profile_are_said(state, policy, said):
    registry = (
        f'Windows Registry Editor Version 5.00\r\n\r\n[{POLICY}\\DomainProfile]\r\n"EnableFirewall"=dword:00000001\r\n'
        f'"DoNotAllowExceptions"=dword:00000001\r\n\r\n[{POLICY}\\FirewallRules]\r\n'
    )
    text = STATE.format("Domain", state, policy)
    (firewall,) = parsers.read_all([Document("EX01.reg", registry.encode()), Document("EX01.txt", text.encode())])
    notes = [note for note in firewall.assumptions if "differ" in note]
    assert [f"({said})" in note for note in notes] == [True] * bool(said)


def test_an_export_without_rules_has_none():
    (firewall,) = parsers.read(STATE.format("Domain", "ON", "BlockInbound").encode(), "EX01.txt")
    assert all(rule.implicit for each in firewall.lists for rule in each.rules)
    assert any("local rules of this host are in no export" in gap.what for gap in firewall.gaps)


def test_a_policy_beside_two_hosts_is_said_at_both():
    policy = Document("gpo.reg", f"{HEADER}[{GROUP}\\FirewallRules]\r\n{RULE}".encode("utf-16"))
    exports = [Document(f"{name}.txt", NETSH.encode()) for name in ("EX01", "EX02")]
    found = {firewall.name: firewall for firewall in parsers.read_all([*exports, policy])}
    assert set(found) == {"EX01", "EX02", "gpo"}
    for name in ("EX01", "EX02"):
        (gap,) = found[name].gaps
        assert (gap.origin.file, gap.hides_access) == ("gpo.reg", True)
        assert "may apply to this host" in gap.what


def test_a_policy_that_a_folder_gives_to_a_host_is_joined_to_it_alone():
    policy = Document("EX01/Registry.reg", f"{HEADER}[{GROUP}\\FirewallRules]\r\n{RULE}".encode("utf-16"))
    exports = [Document(f"{name}.txt", NETSH.encode()) for name in ("EX01", "EX02")]
    found = {firewall.name: firewall for firewall in parsers.read_all([*exports, policy])}
    assert {name: firewall.gaps for name, firewall in found.items()} == {"EX01": (), "EX02": ()}
    assert [len(firewall.sources) for firewall in found.values()] == [2, 1]


def test_dynamic_ports_beside_two_hosts_are_no_gap_of_theirs():
    ports = "Protocol tcp Dynamic Port Range\n---------------------------------\nStart Port      : 49152\nNumber of Ports : 16384\n"
    exports = [Document(f"{name}.txt", NETSH.encode()) for name in ("EX01", "EX02")]
    found = {each.name: each for each in parsers.read_all([*exports, Document("dynamic.txt", ports.encode())])}
    assert not any("may apply" in gap.what for each in found.values() for gap in each.gaps)
