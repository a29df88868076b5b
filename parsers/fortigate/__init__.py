"""FortiGate configurations: backups, `show` captures, partial pastes, CLI scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

from parsers.errors import UnreadableError
from parsers.model.firewall import Firewall
from parsers.parser import Answers, Parser
from parsers.redaction import Pseudonyms
from parsers.source import Document, encoded

_HEADER = re.compile(r"^\W{0,3}#\s*config-version=", re.MULTILINE)
_PROMPT = r"^[ \t]*(?:[\w.@-]{1,63}(?: \([^)\n]*\))* [#$] )?"
_CONFIG = re.compile(
    _PROMPT + r"conf(?:ig?)? (?:fire(?:w(?:a(?:ll?)?)?)?|sys(?:t(?:em?)?)?|router|vdom|global|user|vpn|log)\b",
    re.MULTILINE,
)
_YAML = re.compile(r"^(?:system_global|system_interface|firewall_policy|firewall_address):\s*$", re.MULTILINE)
_EDIT = re.compile(_PROMPT + r"(?:ed(?:it?)?|set?|end)\b", re.MULTILINE)


def _recognise(document: Document) -> bool:
    if document.data.startswith(b"#FGBK") or b"config-version=" in document.data[:200]:
        return True
    head = document.head(400_000)
    if _YAML.search(head) and not _CONFIG.search(head):
        return True
    if _HEADER.search(head[:20_000]) or (_CONFIG.search(head) and _EDIT.search(head)):
        return True
    from parsers.fortigate.syntax.captures import without_prefixes

    bare = without_prefixes(head.replace("\r", ""))
    return bare != head and bool(_CONFIG.search(bare) and _EDIT.search(bare))


def _read(document: Document) -> tuple[Firewall, ...]:
    return _read_with(document, {}, ())


def _read_with(document: Document, answers: Answers, scripts: tuple[Document, ...]) -> tuple[Firewall, ...]:
    from parsers.fortigate.convert import convert_all
    from parsers.fortigate.syntax.forms import read_trees
    from parsers.fortigate.syntax.scripts import apply_script

    trees = read_trees(document)
    if scripts and len(trees) > 1:
        message = f"holds the configurations of {len(trees)} devices: give the one the script is for in its own file"
        raise UnreadableError(document.name, message)
    for script in scripts:
        apply_script(trees[0], script.text, script.name)
    return convert_all(document, trees, answers, scripts)


def _redact(document: Document, pseudonyms: Pseudonyms) -> Callable[[], bytes]:
    from parsers.fortigate.redaction import Redaction

    redaction = Redaction(document, pseudonyms)
    return lambda: encoded(redaction.text(), document)


PARSER = Parser(
    "fortigate", "FortiGate configuration (FortiOS)", _recognise, _read, read_with=_read_with, redact=_redact
)
