"""Secrets in texts of people's own are found by the words that announce them, and by nothing else."""

import pytest

from parsers.redaction import quoted_secrets, safe_comment


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("ftp://backup:hunter2@192.0.2.7/x", "hunter2"),
        ("ftp://backup:a:b@192.0.2.7/x", "a:b"),
        ("vpn pw: hunter2", "hunter2"),
        ("PSK=hunter2, ask Jo", "hunter2"),
        ("the password is hunter2", "hunter2"),
        ("https://192.0.2.7/hook?token=hunter2&x=1", "hunter2"),
        ("Authorization: Bearer hunter2", "hunter2"),
        ('api-key "hunter2"', "hunter2"),
    ],
)
def test_what_is_announced_is_masked(text: str, secret: str) -> None:
    assert secret in "".join(quoted_secrets(text))
    assert "hunter2" not in safe_comment(text)


@pytest.mark.parametrize(
    "text", ["https://192.0.2.7:8443/x", "for the token ring", "mail to a@example.org", "password policy of the site"]
)
def test_other_texts_stay(text: str) -> None:
    assert safe_comment(text) == text


@pytest.mark.parametrize("part", [":", "a:", "://", "pw ", "pass=", "token is "])
def test_long_texts_take_time_in_proportion(part: str) -> None:
    """As many are found in a short text and in a long one; with steps that look back it would not come to an end."""
    assert len(quoted_secrets("://" + part * 200_000)) == len(quoted_secrets("://" + part * 20))
