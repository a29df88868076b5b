"""What a vendor gives the house: one value that recognises its files and reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from parsers.model.addresses import AddressSet
from parsers.model.firewall import Firewall
from parsers.redaction import Pseudonyms
from parsers.source import Document

Answers = Mapping[str, AddressSet]
"""The addresses of objects that no export holds, by "KIND:NAME" ("fqdn:mail.example.com"), as a person gives them."""


@dataclass(frozen=True, slots=True)
class Script:
    """Commands to carry out on a configuration that is read: `device` is its name or file, "" for the only one."""

    document: Document
    device: str = ""


@dataclass(frozen=True, slots=True)
class Parser:
    """A vendor's reader.

    `recognise` looks at content only, never at the file name, and must be fast on files of other vendors. `read`
    turns a recognised document into firewalls or raises `UnreadableError`. `join` receives every firewall of this
    vendor read in one run and merges those that describe the same device (rules, profiles and facts of one Windows
    host; the default joins nothing).
    """

    vendor: str
    title: str
    recognise: Callable[[Document], bool]
    read: Callable[[Document], tuple[Firewall, ...]]
    join: Callable[[tuple[Firewall, ...]], tuple[Firewall, ...]] = lambda firewalls: firewalls
    read_with: Callable[[Document, Answers, tuple[Document, ...]], tuple[Firewall, ...]] | None = None
    """As `read`, with answers, and scripts carried out in order; None for vendors that know neither."""
    explain: Callable[[Document], str] = lambda document: ""
    """Why a file of this vendor's product that is not recognised says too little; "" for anything else."""
    redact: Callable[[Document, Pseudonyms], Callable[[], bytes]] | None = None
    """Gathers what must be replaced in a document, and returns what writes it redacted when all is gathered.
    Raises UnreadableError for documents that cannot be redacted, or not in the way that is asked for."""
