"""Scripts that netsh carries out itself, and the lines that inetfw.pl writes."""

from pathlib import Path

import pytest

import parsers
from parsers.windows.written import WrittenRule

CORPUS = Path(__file__).parents[4] / ".." / "shared" / "corpus" / "windows"
FOLDER = CORPUS / "yuksiy__inetfw_tools"
OUTPUT = "examples__default.win10home__output__netsh-advfirewall-firewall-show-rule"


def test_contexts_are_entered_kept_and_left(read):
    firewall = read(
        "# rules of the web server, for netsh -f",
        "pushd advfirewall firewall",
        "add rule name=a dir=in action=allow",
        "; add rule name=no dir=in action=allow",
        "popd",
        "advfirewall firewall add rule name=b dir=in action=allow",
        "advfirewall",
        "set allprofiles state on",
        "firewall",
        "add rule name=c dir=in action=allow",
        "advfirewall firewall delete rule name=a",
        "..",
        "firewall add rule name=d dir=in action=allow",
        "pushd interface ipv4",
        "add rule name=e dir=in action=allow",
        "popd",
        name="web01.txt",
    )
    assert [(rule.name, rule.first_line) for rule in firewall.written.rules] == [("b", 6), ("c", 10), ("d", 13)]
    assert len(firewall.written.profiles) == 3
    assert (firewall.written.format, firewall.gaps) == ("netsh script", ())


INETFW = [
    "# written by inetfw.pl",
    'add rule name="web" enable="yes" dir="in" profile="domain,private,public" group="our \\"web\\"" localip="any" '
    'remoteip="localsubnet" protocol="tcp" localport="80,443" remoteport="any" edge="no" '
    'program=%SystemRoot%"\\\\system32\\\\web.exe" service="w3svc" interfacetype="any" action="allow"',
    'add rule name="ping" enable="no" dir="in" protocol="icmpv6" type_code="128:any,3:4" action="allow"',
    '#Disabled by the reason: localport# add rule name="tls" enable="yes" dir="in" protocol="tcp" '
    'localport="IPHTTPS" program="System" action="allow"',
    'add rule name="app" enable="yes" dir="out" group="@{App_1.0_x64__abc?ms-resource://App/Name}" action="allow"',
    '# add rule name="a comment" dir="in" action="allow"',
]


def test_lines_of_inetfw(read):
    firewall = read(*INETFW, name="web01.txt", newline="\n")
    web, ping, tls, app = firewall.written.rules
    assert (web.program.name, web.group, web.local_ports) == (
        "%SystemRoot%\\system32\\web.exe",
        'our "web"',
        ("80", "443"),
    )
    assert (ping.protocol, ping.icmp, ping.enabled) == (58, ((128, None), (3, 4)), False)
    assert (tls.first_line, tls.local_ports, tls.enabled, tls.unread) == (4, ("IPHTTPS",), True, ())
    assert [kind for kind, _ in app.conditions] == ["package"]
    assert firewall.gaps == ()
    assert any("cannot run these lines; the dump has their rules (localport)" in each for each in firewall.assumptions)


def shown(rule: WrittenRule) -> tuple[object, ...]:
    """What a rule says, without the differences of writing between a dump and the lines made of it."""
    program = rule.program.name.casefold()
    for variable, folder in (
        ("%systemroot%", "c:\\windows"),
        ("%programfiles%", "c:\\program files"),
        ("%programfiles(x86)%", "c:\\program files (x86)"),
    ):
        program = program.replace(variable, folder)
    return (
        rule.name,
        rule.group,
        rule.enabled,
        rule.direction,
        rule.action,
        rule.profiles,
        rule.protocol,
        _ports(rule.local_ports),
        _ports(rule.remote_ports),
        rule.icmp,
        tuple(token.casefold() for token in rule.local_addresses),
        tuple(token.casefold() for token in rule.remote_addresses),
        (rule.program.kind.value, program),
        rule.service,
        rule.edge,
        rule.conditions,
    )


def _ports(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """inetfw.pl writes short ranges as single ports ("554,8554-8558")."""
    found: list[str] = []
    for token in tokens:
        first, dash, last = token.partition("-")
        short = dash and first.isdigit() and int(last) - int(first) < 10
        found += map(str, range(int(first), int(last) + 1)) if short else [token.casefold()]
    return tuple(found)


@pytest.mark.skipif(not FOLDER.exists(), reason="the corpus of real exports is not here")
def test_every_line_of_a_real_file_says_what_the_dump_of_that_machine_says():
    """341 rules, two of them disabled in the script: each is the rule of the dump, field by field."""
    (lines,) = parsers.read(FOLDER / f"{OUTPUT}.cmd.ja.txt")
    (dump,) = parsers.read(FOLDER / f"{OUTPUT}.ja.txt")
    mine, theirs = (sorted(map(shown, each.written.rules), key=repr) for each in (lines, dump))  # type: ignore[attr-defined]
    assert len(mine) == 341
    assert mine == theirs
    assert lines.gaps == ()
