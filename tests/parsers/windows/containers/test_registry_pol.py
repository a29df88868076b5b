"""Registry.pol: records by size, delete markers, the last record wins, damaged files."""

import struct

import pytest

from parsers.errors import UnreadableError
from parsers.source import Document
from parsers.windows import containers

ROOT = "Software\\Policies\\Microsoft\\WindowsFirewall"
RULES = ROOT + "\\FirewallRules"
MAIL = "v2.28|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=25|Name=Mail [a];[b]|"


def record(key, name, data, kind=1):
    raw = struct.pack("<I", data) if isinstance(data, int) else (data + "\0").encode("utf-16-le")
    kind = 4 if isinstance(data, int) else kind
    text = f"[{key}\0;{name}\0;".encode("utf-16-le")
    return (
        text
        + struct.pack("<I", kind)
        + ";".encode("utf-16-le")
        + struct.pack("<I", len(raw))
        + ";".encode("utf-16-le")
        + raw
        + "]".encode("utf-16-le")
    )


def read(*records, head=b"PReg\1\0\0\0"):
    document = Document("Registry.pol", head + b"".join(records))
    assert containers.recognises(document)
    return containers.read(document)


def test_rules_and_profiles():
    host = read(
        record("Software\\Policies\\Other", "x", 1),
        record(RULES, "A", MAIL),
        record(ROOT + "\\DomainProfile", "EnableFirewall", 1),
        record(ROOT + "\\PublicProfile", "AllowLocalPolicyMerge", 0),
    )
    assert [(rule.id, rule.name, rule.store) for rule in host.rules] == [("gpo/A", "Mail [a];[b]", "gpo")]
    states = {each.profile: each for each in host.profiles}
    assert (states["domain"].enabled, states["domain"].inbound) == (True, None)
    assert states["public"].merge_local is False
    assert host.stores == ("gpo",)


def test_the_last_record_wins():
    host = read(record(RULES, "A", MAIL), record(RULES.upper(), "a", MAIL.replace("Allow", "Block")))
    assert [rule.action for rule in host.rules] == ["block"]


@pytest.mark.parametrize(
    "marker",
    [
        record(RULES, "**del.A", " "),
        record(RULES, "**DeleteValues", "X;A"),
        record(RULES, "**delvals.", " "),
        record(ROOT, "**DeleteKeys", "FirewallRules"),
    ],
)
def test_delete_markers(marker):
    assert read(record(RULES, "A", MAIL), marker).rules == ()
    assert len(read(marker, record(RULES, "A", MAIL)).rules) == 1


def test_a_policy_without_the_firewall():
    with pytest.raises(UnreadableError, match="sets nothing"):
        read(record("Software\\Policies\\Other", "x", 1))


def test_settings_alone_speak_of_the_group_policy_store():
    host = read(record(ROOT + "\\DomainProfile", "EnableFirewall", 0))
    assert (host.stores, host.richness) == (("gpo",), 0)


def test_other_version():
    with pytest.raises(UnreadableError, match="another version"):
        read(record(RULES, "A", MAIL), head=b"PReg\2\0\0\0")


@pytest.mark.parametrize("cut", [9, 30, 60, -1, -3])
def test_truncated(cut):
    data = b"PReg\1\0\0\0" + record(RULES, "A", MAIL)
    with pytest.raises(UnreadableError, match="damaged at byte 8"):
        containers.read(Document("Registry.pol", data[:cut]))


def test_size_that_leads_beyond_the_end():
    data = bytearray(b"PReg\1\0\0\0" + record(RULES, "A", MAIL))
    at = data.index(";".encode("utf-16-le") + struct.pack("<I", 1)) + 8
    data[at : at + 4] = b"\xff\xff\xff\x7f"
    with pytest.raises(UnreadableError, match="damaged"):
        containers.read(Document("Registry.pol", bytes(data)))


def test_text_without_end():
    with pytest.raises(UnreadableError, match="damaged"):
        containers.read(Document("Registry.pol", b"PReg\1\0\0\0[\0" + b"a\0" * 2_000_000))
