"""Registry values as forensic tools, PowerShell and LGPO list them."""

import pytest

import parsers
from parsers.errors import UnreadableError

WEB = r"v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=443|App=C:\Program Files\Web\web.exe|Name=Web|"
OLD = "v2.30|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=445|Name=Old|"
LOCAL = r"Services\SharedAccess\Parameters\FirewallPolicy"
GPO = r"Software\Policies\Microsoft\WindowsFirewall"
HEADER = (
    "HivePath,HiveType,Description,Category,KeyPath,ValueName,ValueType,ValueData,ValueData2,Comment,Recursive,Deleted"
)


def read(text, name="EX01.txt"):
    (firewall,) = parsers.read(text.encode() if isinstance(text, str) else text, name)
    return firewall.written


def recmd(*rows):
    return "\r\n".join([HEADER, *(f"E:\\SYSTEM,SYSTEM,Firewall,System,{row}" for row in rows), ""])


def test_recmd_rows_are_rules_and_settings():
    host = read(
        recmd(
            rf'ROOT\ControlSet001\{LOCAL}\FirewallRules,web,RegSz,"{WEB}",,,False,False',
            rf'ROOT\ControlSet001\{LOCAL}\FirewallRules,old,RegSz,"{OLD}",,,False,True',
            rf"ROOT\ControlSet001\{LOCAL}\PublicProfile,EnableFirewall,RegDword,0,,,False,False",
            r"ROOT\ControlSet001\Services\Tcpip\Parameters,Hostname,RegSz,EX01,,,False,False",
        )
    )
    (rule,) = host.rules
    assert (rule.name, rule.local_ports, rule.program.name) == ("Web", ("443",), r"C:\Program Files\Web\web.exe")
    assert [(each.profile, each.enabled) for each in host.profiles] == [("public", False)]
    assert host.gaps == ()
    assert host.format == "registry CSV"


def test_recmd_has_both_control_sets_of_a_hive():
    """One of them counts, never both."""
    host = read(
        recmd(
            *(rf'ROOT\ControlSet00{number}\{LOCAL}\FirewallRules,web,RegSz,"{WEB}",,,False,False' for number in (2, 1))
        )
    )
    assert [(rule.id, rule.name) for rule in host.rules] == [("web", "Web")]


def test_a_recmd_row_of_too_many_cells_is_a_gap():
    host = read(recmd(rf"ROOT\ControlSet001\{LOCAL}\FirewallRules,web,RegSz,{OLD},a,b,False,False,,,,,,"))
    (gap,) = host.gaps
    assert gap.hides_access


def item_property(width=0):
    """The list as a console of this width prints it (0: a file without wrapping)."""
    lines = []
    for name, data in (("{0A}", WEB), ("old", OLD)):
        text = f"{name:<12} : {data}"
        while width and len(text) > width:
            lines.append(text[:width])
            text = " " * 15 + text[width:].lstrip()
        lines.append(text)
    key = rf"Microsoft.PowerShell.Core\Registry::HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\{LOCAL}\FirewallRules"
    lines += [f"PSPath       : {key}", "PSChildName  : FirewallRules", "PSDrive      : HKLM", "", ""]
    return "\r\n" + "\r\n".join(lines)


@pytest.mark.parametrize("width", [0, 60, 80])
def test_get_itemproperty(width):
    host = read(item_property(width).replace("PSPath       : Micro", "PSPath       : Micro"))
    assert [(rule.id, rule.action, rule.local_ports) for rule in host.rules] == [
        ("{0A}", "allow", ("443",)),
        ("old", "block", ("445",)),
    ]
    assert host.rules[0].program.name == r"C:\Program Files\Web\web.exe"
    assert host.gaps == ()


def test_get_itemproperty_of_a_group_policy():
    text = item_property().replace(rf"SYSTEM\CurrentControlSet\{LOCAL}", GPO)
    assert {rule.store for rule in read(text).rules} == {"gpo"}


def test_get_itemproperty_without_its_path():
    text = "\r\n".join(line for line in item_property().split("\r\n") if not line.startswith("PS"))
    host = read(text)
    assert len(host.rules) == 2
    assert any("does not say which key" in note for note in host.notes)


LGPO = rf"""; ----------------------------------------------------------------------
; PARSING Computer POLICY
; Source file:  registry.pol

Computer
{GPO}\FirewallRules
*
DELETEALLVALUES

Computer
{GPO}\FirewallRules
web
SZ:{WEB}

Computer
{GPO}\PublicProfile
EnableFirewall
DWORD:1

Computer
{GPO}\PublicProfile
AllowLocalPolicyMerge
DWORD:0x0

User
{GPO}\FirewallRules
other
SZ:{OLD}

Computer
Software\Policies\Microsoft\Windows\Other
Value
SZ:text

; PARSING COMPLETED.
"""


def test_lgpo_text():
    host = read(LGPO)
    (rule,) = host.rules
    assert (rule.name, rule.store) == ("Web", "gpo")
    (profile,) = host.profiles
    assert (profile.profile, profile.enabled, profile.merge_local) == ("public", True, False)
    assert host.gaps == ()


def test_lgpo_text_that_breaks_off():
    (gap,) = read(LGPO.partition("EnableFirewall")[0]).gaps
    assert gap.hides_access


def test_lgpo_deletes_what_stands_above():
    text = (
        LGPO
        + rf"""
Computer
{GPO}\FirewallRules
web
DELETE
"""
    )
    assert read(text).rules == ()


def test_lists_without_a_firewall_policy_are_refused():
    with pytest.raises(UnreadableError, match="without a firewall policy"):
        read(recmd(r"ROOT\ControlSet001\Services\Tcpip\Parameters,Hostname,RegSz,EX01,,,False,False"))


@pytest.mark.parametrize("text", ["a\rb,c\n", '"a,b\n', "\0,\n", "KeyPath,ValueName\rValueData\n"])
def test_odd_first_lines_of_other_files(text):
    with pytest.raises(UnreadableError, match="not recognised"):
        parsers.read(text.encode() * 9, "other.txt")


def test_a_table_whose_quotes_never_close():
    text = recmd(rf'ROOT\ControlSet001\{LOCAL}\FirewallRules,web,RegSz,"{WEB}')
    with pytest.raises(UnreadableError, match="broken CSV"):
        read(text)


def test_banner_of_lgpo_is_passed_over_and_a_script_that_holds_such_text_is_none():
    value = "Computer\nSOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\PublicProfile\nEnableFirewall\nDWORD:0\n"
    (firewall,) = parsers.read(
        f"LGPO.exe v3.0 - Local Group Policy Object utility\n\n; a\n{value}".encode(), "EX01.txt"
    )
    assert "The public profile is OFF: everything passes while it is active." in firewall.assumptions
    with pytest.raises(UnreadableError, match="not recognised"):
        parsers.read(f'$policy = @"\n{value}"@\nSet-Content p.txt $policy\n'.encode(), "EX01.ps1")
