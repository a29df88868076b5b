"""Batch files: what runs, what may run, and how lines, quotes, variables and redirections are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import parsers
from parsers.windows.scripts import batch

WEB = "netsh advfirewall firewall add rule name=web dir=in action=allow protocol=TCP localport=443"


def test_comments_make_no_rule(stated):
    rules = stated("@echo off", f"rem {WEB}", f":: {WEB}", f"REM. {WEB}", f"@rem {WEB}", f"  :: {WEB}", WEB)
    assert [rule.first_line for rule in rules] == [7]


def test_lines_go_on_after_a_caret(stated):
    (rule,) = stated(
        "netsh advfirewall firewall add rule ^",
        '  name="web in" dir=in ^',
        " action=allow protocol=TCP ^",
        "localport=1",
    )
    assert (rule.name, rule.first_line, rule.last_line, rule.local_ports) == ("web in", 1, 4, ("1",))


@pytest.mark.parametrize(
    "end", [">nul", "> nul 2>&1", ">>C:\\log.txt", '>> "C:\\a b.log" 2>&1', "2>nul", '| find "Ok"', "&& echo done", ")"]
)
def test_where_the_output_goes_is_no_part_of_the_command(read, end):
    firewall = read(f"{WEB}{'' if end == ')' else ' '}{end}" if end != ")" else f"({WEB})")
    (rule,) = firewall.written.rules
    assert (rule.local_ports, rule.unread) == (("443",), ())
    assert firewall.gaps == ()


def test_signs_inside_quotes_are_letters(stated):
    (rule,) = stated(WEB.replace("web", '"a & b | (c) > d"'))
    assert (rule.name, rule.unread) == ("a & b | (c) > d", ())


def test_several_commands_in_one_line(stated):
    rules = stated(f"{WEB} & {WEB.replace('web', 'api')}&{WEB.replace('web', 'sql')}")
    assert [(rule.name, rule.first_line, rule.unread) for rule in rules] == [(n, 1, ()) for n in ("web", "api", "sql")]


@pytest.mark.parametrize(
    "line",
    [
        "if exist C:\\x.txt {}",
        'if not "%1"=="" {}',
        "if /i %1 == yes {}",
        "if %ERRORLEVEL% EQU 0 {}",
        "if errorlevel 1 {}",
        "if not defined X {}",
        "if exist x ({})",
        "if exist x (\n{}\n)",
        "if exist x (\necho a\n) else (\n{}\n)",
        "if exist x (echo a) else {}",
        "if exist x (\nif exist y (\necho b\n)\n{}\n)",
        "for %%i in (*.exe) do {}",
        "for %%i in (1 2) do (\necho %%~fi\n{}\n)",
        "for %%i in (1 2) do (\nif %%i==2 goto end\n{}\n)\n:end",
        "if exist x for %%i in (1 2) do {}",
        'for /f "tokens=1,2 delims=," %%a in (\'type "x.txt"\') do {}',
        "for /l %%i in (1,1,9) do (\n{}\n)",
        'for /r "C:\\x" %%G in (*.exe) do (@echo %%G\n{})',
        "ping x && {}",
        "ping x || {}",
        "ping x >nul 2>&1 && {}",
        "goto end\n{}\n:end",
        "if exist x goto end\n{}\n:end",
        "exit /b\n:sub\n{}",
        "goto :eof\n:sub\n{}\ngoto :eof",
    ],
)
def test_a_command_that_may_not_run_is_not_certain(read, line):
    firewall = read(*line.format(WEB).split("\n"))
    (rule,) = firewall.written.rules
    assert (rule.name, rule.local_ports) == ("web", ("443",))
    assert "whether it runs is not known" in rule.unread[0]
    assert [gap.hides_access for gap in firewall.gaps] == [True]


@pytest.mark.parametrize(
    "line",
    [
        "if exist x (echo a)\n{}",
        "if exist x (\necho a ^) b\n)\n{}",
        "net session >nul 2>&1\nif %errorlevel% neq 0 (\n  echo Run as administrator\n  exit /b 1\n)\n{}",
        "if exist x goto end\n:end\n{}",
        "goto main\n:sub\necho a\nexit /b\n:main\n{}",
        "({})",
        "(\n{}\n)",
        "call {}",
        "start /wait {}",
        'start "the title" /b {}',
        "cmd /c {}",
        'cmd.exe /c "{}"',
        "@{}",
        "C:\\Users\\admin>{}",
        "echo on & {}",
        "{}\ngoto :eof",
        "{}\nif exist x goto again",
        ":again\nping x\nif errorlevel 1 goto again\n{}",
    ],
)
def test_a_command_that_runs_is_certain(read, line):
    firewall = read(*line.format(WEB).split("\n"))
    (rule,) = firewall.written.rules
    assert (rule.local_ports, rule.unread, firewall.gaps) == (("443",), (), ())


@pytest.mark.parametrize(
    "name",
    ["netsh.exe", "NETSH", "%SystemRoot%\\System32\\netsh.exe", '"C:\\Windows\\System32\\netsh.exe"', "C:\\x\\netsh"],
)
def test_the_program_by_any_of_its_names(stated, name):
    assert [rule.unread for rule in stated(WEB.replace("netsh", name, 1))] == [()]


@pytest.mark.parametrize("line", ["set PORT=8443", 'set "PORT=8443"', "@SET port=8443", 'set "PORT=8443" & rem x'])
def test_variables_that_hold_a_literal(stated, line):
    (rule,) = stated(line, WEB.replace("443", "443,%Port%"))
    assert (rule.local_ports, rule.unread) == (("443", "8443"), ())


@pytest.mark.parametrize(
    "line",
    [
        "set /p PORT=Which port? ",
        "set /a PORT=1+2",
        "if exist x set PORT=8443",
        "set PORT=%1",
        "set PORT=1\nset /p PORT=",
        "set PORT=1\n:again\nset PORT=2",
        "for /f %%i in ('x') do set PORT=%%i",
        "set PORT=1\n(\nset PORT=2",
        "rem nothing",
    ],
)
def test_variables_that_do_not(stated, line):
    (rule,) = stated(*line.split("\n"), WEB.replace("443", "%PORT%"))
    assert rule.unread[-1] == "localport=%PORT%"
    assert rule.local_ports == ()


LOOP = 'netsh advfirewall firewall add rule name="port %%p" dir=in action=allow protocol=TCP localport=%%p'


@pytest.mark.parametrize(
    "loop",
    [
        "for %%p in (80 443) do {}",
        "FOR %%p IN (80,443) DO @{} >nul",
        "for %%p in (80; 443) do ({})",
        "for %%p in (80 443) do (\n  echo Opening %%p (TCP^)\n  rem %%p\n  {}\n)",
        "set PORTS=80 443\nfor %%p in (%PORTS%) do {}",
    ],
)
def test_a_loop_over_words_is_carried_out_for_each(read, loop):
    firewall = read(*loop.format(LOOP).split("\n"), WEB)
    assert [(rule.name, rule.local_ports, rule.unread) for rule in firewall.written.rules] == [
        ("port 80", ("80",), ()),
        ("port 443", ("443",), ()),
        ("web", ("443",), ()),
    ]
    assert firewall.gaps == ()


def test_loops_in_loops_and_conditions_in_loops(stated):
    nested = "for %%a in (TCP UDP) do for %%p in (53 88) do " + LOOP.replace("TCP", "%%a")
    assert [(rule.protocol, rule.local_ports) for rule in stated(nested)] == [
        (6, ("53",)),
        (6, ("88",)),
        (17, ("53",)),
        (17, ("88",)),
    ]
    rules = stated("for %%p in (80 443) do (", f"if exist x {LOOP}", LOOP, ")")
    assert [bool(rule.unread) for rule in rules] == [True, False, True, False]


def test_a_loop_that_never_closes_is_not_certain(stated):
    assert [bool(rule.unread) for rule in stated("for %%p in (80 443) do (", LOOP)] == [True]


def test_loops_do_not_multiply_without_end():
    nested = "".join(f"for %%{letter} in ({' '.join(map(str, range(60)))}) do " for letter in "abcd")
    assert len(list(batch.commands(nested + WEB))) < 10_000


def test_a_variable_may_hold_the_whole_rule(stated):
    (rule,) = stated("set RULE=dir=in action=block protocol=UDP", "netsh advfirewall firewall add rule name=x %RULE%")
    assert (rule.direction, rule.action, rule.protocol, rule.unread) == ("in", "block", 17, ())


def test_printing_a_command_is_not_running_it(read):
    firewall = read(f"echo {WEB}", f"echo. {WEB}", f"title {WEB}", WEB)
    assert [rule.first_line for rule in firewall.written.rules] == [4]
    assert firewall.gaps == ()


@pytest.mark.parametrize(
    "line",
    [
        "echo advfirewall firewall add rule name=x dir=in action=allow > more.txt",
        "echo advfirewall firewall add rule name=x dir=in action=allow | netsh",
        'schtasks /create /tn x /tr "netsh advfirewall firewall add rule name=x dir=in action=allow"',
        "psexec \\\\ex02 netsh advfirewall firewall add rule name=x dir=in action=allow",
        "%RUN% netsh advfirewall firewall add rule name=x dir=in action=allow",
        'mshta vbscript:run("netsh advfirewall set allprofiles state off")',
        "tool netsh firewall set opmode disable",
    ],
)
def test_a_command_that_is_carried_in_another_way_is_a_gap(read, line):
    firewall = read(WEB, line)
    assert len(firewall.written.rules) == 1
    assert [(gap.origin.first_line, gap.hides_access) for gap in firewall.gaps] == [(2, True)]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (
            'reg add "HKLM\\Software\\Policies\\Microsoft\\WindowsFirewall\\{}Profile" /v EnableFirewall /d 0 /f',
            "registry keys",
        ),
        (
            "reg delete HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\{} /f",
            "registry keys",
        ),
        ("net stop MpsSvc & rem {}", "service of the firewall"),
        ("sc config mpssvc start= disabled & rem {}", "service of the firewall"),
    ],
)
def test_other_ways_to_change_the_firewall_are_one_gap(read, line, what):
    (gap,) = read(WEB, line.format("Domain"), f"rem {line}", line.format("Public")).gaps
    assert what in gap.what
    assert "lines 2, 4" in gap.what
    assert (gap.origin.first_line, gap.origin.last_line, gap.hides_access) == (2, 4, True)


def test_starting_the_service_is_none(read):
    assert read(WEB, "sc config MpsSvc start= auto", "net start MpsSvc").gaps == ()


def test_reading_its_registry_keys_is_none_and_setting_them_is_one(read):
    key = "HKLM:\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\DomainProfile"
    assert read(WEB, f"Get-ItemProperty {key}", name="web01.ps1").gaps == ()
    assert len(read(WEB, f"Set-ItemProperty {key} EnableFirewall 0", name="web01.ps1").gaps) == 1


@pytest.mark.parametrize("part", ["net stop ", "sc stop x ", "reg add ", "-Service stop ", "Set-Item "])
def test_lines_full_of_their_words_take_bounded_time(read, part):
    assert read(WEB, *([part * 100] * 200)).gaps == ()


def test_powershell_inside_a_batch_file(read):
    line = 'powershell -NoProfile -Command "New-NetFirewallRule -DisplayName api -Protocol TCP -LocalPort 8443"'
    firewall = read("@echo off", WEB, line, f"if exist x {line.replace('api', 'maybe')}")
    assert [(rule.name, rule.first_line, bool(rule.unread)) for rule in firewall.written.rules] == [
        ("web", 2, False),
        ("api", 3, False),
        ("maybe", 4, True),
    ]


@pytest.mark.parametrize("code", ["utf-16", "utf-8-sig", "cp850", "cp1252"])
def test_encodings(code):
    text = f"@echo off\r\n{WEB.replace('web', chr(34) + 'Büro-Web' + chr(34))}\r\n"
    (firewall,) = parsers.read(text.encode(code), "web01.bat")
    (rule,) = firewall.written.rules  # type: ignore[attr-defined]
    assert rule.local_ports == ("443",)
    assert code not in ("utf-16", "utf-8-sig") or rule.name == "Büro-Web"


@pytest.mark.parametrize("text", ["# Open the port\n\n```\n{}\n```\n", "<html><pre>\n{}\n</pre>\n"])
def test_a_text_that_shows_commands_to_people_is_no_script(text):
    with pytest.raises(parsers.errors.UnreadableError, match="script that changes rules"):
        parsers.read(text.format(WEB).encode(), "README.md")


def test_a_program_in_another_language_is_no_script():
    with pytest.raises(parsers.errors.UnreadableError, match="script that changes rules"):
        parsers.read(f"import os\nos.system('{WEB}')\n".encode(), "open.py")


@given(st.text(alphabet="Ab%!^&|()<>\"' \n\t:=@;,if for do in goto set netsh", max_size=120))
def test_any_text_comes_to_an_end(text):
    lines = (WEB + "\n" + text).count("\n") + 2
    assert all(each.last_line <= lines for each in batch.commands(WEB + "\n" + text))
    parsers.read(f"{WEB}\n{text}".encode(), "web01.bat")


def test_long_scripts_with_many_open_brackets_come_to_an_end():
    crafted = ["(" * 20_000, "a^\n" * 20_000, "( a " * 20_000, "a&" * 50_000, "if exist x goto y\n" * 20_000]
    script = "\n".join([f"if exist x goto end\n{WEB}\n:end"] * 1_500 + crafted)
    assert len([each for each in batch.commands(script) if each.text.startswith("netsh")]) == 1_500
