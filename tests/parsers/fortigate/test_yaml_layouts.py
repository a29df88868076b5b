"""YAML backups as devices write them, and as tools write them again: one configuration, one tree."""

from __future__ import annotations

import pytest

import parsers
from parsers.fortigate.syntax.yamlbackup import read_yaml

HEADER = "#config-version=FGT60F-7.4.8-FW-build2795-250523:opmode=0:vdom=0:user=admin\n"
YAML = """system_interface:
  - wan1:
      vdom: "root"
      ip: 203.0.113.1 255.255.255.0

firewall_address:
  - web:
      subnet: 10.0.0.80 255.255.255.255
  - Network Down:
      subnet: 10.0.1.0 255.255.255.0
  - VPN :10.0.2.0/24:
      subnet: 10.0.2.0 255.255.255.0

firewall_policy:
  - 1:
      name: "in: web"
      srcintf: "any"
      dstintf: "any"
      srcaddr: "all"
      dstaddr: "web" "Network Down" "VPN :10.0.2.0/24"
      action: accept
      schedule: "always"
      service: "HTTPS"
"""
NAMES = 'dstaddr: "web" "Network Down" "VPN :10.0.2.0/24"'


@pytest.mark.parametrize(
    "text",
    [
        HEADER + YAML.replace("\n", "\r\n"),
        "---\n" + HEADER + "# a remark\n" + YAML,
        HEADER + YAML.replace(NAMES, "dstaddr:\n        - web\n        - Network Down\n        - VPN :10.0.2.0/24"),
        HEADER + YAML.replace(NAMES, 'dstaddr:\n      - "web"\n      - "Network Down"\n      - "VPN :10.0.2.0/24"'),
        HEADER + YAML.replace(NAMES, 'dstaddr: ["web", "Network Down", "VPN :10.0.2.0/24"]'),
        HEADER + YAML.replace("255.255.255.255", '255.255.255.255"').replace("subnet: 10.0.0.80", 'subnet: "10.0.0.80'),
        HEADER + YAML.replace("\n  - ", "\n- ").replace("\n      ", "\n    "),
        HEADER + YAML.replace("      srcintf", "\tsrcintf"),
    ],
    ids=["crlf", "document start", "items", "items at the key", "brackets", "quoted address", "no indent", "tab"],
)
def test_layouts_read_equal(text: str) -> None:
    tree = read_yaml(text)
    assert tree.root == read_yaml(HEADER + YAML).root
    assert (tree.text.stray_lines, tree.text.remarks) == ([], [])
    (firewall,) = parsers.read(text.encode(), "x")
    assert firewall.gaps == ()
    assert firewall.sources[0].ledger.not_understood == 0


def test_values_at_the_top_are_no_setting() -> None:
    tree = read_yaml(HEADER + "action: accept\n" + YAML)
    assert (tree.text.stray_lines, tree.root.settings) == ([2], {})


def test_items_under_an_entry_are_stray() -> None:
    tree = read_yaml(HEADER + YAML + "      - lost\n")
    assert tree.text.stray_lines == [len((HEADER + YAML).splitlines()) + 1]


def test_one_vdom_of_several() -> None:
    text = HEADER + "#global_vdom=0:vd_name=OFFICE/OFFICE\n" + YAML
    (firewall,) = parsers.read(text.encode(), "x")
    assert firewall.vdom == "OFFICE"
