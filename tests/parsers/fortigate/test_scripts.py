"""CLI scripts, alone and carried out on a backup: what changes, and what is said of commands a device would refuse."""

from __future__ import annotations

import pytest

from parsers.errors import UnreadableError
from parsers.fortigate import PARSER
from parsers.fortigate.syntax.scripts import apply_script, read_text
from parsers.fortigate.syntax.tree import Block, Tree
from parsers.source import Document

BACKUP = """#config-version=FGT60F-7.0.12-FW-build0523-230606:opmode=0:vdom=0:user=admin
config system interface
    edit "lan"
        set ip 10.0.0.1 255.255.255.0
    next
end
config firewall address
    edit "all"
    next
    edit "lan"
        set subnet 10.0.0.0 255.255.255.0
    next
    edit "web"
        set subnet 10.0.0.80 255.255.255.255
    next
end
config firewall addrgrp
    edit "servers"
        set member "web" "lan"
    next
end
config firewall policy
    edit 5
        set srcintf "lan"
        set dstintf "wan1"
        set srcaddr "lan"
        set dstaddr "all"
        set action accept
        set schedule "always"
        set service "HTTP"
    next
    edit 2
        set srcintf "lan"
        set dstintf "wan1"
        set srcaddr "web"
        set dstaddr "all"
        set schedule "always"
        set service "ALL"
    next
end
"""
VDOMS = """#config-version=FGT60F-7.0.12-FW-build0523-230606:opmode=0:vdom=1:user=admin
config vdom
edit root
next
edit dmz
next
end
config global
config system global
    set hostname "two"
end
config system interface
    edit "port1"
        set vdom "root"
    next
end
end
config vdom
edit root
config firewall address
    edit "host"
        set subnet 10.1.1.1 255.255.255.255
    next
end
end
config vdom
edit dmz
config firewall address
    edit "host"
        set subnet 10.2.2.2 255.255.255.255
    next
end
end
"""


def changed(script: str, backup: str = BACKUP) -> Tree:
    tree = read_text(backup)
    apply_script(tree, script, "change.txt")
    return tree


def table(tree: Tree, path: str) -> Block:
    return tree.root.tables[path]


def remarks(tree: Tree) -> list[tuple[int, str]]:
    return [(each.line, each.message) for each in tree.scripts["change.txt"].remarks]


def test_commands_are_carried_out_in_order() -> None:
    tree = changed(
        "config firewall policy\nedit 0\nset name new\nset srcaddr web\nnext\nmove 6 before 5\nclone 2 to 9\ndelete 2\nend\n"
    )
    policies = table(tree, "firewall policy")
    assert list(policies.entries) == ["6", "5", "9"]
    assert policies.entries["9"].settings["srcaddr"] == ("web",)
    assert remarks(tree) == []


@pytest.mark.parametrize(
    ("command", "members"),
    [
        ("set member all", ("all",)),
        ("append member all", ("web", "lan", "all")),
        ("unselect member web", ("lan",)),
        ("select member all web", ("all", "web")),
        ("unset member", None),
        ("clear member", None),
    ],
)
def test_lists_are_changed(command: str, members: tuple[str, ...] | None) -> None:
    tree = changed(f"config firewall addrgrp\nedit servers\n{command}\nend\n")
    assert table(tree, "firewall addrgrp").entries["servers"].settings.get("member") == members


def test_a_rename_follows_names_of_its_kind_only() -> None:
    tree = changed("config firewall address\nrename lan to office\nend\n")
    policy = table(tree, "firewall policy").entries["5"]
    assert (policy.settings["srcaddr"], policy.settings["srcintf"]) == (("office",), ("lan",))
    assert table(tree, "firewall addrgrp").entries["servers"].settings["member"] == ("web", "office")


def test_abbreviations_are_written_out_where_they_mean_one_word() -> None:
    tree = changed("conf sys glo\nset host x\nend\nconf fire addrgrp\ned servers\nappe mem all\nne\nen\n")
    assert table(tree, "system global").settings["hostname"] == ("x",)
    assert table(tree, "firewall addrgrp").entries["servers"].settings["member"] == ("web", "lan", "all")


def test_enumerations_are_written_out() -> None:
    tree = changed("config firewall policy\nedit 5\nset act den\nset stat dis\nend\n")
    settings = table(tree, "firewall policy").entries["5"].settings
    assert (settings["action"], settings["status"]) == (("deny",), ("disable",))


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("move 77 before 5", "no entry 77 in firewall policy"),
        ("move 5 before 77", "no entry 77 in firewall policy"),
        ("move 5 besides 2", "not understood: move 5 besides 2"),
        ("rename 77 to 8", "no such entry in firewall policy"),
        ("rename 5 to 2", "2 exists in firewall policy"),
        ("clone 77 to 8", "no such entry in firewall policy"),
        ("clone 5 to 2", "2 exists in firewall policy"),
        ("clone 5 to five", "called by numbers"),
        ("rename 5 to five", "called by numbers"),
        ("delete 77", "no such entry in firewall policy"),
    ],
)
def test_what_a_device_would_refuse_is_said_with_its_line(command: str, said: str) -> None:
    tree = changed(f"config firewall policy\n{command}\nend\n")
    (remark,) = remarks(tree)
    assert remark[0] == 2
    assert said in remark[1]
    assert list(table(tree, "firewall policy").entries) == ["5", "2"]


def test_commands_for_tables_inside_an_entry_are_not_carried_out() -> None:
    tree = changed("config firewall policy\nedit 5\ndelete 2\nend\n")
    assert "inside the entry 5" in remarks(tree)[0][1]
    assert list(table(tree, "firewall policy").entries) == ["5", "2"]


def test_an_entry_that_is_named_is_not_deleted() -> None:
    tree = changed("config firewall address\ndelete web\nend\n")
    assert "web" in table(tree, "firewall address").entries
    assert "firewall policy 2 names it" in remarks(tree)[0][1]


def test_an_entry_is_deleted_with_what_names_it() -> None:
    tree = changed(
        "config firewall policy\ndelete 2\nend\nconfig firewall addrgrp\ndelete servers\nend\nconfig firewall address\ndelete web\nend\n"
    )
    assert "web" not in table(tree, "firewall address").entries
    assert remarks(tree) == []


def test_a_changed_entry_comes_from_the_script() -> None:
    tree = changed("\nconfig firewall policy\n    edit 5\n        set service HTTPS\n    next\nend\n")
    entry = table(tree, "firewall policy").entries["5"]
    assert (entry.file, entry.line, entry.last_line) == ("change.txt", 3, 5)
    assert tree.line_of(entry, "service") == 4
    other = table(tree, "firewall policy").entries["2"]
    assert (other.file, tree.text.lines[other.line - 1].strip()) == ("", "edit 2")


def test_an_entry_that_is_only_opened_keeps_its_place() -> None:
    tree = changed("config firewall policy\nedit 5\nnext\nend\n")
    assert table(tree, "firewall policy").entries["5"].file == ""


def test_several_new_entries_with_id_0_are_several() -> None:
    text = "config firewall policy\nedit 0\nset name a\nnext\nedit 0\nset name b\nnext\nend\n"
    assert len(read_text(text).root.tables["firewall policy"].entries) == 2
    assert list(table(changed(text), "firewall policy").entries) == ["5", "2", "6", "7"]


def test_a_script_reaches_the_vdom_it_names() -> None:
    tree = changed(
        "config vdom\nedit dmz\nconfig firewall address\nedit host\nset subnet 10.9.9.9/32\nend\nend\n"
        "config global\nconfig system global\nset admin-sport 8443\nend\nend\n",
        VDOMS,
    )
    assert tree.vdoms["dmz"].tables["firewall address"].entries["host"].settings["subnet"] == ("10.9.9.9/32",)
    assert tree.vdoms["root"].tables["firewall address"].entries["host"].settings["subnet"][0] == "10.1.1.1"
    assert tree.root.tables["system global"].settings["admin-sport"] == ("8443",)


def test_a_rename_stays_in_its_vdom() -> None:
    backup = VDOMS + "config vdom\nedit root\nconfig firewall addrgrp\nedit g\nset member host\nend\nend\n"
    tree = changed("config vdom\nedit dmz\nconfig firewall address\nrename host to other\nend\nend\n", backup)
    assert tree.vdoms["root"].tables["firewall addrgrp"].entries["g"].settings["member"] == ("host",)


@pytest.mark.parametrize(
    ("script", "backup", "said"),
    [
        (
            "\nconfig firewall address\nend\n",
            VDOMS,
            "change.txt:2: .*stands outside any VDOM, and the device has root, dmz",
        ),
        ("config vdom\nedit root\nend\n", BACKUP, "change.txt:1: .*has no VDOMs"),
    ],
)
def test_a_script_for_another_kind_of_device_is_refused(script: str, backup: str, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        changed(script, backup)


def test_a_script_fits_the_backup_of_one_vdom() -> None:
    backup = BACKUP.replace("\n", "\n#global_vdom=0:vd_name=root/root\n", 1)
    tree = changed("config vdom\nedit root\nconfig firewall policy\ndelete 2\nend\nend\n", backup)
    assert list(table(tree, "firewall policy").entries) == ["5"]


def test_a_table_is_emptied() -> None:
    assert table(changed("config firewall policy\npurge\ny\nend\n"), "firewall policy").entries == {}


def test_a_script_alone_names_the_way_to_its_backup() -> None:
    (remark,) = read_text("config firewall policy\nmove 4 before 2\nend\n").text.remarks
    assert "--apply" in remark.message


@pytest.mark.parametrize(
    ("table_", "command", "said"),
    [
        ("firewall address", "rename web to servers", "servers exists in firewall addrgrp"),
        ("firewall addrgrp", "rename servers to web", "web exists in firewall address"),
        ("firewall address", f"rename web to {'x' * 80}", "longer than the device takes"),
        ("system zone", "rename inside to lan", "lan exists in system interface"),
        ("system zone", f"rename inside to {'x' * 36}", "longer than the device takes"),
    ],
)
def test_a_name_must_be_free_and_short_enough(table_: str, command: str, said: str) -> None:
    backup = BACKUP + "config system zone\nedit inside\nnext\nend\n"
    tree = changed(f"config {table_}\n{command}\nend\n", backup)
    assert said in remarks(tree)[0][1]
    assert command.split()[1] in table(tree, table_).entries


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        ("set protocol IP\nset protocol-number 254\nset protocol ICMP\nset icmptype 3", {"protocol", "icmptype"}),
        ("set protocol ICMP\nset icmptype 5\nset icmpcode 1\nset protocol TCP/UDP/SCTP\nset tcp-portrange 1", {"protocol", "tcp-portrange"}),
        ("set tcp-portrange 80\nset protocol IP", {"protocol"}),
        ("set tcp-portrange 80\nset protocol TCP/UDP/SCTP", {"protocol", "tcp-portrange"}),
        ("set protocol ICMP\nset icmptype 5\nset icmpcode 1\nunset icmptype\nset icmptype 3", {"protocol", "icmptype"}),
    ],
)  # fmt: skip
def test_a_service_has_the_fields_of_its_protocol_only(lines: str, left: set[str]) -> None:
    tree = read_text(f"config firewall service custom\nedit s\n{lines}\nnext\nend\n")
    assert set(tree.root.tables["firewall service custom"].entries["s"].settings) == left


@pytest.mark.parametrize(("name", "said"), [("group", "group exists in firewall addrgrp"), ("x" * 80, "longer")])
def test_a_clone_needs_a_name_that_the_device_takes(name: str, said: str) -> None:
    tree = changed(
        f"config firewall addrgrp\nedit group\nend\nconfig firewall address\nedit one\nnext\nclone one to {name}\nend\n"
    )
    assert said in remarks(tree)[0][1]
    assert name not in table(tree, "firewall address").entries


ABORTED = (
    "config firewall policy\nedit 5\nset action deny\nset srcaddr all\nabort\nconfig system global\nset alias x\nend\n"
)


def test_abort_leaves_the_entry_as_it_was() -> None:
    tree = changed(ABORTED)
    assert table(tree, "firewall policy") == table(read_text(BACKUP), "firewall policy")
    assert table(tree, "system global").settings == {"alias": ("x",)}
    assert remarks(tree) == []


def test_abort_keeps_what_next_has_saved() -> None:
    tree = changed("config firewall policy\nedit 5\nset action deny\nnext\nedit 7\nset action accept\nabort\n")
    assert list(table(tree, "firewall policy").entries) == ["5", "2"]
    assert table(tree, "firewall policy").entries["5"].settings["action"] == ("deny",)


def test_abort_in_settings_takes_them_back() -> None:
    tree = changed("config system global\nset hostname x\nend\nconfig system global\nset hostname y\nabort\n")
    assert table(tree, "system global").settings == {"hostname": ("x",)}


def test_abort_inside_an_entry_leaves_the_inner_table() -> None:
    script = "config system interface\nedit lan\nset alias a\nconfig ipv6\nset ip6-allowaccess ping\nabort\nset mtu 9000\nend\n"
    lan = table(changed(script), "system interface").entries["lan"]
    assert (lan.settings["alias"], lan.settings["mtu"], lan.tables["ipv6"].settings) == (("a",), ("9000",), {})


def test_abort_in_a_vdom() -> None:
    script = "config vdom\nedit dmz\nconfig firewall address\nedit host\nset subnet 9.9.9.9/32\nabort\nend\n"
    tree = changed(script, VDOMS)
    assert tree.vdoms["dmz"].tables["firewall address"].entries["host"].settings["subnet"][0] == "10.2.2.2"
    assert remarks(tree) == []


def test_a_purge_keeps_what_is_named() -> None:
    tree = changed("config firewall address\npurge\nend\n")
    assert list(table(tree, "firewall address").entries) == ["all", "lan", "web"]
    assert [message.partition(":")[0] for _, message in remarks(tree)] == ["delete all", "delete lan", "delete web"]


def test_an_entry_that_stays_keeps_its_place() -> None:
    tree = changed("config firewall address\ndelete lan\nend\n")
    assert list(table(tree, "firewall address").entries) == ["all", "lan", "web"]


def test_an_abbreviated_table_of_several_meanings_may_hide_access() -> None:
    backup = Document("fw.conf", BACKUP.replace("7.0.12", "6.2.3").encode())
    script = Document("change.txt", b"conf fire pol\ned 0\nset action accept\nnext\nend\n")
    assert PARSER.read_with is not None
    (firewall,) = PARSER.read_with(backup, {}, (script,))
    (gap,) = firewall.gaps
    assert (gap.hides_access, gap.origin.text) == (True, "change.txt:1")
    assert "it abbreviates firewall policy, firewall policy46, firewall policy6" in gap.what


def test_abbreviated_commands_of_a_known_version() -> None:
    tree = changed("conf fire pol\ned 0\nse srci lan\nse act acc\nne\nen\n")
    assert table(tree, "firewall policy").entries["6"].settings == {"srcintf": ("lan",), "action": ("accept",)}


def test_a_text_without_any_command_is_no_script() -> None:
    with pytest.raises(UnreadableError, match=r"change\.txt:2: no command of it changes a FortiGate configuration"):
        changed("# a change\nnetsh advfirewall firewall add rule name=web\n")
    assert changed("# nothing to do\n").scripts["change.txt"].stray_lines == []
