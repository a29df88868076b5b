"""The forms in which FortiGate configurations arrive: read, or refused with the reason and what to do."""

from __future__ import annotations

import pytest

import parsers
from parsers.errors import UnreadableError
from parsers.fortigate import PARSER
from parsers.fortigate.syntax.scripts import read_text
from parsers.model.firewall import Firewall
from parsers.source import Document
from tests.fortios import HEADER, web

BODY = web()


def read(data: str | bytes) -> Firewall:
    (firewall,) = parsers.read(data.encode() if isinstance(data, str) else data, "x")
    return firewall


def rules(firewall: Firewall) -> list[tuple[object, ...]]:
    return [(rule.id, rule.action, rule.source, rule.destination, rule.service) for rule in firewall.lists[0].rules]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (HEADER + BODY, "backup"),
        (BODY, "partial"),
        ("FG-HQ # show firewall policy\n" + BODY + "\nFG-HQ # ", "show"),
        ("FG-HQ (root) $ show full-configuration\n" + HEADER + BODY, "full-configuration"),
        (HEADER + BODY.replace("set service", "set custom-log-fields ''\n        set service"), "full-configuration"),
        ("kim@FG-HQ # sh\n" + BODY, "show"),
        (HEADER + BODY.replace("end\n", "    edit 7\n    next\n    move 7 before 1\nend\n").replace("    edit 7\n    next\n    move 7 before 1\n", "", 1), "script"),
    ],
)  # fmt: skip
def test_kinds(text: str, kind: str) -> None:
    firewall = read(text)
    assert firewall.sources[0].format == f"fortios {kind}"
    assert firewall.sources[0].ledger.not_understood == 0
    assert not firewall.gaps


@pytest.mark.parametrize(
    "data",
    [
        (HEADER + BODY).encode("utf-8-sig"),
        ("\ufeff" + HEADER + BODY).encode("utf-16-le"),
        ("\ufeff" + HEADER + BODY).encode("utf-16-be"),
        (HEADER + BODY).encode("utf-16-le"),
        (HEADER + BODY).replace("\n", "\r\n").encode(),
        (HEADER + BODY).replace("\n", "\r").encode(),
        (HEADER + BODY).replace("    ", "\t").encode(),
        (HEADER + BODY).replace("    ", "\u00a0\u00a0").encode(),
        (HEADER + BODY).removesuffix("end\n").encode(),
        ("# Version: x\n# Serial: y\n" + HEADER + BODY).encode(),
    ],
    ids=[
        "bom",
        "utf-16-le",
        "utf-16-be",
        "utf-16 without mark",
        "crlf",
        "cr",
        "tabs",
        "nbsp",
        "no last end",
        "oxidized",
    ],
)
def test_encodings_and_line_ends(data: bytes) -> None:
    assert rules(read(data)) == rules(read(HEADER + BODY))


def test_windows_1252_is_said() -> None:
    document = Document("x", (HEADER + BODY).replace("web", "B\u00fcro").encode("cp1252"))
    assert "Windows-1252" in document.decoded.note
    assert rules(PARSER.read(document)[0]) == rules(read(HEADER + BODY))


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("        set action", "--More-- \r         \r        set action"),
        lambda text: text.replace(
            "        set action", "--More--\x08\x08\x08\x08\x08\x08\x08\x08        \x08\x08\x08\x08        set action"
        ),
        lambda text: text.replace("        set action", "\x1b[7m--More--\x1b[0m\r        \r        set action"),
        lambda text: text.replace("set action", "\x1b[1mset\x1b[0m action"),
        lambda text: text.replace("set action", "sat\x08\x08et action"),
        lambda text: text.replace("set action", "sett\x08 wrong\x08\x08\x08\x08\x08action"),
        lambda text: text.replace("        set action", "a" * 100_000 + "\x08" * 100_001 + "        set action"),
        lambda text: text.replace('"', "\u201c", 1).replace('"', "\u201d", 1),
        lambda text: text.replace('"any"', "\u201cany\u201d"),
        lambda text: "FG-HQ # " + text.replace("config firewall policy", "FG-HQ # config firewall policy"),
    ],
)
def test_what_terminals_and_pages_do_is_undone(damage: object) -> None:
    assert callable(damage)
    firewall = read(damage(BODY))
    assert rules(firewall) == rules(read(BODY))
    assert firewall.sources[0].ledger.not_understood == 0


@pytest.mark.parametrize(
    ("wrapped", "line"),
    [('"first" "sec\nond" "third"', 1), ('"first" "second"\n"third"', 2), ('"first"\n "second"\n "third"', 2)],
)
def test_names_that_a_terminal_wraps_are_joined_and_said(wrapped: str, line: int) -> None:
    tree = read_text(f"config firewall addrgrp\nedit g\nset member {wrapped}\nnext\nend\n")
    assert tree.root.tables["firewall addrgrp"].entries["g"].settings["member"] == ("first", "second", "third")
    assert [(each.line, each.gap) for each in tree.text.remarks][:1] == [(2 + line, False)]
    assert tree.text.stray_lines == []


def test_a_line_that_is_lost_inside_a_policy_may_hide_access() -> None:
    firewall = read(HEADER + BODY.replace("set action", "and then some\n        set action"))
    (gap,) = firewall.gaps
    assert (gap.hides_access, gap.origin.first_line, gap.keyword) == (True, 13, "and")
    assert firewall.sources[0].ledger.not_understood == 1


def test_a_line_outside_is_said_and_hides_nothing() -> None:
    (gap,) = read(HEADER + "some words of mine\n" + BODY).gaps
    assert (gap.hides_access, gap.origin.first_line) == (False, 2)


def test_what_may_be_a_key_is_not_shown() -> None:
    firewall = read(HEADER + "MIIEvgIBADANBgkqhkiG9w0BAQEFAASC\n" + BODY)
    assert "MIIE" not in str(firewall.gaps)


BOOTSTRAP = """Content-Type: multipart/mixed; boundary="===1=="
MIME-Version: 1.0

--===1==
Content-Type: text/plain; charset="us-ascii"
Content-Disposition: attachment; filename="config"

{body}
--===1==
Content-Type: text/plain

LICENSE-TOKEN:{token}
--===1==--
"""


def test_a_cloud_bootstrap_file_keeps_its_line_numbers() -> None:
    firewall = read(BOOTSTRAP.format(body=BODY, token="ABC"))
    assert rules(firewall) == rules(read(BODY))
    assert firewall.lists[0].rules[0].origin.first_line == 14
    assert firewall.gaps == ()


def test_variables_of_a_template_are_named() -> None:
    (gap, *_) = [each for each in read(BODY.replace("10.0.0.80", "${web_ip}")).gaps if "template" in each.what]
    assert gap.hides_access
    assert "${web_ip}" in gap.what


ENCRYPTED = bytes(range(128, 256)) * 8


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"#FGBK|3|FGT60F|" + ENCRYPTED, "encrypted with a password: make one without"),
        (HEADER.encode() + ENCRYPTED, "encrypted with a password"),
        (b"#config-version=FMGVM64-7.2.4-FW-build1460-230727\nconfig system global\nend\n", "FortiManager backup"),
        (
            b"# by oxidized\n#config-version=FMGVM64-7.2.4-FW-build1-1\nconfig system global\nend\n",
            "FortiManager backup",
        ),
        (b"#config-version=FAZVM64-7.2.4-FW-build1460-230727\nconfig system global\nend\n", "FortiAnalyzer backup"),
        (b"#config-version=FWBVM-6.37-FW-build1-1\nconfig system global\nend\n", "FortiWeb backup"),
        (b"#config-version=FE400E-6.4.5-FW-build1-1\nconfig system global\nend\n", "FortiMail backup"),
        (b"#config-version=S248EP-7.2.4-FW-build1-1\nconfig switch vlan\nend\n", "FortiSwitch backup"),
        (b"#config-version=FPXVM-7.2.4-FW-build1-1\nconfig firewall policy\nend\n", "those of a proxy"),
        (
            b"config system admin user\nedit admin\nnext\nend\nconfig system route\nedit 1\nend\n",
            "commands of FortiManager",
        ),
        (b"set x\n# config-version=\nend\n", "holds no configuration block"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(data: bytes, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        parsers.read(data, "x")


@pytest.mark.parametrize("model", ["FGT60F", "FG100D", "FWF61F", "FGVM64", "FGTAWS", "FFWVMW", "FGR60F", "FW80CM"])
def test_models_of_firewalls(model: str) -> None:
    assert read(HEADER.replace("FGT60F", model) + BODY).gaps == ()


def test_a_model_nobody_knows_is_said() -> None:
    (gap,) = read(HEADER.replace("FGT60F", "XYZ1") + BODY).gaps
    assert (gap.hides_access, "XYZ1" in gap.what) == (False, True)


def test_a_missing_end_is_recovered_and_said() -> None:
    text = HEADER + BODY.replace("    next\nend\nconfig firewall policy", "    next\nconfig firewall policy")
    firewall = read(text)
    assert rules(firewall) == rules(read(HEADER + BODY))
    (gap,) = firewall.gaps
    assert (gap.hides_access, gap.origin.first_line) == (False, 6)


def test_the_lines_of_a_file_add_up() -> None:
    text = (
        HEADER
        + BODY
        + "config firewall widget\n    edit 1\n    next\nend\nconfig log setting\n    set x y\nend\nstray\n"
    )
    ledger = read(text.replace("set action", "set unheard-of 1\n        set action")).sources[0].ledger
    assert (ledger.total, ledger.read, ledger.irrelevant, ledger.not_understood) == (26, 16, 4, 6)


@pytest.mark.parametrize(
    ("head", "says_what_passes"),
    [
        (HEADER, True),  # a whole configuration leaves empty tables out: nothing passes
        ("FG # show system interface\n", False),
        ("", False),
        ("config firewall policy\nend\n", True),
    ],
)
def test_part_of_a_configuration_without_policies_is_not_judged(head: str, says_what_passes: bool) -> None:
    part = 'config system interface\nedit "wan1"\nset ip 203.0.113.2/24\nnext\nend\n'
    hiding = [gap.what for gap in read(head + part).gaps if gap.hides_access]
    assert (not hiding) == says_what_passes
    assert all("no table of policies" in what for what in hiding)
