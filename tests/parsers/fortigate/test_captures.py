"""What stands around and between the lines of a configuration in mails, terminal logs and guides, and what is missing."""

from __future__ import annotations

import pytest

import parsers
from parsers.errors import UnreadableError
from parsers.fortigate.syntax.captures import annotation
from parsers.fortigate.syntax.scripts import read_text
from parsers.model.firewall import Firewall
from tests.fortios import HEADER, web

BODY = web()


def read(text: str) -> tuple[Firewall, ...]:
    return parsers.read(text.encode(), "x")


def rules(firewall: Firewall) -> list[tuple[object, ...]]:
    return [(rule.id, rule.action, rule.source, rule.destination, rule.service) for rule in firewall.lists[0].rules]


def prefixed(prefix: str, text: str = HEADER + BODY) -> str:
    return "".join(f"{prefix.format(number)}{line}\n" for number, line in enumerate(text.splitlines(), start=1))


@pytest.mark.parametrize(
    "text",
    [
        prefixed("> "),
        prefixed("> > "),
        "Hello,\nthese are our rules:\n\n" + prefixed("> ") + "\nRegards\n",
        prefixed("{:4}  "),
        prefixed("{}: "),
        prefixed("{:03}| "),
        prefixed("[2026-01-05 10:11:12] "),
        prefixed("10:11:12.345 FW01 # ", BODY),
        (HEADER + BODY).replace("\n", "\r\r\n"),
        (HEADER + BODY).replace('"', "&quot;"),
        "=~=~= PuTTY log 2026.01.05 =~=~=\nlogin as: kim\n" + HEADER + BODY,
        "!RANCID-CONTENT-TYPE: fortigate\n!\n" + HEADER + BODY,
    ],
)
def test_what_stands_before_the_lines_is_left_out(text: str) -> None:
    (firewall,) = read(text)
    assert rules(firewall) == rules(read(HEADER + BODY)[0])
    assert not any(gap.hides_access for gap in firewall.gaps)


def test_lines_keep_their_numbers() -> None:
    (firewall,) = read("a\n\n" + prefixed("> ", BODY))
    assert firewall.lists[0].rules[0].origin.first_line == 9


SESSION = f"""FW01 # get system status
Version: FortiGate-60F v7.2.8,build1639,240313 (GA.M)
Serial-Number: FGT60FTK00000000

FW01 # show
{BODY}
FW01 # get router info routing-table all
Codes: K - kernel, C - connected
S*      0.0.0.0/0 [10/0] via 203.0.113.254, wan1

FW01 # diagnose sys session stat
set and edit are words here
FW01 # exit
"""


def test_the_output_of_other_commands_is_irrelevant_and_tells_the_version() -> None:
    (firewall,) = read(SESSION)
    assert (firewall.version, firewall.product, firewall.gaps) == ("7.2.8", "FortiGate FortiGate-60F", ())
    ledger = firewall.sources[0].ledger
    assert (ledger.total, ledger.read, ledger.not_understood) == (SESSION.count("\n"), BODY.count("\n"), 0)


TYPED = """FW01 # config firewall policy
FW01 (policy) # edit 5
new entry '5' added
FW01 (5) # set srcintf ?
name    Interface name.
wan1    interface
FW01 (5) # set srcintf any
FW01 (5) # set action accept
FW01 (5) # next
FW01 (policy) # end
FW01 # config vdom
"""


def test_typed_commands_are_read_and_answers_are_not() -> None:
    tree = read_text(TYPED)
    assert tree.root.tables["firewall policy"].entries["5"].settings == {"srcintf": ("any",), "action": ("accept",)}
    assert tree.text.stray_lines == []


def test_typed_text_without_a_plain_line_is_recognised() -> None:
    (firewall,) = read(TYPED.removesuffix("FW01 # config vdom\n"))
    assert [rule.id for rule in firewall.lists[0].rules[:1]] == ["5"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ('"web"   <--- our server', '"web"'),
        ("enable # for now", "enable"),
        ("enable \u2190 wrong", "enable"),
        ("fw#1", ""),
        ('"a # b"', ""),
        ('"<b>" "#c"', ""),
        ("'x # y' z", ""),
        ("#all", ""),
    ],
)
def test_remarks_behind_a_setting(value: str, words: str) -> None:
    place = annotation(value)
    assert value[: max(place, 0)].rstrip() == words


def test_a_remark_is_left_out_and_said_once() -> None:
    text = BODY.replace('"web"\n        set action accept', '"web"   <--- ours\n        set action accept # yes')
    (firewall,) = read(text)
    assert rules(firewall) == rules(read(BODY)[0])
    (gap,) = firewall.gaps
    assert (gap.origin.first_line, gap.hides_access) == (11, False)
    assert "behind the words of 'set dstaddr' and of further lines" in gap.what


INNER = """config system interface
    edit "wan1"
        config ipv6
            set ip6-allowaccess ping
        next
{}
    edit "lan"
        set alias "b"
    next
end
"""


@pytest.mark.parametrize(("lines", "alias"), [("", None), ('        set alias "a"\n    next', "a"), ("    next", None)])
def test_next_where_an_end_is_missing(lines: str, alias: str | None) -> None:
    tree = read_text(INNER.format(lines))
    entries = tree.root.tables["system interface"].entries
    assert (list(entries), entries["wan1"].get("alias"), entries["lan"].get("alias")) == (["wan1", "lan"], alias, "b")
    assert entries["wan1"].tables["ipv6"].settings == {"ip6-allowaccess": ("ping",)}
    (remark,) = tree.text.remarks
    assert (remark.line, remark.gap) == (5, False)


VDOM = "config vdom\nedit root\n" + BODY


def test_a_vdom_without_its_last_end_is_judged() -> None:
    (firewall,) = read(VDOM)
    (gap,) = firewall.gaps
    assert (firewall.vdom, gap.hides_access, gap.origin.first_line) == ("root", False, VDOM.count("\n"))


def test_a_vdom_that_is_cut_in_a_policy_may_hide_access() -> None:
    (firewall,) = read(VDOM.removesuffix("    next\nend\n"))
    assert [gap.hides_access for gap in firewall.gaps] == [True]


def test_a_vdom_begins_where_the_end_of_another_is_missing() -> None:
    root, dmz = read(VDOM + VDOM.replace("root", "dmz").replace("10.0.0.80", "10.0.0.90") + "end\n")
    assert (root.vdom, dmz.vdom) == ("root", "dmz")
    assert root.lists[0].rules[0].destination.certain.text() == "10.0.0.80"
    assert dmz.lists[0].rules[0].destination.certain.text() == "10.0.0.90"
    assert [(gap.origin.first_line, gap.hides_access) for gap in root.gaps] == [(VDOM.count("\n") + 1, False)]


def test_vdoms_that_are_only_declared_are_refused() -> None:
    with pytest.raises(UnreadableError, match="declares the VDOMs root, dmz and holds the configuration of none"):
        read("config vdom\nedit root\nnext\nedit dmz\nnext\nend\nconfig global\nend\n")


def test_lines_around_a_configuration_are_one_gap() -> None:
    (firewall,) = read("# My firewall\n\nHere it is:\n```\n" + BODY + "```\nBye\n")
    (gap,) = firewall.gaps
    assert gap.what == "4 lines outside any configuration block, in 2 places"
    assert (gap.origin.first_line, gap.hides_access) == (3, False)
    assert firewall.sources[0].ledger.not_understood == 4


def test_commands_whose_table_is_missing_may_hide_access() -> None:
    (firewall,) = read("    edit 7\n        set action accept\n    next\nend\n" + BODY)
    (gap,) = firewall.gaps
    assert (gap.hides_access, gap.origin.first_line) == (True, 1)
    assert "a 'config' may be missing" in gap.what


def test_settings_outside_any_entry_may_hide_access() -> None:
    (firewall,) = read(BODY.replace("    edit 1\n", "").replace("    next\nend\n", "end\n"))
    assert {gap.what for gap in firewall.gaps if gap.hides_access} >= {
        "keyword 'action' outside any entry of firewall policy"
    }


@pytest.mark.parametrize("inner", ["", "\n" * 3])
def test_tables_that_share_a_line_are_counted_once(inner: str) -> None:
    text = HEADER + BODY.replace("    next\nend\nconfig", f"    next\n{inner}config", 1)
    ledger = read(text)[0].sources[0].ledger
    assert (ledger.total, ledger.not_understood) == (text.count("\n"), 0)
    assert ledger.irrelevant == 1


@pytest.mark.parametrize(
    ("table", "inner"),
    [
        ("system interface", "config secondaryip\nedit 1\nset {} x\nnext\nend"),
        ("system interface", "config ipv6\nset {} x\nend"),
        ("firewall vip", "config realservers\nedit 1\nset {} x\nnext\nend"),
        ("firewall internet-service-custom", "config entry\nedit 1\nset {} x\nnext\nend"),
    ],
)
def test_words_inside_entries_that_no_version_knows_may_hide_access(table: str, inner: str) -> None:
    text = HEADER + BODY + f"config {table}\nedit a\n{{}}\nnext\nend\n"
    (firewall,) = read(text.format(inner.format("opens-all")))
    gap = next(gap for gap in firewall.gaps if gap.keyword == "opens-all")
    assert gap.hides_access
    assert text.format(inner.format("opens-all")).splitlines()[gap.origin.first_line - 1] == "set opens-all x"
    assert firewall.sources[0].ledger.not_understood == 1


def test_remarks_behind_tables_and_entries() -> None:
    text = BODY.replace("config firewall policy", "config firewall policy  \u2190 the rules").replace(
        "edit 1", "edit 1 # in"
    )
    (firewall,) = read(text)
    assert [rule.id for rule in firewall.lists[0].rules[:1]] == ["1"]
    assert [gap.hides_access for gap in firewall.gaps] == [False]


@pytest.mark.parametrize(
    ("damage", "hides"),
    [
        (('set dstaddr "web"', 'set dstaddr "web'), False),
        (('edit "web"', 'edit "web'), False),
        (('set srcaddr "all"\n        set dstaddr "web"', 'set srcaddr "all\n        set dstaddr "web'), False),
        (('set dstaddr "web"', 'set dstaddr "web" "lan'), True),
        (("set action accept", 'set replacemsg-override-group "x\n        set action accept'), True),
    ],
)
def test_a_quote_that_is_missing_costs_one_line(damage: tuple[str, str], hides: bool) -> None:
    (firewall,) = read(BODY.replace(*damage))
    assert {gap.hides_access for gap in firewall.gaps} == {hides}
    assert all(gap.origin.first_line for gap in firewall.gaps)
    assert firewall.lists[0].rules[0].action.name == "ALLOW"
    if not hides:
        assert rules(firewall) == rules(read(BODY)[0])


def test_a_command_that_the_device_refused_is_said() -> None:
    refused = (
        "FW01 (5) # set srcintf nosuch\nentry not found in datasource\n\nvalue parse error before 'nosuch'\n"
        "Command fail. Return code -3\n"
    )
    (firewall,) = read(TYPED.replace("FW01 (5) # next", refused + "FW01 (5) # next"))
    (gap,) = [gap for gap in firewall.gaps if gap.hides_access]
    assert (gap.origin.first_line, gap.what[:34]) == (13, "the device refused the command bef")
    assert firewall.sources[0].ledger.not_understood == 0
