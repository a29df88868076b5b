"""Files that say too little are refused with the reason, alone and beside real exports."""

import io
import zipfile

import pytest

import parsers
from parsers.errors import UnreadableError
from parsers.source import Document

LEGACY = """
Konfiguration des Domänenprofils:
-------------------------------------------------------------------
Betriebsmodus                     = Aktivieren
Ausnahmemodus                     = Aktivieren
"""
CONSOLE = "Name\tGruppe\tProfil\tAktiviert\tAktion\tÜber\tProgramm\tLokal\tRemote\tProtokoll\tPort\r\n"
CONSOLE += "Web\t\tAlle\tJa\tZulassen\tNein\tBeliebig\tBeliebig\tBeliebig\tTCP\t443\r\n"

CASES = {
    "frst": (
        b"==== FirewallRules ====\r\nFirewallRules: [{1-2}] => (Allow) C:\\a.exe (Vendor -> Product)\r\n",
        "log of FRST",
    ),
    "script": (
        b"os.system('netsh advfirewall firewall add rule name=\"web\" dir=in action=allow')\r\n",
        "script that changes rules",
    ),
    "powershell": (b"Set-NetFirewallRule -DisplayName web -Enabled True\r\n", "script that changes rules"),
    "legacy": (LEGACY.encode("cp850"), "old 'netsh firewall' in a language"),
    "console": (CONSOLE.encode("utf-16"), "columns fwproof does not know"),
    "result": (b"<html><head><title>RSOP of EX01</title></head><body>Group Policy</body></html>", "for people"),
    "rar": (b"Rar!\x1a\x07\x01\x00 ....", "RAR archive"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_file_that_says_too_little(case):
    data, reason = CASES[case]
    with pytest.raises(UnreadableError, match=reason):
        parsers.read(data, "EX01.txt")


def test_beside_a_real_export_it_is_left_out_with_its_reason(server, locales, netsh):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("EX01-rules.txt", netsh(server, locales["en"]))
        for case, (data, _) in CASES.items():
            archive.writestr(f"{case}.bin", data)
    inputs = parsers.read_inputs([Document("EX01.zip", stream.getvalue())])
    assert len(inputs.firewalls) == 1
    assert sorted(name.rpartition("/")[2] for name, _ in inputs.skipped) == sorted(f"{case}.bin" for case in CASES)
    assert not any("not an export" in reason for _, reason in inputs.skipped)


def test_script_that_writes_registry_keys_is_told_what_to_give():
    line = (
        r'reg add "HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall\PublicProfile" /v EnableFirewall /t REG_DWORD /d 1'
    )
    with pytest.raises(UnreadableError, match=r"give a \.reg export"):
        parsers.read(f"@echo off\r\n{line}\r\n".encode(), "harden.bat")


def test_script_that_begins_with_an_attribute_is_no_broken_json():
    text = (
        '[CmdletBinding()]\r\nparam()\r\n$p = "Name", "DisplayName", "Direction"\r\nGet-NetFirewallRule | select $p\r\n'
    )
    with pytest.raises(UnreadableError, match="not recognised"):
        parsers.read(text.encode(), "list.ps1")
