"""CSV, CLIXML and list form of Get-NetFirewallRule."""

import pytest

import parsers
from parsers.errors import UnreadableError
from parsers.model.rule import Scope, ScopeKind
from parsers.source import Document
from parsers.windows import powershell

HEADER = (
    '"Name","DisplayName","Enabled","Profile","Direction","Action","Protocol","LocalPort","RemoteAddress","Program"'
)


def read(text, encoding="utf-8"):
    document = Document("EX01.txt", text.encode(encoding))
    assert powershell.recognises(document)
    return powershell.read(document)


def csv(*rows, header=HEADER):
    return header + "\r\n" + "\r\n".join(rows) + "\r\n"


def test_csv():
    host = read(csv('"A","Mail, in","True","Any","Inbound","Allow","TCP","25,587","Any","System"'))
    (rule,) = host.rules
    assert (rule.id, rule.name, rule.enabled, rule.profiles) == ("A", "Mail, in", True, None)
    assert (rule.protocol, rule.local_ports, rule.remote_addresses) == (6, ("25", "587"), ())
    assert rule.program == Scope(ScopeKind.NAMED, "System")
    assert (rule.first_line, host.encoding) == (2, "utf-8")


def test_csv_with_type_line_and_semicolons():
    text = csv("A;Mail;False;Domain;Outbound;Block;UDP;53;Any;Any", header=HEADER.replace('"', "").replace(",", ";"))
    (rule,) = read("#TYPE Selected.Microsoft.Management.Infrastructure.CimInstance\r\n" + text, "utf-16").rules
    assert (rule.enabled, rule.direction, rule.action, rule.protocol) == (False, "out", "block", 17)
    assert rule.program == Scope()


def test_csv_loses_collections():
    (rule,) = read(csv('"A","Mail","True","Any","Inbound","Allow","TCP","25","System.String[]","Any"')).rules
    assert "remoteaddress is a list that the export does not show" in rule.unread


LIST = """

Name                  : {5135e636-7c6c-42fd-be6d-b9d072cc1124}
DisplayName           : Autoriser le Bureau à distance (RDP)
Description           : Une description qui
                        continue
Enabled               : True
Profile               : Domain
Direction             : Inbound
Action                : Allow
EdgeTraversalPolicy   : Block
Owner                 :
Status                : La règle a été analysée à partir de la banque. (65536)
PolicyStoreSourceType : Local

Name                  : B
DisplayName           : Web
Enabled               : False
Profile               : Any
Direction             : Outbound
Action                : Block
Protocol              : TCP
LocalPort             : Any
RemotePort            : {80, 443}
LocalAddress          : Any
RemoteAddress         : {10.0.0.0/255.0.0.0, 192.168.0.0
                        /255.255.0.0}
Program               : Any
Service               : Any


"""


def test_list_form():
    first, second = read(LIST).rules
    assert (first.id, first.name) == ("{5135e636-7c6c-42fd-be6d-b9d072cc1124}", "Autoriser le Bureau à distance (RDP)")
    assert (first.description, first.profiles, first.first_line) == ("Une description qui continue", {"domain"}, 3)
    assert "protocol and ports are not in the export" in first.unread
    assert (second.enabled, second.direction, second.action) == (False, "out", "block")
    assert second.remote_ports == ("80", "443")


def test_a_list_that_the_console_wrapped_is_unknown():
    assert read(LIST).rules[1].unread == ("remoteaddress is a list that the export does not show",)


WRAPPED = {
    # Sessions in English and five other languages break behind a blank, all others anywhere.
    "behind a blank": (
        "Program               : C:\\Program Files\\Exchange \n                        Server\\V14\\Bin\\edge.exe\n",
        "RemoteAddress         : {10.0.0.0/255.0.0.0, \n                        192.168.0.0/255.255.0.0}\n",
    ),
    "anywhere": (
        "Program               : C:\\Program Files\\Exchange\n                         Server\\V14\\Bin\\ed\n"
        "                        ge.exe\n",
        "RemoteAddress         : {10.0.0.0/255.0.0.0, 192.168.0.0\n                        /255.255.0.0}\n",
    ),
}


@pytest.mark.parametrize("how", WRAPPED)
def test_pieces_of_a_value_are_put_together_as_they_were_broken(how):
    program, addresses = WRAPPED[how]
    text = LIST.replace("Program               : Any\n", program)
    before, after = text.index("RemoteAddress"), text.index("Program  ")
    text = text[:before] + addresses + text[after:]
    rule = read(text.replace("Owner                 :\n", "Owner                 : \n")).rules[1]
    assert rule.program.name == "C:\\Program Files\\Exchange Server\\V14\\Bin\\edge.exe"
    assert rule.remote_addresses == ("10.0.0.0/255.0.0.0", "192.168.0.0/255.255.0.0")
    assert rule.unread == ()


def test_a_list_that_the_console_cut_is_unknown():
    text = LIST.replace("{80, 443}", "{80, 443, 444, 445...}")
    assert "remoteport is a list that the export does not show" in read(text).rules[1].unread


CLIXML = """<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">
 <Obj RefId="0">
  <TN RefId="0"><T>Microsoft.Management.Infrastructure.CimInstance#root/standardcimv2/MSFT_NetFirewallRule</T></TN>
  <ToString>MSFT_NetFirewallRule (InstanceID = "MAIL-IN")</ToString>
  <Props>
   <S N="InstanceID">MAIL-IN</S><S N="ElementName">Mail</S><U16 N="Enabled">1</U16><U16 N="Direction">1</U16>
   <U16 N="Action">2</U16><Nil N="Owner" /><S N="DisplayName">Mail _x0041_</S>
  </Props>
  <MS>
   <Obj N="Enabled" RefId="1"><TN RefId="1"><T>NetSecurity.Enabled</T></TN><ToString>True</ToString><U16>1</U16></Obj>
   <Obj N="Profile" RefId="2"><ToString>Domain, Private</ToString><U16>3</U16></Obj>
   <Obj N="Direction" RefId="3"><ToString>Inbound</ToString><U16>1</U16></Obj>
   <Obj N="Action" RefId="4"><ToString>Allow</ToString><U16>2</U16></Obj>
   <S N="Name">MAIL-IN</S>
  </MS>
 </Obj>
 <Obj RefId="5"><LST>
  <Obj RefId="6"><Props><S N="InstanceID">MAIL-IN</S><S N="Protocol">TCP</S>
   <Obj N="LocalPort" RefId="7"><LST><S>25</S><S>587</S></LST></Obj>
   <Obj N="RemotePort" RefId="8"><LST><S>Any</S></LST></Obj></Props></Obj>
  <Obj RefId="9"><Props><S N="InstanceID">MAIL-IN</S><Ref N="LocalAddress" RefId="8" />
   <S N="RemoteAddress">10.0.0.0/8</S></Props></Obj>
  <Obj RefId="10"><Props><S N="InstanceID">MAIL-IN</S><S N="Program">System</S></Props></Obj>
  <Obj RefId="11"><Props><S N="InstanceID">MAIL-IN</S><S N="Service">Any</S></Props></Obj>
 </LST></Obj>
</Objs>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_clixml(encoding):
    host = read(CLIXML, encoding)
    (rule,) = host.rules
    assert (rule.id, rule.name, rule.enabled, rule.profiles) == ("MAIL-IN", "Mail A", True, {"domain", "private"})
    assert (rule.protocol, rule.local_ports, rule.remote_ports) == (6, ("25", "587"), ())
    assert (rule.local_addresses, rule.remote_addresses) == ((), ("10.0.0.0/8",))
    assert (rule.program.name, rule.service, rule.unread) == ("System", Scope(), ())
    assert host.richness == 3


def test_clixml_with_a_document_type_or_broken():
    typed = '<Objs xmlns="powershell"><!DOCTYPE a><Obj>NetFirewall</Obj></Objs>'
    with pytest.raises(UnreadableError, match="document type"):
        powershell.read(Document("x", typed.encode()))
    with pytest.raises(UnreadableError, match="broken XML"):
        powershell.read(Document("x", CLIXML[:-20].encode()))


SHEET = (
    "Name;DisplayName;Enabled;Profile;Direction;Action;Protocol;LocalPort;RemotePort;LocalAddress;RemoteAddress;Program;Service\r\n"
    "r1;Web;{};Any;Inbound;Allow;TCP;443;Any;Any;Any;Any;Any\r\n"
)


@pytest.mark.parametrize(
    ("word", "enabled"),
    [("WAHR", True), ("FALSCH", False), ("VRAI", True), ("FAUX", False), ("VERDADERO", True), ("ИСТИНА", True), ("True", True)],
)  # fmt: skip
@pytest.mark.parametrize("before", ["", "sep=;\r\n"])
def test_a_spreadsheet_writes_true_and_false_in_its_language(word, enabled, before):
    (firewall,) = parsers.read((before + SHEET.format(word)).encode("utf-8-sig"), "EX01.csv")
    (rule,) = (rule for rule in firewall.lists[0].rules if not rule.implicit)
    assert rule.enabled is enabled
    assert firewall.gaps == ()


def test_a_word_for_enabled_that_nobody_knows_is_a_gap():
    (firewall,) = parsers.read(SHEET.format("Jawohl").encode(), "EX01.csv")
    (gap,) = firewall.gaps
    assert "Enabled=Jawohl" in gap.what
    assert gap.hides_access


@pytest.mark.parametrize(("enabled", "hides"), [("True", True), ("False", False), ("", True)])
def test_a_rule_without_its_filters_hides_access_unless_it_is_disabled(enabled, hides):
    (gap,) = read(csv(f"A,Mail,{enabled},Inbound,Allow", header="Name,DisplayName,Enabled,Direction,Action")).gaps
    assert gap.hides_access is hides


SHOWN = """PS C:\\> Show-NetFirewallRule


Name                  : WEB
DisplayName           : Web
Enabled               : True
Profile               : Any
Direction             : Inbound
Action                : Allow

 $_ | Get-NetFirewallAddressFilter
LocalAddress          : Any
RemoteAddress         : 10.0.0.0/8

 $_ | Get-NetFirewallPortFilter

Protocol              : TCP
LocalPort             : {80, 443}
RemotePort            : Any

Name                  : MAIL
DisplayName           : Mail
Enabled               : False
Direction             : Inbound
Action                : Allow

 $_ | Get-NetFirewallPortFilter
Protocol              : TCP
LocalPort             : 25
RemotePort            : Any

Name                  : Public
Enabled               : False
DefaultInboundAction  : Allow
"""


def test_filters_that_stand_below_their_rule():
    (firewall,) = parsers.read(SHOWN.encode(), "EX01.txt")
    web, mail = firewall.written.rules
    assert (web.protocol, web.local_ports, web.remote_addresses, web.unread) == (6, ("80", "443"), ("10.0.0.0/8",), ())
    assert (mail.enabled, mail.local_ports) == (False, ("25",))
    assert mail.unread == (
        "remoteaddress is not in the export",
        "the profiles are not in the export",
        "localaddress is not in the export",
    )
    assert [(each.profile, each.enabled) for each in firewall.written.profiles] == [("public", False)]
