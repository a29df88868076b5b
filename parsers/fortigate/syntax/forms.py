"""The forms in which FortiGate configurations arrive, and those that cannot be read.

Source: the reference, section 1.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsers.errors import UnreadableError
from parsers.fortigate.syntax.header import first_line
from parsers.fortigate.syntax.products import other_commands, other_product, unheard_model
from parsers.fortigate.syntax.scripts import read_devices, read_text
from parsers.fortigate.syntax.statement import Statement
from parsers.fortigate.syntax.tree import Block, Remark, Tree
from parsers.fortigate.syntax.yamlbackup import is_yaml, read_yaml
from parsers.source import Document

_MIME = re.compile(r"^Content-Type:\s*multipart/mixed", re.IGNORECASE | re.MULTILINE)
_BOUNDARY = re.compile(r'boundary="?([^"\s;]+)"?', re.IGNORECASE)
VARIABLE = re.compile(r"\$\{[^}\n]+\}|\{\{[^}\n]+\}\}|\$\(\w+\)|%\{[^}\n]*\}")
_CONFIG = re.compile(r"^[ \t]*config [a-z]", re.MULTILINE)
_MOST_ENTRIES = 1_000_000
"""The largest models hold some 200,000 policies and as many addresses."""


def read_trees(document: Document) -> tuple[Tree, ...]:
    """The trees of a document in whatever form it is, one for each device.

    Raises:
        UnreadableError: encrypted backups, other products, nothing that could be read, more entries than any
            device has.
    """
    refuse(document)
    text = document.text
    if text.count("edit ") > _MOST_ENTRIES:
        message = (
            f"over {_MOST_ENTRIES} 'edit' lines: no FortiGate holds so many entries; export a backup and try again"
        )
        raise UnreadableError(document.name, message)
    if _MIME.search(text[:4000]):
        text = _bootstrap(text)
    trees = (read_yaml(text),) if is_yaml(text) else read_devices(text, document.name)
    for tree in trees:
        _refuse_tree(document, tree)
        if unheard_model(tree.header.model):
            message = f"the model {tree.header.model} is not known to fwproof: read as a FortiGate"
            tree.text.remarks.append(Remark(first_line(tree.text.lines) + 1, message, gap=False))
        _variables(text, tree)
    return trees


def _refuse_tree(document: Document, tree: Tree) -> None:
    if not tree.root.tables and not any(block.tables for block in tree.vdoms.values()):
        message = "this looks like FortiOS text but holds no configuration block; export a full backup and try again"
        if tree.vdoms:
            names = ", ".join(tree.vdoms)
            message = f"it declares the VDOMs {names} and holds the configuration of none; export a full backup"
        raise UnreadableError(document.name, message)
    other = other_commands({name for block in tree.scopes() for name in block.tables})
    if other:
        raise UnreadableError(document.name, other)


def listened(document: Document) -> tuple[bool, list[str], list[Statement]]:
    """Every statement of a document: whether it is in the YAML dialect, its lines, the statements in order.

    Raises:
        UnreadableError: as `read_trees`.
    """
    read_trees(document)
    text = document.text
    text = _bootstrap(text) if _MIME.search(text[:4000]) else text
    statements: list[Statement] = []
    yaml = is_yaml(text)
    tree = read_yaml(text, statements.append) if yaml else read_text(text, statements.append)
    return yaml, tree.text.lines, statements


def refuse(document: Document) -> None:
    """Recognise what cannot be read, and say what to do instead.

    Raises:
        UnreadableError: it is an encrypted backup or belongs to another product.
    """
    data = document.data
    if data.startswith(b"#FGBK"):
        raise UnreadableError(document.name, _ENCRYPTED)
    head = data[:4096]
    line, _, rest = head.partition(b"\n")
    other = other_product(head.decode("ascii", errors="replace"))
    if other:
        raise UnreadableError(document.name, other)
    if b"config-version=" in line:
        sample = rest.split(b"\n", 8)[-1][:2000] if rest else b""
        odd = sum(byte < 9 or 13 < byte < 32 or byte > 126 for byte in sample)
        if len(sample) > 100 and odd > len(sample) // 3 and not document.decoded.encoding.startswith("utf-16"):
            raise UnreadableError(document.name, _ENCRYPTED)


_ENCRYPTED = (
    "this backup is encrypted with a password: make one without ('execute backup config', or untick Encryption), or "
    "decrypt it on the device"
)


def _bootstrap(text: str) -> str:
    """The parts of a cloud bootstrap file that hold configuration, on the lines they have in the whole file."""
    found = _BOUNDARY.search(text)
    mark = f"--{found.group(1)}" if found else ""
    lines = text.replace("\r\n", "\n").split("\n")
    kept: list[str] = []
    inside = header = False
    wanted = _config_parts(lines, mark)
    part = -1
    for line in lines:
        if mark and line.strip().rstrip("-") == mark.rstrip("-") and line.strip().startswith("--"):
            part += 1
            inside, header = part in wanted, True
            kept.append("")
        elif header:
            header = bool(line.strip())
            kept.append("")
        else:
            kept.append(line if inside or not mark else "")
    return "\n".join(kept)


def _config_parts(lines: list[str], mark: str) -> set[int]:
    parts: dict[int, list[str]] = {}
    part = -1
    for line in lines:
        if mark and line.strip().startswith(mark):
            part += 1
        else:
            parts.setdefault(part, []).append(line)
    return {number for number, body in parts.items() if _CONFIG.search("\n".join(body))}


def _variables(text: str, tree: Tree) -> None:
    """A template's variables stand for values nobody knows here: one remark names them."""
    if not VARIABLE.search(text):
        return
    names = list(dict.fromkeys(_used(tree)))
    if names:
        shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        first = next((number for number, line in enumerate(tree.text.lines, start=1) if names[0] in line), 1)
        tree.text.remarks.append(Remark(first, f"this is a template: {shown} are filled in elsewhere"))


_DECIDING = ("firewall ", "system interface", "system zone", "system settings", "system global", "router static")


def _used(tree: Tree) -> Iterator[str]:
    """Variables in tables that decide what passes; block pages and messages have placeholders of their own."""
    for block in (tree.root, *tree.vdoms.values()):
        for name, table in block.tables.items():
            if name.startswith(_DECIDING):
                yield from _variables_in(table)


def _variables_in(block: Block) -> Iterator[str]:
    for key, words in block.settings.items():
        if key not in ("comment", "comments", "description"):
            for word in words:
                yield from VARIABLE.findall(word)
    for key, child in (*block.entries.items(), *block.tables.items()):
        yield from VARIABLE.findall(key)
        yield from _variables_in(child)
