"""Writes the Markdown report as the one fwproof comment of a pull request: the last one is replaced.

Needs nothing but the standard library. A comment that cannot be written is a warning: the gate does not depend on it.
"""

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LONGEST = 65_000
"""A comment on GitHub holds 65,536 characters."""
_MOST_PAGES = 30
_PATIENCE = 30


def main() -> int:
    """Create or replace the comment; the job's name keeps several uses of the action apart."""
    marker = f"<!-- fwproof {os.environ.get('GITHUB_JOB', '')} -->"
    body = f"{marker}\n{_shortened(Path(os.environ['FWPROOF_COMMENT']).read_text(encoding='utf-8'))}"
    issues = f"/repos/{os.environ['GITHUB_REPOSITORY']}/issues"
    number = int(os.environ["FWPROOF_PULL_REQUEST"])
    try:
        mine = [each for each in _comments(f"{issues}/{number}/comments") if str(each["body"]).startswith(marker)]
        if mine:
            _ask("PATCH", f"{issues}/comments/{int(mine[-1]['id'])}", {"body": body})
        else:
            _ask("POST", f"{issues}/{number}/comments", {"body": body})
    except urllib.error.HTTPError as error:
        hint = "; pull requests from forks may not write comments" if error.code in (401, 403) else ""
        print(f"::warning title=fwproof::The comment was not written: GitHub answers {error.code}{hint}.")
    except OSError as error:
        print(f"::warning title=fwproof::The comment was not written: {type(error).__name__}.")
    return 0


def _comments(path: str) -> Iterator[dict[str, Any]]:
    for page in range(1, _MOST_PAGES + 1):
        found = _ask("GET", f"{path}?per_page=100&page={page}")
        yield from found
        if len(found) < 100:
            return


def _ask(method: str, path: str, value: object = None) -> Any:
    request = urllib.request.Request(  # noqa: S310 (the address of the API comes from GitHub's runner)
        os.environ.get("GITHUB_API_URL", "https://api.github.com") + path,
        data=None if value is None else json.dumps(value).encode(),
        method=method,
        headers={
            "Authorization": f"Bearer {os.environ['FWPROOF_TOKEN']}",
            "Accept": "application/vnd.github+json",
            "Content-Type": "application/json",
            "X-GitHub-Api-Version": "2022-11-28",
        },
    )
    with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
        return json.load(answer)


def _shortened(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return text[:LONGEST].rpartition("\n")[0] + "\n\nThe rest is in the summary of the job.\n"


if __name__ == "__main__":
    sys.exit(main())
