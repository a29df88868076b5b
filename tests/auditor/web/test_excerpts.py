"""Lines of every vendor as the page shows them: where a secret stands, it is left out."""

from __future__ import annotations

import pytest

from auditor.web.excerpts import masked
from parsers.cisco.secrets import masked as cisco_masked

SECRET = "Xk7canary"


@pytest.mark.parametrize(
    "line",
    [
        "enable password {} encrypted",
        " description vpn pw: {}",
        " cak {}",
        "  key-octet-string {}",
        " pac key 7 {}",
        "enable secret level 15 5 {}",
        "passwd {} encrypted",
        "username bob privilege 15 secret 9 {}",
        "crypto isakmp key 6 {} address 192.0.2.1",
        "tacacs-server host 10.1.1.1 key 7 {}",
        "radius-server host 10.0.0.1 auth-port 1812 key {}",
        " server-private 10.0.0.1 key 7 {}",
        " key {}",
        "aaa-server RAD (inside) host 10.1.1.1 {} timeout 5",
        "snmp-server community {} RO 10",
        "snmp-server host 10.0.0.1 version 2c {}",
        "snmp-server user u g v3 auth md5 {} priv aes 128 {}",
        " ikev2 local-authentication pre-shared-key {}",
        " ldap-login-password {}",
        "failover key hex {}",
        " ip ospf message-digest-key 1 md5 7 {}",
        " area 1 virtual-link 192.0.2.9 authentication-key {}",
        " neighbor 10.0.0.1 password 7 {}",
        " standby 1 authentication {}",
        " ip nhrp authentication {}",
        "ntp authentication-key 1 md5 {} 7",
        " key-string 7 {}",
        " wpa-psk ascii 7 {}",
        " encryption key 1 size 128bit 7 {} transmit-key",
        " ipv6 ospf authentication ipsec spi 500 md5 {}",
        " client 10.0.0.1 server-key 7 {}",
    ],
)
def test_a_cisco_line_keeps_its_command_and_loses_its_secret(line: str) -> None:
    (shown,) = masked(line.format(SECRET, SECRET))
    assert SECRET not in shown
    assert shown.endswith("(secret)")
    assert shown.startswith(line[:4])


def test_a_login_in_an_address_goes() -> None:
    assert list(masked(f" path ftp://bob:{SECRET}@10.0.0.1/cfg")) == [" path ftp://(secret)@10.0.0.1/cfg"]


@pytest.mark.parametrize(
    "line",
    [
        "access-list OUT extended permit tcp any host 10.0.0.1 eq https",
        "access-list OUT remark key management hosts",
        "object network secret-server",
        " nameif outside",
        "ssh 10.0.0.0 255.255.255.0 inside",
        "aaa-server RAD (inside) host 10.1.1.1",
        "ip nat inside source static 10.0.0.1 203.0.113.1",
    ],
)
def test_a_cisco_line_without_a_secret_is_shown_as_it_is(line: str) -> None:
    assert cisco_masked(line) == line


def test_a_windows_rule_of_the_key_management_service_is_no_secret() -> None:
    line = "Rule Name:                            Key Management Service (TCP-In)"
    assert list(masked(line)) == [line]


def test_lists_and_communities_of_yaml_backups() -> None:
    text = (
        f"system_snmp_community:\n- 1:\n    name: {SECRET}\n    hosts:\n    - 1:\n        ip: 10.0.0.1\n    name: {SECRET}\n"
        f"user_local:\n- kim:\n    name: kim\n    passwd:\n    - ENC\n    - {SECRET}\n    status: enable\n- jo:\n"
    )
    lines = list(masked(text))
    assert SECRET not in "\n".join(lines)
    assert "    name: kim" in lines
    assert lines[-2] == "- jo:"


@pytest.mark.parametrize("line", ["a-" * 50_000, "passwd" * 50_000, "passwd" + " " * 300_000, "token=" * 50_000])
def test_long_lines_take_time_in_proportion(line: str) -> None:
    assert len(list(masked(line))) == 1
