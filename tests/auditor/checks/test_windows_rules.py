"""The checks of single Windows rules, each on the smallest registry export that has the mistake, and without it."""

from __future__ import annotations

from datetime import datetime

import pytest

import parsers
from auditor.audit import audit
from auditor.baseline import infer_site, load_ruleset
from auditor.findings.finding import Confidence, Finding, Severity
from parsers.source import Document

POLICY = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"
GROUP = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\WindowsFirewall"
OPEN = "Action=Allow|Active=TRUE|Dir=In"
TCP = f"{OPEN}|Protocol=6"
POP3 = "App=C:\\Ex\\ClientAccess\\PopImap\\Microsoft.Exchange.Pop3Service.exe|Name=MSExchangePOP3 (TCP-In)"


def registry(*rules: str, more: str = "") -> str:
    """A .reg text with these rule strings, each named r1, r2 ... unless it says otherwise, profiles on."""
    lines = ["Windows Registry Editor Version 5.00", "", f"[{POLICY}\\FirewallRules]"]
    for number, rule in enumerate(rules, start=1):
        name = "" if "Name=" in rule else f"|Name=rule {number}"
        text = f"v2.10|{rule}{name}|".replace("\\", "\\\\")
        lines.append(f'"r{number}"="{text}"')
    for profile in ("DomainProfile", "StandardProfile", "PublicProfile"):
        lines += ["", f"[{POLICY}\\{profile}]", '"EnableFirewall"=dword:00000001']
    return "\n".join([*lines, "", more, ""])


def findings(slug: str, *rules: str, more: str = "") -> list[Finding]:
    return found(slug, Document("EX01.reg", registry(*rules, more=more).encode("utf-16")))


def found(slug: str, *documents: Document) -> list[Finding]:
    firewalls = parsers.read_all(list(documents))
    rulesets = (load_ruleset("exchange-2010"),)
    result = audit(firewalls, rulesets, infer_site(firewalls, rulesets).site, datetime(2026, 11, 24, 12))
    return [each for each in result.findings if each.slug == slug]


def netsh(*fields: dict[str, str], verbose: bool = True) -> Document:
    """An English dump; fields left out have the plainest value."""
    lines: list[str] = []
    for each in fields:
        values = {
            "Enabled": "Yes", "Direction": "In", "Profiles": "Domain,Private,Public", "Grouping": "", "LocalIP": "Any",
            "RemoteIP": "Any", "Protocol": "Any", "Edge traversal": "No",
        }  # fmt: skip
        values |= {key: value for key, value in each.items() if key in values}
        if verbose:
            values |= {key: each[key] for key in ("Program", "Service") if key in each}
            values |= {"InterfaceTypes": "Any", "Security": "NotRequired", "Rule source": "Local Setting"}
        lines += ["", f"{'Rule Name:':<38}{each['name']}", "-" * 70]
        lines += [f"{key + ':':<38}{value}" for key, value in {**values, "Action": "Allow"}.items()]
    return Document("EX01.txt", "\r\n".join([*lines, "Ok.", ""]).encode())


def test_w1_a_profile_that_is_off() -> None:
    text = registry(TCP).replace('"EnableFirewall"=dword:00000001', '"EnableFirewall"=dword:00000000', 1)
    [finding] = found("implicit-permit", Document("EX01.reg", text.encode("utf-16")))
    assert (finding.severity, finding.confidence) == (Severity.HIGH, Confidence.CERTAIN)
    assert "domain profile is off" in finding.message


def test_w2_a_profile_that_allows_by_default() -> None:
    text = registry(TCP).replace("dword:00000001", 'dword:00000001\n"DefaultInboundAction"=dword:00000000', 1)
    [finding] = found("implicit-permit", Document("EX01.reg", text.encode("utf-16")))
    assert finding.severity is Severity.HIGH
    assert "domain profile allows by default" in finding.message


def test_w1_w2_profiles_that_are_on_and_block() -> None:
    assert findings("implicit-permit", TCP) == []


def test_w3_a_rule_for_everything() -> None:
    [finding] = findings("open-host-rule", OPEN)
    assert (finding.severity, finding.confidence) == (Severity.HIGH, Confidence.CERTAIN)
    assert "any program in every profile" in finding.message
    assert finding.example is not None


@pytest.mark.parametrize(
    "rule",
    [
        f"{OPEN}|App=C:\\app.exe",
        f"{OPEN}|Svc=Dnscache",
        f"{OPEN}|RA4=10.0.0.0/8",
        f"{OPEN}|AppPkgId=S-1-15-2-1",
        f"{OPEN}|TTK2_22=WFDPrint",
        f"{TCP}|LPort=443",
        "Action=Allow|Active=FALSE|Dir=In",
        "Action=Block|Active=TRUE|Dir=In",
    ],
)
def test_w3_a_rule_with_any_limit_is_none_for_everything(rule: str) -> None:
    assert findings("open-host-rule", rule) == []


def test_w3_what_a_block_rule_takes_away_is_not_open() -> None:
    assert findings("open-host-rule", OPEN, "Action=Block|Active=TRUE|Dir=In") == []


def test_w3_a_program_that_is_not_printed_is_unknown_not_any() -> None:
    [finding] = found("open-host-rule", netsh({"name": "all"}, verbose=False))
    assert (finding.severity, finding.confidence) == (Severity.INFO, Confidence.POSSIBLE)
    assert "not verbose" in finding.message


def test_w3_netsh_prints_apps_like_rules_for_everything() -> None:
    app = {"name": "Photos", "Grouping": "Microsoft Photos"}
    assert [each.severity for each in found("open-host-rule", netsh(app))] == [Severity.INFO]
    assert [each.severity for each in found("open-host-rule", netsh({"name": "all"}))] == [Severity.HIGH]


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        (f"{TCP}|LPort=3389|App=%SystemRoot%\\system32\\svchost.exe|Svc=TermService", "Remote Desktop (tcp/3389)"),
        (f"{TCP}|LPort=445|App=System", "SMB (tcp/445)"),
        (f"{TCP}|LPort=RPC-EPMap|App=%SystemRoot%\\system32\\svchost.exe|Svc=RPCSS", "RPC endpoint mapper (tcp/135)"),
        (f"{TCP}|LPort=RPC|App=%SystemRoot%\\system32\\svchost.exe|Svc=EventLog", "RPC (dynamic ports)"),
        (f"{TCP}|LPort2_10=5985-5986|App=System", "WinRM (tcp/5985-5986)"),
        (f"{OPEN}|Protocol=17|LPort=137|App=System", "NetBIOS (udp/137)"),
    ],
)
def test_w4_management_in_the_public_profile(rule: str, what: str) -> None:
    [finding] = findings("host-management", f"{rule}|Profile=Public")
    assert finding.severity is Severity.MEDIUM
    assert what in finding.message


@pytest.mark.parametrize("limit", ["Profile=Domain", "RA4=LocalSubnet", "RA4=10.0.0.0/8", "App=C:\\own.exe"])
def test_w4_management_for_the_inside_is_none(limit: str) -> None:
    assert findings("host-management", f"{TCP}|LPort=445|{limit}") == []


def test_w4_rules_of_one_service_are_one_finding() -> None:
    [finding] = findings("host-management", f"{TCP}|LPort=445|App=System", f"{TCP}|LPort=445|Profile=Public")
    assert [each.rule for each in finding.related] == ["r1 (rule 1)", "r2 (rule 2)"]


def test_w4_the_dynamic_range_is_named_by_its_ends() -> None:
    [finding] = findings("host-management", f"{TCP}|LPort=RPC")
    assert "RPC (dynamic ports) (tcp/1024-65535, less the fixed ports of other services) is open" in finding.message


def test_w5_a_setup_rule_and_its_twin() -> None:
    gfw = f"{TCP}|LPort=110|LPort=995|Name=MSExchange - POP3 (GFW) (TCP-In)"
    twin = f"{TCP}|LPort=110|LPort=995|App=C:\\Ex\\ClientAccess\\PopImap\\Microsoft.Exchange.Pop3Service.exe"
    [alone] = findings("gfw-rule", gfw)
    assert "is not enabled here: enable it first" in alone.remedy
    [finding] = findings("gfw-rule", gfw, twin)
    assert finding.remedy.startswith("Rule r2 (rule 2) opens the same for C:\\Ex\\ClientAccess")
    assert [each.rule for each in finding.related] == ["r2 (rule 2)"]


def test_w5_the_program_bound_rule_alone_is_no_finding() -> None:
    assert findings("gfw-rule", f"{TCP}|LPort=110|LPort=995|{POP3}") == []
    assert findings("gfw-rule", f"{TCP}|LPort=110|Name=Mailbox program") == []


@pytest.mark.parametrize(("edge", "severity"), [("Edge=TRUE", Severity.MEDIUM), ("Edge=TRUE|Defer=App", Severity.LOW)])
def test_w6_edge_traversal(edge: str, severity: Severity) -> None:
    assert [each.severity for each in findings("edge-traversal", f"{TCP}|LPort=7680|{edge}")] == [severity]


@pytest.mark.parametrize("rule", [f"{TCP}|Edge=FALSE", f"{TCP}|Edge=TRUE|RA4=LocalSubnet", f"{TCP}|Defer=User"])
def test_w6_no_edge_traversal(rule: str) -> None:
    assert findings("edge-traversal", rule) == []


def test_w6_core_networking_needs_it() -> None:
    assert findings("edge-traversal", f"{OPEN}|Protocol=58|ICMP6=2:*|App=System|Edge=TRUE") == []


def test_w6_apps_are_one_finding() -> None:
    app = f"{OPEN}|Edge=TRUE|AppPkgId=S-1-15-2-1"
    [finding] = findings("edge-traversal", app, app)
    assert finding.message.startswith("2 rules for apps")


def test_w7_every_protocol_of_a_program() -> None:
    [finding] = findings("any-protocol", f"{OPEN}|App=C:\\agent.exe")
    assert (finding.severity, finding.confidence) == (Severity.LOW, Confidence.POSSIBLE)
    assert findings("any-protocol", f"{TCP}|App=C:\\agent.exe") == []


@pytest.mark.parametrize(
    ("rule", "severity"),
    [
        (f"{TCP}|LPort2_10=6005-65534", Severity.MEDIUM),
        (f"{TCP}|LPort2_10=49152-65535|App=C:\\app.exe", Severity.LOW),
        (f"{TCP}|LPort=RPC", Severity.MEDIUM),
    ],
)
def test_w8_wide_ranges(rule: str, severity: Severity) -> None:
    assert [each.severity for each in findings("wide-ports", rule)] == [severity]


@pytest.mark.parametrize("rule", [f"{TCP}|LPort2_10=5000-5100", f"{TCP}|LPort2_10=6005-65534|RA4=10.0.0.0/8", TCP])
def test_w8_narrow_ones(rule: str) -> None:
    assert findings("wide-ports", rule) == []


def test_w9_an_allow_that_a_block_covers() -> None:
    [finding] = findings("hidden-rule", f"{TCP}|LPort=445|App=System", "Action=Block|Active=TRUE|Dir=In|Protocol=6")
    assert finding.rule.startswith("r1")
    assert "whatever the order" in finding.remedy


def test_w9_a_profile_that_blocks_everything_is_one_finding() -> None:
    text = registry(f"{TCP}|LPort=445", f"{TCP}|LPort=80")
    text = text.replace("dword:00000001", 'dword:00000001\n"DoNotAllowExceptions"=dword:00000001')
    [finding] = found("hidden-rule", Document("EX01.reg", text.encode("utf-16")))
    assert finding.message.startswith("2 enabled rules have no effect")


@pytest.mark.parametrize(
    ("who", "severity"),
    [("", Severity.MEDIUM), ("|RMauth=O:LSD:(A;;CC;;;DC)", Severity.MEDIUM), ("|RMauth=O:LSD:(A;;CC;;;S-1-5-21-1-2-3-1104)", Severity.LOW)],
)  # fmt: skip
def test_w10_a_bypass(who: str, severity: Severity) -> None:
    [finding] = findings("bypass-rule", f"Action=ByPass|Active=TRUE|Dir=In|Security=Authenticate{who}")
    assert finding.severity is severity


@pytest.mark.parametrize(
    "rule", [f"{TCP}|Security=Authenticate|RMauth=O:LSD:(A;;CC;;;DC)", "Action=ByPass|Active=FALSE|Dir=In"]
)
def test_w10_no_bypass(rule: str) -> None:
    assert findings("bypass-rule", rule) == []


def test_w11_one_name_with_several_scopes() -> None:
    [finding] = findings("same-name", f"{TCP}|LPort=80|Name=Web", f"{TCP}|LPort=81|Name=Web", f"{TCP}|Name=Other")
    assert "Web (r1, r2)" in finding.message
    assert findings("same-name", f"{TCP}|LPort=80|Name=Web", f"{TCP}|LPort=80|Name=Web") == []


def test_w11_twins_that_block_are_shown_with_what_tells_them_apart() -> None:
    block = TCP.replace("Action=Allow", "Action=Block")
    blocking = [f"{block}|App=C:\\{each}.exe|Name=Web" for each in "ab"]
    [finding] = findings("same-name", *blocking, f"{TCP}|LPort=80|Name=Web", f"{TCP}|LPort=81|Name=Web")
    assert "let" not in finding.message
    shown = [each.text for each in finding.related]
    assert len(shown) == 4
    assert any("block" in each and each.endswith("for C:\\a.exe") for each in shown)


@pytest.mark.parametrize(
    "path",
    ["C:\\Users\\anna\\AppData\\Local\\chat.exe", "%TEMP%\\setup.exe", "D:\\Downloads\\a.exe", "%localappdata%\\x.exe"],
)
def test_w12_a_program_that_users_can_replace(path: str) -> None:
    [finding] = findings("writable-program", f"{TCP}|App={path}", f"{OPEN}|Protocol=17|App={path}")
    assert path in finding.message
    assert "2 rules let" in finding.message


def test_w12_a_program_that_they_cannot() -> None:
    assert findings("writable-program", f"{TCP}|App=%ProgramFiles%\\Product\\templates\\app.exe") == []


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("\\\\server\\share\\app.exe", "another computer"),
        ("C:\\Windows\\system32\\System32\\Svchost.exe", "twice"),
        ("app.exe", "no full path"),
    ],
)
def test_w13_a_program_that_cannot_be(path: str, why: str) -> None:
    [finding] = findings("stale-program", f"{TCP}|App={path}")
    assert why in finding.message


@pytest.mark.parametrize("path", ["System", "%SystemRoot%\\system32\\svchost.exe", "d:/app/app.exe"])
def test_w13_a_program_that_can(path: str) -> None:
    assert findings("stale-program", f"{TCP}|App={path}") == []


def test_w14_local_rules_that_a_policy_turns_off() -> None:
    more = f'[{GROUP}\\PublicProfile]\n"AllowLocalPolicyMerge"=dword:00000000\n'
    rules = (f"{TCP}|LPort=25|Name=everywhere", f"{TCP}|LPort=26|Profile=Public", f"{TCP}|LPort=27|Profile=Domain")
    [finding] = findings("merge-off", *rules, "Action=Allow|Active=FALSE|Dir=In|Name=disabled", more=more)
    assert finding.message.startswith("2 enabled local rules do not count in the public profile")
    assert "everywhere" in finding.message
    assert findings("merge-off", *rules) == []


def test_w15_rules_for_every_profile() -> None:
    [finding] = findings("all-profiles", f"{TCP}|LPort=25|Name=Mail", f"{TCP}|LPort=26|Profile=Domain")
    assert finding.severity is Severity.INFO
    assert finding.message.startswith("1 enabled rule allows any address in every profile, public networks too: Mail")


@pytest.mark.parametrize("limit", ["Profile=Domain", "Profile=Domain|Profile=Private", "RA4=LocalSubnet"])
def test_w15_rules_with_a_limit(limit: str) -> None:
    assert findings("all-profiles", f"{TCP}|LPort=25|{limit}") == []


@pytest.mark.parametrize(
    ("block", "count"), [("LPort=135", 0), ("LPort=RPC-EPMap", 0), ("LPort=136", 1), ("LPort=135|Profile=Public", 1)]
)
def test_a_setup_rule_that_a_block_takes_away_opens_nothing(block: str, count: int) -> None:
    gfw = f"{TCP}|LPort=RPC-EPMap|Name=MSExchangeRPCEPMap (GFW) (TCP-In)"
    assert len(findings("gfw-rule", gfw, f"Action=Block|Active=TRUE|Dir=In|Protocol=6|{block}")) == count


def test_a_setup_rule_that_is_disabled_opens_nothing() -> None:
    assert (
        findings("gfw-rule", "Action=Allow|Active=FALSE|Dir=In|Protocol=6|LPort=RPC|Name=MSExchangeRPC (GFW) (TCP-In)")
        == []
    )


def test_the_mapper_rule_names_who_else_opens_135() -> None:
    gfw = f"{TCP}|LPort=RPC-EPMap|Name=MSExchangeRPCEPMap (GFW) (TCP-In)"
    [alone] = findings("gfw-rule", gfw)
    assert "without this one remote RPC stops" in alone.remedy
    windows = f"{TCP}|LPort=RPC-EPMap|App=%SystemRoot%\\system32\\svchost.exe|Svc=RPCSS"
    [finding] = findings("gfw-rule", gfw, windows)
    assert finding.remedy.startswith("Port 135 is also opened for svchost.exe by rule r2.")
    assert "Do not simply delete it" in finding.remedy


def test_a_rule_that_cannot_open_135_does_not_stand_in_for_the_mapper_rule() -> None:
    gfw = f"{TCP}|LPort=RPC-EPMap|Name=MSExchangeRPCEPMap (GFW) (TCP-In)"
    svchost = f"{TCP}|LPort=RPC-EPMap|App=%SystemRoot%\\system32\\svchost.exe"
    twice = f"{TCP}|LPort=RPC-EPMap|App=C:\\Windows\\system32\\System32\\Svchost.exe|Svc=RPCSS"
    for other in (f"{svchost}|Svc=EventLog", twice):
        [finding] = findings("gfw-rule", gfw, other)
        assert "without this one remote RPC stops" in finding.remedy
    [finding] = findings("gfw-rule", gfw, f"{svchost}|Svc=RPCSS|Profile=Domain|RA4=10.0.0.0/8")
    assert "by rule r2 (only from 10.0.0.0/8; only in the domain profile)." in finding.remedy


@pytest.mark.parametrize(
    ("twin", "lacking"),
    [
        ("LPort=110", "not tcp/995"),
        ("LPort=110|LPort=995|Profile=Domain", "only in the domain profile"),
        ("LPort=110|LPort=995|RA4=10.0.0.0/8", "only from 10.0.0.0/8"),
        ("LPort=110|LPort=995|IFType=Wireless", "only on interfaces of type Wireless"),
    ],
)
def test_a_twin_that_opens_less_is_no_reason_to_switch_off(twin: str, lacking: str) -> None:
    gfw = f"{TCP}|LPort=110|LPort=995|Name=MSExchange - POP3 (GFW) (TCP-In)"
    [finding] = findings("gfw-rule", gfw, f"{TCP}|{twin}|{POP3}")
    assert f"does not replace it ({lacking})" in finding.remedy
    assert [each.text for each in finding.related] == [f"opens a part of it for its program only ({lacking})"]


def test_program_bound_rpc_rules_that_are_off_are_named() -> None:
    gfw = f"{TCP}|LPort=RPC|Name=MSExchangeRPC (GFW) (TCP-In)"
    bound = "LPort=RPC|App=C:\\Ex\\Bin\\Store.exe|Name=MSExchangeIS - RPC (TCP-In)"
    [finding] = findings("gfw-rule", gfw, f"{TCP}|{bound}")
    assert finding.remedy.startswith("1 program-bound rules for RPC are enabled here.")
    [finding] = findings("gfw-rule", gfw, f"Action=Allow|Active=FALSE|Dir=In|Protocol=6|{bound}")
    assert finding.remedy.startswith("0 program-bound rules for RPC are enabled here, disabled are MSExchangeIS - RPC")


def test_sesworker_is_switched_off_whole() -> None:
    both = (
        f"{TCP}|Name=SESWorker (GFW) (TCP-In)",
        f"{TCP}|App=C:\\Ex\\UnifiedMessaging\\SESWorker.exe|Name=SESWorker (TCP-In)",
    )
    found_ = findings("gfw-rule", *both)
    assert [each.severity for each in found_] == [Severity.HIGH, Severity.HIGH]
    assert all("disable both SESWorker rules" in each.remedy and "opens the same" not in each.remedy for each in found_)


def test_a_setup_rule_under_another_name_is_called_by_its_own() -> None:
    worker = f"{TCP}|LPort=25|LPort=587|App=C:\\Ex\\Bin\\EdgeTransport.exe"
    rpc = f"{TCP}|LPort=RPC|App=C:\\Ex\\Bin\\EdgeTransport.exe"
    [finding] = findings("gfw-rule", worker, rpc, f"{TCP}|LPort=110|LPort=995|Name=Abruf")
    assert finding.message.startswith("By its ports it is MSExchange - POP3 (GFW) (TCP-In). It opens 110, 995")
