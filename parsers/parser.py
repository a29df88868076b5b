"""What a vendor gives the house: one value that recognises its files and reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from parsers.model.addresses import AddressSet
from parsers.model.firewall import Firewall
from parsers.source import Document


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside an export.

    `answers` holds the addresses of objects that no export holds, by "KIND:NAME" as in the `resolve` part of a site
    file ("fqdn:mail.example.com"); `changes` are scripts that are run on the configuration before it is judged.
    """

    answers: Mapping[str, AddressSet] = field(default_factory=dict)
    changes: tuple[Document, ...] = ()


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
    read_in: Callable[[Document, Context], tuple[Firewall, ...]] | None = None
    """As `read`, with answers and changes; None for vendors without either."""
