"""Whatever happens to a text, it is read or refused, and every line is counted once."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from parsers.errors import UnreadableError
from parsers.fortigate import PARSER
from parsers.source import Document

HEADER = "#config-version=FGT60F-7.2.8-FW-build1639-240313:opmode=0:vdom=1:user=admin"
VDOMS = f"""{HEADER}
config vdom
edit root
next
edit dmz
next
end
config global
config system interface
    edit "wan1"
        set vdom "root"
        config ipv6
            set ip6-allowaccess ping
        end
    next
end
end
config vdom
edit root
config firewall address
    edit "web"
        set subnet 10.0.0.80 255.255.255.255
    next
end
config firewall policy
    edit 1
        set srcintf "wan1"
        set dstaddr "web"
        set action accept
    next
end
end
"""
YAML = f"""{HEADER}
system_interface:
  - wan1:
      ip: 203.0.113.1 255.255.255.0

firewall_policy:
  - 1:
      srcintf: "wan1"
      dstaddr: "web" "two words"
      action: accept
"""
SESSION = """FW01 # get system status
Hostname: FW01
FW01 # show firewall policy
config firewall policy
    edit 1
        set action accept
    next
end
FW01 # exit
"""
TEXTS = (VDOMS, YAML, SESSION)
LINES = (
    *"next|end|abort|purge|edit 0|set|unset|\"|'|\\|config|edit|delete|config vdom|config global|move 1 before|".split("|"),
    "config firewall policy", 'edit "x', 'set comment "x', "--More--", "FW02 # show", "FW02 (x) # get system status",
    HEADER, "- a:", "- b", "  key:", "vdom:", "> config system global", "set member [", "! remark", "rename a to b",
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A text with lines lost, cut, doubled, exchanged or put in between."""
    lines = draw(st.sampled_from(TEXTS)).split("\n")
    places = st.integers(0, len(lines) - 1)
    for place in draw(st.lists(places, max_size=5)):
        change = draw(st.integers(0, 3))
        line = lines[place]
        lines[place] = ("", line[: len(line) // 2], f"{line}\n{line}", f"{draw(st.sampled_from(LINES))}\n{line}")[
            change
        ]
    return "\n".join(lines)


def counted(document: Document, *scripts: Document) -> None:
    """Every line of a text that can be read is counted once."""
    assert PARSER.read_with is not None
    firewalls = PARSER.read_with(document, {}, scripts)
    assert firewalls[0].sources
    for source in firewalls[0].sources:
        ledger = source.ledger
        assert ledger.read + ledger.irrelevant + ledger.not_understood == ledger.total
        assert min(ledger.read, ledger.irrelevant, ledger.not_understood) >= 0


def test_a_device_that_breaks_off_before_another() -> None:
    cut = VDOMS[: VDOMS.index("        set action")].replace("config vdom\nedit root\nnext\nedit dmz\nnext\nend\n", "")
    counted(Document("x", (cut + VDOMS).encode()))


def test_a_table_that_stands_twice() -> None:
    table = YAML[YAML.index("firewall_policy") :]
    counted(Document("x", (YAML + "\nsystem_zone:\n  - z:\n      interface: wan1\n\n" + table).encode()))


@given(damaged())
def test_every_line_is_counted_once(text: str) -> None:
    with suppress(UnreadableError):
        counted(Document("x", text.encode()))


@given(damaged())
def test_every_line_of_a_script_is_counted_once(text: str) -> None:
    with suppress(UnreadableError):
        counted(Document("x", SESSION.encode()), Document("change.txt", text.encode()))
