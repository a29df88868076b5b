"""`fwproof inspect`: what was recognised in the files, and what was not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.commands.case import apply_option, files_argument, noon, read_exports
from auditor.commands.output import show, window

if TYPE_CHECKING:
    from parsers import Inputs
    from parsers.model.firewall import Firewall
    from parsers.model.rule import RuleList
    from parsers.parser import Script

SCHEMA = "fwproof-inspect/1"
MOST_GAPS = 12
MOST_LOGINS = 24
MOST_OPEN = 8


@click.command("inspect", short_help="Say what is in these files and what was not understood.")
@files_argument
@click.option("--json", "as_json", is_flag=True, help="Print JSON (schema fwproof-inspect/1) instead of text.")
@click.option("--all", "every", is_flag=True, help="Print every gap.")
@apply_option
def inspect_command(files: tuple[Path, ...], as_json: bool, every: bool, scripts: tuple[Script, ...]) -> int:
    """Say what is in these files: format, version, devices, rules, objects, lines read and not understood.

    The exit code is 3 when a file, or one inside a folder or archive, cannot be read.
    """
    from auditor.exitcodes import NOT_JUDGED, PASSED

    inputs = read_exports(files, scripts=scripts, partly=True)
    if as_json:
        show(json.dumps(inventory(inputs), indent=2, ensure_ascii=False))
    else:
        show("\n\n".join(_text(firewall, every) for firewall in inputs.firewalls))
    return NOT_JUDGED if inputs.refused else PASSED


def inventory(inputs: Inputs) -> dict[str, Any]:
    """What was recognised, as plain values."""
    from auditor.reports.jsonreport import device_sources, gap_value

    return {
        "schema": SCHEMA,
        "devices": [
            {
                "name": firewall.name,
                "vendor": firewall.vendor,
                "product": firewall.product,
                "version": firewall.version,
                "vdom": firewall.vdom,
                "sources": device_sources(firewall),
                "rule_lists": [
                    {
                        "name": rules.name,
                        "direction": rules.direction.value,
                        "evaluation": rules.evaluation.value,
                        "default": rules.default.value,
                        "rules": len(rules.stated) + _implicit(rules),
                        "disabled": sum(not rule.enabled for rule in rules.stated),
                        "implicit": _implicit(rules),
                    }
                    for rules in firewall.lists
                ],
                "counts": dict(_counts(firewall)),
                "assumptions": list(firewall.assumptions),
                "gaps": [gap_value(gap) for gap in firewall.gaps],
            }
            for firewall in inputs.firewalls
        ],
        "skipped": [{"name": name, "reason": reason} for name, reason in inputs.skipped],
        "refused": [{"name": each.file, "line": each.line or None, "reason": each.message} for each in inputs.refused],
    }


def _counts(firewall: Firewall) -> Iterator[tuple[str, int]]:
    """What there is besides rules; what comes with the product is counted apart."""
    yield "interfaces", len(firewall.interfaces)
    yield "zones", len(firewall.zones)
    yield "routes", len(firewall.routes)
    yield "translations", len(firewall.translations)
    yield "administrators", len(firewall.administrators)
    kinds = Counter(thing.kind for thing in firewall.objects if not thing.factory)
    yield from sorted(kinds.items())
    factory = sum(thing.factory for thing in firewall.objects)
    if factory:
        yield "objects delivered with the product", factory


def _text(firewall: Firewall, every: bool) -> str:
    import textwrap

    from auditor.reports.text import one_line

    width, _ = window()
    blocks = [
        ("product", " ".join(word for word in (firewall.product, firewall.version) if word) or firewall.vendor),
        ("vdom", firewall.vdom),
        *(("file", text) for text in _files(firewall)),
        *(("rules", _rules(rules)) for rules in firewall.lists if _tells(rules)),
        ("objects", ", ".join(f"{number} {name}" for name, number in _counts(firewall) if number)),
        *(("profiles", text) for text in _profiles(firewall)),
        *(("host", text) for text in _host(firewall)),
        *(("answers", text) for text in _logins(firewall)),
        ("open", _open(firewall)),
        *(("assumed", sentence) for sentence in firewall.assumptions),
        *(("gap", text) for text in _gaps(firewall, every)),
    ]
    lines = [one_line(firewall.name)]
    previous = ""
    for label, text in blocks:
        if not text:
            continue
        head = f"  {label if label != previous else '':<9}"
        lines += textwrap.wrap(
            one_line(text), width, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False
        )
        previous = label
    return "\n".join(lines)


_PROFILE_WORDS = (
    ("EnableFirewall", {"1": "on", "0": "OFF"}),
    ("DefaultInboundAction", {"1": "inbound blocked", "0": "inbound ALLOWED"}),
    ("DoNotAllowExceptions", {"1": "every inbound allow rule ignored"}),
    ("DefaultOutboundAction", {"1": "outbound blocked", "0": "outbound allowed"}),
    ("AllowLocalPolicyMerge", {"0": "local rules do not count"}),
)


def _profiles(firewall: Firewall) -> Iterator[str]:
    """What each store says of each profile of a Windows host, in words."""
    states: dict[str, dict[str, str]] = {}
    for each in firewall.settings if firewall.host is not None else ():
        states.setdefault(each.path, {})[each.key] = each.value
    for path, values in states.items():
        store, _, name = path.partition(" profile ")
        said = [words[values[key]] for key, words in _PROFILE_WORDS if values.get(key) in words]
        if said:
            yield f"{name}{'' if store == 'local' else f' ({store})'}: {', '.join(said)}"


def _host(firewall: Firewall) -> Iterator[str]:
    """What the export says of a Windows host beyond rules and profiles."""
    host = firewall.host
    if host is None:
        return
    if host.active_profiles:
        yield f"in use: {', '.join(host.active_profiles)}"
    if host.addresses:
        yield f"addresses {host.addresses.text(6)}"
    if host.dynamic_tcp is not None:
        from parsers.model.services import TCP, ServiceSet

        yield f"dynamic ports {ServiceSet.ports(TCP, host.dynamic_tcp).text()}"
    if host.role_hints:
        yield f"roles {', '.join(host.role_hints)}"


def _files(firewall: Firewall) -> Iterator[str]:
    from auditor.reports.lines import ledger_text

    for source in firewall.sources:
        encoding = f", {source.encoding}" if source.encoding else ""
        yield f"{source.name}: {source.format}{encoding}; {ledger_text(source.ledger)}"


def _logins(firewall: Firewall) -> Iterator[str]:
    """What answers at the device itself, and whom."""
    from auditor.analysis.management import logins_of

    rows = logins_of(firewall, noon())
    for row in rows[:MOST_LOGINS]:
        perhaps = f", perhaps {row.perhaps}" if row.perhaps else ""
        sure = "" if row.confidence == "certain" else " (possible)"
        because = f" ({row.limits})" if row.limits else ""
        yield f"{row.service} {row.port} at {row.address} on {row.interface}: {row.who}{perhaps}{sure}{because}"
    if len(rows) > MOST_LOGINS:
        yield f"and {len(rows) - MOST_LOGINS} more: the sheet Logins of fwproof audit -o audit.xlsx has all"


def _open(firewall: Firewall) -> str:
    """Objects whose addresses no export holds: a site file may answer them."""
    kinds: dict[str, list[str]] = {}
    for each in firewall.unknowns:
        if not each.answered:
            kinds.setdefault(each.kind, []).append(each.name)
    words = []
    for kind, names in kinds.items():
        rest = len(names) - MOST_OPEN
        words.append(f"{kind} {', '.join(names[:MOST_OPEN])}{f' and {rest} more' if rest > 0 else ''}")
    return f"{'; '.join(words)}: what they stand for can be said under resolve in a site file" if words else ""


def _tells(rules: RuleList) -> bool:
    """Has a list rules of its own? What follows from the forwarding policies for the device itself is no news."""
    return rules.direction.value != "local" or any(not rule.implicit for rule in rules.rules)


def _implicit(rules: RuleList) -> int:
    return sum(rule.implicit for rule in rules.rules)


def _rules(rules: RuleList) -> str:
    stated = rules.stated
    numbers = [f"{len(stated)} {rules.direction.value}"]
    disabled = sum(not rule.enabled for rule in stated)
    if disabled:
        numbers.append(f"{disabled} of them disabled")
    if _implicit(rules):
        numbers.append(f"{_implicit(rules)} implicit")
    return f"{rules.name}: {', '.join(numbers)}; {rules.evaluation.value}, else {rules.default.value}"


def _gaps(firewall: Firewall, every: bool) -> Iterator[str]:
    ordered = sorted(firewall.gaps, key=lambda gap: not gap.hides_access)
    for gap in ordered if every else ordered[:MOST_GAPS]:
        danger = "COULD HIDE ACCESS " if gap.hides_access else ""
        yield f"{danger}{gap.origin.text}: {gap.what}"
    if not every and len(ordered) > MOST_GAPS:
        yield f"and {len(ordered) - MOST_GAPS} more: --all shows them"
