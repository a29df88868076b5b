"""`(New-Object -ComObject HNetCfg.FwPolicy2).Rules`: other names and numbers than those of the cmdlets."""

import csv
import io
import json

import pytest

import parsers
from parsers.model.rule import Scope, ScopeKind

WEB = {
    "Name": "Web",
    "Description": None,
    "ApplicationName": "System",
    "serviceName": None,
    "Protocol": 6,
    "LocalPorts": "80,443",
    "RemotePorts": "*",
    "LocalAddresses": "*",
    "RemoteAddresses": "*",
    "IcmpTypesAndCodes": None,
    "Direction": 1,
    "Interfaces": None,
    "InterfaceTypes": "All",
    "Enabled": True,
    "Grouping": "Pages",
    "Profiles": 2147483647,
    "EdgeTraversal": False,
    "Action": 1,
    "EdgeTraversalOptions": 0,
    "LocalAppPackageId": None,
    "LocalUserOwner": None,
    "LocalUserAuthorizedList": None,
    "RemoteUserAuthorizedList": None,
    "RemoteMachineAuthorizedList": None,
    "SecureFlags": 0,
}


def as_json(rule):
    return json.dumps([rule])


def as_csv(rule):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rule), quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerow(rule)
    return out.getvalue()


def as_list(rule):
    return "".join(f"{name:<27} : {'' if value is None else value}\n" for name, value in rule.items())


def one(form=as_json, **changes):
    (firewall,) = parsers.read(form(WEB | changes).encode(), "EX01.txt")
    (rule,) = firewall.written.rules
    return rule


@pytest.mark.parametrize("form", [as_json, as_csv, as_list])
def test_a_rule(form):
    rule = one(form)
    assert (rule.name, rule.enabled, rule.direction, rule.action, rule.profiles) == ("Web", True, "in", "allow", None)
    assert (rule.protocol, rule.local_ports, rule.remote_ports) == (6, ("80", "443"), ())
    assert (rule.local_addresses, rule.remote_addresses) == ((), ())
    assert (rule.program, rule.service) == (Scope(ScopeKind.NAMED, "System"), Scope())
    assert (rule.group, rule.edge, rule.conditions, rule.unread) == ("Pages", "no", (), ())


@pytest.mark.parametrize(
    ("changes", "field", "meaning"),
    [
        ({"Action": 0}, "action", "block"),
        ({"Direction": 2}, "direction", "out"),
        ({"Enabled": False}, "enabled", False),
        ({"Profiles": 5}, "profiles", {"domain", "public"}),
        ({"Protocol": 256, "LocalPorts": None}, "protocol", None),
        ({"Protocol": 1, "LocalPorts": None, "IcmpTypesAndCodes": "8:*"}, "icmp", ((8, None),)),
        ({"LocalPorts": "RPC"}, "local_ports", ("RPC",)),
        ({"LocalPorts": None}, "local_ports", ()),
        (
            {"RemoteAddresses": "10.0.0.0/255.0.0.0,LocalSubnet"},
            "remote_addresses",
            ("10.0.0.0/255.0.0.0", "LocalSubnet"),
        ),
        ({"ApplicationName": None, "serviceName": "RpcSs"}, "service", Scope(ScopeKind.NAMED, "RpcSs")),
        ({"EdgeTraversal": True, "EdgeTraversalOptions": 2}, "edge", "defer to application"),
        ({"SecureFlags": 3}, "conditions", (("ipsec", "only for IPsec connections (Authenticate)"),)),
        ({"InterfaceTypes": "Wireless"}, "conditions", (("interface-type", "only on interfaces of type Wireless"),)),
        ({"LocalAppPackageId": "S-1-15-2-1"}, "conditions", (("package", "only for one app package"),)),
        ({"Action": 7}, "unread", ("Action=7",)),
    ],
)
def test_what_properties_mean(changes, field, meaning):
    assert getattr(one(**changes), field) == meaning


def test_what_is_left_out_is_unknown_not_any():
    (firewall,) = parsers.read(as_json({key: WEB[key] for key in WEB if key != "LocalPorts"}).encode(), "EX01.json")
    assert firewall.written.rules[0].unread == ("localport is not in the export",)
