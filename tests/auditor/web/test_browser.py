"""The upload page in a real browser: the whole story of a colleague who never opens a terminal."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import load_workbook
from playwright.sync_api import expect, sync_playwright

from auditor.baseline import available_rulesets, load_site

SAMPLES = Path(__file__).parents[3] / "samples"
QUILLWORT = SAMPLES / "quillwort"
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    with sync_playwright() as started:
        running = started.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def page(browser: Any, server: Any) -> Iterator[Any]:
    """A page that fails the test when a script fails, is refused by the policy, or something is loaded from outside."""
    context = browser.new_context(base_url=server.url, accept_downloads=True)
    shown = context.new_page()
    complaints: list[str] = []
    shown.on("pageerror", lambda error: complaints.append(str(error)))
    shown.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    shown.on("dialog", lambda dialog: (complaints.append(f"dialog {dialog.message}"), dialog.dismiss()))
    shown.on(
        "request",
        lambda asked: None if asked.url.startswith((server.url, "blob:", "data:")) else complaints.append(asked.url),
    )
    yield shown
    context.close()
    # A problem document is an answer, and the browser reports every 4xx as an error of its own.
    assert [each for each in complaints if "Failed to load resource" not in each] == []


def opened(page: Any, sample: str) -> None:
    page.goto("/")
    page.locator(f"[data-sample={sample}]").click()
    expect(page.locator("#verdict")).to_be_visible(timeout=30_000)


def upload(page: Any, *files: Path | dict[str, Any]) -> None:
    page.goto("/")
    page.locator("#files").set_input_files(list(files))


def in_memory(name: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def downloaded(page: Any, press: str) -> bytes:
    with page.expect_download() as waiting:
        page.locator(press).click()
    return Path(waiting.value.path()).read_bytes()


def test_a_first_look_at_a_sample_and_everything_one_does_with_it(page: Any, tmp_path: Path) -> None:
    opened(page, "quillwort-backup")
    expect(page.locator("#verdict-title")).to_contain_text("Needs work")
    expect(page.locator("#verdict-title")).to_be_focused()
    expect(page.locator("svg.matrix rect.undocumented").first).to_be_visible()

    every = page.locator("#findings-list details")
    assert every.count() > 10
    page.locator("#severity").select_option("critical")
    expect(page.locator("#shown")).to_have_text(re.compile(r"^3 of \d+$"))
    page.locator("#text").fill("outlook-from-outside")
    expect(every).to_have_count(1)
    every.first.locator("summary").click()
    inside = every.first.locator("dl")
    expect(inside.locator("pre").first).to_contain_text('set name "outlook-from-outside"')
    for word in ("Example packet", "What to do", "Source", "Exchange Network Port Reference"):
        expect(inside).to_contain_text(word)
    page.locator("#text").fill("no such thing")
    expect(page.locator("#findings-list")).to_have_text("No finding fits this filter.")
    page.locator("#text").fill("")
    page.locator("#severity").select_option("")
    page.locator("#kind").select_option("settings")
    settings = re.match(r"\d+", page.locator("#shown").inner_text())
    expect(page.locator(".counts")).to_contain_text(f"{settings and settings[0]} settings")
    page.locator("#kind").select_option("")

    expect(page.locator("#ports")).to_contain_text("10.0.10.90 is no more than a guess for hub_transport")
    expect(page.locator("#gaps")).to_contain_text("Not understood")

    page.locator("#question").fill("can 203.0.113.7 reach 10.0.10.31 on tcp/135?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#answer .badge").first).to_have_text("blocked")
    page.locator("#question").fill("can internet reach 203.0.113.10 on tcp/443")
    page.keyboard.press("Enter")
    expect(page.locator("#answer .badge").first).to_have_text("allowed")
    page.locator("#question").fill("why")
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_contain_text("ask like this")

    before = page.locator("#verdict-title").inner_text()
    page.locator("[data-interface=wan1]").select_option("")
    page.locator("[data-interface=wan2]").select_option("")
    expect(page.locator("#verdict-title")).not_to_have_text(before)
    path = tmp_path / "site.yaml"
    path.write_bytes(downloaded(page, "text=Save as site file"))
    assert "internet" not in load_site(path).devices["fgt-quillwort"].zones
    after = page.locator("#verdict-title").inner_text()
    page.get_by_role("button", name="Add an address").click()
    page.locator("[name=address]").last.fill("10.0.0.999")
    page.locator("[name=address]").last.press("Tab")
    expect(page.locator("#trouble")).to_contain_text("10.0.0.999")
    expect(page.locator("#verdict-title")).to_have_text(after)

    book = load_workbook(io.BytesIO(downloaded(page, "[data-download=xlsx]")))
    assert "Findings" in book.sheetnames
    assert b"<!DOCTYPE html>" in downloaded(page, "[data-download=html]")[:100]

    page.reload()
    expect(page.locator("#verdict-title")).to_have_text(after)
    page.locator("#forget").click()
    expect(page.locator("#drop")).to_be_visible()
    expect(page.locator("#said")).to_contain_text("Forgotten")
    page.go_back()
    assert page.locator("#verdict").count() == 0 or not page.locator("#verdict").is_visible()


def test_files_zips_and_a_site_file_are_dropped(page: Any) -> None:
    upload(page, *(path for path in sorted(QUILLWORT.iterdir()) if path.suffix != ".csv"))
    expect(page.locator("#verdict")).to_contain_text("ex-mbx01", timeout=30_000)
    expect(page.locator("#whois")).to_have_count(0)
    page.locator("#device").select_option("ex-mbx01")
    expect(page.locator("#findings-list")).not_to_contain_text("fgt-quillwort fgt-quillwort.conf")

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in QUILLWORT.glob("*.conf"):
            archive.write(path, path.name)
        archive.writestr("holiday.txt", "sunny")
    upload(page, in_memory("backups.zip", stream.getvalue()))
    expect(page.locator("#gaps")).to_contain_text("backups.zip/holiday.txt", timeout=30_000)


def test_a_second_upload_is_compared(page: Any) -> None:
    opened(page, "quillwort-backup")
    changed = (QUILLWORT / "fgt-quillwort.conf").read_text("utf-8").replace("set status disable", "set status enable")
    page.locator("#order").select_option("new")
    page.locator("#other").set_input_files([in_memory("newer.conf", changed.encode())])
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator("#comparison")).to_contain_text("1 newly allowed, 0 newly blocked", timeout=30_000)
    expect(page.locator("#comparison tbody tr")).to_contain_text("tcp/515,9100")
    page.locator("#other").set_input_files([in_memory("same.conf", (QUILLWORT / "fgt-quillwort.conf").read_bytes())])
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator("#comparison")).to_contain_text("No effect: exactly the same packets pass", timeout=30_000)
    page.locator("#other").set_input_files([in_memory("diary.txt", b"dear diary")])
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator("#comparison .trouble")).to_contain_text("diary.txt: not recognised", timeout=30_000)
    expect(page.locator("#verdict")).to_be_visible()


def test_baselines_are_chosen_before_the_files_are_dropped(page: Any) -> None:
    page.goto("/")
    page.locator("#baselines summary").click()
    boxes = page.locator("#baselines input")
    assert [each.get_attribute("value") for each in boxes.all()] == list(available_rulesets())
    boxes.last.check()
    title = boxes.last.locator("xpath=..").inner_text().strip()
    page.locator("#files").set_input_files([SAMPLES / "activesync" / "fgt.conf"])
    expect(page.locator("#verdict")).to_contain_text(f"Baselines: {title}.", timeout=30_000)


def test_dropping_on_the_page(page: Any) -> None:
    page.goto("/")
    text = (SAMPLES / "activesync" / "fgt.conf").read_text()
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.items.add(new File([text], "fgt.conf"));
            document.getElementById("drop").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
        }""",
        text,
    )
    expect(page.locator("#verdict")).to_be_visible(timeout=30_000)


def test_what_goes_wrong_is_said_on_the_page(page: Any) -> None:
    upload(page, in_memory("diary.txt", b"dear diary"))
    expect(page.locator("#trouble")).to_contain_text("diary.txt: not recognised", timeout=30_000)
    expect(page.locator("#drop")).to_be_visible()
    page.locator("#files").set_input_files([in_memory(f"{number}.txt", b"x") for number in range(51)])
    expect(page.locator("#trouble")).to_contain_text("At most 50")
    page.goto("/#audit=" + "0" * 32)
    page.reload()
    expect(page.locator("#trouble")).to_contain_text("There is no such audit")
    page.route("**/api/audits", lambda route: route.abort())
    page.locator("[data-sample=activesync]").click()
    expect(page.locator("#trouble")).to_contain_text("cannot be reached")


def test_a_token_lets_one_in(browser: Any, start: Callable[..., Any]) -> None:
    running = start("--token", "0123456789abcdef")
    context = browser.new_context(base_url=running.url)
    page = context.new_page()
    page.goto("/")
    page.locator("#token").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#trouble")).to_contain_text("does not take this token")
    page.locator("#token").fill("0123456789abcdef")
    page.keyboard.press("Enter")
    page.locator("[data-sample=activesync]").click()
    expect(page.locator("#verdict")).to_be_visible(timeout=30_000)
    assert page.evaluate("document.cookie") == ""
    context.close()


def test_by_keyboard_alone(page: Any) -> None:
    page.goto("/")
    expect(page.locator("#start")).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.sample") == "activesync":
            break
    page.keyboard.press("Enter")
    expect(page.locator("#verdict-title")).to_be_focused(timeout=30_000)
    page.locator("#findings-list summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#findings-list dl").first).to_be_visible()


HOSTILE = "<img src=x onerror=alert(1)>\\\"'><script>alert(2)</script>{{7*7}}${alert(3)}javascript:alert(4)"


def hostile_files() -> list[dict[str, Any]]:
    """The sample company with every name and comment of all three vendors turned into an attack."""
    short = "<svg/onload=alert(5)>"
    backup = (QUILLWORT / "fgt-quillwort.conf").read_text("utf-8")
    backup = re.sub(r'(set (?:comments?|description|alias) )"[^"]*"', lambda found: f'{found[1]}"{HOSTILE}"', backup)
    names = set(re.findall(r'^    edit "([^"]+)"', backup, re.MULTILINE)) - {"all", "wan1", "wan2", "dmz", "servers"}
    for name in sorted(names, key=len, reverse=True):
        backup = backup.replace(f'"{name}"', f'"{short}{name}"')
    backup = re.sub(r'set name "([^"]*)"', lambda found: f'set name "{short}{found[1]}"', backup)
    backup = re.sub(r'set hostname "[^"]*"', f'set hostname "{short}"', backup)
    host = (QUILLWORT / "ex-cas01.txt").read_text("utf-8")
    host = re.sub(r"(?m)^((?:Rule Name|Description|Grouping|Program|Service):\s+)(.*)$", rf"\1{short}\2", host)
    device = (SAMPLES / "two-perimeters" / "asa-quillwort.cfg").read_text("utf-8")
    device = re.sub(r"(?m)^(.*(?:remark|description) ).*$", rf"\1{HOSTILE}", device)
    for name in set(re.findall(r"(?m)^(?:object(?:-group)? \w+|access-list|hostname) (\S+)", device)):
        device = re.sub(rf"(?<=\s){re.escape(name)}(?=\s)", f"{short}{name}", device)
    return [
        in_memory("<i onclick=alert(8)>.cfg", device.encode()),
        in_memory(f"{short}.conf".replace("/", "_"), backup.encode()),
        in_memory("<b onmouseover=alert(6)>.txt", host.encode()),
    ]


def test_text_of_a_configuration_never_becomes_a_script(page: Any) -> None:
    upload(page, *hostile_files())
    expect(page.locator("#verdict")).to_be_visible(timeout=30_000)
    for each in page.locator("details").all():
        each.evaluate("box => { box.open = true; }")
    expect(page.locator("#findings-list dl").first).to_be_visible()
    page.locator("#other").set_input_files(hostile_files()[:1])
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator("#comparison")).to_contain_text("No effect", timeout=30_000)
    page.locator("#question").fill("can <svg/onload=alert(7)> reach 10.0.10.31 on tcp/135")
    page.keyboard.press("Enter")
    expect(page.locator("#answer .trouble")).to_contain_text("<svg/onload=alert(7)>")
    assert page.locator("main img, main script, main b, main i:not(.key), main svg:not(.matrix)").count() == 0
    shown = page.locator("#review").inner_text()
    assert "<svg/onload=alert(5)>" in shown
    assert "<i onclick=alert(8)>" in shown
    # The report for taking home has a policy of its own: open it as a file, where a script would run if one could.
    report = downloaded(page, "[data-download=html]").decode()
    page.goto("about:blank")
    page.set_content(report)
    assert page.locator("img, iframe, svg[onload]").count() == 0


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_axe_has_no_serious_finding(browser: Any, server: Any, width: int, scheme: str) -> None:
    axe = Axe()
    context = browser.new_context(
        base_url=server.url, viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    page.goto("/")
    expect(page.locator("#start")).to_be_visible()
    page.locator("#baselines summary").click()
    found = axe.run(page).response["violations"]
    page.locator("[data-sample=quillwort-backup]").click()
    expect(page.locator("#verdict")).to_be_visible(timeout=30_000)
    page.locator("#findings-list summary").first.click()
    page.locator("#reachable summary").click()
    page.locator("#other").set_input_files([SAMPLES / "activesync" / "fgt.conf", QUILLWORT / "fgt-quillwort.conf"])
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator("#comparison strong")).to_be_visible(timeout=30_000)
    page.locator("#question").fill("can internet reach 203.0.113.10 on tcp/443")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#answer .badge").first).to_be_visible()
    found += axe.run(page).response["violations"]
    serious = [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in ("serious", "critical")]
    assert serious == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto("/api")
    assert [
        each["id"] for each in axe.run(page).response["violations"] if each["impact"] in ("serious", "critical")
    ] == []
    context.close()
