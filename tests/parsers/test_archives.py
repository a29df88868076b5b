"""Packed single files are read like the file inside; damaged ones and bombs are refused within limits."""

import bz2
import gzip
import io
import lzma
import pickle
import tarfile
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
    (firewall,) = parsers.read(tmp_path)
    assert [each.name for each in firewall.lists[0].rules if not each.implicit] == ["Web"]


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


def tarred(*names, kind="", data=DUMP):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=f"w:{kind}") as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["", "gz", "bz2", "xz"])
def test_a_tar_archive(kind):
    found = parsers.read(tarred("a/EX02.txt", "a/EX01.txt", kind=kind), "backups.tar")
    assert [each.name for each in found] == ["EX01", "EX02"]
    assert found[0].sources[0].name.endswith("/a/EX01.txt")


def test_a_tar_archive_in_a_folder_and_in_a_zip(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("inner.tar", tarred("EX01.txt"))
    assert [each.name for each in parsers.read(tmp_path)] == ["EX01"]
    (tmp_path / "all.zip").unlink()
    (tmp_path / "inner.tar.gz").write_bytes(tarred("EX01.txt", kind="gz"))
    assert [each.name for each in parsers.read(tmp_path)] == ["EX01"]


@pytest.mark.parametrize("name", ["../EX01.txt", "/EX01.txt", "C:/EX01.txt"])
def test_a_tar_archive_with_names_that_leave_it_is_refused(name):
    with pytest.raises(UnreadableError, match="a name that leaves it"):
        parsers.read(tarred(name), "x.tar")


def test_a_damaged_tar_archive_is_refused():
    with pytest.raises(UnreadableError, match="tar archive cannot be read"):
        parsers.read(tarred("EX01.txt", data=DUMP * 100)[:3000], "x.tar")


def test_a_tar_archive_that_lost_its_end_or_a_header_is_refused():
    """tarfile reads what stands before the damage, and says nothing of the rest."""
    whole = tarred("EX01.txt", "EX02.txt")
    second = whole.index(b"EX02.txt")
    for damaged in (whole[:second], whole[:second] + b"?" * 200 + whole[second + 200 :]):
        with pytest.raises(UnreadableError, match="damaged or cut off behind member 1"):
            parsers.read(damaged, "x.tar")


def test_a_tar_archive_of_endless_long_names_is_refused():
    name = tarfile.TarInfo("x")
    name.type = tarfile.GNUTYPE_LONGNAME
    with pytest.raises(UnreadableError, match="tar archive cannot be read"):
        parsers.read(name.tobuf() * 5_000, "x.tar")


def test_a_tar_archive_with_a_negative_size_is_refused():
    whole = bytearray(tarred("EX01.txt", "EX02.txt"))
    second = whole.index(b"EX02.txt")
    whole[second + 124 : second + 136] = b"\xff" * 10 + b"\xfe\x00"
    whole[second + 148 : second + 156] = b" " * 8
    whole[second + 148 : second + 156] = b"%06o\0 " % sum(whole[second : second + 512])
    with pytest.raises(UnreadableError, match=r"'EX02\.txt' states a negative size"):
        parsers.read(bytes(whole), "x.tar")


def test_a_tar_archive_without_an_export_is_refused():
    with pytest.raises(UnreadableError, match="holds no export"):
        parsers.read(tarred("readme", data=b"hello"), "x.tar")


# --- one bad file among many


def _folder(tmp_path):
    (tmp_path / "EX01.txt").write_bytes(DUMP)
    (tmp_path / "EX02.txt.gz").write_bytes(gzip.compress(DUMP)[:-20])
    (tmp_path / "fmg.conf").write_bytes(b"config adom\nend\nconfig pm config device\nend\n")
    (tmp_path / "notes.txt").write_bytes(b"call Bob")
    return tmp_path


def test_a_refused_export_in_a_folder_does_not_hide_the_others(tmp_path):
    found = parsers.read_inputs([_folder(tmp_path)])
    assert [each.name for each in found.firewalls] == ["EX01"]
    assert [name.rpartition("/")[2] for name, _ in found.skipped][-1] == "notes.txt"
    assert str(tmp_path / "EX02.txt.gz") in [each.file for each in found.refused]


def test_reading_a_folder_as_a_whole_raises_for_it(tmp_path):
    with pytest.raises(UnreadableError, match="cannot be read"):
        parsers.read(_folder(tmp_path))


def test_all_files_given_by_name_that_cannot_be_read_are_named(tmp_path):
    names = [tmp_path / "EX01.txt", tmp_path / "EX03.txt", tmp_path / "notes.txt"]
    _folder(tmp_path)
    with pytest.raises(UnreadableError) as caught:
        parsers.read_inputs(names)
    assert str(caught.value).startswith(f"{names[1]}: cannot be opened: No such file or directory, did you mean ")
    assert f"; {names[2]}: not recognised; fwproof reads " in str(caught.value)


def test_an_error_travels_between_processes():
    error = pickle.loads(pickle.dumps(UnreadableError("a.conf", "broken", 3)))
    assert (error.file, error.line, str(error)) == ("a.conf", 3, "a.conf:3: broken")
