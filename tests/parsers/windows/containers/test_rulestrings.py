"""The grammar of rule strings: every key of the reference's table is read, irrelevant, a condition, or said."""

import pytest

from parsers.model.rule import Scope, ScopeKind
from parsers.windows.containers import rulestring


def rule(text, **options):
    _, parts = rulestring.tokens(text)
    return rulestring.written("ID", parts, file="f", **options)


def inbound(keys, **options):
    return rule(f"v2.30|Action=Allow|Active=TRUE|Dir=In|{keys}", **options)


def test_plain_rule():
    found = inbound(
        "Protocol=6|Profile=Domain|Profile=Public|LPort=25|LPort=587|App=C:\\x.exe|Svc=smtp|Name=Mail|Desc=d|"
    )
    assert (found.name, found.action, found.direction, found.enabled) == ("Mail", "allow", "in", True)
    assert found.profiles == {"domain", "public"}
    assert (found.protocol, found.local_ports, found.remote_ports) == (6, ("25", "587"), ())
    assert found.program == Scope(ScopeKind.NAMED, "C:\\x.exe")
    assert found.service == Scope(ScopeKind.NAMED, "smtp")
    assert found.unread == () == found.conditions


def test_tokens_split_at_the_first_equals_sign():
    found = inbound("Name=a=b|EmbedCtxt=@{Pkg?ms-resource://Pkg/x=1}|")
    assert (found.name, found.group) == ("a=b", "@{Pkg?ms-resource://Pkg/x=1}")


def test_keys_and_words_are_compared_without_case_and_in_any_order():
    found = rule("V2.0|LPORT=68|action=BLOCK|Rport2_10=1-2|ACTIVE=true|Dir=out|app=System|protocol=17|")
    assert (found.action, found.direction, found.enabled, found.protocol) == ("block", "out", True, 17)
    assert (found.local_ports, found.remote_ports) == (("68",), ("1-2",))
    assert found.program.name == "System"


def test_name_of_the_value_stands_in_for_a_missing_name():
    assert inbound("Protocol=6|").name == "ID"


def test_absent_active_is_off_except_in_the_hardening_stores():
    assert rule("v2.0|Action=Allow|Dir=In|").enabled is False
    assert rule("v2.0|Action=Block|Dir=In|Svc=X|", store="hardening").enabled is True


def test_all_three_profiles_are_every_profile():
    assert inbound("Profile=Domain|Profile=Private|Profile=Public|").profiles is None


@pytest.mark.parametrize(
    ("keys", "local", "remote"),
    [
        ("Protocol=6|LPort=RPC-EPMap|", ("RPC-EPMap",), ()),
        ("Protocol=6|LPort=80|LPort2_10=8000-8010|", ("80", "8000-8010"), ()),
        ("Protocol=6|LPort2_10=IPTLSIn|LPort2_10=IPHTTPSIn|", ("IPHTTPS",), ()),
        ("Protocol=6|RPort2_10=IPTLSOut|RPort2_10=IPHTTPSOut|", (), ("IPHTTPS",)),
        ("Protocol=17|LPort2_20=Ply2Disc|", ("Ply2Disc",), ()),
        ("Protocol=17|LPort2_24=mDNS|", ("mDNS",), ()),
        ("Protocol=17|RPort2_28=CortanaOut|LPort2_29=TcpCDPSvc|", ("TcpCDPSvc",), ("CortanaOut",)),
    ],
)
def test_ports(keys, local, remote):
    found = inbound(keys)
    assert (found.local_ports, found.remote_ports, found.unread) == (local, remote, ())


@pytest.mark.parametrize(
    ("keys", "tokens"),
    [
        ("RA4=10.0.0.0/255.255.0.0|RA4=10.1.0.1-10.1.0.9|", ("10.0.0.0/255.255.0.0", "10.1.0.1-10.1.0.9")),
        ("RA4=LocalSubnet|RA6=LocalSubnet|", ("LocalSubnet",)),
        ("RA4=LocalSubnet|", ("LocalSubnet4",)),
        ("RA6=LocalSubnet|RA6=fe80::/64|", ("LocalSubnet6", "fe80::/64")),
        ("RA42=IntErnet|RA62=IntErnet|", ("IntErnet",)),
        ("RA42=RmtIntrAnet|", ("RmtIntrAnet4",)),
        ("RA4=DNS|RA4=DefaultGateway|", ("DNS4", "DefaultGateway4")),
    ],
)
def test_addresses(keys, tokens):
    assert inbound(keys).remote_addresses == tokens


def test_local_addresses():
    assert inbound("LA4=10.0.0.0/8|LA6=fe80::/64|LA4=LocalSubnet|").local_addresses == (
        "10.0.0.0/8",
        "LocalSubnet4",
        "fe80::/64",
    )


def test_icmp_types():
    assert inbound("Protocol=1|ICMP4=8:*|ICMP4=3:4|").icmp == ((8, None), (3, 4))
    assert inbound("Protocol=58|ICMP6=128:*|").icmp == ((128, None),)
    assert inbound("Protocol=1|ICMP4=900:*|").unread == ("ICMP4=900:*",)


def test_protocol_256_is_any():
    assert inbound("Protocol=256|").protocol is None
    assert inbound("Protocol=xyz|").unread == ("Protocol=xyz",)


@pytest.mark.parametrize(
    ("keys", "kind"),
    [
        ("IF={GUID}|", "interface"),
        ("IFType=Wireless|", "interface-type"),
        ("Security=Authenticate|", "ipsec"),
        ("Security2_9=An-NoEncap|", "ipsec"),
        ("Security2=AnE-Nego|", "ipsec"),
        ("RMauth=O:LSD:(A;;CC;;;AU)|", "identity"),
        ("RUAuth=O:LSD:(A;;CC;;;AU)|", "identity"),
        ("LUAuth=O:LSD:(A;;CC;;;AA)|", "identity"),
        ("LUAuth2_24=T30=|", "identity"),
        ("LUOwn=S-1-5-21-1|", "identity"),
        ("AppPkgId=S-1-15-2-1|", "package"),
        ("PFN=Some.App_abc|", "package"),
        ("TTK=ProxSharing|", "trust-tuple"),
        ("TTK2_22=WFDPrint|", "trust-tuple"),
        ("TTK2_27=UPnP|", "trust-tuple"),
        ("TTK2_28=WFDCDPSvc|", "trust-tuple"),
        ("NNm=Office|", "network"),
        ("SecurityRealmId=1|", "ipsec"),
        ("SkipVer=2.0|", "platform"),
        ("Platform=2:6:2|", "platform"),
    ],
)
def test_limits_become_conditions(keys, kind):
    found = inbound(keys)
    assert [each for each, _ in found.conditions] == [kind]
    assert found.unread == ()


@pytest.mark.parametrize("keys", ["LSM=TRUE|", "LOM=TRUE|", "PCross=TRUE|", "Edge=TRUE|Defer=App|", "Desc=x|", "RA4=|"])
def test_keys_that_do_not_limit(keys):
    found = inbound(keys)
    assert found.conditions == () == found.unread


@pytest.mark.parametrize(("policy", "met"), [((2, 20), True), ((2, 33), True), ((2, 10), False), ((0, 0), False)])
def test_platform_or_newer_is_settled_by_the_schema(policy, met):
    found = inbound("Platform=2:6:2|Platform2=GTEQ|", policy=policy)
    assert (found.conditions == ()) is met


def test_edge_traversal():
    assert inbound("").edge == "no"
    assert inbound("Edge=TRUE|").edge == "yes"
    assert inbound("Edge=TRUE|Defer=App|").edge == "defer to application"
    assert inbound("Edge=FALSE|Defer=User|").edge == "defer to user"


def test_authenticated_bypass():
    assert rule("v2.10|Action=ByPass|Active=TRUE|Dir=In|Security=Authenticate|RMauth=x|").action == "bypass"
    assert rule("v2.10|Action=Allow|Active=TRUE|Dir=Out|AuthByPassOut=TRUE|").action == "bypass"


def test_unknown_keys_are_kept():
    assert inbound("Novel=7|Action2=x|").unread == ("novel=7", "action2=x")


def test_tokens_without_a_key_and_endless_numbers_are_kept_as_not_understood():
    assert inbound("=x|").unread == ("=x",)
    assert inbound(f"Protocol={'9' * 5000}|").unread == (f"Protocol={'9' * 5000}",)
    assert inbound("Platform=2:²:6|Platform2=GTEQ|", policy=(2, 30)).conditions[0][0] == "platform"


def test_missing_direction_and_action_are_said():
    assert rule("v2.10|Active=TRUE|").unread == ("Dir=", "Action=")


def test_a_profile_not_understood_could_be_any():
    found = inbound("Profile=Domain|Profile=Guest|")
    assert (found.profiles, found.unread) == (None, ("Profile=Guest",))


@pytest.mark.parametrize("text", ["", "Action=Allow|", "v|Action=Allow|", "2.10|"])
def test_text_that_is_no_rule_string(text):
    with pytest.raises(ValueError, match="begins with its version"):
        rulestring.tokens(text)
