"""`fwproof ask`: every question of the Exchange reference, from the documentation and for a network."""

import json
from pathlib import Path

import pytest

from auditor.baseline import load_ruleset
from auditor.cli import run

ROOT = Path(__file__).parents[3]
ACTIVESYNC = ROOT / "samples" / "activesync"
QUILLWORT = ROOT / "samples" / "quillwort"
QUESTIONS = [each.id for each in load_ruleset("exchange-2010").questions]
ASKED = [*(f"Q0{number}" for number in range(1, 7)), *(f"Q{number}" for number in range(10, 27))]


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, dict[str, object]]]:
    code = run(["ask", "exchange-2010", *arguments, "--json"])
    data = json.loads(capsys.readouterr().out)
    assert data["schema"] == "fwproof-ask/1"
    return code, {each["id"]: each for each in data["questions"]}


def test_the_seeds_question_is_answered_without_any_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ask", "exchange-2010", "--service", "activesync"]) == 0
    text = capsys.readouterr().out
    assert "443 to the Client Access servers; 80 only as redirect; nothing else." in text
    assert "must be open: internet to client_access, tcp/443 (EAS-HTTPS)" in text
    assert "may be open: internet to client_access, tcp/80 (EAS-HTTP)" in text
    assert "source: seed:TH4, seed:C09" in text
    assert "must be open: reverse_proxy to client_access, tcp/443 (PROXY-CAS), if behind_proxy" in text
    assert "never: internet to client_access, tcp/80 (NO-HTTP-BASIC), if not http_redirect_only and" in text


def test_every_question_of_the_reference_is_there() -> None:
    assert set(ASKED) <= set(QUESTIONS)


@pytest.mark.parametrize("question", ASKED)
def test_a_question_has_an_answer_with_a_source(question: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = asked(capsys, "--service", question)
    assert code == 0
    assert list(found) == [question]
    assert found[question]["expected"]
    assert found[question]["citation"]
    assert found[question]["flows"] or found[question]["forbidden"] or found[question]["hints"]


def test_the_seeds_network_needs_nothing_more(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = asked(
        capsys, str(ACTIVESYNC / "fgt.conf"), "--site", str(ACTIVESYNC / "site.yaml"), "--service", "activesync"
    )
    assert code == 0
    assert {each["state"] for each in found.values()} == {"satisfied"}
    assert all(each["rules"] for each in found.values())


def test_the_sample_company_hears_what_is_open_missing_and_closed(capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(path) for path in sorted([*QUILLWORT.glob("*.conf"), *QUILLWORT.glob("*.txt")])]
    code, found = asked(capsys, *files, "--site", str(QUILLWORT / "site.yaml"))
    assert code == 1
    states = {key: each["state"] for key, each in found.items()}
    assert states["Q10"] == "satisfied"
    assert states["Q11"] == "forbidden opening"
    assert states["Q17"] == "not applicable"
    assert states["Q19"] == "missing"
    assert states["Q21"] == "forbidden opening"
    assert states["Q22"] == "not applicable"
    assert states["Q23"] == "closed"
    assert states["Q05"] == states["Q06"] == "see the answer"
    assert found["Q21"]["rules"] == ["fgt-quillwort 9", "fgt-quillwort 7"]
    assert found["Q05"]["hints"]


def test_what_cannot_be_told_is_not_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = tmp_path / "site.yaml"
    text = (ACTIVESYNC / "site.yaml").read_text("utf-8")
    kept = [line for line in text.splitlines() if "client_access:" not in line]
    site.write_text("\n".join(kept), encoding="utf-8")
    code, found = asked(capsys, str(ACTIVESYNC / "fgt.conf"), "--site", str(site), "--service", "Q10")
    assert code == 3
    assert found["Q10"]["state"] == "cannot tell"
    assert "client_access" in str(found["Q10"]["found"])


@pytest.mark.parametrize(("word", "hint"), [("activesynk", "did you mean 'activesync'?"), ("zzzz", "Q01 to Q26")])
def test_an_unknown_service_is_named_with_the_nearest(word: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ask", "exchange-2010", "--service", word]) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert hint in error
    assert "activesync, dns, owa" in error


def test_a_site_file_without_exports_is_wrong_use() -> None:
    assert run(["ask", "exchange-2010", "--site", str(ACTIVESYNC / "site.yaml")]) == 2


def test_answers_from_a_script_alone_say_that_the_host_may_have_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "web01.bat"
    script.write_text("netsh advfirewall firewall add rule name=web dir=in action=allow protocol=TCP localport=443\r\n")
    run(["ask", "exchange-2010", str(script), "--service", "activesync"])
    assert "web01: what other rules the host has" in capsys.readouterr().err


def test_a_word_of_the_question_finds_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ask", "exchange-2010", "--service", "Outlook"]) == 0
    out = capsys.readouterr().out
    assert [line[:3] for line in out.splitlines() if line.startswith("Q")] == ["Q02", "Q11", "Q12", "Q25"]


def test_the_files_before_the_baseline_are_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    backup = str(Path(__file__).parents[3] / "samples" / "activesync" / "fgt.conf")
    assert run(["ask", backup]) == 2
    assert f"name the baseline first, then the exports: fwproof ask exchange-2010 {backup}" in capsys.readouterr().err
