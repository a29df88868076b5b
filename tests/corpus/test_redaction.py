"""No secret of a real export survives `redact`, and what is left reads as the original does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from parsers.errors import UnreadableError
from parsers.fortigate import PARSER
from parsers.model.firewall import Firewall
from parsers.redaction import Pseudonyms
from parsers.source import Document

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "fortigate"
FOLDERS = sorted(path.name for path in CORPUS.iterdir() if path.is_dir()) if CORPUS.is_dir() else []

pytestmark = pytest.mark.skipif(not FOLDERS, reason="the corpus of public exports is not beside the project")

SECRET = re.compile(
    r"(?:set|append) +(?:\S*(?:passwd|password|psksecret|passphrase|secret)|private-key|api-key|auth-password\S*)(?: +ENC)? +"
    r'("(?:[^"\\]|\\.)*"|\S+)'
)
TOO_LONG = ("rename",)
"""Files that rename to a name longer than the device takes, which is a short one once it is replaced."""
MASKS = {"<removed>", "<input", "enable", "disable", "*"}


def shape(firewall: Firewall) -> list[tuple[object, ...]]:
    """What must not change: rules on their lines with action, state, services and conditions; gaps."""
    rules: list[tuple[object, ...]] = [
        (rule.origin.first_line, rule.action, rule.enabled, rule.service, len(rule.conditions))
        for each in firewall.lists
        for rule in each.rules
    ]
    return [*rules, *((gap.origin.first_line, gap.hides_access) for gap in firewall.gaps)]


def readable(folder: str) -> list[Document]:
    found = []
    for path in sorted((CORPUS / folder).rglob("*")):
        document = Document(path.name, path.read_bytes()) if path.is_file() else None
        if document is not None and PARSER.recognise(document):
            found.append(document)
    return found


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("everything", [False, True])
def test_no_secret_survives(folder: str, everything: bool) -> None:
    assert PARSER.redact is not None
    for document in readable(folder):
        try:
            before = PARSER.read(document)
        except UnreadableError:
            continue
        shared = PARSER.redact(document, Pseudonyms(names=everything, addresses=everything))()
        text = Document(document.name, shared).text
        values = {found.group(1).strip('"') for found in SECRET.finditer(document.text)} - MASKS
        assert [value for value in values if len(value) > 5 and value in text] == [], document.name
        if everything and document.name.endswith(TOO_LONG):
            continue
        after = PARSER.read(Document(document.name, shared))
        assert [shape(each) for each in after] == [shape(each) for each in before], document.name
