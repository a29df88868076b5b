"""Dumps as people really keep them: sessions, transcripts, pages of the web, pasted and filtered text."""

import pytest

import parsers
from parsers.errors import UnreadableError
from parsers.source import Document
from parsers.windows.netsh import texts

TRANSCRIPT = """**********************
Windows PowerShell transcript start
Start time: 20240101120000
Username: EX\\admin
Machine: EX01 (Microsoft Windows NT 10.0.17763.0)
**********************
Transcript started, output file is C:\\Users\\admin\\x.txt
PS C:\\> {command}
{body}PS C:\\> Stop-Transcript
**********************
Windows PowerShell transcript end
End time: 20240101120100
**********************
"""
SHOW = "netsh advfirewall firewall show rule name=all verbose"
ELEVATION = "The requested operation requires elevation (Run as administrator)."


def host(text):
    document = Document("EX01.txt", text.encode())
    assert texts.recognises(document)
    return texts.read(document)


@pytest.fixture
def dump(server, locales, netsh):
    return netsh(server, locales["en"]).replace("\r\n", "\n")


def numbered(separator):
    return lambda text: "\n".join(f"{n}{separator}{line}" for n, line in enumerate(text.split("\n"), start=1))


WRAPPINGS = {
    "transcript": lambda text: TRANSCRIPT.format(command=SHOW, body=text),
    "evil-winrm": lambda text: (
        f"\x1b[0;31m*Evil-WinRM*\x1b[0m PS C:\\Users\\x\\Documents> {SHOW}\n"
        + "\n".join(line.ljust(118) for line in text.split("\n"))
    ),
    "report": lambda text: "\n".join(f"[*]   {line}" for line in text.split("\n")),
    "mail": lambda text: "\n".join(f"> {line}" for line in text.split("\n")),
    "numbers": numbered(": "),
    "cat -n": numbered("\t"),
    "entities": lambda text: text.replace("(", "&#40;").replace(")", "&#41;"),
    "page": lambda text: "<html><body><pre>\n" + text.replace("\n", "<br>\n") + "</pre></body></html>",
    "one line": lambda text: "<pre>" + text.replace("\n", "<br/>") + "</pre>",
    "no-break blanks": lambda text: text.replace(":  ", ":\u00a0 "),
    "trailing blanks": lambda text: "\n".join(f"{line}   " for line in text.split("\n")),
}


@pytest.mark.parametrize("kind", WRAPPINGS)
def test_what_stands_around_a_dump_changes_no_rule(kind, dump):
    plain, wrapped = host(dump), host(WRAPPINGS[kind](dump))
    bare = [
        [
            (r.name, r.enabled, r.direction, r.action, r.local_ports, r.remote_addresses, r.icmp, r.unread)
            for r in each.rules
        ]
        for each in (plain, wrapped)
    ]
    assert bare[0] == bare[1]
    assert [gap.what for gap in wrapped.gaps] == [gap.what for gap in plain.gaps]
    assert wrapped.missing == ""


def test_two_dumps_in_one_session(dump):
    session = f"C:\\>{SHOW.replace('all', 'all dir=in')}\n{dump}C:\\>{SHOW.replace('all', 'all dir=out')}\n{dump}"
    assert len(host(session).rules) == 2 * len(host(dump).rules)


@pytest.mark.parametrize(
    "end", ["", "PS C:\\> Stop-Transcript\n**********************\nEnd time: 2024\n", "C:\\>dir\n"]
)
def test_a_rule_that_breaks_off_hides_the_rest_whatever_stands_below(dump, end):
    cut = dump[: dump.rindex("Edge traversal:")]
    found = host(cut + end)
    assert "breaks off in the middle of a rule" in found.missing
    assert found.rules[-1].unread == ("action is missing",)
    assert len(found.rules) == len(host(dump).rules)


def test_a_description_that_speaks_of_elevation_is_no_message(server, locales, netsh):
    text = netsh([{**server[0], "description": ELEVATION}, *server[1:6]], locales["en"])
    assert len(text) < 20_000
    assert host(text).rules[0].description == ELEVATION


@pytest.mark.parametrize(
    "message", [ELEVATION, "An error occurred while attempting to contact the  Windows Defender Firewall service."]
)
def test_a_message_beside_a_few_rules_is_still_a_refusal(server, locales, netsh, message):
    session = f"{netsh(server[:6], locales['en'])}C:\\>netsh advfirewall show allprofiles\n{message}\n"
    with pytest.raises(UnreadableError, match=r"elevated prompt|could not reach"):
        texts.read(Document("EX01.txt", session.encode()))


@pytest.mark.parametrize(
    "text",
    [
        "Get-NetFirewallRule : Access is denied.\nAt line:1 char:1\n+ CategoryInfo : PermissionDenied\n",
        "Get-NetFirewallRule : The term 'Get-NetFirewallRule' is not recognized as the name of a cmdlet\n",
    ],
)
def test_an_error_of_powershell_is_refused_with_what_to_do(text):
    with pytest.raises(UnreadableError, match="run it again from an elevated PowerShell"):
        parsers.read(text.encode(), "EX01.txt")


LIST = """

Name                  : web
DisplayName           : Web
DisplayGroup          : Shop
Enabled               : True
Profile               : Any
Direction             : Inbound
Action                : Allow
Status                : The rule was parsed successfully from the store. (65536)
PolicyStoreSourceType : Local


"""
TABLE = """
Name DisplayName DisplayGroup Enabled Profile Direction Action
---- ----------- ------------ ------- ------- --------- ------
web  Web         Shop            True Any     Inbound   Allow

"""


@pytest.mark.parametrize("body", [LIST, TABLE])
@pytest.mark.parametrize("around", [True, False])
def test_a_transcript_of_get_netfirewallrule(body, around):
    text = TRANSCRIPT.format(command="Get-NetFirewallRule", body=body) if around else body
    (firewall,) = parsers.read(text.encode(), "EX01.txt")
    (rule,) = [rule for rule in firewall.lists[0].rules if not rule.implicit]
    assert (rule.name, rule.enabled, rule.written.group) == ("Web", True, "Shop")
    assert [gap.hides_access for gap in firewall.gaps] == [True]
