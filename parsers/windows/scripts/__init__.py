"""Scripts of netsh commands: batch files, netsh's own scripts, the lines inetfw.pl writes; `powershell` has its own.

A script says which rules it makes, not which ones a host has. What it computes, or may not run, makes a rule possible
and not certain; every line about the firewall that was not understood is a gap.
"""

from __future__ import annotations

import re

from parsers.source import Document
from parsers.windows.encodings import MOST_SCRIPT_LINES, decoded, refuse_broken, refuse_nonsense
from parsers.windows.scripts import carried, lines
from parsers.windows.scripts.made import Made
from parsers.windows.written import WrittenHost

_HEAD = 400_000
_HINTS = (b"netsh", b"advfirewall", b"add rule")
MARKED_UP = re.compile(
    r"^[ \t]*(?:```|~~~)|\A\s*<(?!#)|^[ \t]*</?(?:html|body|pre|code|p)\b", re.MULTILINE | re.IGNORECASE
)
"""Markdown and HTML show commands to people; they are no scripts."""
_POWERSHELL = re.compile(
    r"^[ \t]*(?:\$[\w:{]|param\s*\(|function\s+[\w-]+|if\s*\(\s*[-!$(]|foreach\s*\(|try\s*\{|<#|#requires\b|"
    r"[A-Z][a-z]+-[A-Z][A-Za-z]+\b|&\s|iex\b|.{0,200}?\bnetsh\b.{0,2000}?(?:=[ \t]*'|`[ \t]*\r?$))",
    re.MULTILINE,
)
_BATCH = re.compile(r"^[ \t]*@?(?:echo\s+off|rem\b|::|setlocal\b|set\s+\"?\w+=|goto\b|if\s+(?:not\s+)?(?:exist|\"|%))",
                    re.MULTILINE | re.IGNORECASE)  # fmt: skip


def recognises(document: Document) -> bool:
    """Is it a script of commands for the Windows Firewall? Looks at the first 400,000 bytes only."""
    head = document.data[:_HEAD]
    plain = head.replace(b"\0", b"").lower()
    if not any(hint in plain for hint in _HINTS):
        return False
    text = _text(Document(document.name, head))
    if MARKED_UP.search(text) or is_powershell(text):
        return False
    made = Made("")
    _run(made, text)
    return made.acted


def is_powershell(text: str) -> bool:
    """Is a script rather one of PowerShell than a batch file?"""
    return len(_POWERSHELL.findall(text)) > 2 * len(_BATCH.findall(text))


def read(document: Document) -> WrittenHost:
    """The rules and profiles a script makes.

    Raises:
        UnreadableError: broken UTF-16, or more lines than any script has.
    """
    refuse_nonsense(document, MOST_SCRIPT_LINES)
    refuse_broken(document.name, document.decoded)
    found = decoded(document)
    text = found.text.lstrip("\ufeff")
    made = Made(document.name)
    form = _run(made, text)
    return made.host(document, text, encoding=found.encoding, form=form)


def _text(document: Document) -> str:
    return decoded(document).text.lstrip("\ufeff")


def _run(made: Made, text: str) -> str:
    """Carry out a script; what it is called."""
    if lines.is_inetfw(text):
        lines.run_inetfw(made, text)
        return "netsh rule script (inetfw.pl)"
    if lines.is_script(text):
        lines.run(made, text)
        return "netsh script"
    carried.run_batch(made, text)
    carried.mentions(made, text)
    return "batch script"
