"""Invented companies for a first look."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec

from parsers.source import Document


@dataclass(frozen=True, slots=True)
class Sample:
    """An invented company to look at first."""

    id: str
    title: str
    text: str
    names: tuple[str, ...]


_ALL = (
    Sample(
        "quillwort-backup",
        "One FortiGate backup",
        "The perimeter firewall of an invented company. No site file: see what is inferred, and correct it.",
        ("quillwort/fgt-quillwort.conf",),
    ),
    Sample(
        "quillwort",
        "A firewall and its Exchange servers",
        "The same firewall with the Windows firewalls of three servers behind it and a site file.",
        (
            "quillwort/fgt-quillwort.conf",
            "quillwort/ex-cas01.txt",
            "quillwort/ex-edge01.txt",
            "quillwort/ex-mbx01.txt",
            "quillwort/site.yaml",
        ),
    ),
    Sample(
        "activesync",
        "Which ports do mobile phones need?",
        "Port 443 is redirected to Outlook Web App already. Is anything more needed for ActiveSync?",
        ("activesync/fgt.conf", "activesync/site.yaml"),
    ),
    Sample(
        "two-perimeters",
        "Three vendors on one path",
        "A Cisco ASA in front of a FortiGate in front of a server's own firewall, judged as one way.",
        (
            "two-perimeters/asa-quillwort.cfg",
            "two-perimeters/fgt-inner.conf",
            "two-perimeters/ex-edge02.txt",
            "two-perimeters/site.yaml",
        ),
    ),
)
SAMPLES = tuple(
    each for each in _ALL if find_spec("ciscoconfparse2") or not any(name.endswith(".cfg") for name in each.names)
)
"""Those that can be read here: the one with a Cisco device needs the extra `fwproof[cisco]`."""


def sample_documents(sample: Sample) -> list[Document]:
    """The files of a sample."""
    folder = files("samples")
    return [Document(name.rpartition("/")[2], folder.joinpath(name).read_bytes()) for name in sample.names]
