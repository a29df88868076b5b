import pytest

from auditor.findings.wording import counted, listed


@pytest.mark.parametrize(
    ("number", "words", "text"),
    [
        (1, ("finding",), "1 finding"),
        (0, ("finding",), "0 findings"),
        (1200, ("finding",), "1,200 findings"),
        (1, ("place was", "places were"), "1 place was"),
        (2, ("policy", "policies"), "2 policies"),
    ],
)
def test_numbers_with_their_word(number: int, words: tuple[str, ...], text: str) -> None:
    assert counted(number, *words) == text


def test_long_lists_end_with_a_number() -> None:
    assert listed("abc", 3) == "a, b, c"
    assert listed("abcde", 3) == "a, b, c and 2 more"
    assert listed(()) == ""
