"""What must hold for a policy beside addresses and services: schedule, expiry, users, tags; and its action.

Source: the reference, sections 4, 6.5 and 7.5.
"""

from __future__ import annotations

from parsers.fortigate.convert.books import Books
from parsers.fortigate.objects.schedules import expiry
from parsers.fortigate.syntax.tree import Block
from parsers.model.rule import Action, Condition

IDENTITY = ("groups", "users", "fsso-groups")
OFF = frozenset({"", "0", "0x00", "disable"})
_UNSEEN = {
    "devices": "only for devices {0}",
    "src-vendor-mac": "only for hardware of some vendors",
    "ztna-ems-tag": "only with ZTNA tag {0}",
    "ztna-ems-tag6": "only with ZTNA tag {0}",
    "ztna-destination": "only to ZTNA destination {0}",
    "ztna-geo-tag": "only with ZTNA geography tag {0}",
    "sgt": "only with security group tag {0}",
    "tos": "only with type of service {0}",
    "vlan-filter": "only for VLANs {0}",
    "reputation-minimum": "only from a reputation of {0}",
    "application": "only for applications {0}",
    "app-category": "only for application categories {0}",
    "app-group": "only for application group {0}",
    "url-category": "only for URL categories {0}",
    "ztna-device-ownership": "only from known devices",
    "endpoint-compliance": "only from endpoints that comply",
    "dscp-match": "only with a DSCP value",
    "reputation-minimum6": "only from a reputation of {0}",
    "saml-server": "only after authentication by {0}",
    "scim-users": "only after authentication as {0}",
    "scim-groups": "only after authentication as {0}",
    "disclaimer": "only after a disclaimer was accepted",
    "email-collect": "only after an e-mail address was given",
}


_LEARNT = {
    **dict.fromkeys(("srcaddr", "dstaddr", "srcaddr6", "dstaddr6"), ("all",)),
    "service": ("ALL",),
    "enforce-default-app-port": ("disable",),
}


def learning(kind: str, block: Block) -> Block:
    """A policy with what it is for while it learns: a security policy names no more than its interfaces then.

    Source: the administration guide of 7.4.4, "Learn mode in security policies in NGFW mode": only interfaces are
    chosen, and what passes between them is accepted and logged.
    """
    if kind != "firewall security-policy" or block.get("learning-mode") != "enable":
        return block
    whole = Block(block.name, block.line)
    whole.last_line, whole.file = block.last_line, block.file
    whole.tables = block.tables
    whole.settings = _LEARNT | {keyword: words for keyword, words in block.settings.items() if any(words)}
    return whole


def action_of(block: Block) -> tuple[Action, tuple[Condition, ...]]:
    """The action of a policy; without a line it denies, and what is learnt about is let through."""
    word = block.get("action") or "deny"
    if block.get("learning-mode") == "enable" or word in ("learn", "accept"):
        return Action.ALLOW, ()
    if word in ("ipsec", "ssl-vpn"):
        return Action.ALLOW, (Condition("tunnel", f"only through the {word} tunnel of the policy"),)
    return Action.DENY, ()


def conditions(books: Books, kind: str, block: Block) -> tuple[Condition, ...]:
    """The conditions of a policy; what a packet does not show leaves them open."""
    found = list(expiry(block))
    schedule = block.get("schedule")
    if schedule:
        defined = books.schedules.defines(schedule)
        books.scope.refer(kind, block, "firewall schedule", schedule, defined=defined)
        found += books.schedules.conditions(schedule)
    off = books.interfaces.switched_off(block.words("srcintf") + block.words("dstintf"))
    if off:
        found.append(Condition("interface", f"SD-WAN is switched off in this backup ({', '.join(dict.fromkeys(off))})"))
    who = [name for keyword in IDENTITY for name in block.words(keyword) if name]
    if who:
        found.append(Condition("identity", f"only after authentication as {', '.join(who)}"))
    if block.get("geoip-match") == "registered-location":
        found.append(Condition("geography", "countries are matched by registration"))
    fabric = block.table("fabric-policy")
    if fabric is not None and fabric.settings:
        ends = " ".join(f"{way} {name}" for way in ("from", "to") if (name := fabric.get(way)))
        found.append(Condition("fabric", f"a policy of the Security Fabric {ends}".rstrip()))
    if not _UNSEEN.keys().isdisjoint(block.settings):
        for keyword, text in _UNSEEN.items():
            words = block.words(keyword)
            if words and words[0] not in OFF:
                found.append(Condition(keyword, text.format(" ".join(words))))
    return tuple(found)
