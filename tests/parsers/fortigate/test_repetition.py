"""What a text repeats on every line is counted, and takes no memory or time of its own."""

from __future__ import annotations

import pytest

from parsers.errors import UnreadableError
from parsers.fortigate import PARSER
from parsers.fortigate.syntax import forms
from parsers.fortigate.syntax.remarks import MOST_ALIKE, Remarks
from parsers.fortigate.syntax.scripts import read_text
from parsers.fortigate.syntax.tree import Remark
from parsers.model.firewall import Firewall
from parsers.source import Document


def read(text: str) -> Firewall:
    (found,) = PARSER.read(Document("fw.conf", text.encode()))
    return found


def test_a_remark_of_every_line_is_kept_for_the_first_ones_and_counted() -> None:
    tree = read_text("config firewall policy\n" + "edit 1\n" * 1000 + "next\nend\n")
    assert len(tree.text.remarks) == MOST_ALIKE + 1
    assert tree.text.remarks[0] == Remark(3, "'edit' before 'next' of the entry above", gap=False)
    last = tree.text.remarks[-1]
    assert last.line == 3 + MOST_ALIKE
    assert last.message == "'edit' before 'next' of the entry above; so are 978 further lines, the last is 1001"


def test_remarks_that_quote_other_words_are_of_one_kind() -> None:
    kept: list[Remark] = []
    remarks = Remarks(kept)
    for line in range(1, 101):
        remarks.add(line, f"unbalanced quote in 'edit {line}': closed at the line end", gap=True)
        remarks.add(line, f"'config {line}' inside 'x': read as if the 'end' before it were there", gap=False)
    assert len(kept) == 2 * (MOST_ALIKE + 1)
    assert all("79 further lines, the last is 100" in each.message for each in kept[-2:])


def test_a_few_remarks_are_all_kept() -> None:
    kept: list[Remark] = []
    remarks = Remarks(kept)
    for line in range(MOST_ALIKE):
        remarks.add(line, "odd", gap=False)
    assert kept == [Remark(line, "odd", gap=False) for line in range(MOST_ALIKE)]


def test_what_could_hide_access_stays_decisive_when_it_is_counted() -> None:
    text = "config firewall policy\nedit 1\n" + "what is this\nset srcaddr all\n" * 100 + "next\nend\n"
    gaps = [gap for gap in read(text).gaps if gap.hides_access]
    assert len(gaps) == 21
    assert gaps[-1].what == "80 further lines inside a table that decides what passes, in 80 places"
    assert read(text).sources[0].ledger.not_understood == 100


def test_a_great_many_unknown_words_are_all_named() -> None:
    words = "".join(f"set srcadr{number} all\n" for number in range(300))
    gaps = [gap for gap in read(f"config firewall policy\nedit 1\n{words}next\nend\n").gaps if "srcadr" in gap.keyword]
    assert len(gaps) == 300
    assert sum("did somebody mean" in gap.what for gap in gaps) <= 100
    assert {gap.origin.first_line for gap in gaps} == set(range(3, 303))


def test_names_do_not_go_on_without_end() -> None:
    text = 'config firewall policy\nedit 1\nset srcaddr "a"\n' + '"b"\n' * 6000 + "next\nend\n"
    tree = read_text(text)
    (policy,) = tree.root.tables["firewall policy"].entries.values()
    assert policy.words("srcaddr") == ("a", *("b",) * 5000)
    assert len(tree.text.stray_lines) == 1000


def test_more_entries_than_any_device_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "_MOST_ENTRIES", 3)
    with pytest.raises(UnreadableError, match="no FortiGate holds so many entries"):
        read("config firewall policy\n" + "edit 1\nnext\n" * 4 + "end\n")
