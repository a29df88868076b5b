"""Invented companies for a first look."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from parsers.source import Document


@dataclass(frozen=True, slots=True)
class Sample:
    """An invented company to look at first."""

    id: str
    title: str
    text: str
    names: tuple[str, ...]


SAMPLES = (
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
)


def sample_documents(sample: Sample) -> list[Document]:
    """The files of a sample."""
    folder = files("samples")
    return [Document(name.rpartition("/")[2], folder.joinpath(name).read_bytes()) for name in sample.names]
