"""What is corrected on the page counts, also where the exports are of several networks."""

from __future__ import annotations

from auditor.web.case import open_upload
from auditor.web.siteform import site_from_form
from parsers.source import Document

BRANCH = """\
config system global
set hostname fw{number}
end
config system interface
edit wan1
set ip 198.51.{number}.2 255.255.255.0
set type physical
next
edit lan
set ip 10.{number}.0.1 255.255.255.0
set type physical
next
end
config router static
edit 1
set gateway 198.51.{number}.1
set device wan1
next
end
config firewall policy
edit 1
set srcintf lan
set dstintf wan1
set action accept
set srcaddr all
set dstaddr all
set schedule always
set service HTTPS
next
end
"""


def test_corrections_reach_the_network_they_are_for() -> None:
    documents = [Document(f"fw{number}.conf", BRANCH.format(number=number).encode()) for number in range(1, 6)]
    case = open_upload(documents, lambda what, done, total: None).case
    rows = [{"role": "mailbox", "address": each, "public": "", "device": ""} for each in ("10.1.0.9", "192.168.0.9")]
    form = {"devices": {"fw1": {"zones": {"lan": "perimeter", "wan1": "internet"}, "profile": ""}}, "bindings": rows}
    site = site_from_form(case, form)
    assert len(site.apart) == 5
    zones = {name: device.zones for part in site.apart for name, device in part.devices.items()}
    assert zones["fw1"] == site.devices["fw1"].zones == {"perimeter": ("lan",), "internet": ("wan1",)}
    assert zones["fw2"] == {"internal": ("lan",), "internet": ("wan1",)}
    bound = {name: part.bindings["mailbox"] for part in site.apart for name in part.devices}
    assert bound["fw1"] == site.bindings["mailbox"]
    assert bound["fw2"] == site.bindings["mailbox"][1:]  # nothing tells where the other one is
