"""FortiOS text: quotes, blocks, scripts, VDOMs, recovery."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.fortigate.syntax.references import NAMING
from parsers.fortigate.syntax.scripts import read_text
from parsers.fortigate.syntax.tree import Block, Tree
from parsers.fortigate.syntax.words import open_quote, split_words
from parsers.fortigate.syntax.yamlbackup import read_yaml

VECTOR = r"""config system replacemsg admin "pre_admin-disclaimer-text"
  set buffer \"\n"pre\"\''\\\n"abc'\\\" "'"
"last\
line
end
"""


def test_the_string_grammar_vector() -> None:
    (block,) = read_text(VECTOR).root.tables.values()
    assert block.settings["buffer"] == ('"npre"\'\'\\\\nabc\\\\\\" "\nlastline',)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('"a" "b c"', ("a", "b c")),
        ('"new"_zone1', ("new_zone1",)),
        ("'it\\s'", ("it\\s",)),
        ('"a\\"b"', ('a"b',)),
        ('"a\\nb"', ("a\\nb",)),
        ("a\\ b", ("a b",)),
        ("fw#1", ("fw#1",)),
        ("''", ("",)),
        ("  a   b ", ("a", "b")),
        ('x"y', None),
        ("x'y", None),
    ],
)
def test_words(text: str, words: tuple[str, ...] | None) -> None:
    assert split_words(text) == words


@given(st.lists(st.text(st.characters(exclude_characters="\r\x00", exclude_categories=["Cs"]), min_size=0), max_size=4))
def test_quoting_is_undone(values: list[str]) -> None:
    text = " ".join('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    assert split_words(text) == tuple(values)
    assert open_quote(text) == ""


def only(text: str, table: str = "firewall address") -> Block:
    return read_text(text).root.tables[table]


def test_multi_line_values_swallow_what_looks_like_configuration() -> None:
    text = 'config firewall address\nedit "a"\nset comment "one\nnext\nend\nconfig firewall policy"\nset color 1\nnext\nend\n'
    tree = read_text(text)
    assert list(tree.root.tables) == ["firewall address"]
    assert tree.root.tables["firewall address"].entries["a"].settings["color"] == ("1",)


def test_end_closes_an_open_edit_too() -> None:
    tree = read_text(
        "config vdom\nedit root\nconfig firewall policy\nedit 1\nset action accept\nend\nend\nconfig vdom\nedit dmz\nend\n"
    )
    assert list(tree.vdoms) == ["root", "dmz"]
    assert tree.vdoms["root"].tables["firewall policy"].entries["1"].settings["action"] == ("accept",)


def test_repeated_blocks_merge() -> None:
    block = only(
        "config firewall address\nedit a\nset subnet 10.0.0.1/32\nnext\nend\nconfig firewall address\nedit a\nset color 3\nnext\nend\n"
    )
    assert set(block.entries["a"].settings) == {"subnet", "color"}


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_ends(end: str) -> None:
    text = end.join(("config firewall address", "edit a", "set color 1", "next", "end", ""))
    assert only(text).entries["a"].settings == {"color": ("1",)}


def test_a_missing_last_line_end_is_legal() -> None:
    tree = read_text("config system global\nset hostname x\nend")
    assert tree.text.remarks == []


def test_a_truncated_export_is_said() -> None:
    tree = read_text("config firewall policy\nedit 1\nset action accept\n")
    assert any("cut off" in remark.message and remark.gap for remark in tree.text.remarks)


def test_a_missing_last_end_cuts_a_whole_configuration_only() -> None:
    text = "config firewall policy\nedit 1\nset action accept\nnext\n"
    (part,) = read_text(text).text.remarks
    (whole,) = read_text("#config-version=FGT60F-7.0.12-FW-build1-230606:opmode=0:vdom=0:user=a\n" + text).text.remarks
    assert (part.gap, whole.gap) == (False, True)


def test_prompts_and_pagers_of_a_terminal_capture() -> None:
    text = "FW01 (root) # show firewall address\nconfig firewall address\nedit a\n--More-- \r         set color 1\nnext\nend\nFW01 (root) # \n"
    tree = read_text(text)
    assert tree.root.tables["firewall address"].entries["a"].settings == {"color": ("1",)}
    assert tree.text.stray_lines == []


def test_append_unselect_unset() -> None:
    entry = only(
        "config firewall addrgrp\nedit g\nset member a b\nappend member c\nunselect member a\nset color 1\nunset color\nend\n",
        "firewall addrgrp",
    ).entries["g"]
    assert entry.settings == {"member": ("b", "c")}
    assert entry.unset == {"color"}


def test_edit_zero_takes_the_next_free_id() -> None:
    text = "config firewall policy\nedit 7\nnext\nedit 0\nset name x\nnext\nend\n"
    assert list(only(text, "firewall policy").entries) == ["7", "8"]


def test_rename_follows_references() -> None:
    text = "config firewall address\nedit a\nnext\nend\nconfig firewall addrgrp\nedit g\nset member a\nnext\nend\nconfig firewall address\nrename a to b\nend\n"
    tree = read_text(text)
    assert list(tree.root.tables["firewall address"].entries) == ["b"]
    assert tree.root.tables["firewall addrgrp"].entries["g"].settings["member"] == ("b",)


def test_an_unbalanced_quote_costs_one_value_not_the_file() -> None:
    body = "".join(f'edit "n{number}"\nset subnet 10.0.0.{number} 255.255.255.255\nnext\n' for number in range(60))
    tree = read_text(f'config firewall address\nedit "bad"\nset fqdn "open.example\nnext\n{body}end\n')
    assert len(tree.root.tables["firewall address"].entries) == 61
    (remark,) = tree.text.remarks
    assert (remark.line, remark.gap) == (3, True)


def test_an_unbalanced_quote_in_edit_ends_at_the_line() -> None:
    tree = read_text('config vpn ipsec phase1-interface\nedit "Home\nset type static\nnext\nend\n')
    assert list(tree.root.tables["vpn ipsec phase1-interface"].entries) == ["Home"]


def test_time_stays_linear_on_a_quote_that_never_closes() -> None:
    text = "config firewall address\n" + 'edit a\nset comment "x\nnext\n' * 20_001 + "end\n"
    tree = read_text(text)
    assert tree.text.line_count == 60_005


def test_stray_lines_are_counted_not_dropped() -> None:
    tree = read_text("hello world\nconfig firewall address\nend\nsome more\n")
    assert tree.text.stray_lines == [1, 4]


@pytest.mark.parametrize(
    ("line", "model", "version"),
    [
        ("#config-version=FGT60F-7.0.12-FW-build0523-230606:opmode=0:vdom=0:user=a", "FGT60F", (7, 0, 12)),
        ("#config-version=FG100D-5.04-FW-build1064-160608:opmode=1:vdom=0:user=a", "FG100D", (5, 4)),
        ("#config-version=FGT60B-4.00-FW-build656-130211:opmode=0:vdom=0:user=a", "FGT60B", (4,)),
        ("#config-version=FortiGate-VM64 v6.2.3,build1066,191218 (GA):opmode=0", "FortiGate-VM64", (6, 2, 3)),
    ],
)
def test_headers(line: str, model: str, version: tuple[int, ...]) -> None:
    header = read_text(f"# Version: x\n{line}\nconfig system global\nend\n").header
    assert (header.model, header.version) == (model, version)


def test_lines_are_found_on_demand() -> None:
    tree = read_text("config firewall address\nedit a\nset color 1\nset subnet 1.2.3.4/32\nnext\nend\n")
    assert tree.line_of(tree.root.tables["firewall address"].entries["a"], "subnet") == 4


names = st.text(string.ascii_letters + string.digits + " -_.", min_size=1, max_size=8).filter(
    lambda text: text.strip() == text and text != "0"  # "edit 0" means the next free number
)
values = st.lists(
    st.text(string.ascii_letters + string.digits + " \"\\'\n#-", min_size=0, max_size=12), min_size=1, max_size=3
)
keywords = st.text(string.ascii_lowercase + "-", min_size=2, max_size=8).filter(
    lambda word: word.strip("-") == word and word not in NAMING  # names do not run over lines
)


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """A random configuration of two tables with nested ones."""
    root = Block("", 1)
    for path in ("firewall address", "system zone"):
        table = root.tables[path] = Block(path, 1)
        for key in draw(st.lists(names, max_size=3, unique=True)):
            entry = table.entries[key] = Block(key, 1)
            entry.settings = {
                word: tuple(each) for word, each in draw(st.dictionaries(keywords, values, max_size=3)).items()
            }
            if draw(st.booleans()):
                nested = entry.tables["realservers"] = Block("realservers", 1)
                nested.entries["1"] = Block("1", 1)
                nested.entries["1"].settings = {"ip": ("10.0.0.1",)}
    return Tree(root)


def _quoted(words: tuple[str, ...]) -> str:
    return " ".join('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' for word in words)


def as_cli(block: Block, indent: str = "") -> str:
    """A block's tables as CLI text."""
    lines = []
    for name, table in block.tables.items():
        lines.append(f"{indent}config {name}\n")
        lines += [f"{indent}    set {word} {_quoted(words)}\n" for word, words in table.settings.items()]
        for key, entry in table.entries.items():
            lines.append(f"{indent}    edit {_quoted((key,))}\n")
            lines += [f"{indent}        set {word} {_quoted(words)}\n" for word, words in entry.settings.items()]
            lines.append(as_cli(entry, indent + "        "))
            lines.append(f"{indent}    next\n")
        lines.append(f"{indent}end\n")
    return "".join(lines)


def as_yaml(block: Block, indent: str = "", top: bool = True) -> str:
    """A block's tables in the YAML dialect."""
    lines = []
    for name, table in block.tables.items():
        lines.append(f"{indent}{name.replace(' ', '_') if top else name}:\n")
        lines += [f"{indent}  {word}: {_quoted(words)}\n" for word, words in table.settings.items()]
        for key, entry in table.entries.items():
            lines.append(f"{indent}  - {key}:\n")
            lines += [f"{indent}    {word}: {_quoted(words)}\n" for word, words in entry.settings.items()]
            lines.append(as_yaml(entry, indent + "    ", top=False))
    return "".join(lines)


def test_edit_zero_is_a_new_id_in_scripts_and_an_entry_of_its_own_in_backups() -> None:
    text = "config firewall policy\nedit 7\nnext\nedit 0\nnext\nend\n"
    assert list(read_text(text).root.tables["firewall policy"].entries) == ["7", "8"]
    backup = f"#config-version=FGT60F-7.0.12-FW-build1-1:opmode=0\n{text}"
    assert list(read_text(backup).root.tables["firewall policy"].entries) == ["7", "0"]


HEADER = "#config-version=FGT60F-7.0.12-FW-build1-1:opmode=0\n"


@given(trees())
def test_cli_text_reads_back_equal(tree: Tree) -> None:
    text = HEADER + as_cli(tree.root)
    assert read_text(text).root == tree.root
    assert read_text(text, heard=lambda statement: None).root == tree.root


@given(trees())
def test_the_yaml_dialect_reads_back_equal(tree: Tree) -> None:
    read = read_yaml(as_yaml(tree.root))
    assert read.root == tree.root
    assert read.text.stray_lines == []


def test_blanks_in_names_of_the_yaml_dialect_count() -> None:
    tree = read_yaml("firewall_address:\n  - branch  7:\n    subnet: 10.0.0.0 255.0.0.0\n")
    assert list(tree.root.tables["firewall address"].entries) == ["branch  7"]
