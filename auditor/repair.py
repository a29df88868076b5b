"""Commands to paste that mend a finding, where they take nothing away that anybody may need.

Only what is safe by itself is written: a rule that decides no packet is switched off, an object that nothing uses is
deleted, a service of the device is taken off one interface. What needs a decision (which sources, which ports) stays
the words of the finding; required ports are planned by `fwproof plan`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from auditor.findings.finding import Confidence, Finding, Severity
from parsers.model.firewall import Firewall
from parsers.model.origin import Origin

_POLICIES = ("firewall policy", "firewall policy6", "firewall security-policy", "firewall consolidated policy")
_ACCESS = "ping https ssh snmp http telnet fgfm radius-acct probe-response fabric ftm speed-test".split()
"""Words of `allowaccess` (FortiOS CLI reference, config system interface)."""
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
    scope = _scope(finding, firewall)
    if lines and scope:
        yield from (*scope, *lines, "end")
    else:
        yield from lines


def _scope(finding: Finding, firewall: Firewall) -> tuple[str, ...]:
    """Where the commands are typed on a device with several VDOMs; () on others."""
    if not firewall.vdom or not firewall.name.endswith(f"/{firewall.vdom}"):
        return ()
    if finding.origin is not None and finding.origin.kind == "system interface":
        return ("config global",)
    return ("config vdom", f"edit {firewall.vdom}")


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
    if name.isascii() and name.isdigit():
        return name
    return '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'


def _policies(finding: Finding) -> tuple[Origin, ...]:
    """The policies a finding is about: of several it names each beside it."""
    beside = [each.origin for each in finding.related if each.device == finding.device]
    found = [origin for origin in (finding.origin, *beside) if origin is not None and origin.kind in _POLICIES]
    return tuple(dict.fromkeys(found))


def _of_policy(*settings: str) -> Callable[[Finding], Iterator[str]]:
    return lambda finding: _tables(_policies(finding)[:1], settings)


def _repeated(finding: Finding) -> Iterator[str]:
    """A rule that only repeats others is switched off; what to do with one that should act and does not is a choice."""
    return iter(()) if finding.severity >= Severity.MEDIUM else _of_policy("set status disable")(finding)


def _of_policies(*settings: str) -> Callable[[Finding], Iterator[str]]:
    return lambda finding: _tables(_policies(finding), settings)


def _unused(finding: Finding) -> Iterator[str]:
    return _tables((each.origin for each in finding.related), ())


def _management(finding: Finding) -> Iterator[str]:
    found = _SERVICE.fullmatch(finding.rule)
    origin = finding.origin
    if not found or origin is None or origin.kind != "system interface" or origin.name != found["interface"]:
        return iter(())
    if found["service"] not in _ACCESS:
        return iter(())
    return _tables((origin,), (f"unselect allowaccess {found['service']}",))


_BY_CHECK: Mapping[str, Callable[[Finding], Iterator[str]]] = {
    "FW105": _repeated,
    "FW106": _of_policy("set status disable"),
    "FW107": _of_policies(),
    "FW108": _unused,
    "FW111": _of_policies("set logtraffic all"),
    "FW112": _management,
    "FW115": _of_policy("set match-vip enable"),
}
