"""Several devices in one file stay several."""

from __future__ import annotations

import pytest

import parsers
from parsers.errors import UnreadableError
from parsers.fortigate import PARSER
from parsers.model.firewall import Firewall
from parsers.redaction import Pseudonyms
from parsers.source import Document
from tests.fortios import web


def header(model: str) -> str:
    return f"#config-version={model}-7.0.12-FW-build0523-230606:opmode=0:vdom=0:user=admin\n"


def session(host: str, address: str) -> str:
    addresses, policies = web(address).split("config firewall policy")
    return (
        f"{host} # show firewall address\n{addresses}\n"
        f"{host} # show firewall policy\nconfig firewall policy{policies}\n{host} # \n"
    )


def read(text: str) -> tuple[Firewall, ...]:
    return parsers.read(text.encode(), "log.txt")


def destination(firewall: Firewall) -> str:
    return firewall.lists[0].rules[0].destination.certain.text()


def test_exports_one_behind_the_other() -> None:
    text = header("FGT60F") + web("10.0.0.80") + "\n" + header("FGT80F") + web("10.0.0.90")
    first, second = read(text)
    assert [(each.product, destination(each)) for each in (first, second)] == [
        ("FortiGate FGT60F", "10.0.0.80"),
        ("FortiGate FGT80F", "10.0.0.90"),
    ]
    assert second.lists[0].rules[0].origin.first_line == 26
    ledger = first.sources[0].ledger
    assert second.sources == first.sources
    assert (ledger.total, ledger.read, ledger.irrelevant, ledger.not_understood) == (35, 32, 3, 0)


def test_a_terminal_log_of_two_devices() -> None:
    text = session("FW01", "10.0.0.80") + session("FW02", "10.0.0.90")
    assert [(each.name, destination(each)) for each in read(text)] == [("FW01", "10.0.0.80"), ("FW02", "10.0.0.90")]


def test_a_terminal_log_that_goes_to_and_fro() -> None:
    one, two = session("FW01", "10.0.0.80"), session("FW02", "10.0.0.90")
    cut = one.index("FW01 # show firewall policy")
    text = one[:cut] + two + one[cut:]
    assert [(each.name, destination(each)) for each in read(text)] == [("FW01", "10.0.0.80"), ("FW02", "10.0.0.90")]


def test_a_capture_is_called_as_its_prompts_say() -> None:
    (firewall,) = read(session("FW01", "10.0.0.80"))
    assert firewall.name == "FW01"


@pytest.mark.parametrize(
    "before",
    [
        "FGT60F # config system global\nFGT60F (global) # set hostname FW01\nFGT60F (global) # end\n",
        "kim@FW01 (root) $ get system status\nVersion: FortiGate-60F v7.0.12,build0523,230606 (GA)\n",
        "jump $ exit\n",
    ],
    ids=["renamed", "vdom and user", "no configuration"],
)
def test_one_device_stays_one(before: str) -> None:
    (firewall,) = read(before + session("FW01", "10.0.0.80"))
    assert destination(firewall) == "10.0.0.80"
    ledger = firewall.sources[0].ledger
    assert ledger.read + ledger.irrelevant + ledger.not_understood == ledger.total


def test_a_script_needs_the_file_of_one_device() -> None:
    document = Document("log.txt", (session("FW01", "10.0.0.80") + session("FW02", "10.0.0.90")).encode())
    assert PARSER.read_with is not None
    with pytest.raises(UnreadableError, match="configurations of 2 devices"):
        PARSER.read_with(document, {}, (Document("change.txt", b"config firewall policy\ndelete 1\nend\n"),))


@pytest.mark.parametrize("names", [False, True])
def test_several_devices_stay_several_when_they_are_redacted(names: bool) -> None:
    text = session("FW01", "10.0.0.80") + session("FW02", "10.0.0.90")
    document = Document("log.txt", text.encode())
    assert PARSER.redact is not None
    redacted = PARSER.redact(document, Pseudonyms(names=names))().decode()
    first, second = read(redacted)
    assert (destination(first), destination(second)) == ("10.0.0.80", "10.0.0.90")
    assert ("FW01" in redacted) is not names


@pytest.mark.parametrize(("count", "what"), [(2500, r"2500 devices in \d+ lines"), (4000, "over 3000 devices")])
def test_thousands_of_devices_are_refused(count: int, what: str) -> None:
    text = "".join(f"fw{number} # show\nconfig system global\nset hostname a{number}\nend\n" for number in range(count))
    with pytest.raises(UnreadableError, match=f"{what}.*: give each in a file of its own"):
        read(text)
