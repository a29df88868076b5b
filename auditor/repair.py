"""Commands to paste that mend a finding, where there is nothing to decide first.

A rule that decides no packet is switched off, an object that nothing uses is deleted (the device refuses where
something does), a login of the device is taken off one interface. What they take from somebody who may count on it is
said in a comment above them. What needs a decision (which sources, which ports, which disabled rule may go) stays the
words of the finding; required ports are planned by `fwproof plan`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from auditor.findings.finding import Confidence, Finding, Severity
from auditor.remedy.existing import Existing
from auditor.remedy.fortiobjects import quoted
from parsers.model.firewall import Firewall
from parsers.model.origin import Origin

_POLICIES = ("firewall policy", "firewall policy6", "firewall security-policy", "firewall consolidated policy")
_LOGINS = ("https", "ssh", "http", "telnet")
_ACCESS = (*_LOGINS, "snmp")
"""Words of `allowaccess` that an outer interface can do without (FortiOS CLI reference, config system interface).

Others (fgfm, fabric, ftm, ping) serve the company's own devices, tokens and monitoring."""
_UNTYPED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029?$]")
"""What a prompt acts on even within quotes: ends of lines, its help, its variables."""
_SERVICE = re.compile(r"(?P<service>\S+) on (?P<interface>\S+)")


def with_commands(findings: Iterable[Finding], firewalls: Iterable[Firewall]) -> Iterator[Finding]:
    """The findings, with the commands that mend them."""
    known = {each.name: each for each in firewalls if each.vendor == "fortigate"}
    for finding in findings:
        firewall = known.get(finding.device)
        commands = tuple(_commands(finding, firewall)) if firewall is not None else ()
        yield replace(finding, commands=commands) if commands else finding


def _commands(finding: Finding, firewall: Firewall) -> Iterator[str]:
    write = _BY_CHECK.get(finding.check)
    if write is None or finding.confidence is Confidence.POSSIBLE:
        return
    lines = list(write(finding))
    if not lines or any(_UNTYPED.search(line) for line in lines):
        return
    scope = _scope(finding, firewall)
    yield from (*scope, *lines, "end") if scope else lines


def _scope(finding: Finding, firewall: Firewall) -> tuple[str, ...]:
    """Where the commands are typed on a device with VDOMs; () on others."""
    several = firewall.vdom not in ("", "root") or firewall.name.endswith(f"/{firewall.vdom}")
    if not several and not Existing(firewall).has_vdoms:
        return ()
    if finding.origin is not None and finding.origin.kind == "system interface":
        return ("config global",)
    return ("config vdom", f"edit {_word(firewall.vdom)}")


def _tables(origins: Iterable[Origin | None], settings: tuple[str, ...]) -> Iterator[str]:
    """Each table once, with its entries: `settings` are made of each, or it is deleted where there are none."""
    tables: dict[str, list[str]] = {}
    for origin in origins:
        if origin is not None:
            tables.setdefault(origin.kind, []).append(_word(origin.name))
    for kind, names in tables.items():
        yield f"config {kind}"
        for name in dict.fromkeys(names):
            if settings:
                yield from (f"    edit {name}", *(f"        {each}" for each in settings), "    next")
            else:
                yield f"    delete {name}"
        yield "end"


def _word(name: str) -> str:
    return name if name.isascii() and name.isdigit() else quoted(name)


def _policies(finding: Finding) -> tuple[Origin, ...]:
    """The policies a finding is about: of several it names each beside it."""
    beside = [each.origin for each in finding.related if each.device == finding.device]
    found = [origin for origin in (finding.origin, *beside) if origin is not None and origin.kind in _POLICIES]
    return tuple(dict.fromkeys(found))


def _idle(finding: Finding) -> Iterator[str]:
    """A rule that decides nothing is switched off; what to do with one that should act and does not is a choice.

    So is one that waits for an interface to come up.
    """
    origin = finding.origin
    chosen = finding.severity >= Severity.MEDIUM or finding.packets.startswith("interface down")
    if chosen or origin is None or origin.kind not in _POLICIES:
        return iter(())
    return _tables((origin,), ("set status disable",))


def _logged(finding: Finding) -> Iterator[str]:
    return _tables(_policies(finding), ("set logtraffic all",))


def _with_virtual_ips(finding: Finding) -> Iterator[str]:
    if finding.origin is not None and finding.origin.kind == "firewall policy":
        yield "# From then on its senders no longer reach the virtual IPs below it."
        yield from _tables((finding.origin,), ("set match-vip enable",))


def _unused(finding: Finding) -> Iterator[str]:
    """The last ones first: a group stands below its members, which cannot go before it."""
    return _tables((each.origin for each in reversed(finding.related)), ())


def _management(finding: Finding) -> Iterator[str]:
    found = _SERVICE.fullmatch(finding.rule)
    origin = finding.origin
    if not found or origin is None or origin.kind != "system interface" or origin.name != found["interface"]:
        return
    if found["service"] in _ACCESS:
        if found["service"] in _LOGINS:
            yield "# Who logs in this way is shut out: try another way in (console, VPN, an inside interface) first."
        yield from _tables((origin,), (f"unselect allowaccess {found['service']}",))


_BY_CHECK: Mapping[str, Callable[[Finding], Iterator[str]]] = {
    "FW105": _idle,
    "FW106": _idle,
    "FW108": _unused,
    "FW111": _logged,
    "FW112": _management,
    "FW115": _with_virtual_ips,
}
