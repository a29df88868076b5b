"""The shapes netsh text has in the field: prompts, prefixes, wrapped lines, shifted columns, fragments (WINDOWS.md 1, 10)."""

import pytest

import parsers
from parsers.errors import UnreadableError
from parsers.model.addresses import PUBLIC
from parsers.model.rule import Action, ScopeKind
from parsers.source import Document
from parsers.windows.netsh import texts

RULE = """
Rule Name:                            {name}
----------------------------------------------------------------------
Enabled:                              Yes
Direction:                            In
Profiles:                             Domain,Private,Public
Grouping:
LocalIP:                              Any
RemoteIP:                             {remote}
Protocol:                             {protocol}
{ports}Edge traversal:                       No
Action:                               Allow
"""
PORTS = "LocalPort:                            {}\nRemotePort:                           Any\n"


def rule(name="Web", remote="Any", protocol="TCP", ports="443"):
    text = PORTS.format(ports) if protocol in ("TCP", "UDP") else ports
    return RULE.format(name=name, remote=remote, protocol=protocol, ports=text)


def dump(*rules):
    return "".join(rules) + "Ok.\n\n"


def read(text, name="EX01.txt"):
    document = Document(name, text.encode() if isinstance(text, str) else text)
    assert texts.recognises(document)
    return texts.read(document)


def only(text):
    host = read(text)
    (found,) = host.rules
    assert host.gaps == ()
    return found


@pytest.mark.parametrize(
    "before",
    [
        "",
        "\ufeff",
        "Microsoft Windows [Version 6.1.7601]\n\nC:\\> netsh advfirewall firewall show rule name=all\n",
        "*Evil-WinRM* PS C:\\Users\\x\\Documents> netsh advfirewall firewall show rule name=all\n",
        "==== FIREWALL RULES ====\n\n",
    ],
)
def test_prompts_and_banners_are_no_rules(before):
    assert only(before + dump(rule())).local_ports == ("443",)


@pytest.mark.parametrize("prefix", ["[*]   ", "[+] ", "> ", ">> ", "    ", "\t"])
def test_prefixes_of_tools_and_mails(prefix):
    text = "".join(f"{prefix}{line}\n" for line in dump(rule(), rule("RDP", ports="3389")).split("\n"))
    host = read(text)
    assert [(each.name, each.local_ports) for each in host.rules] == [("Web", ("443",)), ("RDP", ("3389",))]


def test_numbered_lines():
    text = "".join(f"{number}: {line}\n" for number, line in enumerate(dump(rule(), rule("RDP")).split("\n"), start=1))
    assert [each.name for each in read(text).rules] == ["Web", "RDP"]


def test_trailing_blanks_of_a_console():
    text = "".join(f"{line:<120}\r\n" for line in dump(rule(remote="10.0.0.0/8")).split("\n"))
    assert only(text).remote_addresses == ("10.0.0.0/8",)


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u202f"])
def test_blanks_before_the_colon(blank):
    text = dump(rule()).replace(":   ", f"{blank}:   ").replace(":  ", f"{blank}:  ", 0)
    assert only(text).enabled is True


@pytest.mark.parametrize("column", [10, 37, 41, 60])
def test_the_column_of_values_says_nothing(column):
    lines = []
    for line in dump(rule()).split("\n"):
        label, colon, value = line.partition(":")
        lines.append(f"{label + colon:<{column - 1}} {value.strip()}" if colon else line)
    assert only("\n".join(lines)).local_ports == ("443",)


@pytest.mark.parametrize(
    "name",
    [
        "a: b",
        "@{Pkg_1.2.3.4_x64__8wekyb3d8bbwe?ms-resource://Pkg/Resources/X}",
        "@FirewallAPI.dll,-28775",
        "????",
        "ms-resource:ProductPkgDisplayName",
        "Action: Block",
        "Ok.",
    ],
)
def test_names_are_taken_as_they_stand(name):
    assert only(dump(rule(name))).name == name


def test_equal_rules_stay_apart():
    host = read(dump(rule(), rule(), rule()))
    assert [each.id for each in host.rules] == ["1", "2", "3"]


def test_twins_of_one_name_differ_in_profile_and_scope():
    """The Windows rules of a server come in pairs: any address in the domain, the subnet elsewhere."""
    other = rule(remote="LocalSubnet").replace("Domain,Private,Public", "Private,Public")
    (firewall,) = parsers.read(dump(rule().replace("Domain,Private,Public", "Domain"), other).encode(), "EX01.txt")
    wide, narrow = [each for each in firewall.lists[0].rules if not each.implicit]
    assert wide.name == narrow.name
    assert (wide.ingress, wide.source.certain.text()) == (frozenset({"domain"}), "any")
    assert narrow.ingress == frozenset({"private", "public"})
    assert not narrow.source.possible.overlaps(PUBLIC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.0.0.1-10.0.0.9,192.0.2.0/24", ("10.0.0.1-10.0.0.9", "192.0.2.0/24")),
        ("LocalSubnet,fe80::/64,ff02::1-ff02::1", ("LocalSubnet", "fe80::/64", "ff02::1-ff02::1")),
        ("2001:db8::1/128", ("2001:db8::1/128",)),
        ("10.0.0.0/255.0.0.0", ("10.0.0.0/255.0.0.0",)),
    ],
)
def test_forms_of_addresses(text, expected):
    assert only(dump(rule(remote=text))).remote_addresses == expected


@pytest.mark.parametrize(
    ("first", "rest", "expected"),
    [
        ("10.0.0.0/8,", ["192.0.2.0/24"], ("10.0.0.0/8", "192.0.2.0/24")),
        ("10.0.0.0/8,192.0.", ["2.0/24"], ("10.0.0.0/8", "192.0.2.0/24")),
        ("2001:db8::/32,", ["2001:db8:1::", "/48,10.0.0.1"], ("2001:db8::/32", "2001:db8:1::/48", "10.0.0.1")),
    ],
)
def test_wrapped_values_are_put_together_and_said(first, rest, expected):
    wrapped = "\n".join([first, *(" " * 38 + each for each in rest)])
    host = read(dump(rule(remote=wrapped)))
    assert host.rules[0].remote_addresses == expected
    assert any("wrapped" in note for note in host.notes)


@pytest.mark.parametrize("ports", ["554,8554-8558", "RPC", "RPC-EPMap", "IPHTTPS", "Ply2Disc", "mDNS", "Teredo"])
def test_forms_of_ports(ports):
    found = only(dump(rule(ports=ports)))
    assert found.local_ports == tuple(ports.split(","))
    (firewall,) = parsers.read(dump(rule(ports=ports)).encode(), "EX01.txt")
    assert firewall.gaps == ()


def test_icmp_tables():
    table = " " * 38 + "Type    Code\n" + " " * 38 + "3       4   \n" + " " * 38 + "8       Any \n"
    assert only(dump(rule(protocol="ICMPv4", ports=table))).icmp == ((3, 4), (8, None))
    everything = " " * 38 + "Type    Code\n" + " " * 38 + "Any     Any \n"
    assert only(dump(rule(protocol="ICMPv6", ports=everything))).icmp == ((None, None),)


@pytest.mark.parametrize("number", [2, 41, 47, 50, 113])
def test_protocols_by_number(number):
    assert only(dump(rule(protocol=str(number), ports=""))).protocol == number


def test_several_dumps_in_one_file():
    text = (
        "C:\\> show rule dir=in\n" + dump(rule("one")) + "C:\\> show rule dir=out\n" + dump(rule("two"), rule("three"))
    )
    assert [each.name for each in read(text).rules] == ["one", "two", "three"]


def test_a_file_called_inbound_may_hold_outbound_rules():
    text = dump(rule("in"), rule("out").replace("In\n", "Out\n", 1))
    assert [each.direction for each in read(text, "inbound.txt").rules] == ["in", "out"]


def test_what_is_not_printed_is_unknown():
    (firewall,) = parsers.read(dump(rule()).encode(), "EX01.txt")
    (found,) = [each for each in firewall.lists[0].rules if not each.implicit]
    assert (found.program.kind, found.windows_service.kind) == (ScopeKind.UNKNOWN, ScopeKind.UNKNOWN)


@pytest.mark.parametrize("word", ["Bypass", "bypass"])
def test_bypass(word):
    (firewall,) = parsers.read(dump(rule()).replace("Allow", word).encode(), "EX01.txt")
    (found,) = [each for each in firewall.lists[0].rules if not each.implicit]
    assert found.action is Action.BYPASS
    assert any(condition.kind == "ipsec" for condition in found.conditions)


@pytest.mark.parametrize("command", ["findstr", "grep -n", "Select-String"])
def test_filtered_fragments_are_refused(command):
    lines = [
        line
        for line in dump(*(rule(f"r{n}") for n in range(5))).split("\n")
        if "Rule Name" in line or "LocalPort" in line
    ]
    if command == "grep -n":
        lines = [f"{number}:{line}" for number, line in enumerate(lines)]
    if command == "Select-String":
        lines = [f"rules.txt:{number}:{line}" for number, line in enumerate(lines)]
    with pytest.raises(UnreadableError, match="filtered fragment"):
        parsers.read("\n".join(lines).encode(), "EX01.txt")


ASKED = "C:\\>netsh advfirewall firewall show rule {}\n"


@pytest.mark.parametrize(
    "command", ["name=Web", 'name="Web shop"', "Web verbose", "name=all profile=domain", "all dir=out"]
)
def test_a_command_for_some_rules_leaves_others_out(command):
    """The text is a session: what was asked says that the answer is not every rule of the host."""
    host = read(ASKED.format(command) + dump(rule()))
    assert "shows only the rules" in host.missing
    (firewall,) = parsers.read((ASKED.format(command) + dump(rule())).encode(), "EX01.txt")
    assert any(gap.hides_access for gap in firewall.gaps)


@pytest.mark.parametrize("command", ["name=all", "name=All verbose", 'name="all"', "all", "name=all | more"])
def test_a_command_for_every_rule_leaves_none_out(command):
    assert read(ASKED.format(command) + dump(rule())).missing == ""


def test_commands_that_together_ask_for_every_rule():
    one, other = ASKED.format("name=all dir=in"), ASKED.format("name=all dir=out verbose")
    host = read(one + dump(rule()) + other + dump(rule("Mail")))
    assert (host.missing, len(host.rules)) == ("", 2)
    assert not any("inbound rules only" in note for note in host.notes)


def test_a_command_for_the_inbound_rules_is_said():
    host = read(ASKED.format("name=all dir=in") + dump(rule()))
    assert host.missing == ""
    assert any("inbound rules only" in note for note in host.notes)


def test_no_answer_for_one_name_is_no_empty_firewall():
    host = read(ASKED.format("name=Web") + "\nNo rules match the specified criteria.\n\n")
    assert "'Web'" in host.missing


IPSEC = """
Connection Security Rules :
------------------------------------------------------------------------

Rule Name:                            Isolation
----------------------------------------------------------------------
Enabled:                              Yes
Profiles:                             Domain,Private,Public
Type:                                 Static
Mode:                                 Transport
Endpoint1:                            Any
Endpoint2:                            Any
Protocol:                             Any
Action:                               {action}
Auth1:                                ComputerKerb
MainModeSecMethods:                   DHGroup2-AES128-SHA1
Ok.
"""


@pytest.mark.parametrize("action", ["RequestInRequestOut", "RequireInClearOut", "NoAuthentication"])
def test_connection_security_rules_beside_the_firewall_s_are_left_out(action):
    """Windows' own network diagnostics write both into one file."""
    for text in (dump(rule()) + IPSEC.format(action=action), IPSEC.format(action=action) + dump(rule())):
        host = read(text)
        assert [each.name for each in host.rules] == ["Web"]
        assert (host.gaps, host.missing) == ((), "")
        assert any("1 connection security (IPsec) rule was left out" in note for note in host.notes)


@pytest.mark.parametrize("text", ["NoAuthentication", "RequestInRequestOut"])
def test_a_firewall_rule_that_talks_of_them_is_none(text):
    described = rule().replace("Enabled:", f"Description:                          {text}\nEnabled:")
    assert [each.description for each in read(dump(described)).rules] == [text]


@pytest.mark.parametrize(
    ("description", "comment"),
    [
        ("Only for the web shop", "Only for the web shop"),
        ("login admin, password: hunter2", "login admin, password: (secret)"),
        ("@%SystemRoot%\\system32\\firewallapi.dll,-25427", ""),
    ],
)
def test_a_description_is_the_comment_of_its_rule(description, comment):
    text = dump(rule().replace("Enabled:", f"Description:                          {description}\nEnabled:"))
    (firewall,) = parsers.read(text.encode(), "EX01.txt")
    assert [each.written.comment for each in firewall.lists[0].rules if not each.implicit] == [comment]


def test_a_command_for_connection_security_rules_says_nothing_of_the_others():
    text = "C:\\>netsh advfirewall consec show rule name=Isolation\n" + IPSEC.format(action="RequestInRequestOut")
    assert read(text + dump(rule())).missing == ""


def test_html_entities():
    text = dump(rule("A &amp; B", remote="10.0.0.0/8"))
    assert only(text).name == "A & B"
