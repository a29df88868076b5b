"""XML exports as trees, without document types and within a size."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from parsers.errors import UnreadableError
from parsers.source import Document

if TYPE_CHECKING:
    from xml.etree import ElementTree

MOST_BYTES = 128 << 20
"""The largest XML file that is read."""
_MOST_ELEMENTS = 1_000_000
"""A tree takes some hundred bytes for each element; reports of large domains have some ten thousand."""
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_DOCUMENT_TYPE = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def tree(document: Document, what: str) -> ElementTree.Element:
    """The root element of an XML document; `what` names the kind of export for messages.

    Raises:
        UnreadableError: over 128 MB or a million elements, broken text or XML, or a document type (entities can grow
            without bound).
    """
    from xml.etree import ElementTree

    if len(document.data) > MOST_BYTES:
        message = f"the {what} has {len(document.data)} bytes; at most {MOST_BYTES} are read"
        raise UnreadableError(document.name, message)
    if document.data.count(b"<") > 2 * _MOST_ELEMENTS:
        raise UnreadableError(document.name, f"over {_MOST_ELEMENTS} elements: no {what} has so many")
    found = document.decoded
    if found.note:
        raise UnreadableError(document.name, f"{found.note}: make the {what} again")
    # The declaration names the encoding of the bytes, which are text by now.
    text = _DECLARATION.sub("", found.text.lstrip("\ufeff"), count=1)
    if _DOCUMENT_TYPE.search(text):
        raise UnreadableError(document.name, f"an XML file with a document type is no {what}")
    try:
        # Document types are refused above and the size is bounded: nothing is left that could grow.
        return ElementTree.fromstring(text)  # noqa: S314
    except ElementTree.ParseError as error:
        message = f"broken XML ({error}): make the {what} again"
        raise UnreadableError(document.name, message, error.position[0]) from None


def local(element: ElementTree.Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]
