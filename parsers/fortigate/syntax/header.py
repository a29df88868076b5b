"""The `#config-version` line: model, version, build.

Source: the reference, section 1.2. Versions up to 5.4 are written "5.04" without a patch level; `opmode` is not
trusted, because captures of NAT-mode devices carry opmode=1. Where that line is missing, `get system status` and the
comments of backup tools say the same ("Version: FortiGate-60F v7.2.8,build1639,240313 (GA)").
"""

from __future__ import annotations

import re

from parsers.fortigate.syntax.tree import Header

_VERSION = re.compile(
    r"#\s*config-version=\s*(?P<model>[A-Za-z][\w-]*?)[- ]v?(?P<version>\d+\.\d+(?:\.\d+)?)(?=[-,:\s(]|$)"
    r"(?:.*?build(?P<build>\d+))?"
)
_STATUS = re.compile(
    r"^[#!\s]*Version:\s*(?P<model>Forti[A-Za-z][\w-]*) v(?P<version>\d+\.\d+(?:\.\d+)?),build(?P<build>\d+)",
    re.MULTILINE,
)
_TYPED = re.compile(r"[#$] *sh(?:ow?)?\b")
_TYPED_FULL = re.compile(r"[#$] *sh(?:ow?)? +full")
_VDOM_NAME = re.compile(r"#global_vdom=0:vd_name=([^/\s:]+)")


HEADER_LINES = 100
"""Where the `#config-version` line is looked for: tools put comments and command output before it."""


def first_line(lines: list[str]) -> int:
    """The place of the first line that is not blank."""
    return next((place for place, line in enumerate(lines) if line.strip()), 0)


def read_header(lines: list[str], *, script: bool) -> Header:
    """The header from the first 100 lines that are not blank; the kind of file is told from the content."""
    start = first_line(lines)
    lines = lines[start : start + 4000]
    head = "\n".join(lines[:HEADER_LINES])
    exported = _VERSION.search(head)
    found = exported or _STATUS.search(head)
    vdom = _VDOM_NAME.search(head)
    kind = _kind(lines, head, exported=exported is not None, script=script)
    if not found:
        return Header(kind=kind, vdom_name=vdom.group(1) if vdom else "")
    text = found.group("version")
    numbers = tuple(int(part) for part in text.split("."))
    # "4.00" says nothing about the minor release: builds from 4.0 to 4.3 carry it.
    version = numbers[:1] if text.endswith(".00") else numbers
    name = vdom.group(1) if vdom else ""
    return Header(found.group("model"), version, text, found.group("build") or "", name, kind, exported is not None)


def stated_version(line: str) -> str:
    """The part of a line of `get system status`, or of a comment, that states model, version and build; else ""."""
    found = _STATUS.match(line)
    return found.group() if found else ""


def _kind(lines: list[str], head: str, *, exported: bool, script: bool) -> str:
    """A script changes entries; full output prints empty and unset values; captures keep the typed command."""
    if script:
        return "script"
    if any(line.endswith(" ''") for line in lines) or _TYPED_FULL.search(head):
        return "full-configuration"
    if _TYPED.search(head):
        return "show"
    return "backup" if exported else "partial"
