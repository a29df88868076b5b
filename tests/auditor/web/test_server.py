"""`fwproof serve` as a process: secrets, killed workers, other users, a graceful end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

SAMPLES = Path(__file__).parents[3] / "samples"
CANARY = "Xk7canaryQ2vu9"
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def children(process: int) -> Iterator[int]:
    """The processes below a process, all the way down."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == process and fields[0] != "Z":
            child = int(entry.parent.name)
            yield child
            yield from children(child)


def slow() -> bytes:
    rules = "\n".join(
        f'edit {n}\nset srcintf "a{n % 50}"\nset dstintf "b{n % 40}"\nset srcaddr "all"\nset dstaddr "all"\n'
        f'set service "ALL"\nset schedule "always"\nset action {("accept", "deny")[n % 2]}\nnext'
        for n in range(1, 40_000)
    )
    return f"config firewall policy\n{rules}\nend\n".encode()


def finished(http: httpx.Client, key: str) -> httpx.Response:
    while True:
        answer = http.get(f"/api/audits/{key}", params={"wait": 5})
        if answer.status_code != 200 or answer.json()["state"] == "done":
            return answer


@linux
def test_a_killed_worker_takes_nothing_along(server: Any) -> None:
    with server.client() as http:
        idle = set(children(server.process.pid))
        victim = http.post("/api/audits", files={"files": ("slow.conf", slow())}).json()["id"]
        other = http.post("/api/audits", json={"sample": "quillwort"}).json()["id"]
        while http.get(f"/api/audits/{victim}").json()["stage"].startswith("Waiting"):
            pass
        # The worker that lives longest is the one with the large file.
        assert finished(http, other).json()["state"] == "done"
        for worker in set(children(server.process.pid)) - idle:
            os.kill(worker, signal.SIGKILL)
        answer = finished(http, victim)
        assert answer.status_code == 503
        assert "ended unexpectedly" in answer.json()["detail"]
        assert finished(http, http.post("/api/audits", json={"sample": "activesync"}).json()["id"]).status_code == 200


@linux
def test_a_dead_fork_server_is_started_again(start: Callable[..., Any]) -> None:
    running = start()
    with running.client() as http:
        finished(http, http.post("/api/audits", json={"sample": "activesync"}).json()["id"])
        for child in children(running.process.pid):
            os.kill(child, signal.SIGKILL)
        answers = [
            finished(http, http.post("/api/audits", json={"sample": "activesync"}).json()["id"]) for _ in range(2)
        ]
    assert answers[-1].status_code == 200
    assert answers[0].status_code in (200, 503)
    assert "Traceback" not in running.log.read_text()


NO_PROCESSES = """
import multiprocessing
from starlette.testclient import TestClient
from auditor.web.app import application
from auditor.web.settings import Settings

multiprocessing.set_executable("/bin/false")
with TestClient(application(Settings()), base_url="http://127.0.0.1") as http:
    key = http.post("/api/audits", json={"sample": "activesync"}).json()["id"]
    answer = http.get(f"/api/audits/{key}?wait=10")
    print(answer.status_code, answer.json()["detail"])
    print(http.get("/health").json()["jobs"])
"""


@linux
def test_where_no_process_can_be_started_it_is_said() -> None:
    done = subprocess.run([sys.executable, "-c", NO_PROCESSES], capture_output=True, text=True, check=True)
    status, said, jobs = done.stdout.split(" ", 1)[0], done.stdout, done.stdout.split()[-1]
    assert status == "503", done.stderr
    assert "could not start a process" in said
    assert jobs == "0"


def test_a_dozen_users_at_once_lose_nothing(server: Any) -> None:
    def one(number: int) -> str:
        hostname = f"user-{number}"
        text = (
            (SAMPLES / "activesync" / "fgt.conf").read_text().replace('set hostname "', f'set hostname "{hostname}-', 1)
        )
        with server.client() as http:
            answer = http.post("/api/audits", files={"files": ("fgt.conf", text.encode())})
            found = finished(http, answer.json()["id"]).json()
            http.delete(f"/api/audits/{found['id']}")
            return found["review"]["report"]["devices"][0]["name"].rpartition("-fgt")[0] + f"|{hostname}"

    with ThreadPoolExecutor(6) as pool:
        names = list(pool.map(one, range(12)))
    assert all(name.split("|")[0].startswith(name.split("|")[1]) for name in names), names


SECRETS = f"""#config-version=FGT60F-7.0.12-FW-build0523-230606:opmode=0:vdom=0:user=admin
config system global
    set hostname "fgt-canary"
end
config system admin
    edit "admin"
        set password "{CANARY}"
        set ssh-public-key1 "ssh-rsa {CANARY}"
    next
end
config system interface
    edit "wan1"
        set vdom "root"
        set mode pppoe
        set username "{CANARY}"
        set password ENC {CANARY}
        set allowaccess ping https ssh telnet http
        set role wan
    next
    edit "lan"
        set vdom "root"
        set ip 10.0.0.1 255.255.255.0
        set allowaccess telnet
    next
end
config vpn ipsec phase1-interface
    edit "branch"
        set psksecret {CANARY}
        set remote-gw 198.51.100.1
    next
end
config vpn certificate local
    edit "own"
        set private-key "-----BEGIN ENCRYPTED PRIVATE KEY-----
{CANARY}
-----END ENCRYPTED PRIVATE KEY-----"
    next
end
config system snmp community
    edit 1
        set name "{CANARY}"
    next
end
config user local
    edit "guest"
        set passwd "{CANARY}"
    next
end
config firewall policy
    edit 1
        set srcintf "wan1"
        set dstintf "lan"
        set srcaddr "all"
        set dstaddr "all"
        set action accept
        set schedule "always"
        set service "ALL"
    next
end
"""
CISCO = f"""ASA Version 9.16(4)
hostname asa-canary
enable password {CANARY} encrypted
interface GigabitEthernet0/0
 nameif outside
 security-level 0
 ip address 203.0.113.2 255.255.255.0
 ospf authentication-key {CANARY}
access-list IN extended permit ip any any
access-group IN in interface outside
aaa-server RAD (outside) host 203.0.113.9
 key {CANARY}
snmp-server host outside 203.0.113.8 community {CANARY} version 2c
crypto isakmp key {CANARY} address 198.51.100.1
username admin password {CANARY} encrypted privilege 15
tunnel-group X ipsec-attributes
 ikev1 pre-shared-key {CANARY}
ssh 0 0 outside
"""
BROKEN = {
    "asa.cfg": CISCO.encode(),
    "cut.cfg": CISCO[:-60].encode() + b" {{{ ]]",
    "cut.conf": SECRETS[: SECRETS.index("config firewall policy") - 30].encode() + b"\nset set edit next 'open",
    "only.txt": CANARY.encode(),
    "site.yaml": f"schema: fwsite/1\nid: {CANARY}\nbaselines: [{CANARY}".encode(),
    "archive.zip": b"PK\x03\x04" + CANARY.encode(),
}


@linux
def test_nothing_of_a_secret_leaves_the_memory(start: Callable[..., Any], tmp_path: Path) -> None:
    """Not in responses, error pages, logs or files; the folder for temporary files is watched as well."""
    temporary = Path(tempfile.mkdtemp(prefix="fw", dir="/tmp"))  # a socket's path may have 107 bytes
    os.environ["TMPDIR"] = str(temporary)
    try:
        running = start()
    finally:
        del os.environ["TMPDIR"]
    seen: list[str] = []
    with running.client() as http:
        keys = []
        for name, data in {"secrets.conf": SECRETS.encode(), **BROKEN}.items():
            answer = http.post("/api/audits", files={"files": (name, data)})
            keys.append(answer.json()["id"])
            seen.append(finished(http, keys[-1]).text)
        for ending in ("xlsx", "html", "sarif", "json"):
            answer = http.get(f"/api/audits/{keys[0]}/findings.{ending}")
            assert answer.status_code == 200
            seen.append(_text(answer.content))
        form = finished(http, keys[0]).json()["review"]["form"]
        assert form is not None
        bindings = [{"role": "mailbox", "address": "10.0.0.9"}]
        zones = {each["name"]: each["zone"] for each in form["devices"][0]["interfaces"]}
        corrected = {"devices": {"fgt-canary": {"zones": zones}}, "bindings": bindings}
        seen.append(http.put(f"/api/audits/{keys[0]}/site", json=corrected).text)
        seen.append(http.get(f"/api/audits/{keys[0]}/site.yaml").text)
        question = {"question": "can internet reach 10.0.0.9 on tcp/25"}
        seen.append(http.post(f"/api/audits/{keys[0]}/trace", json=question).text)
        for process in (running.process.pid, *children(running.process.pid)):
            for link in Path(f"/proc/{process}/fd").glob("*"):
                target = str(link.readlink())
                assert not target.startswith(str(tmp_path)) or target == str(running.log), target
    assert "fgt-canary" in seen[0]
    assert "(secret)" in seen[0]  # lines with secrets are shown, without them
    seen.append(running.log.read_text())
    folders = (tmp_path, temporary)
    seen += [_text(path.read_bytes()) for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert [number for number, text in enumerate(seen) if CANARY in text] == []
    assert [path for path in temporary.rglob("*") if path.is_file()] == []
    shutil.rmtree(temporary)


def _text(data: bytes) -> str:
    """The text of an answer; a workbook is unpacked."""
    import io
    import zipfile

    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "".join(archive.read(name).decode("latin-1") for name in archive.namelist())
    return data.decode("latin-1")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_quietly_with_an_audit_under_way(start: Callable[..., Any], number: int) -> None:
    running = start()
    with running.client() as http:
        http.post("/api/audits", files={"files": ("slow.conf", slow())})
        below = list(children(running.process.pid))
        running.process.send_signal(number)
        assert running.process.wait(20) == 0
    assert "Traceback" not in running.log.read_text()
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{child}").exists() for child in below):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_forwarded_headers_count_from_named_proxies_only(start: Callable[..., Any], tmp_path: Path) -> None:
    forwarded = {"x-forwarded-for": "198.51.100.77"}
    for options, logged in (((), "127.0.0.1"), (("--proxy", "127.0.0.1"), "198.51.100.77")):
        running = start(*options)
        with running.client() as http:
            assert http.get("/health", headers=forwarded).status_code == 200
        running.process.terminate()
        running.process.wait(20)
        assert f'"client": "{logged}"' in running.log.read_text()


def test_the_token_comes_from_the_environment(tmp_path: Path) -> None:
    environment = {**os.environ, "FWPROOF_TOKEN": "short"}
    command = [sys.executable, "-m", "auditor", "serve", "--host", "0.0.0.0"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "at least 16" in done.stderr
