import csv
import json
from pathlib import Path

import pytest

from auditor.cli import run
from auditor.commands.flowwords import parse_flow

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "samples" / "quillwort"
BACKUP = str(SAMPLE / "fgt-quillwort.conf")
SITE = ["--site", str(SAMPLE / "site.yaml")]
DAY = ["--today", "2026-11-24"]


def ask(capsys: pytest.CaptureFixture[str], *words: str, files: tuple[str, ...] = (BACKUP,)) -> dict[str, object]:
    assert run(["trace", *files, *SITE, *DAY, "--json", *words]) == 0
    answer: dict[str, object] = json.loads(capsys.readouterr().out)
    return answer


def test_a_published_service_is_followed_through_translation(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "--from", "internet", "--to", "203.0.113.10", "--port", "tcp/443")
    assert answer["schema"] == "fwproof-trace/1"
    assert answer["verdict"] == "allowed"
    [hop] = answer["hops"]  # type: ignore[misc]
    assert (hop["rule"], hop["translation"], hop["translated_to"]) == ("3", "vip-mail", "10.0.10.21 tcp/443")
    assert hop["line"] == 566


@pytest.mark.parametrize(
    ("flow", "verdict"),
    [
        ("tcp/443 from wan1 198.51.100.7 to 203.0.113.10", "allowed"),
        ("tcp/444 from internet to 203.0.113.10", "blocked"),
        ("tcp/135 from internet to 203.0.113.11", "allowed"),
        ("tcp/3389 from internet 192.0.2.50 to 203.0.113.13", "blocked"),
        ("tcp/443 from internet to 203.0.113.12", "allowed"),
        ("tcp/443 from internet to 2001:db8:100:20::10", "allowed"),
        ("tcp/80 from internet to 2001:db8:100:20::10", "blocked"),
        ("tcp/25 from inside to 10.0.20.5", "blocked"),
        ("tcp/50636 from servers 10.0.10.21 to 10.0.20.5", "blocked"),
        ("tcp/25 from servers 10.0.10.21 to 10.0.20.5", "allowed"),
        ("tcp/9100 from guest to 10.0.10.40", "blocked"),
        ("ip/47 from to-branch to 10.0.10.21", "blocked"),
        ("icmp/8 from to-branch to 10.0.10.21", "allowed"),
        ("tcp/22 from wan1 to 203.0.113.2", "allowed"),
        ("tcp/23 from wan1 to 203.0.113.2", "blocked"),
        ("tcp/10000 from dmz 10.0.20.10 to 10.0.10.60", "possible"),
        ("tcp/3389 from ssl.root 10.212.134.200 to 10.0.10.21", "possible"),
    ],
)
def test_verdicts_of_the_sample(flow: str, verdict: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(capsys, "--flow", flow)["verdict"] == verdict


def test_the_host_behind_the_firewall_has_its_say(capsys: pytest.CaptureFixture[str]) -> None:
    files = (BACKUP, str(SAMPLE / "ex-edge01.txt"))
    answer = ask(capsys, "--flow", "tcp/25 from internet to 203.0.113.25", files=files)
    assert answer["verdict"] == "blocked"
    network, host = answer["hops"]  # type: ignore[misc]
    assert (network["verdict"], host["device"], host["verdict"]) == ("allowed", "ex-edge01", "blocked")


def test_what_is_possible_says_what_it_depends_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", BACKUP, *SITE, *DAY, "--flow", "tcp/10000 from dmz 10.0.20.10 to 10.0.10.60"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("POSSIBLE: tcp/10000 from dmz (10.0.20.10) to 10.0.10.60\n")
    assert "nights" in out


def test_the_text_names_rule_and_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", BACKUP, *SITE, *DAY, "--from", "internet", "--to", "203.0.113.10", "--port", "tcp/443"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "allowed by rule 3 (owa-and-activesync)" in out
    assert "fgt-quillwort.conf:566 translated by vip-mail to 10.0.10.21 tcp/443" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--from", "internet"], "a question needs"),
        (["--flow", "tcp/443 from internet"], "column 22: Expected"),
        (["--flow", "tcp/443 internet to 10.0.0.1"], 'column 9: Expected "from"'),
        (["--flow", "tcp/443 from nowhere to 10.0.0.1"], "'nowhere' is neither a zone nor an interface here"),
        (["--flow", "tcp/99999 from internet to 203.0.113.10"], "expected a number from 0 to 65535"),
        (["--flow", "any from internet to 203.0.113.10"], "expected one protocol and port"),
        (["--flow", "tcp/443 from internet to 203.0.113.10 on fgt-x"], "there is no 'fgt-x'"),
        (["--from", "internet", "--to", "mail.example", "--port", "tcp/443"], "not an IP address"),
        (
            ["--flow", "icmp6/128 from internet to 203.0.113.10"],
            "203.0.113.10 is IPv4, whose ICMP is written like icmp/8",
        ),
        (
            ["--flow", "icmp/8 from internet to 2001:db8::5"],
            "2001:db8::5 is IPv6, whose ICMP is written like icmp6/128",
        ),
        (["--flow", "tcp/443 from 10.0.0.7 to 2001:db8::5"], "10.0.0.7 is IPv4 and 2001:db8::5 IPv6"),
        (["-o", "x.csv", "--flow", "tcp/443 from internet to 203.0.113.10"], "needs --flows"),
    ],
)
def test_what_is_typed_wrongly_is_said(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", BACKUP, *SITE, *words]) == 2
    assert message in capsys.readouterr().err


def test_the_column_of_a_mistake_is_marked() -> None:
    with pytest.raises(ValueError, match=r"column 9") as caught:
        parse_flow("tcp/443 form internet to 10.0.0.1")
    lines = str(caught.value).splitlines()
    assert lines[1].index("form") == lines[2].index("^")


def test_every_part_of_a_flow_expression() -> None:
    assert parse_flow("tcp/443 from wan1 198.51.100.7 port 1024 to 203.0.113.10 on fgt hq/root") == {
        "port": "tcp/443",
        "start": "wan1",
        "source": "198.51.100.7",
        "source_port": "1024",
        "target": "203.0.113.10",
        "device": "fgt hq/root",
    }


def test_a_list_is_answered_row_by_row(tmp_path: Path) -> None:
    target = tmp_path / "verdicts.csv"
    assert run(["trace", BACKUP, *SITE, *DAY, "--flows", str(SAMPLE / "flows.csv"), "-o", str(target)]) == 0
    with target.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["verdict"] for row in rows] == [
        "allowed", "allowed", "allowed", "blocked", "allowed", "blocked", "blocked", "allowed", "allowed", "allowed",
    ]  # fmt: skip
    assert rows[0]["rule"] == "fgt-quillwort 3"
    assert rows[0]["line"].endswith("fgt-quillwort.conf:566")
    assert rows[0]["expected"] == "allowed: Outlook Web App and ActiveSync"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("from,to\na,b\n", "flows.csv:1: column 'port' is missing"),
        ("", "not a CSV file"),
        (
            "from,to,port\ninternet,203.0.113.10,tcp/443\ninternet,203.0.113.10,tcp/x\n",
            "flows.csv:3: expected a number",
        ),
        ("from,to,port\n,203.0.113.10,tcp/443\n", "flows.csv:2: from: a zone or interface is needed"),
        ("from,to,port\ninternet,here,tcp/443\n", "flows.csv:2: not an IP address"),
        ("from,to,port\nmoon,203.0.113.10,tcp/443\n", "flows.csv:2: 'moon' is neither a zone"),
        ("from,to,port,device\ninternet,203.0.113.10,tcp/443,x\n", "flows.csv:2: device: there is no 'x'"),
        ("from,to,port,source_port\ninternet,203.0.113.10,icmp/8,7\n", "flows.csv:2: source_port"),
    ],
)
def test_a_bad_row_is_named(text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "flows.csv"
    path.write_text(text, encoding="utf-8")
    assert run(["trace", BACKUP, *SITE, "--flows", str(path)]) == 3
    assert message in capsys.readouterr().err


def test_a_list_as_a_spreadsheet_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "flows.csv"
    path.write_bytes("\ufefffrom,to,port\r\ninternet,203.0.113.10,tcp/443\r\n".encode())
    assert run(["trace", BACKUP, *SITE, "--flows", str(path)]) == 0
    assert "internet,203.0.113.10,tcp/443,allowed" in capsys.readouterr().out


CAS, MBX = str(SAMPLE / "ex-cas01.txt"), str(SAMPLE / "ex-mbx01.txt")


@pytest.mark.parametrize(
    ("flow", "verdict"),
    [
        ("tcp/443 from internet to 10.0.10.21", "allowed"),
        ("tcp/135 from 10.0.0.9 to 10.0.10.21", "allowed"),
        ("icmp/8 from public to 10.0.10.21", "blocked"),
        ("icmp/8 from domain to 10.0.10.21", "allowed"),
        ("icmp/8 from 10.0.0.9 to 10.0.10.21", "possible"),
    ],
)
def test_a_host_alone_is_asked_itself(flow: str, verdict: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", CAS, "--json", "--flow", flow]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["verdict"] == verdict
    assert [(hop["device"], hop["stage"]) for hop in answer["hops"]] == [("ex-cas01", "entering the host")]
    assert (verdict == "possible") == any("the profiles differ" in each for each in answer["reasons"])


def test_a_host_alone_says_that_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", CAS, "--flow", "tcp/443 from internet to 10.0.10.21"]) == 0
    assert "no firewall of the network was asked" in capsys.readouterr().out


def test_of_several_hosts_one_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    flow = ["--flow", "tcp/135 from 10.0.0.9 to 192.0.2.1"]
    assert run(["trace", CAS, MBX, *flow]) == 2
    assert "ex-mbx01 (address unknown)" in capsys.readouterr().err
    assert run(["trace", CAS, MBX, *flow, "--device", "ex-mbx01"]) == 0
    assert "ex-mbx01, entering the host (domain, private, public): allowed" in capsys.readouterr().out


def test_a_host_knows_no_zone_of_a_network(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", CAS, "--flow", "tcp/443 from wan1 to 10.0.10.21"]) == 2
    assert "internet, domain, private, public" in capsys.readouterr().err


def test_the_senders_own_firewall_has_its_say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = Path(CAS).read_text(encoding="utf-8").replace("BlockInbound,AllowOutbound", "BlockInbound,BlockOutbound")
    host = tmp_path / "ex-cas01.txt"
    host.write_text(text, encoding="utf-8")
    flow = ("--flow", "tcp/25 from servers 10.0.10.21 to 10.0.20.5")
    before = ask(capsys, *flow, files=(BACKUP, CAS))
    after = ask(capsys, *flow, files=(BACKUP, str(host)))
    assert before["verdict"] == "allowed"
    assert after["verdict"] == "blocked"
    [hop] = [hop for hop in after["hops"] if hop["verdict"] == "blocked"]  # type: ignore[attr-defined]
    assert (hop["device"], hop["stage"]) == ("ex-cas01", "leaving the host")


@pytest.mark.parametrize("listed", [False, True])
def test_what_was_not_understood_on_the_way_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], listed: bool
) -> None:
    part = tmp_path / "part.txt"
    part.write_text('config system interface\nedit "lan"\nset ip 10.0.0.1/24\nnext\nend\n', encoding="utf-8")
    flows = tmp_path / "flows.csv"
    flows.write_text("from,to,port\nlan,198.51.100.7,tcp/443\n", encoding="utf-8")
    question = ["--flows", str(flows)] if listed else ["--from", "lan", "--to", "198.51.100.7", "--port", "tcp/443"]
    assert run(["trace", str(part), *question]) == 0
    said = capsys.readouterr()
    assert said.err.startswith("Not certain: 1 place was not understood and could hide access")
    assert "no table of policies" in said.err


def test_a_whole_backup_is_answered_without_a_word_beside(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", BACKUP, *SITE, *DAY, "--from", "internet", "--to", "203.0.113.10", "--port", "tcp/443"]) == 0
    assert not capsys.readouterr().err


ADD = "netsh advfirewall firewall add rule name=web dir=in action=allow protocol=TCP localport=443\r\n"


@pytest.mark.parametrize(("port", "verdict"), [("tcp/443", "allowed"), ("tcp/25", "blocked")])
def test_of_a_script_alone_every_answer_says_that_the_host_may_have_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], port: str, verdict: str
) -> None:
    script = tmp_path / "web01.bat"
    script.write_text(ADD, encoding="utf-8")
    question = ("--from", "internet", "--to", "192.0.2.10", "--port", port, "--json")
    assert run(["trace", str(script), *question]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["verdict"] == verdict
    assert answer["hops"][0]["reasons"][-1].startswith("what other rules the host has")


def test_beside_an_export_of_the_host_a_script_is_one_of_its_sources(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "ex-cas01.bat"
    script.write_text(ADD, encoding="utf-8")
    question = ("--from", "domain", "--to", "192.0.2.10", "--port", "tcp/443", "--json")
    assert run(["trace", str(script), CAS, *question]) == 0
    assert "what other rules" not in capsys.readouterr().out


TWO_NETWORKS = """{"schema": "fwproof-collect/1", "host": "gate", "files": ["rules.txt"], "networks": [%s],
 "addresses": ["192.0.2.10/24", "203.0.113.5/24"]}"""
ON_DOMAIN = (
    "\r\nRule Name:                            web\r\n"
    + "-" * 70
    + "\r\n"
    + "".join(
        f"{label + ':':<38}{value}\r\n"
        for label, value in (
            ("Enabled", "Yes"),
            ("Direction", "In"),
            ("Profiles", "Domain"),
            ("Grouping", ""),
            ("LocalIP", "Any"),
            ("RemoteIP", "Any"),
            ("Protocol", "TCP"),
            ("LocalPort", "443"),
            ("RemotePort", "Any"),
            ("Edge traversal", "No"),
            ("InterfaceTypes", "Any"),
            ("Security", "NotRequired"),
            ("Rule source", "Local Setting"),
            ("Action", "Allow"),
        )
    )
    + "Ok.\r\n"
)


@pytest.mark.parametrize(
    ("networks", "address", "verdict"),
    [
        ('"DomainAuthenticated 192.0.2.10", "Public 203.0.113.5"', "192.0.2.10", "allowed"),
        ('"DomainAuthenticated 192.0.2.10", "Public 203.0.113.5"', "203.0.113.5", "blocked"),
        ('"DomainAuthenticated 192.0.2.10"', "192.0.2.10", "allowed"),
        ('"DomainAuthenticated 192.0.2.10"', "203.0.113.5", "possible"),
        ("", "192.0.2.10", "possible"),
    ],
)
def test_of_several_networks_the_one_with_the_address_decides(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], networks: str, address: str, verdict: str
) -> None:
    (tmp_path / "manifest.json").write_text(TWO_NETWORKS % networks, encoding="utf-8")
    (tmp_path / "rules.txt").write_text(ON_DOMAIN, encoding="utf-8", newline="")
    assert run(["trace", str(tmp_path), "--from", "internet", "--to", address, "--port", "tcp/443", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == verdict


# --- what keeps blocked packets out, and names for addresses and ports


def traced(capsys: pytest.CaptureFixture[str], flow: str, *files: str) -> str:
    assert run(["trace", *(files or (BACKUP,)), *SITE, *DAY, "--flow", flow]) == 0
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("flow", "words"),
    [
        ("tcp/3389 from guest to 10.0.10.21", "rule 12 (branch-migration), {file}:737, would let it through, but it is for packets from to-branch"),
        ("tcp/50636 from servers 10.0.10.21 to 10.0.20.5", "rule 6 (inside-to-edge), {file}:655, would let it through, but its service is tcp/25"),
        ("tcp/443 from clients to vip-mail", "rule 10 (staff-to-exchange), {file}:715, would let it through, but its destination is 10.0.10.21, 10.0.10.31"),
        ("tcp/25 from internet to 203.0.113.10", "blocked, no rule matches vip-mail translates 203.0.113.10 for tcp/443 only"),
        ("tcp/3389 from internet to 203.0.113.13", "rule 23 (contractor-rdp), {file}:633, would let it through, but it holds only in schedule"),
    ],
)  # fmt: skip
def test_a_blocked_packet_shows_the_rules_that_miss_it_by_one_thing(
    flow: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words.format(file=Path(BACKUP).name) in traced(capsys, flow)


def test_a_disabled_rule_and_one_below_the_deny_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = Path(BACKUP).read_text(encoding="utf-8")
    moved = tmp_path / "moved.conf"
    moved.write_text(f"{text}config firewall policy\n    move 25 before 10\nend\n", encoding="utf-8")
    flow = "tcp/443 from clients 10.0.50.9 to 10.0.10.21"
    assert "rule 10 (staff-to-exchange), moved.conf:715, would let it through, but it stands below rule 25" in traced(
        capsys, flow, str(moved)
    )
    off = tmp_path / "off.conf"
    off.write_text(
        f"{text}config firewall policy\n    edit 10\n        set status disable\n    next\nend\n", encoding="utf-8"
    )
    assert ":715, would let it through, but it is disabled" in traced(capsys, flow, str(off))


def test_of_a_host_only_rules_for_the_port_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    out = traced(capsys, "tcp/25 from internet to 203.0.113.25", BACKUP, str(SAMPLE / "ex-edge01.txt"))
    assert "rule 13 (MSExchangeTransportWorker (TCP-In))" in out
    assert out.count("would let it through") == 1


def test_a_rule_of_a_program_that_does_not_hold_the_port_is_not_near(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No rule blocks port 135 here, and none would let it through: it is the endpoint mapper's."""
    key = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules"
    rule = r"v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=135|App=C:\\own.exe|Name=own|"
    text = f'Windows Registry Editor Version 5.00\n\n[{key}]\n"1"="{rule}"\n'
    (tmp_path / "EX01.reg").write_bytes(text.encode("utf-16"))
    out = traced(capsys, "tcp/135 from internet to 10.0.0.5", str(tmp_path / "EX01.reg"))
    assert out.startswith("BLOCKED")
    assert "would let it through" not in out


@pytest.mark.parametrize("flow", ["HTTPS from internet to vip-mail", "https from internet to VIP-MAIL"])
def test_names_stand_for_addresses_and_ports(flow: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert traced(capsys, flow).startswith("ALLOWED: tcp/443 from internet to 203.0.113.10 ")


def test_an_address_is_no_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Objects are called by addresses that they hold no more."""
    text = Path(BACKUP).read_text(encoding="utf-8")
    odd = 'config firewall address\n    edit "203.0.113.10"\n        set subnet 10.0.10.99 255.255.255.255\n    next\nend\n'
    (tmp_path / "odd.conf").write_text(text + odd, encoding="utf-8")
    out = traced(capsys, "tcp/443 from internet to 203.0.113.10", str(tmp_path / "odd.conf"))
    assert out.startswith("ALLOWED: tcp/443 from internet to 203.0.113.10 ")


@pytest.mark.parametrize(
    ("flow", "message"),
    [
        ("443 from internet to vip-mail", "443 alone names no protocol: write tcp/443 or udp/443"),
        ("dns from internet to vip-mail", "dns is tcp/53 and udp/53: write the one you mean"),
        ("tcp/443 from internet to vip-mial", "did you mean 'vip-mail'?"),
    ],
)
def test_a_name_that_says_too_little_is_refused(flow: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", BACKUP, *SITE, "--flow", flow]) == 2
    assert message in capsys.readouterr().err


def test_reasons_alike_are_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", CAS, "--flow", "tcp/8080 from internet to 10.0.10.21"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "depends on: rule 7, 8, 9, 12, 19, 22 and 4 more: RPC stands for the dynamic ports in use" in out
