"""The workbook as bytes: the same audit always gives the same file."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime

from auditor.findings.result import AuditResult
from auditor.reports.workbook.rules import rule_rows, rules_table
from auditor.reports.workbook.sheet import write_table
from auditor.reports.workbook.summary import write_summary
from auditor.reports.workbook.tables import (
    checks_table,
    exposure_table,
    findings_table,
    gaps_table,
    ports_table,
    sources_table,
)


def workbook_bytes(result: AuditResult) -> bytes:
    """The audit as an .xlsx file. Sheets are streamed row by row, so memory does not grow with the number of cells."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    stamp = datetime(result.today.year, result.today.month, result.today.day)
    book.properties.creator = f"fwproof {result.fwproof_version}"
    book.properties.title = "Firewall audit"
    book.properties.created = stamp
    places = rule_rows(result)
    write_summary(book, result)
    for table in (
        findings_table(result, places.by_origin),
        ports_table(result, places.by_name),
        exposure_table(result, places.by_name),
        rules_table(result),
        gaps_table(result),
        sources_table(result),
        checks_table(result),
    ):
        write_table(book, table)
    stream = io.BytesIO()
    book.save(stream)
    return _without_clock(stream.getvalue(), stamp)


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
