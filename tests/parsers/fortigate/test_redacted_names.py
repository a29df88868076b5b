"""With names replaced, only what says nothing about whose configuration it is stays: in tables nobody knows, too."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.fortigate import PARSER
from parsers.redaction import Pseudonyms
from parsers.source import Document

HEADER = "#config-version=FGT60F-7.0.12-FW-build0523-230606:opmode=0:vdom=0:user=wombat\n"


def redact(text: str) -> str:
    assert PARSER.redact is not None
    return PARSER.redact(Document("x.conf", text.encode()), Pseudonyms(names=True))().decode()


def setting(line: str, table: str = "unheard of") -> str:
    text = redact(f'{HEADER}config {table}\n    edit "x"\n        {line}\n    next\nend\n')
    return text.split("\n", 3)[3].rsplit("\n    next", 1)[0].strip()


BODY = r"""config system global
    set alias "Wombat Inc"
    set hostname wombat-fw
    set timezone "Wombat/City"
end
config system interface
    edit "wombat-dmz"
        set description "to Wombat
second line of wombat"
        set macaddr 00:1b:44:11:3a:b7
    next
    edit "internal"
        set alias wombat
        set vdom "root"
    next
end
config system ha
    set group-name "wombat"
    config unicast-peers
        edit "FGT60FTK20001234"
            set peer-sn "FGT60FTK20001234"
        next
    end
end
config log syslogd setting
    set server "log.wombat.example"
    set certificate "wombat-ca"
end
config system email-server
    set server "smtp.wombat.example"
    set reply-to "it@wombat.example"
    set username 'wombat\user'
end
config user local
    edit "kim.wombat"
        set email-to "kim@wombat.example"
        set sms-phone "+491701234567"
    next
end
config user peer
    edit "wombat-peer"
        set subject "CN=fw.wombat.example, O=Wombat"
    next
end
config vpn ipsec phase1-interface
    edit "wombat-vpn"
        set interface "wombat-dmz"
        set peerid "wombat-id"
        set localid wombat-local
    next
end
config wireless-controller vap
    edit "wombat-ssid"
        set ssid "Wombat Guest"
    next
end
config wireless-controller wtp
    edit "FP231FTF20001234"
        set name "Wombat floor 2"
        set coordinate-x "48.137154"
        set latitude "48.137154"
    next
end
config system replacemsg auth "auth-login-page"
    set buffer "<html>Wombat
config wombat
</html>"
end
config webfilter urlfilter
    edit 1
        set name "wombat list"
        config entries
            edit 1
                set url "*.wombat.example"
            next
        end
    next
end
config system external-resource
    edit "wombat-feed"
        set resource "https://user:pw@feeds.wombat.example/list"
    next
end
config firewall address
    edit "wombat-net"
        set uuid 1f2e3d4c-1111-51ee-2222-000000000001
        set subnet 10.1.2.0 255.255.255.0
        set comment "Wombat \"HQ\""
    next
    edit "gone"
        set type fqdn
        set fqdn wombat.example
    next
end
config firewall internet-service-name
    edit "Wombat-City"
        set type location
    next
end
config firewall policy
    edit 1
        set name wombat-out
        set srcintf "internal"
        set dstintf "wombat-dmz"
        set srcaddr "wombat-net" wombat-gone
        set dstaddr "all"
        set internet-service-src enable
        set internet-service-src-name "Tor-Exit.Node" "Wombat-City"
        set action accept
        set schedule "always"
        set service "HTTPS" "wombat-tcp"
    next
end
config wombats burrow
    edit "wombat one"
        set depth 3
        set Wombat "x"
        set owner wombat "Wombat two" third-wombat
        config rooms
            edit "wombat room"
                set tenant Wombat
            next
        end
    next
end
"""


def in_two_domains() -> str:
    return f"{HEADER}config vdom\nedit wombat\nnext\nend\nconfig vdom\nedit wombat\n{BODY}end\n"


def captured() -> str:
    shown = "wombat-fw (wombat) # show\n" + BODY
    return f"Welcome to Wombat\nwombat-fw # get system status\nHostname: wombat-fw\n{shown}wombat-fw (wombat) # \n"


def script() -> str:
    return BODY + (
        "config firewall address\nrename wombat-net to wombat-new\nclone gone to wombat-2\ndelete wombat-2\nend\n"
        "execute log filter field user wombat\n"
    )


FORMS = {
    "backup": HEADER + "# of Wombat\n" + BODY,
    "windows lines": (HEADER + BODY).replace("\n", "\r\n"),
    "two domains": in_two_domains(),
    "capture": captured(),
    "script": script(),
    "behind prompts": "\n".join(f"wombat-fw (x) # {line}" if line.strip() else line for line in BODY.split("\n")),
}


@pytest.mark.parametrize("form", FORMS)
def test_nothing_of_the_owner_is_left(form: str) -> None:
    text = redact(FORMS[form])
    # A keyword and the path of a table are spelt as the command line spells them: nobody's name stands there.
    left = re.sub(r"config wombats burrow|config wombat\n", "", text)
    assert "wombat" not in left.lower()
    for identity in ("TK20001234", "TF20001234", "3a:b7", "491701234567", "48.137154", "1f2e3d4c", "pw@", "it@"):
        assert identity not in left
    assert text.count("\n") == FORMS[form].count("\n")


def test_nothing_of_the_owner_is_left_in_the_yaml_dialect() -> None:
    text = (
        HEADER.replace("\n", "\r\n") + 'system_global:\r\n    hostname: "wombat"\r\n    alias: "Wombat Inc"\r\n'
        "firewall_address:\r\n  - wombat net:\r\n      subnet: 10.0.0.0 255.0.0.0\r\n"
        '      comment: "a\r\nwombat"\r\n      uuid: 1f2e3d4c-1111-51ee-2222-000000000001\r\n'
        "wombat_table:\r\n  - 1:\r\n      server: wombat.example\r\n"
    )
    shared = redact(text)
    assert "wombat" not in shared.replace("wombat_table", "").lower()
    assert "subnet: 10.0.0.0 255.0.0.0" in shared
    assert "1f2e3d4c" not in shared


@given(
    st.text(
        st.characters(codec="utf-8", exclude_characters='"\\\r', exclude_categories=["Cc", "Cs"]),
        min_size=0,
        max_size=12,
    )
)
def test_a_quoted_word_nobody_knows_never_survives(around: str) -> None:
    assert "Qwxzy" not in redact(f'{HEADER}config a b\n edit "{around}Qwxzy"\n set c "Qwxzy{around}"\n next\nend\n')


@pytest.mark.parametrize(
    "line",
    [
        "set action accept",
        "set status disable",
        "set allowaccess ping https ssh",
        'set status "enable"',
        "set sta dis",
        "set proposal aes256-sha256 3des-md5",
        "set tcp-portrange 80-90:1024-65535 443",
        "set subnet 203.0.113.0 255.255.255.0",
        "set start 08:00 2026/01/31",
        "set ip6 2001:db8::/32",
        'set country "DE"',
        'set srcintf "port12" "wan2" "WAN1" "any"',
        'set service "HTTPS" "DNS"',
        'set internet-service-name "Microsoft-Office365" "Tor-Exit.Node"',
        'set servercert "Fortinet_Factory"',
        "set mac 00:00:00:00:00:00",
        "set session-ttl 604800",
    ],
)
def test_what_belongs_to_the_product_stays(line: str) -> None:
    assert setting(line, "firewall policy") == line


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("set role lan", "set role lan"),
        ("set role acme", "set role name-1"),
        ('set fqdn "*.acme.example"', 'set fqdn "*.name-1"'),
        ('set uri2 "https://acme.example/x"', 'set uri2 "https://name-1"'),
        ("set mac aa:bb:cc:dd:ee:01", "set mac 02:00:00:00:00:01"),
        ('set macs "aa-bb-cc-dd-ee-01"', 'set macs "02-00-00-00-00-01"'),
        ("set uuid 1f2e3d4c-1111-51ee-2222-000000000001", "set uuid 00000000-0000-4000-8000-000000000001"),
        ('set custom "4912345678"', 'set custom "name-1"'),
        ('set custom "0170-1234567"', 'set custom "name-1"'),
        ('set custom "0170 12345"', 'set custom "name-1"'),
        ("set imei 490154203237518", "set imei name-1"),
        ("set ip ${acme_ip}/24", "set ip ${name_1}/24"),
        ("set ip {{ acme.ip }} 255.255.255.0", "set ip {{ name-1 }} 255.255.255.0"),
        ('set member "deny"', 'set member "name-1"'),
    ],
)
def test_what_stands_for_a_word(line: str, expected: str) -> None:
    assert re.sub(r"name([-_])\d+", r"name\g<1>1", setting(line)) == expected


def test_an_option_is_a_name_where_entries_have_names() -> None:
    text = redact(
        f'{HEADER}config firewall address\n    edit "accept"\n    next\nend\nconfig firewall policy\n    edit 1\n'
        '        set srcaddr "accept"\n        set action accept\n    next\nend\n'
    )
    lines = [line.strip() for line in text.split("\n")]
    assert lines[2].startswith('edit "name-')
    assert lines[7] == lines[2].replace("edit", "set srcaddr")
    assert lines[8] == "set action accept"


def test_wrapped_names_stay_names() -> None:
    text = redact(
        f'{HEADER}config firewall policy\n    edit 1\n        set srcaddr "acme-1"\n"acme-2" "all"\n    next\nend\n'
    )
    assert re.fullmatch(r'"name-\d+" "all"', text.split("\n")[4])


def test_a_remark_behind_a_setting_goes_and_stays_a_remark() -> None:
    text = redact(
        f"{HEADER}config firewall policy\n    edit 1\n        set action accept   # for acme\n    next\nend\n"
    )
    assert "        set action accept   #\n" in text


def test_the_version_of_get_system_status_stays() -> None:
    text = redact(
        "acme-fw # get system status\nVersion: FortiGate-60F v7.2.8,build1639,240313 (GA)\nHostname: acme-fw\n"
        "acme-fw # show\nconfig system global\nend\n"
    )
    version = "Version: FortiGate-60F v7.2.8,build1639"
    assert text == f"redacted # get system\n{version}\n\nredacted # show\nconfig system global\nend\n"


WRITTEN_AGAIN = (
    HEADER
    + """firewall_address:
- wombat net:
    subnet: "10.0.0.0 255.0.0.0"
firewall_addrgrp:
- wombat group:
    member:
    - wombat net
    - "wombat x"
firewall_policy:
- 1:
    srcintf: [wan1, "wombat-if", wombat-two]
    dstintf:
      - any
    srcaddr: [all, "wombat net"]
    action: accept
user_local:
- kim:
    passwd:
      - ENC
      - CANARY
"""
)


def test_lists_of_yaml_backups_that_tools_wrote_again() -> None:
    text = redact(WRITTEN_AGAIN)
    assert "wombat" not in text
    assert "CANARY" not in text
    lines = text.split("\n")
    net = lines[2].removeprefix("- ").removesuffix(":")
    assert lines[7] == f"    - {net}"
    assert re.fullmatch(r'    srcintf: \[wan1, "name-\d+", name-\d+\]', lines[11])
    assert lines[14] == f'    srcaddr: [all, "{net}"]'
    assert lines[13] == "      - any"
