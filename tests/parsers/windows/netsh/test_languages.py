"""netsh text in every language of the table, in languages nobody knows, and in the encodings of all of them."""

import re
import string
from dataclasses import replace
from pathlib import Path

import pytest

from parsers.errors import UnreadableError
from parsers.source import Document
from parsers.windows import PARSER
from parsers.windows import words as words_module
from parsers.windows.netsh import texts
from parsers.windows.words import fold, languages

CODES = sorted(languages())
CORPUS = Path(__file__).parents[4] / ".." / "shared" / "corpus" / "windows"
JAPANESE = (
    CORPUS / "yuksiy__inetfw_tools" / "examples__default.win10home__output__netsh-advfirewall-firewall-show-rule.ja.txt"
)
ENGLISH = CORPUS / "logancave__some-bat-files" / "firewall_rules.txt"
needs_corpus = pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of real exports is not here")


def read(text, encoding="utf-8"):
    document = Document("EX01.txt", text if isinstance(text, bytes) else text.encode(encoding))
    assert texts.recognises(document)
    return texts.read(document)


def rules(host):
    """The rules without what differs by language alone: the source's wording decides the store."""
    return [replace(rule, store="", last_line=rule.last_line - rule.first_line) for rule in host.rules]


def not_understood(host):
    """The gaps but the one for a rare word that the table only guesses."""
    return [gap for gap in host.gaps if gap.hides_access or gap.path != "netsh words"]


def same(one, other):
    assert len(one.rules) == len(other.rules)
    for mine, theirs in zip(rules(one), rules(other), strict=True):
        assert mine == theirs


@pytest.mark.parametrize("verbose", [True, False])
@pytest.mark.parametrize("code", CODES)
def test_one_rule_set_reads_back_identically(code, verbose, server, locales, netsh):
    host = read(netsh(server, locales[code], verbose=verbose))
    assert not_understood(host) == []
    same(host, read(netsh(server, locales["en"], verbose=verbose)))


@pytest.mark.parametrize("code", CODES)
def test_other_words_of_the_table_mean_the_same(code, server, locales, netsh):
    same(read(netsh(server, locales[code], variant=1)), read(netsh(server, locales["en"])))


@pytest.mark.parametrize("code", CODES)
def test_three_rules_are_enough_for_a_known_language(code, server, locales, netsh):
    """Where the table only guesses, nothing confirms its words in so short a dump: they are read, and a gap."""
    host = read(netsh(server[4:7], locales[code]))
    assert all(gap.path == "netsh words" and gap.hides_access for gap in host.gaps)
    keys = ("yes", "in", "allow", "domain", "private", "public")
    words = {(key, fold(locales[code].word("value", key))) for key in keys}
    assert bool(host.gaps) == bool(words & languages()[code].guessed)
    same(host, read(netsh(server[4:7], locales["en"])))


@pytest.mark.parametrize("code", CODES)
def test_words_the_table_has_not_are_learned_from_structure(code, server, locales, netsh):
    """Labels and words that the table lacks for a language stand as nobody has ever written them."""
    words = replace(locales[code], otherwise=lambda kind, key: f"xx{kind[0]}{''.join(filter(str.isalpha, key))}")
    host = read(netsh(server, words))
    plain = read(netsh(server, locales["en"]))
    for mine, theirs in zip(host.rules, plain.rules, strict=True):
        if mine.unread:
            continue
        for name in ("name", "enabled", "direction", "action", "profiles", "protocol", "local_ports", "program"):
            assert getattr(mine, name) == getattr(theirs, name), name
    unread = {word for rule in host.rules for word in rule.unread}
    assert {word.removeprefix("xxv") for word in unread} <= {"block"}


PAGES = {
    "de": "cp850", "fr": "cp850", "es": "cp850", "pt-BR": "cp850", "it": "cp850", "nl": "cp850", "sv": "cp850",
    "pl": "cp852", "cs": "cp852", "hu": "cp852", "tr": "cp857", "ru": "cp866", "ja": "cp932", "zh-CN": "cp936",
    "ko": "cp949", "zh-TW": "cp950",
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(PAGES))
def test_the_code_page_of_the_console(code, server, locales, netsh):
    text = netsh(server, locales[code])
    host = read(text.replace("’", "'"), PAGES[code])
    same(host, read(text))
    assert any("code page" in note for note in host.notes) or text.isascii()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("code", ["en", "tr", "ja"])
def test_unicode_forms(code, encoding, server, locales, netsh):
    text = netsh(server, locales[code])
    same(read(text.replace("\r\n", "\n"), encoding), read(text))


@pytest.mark.parametrize(
    ("right", "taken"), [("utf-8", "cp1252"), ("utf-8", "cp437"), ("cp850", "cp1252"), ("utf-8", "cp850")]
)
@pytest.mark.parametrize("code", ["de", "fr", "pt-BR"])
def test_mojibake_is_undone_and_said(code, right, taken, server, locales, netsh):
    text = netsh(server, locales[code]).replace("’", "'")
    damaged = text.encode(right).decode(taken, errors="replace")
    assert damaged != text
    host = read(damaged)
    same(host, read(text))
    assert any("damaged" in note for note in host.notes)


@pytest.mark.parametrize("code", ["de", "fr", "es", "tr"])
def test_letters_lost_to_question_marks(code, server, locales, netsh):
    text = netsh(server, locales[code])
    host = read(text.encode("ascii", errors="replace"))
    plain = read(text)
    assert not_understood(host) == []
    for mine, theirs in zip(host.rules, plain.rules, strict=True):
        assert (mine.enabled, mine.action, mine.direction) == (theirs.enabled, theirs.action, theirs.direction)
        assert mine.profiles == theirs.profiles


def without_labels(text, replacement):
    """The text with every label (the rule's name too) replaced; `replacement` is called with the label."""
    lines = []
    for line in text.split("\n"):
        label, colon, value = line.partition(":")
        labelled = colon and label.strip() and not line.startswith(" ") and (not value.strip() or value[:1] == " ")
        lines.append(f"{replacement(label)}:{value}" if labelled else line)
    return "\n".join(lines)


def invented(label):
    """A word nobody knows, always the same for one label."""
    letters = [string.ascii_lowercase[ord(each) % 26] for each in label]
    return "Zq" + "".join(letters) + str(sum(map(ord, label)) % 97)


REPLACEMENTS = [invented, lambda label: "", lambda label: "x", lambda label: f"{label}?"]


@pytest.mark.parametrize("replacement", REPLACEMENTS)
@pytest.mark.parametrize("code", ["en", "ja", "de"])
def test_labels_invented_removed_or_all_alike(code, replacement, server, locales, netsh):
    text = netsh(server, locales[code])
    host = read(without_labels(text, replacement))
    plain = read(text)
    for mine, theirs in zip(rules(host), rules(plain), strict=True):
        assert replace(mine, description="") == replace(theirs, description="")


@needs_corpus
@pytest.mark.parametrize("replacement", REPLACEMENTS)
@pytest.mark.parametrize("path", [JAPANESE, ENGLISH], ids=["ja", "en"])
def test_real_dumps_without_their_labels(path, replacement):
    text = path.read_bytes().decode()
    plain, host = read(text), read(without_labels(text, replacement))
    assert host.gaps == plain.gaps == ()
    for mine, theirs in zip(rules(host), rules(plain), strict=True):
        assert replace(mine, description="") == replace(theirs, description="")


def replaced(text, words):
    for word, other in words.items():
        text = re.sub(rf"(?<=[ ,]){word}(?=[,\r\n]|$)", other, text)
    return text


NEW = {"Yes": "Jop", "No": "Nop", "In": "Inn", "Out": "Utt", "Allow": "Lov", "Any": "Alt", "Domain": "Dom"}
NEW |= {"Private": "Pri", "Public": "Pub", "Block": "Spe"}


def test_a_language_nobody_knows_is_learned_but_not_its_rare_actions(server, locales, netsh):
    text = netsh(server, locales["en"])
    host = read(replaced(without_labels(text, invented), NEW))
    (gap,) = [gap for gap in host.gaps if gap.keyword == "action"]
    assert "'Spe'" in gap.what
    assert gap.hides_access
    plain = read(text)
    for mine, theirs in zip(rules(host), rules(plain), strict=True):
        if theirs.action == "allow":
            assert (mine.enabled, mine.direction, mine.action) == (theirs.enabled, theirs.direction, theirs.action)
            assert (mine.profiles, mine.protocol, mine.local_ports) == (
                theirs.profiles,
                theirs.protocol,
                theirs.local_ports,
            )
    assert any("understood from the structure" in note for note in host.notes)


def test_a_few_rules_in_a_language_nobody_knows_are_refused(server, locales, netsh):
    text = replaced(without_labels(netsh(server[:5], locales["en"]), invented), NEW)
    with pytest.raises(UnreadableError, match=r"does not know .* too few to"):
        read(text)


def test_a_few_rules_whose_words_one_language_knows_are_read_by_place(server, locales, netsh):
    text = netsh(server[3:8], locales["ja"])
    same(read(without_labels(text, invented)), read(text))


def test_a_word_that_is_not_known_is_a_gap_that_says_which(server, locales, netsh):
    text = netsh(server, locales["de"]).replace("Blockieren", "Verweigern")
    host = read(text)
    (gap,) = host.gaps
    assert "'Verweigern'" in gap.what
    (rule,) = [rule for rule in host.rules if rule.unread]
    assert rule.action == ""


def test_a_guessed_word_that_the_dump_contradicts_is_a_gap(server, locales, netsh):
    """The table only guesses the Turkish directions: exchanged, they must not be believed."""
    words = locales["tr"]
    texts_ = dict(words.texts)
    texts_["value", "in"], texts_["value", "out"] = texts_["value", "out"], texts_["value", "in"]
    host = read(netsh(server, replace(words, texts=texts_)))
    assert {gap.keyword for gap in not_understood(host)} == {"direction"}
    assert any("but the dump uses it like" in gap.what for gap in host.gaps)


def test_mostly_blocking_dumps_are_not_turned_around(server, locales, netsh):
    """Rules of Windows' own groups tell what the allowing word is, however many rules block."""
    blocking = [{**each, "action": "block", "grouping": "", "edge": "edge_no"} for each in server for _ in range(3)]
    text = netsh([*server, *blocking], locales["en"])
    host = read(replaced(without_labels(text, invented), NEW))
    assert {rule.action for rule in host.rules} == {"allow", ""}
    assert sum(rule.action == "allow" for rule in host.rules) == sum(each["action"] == "allow" for each in server)


def test_a_guess_that_the_dump_confirms_is_none(server, locales, netsh):
    """Turkish words are guesses; 28 rules confirm all but the one that is too rare."""
    (gap,) = read(netsh(server, locales["tr"])).gaps
    assert "'Engelle'" in gap.what
    assert "'Gelen'" not in gap.what
    assert not gap.hides_access


def test_a_guess_that_may_limit_a_rule_is_a_gap_that_says_which(server, locales, netsh):
    """Rules for one profile or two: whether they count in another, too, rests on the words of the profiles."""
    (gap,) = read(netsh(server[:6], locales["tr"])).gaps
    assert all(f"'{word}'" in gap.what for word in ("Etki Alanı", "Özel", "Ortak"))
    assert "'Evet'" not in gap.what
    assert gap.hides_access


@pytest.mark.parametrize(
    ("change", "word"),
    [({"enabled": "no"}, "Hayır"), ({"action": "block"}, "Engelle"), ({"direction": "out"}, "Giden")],
)
def test_a_guess_hides_access_where_the_rule_would_open_more_without_it(change, word, server, locales, netsh):
    (gap,) = read(netsh([{**server[0], **change}], locales["tr"])).gaps
    assert f"'{word}'" in gap.what
    assert gap.hides_access


def test_guesses_that_can_only_open_too_much_hide_nothing(server, locales, netsh):
    """An enabled rule that allows inbound in every profile opens at most less than it is taken to."""
    (gap,) = read(netsh(server[:2], locales["tr"])).gaps
    assert all(f"'{word}'" in gap.what for word in ("Gelen", "Evet", "İzin Ver"))
    assert not gap.hides_access


def test_a_word_that_english_writes_alike_is_no_guess(server, locales, netsh):
    (gap,) = read(netsh([{**server[0], "profiles": "public"}], locales["fr"])).gaps
    assert "'Public'" not in gap.what
    assert not gap.hides_access


@pytest.mark.parametrize("code", [code for code in CODES if "nomatch" in str(languages()[code].messages.values())])
def test_no_rules_match_is_a_legal_empty_dump(code, locales):
    text = f"\r\n{locales[code].word('message', 'nomatch')}\r\n\r\n"
    (firewall,) = PARSER.read(Document("EX01.txt", text.encode()))
    assert firewall.gaps == ()
    assert [rule for each in firewall.lists for rule in each.rules if not rule.implicit] == []
    assert firewall.written.richness == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("The requested operation requires elevation (Run as administrator).", "elevated prompt"),
        ("Der angeforderte Vorgang erfordert erhöhte Rechte (als Administrator ausführen).", "elevated prompt"),
        ("要求された操作には管理者特権が必要です (管理者として実行してください)。", "elevated prompt"),
        (
            "An error occurred while attempting to contact the  Windows Defender Firewall service. Make sure that the "
            "service is running and try your request again.",
            "Windows Firewall service",
        ),
    ],
)
def test_error_texts_are_never_an_empty_dump(text, reason):
    with pytest.raises(UnreadableError, match=reason):
        read(f"\r\n{text}\r\n\r\n")


def test_every_word_of_the_reference_is_in_the_table():
    """The project's table holds each text of the reference's two tables, for each language and meaning."""
    reference = CORPUS.parents[1] / "reference" / "windows"
    if not reference.exists():
        pytest.skip("the reference is not here")
    table = (Path(words_module.__file__).parent / "locales.tsv").read_text(encoding="utf-8").splitlines()
    ours = {tuple(line.split("\t")[:4]) for line in table}
    long = (reference / "LOCALES.tsv").read_text(encoding="utf-8").splitlines()[1:]
    assert {tuple(line.split("\t")[:4]) for line in long} <= ours
    wide = [line.split("\t") for line in (reference / "LOCALES_WIDE.tsv").read_text(encoding="utf-8").splitlines()]
    cells = {
        (code, kind, key, text.lstrip("~≈!?"))
        for kind, key, *rest in wide[1:]
        if not kind.startswith("#")
        for code, cell in zip(wide[0][2:], rest, strict=False)
        for text in cell.split(" / ")
        if text
    }
    assert len(cells) > 500
    assert cells <= ours
