"""100 MB of nonsense of many kinds, read within bounds: exit code, seconds and memory of `fwproof inspect` on each.

`python bench/nonsense.py [KIND ...]` writes each file, reads it in a fresh process and removes it again. All must end
with exit code 3 and one line that says why.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from multiprocessing import Process
from pathlib import Path

SIZE = 100 << 20
RULE = (
    b"\r\nRule Name:   a\r\n" + b"-" * 70 + b"\r\nEnabled:   Yes\r\nDirection:   In\r\nProfiles:   Domain\r\n"
    b"Grouping:\r\nLocalIP:   Any\r\nRemoteIP:   Any\r\nProtocol:   TCP\r\nLocalPort:   80\r\nRemotePort:   Any\r\n"
    b"Edge traversal:   No\r\nAction:   Allow\r\n"
)
POLICY = rb"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules"
REG = b"Windows Registry Editor Version 5.00\r\n\r\n[" + POLICY + b"]\r\n"


def filled(head: bytes, pattern: bytes) -> bytes:
    return head + pattern * ((SIZE - len(head)) // len(pattern))


def noise(head: bytes, without: bytes = b"") -> bytes:
    data = random.Random(1).randbytes(SIZE - len(head))
    return head + data.translate(bytes.maketrans(without, b"a" * len(without)))


def archive(members: dict[str, bytes]) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return target.getvalue()


KINDS: dict[str, Callable[[], bytes]] = {
    "random bytes": lambda: noise(b""),
    "NULs": lambda: filled(b"", b"\0"),
    "one line": lambda: filled(b"", b"a"),
    "short lines": lambda: filled(b"", b"a\n"),
    "labels": lambda: filled(b"", b"a: b\n"),
    "dashes": lambda: filled(b"", b"-" * 70 + b"\n"),
    "a rule, then random bytes": lambda: noise(RULE),
    "a rule, then random bytes without NULs": lambda: noise(RULE, b"\0\n"),
    "a rule, then labels": lambda: filled(RULE, b"x: y\n"),
    "a rule, then one line": lambda: filled(RULE, "ä".encode()),
    "random UTF-16": lambda: noise(b"\xff\xfe"),
    "UTF-16 lines": lambda: filled(b"", "a b\n".encode("utf-16-le")),
    "JSON of empty objects": lambda: filled(b'[{"DisplayName": "a", "Direction": 1, "InstanceID": "a"}', b', {"a": 1}'),
    "nested JSON": lambda: filled(b"", b"[1,"),
    "XML": lambda: filled(b'<?xml version="1.0"?><GPO xmlns="Settings/WindowsFirewall">', b"<a>b</a>\n"),
    "CLIXML": lambda: filled(b"<Objs><!-- NetFirewall -->", b"<S>b</S>\n"),
    "table": lambda: filled(b"Rule Name,Enabled,Direction,Action,Protocol,RemoteIP\n", b"a,b,c,d,e,f\n"),
    "list form": lambda: filled(b"Name : a\nDisplayName : b\nDirection : In\nAction : Allow\n", b"x : y\n"),
    "script": lambda: filled(b"New-NetFirewallRule -DisplayName a\n", b"echo a\n"),
    "hive of random bytes": lambda: noise(b"regf" + bytes(4092)),
    "hive that claims 4 GB": lambda: filled(b"regf", b"\xff"),
    "Registry.pol of random bytes": lambda: noise(b"PReg\1\0\0\0"),
    "Registry.pol of records": lambda: filled(b"PReg\1\0\0\0", "[k\0;v\0;\1\0;\0\0;]".encode("utf-16-le")),
    "registry text": lambda: filled(REG, b'"a"="b"\r\n'),
    "registry text, then random bytes": lambda: noise(REG),
    "reg query, then random bytes": lambda: noise(POLICY + b"\r\n    a    REG_SZ    v2.10|Action=Allow|Dir=In|\r\n"),
    "zip bomb": lambda: archive({"a.txt": bytes(5 * SIZE)}),
    "zip of 100,000 files": lambda: archive({f"{n}.txt": b"a" for n in range(100_000)}),
    "zip of 9,999 zips": lambda: archive(dict.fromkeys(map(str, range(9_999)), archive({"a.txt": bytes(1 << 20)}))),
    "zip that leaves its folder": lambda: archive({"../a.txt": b"a"}),
}


def write(path: Path, kind: str) -> None:
    path.write_bytes(KINDS[kind]())


def main(kinds: list[str]) -> None:
    command = Path(sys.executable).with_name("fwproof")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "input"
        for kind in kinds or KINDS:
            # In a process of its own: the measured one would be charged for the memory of this one.
            writer = Process(target=write, args=(path, kind))
            writer.start()
            writer.join()
            start = time.perf_counter()
            with subprocess.Popen(
                [command, "inspect", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            ) as child:
                said = child.stdout.read().decode() if child.stdout else ""
                _, status, usage = os.wait4(child.pid, 0)
                child.returncode = os.waitstatus_to_exitcode(status)
            seconds = time.perf_counter() - start
            shown = said.replace(str(path), "FILE").strip()[:110]
            print(
                f"{kind:40} exit {child.returncode} {seconds:6.1f} s {usage.ru_maxrss >> 10:5} MiB  {shown}", flush=True
            )


if __name__ == "__main__":
    main(sys.argv[1:])
