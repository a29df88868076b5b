"""Commands of netsh about the Windows Firewall: what each makes of what a script has made before.

Source: Microsoft, "Netsh AdvFirewall Commands", "Netsh AdvFirewall Firewall Commands" and "NetShell and Command
Abbreviation" (a word may be shortened to its shortest unambiguous beginning).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from parsers.windows.scripts import exceptions, states
from parsers.windows.scripts.drafts import Draft, Place
from parsers.windows.scripts.made import Made
from parsers.windows.scripts.tags import KNOWN, agree, is_computed, merged, same_name

_ROOT = (
    "add advfirewall branchcache bridge delete dhcpclient dnsclient dump exec firewall help http interface ipsec lan "
    "mbn namespace netio nlm ras rpc set show trace wcn wfp winhttp winsock wlan popd pushd"
).split()
_ADVFIREWALL = "consec dump export firewall help import mainmode monitor reset set show".split()
_FIREWALL = "add delete dump help set show".split()
_LEGACY = "add delete dump help reset set show".split()
_SETS = "allprofiles currentprofile domainprofile privateprofile publicprofile global store machine".split()
_WORDS: Mapping[tuple[str, ...], Sequence[str]] = {
    (): _ROOT,
    ("advfirewall",): _ADVFIREWALL,
    ("advfirewall", "set"): _SETS,
    ("advfirewall", "firewall"): _FIREWALL,
    **{("advfirewall", "firewall", verb): ("rule",) for verb in ("add", "set", "delete", "show")},
    ("firewall",): _LEGACY,
    ("firewall", "add"): ("allowedprogram", "portopening"),
    ("firewall", "delete"): ("allowedprogram", "portopening"),
    ("firewall", "set"): (
        "allowedprogram icmpsetting logging multicastbroadcastresponse notifications opmode portopening service"
    ).split(),
}
"""The words netsh knows in each place, as far as they lead to the firewall."""
CONTEXTS = frozenset({("advfirewall",), ("advfirewall", "firewall"), ("firewall",)})
_READS = frozenset({"show", "dump", "help", "export", "monitor", "consec", "mainmode", "?"})
"""Commands that change no rule of the firewall: connection security rules open nothing by themselves."""
_TAG = re.compile(r"^([A-Za-z_]\w*)\s*=\s*(.*)$", re.DOTALL)


def path(words: Sequence[str], start: tuple[str, ...] = ()) -> tuple[tuple[str, ...], list[str]]:
    """The command words stand for, from a context on, and the words after it."""
    found = start
    rest = list(words)
    while rest and found in _WORDS:
        known = _word(rest[0], _WORDS[found])
        if known is None:
            break
        found = (*found, known)
        rest.pop(0)
    return ((*found, "help"), []) if rest[:1] in (["?"], ["/?"], ["-?"], ["help"]) else (found, rest)


def _word(text: str, words: Collection[str]) -> str | None:
    """The word a text stands for or abbreviates, None where there is none or there are several."""
    text = text.casefold()
    if text in words:
        return text
    fitting = [word for word in words if word.startswith(text)] if text else []
    return fitting[0] if len(fitting) == 1 else None


def tags(words: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """The tags among words, by their names in lower case, and the words that are none; "name = x" is one tag.

    Like commands, tags may be cut to what is unambiguous ("prot=tcp"; Microsoft, "NetShell and Command Abbreviation").
    """
    found: dict[str, str] = {}
    others: list[str] = []
    for word in merged(words):
        tag = _TAG.match(word)
        name = tag[1].casefold() if tag else ""
        name = _word(name, KNOWN) or name
        if tag is None or name in found:
            others.append(word)
        else:
            found[name] = tag[2].strip()
    return found, others


def run(made: Made, words: Sequence[str], place: Place, start: tuple[str, ...] = ()) -> None:
    """Carry out one command, without the word "netsh" itself, from a context on."""
    arguments, context, elsewhere = _options(list(words))
    command, rest = path([*context, *arguments], start)
    if _is_read(command, rest) and not elsewhere:
        return
    made.acted = True
    if elsewhere:
        made.gap(place, "netsh", elsewhere, hides=True)
    elif command[:1] == ("exec",):
        made.gap(place, "netsh", "runs another script that is not read: give that one too", hides=True)
    elif (act := _ACTS.get(command)) is not None:
        act(made, rest, place)
    elif command[:2] == ("advfirewall", "set") and len(command) == 3:
        states.run(made, command[2], rest, place)
    elif command[:1] == ("firewall",) and len(command) >= 2:
        exceptions.run(made, command[1:], rest, place)
    elif command[:1] in (("advfirewall",), ("firewall",)) or any(is_computed(word) for word in rest[:1]):
        made.gap(place, "netsh", f"command {' '.join([*command, *rest[:2]])!r} is not known", hides=bool(rest))


def _is_read(command: tuple[str, ...], rest: Sequence[str]) -> bool:
    return not _READS.isdisjoint(command) or (command in CONTEXTS and not rest)


def _options(words: list[str]) -> tuple[list[str], list[str], str]:
    """The words without netsh's options, the context these set, and why the command is not for this host."""
    context: list[str] = []
    elsewhere = ""
    while words and re.fullmatch(r"[-/](?:[rupcaf]|\?)", words[0], re.IGNORECASE):
        option = words.pop(0)[1:].casefold()
        value = words.pop(0) if words and option != "?" else ""
        if option == "c":
            context = value.split()
        elif option in ("f", "a"):
            elsewhere = f"runs the script {value!r}, which is not read: give that one too"
        elif option == "r":
            elsewhere = "changes another computer"
    return words, context, elsewhere


# --- rules


def _add(made: Made, words: list[str], place: Place) -> None:
    found, others = tags(words)
    made.add(Draft(found.get("name", ""), place, found, [f"the word {word!r}" for word in others]))


def _delete(made: Made, words: list[str], place: Place) -> None:
    asked, others = tags(words)
    unsure = _unsure(asked, others, place)
    for draft in _candidates(made, asked, others):
        fits = None if others or (unsure and draft.doubtful) else _fits(draft, asked)
        if fits and not place.doubt:
            made.drafts.remove(draft)
        elif fits is not False:
            draft.doubt(f"line {place.line} may delete it")
    made.note(place, "rules the host had may be deleted; none is taken as gone.")


def _candidates(made: Made, asked: Mapping[str, str], strange: Sequence[str]) -> Iterator[Draft]:
    """The rules that a command can be about: those of a name, or all."""
    name = asked.get("name", "")
    if strange or "group" in asked or name.casefold() == "all":
        return iter(made.drafts)
    return made.drafts.perhaps_named(name)


def _unsure(asked: Mapping[str, str], strange: Sequence[str], place: Place) -> bool:
    """Can a command only be a doubt about a rule, whichever rule it is?"""
    return bool(place.doubt or strange) or is_computed(asked.get("group", asked.get("name", "")))


def _fits(draft: Draft, asked: Mapping[str, str]) -> bool | None:
    """Is a rule one of those that a command asks for by name or group, and by other tags? None: not known."""
    key = "group" if "group" in asked else "name"
    have = draft.name if key == "name" else draft.rule.group if draft.rule else draft.group
    wanted = asked.get(key, "").casefold()
    answers = [True if key == "name" and wanted == "all" else same_name(wanted, have)]
    if answers == [False]:
        return False
    for name, value in asked.items():
        if name != key:
            answers.append(None if draft.rule else agree(name, value, draft.tags))
    return False if False in answers else None if None in answers else True


def _set(made: Made, words: list[str], place: Place) -> None:
    at = next((number for number, word in enumerate(words) if word.casefold() == "new"), len(words))
    asked, others = tags(words[:at])
    new, strange = tags(words[at + 1 :])
    if not new and not strange:
        return
    touched = False
    unsure = _unsure(asked, (*others, *strange), place)
    for draft in _candidates(made, asked, (*others, *strange)):
        fits = None if others or strange or (unsure and draft.doubtful) else _fits(draft, asked)
        if fits and not place.doubt and draft.rule is None:
            draft.tags |= new
            made.drafts.rename(draft, new.get("name", draft.name))
            touched = True
        elif fits is not False:
            draft.doubt(f"line {place.line} may change it")
    called = asked.get("group") or asked.get("name") or "?"
    if not touched and _only_closes(new) and not strange:
        made.note(place, f"rules the host had ({called}) may be switched off; none is taken as off.")
    elif not touched or called.casefold() == "all":
        made.gap(place, "netsh", f"changes rules that the script does not show ({called})", hides=True)


def _only_closes(new: Mapping[str, str]) -> bool:
    return new.get("enable", "").casefold() == "no" or (set(new) == {"action"} and new["action"].casefold() == "block")


# --- the whole policy


def _reset(made: Made, words: list[str], place: Place) -> None:
    _gone(made, place, "restores Windows' own policy")
    if place.doubt:
        made.gap(place, "netsh", f"may reset the policy: {place.doubt}", hides=False)
        for found in states.restored(made.file, place.line):
            made.perhaps(found, place)
        return
    for found in states.restored(made.file, place.line):
        made.state(found)
    made.note(place, "the policy is reset: rules of Windows itself are in force then, which the script does not show.")


def _import(made: Made, words: list[str], place: Place) -> None:
    _gone(made, place, "replaces the policy")
    made.gap(place, "netsh", f"replaces the policy by that of {' '.join(words) or 'a file'}: give it too", hides=True)


def _gone(made: Made, place: Place, what: str) -> None:
    """The rules made so far are no longer there, or may not be."""
    if not place.doubt:
        made.drafts.clear()
    for draft in made.drafts:
        draft.doubt(f"line {place.line} {what}")


_ACTS: Mapping[tuple[str, ...], Callable[[Made, list[str], Place], None]] = {
    ("advfirewall", "firewall", "add", "rule"): _add,
    ("advfirewall", "firewall", "delete", "rule"): _delete,
    ("advfirewall", "firewall", "set", "rule"): _set,
    ("advfirewall", "reset"): _reset,
    ("firewall", "reset"): _reset,
    ("advfirewall", "import"): _import,
}


_SLASHES = re.compile(r"\\+")


def words_of(text: str) -> Iterator[str]:
    r"""The arguments of a command line as Windows programs split it: quotes join, `\"` is a quote.

    Source: Microsoft, "Parsing C command-line arguments".
    """
    word: list[str] = []
    started = quoted = False
    place = 0
    while place < len(text):
        letter = text[place]
        if run := _SLASHES.match(text, place):
            slashes = len(run[0])
            quote = text[place + slashes : place + slashes + 1] == '"'
            word.append("\\" * (slashes // 2 if quote else slashes))
            place += slashes
            started = True
            if quote and slashes % 2:
                word.append('"')
                place += 1
            continue
        place += 1
        if letter == '"':
            quoted = not quoted
            started = True
        elif letter in " \t" and not quoted:
            if started:
                yield "".join(word)
            word, started = [], False
        else:
            word.append(letter)
            started = True
    if started:
        yield "".join(word)
