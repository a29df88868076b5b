"""How much of every file was understood, for reports that say it in words."""

from __future__ import annotations

from auditor.findings.result import AuditResult
from parsers.model.firewall import Source
from parsers.model.origin import Ledger


def files_read(result: AuditResult) -> tuple[Source, ...]:
    """Every file that was read, once, in the order of the devices."""
    return tuple({source.name: source for device in result.devices for source in device.sources}.values())


def ledger_text(ledger: Ledger) -> str:
    """The lines of a file: "835 lines = 787 read + 48 irrelevant + 0 not understood"."""
    return (
        f"{ledger.total} lines = {ledger.read} read + {ledger.irrelevant} irrelevant + "
        f"{ledger.not_understood} not understood"
    )
