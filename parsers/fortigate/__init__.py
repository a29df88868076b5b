"""FortiGate configurations: backups, `show` captures, partial pastes, CLI scripts."""

from __future__ import annotations

import re

from parsers.errors import UnreadableError
from parsers.model.firewall import Firewall
from parsers.parser import Parser
from parsers.source import Document

_HEADER = re.compile(r"^\W{0,3}#\s*config-version=", re.MULTILINE)
_CONFIG = re.compile(
    r"^[ \t]*(?:[\w.()-]+(?: \([^)]*\))? [#$] )?config (?:firewall|system|sys|router|vdom|global|user|vpn|log)\b",
    re.MULTILINE,
)
_EDIT = re.compile(r"^[ \t]*(?:edit|set|end)\b", re.MULTILINE)


def _recognise(document: Document) -> bool:
    head = document.text[:400_000]
    return bool(_HEADER.search(head[:20_000])) or bool(_CONFIG.search(head) and _EDIT.search(head))


def _read(document: Document) -> tuple[Firewall, ...]:
    from parsers.fortigate.convert import convert
    from parsers.fortigate.syntax.backup import read_text

    tree = read_text(document.text)
    if not tree.root.tables and not any(block.tables for block in tree.vdoms.values()):
        message = "this looks like FortiOS text but holds no configuration block; export a full backup and try again"
        raise UnreadableError(document.name, message)
    return convert(document, tree)


PARSER = Parser("fortigate", "FortiGate configuration (FortiOS)", _recognise, _read)
