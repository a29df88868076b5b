"""netsh in PowerShell scripts: called, started, invoked or carried by cmd."""

import pytest

RULE = "advfirewall firewall add rule name={} dir=in action=allow protocol=TCP localport={}"
PLAIN = RULE.format("web", 443)
QUOTED = RULE.format('"web in"', 443)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (f"netsh {QUOTED}", "web in"),
        (f"netsh.exe {QUOTED} | Out-Null", "web in"),
        (f"& netsh {QUOTED} 2>&1 > $null", "web in"),
        (f'& "$env:SystemRoot\\System32\\netsh.exe" {QUOTED}', "web in"),
        (f"$env:windir\\System32\\netsh.exe {QUOTED}; exit", "web in"),
        ("netsh " + RULE.format("'web in'", "443"), "web in"),
        (
            'netsh advfirewall firewall add rule "name=web in" dir=in action=allow protocol=TCP "localport=443"',
            "web in",
        ),
        ("netsh advfirewall firewall `\n add rule name=web `\n dir=in action=allow protocol=TCP localport=443", "web"),
        (f"netsh --% {QUOTED}", "web in"),
        (f"Start-Process netsh -ArgumentList '{QUOTED}' -Wait -NoNewWindow", "web in"),
        (f"Start-Process -FilePath netsh.exe -ArgumentList '{PLAIN}'.", "web"),
        ("Start-Process netsh " + ",".join(f"'{word}'" for word in PLAIN.split()), "web"),
        (f"Invoke-Expression 'netsh {QUOTED}'", "web in"),
        (f'iex "netsh {PLAIN}"', "web"),
        (f"cmd /c netsh {QUOTED}", "web in"),
        (f"$out = netsh {QUOTED} 2>&1", "web in"),
        (f"$null = & netsh {PLAIN}", "web"),
        (f"cmd.exe /c 'netsh {QUOTED}'", "web in"),
        (f"$words = '{PLAIN}'.Split\n& netsh @('x')\nnetsh {PLAIN}", "web"),
    ],
)
def test_every_way_to_run_it(stated, line, name):
    rules = stated("# setup", "Write-Host 'opening the port'", line, name="web01.ps1")
    assert [(rule.name, rule.protocol, rule.local_ports, rule.unread) for rule in rules] == [(name, 6, ("443",), ())]


def test_variables_and_lists_are_words(stated):
    rules = stated(
        "$port = 8443",
        "$ports = '80,443'",
        "$words = 'advfirewall','firewall','add','rule','name=list','dir=in','action=block'",
        f"netsh {RULE.format('one', '$port')}",
        f"netsh {RULE.format('two', chr(34) + '$ports' + chr(34))}",
        "netsh $words",
        "& netsh @words",
        name="web01.ps1",
    )
    assert [(rule.name, rule.local_ports) for rule in rules] == [
        ("one", ("8443",)),
        ("two", ("80", "443")),
        ("list", ()),
        ("list", ()),
    ]
    assert all(rule.unread == () for rule in rules)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("netsh " + RULE.format("x", "$port"), "localport=$port"),
        ("netsh " + RULE.format("x", "$(Get-Port)"), "localport=$(...)"),
        (f"if ($a) {{ netsh {PLAIN} }}", "it stands in braces"),
        (f"foreach ($p in 1, 2) {{ netsh {RULE.format('x', '$p')} }}", "localport=$p"),
    ],
)
def test_what_the_script_computes_or_may_not_run_is_uncertain(read, line, word):
    firewall = read("$x = Get-Date", line, name="web01.ps1")
    (gap,) = firewall.gaps
    assert word in gap.what
    assert gap.hides_access
    assert firewall.lists[0].rules[0].conditions


@pytest.mark.parametrize(
    "line",
    [
        "netsh $unknown",
        "Start-Process netsh -ArgumentList $unknown",
        f"[Diagnostics.Process]::Start('netsh', '{PLAIN}')",
        f"Invoke-Command -ComputerName EX02 -ScriptBlock $run -Arguments 'netsh {PLAIN}'",
        "Start-Process netsh 'exec more.txt'",
        "netsh advfirewall firewall set rule group='Remote Desktop' new enable=yes",
    ],
)
def test_what_is_not_read_is_a_gap(read, line):
    firewall = read(f"netsh {PLAIN}", "$x = Get-Date", line, name="web01.ps1")
    assert len(firewall.written.rules) == 1
    assert [(gap.origin.first_line, gap.hides_access) for gap in firewall.gaps] == [(3, True)]


def test_comments_and_messages_are_not_run(read):
    firewall = read(
        f"<# netsh {PLAIN}",
        f"   netsh {PLAIN} #>",
        f"# netsh {PLAIN}",
        f'Write-Host "netsh {PLAIN}"',
        f"netsh {PLAIN}  # netsh {PLAIN}",
        name="web01.ps1",
    )
    assert [rule.first_line for rule in firewall.written.rules] == [5]
    assert firewall.gaps == ()


def test_rules_of_both_kinds_stand_in_one_script(read):
    firewall = read(
        "New-NetFirewallRule -DisplayName api -Group shop -Protocol TCP -LocalPort 8443",
        f"netsh {PLAIN}",
        "netsh advfirewall firewall delete rule name=api",
        name="web01.ps1",
    )
    assert [rule.name for rule in firewall.written.rules] == ["web"]
    firewall = read(
        "New-NetFirewallRule -DisplayName api -Group shop -Protocol TCP -LocalPort 8443",
        "netsh advfirewall firewall set rule group=shop new enable=no",
        name="web01.ps1",
    )
    assert firewall.written.rules[0].unread == ("line 2 may change it",)


def test_the_registry_and_the_service_in_powershell(read):
    firewall = read(
        f"netsh {PLAIN}",
        "$x = Get-Date",
        "Set-ItemProperty -Path 'HKLM:\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\DomainProfile' -Name EnableFirewall -Value 0",
        "Stop-Service -Name MpsSvc",
        name="web01.ps1",
    )
    assert [(gap.origin.first_line, gap.hides_access) for gap in firewall.gaps] == [(3, True), (4, True)]
