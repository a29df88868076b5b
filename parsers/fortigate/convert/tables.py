"""The tables of FortiOS by what they mean for packets: read, read apart, or known to open nothing.

Source: the reference, section 3; the CLI references of FortiOS 5.0 to 8.0.
"""

from __future__ import annotations

from parsers.fortigate.syntax.vocabulary import known_path

READ = frozenset(
    "firewall address|firewall address6|firewall addrgrp|firewall addrgrp6|firewall service custom|"
    "firewall service group|firewall service category|firewall vip|firewall vip6|firewall vip46|firewall vip64|"
    "firewall vipgrp|firewall vipgrp6|firewall vipgrp46|firewall vipgrp64|firewall policy|firewall policy6|"
    "firewall policy46|firewall policy64|firewall consolidated policy|firewall security-policy|"
    "firewall local-in-policy|firewall local-in-policy6|firewall schedule recurring|firewall schedule onetime|"
    "firewall schedule group|system interface|system zone|system sdwan|system virtual-wan-link|system settings|"
    "system global|system admin|router static|vpn ipsec phase1-interface|vpn ipsec phase1|vpn ssl settings|"
    "system vdom-link|system external-resource|system switch-interface|system vdom-property|"
    "firewall internet-service-group|firewall internet-service-name|firewall internet-service-custom|"
    "firewall internet-service-custom-group|firewall internet-service-extension|firewall internet-service-fortiguard|"
    "firewall acl|firewall acl6|system virtual-switch|router static6|router policy|router policy6|system dns-server|"
    "web-proxy explicit|ftp-proxy explicit|firewall proxy-policy|firewall explicit-proxy-policy|firewall access-proxy|"
    "firewall access-proxy6|"
    "user setting|system api-user|system virtual-wire-pair|llm proxy".split("|")
)
"""Tables that decide which packets pass."""

IRRELEVANT_ROOTS = frozenset(
    "log antivirus ips webfilter dnsfilter emailfilter spamfilter dlp file-filter application voip waf icap "
    "videofilter casb wanopt web-proxy wireless-controller switch-controller report endpoint-control alertemail "
    "certificate extender-controller extension-controller user gui gui-console automation monitoring ssh-filter cifs "
    "sctp-filter telemetry-controller virtual-patch diameter-filter ztna dpdk nsxt netscan gtp mms aws azure "
    "ethernet-oam fortitoken execute imp2p hardware endpoint icap vpn credential-store authentication ftp-proxy".split()
)
"""First words of paths that inspect, log, authenticate or look, but open nothing on layers 3 and 4."""

IRRELEVANT = frozenset(
    "firewall multicast-address|firewall multicast-address6|firewall shaper traffic-shaper|"
    "firewall shaper per-ip-shaper|firewall profile-protocol-options|firewall ssl-ssh-profile|firewall ssl-server|"
    "firewall ippool|firewall ippool6|firewall central-snat-map|firewall shaping-policy|firewall shaping-profile|"
    "firewall DoS-policy|firewall DoS-policy6|firewall sniffer|firewall interface-policy|"
    "firewall interface-policy6|firewall ttl-policy|firewall ssl setting|firewall ssl-setting|firewall ldb-monitor|"
    "firewall ipmacbinding setting|firewall ipmacbinding table|firewall identity-based-route|firewall dnstranslation|"
    "firewall ssh setting|firewall ssh local-ca|firewall ssh local-key|firewall ssh host-key|firewall auth-portal|"
    "firewall wildcard-fqdn custom|firewall wildcard-fqdn group|firewall traffic-class|firewall global|"
    "firewall internet-service-addition|firewall internet-service-definition|"
    "firewall internet-service-append|firewall internet-service-reputation|"
    "firewall country|firewall region|firewall city|firewall vendor-mac|firewall vendor-mac-summary|"
    "firewall on-demand-sniffer|firewall decrypted-traffic-mirror|firewall proxy-address|firewall proxy-addrgrp|"
    "firewall access-proxy-virtual-host|firewall carrier-endpoint-bwl|"
    "firewall gtp|firewall mms-profile|firewall network-service-dynamic|firewall profile-group|"
    "firewall internet-service|firewall internet-service-list|firewall internet-service-owner|"
    "firewall internet-service-sld|firewall internet-service-subapp|firewall internet-service-botnet|"
    "firewall internet-service-ipbl-reason|firewall internet-service-ipbl-vendor|"
    "firewall address6-template|firewall pfcp|firewall sctp-filter|"
    "firewall ipmac-binding|firewall ip-translation|"
    "router rip|router ripng|router ospf|router ospf6|router bgp|router isis|router multicast|router multicast6|"
    "router multicast-flow|router route-map|router access-list|router access-list6|router prefix-list|"
    "router prefix-list6|router aspath-list|router community-list|router key-chain|router bfd|router bfd6|"
    "router auth-path|router setting|router extcommunity-list|firewall deep-inspection-options|"
    "firewall sniff-interface-policy|"
    "firewall sniff-interface-policy6|firewall service explicit-web|firewall service-path|firewall ipv6-eh-filter|"
    "firewall central-nat|firewall profile|firewall ngfw-learn-log|firewall internet-service-fallback|"
    "firewall saml|firewall custom-tag|firewall proxy-address6|firewall proxy-addrgrp6|router multicast6-flow|"
    "llm profile|llm server".split("|")
)

APART = {
    "firewall multicast-policy": "its policies permit multicast only, which is not judged",
    "firewall multicast-policy6": "its policies permit multicast only, which is not judged",
}
"""Tables that permit packets outside the forwarding policy, and what of."""


def irrelevant(name: str) -> bool:
    """Does a table of this path open nothing on layers 3 and 4, in every version?"""
    if name in IRRELEVANT or name.split(None, 1)[0] in IRRELEVANT_ROOTS:
        return True
    return name.startswith("system ") and known_path(name)
