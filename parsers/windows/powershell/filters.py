"""`Get-NetFirewallRule` and its filters as written rules.

Source: the reference, section 6. A rule object holds neither ports nor addresses nor programs: those are in filter
objects of the same InstanceID. Enumerations come as numbers (JSON) or as words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from parsers.model.rule import Scope, ScopeKind
from parsers.windows.descriptors import limit
from parsers.windows.numbers import number
from parsers.windows.powershell.bags import Bag, Lost, Value
from parsers.windows.powershell.columns import are_profiles, are_rules
from parsers.windows.written import (
    PROFILES,
    UNKNOWN_SCOPE,
    WrittenProfile,
    WrittenRule,
    interface_types,
    is_every_interface,
    port_word,
    security_word,
)

FACETS: Mapping[str, tuple[str, ...]] = {
    "ports": ("protocol", "localport", "remoteport", "icmptype"),
    "addresses": ("localaddress", "remoteaddress", "localip", "remoteip"),
    "application": ("program",),
    "service": ("service", "servicename"),
    "interface": ("interfacealias",),
    "interface type": ("interfacetype",),
    "security": ("authentication", "encryption", "overrideblockrules", "localuser", "remoteuser", "remotemachine"),
}
"""What filters hold, by the properties that show which filter an object is."""

_BESIDE = ("package", "dynamictarget", "dynamictransport")
"""Further properties of filters; by themselves they do not show which one an object is."""

_YES = frozenset(
    "1 true wahr vrai verdadero verdadeiro vero waar prawda sant sand sann tosi pravda igaz doğru истина".split()
)
_NO = frozenset("2 false falsch faux falso onwaar fałsz falskt falsk usann epätosi nepravda hamis yanlış ложь".split())
"""JSON writes numbers, PowerShell words, and a spreadsheet that a CSV went through the words of its language."""
_DIRECTIONS = {"1": "in", "inbound": "in", "in": "in", "2": "out", "outbound": "out", "out": "out"}
_ACTIONS = {"2": "allow", "allow": "allow", "4": "block", "block": "block"}
_EDGE = {"0": "no", "block": "no", "1": "yes", "allow": "yes", "2": "defer to user", "defertouser": "defer to user"}
_EDGE |= {"3": "defer to application", "defertoapp": "defer to application"}
_STORES = {"1": "local", "local": "local", "2": "gpo", "grouppolicy": "gpo", "4": "hardening", "5": "hardening"}
_STORES |= {"6": "mdm", "mdm": "mdm", "generated": "hardening", "hardcoded": "hardening"}
_PROTOCOLS = {"tcp": 6, "udp": 17, "icmpv4": 1, "icmpv6": 58, "igmp": 2}
_WITH_PORTS = frozenset({6, 17})
_NOTHING = frozenset({"", "any", "0", "notrequired", "none", "{}"})
_PLATFORM = re.compile(r"^([0-9]{1,3})\.([0-9]{1,3})\+$")


def is_rule(bag: Bag) -> bool:
    """Is the object a firewall rule? A filter has neither a display name nor a switch."""
    if bag.text("name", "instanceid", "displayname") == "":
        return False
    return bag.has("direction", "action") or are_rules(bag.properties)


def is_profile(bag: Bag) -> bool:
    """Is the object a firewall profile? "Name, Enabled" alone are one's if the name is."""
    named = bag.text("name").casefold() in PROFILES and bag.has("enabled") and not bag.has("displayname")
    return are_profiles(bag.properties) or (named and not bag.has("direction"))


def identity(bag: Bag) -> str:
    """What a rule and its filters are joined on."""
    return bag.text("instanceid", "name", "id", "displayname").casefold()


def joined(bags: Iterable[Bag]) -> tuple[list[Bag], frozenset[str]]:
    """The rule objects with the properties of their filters, and the identities whose filters contradict each other."""
    rules: list[Bag] = []
    filters: dict[str, dict[str, Value]] = {}
    doubtful: set[str] = set()
    for bag in bags:
        if is_rule(bag):
            rules.append(bag)
            continue
        known = filters.setdefault(identity(bag), {})
        for names in FACETS.values():
            for name in (*names, *_BESIDE):
                if name in bag.properties:
                    if name in known and known[name] != bag.properties[name]:
                        doubtful.add(identity(bag))
                    known[name] = bag.properties[name]
    for rule in rules:
        for name, value in filters.get(identity(rule), {}).items():
            rule.properties.setdefault(name, value)
    return rules, frozenset(doubtful)


def has_facet(bag: Bag, facet: str) -> bool:
    """Does the rule carry the properties of this filter?"""
    return any(name in bag.properties for name in FACETS[facet])


def written(file: str, place: int, bag: Bag, *, doubtful: bool) -> WrittenRule:
    """One rule from its joined properties; what is missing or lost makes it uncertain, never "any"."""
    unread: list[str] = []
    if doubtful:
        unread.append("several filters with the same InstanceID")
    direction = _DIRECTIONS.get(bag.text("direction").casefold(), "")
    action = _ACTIONS.get(bag.text("action").casefold(), "")
    for word, name in ((direction, "Direction"), (action, "Action")):
        if not word:
            said = bag.text(name.casefold())
            unread.append(f"{name}={said}" if said else f"the {name.casefold()} is not in the export")
    if action == "allow" and bag.text("overrideblockrules").casefold() in ("true", "1"):
        action = "bypass"
    protocol = _protocol(bag, unread)
    port = "remoteport" if direction == "out" else "localport"
    if protocol in _WITH_PORTS and port not in bag.properties:
        unread.append(f"{port} is not in the export")
    conditions = list(_conditions(bag))
    keyword = bag.properties.get("remotedynamickeywordaddresses")
    remote = _tokens(bag, unread, "remoteaddress", "remoteip")
    if keyword not in (None, "", []):
        conditions.append(("address", "only for addresses of dynamic keywords"))
        remote = ()
    return WrittenRule(
        id=bag.text("name", "instanceid", "id") or str(place),
        name=bag.text("displayname", "elementname", "name", "instanceid"),
        file=file,
        first_line=bag.line,
        last_line=bag.line,
        enabled=_switch(bag, unread),
        direction=direction,
        action=action,
        profiles=_profiles(bag, unread),
        protocol=protocol,
        local_ports=tuple(map(port_word, _tokens(bag, unread, "localport"))),
        remote_ports=tuple(map(port_word, _tokens(bag, unread, "remoteport"))),
        icmp=tuple(_icmp(bag, protocol, unread)),
        local_addresses=_tokens(bag, unread, "localaddress", "localip"),
        remote_addresses=remote,
        program=_scope(bag, "application", "program"),
        service=_scope(bag, "service", "service", "servicename"),
        conditions=tuple(conditions),
        group=bag.text("displaygroup", "group", "rulegroup"),
        description=bag.text("description"),
        store=_store(bag),
        unread=tuple(unread),
        edge=_EDGE.get(bag.text("edgetraversalpolicy").casefold(), ""),
        name_only=not any(name in bag.properties for name in _SAYING),
    )


_SAYING = ("direction", "action", *(name for names in FACETS.values() for name in names))
"""Without any of these properties a rule object says nothing of what the rule is for."""


def _switch(bag: Bag, unread: list[str]) -> bool | None:
    word = bag.text("enabled").casefold()
    if word in _YES or word in _NO:
        return word in _YES
    unread.append(f"Enabled={bag.text('enabled')}" if word else "whether the rule is enabled is not in the export")
    return None


def _store(bag: Bag) -> str:
    source = bag.text("policystoresource").casefold()
    if source in ("staticservicestore", "configurableservicestore"):
        return "hardening"
    return _STORES.get(bag.text("policystoresourcetype").casefold(), "unknown" if not source else "local")


def _profiles(bag: Bag, unread: list[str]) -> frozenset[str] | None:
    if not bag.has("profile") and not bag.has("profiles"):
        unread.append("the profiles are not in the export")
    value = bag.properties.get("profile", bag.properties.get("profiles"))
    if isinstance(value, list):
        value = ",".join(value)
    text = str(value).strip() if isinstance(value, str | int) else ""
    mask = number(text)
    if mask is not None:
        found = {name for bit, name in enumerate(PROFILES) if mask >> bit & 1}
        return frozenset(found) if found and len(found) < len(PROFILES) else None
    words = {word.strip().casefold() for word in text.split(",") if word.strip()}
    known = words & set(PROFILES)
    if words - known - {"any", "all"}:
        unread.append(f"Profile={text}")
        return None
    return None if not known or "any" in words or len(known) == len(PROFILES) else frozenset(known)


def _protocol(bag: Bag, unread: list[str]) -> int | None:
    if not has_facet(bag, "ports"):
        unread.append("protocol and ports are not in the export")
        return None
    word = bag.text("protocol").casefold()
    if word in ("any", "256"):
        return None
    if word in _PROTOCOLS:
        return _PROTOCOLS[word]
    if (value := number(word, 255)) is not None:
        return value
    unread.append(f"Protocol={bag.text('protocol')}" if word else "the protocol is not in the export")
    return None


def _tokens(bag: Bag, unread: list[str], *names: str) -> tuple[str, ...]:
    """Port or address tokens; () is any. Missing and lost ones are noted in `unread`."""
    name = next((each for each in names if each in bag.properties), "")
    if not name:
        if "port" not in names[0]:
            unread.append(f"{names[0]} is not in the export")
        return ()
    value = bag.properties[name]
    if isinstance(value, Lost):
        unread.append(f"{name} is a list that the export does not show")
        return ()
    parts = value if isinstance(value, list) else [str(value)] if isinstance(value, str | int) else []
    found = [word for part in parts for word in re.split(r"[,\s]+", part) if word]
    if not found or any(word.casefold() == "any" for word in found):
        return ()
    return tuple(found)


def _icmp(bag: Bag, protocol: int | None, unread: list[str]) -> Iterator[tuple[int | None, int | None]]:
    if protocol not in (1, 58):
        return
    for token in _tokens(bag, unread, "icmptype") if "icmptype" in bag.properties else ():
        kind, _, code = token.partition(":")
        numbers = (number(kind, 255), number(code, 255))
        if numbers[0] is None or (numbers[1] is None and code not in ("", "*")):
            unread.append(f"IcmpType={token}")
        else:
            yield numbers


def _scope(bag: Bag, facet: str, *names: str) -> Scope:
    if not has_facet(bag, facet):
        return UNKNOWN_SCOPE
    value = next((bag.properties[name] for name in names if name in bag.properties), None)
    if isinstance(value, Lost):
        return UNKNOWN_SCOPE
    text = bag.text(*names)
    return Scope() if text.casefold() in ("", "any") else Scope(ScopeKind.NAMED, text)


def _limits(bag: Bag, name: str) -> str:
    """The value of a property that limits the rule, "" when it does not."""
    value = bag.properties.get(name)
    if isinstance(value, Lost):
        return "something the export does not show"
    if isinstance(value, list):
        words = [word for word in value if word.casefold() not in _NOTHING]
        return "" if not words or any(word.casefold() == "any" for word in value) else ", ".join(words)
    text = "" if value is None or isinstance(value, bool) else str(value).strip()
    return "" if text.casefold() in _NOTHING else text


_ENCRYPTED = {"required": "AuthEnc", "dynamic": "AuthDynEnc"}


def _conditions(bag: Bag) -> Iterator[tuple[str, str]]:
    if found := _limits(bag, "interfacealias"):
        yield "interface", f"only on interface {found}"
    if (found := _limits(bag, "interfacetype")) and not is_every_interface(found):
        yield "interface-type", f"only on interfaces of type {interface_types(found)}"
    encrypted = _ENCRYPTED.get(_limits(bag, "encryption").casefold(), "")
    if found := encrypted or _limits(bag, "authentication") or _limits(bag, "encryption"):
        yield "ipsec", f"only for IPsec connections ({security_word(found)})"
    for name, who in (
        ("remotemachine", "remote computers"),
        ("remoteuser", "remote users"),
        ("localuser", "local users"),
    ):
        if found := _limits(bag, name):
            yield "identity", limit(found, who)
    if _limits(bag, "owner"):
        yield "identity", "only for apps of one local user"
    if _limits(bag, "package") or _limits(bag, "policyappid"):
        yield "package", "only for one app package"
    if found := _limits(bag, "dynamictarget") or _limits(bag, "dynamictransport"):
        yield "trust-tuple", f"only for connections of kind {found}"
    for each in re.split(r",\s*", _limits(bag, "platform") or _limits(bag, "platforms")):
        version = _PLATFORM.match(each)
        # Get-NetFirewallRule exists from Windows 6.2 on.
        if each and not (version and (int(version.group(1)), int(version.group(2))) <= (6, 2)):
            yield "platform", f"only on Windows versions {each}"


def profile(file: str, bag: Bag) -> WrittenProfile | None:
    """The state of a profile from `Get-NetFirewallProfile`, None for another object."""
    name = bag.text("name", "profile", "instanceid").casefold().rpartition("|")[2]
    if not is_profile(bag) or name not in PROFILES:
        return None
    # 2 is "NotConfigured", which says nothing (GpoBoolean of the NetSecurity module: False 0, True 1, NotConfigured 2).
    switch = {"1": True, "true": True, "0": False, "false": False}
    words = {"4": "block", "block": "block", "2": "allow", "allow": "allow"}
    inbound = words.get(bag.text("defaultinboundaction").casefold())
    rules = switch.get(bag.text("allowinboundrules").casefold())
    if rules is False:
        inbound = "block always"
    values = [
        (registry, str(int(found is wanted)))
        for key, registry, wanted in _PROFILE_VALUES
        if (found := switch.get(bag.text(key).casefold())) is not None
    ]
    if size := bag.text("logmaxsizekilobytes"):
        values.append(("Logging/LogFileSize", size))
    if path := bag.text("logfilename"):
        values.append(("Logging/LogFilePath", path))
    return WrittenProfile(
        profile=name,
        enabled=switch.get(bag.text("enabled").casefold()),
        inbound=inbound,
        outbound=words.get(bag.text("defaultoutboundaction").casefold()),
        merge_local=switch.get(bag.text("allowlocalfirewallrules").casefold()),
        excluded=_excluded(bag),
        line=bag.line,
        file=file,
        values=tuple(values),
    )


def _excluded(bag: Bag) -> str:
    """The interfaces that a profile leaves alone; what a CSV file lost says nothing, for almost nobody names any."""
    value = bag.properties.get("disabledinterfacealiases")
    words = (
        value if isinstance(value, list) else [] if isinstance(value, Lost) else [bag.text("disabledinterfacealiases")]
    )
    return ", ".join(word for word in words if word.casefold() not in {*_NOTHING, "notconfigured"})


_PROFILE_VALUES = (
    ("notifyonlisten", "DisableNotifications", False),
    ("allowunicastresponsetomulticast", "DisableUnicastResponsesToMulticastBroadcast", False),
    ("allowlocalfirewallrules", "AllowLocalPolicyMerge", True),
    ("allowlocalipsecrules", "AllowLocalIPsecPolicyMerge", True),
    ("logblocked", "Logging/LogDroppedPackets", True),
    ("logallowed", "Logging/LogSuccessfulConnections", True),
)
"""(property, registry value, the truth value that is written as 1)"""
