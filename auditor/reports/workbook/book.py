"""The sheets of the workbook in their order, and the file without traces of the clock."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime

from openpyxl import Workbook

from auditor.findings.result import AuditResult
from auditor.reports.workbook.cover import write_cover
from auditor.reports.workbook.findings import findings_table, past_table, waived_table
from auditor.reports.workbook.firewalls import firewalls_table
from auditor.reports.workbook.legend import legend_table
from auditor.reports.workbook.objects import objects_table
from auditor.reports.workbook.rules import rule_rows, rules_table
from auditor.reports.workbook.sheet import Table, write_table
from auditor.reports.workbook.summary import write_summary
from auditor.reports.workbook.tables import (
    exposure_table,
    gaps_table,
    hardening_table,
    logins_table,
    matrix_table,
    ports_table,
)


def workbook_bytes(result: AuditResult) -> bytes:
    """The audit as an .xlsx file. Sheets are streamed row by row, so memory does not grow with the number of cells."""
    book = Workbook(write_only=True)
    stamp = datetime(result.today.year, result.today.month, result.today.day)
    book.properties.creator = f"fwproof {result.fwproof_version}"
    book.properties.title = "Firewall audit"
    book.properties.created = stamp
    tables = _tables(result)
    write_cover(book, result, tables)
    write_summary(book, result)
    for table in tables:
        write_table(book, table)
    stream = io.BytesIO()
    book.save(stream)
    return _without_clock(stream.getvalue(), stamp)


def _tables(result: AuditResult) -> list[Table]:
    places = rule_rows(result)
    return [
        findings_table(result, places.by_origin),
        *([past_table(result)] if result.follow_up else []),
        firewalls_table(result),
        ports_table(result, places.by_name),
        exposure_table(result, places.by_name),
        matrix_table(result),
        *([logins_table(result)] if result.logins else []),
        rules_table(result),
        objects_table(result),
        *([hardening_table(result)] if result.benchmarks or result.hardening else []),
        waived_table(result, places.by_origin),
        gaps_table(result, places.by_origin),
        legend_table(result),
    ]


def _without_clock(data: bytes, stamp: datetime) -> bytes:
    """openpyxl writes the time of saving into the properties and the archive: the day of the audit replaces it."""
    modified = f">{stamp.isoformat()}Z</dcterms:modified>".encode()
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb">[^<>]*</dcterms:modified>", modified, content)
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return result.getvalue()
