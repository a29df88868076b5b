"""The ends of a row as people write them: "Internet", "web01 (10.0.0.5)", "10.0.0.0/24", several in one cell."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace

from auditor.imports.entries import Endpoint
from parsers.model.addresses import AddressSet

_ZONES = {
    "internet": "internet wan extern external outside public untrust untrusted world dışarı",
    "internal": "internal intern lan inside intranet trust trusted corporate inhouse",
    "perimeter": "dmz perimeter",
}
_ZONE_OF = {word: zone for zone, words in _ZONES.items() for word in words.split()}
_ANY = {"any", "all", "*", "anywhere", "everywhere", "everyone", "everybody", "alle", "any any", "0.0.0.0/0", "::/0"}
EVERYWHERE = ("internet", "internal")
_V4 = r"\d{1,3}(?:\.\d{1,3}){3}"
_V6 = r"[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:%\w+)?"
_ADDRESS = re.compile(
    rf"(?<![\w.])(?:(?P<first>{_V4})\s*[-–]\s*(?P<last>{_V4}|\d{{1,3}})(?![\w.])"
    rf"|(?P<net>{_V4})(?:\s*/\s*(?P<bits>\d{{1,2}})(?![\d.])|[ /]+(?P<mask>255(?:\.\d{{1,3}}){{3}}))?"
    rf"|(?P<six>{_V6}(?:/\d{{1,3}})?))(?![\w.])",
    re.IGNORECASE,
)


class EndError(ValueError):
    """A cell that was not understood; the message says which part."""


def endpoints(names: Iterable[str], addresses: Iterable[str]) -> tuple[Endpoint, ...]:
    """The ends of a row: from the cells of its name columns and those of its address columns.

    Raises:
        EndError: a cell is empty, holds no address where one is meant, or names and addresses cannot be paired.
    """
    named = [end for cell in names for end in _cell(cell)]
    roles = [end for end in named if not end.zones]
    named = roles or named  # "LAN" beside "web01": the server says more than its zone
    found = [end for cell in addresses for end in _cell(cell)]
    if not named:
        named, found = found, []
    if not named:
        raise EndError("empty, and no row above says it")
    if not found or named[0].zones:
        return tuple(named)
    if any(end.zones for end in found):
        return tuple(found)
    texts = [text for end in found for text in end.addresses]
    if not texts:
        raise EndError(f"no address in {' '.join(end.title for end in found)!r}")
    if len(named) == 1:
        return (replace(named[0], addresses=tuple(dict.fromkeys((*named[0].addresses, *texts)))),)
    if len(named) == len(texts):
        pairs = zip(named, texts, strict=True)
        return tuple(replace(end, addresses=tuple(dict.fromkeys((*end.addresses, text)))) for end, text in pairs)
    raise EndError(
        f"{len(named)} names and {len(texts)} addresses: write one name a row, or as many addresses as names"
    )


def slug(text: str) -> str:
    """A name for files: "Größe Server-01" becomes "grosse_server_01"; "" when nothing is left."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ı", "i"))
    words = re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode().casefold())
    name = "_".join(words)
    return f"n_{name}" if name[:1].isdigit() else name


def _cell(cell: str) -> list[Endpoint]:
    parts = [part.strip(" \t-•*") if part.strip() != "*" else "*" for part in re.split(r"[\n;,]|\s\|\s", cell)]
    found: list[Endpoint] = []
    for part in (part for part in parts if part):
        end = _part(part)
        only_addresses = not end.zones and not end.name
        if only_addresses and found and not found[-1].zones:
            found[-1] = replace(found[-1], addresses=(*found[-1].addresses, *end.addresses))
        else:
            found.append(end)
    return [end if end.zones or end.name else _unnamed(end) for end in found]


def _part(part: str) -> Endpoint:
    word = " ".join(part.casefold().split())
    if word in _ANY:
        return Endpoint(zones=EVERYWHERE, title=part)
    zone = _ZONE_OF.get(re.sub(r"\s*(?:zone|network|netz|users?|clients?)$", "", word))
    if zone:
        return Endpoint(zones=(zone,), title=part)
    addresses = tuple(_address(found) for found in _ADDRESS.finditer(part))
    rest = " ".join(_ADDRESS.sub(" ", part).split()).strip(" ()[]:=-–/")
    if rest and not slug(rest):
        raise EndError(f"no name for files can be made of {rest!r}: use Latin letters or digits")
    return Endpoint(name=slug(rest), title=rest, addresses=addresses)


def _unnamed(end: Endpoint) -> Endpoint:
    text = end.addresses[0]
    kind = "net" if "/" in text or "-" in text else "host"
    return replace(end, name=f"{kind}_{re.sub(r'[^0-9a-f]+', '_', text.casefold())}", title=", ".join(end.addresses))


def _address(found: re.Match[str]) -> str:
    text = found[0]
    try:
        if found["first"]:
            last = found["last"]
            if "." not in last:
                last = f"{found['first'].rpartition('.')[0]}.{last}"
            AddressSet.range(found["first"], last)
            return f"{found['first']}-{last}"
        if found["six"]:
            text = str(ipaddress.ip_network(found["six"].partition("%")[0], strict=False))
            return text.removesuffix("/128")
        mask = found["bits"] or found["mask"] or "32"
        return str(ipaddress.ip_network(f"{found['net']}/{mask}", strict=False)).removesuffix("/32")
    except ValueError:
        raise EndError(f"{text!r} is no address: write 10.0.10.21, 10.0.10.0/24 or 10.0.10.1-10.0.10.9") from None
