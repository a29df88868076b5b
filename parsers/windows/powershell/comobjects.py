"""Rules of the COM interface (`(New-Object -ComObject HNetCfg.FwPolicy2).Rules`) in the words of the cmdlets.

It is what scripts ask where there are no cmdlets (Windows Server 2008 R2). Source: Microsoft, INetFwRule, INetFwRule2,
INetFwRule3, NET_FW_ACTION, NET_FW_EDGE_TRAVERSAL_TYPE and NET_FW_AUTHENTICATE_TYPE (netfw.h, icftypes.h).
"""

from __future__ import annotations

from collections.abc import Mapping

from parsers.windows.powershell.bags import LOST, Bag, Value

_NAMES = {
    "applicationname": "program",
    "servicename": "service",
    "localports": "localport",
    "remoteports": "remoteport",
    "localaddresses": "localaddress",
    "remoteaddresses": "remoteaddress",
    "icmptypesandcodes": "icmptype",
    "interfaces": "interfacealias",
    "interfacetypes": "interfacetype",
    "grouping": "group",
    "localapppackageid": "package",
    "localuserowner": "owner",
    "localuserauthorizedlist": "localuser",
    "remoteuserauthorizedlist": "remoteuser",
    "remotemachineauthorizedlist": "remotemachine",
}
_OWN = frozenset(_NAMES) - {"servicename", "interfaces"}
"""Properties that the cmdlets call otherwise."""
_WORDS: Mapping[str, Mapping[str, str]] = {
    "action": {"0": "Block", "1": "Allow"},
    "edgetraversaloptions": {"0": "Block", "1": "Allow", "2": "DeferToApp", "3": "DeferToUser"},
}
_ANY = frozenset({"", "*", "all"})


def is_rule(bag: Bag) -> bool:
    """Is the object a rule of the COM interface?"""
    return bag.has("direction", "action") and not _OWN.isdisjoint(bag.properties)


def translated(bag: Bag) -> Bag:
    """Such a rule with the names and words that Get-NetFirewallRule and its filters use; what it lacks stays away."""
    found: dict[str, Value] = {}
    for name, value in bag.properties.items():
        found[_NAMES.get(name, name)] = _value(value) if name in _NAMES and name != "grouping" else value
    found["displayname"] = bag.properties.get("name")
    for name, called in (("action", "action"), ("edgetraversaloptions", "edgetraversalpolicy")):
        if name in bag.properties:
            text = bag.text(name)
            found[called] = _WORDS[name].get(text, text)
    if flags := bag.text("secureflags"):
        found["authentication"] = "NotRequired" if flags == "0" else "Required"
    return Bag(found, bag.line)


def _value(value: Value) -> Value:
    """A value that limits a rule: nothing and "*" are any."""
    if value is LOST or isinstance(value, list):
        return value or "Any"
    text = "" if value is None or isinstance(value, bool) else str(value).strip()
    return "Any" if text.casefold() in _ANY else text
