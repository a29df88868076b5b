"""What guides ask of the edge of the network: denies from outside, own sources towards it, guarded logins."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.benchmarks.configured import Configured
from auditor.benchmarks.seen import FAILED, NOT_APPLICABLE, PASSED, UNDECIDABLE, Seen, accepts, policy_line, stated
from auditor.findings.wording import listed
from parsers.model.addresses import ANY_IPV4
from parsers.model.rule import Action, Direction, Rule

_SOURCE, _TARGET = "internet-service-src-name", "internet-service-name"
_WANTED = ("Tor-Exit.Node", "Tor-Relay.Node", "Malicious-Malicious.Server")
"""The Internet services every edition of the guide names; botnet servers and scanners come on top."""
_CLEAR = ("http", "telnet")


def deny_attackers(configured: Configured) -> Seen:
    """Denies of the attackers' Internet services, in both directions, above the permits, also for virtual IPs."""
    rules = [rule for rule in stated(configured) if rule.enabled]
    if not rules:
        return Seen(NOT_APPLICABLE, "there is no policy")
    denies = [rule for rule in rules if rule.action is Action.DENY]
    missing: list[str] = []
    for key, direction in ((_SOURCE, "as source"), (_TARGET, "as destination")):
        named = {word for rule in denies for word in policy_line(configured, rule, key).split()}
        absent = [word for word in _WANTED if word not in named]
        if absent:
            missing.append(f"{', '.join(absent)} {direction}")
    if missing:
        return Seen(FAILED, f"no deny policy names {'; '.join(missing)}")
    return _in_force(configured, rules, [rule for rule in denies if _names_attackers(configured, rule)])


def _names_attackers(configured: Configured, rule: Rule) -> bool:
    return any(word in policy_line(configured, rule, key).split() for key in (_SOURCE, _TARGET) for word in _WANTED)


def _in_force(configured: Configured, rules: list[Rule], denies: list[Rule]) -> Seen:
    for deny in denies:
        above = [rule for rule in rules[: rules.index(deny)] if rule.action is not Action.DENY and _meet(rule, deny)]
        if above:
            return Seen(FAILED, f"policy {deny.id} stands below the permits {listed(r.id for r in above)}", deny.origin)
        inward = bool(policy_line(configured, deny, _SOURCE))
        if inward and any(each.active for each in configured.firewall.translations):
            if not deny.translated_destination.possible and not deny.translations.possible:
                text = f"policy {deny.id} does not stop traffic to virtual IPs (match-vip)"
                return Seen(FAILED, text, deny.origin)
            if not deny.translated_destination.certain and not deny.translations.certain:
                text = f"whether policy {deny.id} stops traffic to virtual IPs is not certain (match-vip)"
                return Seen(UNDECIDABLE, text, deny.origin)
    return Seen(PASSED, f"policies {listed(rule.id for rule in denies)} deny them", denies[0].origin)


def _meet(rule: Rule, deny: Rule) -> bool:
    return _share(rule.ingress, deny.ingress) and _share(rule.egress, deny.egress)


def _share(one: frozenset[str] | None, other: frozenset[str] | None) -> bool:
    return one is None or other is None or bool(one & other)


def explicit_deny(configured: Configured) -> Seen:
    """Each interface that faces the Internet has a policy that denies what no other lets in."""
    outside = sorted(configured.internet)
    if not outside:
        return Seen(UNDECIDABLE, "no interface is known to face the Internet: name it in a site file")
    covered = {
        name for rule in _whole_denies(configured) for name in outside if _share(rule.ingress, frozenset({name}))
    }
    bad = [name for name in outside if name not in covered]
    if not bad:
        return Seen(PASSED, f"{listed(outside)} end with a policy that denies everything")
    return Seen(FAILED, f"no policy denies everything else from {listed(bad)}; only the implicit deny does")


def _whole_denies(configured: Configured) -> Iterator[Rule]:
    for rule in stated(configured):
        every = rule.source.certain >= ANY_IPV4 and rule.destination.certain >= ANY_IPV4
        if rule.enabled and rule.action is Action.DENY and every and not rule.conditions:
            yield rule


def own_sources(configured: Configured) -> Seen:
    """Policies towards the Internet name the networks behind the device as source, not everything."""
    outside = configured.internet
    if not outside:
        return Seen(UNDECIDABLE, "no interface is known to face the Internet: name it in a site file")
    outward = [
        rule
        for rule in accepts(configured)
        if _share(rule.egress, outside) and not (rule.ingress is not None and rule.ingress <= outside)
    ]
    bad = [rule for rule in outward if rule.source.certain >= ANY_IPV4]
    if not outward:
        return Seen(NOT_APPLICABLE, "no policy leads to the Internet")
    if not bad:
        return Seen(PASSED, "every policy towards the Internet names its sources")
    what = f"{len(bad)} of {len(outward)} policies towards the Internet accept any source"
    return Seen(FAILED, f"{what}: {listed(rule.id for rule in bad)}", bad[0].origin)


def local_in_denies(configured: Configured) -> Seen:
    """Local-in policies that deny something on the interfaces that face the Internet."""
    rules = [
        rule
        for each in configured.firewall.lists
        if each.direction is Direction.LOCAL
        for rule in each.rules
        if rule.origin.kind.startswith("firewall local-in-policy") and rule.enabled
    ]
    if not rules:
        if not configured.whole:
            return Seen(UNDECIDABLE, "the export is a fragment and shows no local-in policy")
        return Seen(FAILED, "there is no local-in policy")
    denies = [
        rule for rule in rules if rule.action is Action.DENY and _share(rule.ingress, configured.internet or None)
    ]
    if denies:
        return Seen(PASSED, f"{listed(rule.id for rule in denies)} deny", denies[0].origin)
    return Seen(FAILED, "no local-in policy denies anything on an interface that faces the Internet", rules[0].origin)


def no_clear_text(configured: Configured) -> Seen:
    """No interface, at any of its addresses, is managed by HTTP or telnet."""
    interfaces = configured.firewall.interfaces
    if not interfaces:
        return Seen(UNDECIDABLE, "the export describes no interface")
    bad = {each: words for each in interfaces if (words := [word for word in _CLEAR if word in each.allowaccess])}
    if not bad:
        return Seen(PASSED, "no interface is managed by http or telnet")
    first = next(iter(bad))
    return Seen(FAILED, listed(f"{each.name} ({' '.join(words)})" for each, words in bad.items()), first.origin)
