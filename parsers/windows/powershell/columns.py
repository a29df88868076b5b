"""What objects are, by the names of their properties: firewall rules, profiles, or something else altogether.

`Select-Object` keeps what it is asked for, so a rule may have any of its properties and lack the others. Other objects
of Windows have a name, a display name or a switch as well: what tells rules is a property only they have, or the two
names alone. Source: Microsoft, Get-NetFirewallRule (MSFT_NetFirewallRule) and Get-NetFirewallProfile.
"""

from __future__ import annotations

from collections.abc import Collection

_OWN = frozenset(
    "direction displaygroup edgetraversalpolicy loosesourcemapping lsm localonlymapping policystoresource "
    "policystoresourcetype enforcementstatus primarystatus remotedynamickeywordaddresses policyappid".split()
)
"""Properties of firewall rules that no other usual object has."""
_SHARED = frozenset(
    "enabled action profile group rulegroup description status owner platform name displayname instanceid id".split()
)
_FILTERS = frozenset("protocol localport remoteport localaddress remoteaddress program interfacealias".split())
"""Properties of the filters of a rule; the filter objects have no display name."""
_NAMES = frozenset({"name", "displayname", "instanceid"})
_PROFILES = frozenset({"defaultinboundaction", "defaultoutboundaction", "allowinboundrules"})


def are_rules(names: Collection[str]) -> bool:
    """Do objects with these properties (in lower case) seem to be firewall rules, however few of them are there?"""
    found = frozenset(names)
    if found & _PROFILES or not found & _NAMES:
        return False
    if found & _OWN or ("displayname" in found and found & _FILTERS):
        return True
    # Services have a name, a display name and a status; users a name and a switch.
    known = found <= _SHARED
    return known and (found == {"displayname"} or "enabled" in found or {"displayname", "action"} <= found)


def are_profiles(names: Collection[str]) -> bool:
    """Do objects with these properties seem to be firewall profiles?"""
    return bool(frozenset(names) & _PROFILES)
