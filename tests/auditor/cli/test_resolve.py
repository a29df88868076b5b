"""The site file's `resolve`: what a person knows of objects that no backup holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.cli import run

BACKUP = """#config-version=FGT60F-7.0.12-FW-build1-230606:opmode=0:vdom=0:user=a
config system interface
edit wan
set ip 203.0.113.2 255.255.255.0
set role wan
next
edit lan
set ip 10.0.0.1 255.255.255.0
next
end
config router static
edit 1
set gateway 203.0.113.1
set device wan
next
end
config firewall address
edit "partner"
set type fqdn
set fqdn "mail.partner.example"
next
end
config firewall policy
edit 1
set srcintf lan
set dstintf wan
set action accept
set srcaddr all
set dstaddr "partner"
set schedule always
set service HTTPS
next
end
"""
SITE = """schema: fwsite/1
id: hq
baselines:
  - {use: exchange-2010}
devices:
  fw: {type: fortigate, zones: {internet: [wan], internal: [lan]}}
"""


@pytest.mark.parametrize(
    ("resolve", "to", "outcome"),
    [
        ("", "198.51.100.77", "POSSIBLE"),
        ("resolve: {fqdn: {mail.partner.example: [198.51.100.77]}}\n", "198.51.100.77", "ALLOWED"),
        ("resolve: {object: {partner: [198.51.100.77]}}\n", "198.51.100.77", "ALLOWED"),
        ("resolve: {fqdn: {mail.partner.example: [198.51.100.77]}}\n", "198.51.100.78", "BLOCKED"),
    ],
)
def test_an_answer_settles_what_was_possible(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], resolve: str, to: str, outcome: str
) -> None:
    (tmp_path / "fw.conf").write_text(BACKUP, encoding="utf-8")
    (tmp_path / "site.yaml").write_text(SITE + resolve, encoding="utf-8")
    run(["trace", str(tmp_path / "fw.conf"), "--site", str(tmp_path / "site.yaml"), "--from", "lan", "--source",
         "10.0.0.9", "--to", to, "--port", "tcp/443"])  # fmt: skip
    assert capsys.readouterr().out.partition(":")[0] == outcome


def test_an_answer_nothing_asks_for_is_said_with_the_nearest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "fw.conf").write_text(BACKUP, encoding="utf-8")
    answer = "resolve: {fqdn: {mail.partner.exampel: [198.51.100.77]}}\n"
    (tmp_path / "site.yaml").write_text(SITE + answer, encoding="utf-8")
    run(["audit", str(tmp_path / "fw.conf"), "--site", str(tmp_path / "site.yaml")])
    assert "did you mean fqdn mail.partner.example?" in capsys.readouterr().err
