"""Captive portals: who comes in by an interface with one passes after authenticating there.

Source: the vendor's guide, "Captive portals": the users of an interface, or of a wireless network, see the portal until
they authenticate; a policy with `captive-portal-exempt` and `security-exempt-list` let some pass without.
"""

from __future__ import annotations

from parsers.fortigate.convert.books import Books


def portals(books: Books) -> frozenset[str]:
    """The names of the interfaces that have a captive portal, those of wireless networks included."""
    wired = (name for name, block in books.interfaces.blocks.items() if block.get("security-mode") == "captive-portal")
    wireless = (
        name
        for name, block in books.scope.entries("wireless-controller vap")
        if block.get("captive-portal") == "enable" or "captive-portal" in (block.get("security") or "")
    )
    return frozenset(wired).union(wireless)
