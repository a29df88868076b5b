"""LibreOffice opens the workbook without repair and prints it."""

import re
import subprocess
from pathlib import Path

from auditor.findings.result import AuditResult
from auditor.reports.workbook import workbook_bytes


def test_libreoffice_prints_the_workbook(result: AuditResult, soffice: str, pdftotext: str, tmp_path: Path) -> None:
    book = tmp_path / "audit.xlsx"
    book.write_bytes(workbook_bytes(result))
    command = [soffice, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "pdf"]
    done = subprocess.run(
        [*command, "--outdir", tmp_path, book], capture_output=True, text=True, timeout=240, check=False
    )
    assert (tmp_path / "audit.pdf").exists(), done.stdout + done.stderr
    pages = subprocess.run(
        [pdftotext, "-layout", tmp_path / "audit.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout.split("\f")
    printed = "\n".join(pages)
    assert "Firewall audit: sample" in pages[0]
    assert "Findings by firewall" in pages[1]
    assert "bell\\x07 and \\x1b[31m" in printed
    assert "=HYPERLINK(evil)" in printed
    assert "#NAME?" not in printed
    assert "Err:" not in printed
    assert all(re.search(r"\d+ / \d+", page) for page in pages if page.strip())
