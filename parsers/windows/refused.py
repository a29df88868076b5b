"""Files an administrator may hand over that say nothing, or not enough, about what the firewall lets through: why."""

from __future__ import annotations

import re

from parsers.source import Document
from parsers.windows.containers.hive import is_log
from parsers.windows.encodings import decoded

_HEAD = 100_000
_NETSH = "export 'netsh advfirewall firewall show rule name=all verbose' or 'netsh advfirewall export FILE' instead"
_SCRIPT = re.compile(
    r"^[^\r\n#]*(?:\badvfirewall\s+firewall\s+(?:add|set|delete)\s+rule\b|\badd\s+rule\s+name=|"
    r"\b(?:New|Set|Enable|Disable|Remove)-NetFirewallRule\b)",
    re.IGNORECASE | re.MULTILINE,
)
_REGISTRY = re.compile(
    r"^[^\r\n#]*(?:\breg(?:\.exe)?\s+add|-ItemProperty)\b[^\r\n]*\\(?:FirewallPolicy|WindowsFirewall)\b",
    re.IGNORECASE | re.MULTILINE,
)
_LEGACY = re.compile(r"^[^\r\n:]{4,80}:\s*^-{60,}\s*^(?:[^\r\n=]{4,40}=[^\r\n]{2,40}[\r\n]+){2}", re.MULTILINE)
_CONSOLE = re.compile(
    r"^[^\t;,\r\n]*(?:[\t;,][^\t;,\r\n]*){8}[\t;,](?:TCP|UDP|ICMPv[46])[\t;,][^\r\n]*$", re.IGNORECASE | re.MULTILINE
)
_RESULT = re.compile(r"<html[^>]*>.{0,4000}(?:gpresult|RSOP|Group Policy|rsop)", re.IGNORECASE | re.DOTALL)
_FARBAR = re.compile(r"^FirewallRules: \[[^\r\n]+\] => \((?:Allow|Block)\)", re.MULTILINE)
_FAILED = re.compile(
    r"^(?:Get-NetFirewall\w+|netsh|Show-NetFirewallRule) ?: .{0,400}?(?:denied|not recognized|CommandNotFound|"
    r"CimException|FullyQualifiedErrorId)",
    re.MULTILINE | re.DOTALL,
)
_ARCHIVES = {b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "RAR", b"MSCF": "cabinet"}


def explain(document: Document) -> str:
    """Why a file that no reader takes says too little about a Windows Firewall, "" when it is nothing of the kind."""
    for magic, name in _ARCHIVES.items():
        if document.data.startswith(magic):
            return f"a {name} archive: unpack it, or give a zip"
    if is_log(document.data):
        return (
            "a transaction log of a registry hive: give the hive itself, best written by 'reg save HKLM\\SYSTEM FILE'"
        )
    text = decoded(Document(document.name, document.data[:_HEAD])).text.lstrip("\ufeff").replace("\r\n", "\n")
    if _FAILED.search(text[:8000]):
        return "the command failed instead of writing an export: run it again from an elevated PowerShell"
    if _FARBAR.search(text):
        return f"a log of FRST names the programs of rules, not their ports and directions; {_NETSH}"
    if _SCRIPT.search(text):
        return f"a script that changes rules does not say which rules are in force; {_NETSH}"
    if _REGISTRY.search(text):
        return (
            "a script that writes the firewall's registry keys does not say what is in them; give a .reg export of them"
        )
    if _LEGACY.search(text):
        return f"the output of the old 'netsh firewall' in a language fwproof does not know; {_NETSH}"
    if _CONSOLE.search(text):
        return f"a table of rules whose columns fwproof does not know (console in another language?); {_NETSH}"
    if _RESULT.search(text[:8000]):
        return (
            "a group policy result for people; give 'gpresult /x FILE', 'Get-GPOReport -ReportType Xml', "
            "or Registry.pol"
        )
    return ""
