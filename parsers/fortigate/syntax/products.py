"""Fortinet products that speak FortiOS text and are no FortiGate: told by the header's model or by their tables.

Sources: the model names of backup headers; CLI references of FortiManager, FortiAnalyzer, FortiWeb and FortiSwitch.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_MODEL = re.compile(r"#\s*config-version=([A-Za-z0-9]+)", re.IGNORECASE)
_FIREWALLS = re.compile(r"^(?:FG|FW|FFW|FORTI(?:GATE|WIFI|FIREWALL|OS)|FOS|FIM|FPM|F\d)", re.IGNORECASE)
_POLICIES = "it holds no firewall policy"
_PROXIES = "its policies are those of a proxy, which fwproof does not follow"
_OTHERS: tuple[tuple[str, str, str], ...] = (
    ("FMG|FORTIMANAGER", "FortiManager", _POLICIES + "; export the configuration of the managed FortiGate"),
    ("FAZ|FL\\d|FORTIANALYZER", "FortiAnalyzer", _POLICIES),
    ("FWB|FV[A-Z]*\\d|FORTIWEB", "FortiWeb", _POLICIES),
    ("FML|FE[A-Z]*\\d|FORTIMAIL", "FortiMail", _POLICIES),
    ("FAD|FORTIADC", "FortiADC", _POLICIES),
    ("FAC|FORTIAUTHENTICATOR", "FortiAuthenticator", _POLICIES),
    ("FCT|FORTICLIENT", "FortiClient", _POLICIES),
    ("FPX|FORTIPROXY", "FortiProxy", _PROXIES),
    ("FCH|FORTICACHE", "FortiCache", _PROXIES),
    ("FSW|S\\d{3}|FS\\d|FR?424|FORTISWITCH", "FortiSwitch", _POLICIES),
    ("FP[A-Z]?\\d|FAP|FORTIAP", "FortiAP", _POLICIES),
    ("FX[A-Z]*\\d|FEX|FORTIEXTENDER", "FortiExtender", _POLICIES),
    ("FSA|FORTISANDBOX", "FortiSandbox", _POLICIES),
    ("FTS|FORTITESTER", "FortiTester", _POLICIES),
    ("FVE|FORTIVOICE", "FortiVoice", _POLICIES),
    ("FRC|FORTIRECORDER", "FortiRecorder", _POLICIES),
    ("FDC|FORTIDECEPTOR", "FortiDeceptor", _POLICIES),
    ("FIS|FORTIISOLATOR", "FortiIsolator", _POLICIES),
)
_TABLES = (
    ("system admin user", "FortiManager or FortiAnalyzer"),
    ("system adom", "FortiManager or FortiAnalyzer"),
    ("server-policy policy", "FortiWeb"),
    ("switch interface", "FortiSwitch"),
    ("switch vlan", "FortiSwitch"),
    ("load-balance virtual-server", "FortiADC"),
)


def other_product(head: str) -> str:
    """Why the backup whose first lines these are is none of a FortiGate, "" when it may be one."""
    model = _MODEL.search(head)
    if model is None:
        return ""
    for pattern, name, reason in _OTHERS:
        if re.match(pattern, model.group(1), re.IGNORECASE) and not _FIREWALLS.match(
            model.group(1).replace("FWB", "-")
        ):
            return f"this is a {name} backup, not a FortiGate's: {reason}"
    return ""


def unheard_model(model: str) -> bool:
    """Is this the model of no product that is known here?"""
    return bool(model) and not _FIREWALLS.match(model)


def other_commands(tables: Collection[str]) -> str:
    """Why commands that change these tables are for no FortiGate, "" when they may be."""
    if any(table.startswith(("firewall ", "vpn ")) for table in tables):
        return ""
    name = next((name for table, name in _TABLES if table in tables), "")
    return f"these are commands of {name}, not of a FortiGate: {_POLICIES}" if name else ""
