"""Pictures of the upload page: python docs/webshots.py FOLDER (needs the extra `test` and a Chromium).

Writes start.png, desktop.png (the picture in the README), dark.png, phone.png, and the whole page in parts.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
BACKUP = ROOT / "samples" / "quillwort" / "fgt-quillwort.conf"


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    command = [sys.executable, "-m", "auditor", "serve", "--port", "0"]
    with (
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server,
        sync_playwright() as play,
    ):
        assert server.stdout is not None
        url = server.stdout.readline().split()[2]
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = opened(browser, url, 1280, 860)
        page.screenshot(path=folder / "start.png")
        reviewed(page)
        page.screenshot(path=folder / "desktop.png")
        page.locator("#findings-list summary").first.click()
        page.locator("#other").set_input_files([changed(folder)])
        page.get_by_role("button", name="Compare", exact=True).click()
        page.locator("#comparison strong").wait_for(timeout=60_000)
        page.locator("#question").fill("can 203.0.113.7 reach 10.0.10.31 on tcp/135?")
        page.get_by_role("button", name="Ask", exact=True).click()
        page.locator("#answer .badge").first.wait_for(timeout=60_000)
        parts(page, folder, "whole")
        for name, width, height, scheme in (("dark", 1280, 860, "dark"), ("phone", 390, 844, "light")):
            page = opened(browser, url, width, height, scheme)
            reviewed(page)
            page.screenshot(path=folder / f"{name}.png")
            if name == "phone":
                parts(page, folder, name)
        browser.close()
        server.terminate()


def opened(browser: Browser, url: str, width: int, height: int, scheme: Any = "light") -> Any:
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    page.goto(url)
    page.locator("#start").wait_for()
    return page


def reviewed(page: Any) -> None:
    page.locator("[data-sample=quillwort-backup]").click()
    page.locator("#verdict").wait_for(timeout=60_000)


def parts(page: Any, folder: Path, name: str) -> None:
    """The whole page in pictures of two screens each."""
    size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    for number, top in enumerate(range(0, size[1], 1700)):
        clip = {"x": 0, "y": top, "width": size[0], "height": min(1700, size[1] - top)}
        page.screenshot(path=folder / f"{name}-{number}.png", full_page=True, clip=clip)


def changed(folder: Path) -> Path:
    other = folder / "before.conf"
    other.write_text(BACKUP.read_text("utf-8").replace("set status disable", "set status enable"), encoding="utf-8")
    return other


if __name__ == "__main__":
    main()
