"""What guides ask of rules, objects and administrators, measured on the model instead of single settings.

A measure returns what was seen; a rule counts by what it matches, never by the name of an object ("ALL").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from auditor.benchmarks import perimeter
from auditor.benchmarks.configured import Configured
from auditor.benchmarks.model import Default
from auditor.benchmarks.seen import (
    FAILED,
    NOT_APPLICABLE,
    PASSED,
    UNDECIDABLE,
    Seen,
    accepts,
    offenders,
    policy_line,
    stated,
)
from auditor.findings.wording import listed
from parsers.model.addresses import ANY_IPV4
from parsers.model.rule import Action, Rule, lines
from parsers.model.services import TCP, UDP

_EVERYBODY = frozenset({"0.0.0.0 0.0.0.0", "0.0.0.0/0", "::/0"})
REVERSIBLE = "reversible ENC"
"""The word the parser puts into a masked value that the device itself can decrypt with its fixed key."""


def _unique_names(configured: Configured) -> Seen:
    rules = list(lines(stated(configured)))
    names = Counter(rule.name for rule in rules)
    bad = [rule for rule in rules if not rule.name or names[rule.name] > 1]
    return offenders(rules, bad, "policies without a name of their own", "every policy has its own name")


def _all_logged(configured: Configured) -> Seen:
    rules = [rule for rule in stated(configured) if rule.enabled]
    bad = [rule for rule in rules if rule.logged is not True]
    return offenders(rules, bad, "policies do not log all sessions", "every policy logs all sessions")


def _no_whole_service(configured: Configured) -> Seen:
    def whole(rule: Rule) -> bool:
        service = rule.service.certain
        return any(service.destination_ports(protocol).count >= 65535 for protocol in (TCP, UDP))

    rules = accepts(configured)
    bad = [rule for rule in rules if whole(rule)]
    what = "accept policies let every TCP or UDP port through"
    return offenders(rules, bad, what, "no accept policy lets every port through")


def _nothing_for_everything(configured: Configured) -> Seen:
    def everything(rule: Rule) -> bool:
        anywhere = rule.source.certain >= ANY_IPV4 and rule.destination.certain >= ANY_IPV4
        return anywhere and rule.service.certain.destination_ports(TCP).count >= 65535

    rules = accepts(configured)
    bad = [rule for rule in rules if everything(rule)]
    what = "accept policies let everything from anywhere to anywhere through"
    return offenders(rules, bad, what, "every accept policy names addresses or ports")


def _botnets(configured: Configured) -> Seen:
    used = dict.fromkeys(
        sensor for rule in accepts(configured) if (sensor := policy_line(configured, rule, "ips-sensor"))
    )
    if not used:
        return Seen(NOT_APPLICABLE, "no accept policy has an IPS sensor")
    held = configured.entries("ips sensor")
    if not configured.whole and not all(name in held for name in used):
        return Seen(
            UNDECIDABLE, f"the export is a fragment and does not hold {listed(n for n in used if n not in held)}"
        )
    words = {name: configured.setting(f"ips sensor/{name}", "scan-botnet-connections") for name in used}
    bad = [name for name, setting in words.items() if setting is None or setting.value not in ("block", "monitor")]
    if not bad:
        return Seen(PASSED, f"{listed(used)} look for botnet connections")
    return Seen(FAILED, f"IPS sensors that do not look for botnet connections: {listed(bad)}")


def _inspected(key: str, what: str) -> Callable[[Configured], Seen]:
    def measure(configured: Configured) -> Seen:
        rules = accepts(configured)
        bad = [
            rule
            for rule in rules
            if not policy_line(configured, rule, key) and policy_line(configured, rule, "profile-type") != "group"
        ]
        return offenders(rules, bad, f"accept policies without {what}", f"every policy has {what}")

    return measure


def _inspects(configured: Configured) -> Seen:
    rules = accepts(configured)
    bad = [
        rule
        for rule in rules
        if policy_line(configured, rule, "utm-status") != "enable"
        and policy_line(configured, rule, "profile-type") != "group"
    ]
    return offenders(rules, bad, "accept policies inspect nothing", "every accept policy inspects content")


def _last_rule_denies(configured: Configured) -> Seen:
    rules = [rule for rule in stated(configured) if rule.enabled]
    if not rules:
        return Seen(NOT_APPLICABLE, "there is no policy")
    last = rules[-1]
    everything = last.ingress is None and last.egress is None and last.source.certain == last.source.possible
    if last.action is Action.DENY and everything and last.logged:
        return Seen(PASSED, f"policy {last.id} denies and logs the rest", last.origin)
    return Seen(FAILED, "the implicit deny is not logged, nor is there a last policy that denies and logs everything")


def _no_management_outside(configured: Configured) -> Seen:
    if not configured.firewall.interfaces:
        return Seen(UNDECIDABLE, "the export describes no interface")
    outside = [each for each in configured.firewall.interfaces if each.name in configured.internet]
    if not outside:
        return Seen(UNDECIDABLE, "no interface is known to face the Internet: name it in a site file")
    bad = [each for each in outside if each.allowaccess]
    if not bad:
        return Seen(PASSED, f"{listed(each.name for each in outside)} without allowaccess")
    shown = listed(f"{each.name} ({' '.join(each.allowaccess)})" for each in bad)
    return Seen(FAILED, f"allowaccess on {shown}", bad[0].origin)


def _trusted_hosts(configured: Configured) -> Seen:
    people = configured.firewall.administrators
    if not people:
        return Seen(UNDECIDABLE, "the export holds no administrator")
    bad = [each for each in people if not each.restricted]
    if not bad:
        return Seen(PASSED, f"all {len(people)} administrators have trusted hosts")
    text = f"{len(bad)} of {len(people)} administrators may log in from anywhere: {listed(each.name for each in bad)}"
    return Seen(FAILED, text, bad[0].origin)


def _api_trusted_hosts(configured: Configured) -> Seen:
    names = configured.entries("system api-user")
    if not names:
        return Seen(NOT_APPLICABLE if configured.whole else UNDECIDABLE, "there is no API administrator")
    bad = [name for name in names if not _hosts_named(configured, name)]
    if not bad:
        return Seen(PASSED, f"all {len(names)} API administrators have trusted hosts")
    return Seen(FAILED, f"API administrators without trusted hosts: {listed(bad)}", names[bad[0]])


def _hosts_named(configured: Configured, name: str) -> bool:
    """Has an API administrator trusted hosts, none of them everybody?"""
    words = configured.values_below(f"system api-user/{name}/trusthost/", ("ipv4-trusthost", "ipv6-trusthost"))
    return bool(words) and not any(each in _EVERYBODY for each in words)


def _profiles_differ(configured: Configured) -> Seen:
    names = configured.entries("system admin")
    profiles = {name: configured.setting(f"system admin/{name}", "accprofile") for name in names}
    if len(names) < 2:
        return Seen(UNDECIDABLE, f"{len(names)} administrator: whether its profile fits cannot be seen")
    if all(profile and profile.value == "super_admin" for profile in profiles.values()):
        return Seen(FAILED, f"all {len(names)} administrators are super_admin", next(iter(names.values())))
    shown = listed(f"{name} ({profile.value if profile else 'none'})" for name, profile in profiles.items())
    return Seen(UNDECIDABLE, f"whether the profiles fit the people cannot be seen: {shown}")


def _reversible_secrets(configured: Configured) -> Seen:
    """Secrets in the backup that anybody with the file can decrypt, because the key is fixed in the product."""
    found = [each for each in configured.firewall.settings if REVERSIBLE in each.value]
    if not found:
        return Seen(PASSED if configured.whole else UNDECIDABLE, "the export holds no secret in reversible form")
    places = Counter(each.path.partition("/")[0] for each in found)
    shown = listed(f"{number} in {table}" for table, number in places.items())
    return Seen(FAILED, f"{len(found)} secrets in reversible form: {shown}", found[0].origin)


def _remote_logs(configured: Configured) -> Iterator[str]:
    for kind in ("syslogd", "syslogd2", "syslogd3", "syslogd4", "fortianalyzer", "fortianalyzer2", "fortianalyzer3",
                 "fortianalyzer-cloud", "fortiguard"):  # fmt: skip
        for scope in ("setting", "override-setting"):
            status = configured.setting(f"log {kind} {scope}", "status")
            if status is not None and status.value == "enable":
                yield f"log {kind} {scope}"


def _logs_leave(configured: Configured) -> Seen:
    found = list(_remote_logs(configured))
    if found:
        setting = configured.setting(found[0], "status")
        return Seen(PASSED, f"{listed(found)} is enabled", setting.origin if setting else None)
    if not configured.whole:
        return Seen(UNDECIDABLE, "the export is a fragment and shows no log server")
    return Seen(FAILED, "no log server is enabled")


def _logs_encrypted(configured: Configured) -> Seen:
    """Encryption per server: FortiAnalyzer and FortiCloud encrypt unless told otherwise, syslog only when told to.

    Source of the defaults: the CLI reference of FortiOS 7.6.1 and the schema of 7.6.5 (syslogd: enc-algorithm disable,
    mode udp; fortianalyzer: enc-algorithm high, reliable disable; fortiguard and fortianalyzer-cloud: high). Before
    6.0 syslog has no enc-algorithm, and FortiAnalyzer other options, whose default no source tells.
    """
    found = list(_remote_logs(configured))
    if not found:
        return Seen(NOT_APPLICABLE if configured.whole else UNDECIDABLE, "no log server is enabled")
    bad: list[str] = []
    unknown: list[str] = []
    for table in found:
        setting = configured.setting(table, "enc-algorithm")
        word = setting.value if setting else configured.default(_UNSAID["syslogd" in table])
        if word is None:
            unknown.append(table)
        elif word not in ("high", "high-medium"):
            bad.append(f"{table} ({word})")
        elif unreliable := _not_reliable(configured, table):
            bad.append(f"{table} ({unreliable})")
    if bad:
        return Seen(FAILED, f"in clear text or weakly encrypted: {listed(bad)}")
    if unknown:
        version = configured.firewall.version or "an unknown version"
        return Seen(UNDECIDABLE, f"{listed(unknown)} without enc-algorithm: what {version} does then is not known")
    return Seen(PASSED, f"{listed(found)} encrypts")


_UNSAID = (
    (Default((), None), Default((6, 0), "high")),
    (Default((), "disable"),),
)
"""What an absent enc-algorithm means for FortiAnalyzer and FortiCloud, and for syslog."""


def _not_reliable(configured: Configured, table: str) -> str:
    """Why logs go to a server without a connection, which guides ask for and TLS needs; "" when they have one."""
    if "syslogd" in table:
        mode = configured.setting(table, "mode")
        return "" if mode is not None and mode.value == "reliable" else "mode is not reliable: TLS needs a connection"
    if table.startswith("log fortianalyzer") and "cloud" not in table:
        setting = configured.setting(table, "reliable")
        return "" if setting is not None and setting.value == "enable" else "reliable is off, which the guides ask for"
    return ""


MEASURES: Mapping[str, Callable[[Configured], Seen]] = {
    "policies-have-unique-names": _unique_names,
    "policies-log-all-sessions": _all_logged,
    "no-policy-for-every-port": _no_whole_service,
    "no-policy-for-everything": _nothing_for_everything,
    "sensors-in-use-detect-botnets": _botnets,
    "policies-have-an-ips-sensor": _inspected("ips-sensor", "an IPS sensor"),
    "policies-have-an-antivirus-profile": _inspected("av-profile", "an antivirus profile"),
    "policies-have-an-application-list": _inspected("application-list", "an application list"),
    "policies-deny-known-attackers": perimeter.deny_attackers,
    "outer-interfaces-have-an-explicit-deny": perimeter.explicit_deny,
    "policies-outward-name-their-sources": perimeter.own_sources,
    "local-in-policies-deny-strangers": perimeter.local_in_denies,
    "no-management-in-clear-text": perimeter.no_clear_text,
    "accept-policies-inspect": _inspects,
    "last-policy-denies-and-logs": _last_rule_denies,
    "no-management-from-the-internet": _no_management_outside,
    "administrators-have-trusted-hosts": _trusted_hosts,
    "api-administrators-have-trusted-hosts": _api_trusted_hosts,
    "administrators-have-fitting-profiles": _profiles_differ,
    "no-reversible-secrets": _reversible_secrets,
    "logs-go-to-a-server": _logs_leave,
    "logs-travel-encrypted": _logs_encrypted,
}
"""Every measure by the name benchmark files use."""
