"""waivers.yaml: read, refused with file and line, and added to without touching what people wrote."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from auditor.baseline import RulesetError, read_waivers, with_waiver
from auditor.findings.waivers import Waiver

PATH = Path("waivers.yaml")
SCHEMA = json.loads((Path(__file__).parents[3] / "rulesets" / "waivers.schema.json").read_text("utf-8"))
NEW = Waiver("x", {"fingerprint": "0123456789012345", "device": "fgt"}, "because", "Ada", date(2027, 3, 31), "CHG-1")
FILE = """\
schema: fwwaivers/1
# Reviewed every quarter.
waivers:
- id: scanner   # old one
  finding: {check: FW102, device: fgt, rule: "17", packets: "internet (any IPv4) to * tcp/135"}
  reason: >
    Legacy scanner,
    goes in spring.
  owner: "Ada"
  expires: 2027-03-31

# The end.
"""


def test_an_entry_with_its_place() -> None:
    (waiver,) = read_waivers(PATH, FILE)
    assert (waiver.id, waiver.file, waiver.line, waiver.ticket) == ("scanner", "waivers.yaml", 4, "")
    assert waiver.reason == "Legacy scanner, goes in spring."
    assert waiver.text == "Legacy scanner, goes in spring. (Ada, until 2027-03-31)"
    assert dict(waiver.selector)["rule"] == "17"


def test_a_fingerprint_alone_selects_and_names() -> None:
    text = FILE.replace(
        '{check: FW102, device: fgt, rule: "17", packets: "internet (any IPv4) to * tcp/135"}', '"00aa"'
    )
    (waiver,) = read_waivers(PATH, text.replace("id: scanner", "ticket: T"))
    assert (waiver.id, dict(waiver.selector)) == ("00aa", {"fingerprint": "00aa"})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("fwwaivers/1", "fwwaivers/2", "waivers.yaml:1: schema: expected schema fwwaivers/1"),
        ("  owner: ", "  ower: ", "waivers.yaml:9: waivers[0]: unknown key 'ower', did you mean 'owner'?"),
        ('  owner: "Ada"\n', "", "waivers.yaml:4: waivers[0]: the key 'owner' is missing"),
        ('"Ada"', '" "', "waivers.yaml:9: waivers[0].owner: nobody can look at an empty text again"),
        ("2027-03-31", "2027-02-31", "waivers.yaml:10: waivers[0].expires: not a day: '2027-02-31'"),
        (
            "device: fgt",
            "devcie: fgt",
            "waivers.yaml:5: waivers[0].finding: unknown key 'devcie', did you mean 'device'?",
        ),
        ("waivers:\n-", "waivers: 3\nx:\n-", "waivers.yaml:4: unknown key 'x'"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, said: str) -> None:
    assert old in FILE
    with pytest.raises(RulesetError) as error:
        read_waivers(PATH, FILE.replace(old, new, 1))
    assert str(error.value).startswith(said)


@pytest.mark.parametrize("selector", ["{}", '{check: "*"}', "{device: '**', rule: '*'}"])
def test_a_selector_for_everything_is_refused(selector: str) -> None:
    text = f"schema: fwwaivers/1\nwaivers:\n  - {{finding: {selector}, reason: r, owner: o, expires: 2027-01-01}}\n"
    with pytest.raises(RulesetError, match="would hide every finding"):
        read_waivers(PATH, text)


def test_a_fingerprint_that_yaml_reads_as_a_number_is_refused() -> None:
    with pytest.raises(RulesetError, match="put it in quotes"):
        read_waivers(PATH, "schema: fwwaivers/1\nwaivers:\n  - finding: 1234567890123456\n    reason: r\n    owner: o\n    expires: 2027-01-01\n")  # fmt: skip


def test_one_waiver_twice_is_refused() -> None:
    entry = FILE.partition("waivers:\n")[2].partition("\n# The end")[0]
    with pytest.raises(RulesetError, match="scanner stands twice, first in line 4"):
        read_waivers(PATH, FILE.replace("\n# The end.\n", f"\n{entry}"))


def test_a_new_entry_leaves_every_line_as_it_was() -> None:
    written = with_waiver(PATH, FILE, NEW, "FW104 high, fgt 12: any")
    assert written.partition("# FW104")[0] == FILE.partition("\n# The end.")[0]
    assert written.endswith('  expires: "2027-03-31"\n\n# The end.\n')
    assert [each.reason for each in read_waivers(PATH, written)] == ["Legacy scanner, goes in spring.", "because"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "schema: fwwaivers/1\nwaivers:\n",
        "schema: fwwaivers/1\nwaivers: [] # none yet\n",
        "schema: fwwaivers/1\nwaivers:",
        "schema: fwwaivers/1\r\nwaivers:\r\n",
        "waivers:\n  - {finding: abcd, reason: r, owner: o, expires: '2027-01-01'}   # c\nschema: fwwaivers/1",
        "schema: fwwaivers/1\nwaivers:\n    -   finding: ab\n        owner: me\n        expires: 2027-01-01\n        reason: |\n          one\n          two",
        "schema: fwwaivers/1\nwaivers:\n  - finding: ab\n    owner: me\n    expires: 2027-01-01\n    reason: 'a\n      b'\n\n# c\n",
    ],
)  # fmt: skip
def test_every_usual_layout_can_be_added_to(text: str) -> None:
    before = read_waivers(PATH, text) if text else ()
    written = with_waiver(PATH, text, NEW, "remark")
    after = read_waivers(PATH, written)
    assert after[-1] == replace(NEW, id=NEW.selector["fingerprint"], file="waivers.yaml", line=after[-1].line)
    assert [each.reason for each in after[:-1]] == [each.reason for each in before]
    assert ("\r\n" in written) == ("\r\n" in text)
    again = with_waiver(PATH, written, replace(NEW, selector={"fingerprint": "ff"}), "remark")
    assert len(read_waivers(PATH, again)) == len(after) + 1
    jsonschema.Draft202012Validator(SCHEMA).validate(yaml.load(again, yaml.BaseLoader))


def test_a_layout_that_cannot_be_added_to_is_said_with_the_entry() -> None:
    text = "{schema: fwwaivers/1, waivers: [{finding: a, reason: b, owner: c, expires: 2027-01-01}]}"
    with pytest.raises(RulesetError, match=r'as it is laid out; add by hand:\n# r\n- finding: \{fingerprint: "0123'):
        with_waiver(PATH, text, NEW, "r")
    with pytest.raises(RulesetError, match="the key 'waivers' is missing"):
        with_waiver(PATH, "schema: fwwaivers/1\n", NEW, "r")


TEXTS = st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip)


@given(TEXTS, TEXTS, st.text())
def test_whatever_people_write_is_read_back_as_text(reason: str, owner: str, remark: str) -> None:
    remark = " ".join(remark.split())  # a remark is one line: the command sees to it
    (waiver,) = read_waivers(PATH, with_waiver(PATH, "", replace(NEW, reason=reason, owner=owner), remark))
    assert dict(waiver.selector) == dict(NEW.selector)
    if reason.isprintable():
        assert waiver.reason == reason.strip()
