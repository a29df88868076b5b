"""Definitions of Capirca and Aerleon: nested names, several values, comments, YAML, and what is not fixed."""

from pathlib import Path

import pytest

from auditor.imports import import_definitions
from parsers.errors import UnreadableError

NET = """# networks
RFC1918 = 10.0.0.0/8      # non-public
          172.16.0.0/12
WEB = 10.0.10.5/32 2001:db8::5/128 # web server
INSIDE = RFC1918
         WEB
"""
SVC = """HTTP = 80/tcp
WEB = HTTP 443/tcp
DNS = 53/tcp 53/udp
HIGH = 1024-65535/tcp
"""
YAML = """networks:
  WEB:
    values:
      - address: 10.0.10.5/32
        comment: web server
      - name: OTHER
  OTHER:
    values:
      - address: 10.0.10.6
      - fqdn: www.example.com
services:
  HTTPS:
    - protocol: tcp
      port: 443
  ALL_WEB:
    - name: HTTPS
    - protocol: tcp
      port: 80
"""


def _write(tmp_path: Path, **files: str) -> list[Path]:
    paths = []
    for name, text in files.items():
        path = tmp_path / name.replace("__", ".")
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def test_capirca_definitions(tmp_path: Path) -> None:
    found = import_definitions(_write(tmp_path, N__net=NET, S__svc=SVC))
    assert {end.name: end.addresses for end in found.endpoints} == {
        "rfc1918": ("10.0.0.0/8", "172.16.0.0/12"),
        "web": ("10.0.10.5", "2001:db8::5"),
        "inside": ("10.0.0.0/8", "172.16.0.0/12", "10.0.10.5", "2001:db8::5"),
    }
    assert found.services == {
        "http": ("tcp/80",), "web": ("tcp/80", "tcp/443"), "dns": ("tcp/53", "udp/53"), "high": ("tcp/1024-65535",)
    }  # fmt: skip
    assert found.problems == ()


def test_aerleon_yaml(tmp_path: Path) -> None:
    found = import_definitions(_write(tmp_path, D__yaml=YAML))
    assert {end.name: end.addresses for end in found.endpoints} == {
        "web": ("10.0.10.5", "10.0.10.6"), "other": ("10.0.10.6",)
    }  # fmt: skip
    assert found.services == {"https": ("tcp/443",), "all_web": ("tcp/443", "tcp/80")}
    (lost,) = found.problems
    assert "row 10: OTHER: {fqdn: www.example.com} is left out" in lost.text


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a__net", "A = B", "row 1: A: 'B' is neither defined in these files nor an address"),
        ("a__net", "A = A 10.0.0.1", "row 1: A contains itself"),
        ("a__net", "10.0.0.1", "row 1: '10.0.0.1' belongs to no name"),
        ("a__svc", "A = 80", "row 1: A: '80' is neither"),
        ("a__svc", "A = 70000/tcp", "row 1: A: '70000/tcp' is neither"),
        ("a__net", "A = 10.0.0.1\nA = 10.0.0.2", "row 2: A is defined twice"),
    ],
)
def test_what_is_not_understood_is_said_with_its_line(tmp_path: Path, name: str, text: str, said: str) -> None:
    found = import_definitions(_write(tmp_path, **{name: text}))
    assert [said in each.text for each in found.problems] == [True]


def test_yaml_that_defines_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="expected networks: and services:"):
        import_definitions(_write(tmp_path, D__yaml="filters: []\n"))


def test_definitions_that_name_each_other_over_and_over_come_to_an_end(tmp_path: Path) -> None:
    text = "A0 = 10.0.0.1\n" + "".join(f"A{number + 1} = A{number} A{number}\n" for number in range(60))
    found = import_definitions(_write(tmp_path, a__net=text))
    assert {end.addresses for end in found.endpoints} == {("10.0.0.1",)}
    assert found.problems == ()


def test_definitions_that_contain_each_other_are_said(tmp_path: Path) -> None:
    found = import_definitions(_write(tmp_path, a__net="A = B\nB = A 10.0.0.1\n"))
    assert [problem.text.partition("row ")[2] for problem in found.problems] == [
        "2: A contains itself", "1: B contains itself"
    ]  # fmt: skip
    assert {end.addresses for end in found.endpoints} == {("10.0.0.1",)}
