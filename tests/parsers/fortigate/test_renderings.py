"""One configuration in several renderings, what is refused, and what never leaves the file."""

from __future__ import annotations

import pytest

import parsers
from parsers.errors import UnreadableError
from parsers.model.firewall import Firewall
from tests.parsers.fortigate.writing import ANY, INTERFACES, policies, read


def test_secrets_never_leave_the_file() -> None:
    canaries = ("CANARY1", "CANARY2", "CANARY3", "CANARY4", "CANARY5", "CANARY6")
    text = (
        "config system admin\nedit a\nset password ENC CANARY1==\nnext\nend\nconfig user local\nedit u\nset passwd ENC CANARY2\nnext\nend\n"
        "config vpn ipsec phase1-interface\nedit p\nset interface wan\nset psksecret ENC CANARY3\nnext\nend\n"
        'config system snmp community\nedit 1\nset name "CANARY4"\nnext\nend\n'
        'config vpn certificate local\nedit c\nset private-key "-----BEGIN RSA PRIVATE KEY-----\nCANARY5\n-----END"\nnext\nend\n'
        'config system ha\nset password "CANARY6"\nend\n'
    )
    shown = repr(read(text))
    assert not [word for word in canaries if word in shown]


YAML = """#config-version=FGT60F-7.2.11-FW-build1740-250210:opmode=0:vdom=0:user=admin
system_interface:
  - wan:
    ip: 203.0.113.2 255.255.255.0
    type: physical
  - lan:
    ip: 10.0.0.1 255.255.255.0
    type: physical
firewall_address:
  - web server:
    subnet: 10.0.0.5 255.255.255.255
    comment: "a
quoted comment"
firewall_policy:
  - 1:
    name: "in"
    srcintf: "wan"
    dstintf: "lan"
    action: accept
    srcaddr: "all"
    dstaddr: "web server"
    schedule: "always"
    service: "HTTPS" "HTTP"
"""
CLI = """#config-version=FGT60F-7.2.11-FW-build1740-250210:opmode=0:vdom=0:user=admin
config system interface
edit "wan"
set ip 203.0.113.2 255.255.255.0
set type physical
next
edit "lan"
set ip 10.0.0.1 255.255.255.0
set type physical
next
end
config firewall address
edit "web server"
set subnet 10.0.0.5 255.255.255.255
set comment "a
quoted comment"
next
end
config firewall policy
edit 1
set name "in"
set srcintf "wan"
set dstintf "lan"
set action accept
set srcaddr "all"
set dstaddr "web server"
set schedule "always"
set service "HTTPS" "HTTP"
next
end
"""
FULL = CLI.replace(
    "set action accept",
    "set status enable\nset action accept\nset srcaddr-negate disable\nset match-vip disable\nset comments ''\nunset groups",
)


def comparable(firewall: Firewall) -> object:
    from dataclasses import replace

    nowhere = firewall.lists[0].rules[0].origin
    lists = tuple(
        replace(each, rules=tuple(replace(rule, origin=nowhere) for rule in each.rules)) for each in firewall.lists
    )
    plain = [replace(each, origin=nowhere) for each in firewall.interfaces]
    return [
        [(r.id, r.action, r.source, r.destination, r.service, r.ingress, r.egress) for r in each.rules]
        for each in lists
    ], [(each.name, each.own, each.networks) for each in plain]


def test_show_full_configuration_and_yaml_give_equal_firewalls() -> None:
    texts = (CLI, YAML, YAML.replace("\n", "\r\n"), FULL, "FW01 # show\n" + CLI)
    found = [comparable(parsers.read(text.encode(), "x")[0]) for text in texts]
    assert all(each == found[0] for each in found)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"#FGBK|4|FGT60F|7|04|\x00\x01\x02", "encrypted"),
        (b"#config-version=FGT60F-7.0.12-FW-build1-1:opmode=0\n" + bytes(range(128, 256)) * 10, "encrypted"),
        (b"#config-version=FMG-VM64-7.2.1-FW-build1-1\nconfig system global\nend\n", "FortiManager"),
        (b"#config-version=FAZVM64-7.2.1-FW-build1-1\nconfig system global\nend\n", "FortiAnalyzer"),
        (b"#config-version=FGT60F-7.0.12-FW-build1-1:opmode=0\n", "holds no configuration block"),
        (b"", "empty"),
        (b"just some text\n", "not recognised"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableError, match=words):
        parsers.read(data, "x.conf")


def test_cloud_bootstrap_files() -> None:
    text = (
        'Content-Type: multipart/mixed; boundary="==X=="\nMIME-Version: 1.0\n\n--==X==\nContent-Type: text/plain\n\nLICENSE-TOKEN:abc\n'
        f"--==X==\nContent-Type: text/plain\n\n{INTERFACES}{policies(ANY)}config system global\nset hostname ${{name}}\nend\n--==X==--\n"
    )
    (firewall,) = parsers.read(text.encode(), "user-data.txt")
    assert [rule.id for rule in firewall.lists[0].rules if not rule.implicit] == ["1"]
    assert any("this is a template" in gap.what for gap in firewall.gaps)


def test_policies_under_one_placeholder_are_read_as_one_and_that_is_said() -> None:
    text = INTERFACES + policies(ANY, ANY).replace("edit 1\n", "edit <ID>\n").replace("edit 2\n", "edit <ID>\n")
    assert text.count("edit <ID>") == 2
    (gap,) = (each for each in read(text).gaps if "no number" in each.what)
    assert gap.hides_access


@pytest.mark.parametrize("number", ["${x}", "{integer}", "99999999", "²"])
@pytest.mark.parametrize(
    "text",
    [
        'config vpn ssl settings\nset port {}\nset source-interface "wan"\nend\n',
        "config web-proxy explicit\nset status enable\nset http-incoming-port {}\nend\n",
        'config llm proxy\nset status enable\nset interface "lan"\nset incoming-https-port {}\nend\n',
        "config system global\nset admin-sport {}\nend\n",
        "config system settings\nset ike-port {}\nset ike-tcp-port {}\nset ike-extra-ports {}\nend\n"
        'config vpn ipsec phase1-interface\nedit p\nset interface "wan"\nset ike-version 2\nset transport tcp\nnext\nend\n',
        'config router static\nedit 9\nset gateway 203.0.113.1\nset device "wan"\nset distance {}\nnext\nend\n',
        'config router policy\nedit 1\nset input-device "lan"\nset protocol {}\nset output-device "wan"\nnext\nend\n',
    ],
)
def test_what_is_no_number_is_never_a_crash(text: str, number: str) -> None:
    firewall = read(INTERFACES + policies(ANY) + text.replace("{}", number))
    assert "1" in [rule.id for rule in firewall.lists[0].rules]


def test_a_port_that_is_no_number_is_a_gap() -> None:
    text = 'config vpn ssl settings\nset port ${port}\nset source-interface "wan"\nend\n'
    assert any(gap.what == "port '${port}' is no port" and gap.hides_access for gap in read(INTERFACES + text).gaps)
