"""Packed single files are read like the file inside; damaged ones and bombs are refused within limits."""

import bz2
import gzip
import io
import lzma
import zipfile

import pytest

import parsers
from parsers import archives
from parsers.errors import TooLargeError, UnreadableError
from parsers.source import Document

PACKERS = {"gz": gzip.compress, "xz": lzma.compress, "bz2": bz2.compress}
DUMP = b"\r\n".join(
    [b"", b"Rule Name:                            Web", b"-" * 70]
    + [
        line.encode()
        for line in (
            "Enabled:                              Yes",
            "Direction:                            In",
            "Profiles:                             Domain",
            "Grouping:                             ",
            "LocalIP:                              Any",
            "RemoteIP:                             Any",
            "Protocol:                             TCP",
            "LocalPort:                            443",
            "RemotePort:                           Any",
            "Edge traversal:                       No",
            "Action:                               Allow",
            "Ok.",
            "",
        )
    ]
)


@pytest.mark.parametrize("kind", PACKERS)
def test_a_packed_file(kind):
    (firewall,) = parsers.read(PACKERS[kind](DUMP), f"EX01.txt.{kind}")
    assert firewall.name == "EX01"
    assert firewall.sources[0].name == f"EX01.txt.{kind}/EX01.txt"
    assert firewall.sources[0].sha256 == Document("", DUMP).sha256


@pytest.mark.parametrize("kind", PACKERS)
def test_a_packed_file_in_a_folder(kind, tmp_path):
    (tmp_path / f"EX01.txt.{kind}").write_bytes(PACKERS[kind](DUMP))
    assert len(parsers.read(tmp_path)) == 1


@pytest.mark.parametrize("kind", PACKERS)
def test_a_damaged_one_is_refused(kind):
    with pytest.raises(UnreadableError, match="cannot be read"):
        parsers.read(PACKERS[kind](DUMP)[:-20], f"EX01.txt.{kind}")


@pytest.mark.parametrize("kind", PACKERS)
def test_a_bomb_is_refused(kind):
    with pytest.raises(TooLargeError, match="expands over"):
        parsers.read(PACKERS[kind](b"\0" * (8 << 20)), f"EX01.txt.{kind}")


def packed(members):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target.getvalue()


def test_archives_inside_an_archive_share_its_limits():
    """Each of them is harmless alone; together they are ten times what is read."""
    inner = packed({"a.txt": b"\0" * (1 << 20)})
    with pytest.raises(TooLargeError, match="over 10000 members"):
        parsers.read(packed({f"{n}.zip": inner for n in range(9_999)}), "EX01.zip")


def test_archives_inside_an_archive_share_its_size(monkeypatch):
    monkeypatch.setattr(archives, "MOST_BYTES", 3 << 20)
    inner = packed({"a.txt": b"\0" * (1 << 20)})
    with pytest.raises(TooLargeError, match="expands to over"):
        parsers.read(packed({f"{n}.zip": inner for n in range(4)}), "EX01.zip")
