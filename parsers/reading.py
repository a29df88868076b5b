"""From files to firewalls: recognise by content, read, join what belongs to one device."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from types import MappingProxyType

from parsers import cisco, fortigate, windows
from parsers.archives import folder, is_archive, load, members, unpacked
from parsers.errors import NoTargetError, TooLargeError, UnreadableError
from parsers.model.firewall import Firewall
from parsers.parser import Answers, Parser, Script
from parsers.source import Document

PARSERS: tuple[Parser, ...] = (windows.PARSER, fortigate.PARSER, cisco.PARSER)
"""Every vendor fwproof reads, in the order in which they are asked."""

_EMPTY = b"\0\r\n\t "

Told = Callable[[str, int, int], None]
"""Hears what is done now, how many steps of its kind are done, and how many there are: for people who wait."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What came of a set of inputs: the firewalls, and the files inside folders or archives that gave none.

    `skipped` are files of other kinds, with the reason; `refused` are exports that could not be read: what they would
    show is missing, and an audit without them is not complete.
    """

    firewalls: tuple[Firewall, ...]
    skipped: tuple[tuple[str, str], ...] = ()
    """(name, reason)"""
    refused: tuple[UnreadableError, ...] = ()


def read(source: Path | str | bytes, name: str | None = None) -> tuple[Firewall, ...]:
    """The firewalls of one file, folder or archive (zip, tar) (or of its bytes).

    Raises:
        UnreadableError: nothing in it can be read; the message says why and what to do.
    """
    if isinstance(source, bytes):
        return read_all([Document(name or "input", source)])
    return read_all([Path(source)])


def read_all(inputs: Sequence[Path | Document]) -> tuple[Firewall, ...]:
    """The firewalls of several inputs; parts of one Windows host become one firewall.

    Raises:
        UnreadableError: as `read`, and for an export inside a folder or archive that cannot be read.
    """
    found = read_inputs(inputs)
    if found.refused:
        raise _all_of(found.refused)
    return found.firewalls


def read_inputs(
    inputs: Sequence[Path | Document],
    told: Told = lambda what, done, total: None,
    answers: Answers = MappingProxyType({}),
    scripts: Sequence[Script] = (),
) -> Inputs:
    """As `read_all`, and the files inside folders and archives that were left out, with the reason.

    A file given by name must be readable; one found inside a folder or archive may be something else, and one that is
    refused does not keep the others from being read. `told` hears
    of every input before it is read; `answers` are the addresses of objects that the exports leave open; `scripts`
    are carried out, in order, on the configurations they are for.

    Raises:
        UnreadableError: an input cannot be read (it names all of them), or no export in a folder or archive can.
        NoTargetError: no input, or several, could be what a script is for.
    """
    found: list[_Read] = []
    wrong: list[UnreadableError] = []
    left = _Left()
    for number, each in enumerate(inputs):
        told(f"reading {each.name}", number, len(inputs))
        try:
            found += _read_input(each, left, answers)
        except TooLargeError:
            raise
        except UnreadableError as error:
            wrong.append(error)
    if wrong:
        raise _all_of(wrong)
    if scripts:
        found = _changed(found, scripts, answers)
    firewalls: list[Firewall] = []
    for parser in PARSERS:
        firewalls += parser.join(tuple(each for read in found if read.parser is parser for each in read.firewalls))
    return Inputs(_named_apart(firewalls), tuple(left.skipped), tuple(left.refused))


@dataclass(slots=True)
class _Left:
    """What gave no firewall inside folders and archives, as in `Inputs`."""

    skipped: list[tuple[str, str]] = field(default_factory=list)
    refused: list[UnreadableError] = field(default_factory=list)


def _all_of(errors: Sequence[UnreadableError]) -> UnreadableError:
    """One error that names every file concerned."""
    first, *others = errors
    if not others:
        return first
    more = "; ".join(str(each) for each in others[:_MOST_ERRORS])
    rest = f"; and {len(others) - _MOST_ERRORS} more" if len(others) > _MOST_ERRORS else ""
    return UnreadableError(first.file, f"{first.message}; {more}{rest}", first.line)


_MOST_ERRORS = 9
"""Errors told beside the first one."""


@dataclass(frozen=True, slots=True)
class _Read:
    """One document with what was read of it."""

    parser: Parser
    document: Document
    firewalls: tuple[Firewall, ...]

    def names(self) -> set[str]:
        """What a person may call it: the file, or the device."""
        path = PurePath(self.document.name)
        devices = {firewall.name for firewall in self.firewalls}
        return {str(path), path.name, path.stem} | devices | {name.partition("/")[0] for name in devices}


def _changed(found: Sequence[_Read], scripts: Sequence[Script], answers: Answers) -> list[_Read]:
    """The documents again, with the scripts carried out on those they are for."""
    wanted: dict[int, list[Document]] = {}
    for script in scripts:
        wanted.setdefault(_target(found, script), []).append(script.document)
    return [
        _read_document(read.document, answers, tuple(wanted[number])) if number in wanted else read
        for number, read in enumerate(found)
    ]


def _target(found: Sequence[_Read], script: Script) -> int:
    """Which document a script is for."""
    able = [number for number, read in enumerate(found) if read.parser.read_with is not None]
    fitting = [number for number in able if not script.device or script.device in found[number].names()]
    if len(fitting) == 1:
        return fitting[0]
    known = ", ".join(sorted({read.document.name for read in (found[number] for number in able)}))
    if not able:
        message = "scripts can be carried out on FortiGate configurations only, and none is given"
    elif script.device:
        message = f"{'several inputs are' if fitting else 'no input is'} called {script.device!r}; there are {known}"
    else:
        message = f"it is not clear which configuration it is for: name one of {known}"
    raise NoTargetError(script.document.name, message)


def redactable(source: Path) -> tuple[Document, Parser]:
    """One file, and the vendor that knows how to redact it.

    Raises:
        UnreadableError: it cannot be read, or nobody can redact it.
    """
    document = load(source)
    parser = None if is_archive(document.data) else _parser(document)
    if parser is None or parser.redact is None:
        raise UnreadableError(document.name, f"cannot be redacted: give single files, {_known()}")
    return document, parser


def _read_input(given: Path | Document, left: _Left, answers: Answers) -> Iterator[_Read]:
    """What is in one input: a file, or everything in a folder or archive."""
    if isinstance(given, Path) and given.is_dir():
        yield from _several(str(given), folder(given), left, answers)
        return
    document = unpacked(load(given) if isinstance(given, Path) else given)
    if is_archive(document.data):
        yield from _several(document.name, members(document), left, answers)
    else:
        yield _read_document(document, answers)


def _several(name: str, found: Iterable[Path | Document], left: _Left, answers: Answers) -> Iterator[_Read]:
    """The exports among the files of a folder or archive; a refused one does not keep the others from being read."""
    read_any = False
    refused: list[UnreadableError] = []
    for each in found:
        try:
            for document in _inside(each):
                if _parser(document) is None and not _is_lost(document):
                    left.skipped.append((document.name, _explained(document) or "not an export fwproof knows"))
                else:
                    yield _read_document(document, answers)
                    read_any = True
        except TooLargeError:
            raise
        except UnreadableError as error:
            refused.append(error)
    if not read_any:
        raise (
            _all_of(refused) if refused else UnreadableError(name, f"holds no export that fwproof can read; {_reads()}")
        )
    left.refused += refused


def _inside(found: Path | Document) -> Iterator[Document]:
    document = unpacked(load(found) if isinstance(found, Path) else found)
    yield from members(document) if is_archive(document.data) else (document,)


def _is_lost(document: Document) -> bool:
    """Is it an export that came out empty? Without a word of it a device would be missing from the audit in silence."""
    return PurePath(document.name).suffix.lower() in _SAVED and _is_empty(document)


_SAVED = frozenset({".cfg", ".conf", ".pol", ".reg", ".txt", ".wfw"})
"""How people and tools name what they save of a firewall."""


def _is_empty(document: Document) -> bool:
    return not document.data[:4096].strip(_EMPTY) and not document.data.strip(_EMPTY)


def _explained(document: Document) -> str:
    return next((why for parser in PARSERS if (why := parser.explain(document))), "")


def _known() -> str:
    return "; ".join(parser.title for parser in PARSERS)


def _reads() -> str:
    return f"fwproof reads {_known()}"


def _parser(document: Document) -> Parser | None:
    return next((parser for parser in PARSERS if parser.recognise(document)), None)


_OWN = {
    b"fwsite/1": "this is a site file, no export: give it with --site",
    b"fwbaseline/1": "this is a ruleset, no export: give it with --ruleset",
    b"fwwaivers/1": "this is a waivers file, no export: give it with --waivers",
}
"""How files of fwproof's own begin, and where they belong."""


def _read_document(document: Document, answers: Answers, scripts: tuple[Document, ...] = ()) -> _Read:
    if _is_empty(document):
        raise UnreadableError(document.name, "the file is empty")
    parser = _parser(document)
    if parser is None:
        if why := _explained(document):
            raise UnreadableError(document.name, why)
        head = document.data[:400]
        own = next((words for schema, words in _OWN.items() if schema in head), "")
        raise UnreadableError(document.name, own or f"not recognised; {_reads()}")
    running = gc.isenabled()
    gc.disable()  # hundreds of thousands of small values and no cycles: collecting costs up to a third of the time
    try:
        read_with = parser.read_with
        firewalls = read_with(document, answers, scripts) if read_with else parser.read(document)
        return _Read(parser, document, firewalls)
    finally:
        if running:
            gc.enable()


def _named_apart(firewalls: list[Firewall]) -> tuple[Firewall, ...]:
    """Two devices of one name would be mixed up in every report: number them."""
    counts: dict[str, int] = {}
    named = []
    for firewall in firewalls:
        counts[firewall.name] = counts.get(firewall.name, 0) + 1
        number = counts[firewall.name]
        named.append(firewall if number == 1 else replace(firewall, name=f"{firewall.name} ({number})"))
    return tuple(named)
