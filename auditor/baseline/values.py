"""Single values of a ruleset file; a mistake is an error at its line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from auditor.baseline.document import Item
from parsers.model.intervals import IntervalSet
from parsers.model.services import parse_ports


def product_of(item: Item | None) -> str:
    """Product and versions that a ruleset applies to, as one text; "" where it does not say."""
    if item is None:
        return ""
    entry = item.mapping(("product", "versions"), ("product",))
    versions = ", ".join(entry["versions"].texts()) if "versions" in entry else ""
    return f"{entry['product'].text()} {versions}".strip()


def words_of(entry: Mapping[str, Item], key: str, known: Iterable[str]) -> tuple[str, ...]:
    """A list of known words, () where the key is absent."""
    if key not in entry:
        return ()
    return tuple(part.choice(known, key) for part in entry[key].some())


def suggested_of(item: Item) -> str:
    """A suggested port set as written; it must be one."""
    ports_of(item)
    return item.text()


def ports_of(item: Item) -> IntervalSet:
    """A set of ports such as "6005-65534, 135"."""
    try:
        return parse_ports(item.text())
    except ValueError as error:
        raise item.error(str(error)) from None
