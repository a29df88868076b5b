"""Flow expressions as people type them: "tcp/443 from internet to 203.0.113.10"."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyparsing import ParserElement

FORM = "SERVICE from ZONE [ADDRESS] [port N] to ADDRESS [on DEVICE]"


@cache
def _grammar() -> ParserElement:
    from pyparsing import CaselessKeyword, Opt, Regex, StringEnd, Suppress

    def word(name: str) -> ParserElement:
        return Suppress(CaselessKeyword(name)).set_name(f'"{name}"')

    service = Regex(r"[A-Za-z0-9]+(/[a-z0-9,/-]+)?").set_name("a service such as tcp/443")("port")
    zone = Regex(r"[^\s]+").set_name("a zone or interface")("start")
    source = Regex(r"(?!to\b|port\b)[0-9a-fA-F.:]+(/\d+)?").set_name("an address")("source")
    source_port = word("port") + Regex(r"\d+").set_name("a port number")("source_port")
    target = Regex(r"[^\s]+").set_name("an address")("target")
    device = word("on") + Regex(r".+").set_name("a device")("device")
    end = StringEnd().set_name("nothing more")
    return service + word("from") + zone + Opt(source) + Opt(source_port) + word("to") + target + Opt(device) + end


def parse_flow(text: str) -> dict[str, str]:
    """The parts of a flow expression by name: port, start, source, source_port, target, device.

    Raises:
        ValueError: the text is not of the form above; the message shows the column.
    """
    from pyparsing import ParseBaseException

    try:
        found = _grammar().parse_string(text).as_dict()
    except ParseBaseException as error:
        caret = " " * (error.column - 1) + "^"
        raise ValueError(f"column {error.column}: {error.msg}\n  {text}\n  {caret}\n  The form is {FORM}.") from None
    names = ("port", "start", "source", "source_port", "target", "device")
    return {name: str(found.get(name, "")).strip() for name in names}
