"""Many uploads at once: `python bench/uploads.py [UPLOADS [AT_ONCE [LINES]]]` against a server of its own on 127.0.0.1.

Each upload is another backup of about LINES lines (10,000 unless given); each review must be there and be its own, a
workbook is taken home from every tenth. Printed: how many were lost, the median and the 95th percentile from sending
to having the review, and the most memory that the server and all its processes held together.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import generate
import httpx2 as httpx

POLICIES, HOSTS = 300, 500


def main() -> None:
    uploads, at_once, lines = (int(word) for word in (*sys.argv[1:], *("100", "4", "10000")[len(sys.argv) - 1 :]))
    text = generate.backup(POLICIES, lines, hosts=HOSTS)
    print(f"{uploads} uploads of {text.count(chr(10)):,} lines ({len(text) / 1e6:.1f} MB), {at_once} at a time")
    command = [sys.executable, "-m", "auditor", "serve", "--port", "0"]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as server,
    ):
        assert server.stdout is not None
        url = server.stdout.readline().split()[2]
        watch = Watch(server.pid)
        watch.start()
        try:
            alone = upload(url, text, 1)
            with ThreadPoolExecutor(at_once) as pool:
                found = list(pool.map(lambda number: upload(url, text, number), range(uploads)))
        finally:
            watch.stop.set()
            watch.join()
            server.terminate()
    seconds = sorted(each for each in found if each is not None)
    p95 = seconds[max(0, round(len(seconds) * 0.95) - 1)]
    print(f"one alone: {alone or 0:.2f} s")
    print(f"lost {uploads - len(seconds)}; median {statistics.median(seconds):.2f} s; p95 {p95:.2f} s")
    own = watch.own / 1024
    print(f"most memory: {watch.most / 1024:.0f} MiB in {watch.processes} processes, the server itself {own:.0f} MiB")


def upload(url: str, text: str, number: int) -> float | None:
    """Seconds until the review of one upload was there; None when it was lost or another one's."""
    name = f"fgt-{number}"
    data = text.replace('set hostname "fgt-bench"', f'set hostname "{name}"').encode()
    with httpx.Client(base_url=url, timeout=300) as http:
        start = time.perf_counter()
        answer = http.post("/api/audits", files={"files": (f"{name}.conf", data)})
        if answer.status_code != 202:
            return None
        place = f"/api/audits/{answer.json()['id']}"
        while (shown := http.get(place, params={"wait": 10})).status_code == 200 and shown.json()["state"] == "working":
            pass
        seconds = time.perf_counter() - start
        whole = shown.status_code == 200 and [each["name"] for each in shown.json()["review"]["report"]["devices"]] == [
            name
        ]
        if whole and number % 10 == 0:
            whole = http.get(f"{place}/findings.xlsx").content.startswith(b"PK")
        http.delete(place)
    return seconds if whole else None


class Watch(threading.Thread):
    """The most memory (proportional set size: shared pages count once) of a process and all below it, in KiB."""

    def __init__(self, process: int) -> None:
        super().__init__()
        self.process = process
        self.stop = threading.Event()
        self.most = self.own = self.processes = 0

    def run(self) -> None:
        while not self.stop.wait(0.2):
            sizes = [size for each in tree(self.process) if (size := pss(each))]
            self.own = max(self.own, pss(self.process))
            if sum(sizes) > self.most:
                self.most, self.processes = sum(sizes), len(sizes)


def tree(process: int) -> Iterator[int]:
    yield process
    try:
        below = [
            child for path in Path(f"/proc/{process}/task").glob("*/children") for child in path.read_text().split()
        ]
    except OSError:  # it ended meanwhile
        return
    for child in below:
        yield from tree(int(child))


def pss(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


if __name__ == "__main__":
    main()
