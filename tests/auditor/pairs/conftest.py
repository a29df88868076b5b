"""A small company in words: one FortiGate, hosts behind it, and a site file, for configurations that try to mislead."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import pytest

import parsers
from auditor.audit import audit
from auditor.baseline import load_ruleset, load_site
from auditor.findings.result import AuditResult
from tests.auditor.pairs.company import HEAD

Audited = Callable[..., AuditResult]


@pytest.fixture
def audited(tmp_path: Path) -> Audited:
    """Audits a backup (without its head) and dumps by host name, against the Exchange reference and a site."""

    def run(
        backup: str,
        roles: dict[str, Iterable[str]] | None = None,
        absent: str = "edge_transport, unified_messaging",
        answers: str = "",
        values: str = 'rpc_dynamic: "6005-65534"',
        profile: str = "profile: domain",
        extra: str = "",
        **hosts: str,
    ) -> AuditResult:
        bound = roles or {"client_access": ("10.0.10.21 cas",), "mailbox": ("10.0.10.31 mbx",)}
        path = tmp_path / "site.yaml"
        path.write_text(
            "schema: fwsite/1\nid: made\nbaselines:\n  - use: exchange-2010\n"
            f"    set: {{{values}}}\n    conditions: {{{answers}}}\ndevices:\n"
            "  fgt: {type: fortigate, zones: {internet: [wan1], perimeter: [dmz], internal: [lan]}}\n"
            + "".join(f"  {name}: {{type: windows, {profile}}}\n" for name in hosts)
            + "bindings:\n"
            + "".join(f"  {role}: [{', '.join(map(_binding, ends))}]\n" for role, ends in bound.items())
            + f"not_deployed: [{absent}]\n{extra}",
            encoding="utf-8",
        )
        texts = {"fgt.conf": HEAD + backup, **{f"{name}.txt": text for name, text in hosts.items()}}
        firewalls = [each for name, text in texts.items() for each in parsers.read(text.encode(), name)]
        return audit(tuple(firewalls), (load_ruleset("exchange-2010"),), load_site(path), datetime(2026, 11, 24, 12))

    return run


def _binding(words: str) -> str:
    address, _, host = words.partition(" ")
    addresses = ", ".join(f'"{each}"' for each in address.split("+"))
    return f"{{address: [{addresses}]{f', device: {host}' if host else ''}}}"
