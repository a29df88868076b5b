"""The settings of one firewall as items ask for them: values by table and keyword, entries of tables, the version."""

from __future__ import annotations

import re

from auditor.benchmarks.model import Default, Version
from parsers.model.firewall import Firewall, Setting
from parsers.model.origin import Origin

_FRAGMENTS = ("fortios partial", "fortios script")
_ALWAYS = frozenset({"system global", "system interface", "system admin"})
"""Every backup of a device has these tables; an export without them is a fragment, whose absent lines mean nothing."""


class Configured:
    """What an export configures.

    Args:
        firewall: the device or VDOM.
        internet: its interfaces that face an untrusted zone.
    """

    def __init__(self, firewall: Firewall, internet: frozenset[str] = frozenset()) -> None:
        self.firewall = firewall
        self.internet = internet
        self.version = version_of(firewall.version)
        self._values: dict[tuple[str, str], Setting] = {}
        self._entries: dict[str, dict[str, Origin]] = {}
        tables: set[str] = set()
        for setting in firewall.settings:
            self._values[setting.path, setting.key] = setting
            table, slash, name = setting.path.partition("/")
            tables.add(table)
            if slash:
                self._entries.setdefault(table, {}).setdefault(name.partition("/")[0], setting.origin)
        formats = {source.format for source in firewall.sources}
        self.whole = tables >= _ALWAYS and not formats <= set(_FRAGMENTS)

    def setting(self, table: str, key: str) -> Setting | None:
        """The line that sets a keyword of a table or entry ("system admin/jo"), None when there is none."""
        return self._values.get((table, key))

    def entries(self, table: str) -> dict[str, Origin]:
        """The entries of a table and where they stand."""
        return self._entries.get(table, {})

    def values_below(self, prefix: str, keys: tuple[str, ...]) -> list[str]:
        """The values of some keywords anywhere below a path ("system api-user/NAME/trusthost/")."""
        return [each.value for (path, key), each in self._values.items() if path.startswith(prefix) and key in keys]

    def default(self, defaults: tuple[Default, ...]) -> str | None:
        """What an absent line means on this version; None when that is not known."""
        if len(defaults) == 1 and not defaults[0].since:
            return defaults[0].value
        if not self.version:
            values = {each.value for each in defaults}
            return values.pop() if len(values) == 1 else None
        found = [each for each in defaults if compared(self.version, each.since) is not False]
        sure = [each for each in found if compared(self.version, each.since)]
        return sure[-1].value if sure and found == sure else None


def version_of(text: str) -> Version:
    """The numbers of "7.0.12", () where a text has none; "5.04" is 5.4."""
    found = re.match(r"\d+(?:\.\d+){0,2}", text)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def compared(version: Version, least: Version) -> bool | None:
    """Is a version at least another? None when it is not exact enough to tell ("7.2" against 7.2.4)."""
    if not least:
        return True
    if len(version) < len(least) and version == least[: len(version)]:
        return True if not any(least[len(version) :]) else None
    return version >= least
