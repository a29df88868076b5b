"""Settings outside the policy and object tables, for hardening guides: path, keyword, value, secrets masked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from parsers.fortigate.convert.secrets import MASK, REVERSIBLE_MASK, is_secret, masked
from parsers.fortigate.objects.scope import Scope
from parsers.fortigate.syntax.tree import Block
from parsers.model.firewall import Setting
from parsers.model.origin import Origin
from parsers.redaction import safe_comment

_PREFIXES = (
    "system ", "log ", "user setting", "user password-policy", "vpn ssl settings", "vpn ipsec phase1",
    "vpn ipsec phase2",
    "ips global", "antivirus settings", "firewall ssl-ssh-profile", "endpoint-control", "dnsfilter profile",
    "ips sensor", "antivirus profile", "application list", "firewall local-in-policy",
)  # fmt: skip
_NOT = ("system replacemsg", "system custom-language", "system session-helper", "system geoip", "system dns-database",
        "system dhcp", "system sdwan", "system virtual-wan-link", "system automation-action")  # fmt: skip
_LONG = 300
_POLICIES = ("firewall policy", "firewall policy6", "firewall consolidated policy", "firewall security-policy")
_POLICY_KEYS = ("logtraffic", "ips-sensor", "av-profile", "application-list", "profile-type", "utm-status",
                "internet-service-name", "internet-service-src-name")  # fmt: skip
"""What hardening guides ask of policies beyond what rules of the model carry."""
_ACCOUNTS = ("user local", "user radius", "user ldap", "user tacacs+", "user fsso", "user krb-keytab", "user pop3")
"""Tables of which only the secrets count."""


def settings(scope: Scope) -> Iterator[Setting]:
    """Every setting a hardening guide may ask for: "system global", "system admin/NAME", nested tables with a slash."""
    seen: set[str] = set()
    blocks = (scope.own,) if scope.own is scope.tree.root else (scope.own, scope.tree.root)
    for block in blocks:
        for name, table in block.tables.items():
            if name not in seen and name.startswith(_PREFIXES) and not name.startswith(_NOT):
                seen.add(name)
                if name == "system interface" and scope.tree.vdoms:
                    yield from _interfaces(scope, table)
                else:
                    yield from _walk(scope, name, table)
    yield from _policies(scope)
    for name in _ACCOUNTS:
        accounts = scope.table(name)
        if accounts is not None:
            yield from (each for each in _walk(scope, name, accounts) if each.value in (MASK, REVERSIBLE_MASK))


def _policies(scope: Scope) -> Iterator[Setting]:
    for name in _POLICIES:
        for key, entry in scope.entries(name):
            for keyword in _POLICY_KEYS:
                words = entry.settings.get(keyword)
                if words:
                    origin = Origin(entry.file or scope.file, entry.line, entry.last_line, name, key)
                    yield Setting(f"{name}/{key}", keyword, " ".join(words), origin)


def _interfaces(scope: Scope, table: Block) -> Iterator[Setting]:
    """The interfaces of the VDOM, after a line that says that the table is there."""
    yield Setting("system interface", "", "", replace(scope.origin("system interface", table), name=""))
    for key, entry in table.entries.items():
        if (entry.get("vdom") or "root") == scope.vdom:
            yield from _walk(scope, f"system interface/{key}", entry)


def _walk(scope: Scope, path: str, block: Block) -> Iterator[Setting]:
    origin = Origin(block.file or scope.file, block.line, block.last_line, path.partition("/")[0], block.name)
    for keyword, words in block.settings.items():
        community = keyword == "name" and path.startswith("system snmp community")
        if community or is_secret(keyword, words):
            value = MASK if path.startswith("system admin/") else masked(words)  # administrators: always a hash
        else:
            value = " ".join(words)[:_LONG]
            value = safe_comment(value) if "://" in value else value
        yield Setting(path, keyword, value, origin)
    if not block.settings:
        # An empty entry still says that it exists.
        yield Setting(path, "", "", origin)
    for key, entry in block.entries.items():
        yield from _walk(scope, f"{path}/{key}", entry)
    for name, table in block.tables.items():
        yield from _walk(scope, f"{path}/{name}", table)
