"""Everything is open between servers whose vendor asks for exactly that.

What it finds
-------------
Accept rules for every service between servers of a group that the vendor wants unrestricted (Exchange servers among
themselves and to domain controllers). A rule for these servers alone is information: it is not too broad. As soon as it
lets other addresses take part, it is: another known server, or a range outside the servers' own networks.

Why it matters
--------------
A firewall between Exchange servers that filters is unsupported, and breaks things that no port list names. But what is
unrestricted for them should be for them only, and auditors of card data will ask why it is there.

Example
-------
Policy 12 accepts every service from the server network to the network of the domain controllers, and only Exchange
servers stand in the one.

What to do
----------
For the servers alone: nothing, or note the vendor's statement as the reason. Otherwise limit the rule to their
addresses.

When to waive
-------------
When the other addresses in its range are the group's future servers.

References
----------
Exchange team blog, "Exchange, Firewalls, and Support... Oh, my!" (2013); PCI DSS v4.0 requirement 1.2.5."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.analysis.analysis import Analysis
from auditor.analysis.devices import Device
from auditor.baseline import BoundRuleset
from auditor.baseline.model import Unrestricted
from auditor.checks.any_to_any import accepts_everything, spans_everything
from auditor.checks.check import Check, match_text
from auditor.findings.finding import Confidence, Finding, Severity
from auditor.findings.wording import listed
from parsers.model.addresses import AddressSet
from parsers.model.rule import Direction, Rule


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for ruleset in analysis.rulesets:
        for stated, servers in ruleset.unrestricted:
            for device in analysis.devices.values():
                for rule in _between(device, servers):
                    yield from _judged(analysis, check, ruleset, stated, servers, device, rule)


def _between(device: Device, servers: AddressSet) -> Iterator[Rule]:
    """Rules of a network device for every service between some servers, any-to-any ones apart."""
    for rules in device.firewall.lists:
        decides = rules.direction is Direction.FORWARD and not rules.hands_over and device.forward is not None
        for rule in rules.rules if decides else ():
            ends = (rule.source.possible, rule.destination.possible)
            inner = not device.from_outside(rule) and all(end.overlaps(servers) for end in ends)
            if inner and accepts_everything(rule) and not all(map(spans_everything, ends)):
                yield rule


def _judged(
    analysis: Analysis,
    check: Check,
    ruleset: BoundRuleset,
    stated: Unrestricted,
    servers: AddressSet,
    device: Device,
    rule: Rule,
) -> Iterator[Finding]:
    share = device.through.effective(rule)
    if not share.possible:
        return
    surplus = (rule.source.possible | rule.destination.possible) - servers
    others = list(_known(analysis, device, surplus, servers))
    near = AddressSet.union(each.networks for each in device.firewall.interfaces if each.networks.overlaps(servers))
    wide = bool(others) or not surplus <= near
    who = listed((ruleset.ruleset.roles[name].title for name in stated.between if ruleset.ends[name]), 6)
    message = f"It lets everything through between {who}, as the vendor asks for"
    if not surplus:
        message += ": not too broad by itself."
    elif wide:
        message += f", and for {surplus.text(3)} as well{f', among them {listed(others, 4)}' if others else ''}."
    else:
        message += f". Its range holds {surplus.count} further addresses, at which nothing else is known."
    example = (share.certain or share.possible).example()
    yield check.found(
        device=device.name,
        rule=rule,
        severity=Severity.MEDIUM if wide else check.severity,
        confidence=Confidence.CERTAIN if share.certain else Confidence.POSSIBLE,
        message=message,
        remedy="Limit the rule to the servers' addresses."
        if wide
        else "Nothing; note the vendor's statement as reason.",
        packets=match_text(rule),
        example=example,
        citation=stated.cite,
        uncertain=rule.uncertain,
    )


def _known(analysis: Analysis, device: Device, surplus: AddressSet, servers: AddressSet) -> Iterator[str]:
    """Who else is known at some addresses: servers of other roles, and single hosts that the export names."""
    seen = servers
    for end in (end for ruleset in analysis.rulesets for end in ruleset.servers):
        if (end.addresses & surplus) - seen:
            seen = seen | end.addresses
            yield end.text
    for item in device.firewall.objects:
        single = item.addresses is not None and item.addresses.count == 1 and not item.factory
        if single and item.addresses is not None and (item.addresses & surplus) - seen:
            seen = seen | item.addresses
            yield f"{item.name} {item.addresses.text()}"


CHECK = Check(
    "FW123",
    "unrestricted-pair",
    "Everything open between servers",
    Severity.INFO,
    "What the vendor wants unrestricted for some servers should be for them only.",
    _run,
)
