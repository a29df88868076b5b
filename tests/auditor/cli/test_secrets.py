"""Secrets of a FortiGate configuration, in every place that holds one, and every output of the command line."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from auditor.cli import run
from auditor.web.excerpts import masked

NUMBERED = re.compile(r"CANARY\d{3}")
HEADER = "#config-version=FGT60F-7.2.3-FW-build0523-230606:opmode=0:vdom=0:user=admin\n"
PLACES: dict[str, str] = {
    "user local": 'passwd ENC @|passwd "@"|passwd @|ppk-secret "@"',
    "system admin": 'password ENC SH2@=|password "@"|ssh-public-key1 "ssh-rsa @"|old-password ENC @|history0 @',
    "vpn ipsec phase1-interface": 'psksecret ENC @|psksecret "@"|psksecret-remote "@"|authpasswd "@"|interface "wan1"',
    "vpn ipsec manualkey": "authkey @|enckey @",
    "vpn ipsec manualkey-interface": "auth-key @|enc-key @",
    "user radius": 'secret ENC @|secret "@"|secondary-secret "@"|rsso-secret @',
    "user ldap": 'password "@"',
    "user tacacs+": 'key "@"|secondary-key ENC @',
    "user fsso": 'password "@"|password2 @',
    "user krb-keytab": 'keytab "@"',
    "user fortitoken": 'license "@"|seed "@"',
    "system snmp community": 'name "@"',
    "switch-controller snmp-community": 'name "@"',
    "system snmp user": 'auth-pwd ENC @|priv-pwd "@"',
    "wireless-controller vap": 'passphrase ENC @|passphrase "@"|sae-password "@"|key "@"',
    "system api-user": 'api-key ENC @|api-key "@"',
    "system automation-action": 'script "execute backup ftp x @"|http-body "token=@"|uri "https://h/@"|headers "x: @"',
    "system ddns": 'ddns-password "@"|ddns-key "@"',
    "system external-resource": 'resource "https://bob:@@feeds.example/x"|password "@"|uri "https://h/?apikey=@"',
    "firewall vip": 'comment "password: @"|extip 203.0.113.9|mappedip "10.0.0.9"|extintf "wan1"',
    "firewall address": 'comment "psk=@"|unheard ENC @',
    "router key-chain": 'key-string "@"',
    "system sdn-connector": 'secret-key "@"|client-secret ENC @|secret-token "@"',
    "certificate local": 'private-key "-----BEGIN ENCRYPTED PRIVATE KEY-----\n@\n-----END"|acme-eab-key-hmac "@"',
    "system interface": 'vdom root|ip 203.0.113.2/24|allowaccess https telnet|password ENC @|pptp-password "@"|role wan',
    "unheard table": 'wombat-password "@"|token "@"|x ENC @',
    "firewall policy": 'srcintf "any"|dstintf "any"|srcaddr "all"|dstaddr "all"|action accept|service "ALL"|schedule "always"'
    '|comments "vpn pw: @, https://u:@@h/?token=@"|password @|unheard-secret "@"|unheard ENC @',
}
AFTER = """execute backup config ftp file 192.0.2.1 bob @
set password @
password @
FW01 # execute restore config tftp @
"""


def numbered(text: str) -> str:
    """The text with every @ a canary of its own; "@@" is a canary and an @."""
    text = text.replace("@@", "@\0")
    pieces = text.split("@")
    return "".join(
        piece + (f"CANARY{number:03d}" if number < len(pieces) - 1 else "") for number, piece in enumerate(pieces)
    ).replace("\0", "@")


def configuration() -> str:
    tables = (
        f"config {table}\nedit 1\n" + "".join(f"set {line}\n" for line in lines.split("|")) + "next\nend\n"
        for table, lines in PLACES.items()
    )
    settings = (
        'config system ha\nset password "@"\nset key ENC @\nend\nconfig system snmp sysinfo\nset status enable\nend\n'
    )
    return HEADER + numbered("".join(tables) + settings + AFTER)


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("a.conf")
    path.write_text(configuration())
    return path


def texts(folder: Path) -> str:
    """Everything in files other than the exports, workbooks unpacked."""
    found: list[str] = []
    for path in folder.rglob("*"):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                found += [book.read(name).decode("utf-8", "replace") for name in book.namelist()]
        elif path.is_file() and path.suffix != ".conf":
            found.append(path.read_text("utf-8", "replace"))
    return "\n".join(found)


def test_every_report_is_free_of_secrets(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outputs = ("out.json", "out.sarif", "out.xml", "out.md", "out.html", "out.xlsx", "out.csv", "gitlab:out.gl.json")
    arguments = [word for output in outputs for word in ("-o", output)]
    assert run(["audit", str(export), "--fail-on", "never", "--allow-gaps", *arguments]) == 0
    shown = capsys.readouterr()
    assert "telnet" in texts(Path.cwd())
    assert NUMBERED.findall(shown.out + shown.err + texts(Path.cwd())) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["inspect", "a.conf"],
        ["init", "a.conf"],
        ["trace", "a.conf", "--from", "internet", "--to", "203.0.113.9", "--port", "tcp/443"],
        ["ask", "exchange-2010", "a.conf", "--service", "activesync"],
        ["compare", "a.conf", "b.conf"],
        ["compare", "a.conf", "b.conf", "--markdown"],
        ["redact", "a.conf"],
        ["redact", "a.conf", "--names", "--addresses"],
        ["audit", "cut.conf"],
    ],
    ids=" ".join,
)
def test_every_command_is_free_of_secrets(
    arguments: list[str], export: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    Path("b.conf").write_text(configuration().replace("action accept", "action deny"))
    Path("cut.conf").write_text(configuration()[:4000] + '\nset "open')
    run(arguments)
    out, err = capsysbinary.readouterr()
    assert out + err
    assert NUMBERED.findall((out + err).decode()) == []


def test_excerpts_of_the_page_are_free_of_secrets() -> None:
    text = configuration()
    lines = list(masked(text))
    assert len(lines) == text.count("\n") + 1
    assert NUMBERED.findall("\n".join(lines)) == []


@pytest.mark.parametrize(
    ("comment", "shown"),
    [
        ("vpn pw: hunter2", "vpn pw: redacted-1"),
        ("see https://kim:hunter2@h.example/x", "see https://redacted-1@h.example/x"),
        ("password is hunter", "password is redacted-1"),
        ("psk=hunter ok", "psk=redacted-1 ok"),
        ("password policy for guests", "password policy for guests"),
        ("token bucket", "token bucket"),
        ("opens tcp/443: mail", "opens tcp/443: mail"),
    ],
)
def test_what_a_comment_gives_away(
    comment: str, shown: str, capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    path = tmp_path / "a.conf"
    path.write_text(f'{HEADER}config firewall address\n    edit "a"\n        set comment "{comment}"\n    next\nend\n')
    assert run(["redact", str(path)]) == 0
    assert f'set comment "{shown}"' in capsysbinary.readouterr().out.decode()
