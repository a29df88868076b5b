"""Registry hives: `.wfw` files (netsh advfirewall export), SYSTEM hives and SOFTWARE hives.

Source: the reference, sections 4.3 and 5. A `.wfw` holds the policy directly below its root key; in a SYSTEM hive the
control set named by `Select\\Current` counts; a SOFTWARE hive holds group policy. The factory set below
`SharedAccess\\Defaults` is not policy. Hives are read in place with limits, because damaged ones may point anywhere.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from parsers.errors import UnreadableError
from parsers.model.origin import Gap
from parsers.source import Document
from parsers.windows.containers.exceptions import KEYS
from parsers.windows.containers.policy import (
    DISABLED,
    PROFILE_KEYS,
    RULE_KEYS,
    SERVICES,
    Policy,
    host,
    never_starts,
)
from parsers.windows.containers.values import MOST_TEXT, RegistryValue, decoded
from parsers.windows.written import WrittenHost

MOST_BYTES = 512 << 20
"""The largest hive that is read."""
_MOST_KEYS = 100_000
"""The most subkeys of one key; SYSTEM hives have some hundreds of services."""
_HEADER = 4096
_POLICY = ("services", "sharedaccess", "parameters", "firewallpolicy")
_DAMAGED = "the registry hive is damaged or cut off ({}): export it again with 'netsh advfirewall export FILE'"


_DIRTY = (
    "The hive was copied while in use (its two sequence numbers differ): the newest changes, an hour's or more, may be "
    "missing, because they are only in its log files (.LOG1, .LOG2), which are not read; 'reg save HKLM\\SYSTEM FILE' "
    "writes a hive that has them."
)


def recognises(document: Document) -> bool:
    """Does the file begin like a registry hive? Its transaction logs do as well, and are none."""
    return document.data.startswith(b"regf") and not is_log(document.data)


def is_log(data: bytes) -> bool:
    """Is a file that begins with "regf" a transaction log (SYSTEM.LOG1), which holds changes and no keys?

    Source: M. Suhanov, "Windows registry file format specification": the file type at offset 28 is 0 for a hive.
    """
    return data.startswith(b"regf") and int.from_bytes(data[0x1C:0x20], "little") != 0


def read(document: Document) -> WrittenHost:
    """The firewall policy of a hive.

    Raises:
        UnreadableError: a damaged hive, one over 512 MB, or one without a firewall policy.
    """
    from Registry.RegistryParse import RegistryException

    try:
        return _Hive(document).host()
    except (
        RegistryException,
        struct.error,
        ValueError,
        IndexError,
        TypeError,
        AttributeError,
        OverflowError,
        RecursionError,
        StopIteration,
    ) as error:
        raise UnreadableError(document.name, _DAMAGED.format(str(error) or type(error).__name__)) from None


def _changed(key: Any) -> str:
    """When a key was last written, as a clause; "" where the hive does not say anything sensible."""
    try:
        return f"; they were last changed on {key.timestamp():%Y-%m-%d}"
    except (AttributeError, ValueError, ArithmeticError):
        return ""


class _Hive:
    """A hive with a budget: what its values may add up to, whatever its cells claim."""

    def __init__(self, document: Document) -> None:
        self.document = document
        data = document.data
        if len(data) > MOST_BYTES:
            raise UnreadableError(document.name, f"the hive has {len(data)} bytes; at most {MOST_BYTES} are read")
        if len(data) < _HEADER + 32:
            raise UnreadableError(document.name, _DAMAGED.format(f"{len(data)} bytes"))
        claimed = _HEADER + int.from_bytes(data[0x28:0x2C], "little")
        if claimed > len(data):
            raise UnreadableError(document.name, _DAMAGED.format(f"{len(data)} of {claimed} bytes"))
        self.budget = 2 * len(data) + (1 << 20)
        self.gaps: list[Gap] = []

    def host(self) -> WrittenHost:
        from Registry.RegistryParse import REGFBlock

        block = REGFBlock(self.document.data, 0, False)
        root = block.first_key()
        names = {key.name().casefold() for key in self.keys(root)}
        notes: list[str] = []
        if "select" in names:
            policies, facts = self._system(root, notes)
            format_ = "SYSTEM hive"
        elif names & {"domainprofile", "publicprofile", "standardprofile", "firewallrules"}:
            policies, facts, format_ = [self._policy(root, "local")], {}, ".wfw export"
        elif key := self._below(root, "policies", "microsoft", "windowsfirewall"):
            policies, facts, format_ = [self._policy(key, "gpo")], {}, "SOFTWARE hive"
        else:
            message = (
                "a registry hive without a firewall policy; fwproof reads 'netsh advfirewall export' files, SYSTEM "
                "hives, and SOFTWARE hives with a firewall group policy"
            )
            raise UnreadableError(self.document.name, message)
        if block.hive_sequence1() != block.hive_sequence2():
            notes.append(_DIRTY)
        found = host(self.document, policies, format_, **facts)
        return replace(found, notes=(*notes, *found.notes), gaps=(*found.gaps, *self.gaps), encoding="binary")

    def _system(self, root: Any, notes: list[str]) -> tuple[list[Policy], dict[str, str]]:
        select = self._below(root, "select")
        current = {value.name.casefold(): value.data for value in self.values(select, "")}.get("current")
        if not isinstance(current, int):
            raise UnreadableError(self.document.name, _DAMAGED.format("Select\\Current is missing"))
        name = f"ControlSet{current:03d}"
        key = self._below(root, name.casefold(), *_POLICY)
        if key is None:
            raise UnreadableError(self.document.name, f"the SYSTEM hive holds no firewall policy in {name}")
        notes.append(
            f"The rules are those of {name}, the control set in use{_changed(self._below(key, 'firewallrules'))}."
        )
        for service in SERVICES:
            settings = self._below(root, name.casefold(), "services", service)
            started = {value.name.casefold(): value.data for value in self.values(settings, "")} if settings else {}
            if started.get("start") == DISABLED:
                self.gaps.append(never_starts(self.document.name, settings.name()))
        computer = self._below(root, name.casefold(), "control", "computername", "computername")
        values = self.values(computer, "") if computer is not None else iter(())
        names = {value.name.casefold(): value.data for value in values}
        facts = {"name": str(names["computername"])} if names.get("computername") else {}
        return [self._policy(key, "local")], facts

    def _policy(self, root: Any, store: str) -> Policy:
        policy = Policy(store)
        for value in self.values(root, ""):
            policy.add(value)
        below = [f"{key}\\{each}" for key in PROFILE_KEYS for each in ("logging", *sorted(KEYS))]
        for path in (*RULE_KEYS, *PROFILE_KEYS, *below):
            key = self._below(root, *path.split("\\"))
            if key is None:
                continue
            policy.has_rules_key |= path in RULE_KEYS
            for value in self.values(key, path):
                policy.add(value)
        return policy

    def _below(self, key: Any, *names: str) -> Any:
        for name in names:
            key = next((each for each in self.keys(key) if each.name().casefold() == name), None)
            if key is None:
                return None
        return key

    def keys(self, key: Any) -> Iterator[Any]:
        """The subkeys of a key.

        Raises:
            ValueError: more than `_MOST_KEYS` of them.
        """
        if key.subkey_number() == 0:
            return
        for number, each in enumerate(key.subkey_list().keys()):
            if number >= _MOST_KEYS:
                raise ValueError(f"more than {_MOST_KEYS} subkeys in one key")
            yield each

    def values(self, key: Any, path: str) -> Iterator[RegistryValue]:
        """The values of a key, decoded.

        Raises:
            ValueError: they claim more data than the hive has.
        """
        count = key.values_number()
        if count == 0:
            return
        if count * 4 > len(self.document.data):
            raise ValueError(f"a key claims {count} values")
        for value in key.values_list().values():
            length = value.data_length()
            self.budget -= length + 64
            if length > MOST_TEXT or self.budget < 0:
                raise ValueError("values larger than the hive")
            data = value.raw_data() if length else b""
            if len(data) < min(length, 4):
                raise ValueError("a value beyond the end of the hive")
            content, damaged = decoded(value.data_type(), data)
            yield RegistryValue(path, value.name(), content, damaged=damaged or len(data) < length)
