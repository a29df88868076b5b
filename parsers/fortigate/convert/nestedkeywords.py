"""Keywords of the tables inside entries that decide about packets: one that no version knows becomes a gap.

Source: the field lists of FortiOS 6.0 to 8.0, and older words seen in backups of 4.3 to 5.6.
"""

from __future__ import annotations

from collections.abc import Mapping

_REAL_SERVER = frozenset(
    "address client-ip dead-interval healthcheck holddown-interval http-host ip max-connections monitor port status "
    "translate-host type verify-cert wake-interval weight".split()
)
_MEMBER = frozenset(
    "billing-start-day duplication-threshold-bandwidth duplication-threshold-bibandwidth "
    "duplication-threshold-dwbandwidth duplication-threshold-upbandwidth overage overage-cost overage-volume-ratio "
    "overage-weight quota-limit comment cost detect-failtime detect-gateway detect-http-get detect-http-match "
    "detect-http-port detect-interval detect-protocol detect-recoverytime detect-server detect-timeout gateway "
    "gateway6 ingress-spillover-threshold interface preferred-source priority priority-in-sla priority-out-sla "
    "priority6 source source6 spillover-threshold status transport-group volume-ratio weight zone".split()
)
_SERVICE = frozenset(
    "addr-mode agent-exclusive bandwidth-type bandwidth-weight comment default dscp-forward dscp-forward-tag "
    "dscp-reverse dscp-reverse-tag dst dst-negate dst6 end-port end-src-port fib-best-match-force gateway groups "
    "hash-mode health-check hold-down-time input-device input-device-negate input-zone internet-service "
    "internet-service-app-ctrl internet-service-app-ctrl-category internet-service-app-ctrl-group "
    "internet-service-ctrl internet-service-ctrl-group internet-service-custom internet-service-custom-group "
    "internet-service-fortiguard internet-service-group internet-service-id internet-service-name jitter-weight "
    "latency-weight link-cost-factor link-cost-threshold load-balance member minimum-sla-meet-members mode name "
    "packet-loss-weight passive-measurement priority-members priority-zone protocol quality-link role route-tag "
    "shortcut shortcut-priority shortcut-stickiness sla sla-compare-method sla-stickiness src src-negate src6 "
    "standalone-action start-port start-src-port status tie-break tos tos-mask use-shortcut-sla users zone-mode".split()
)
_IPV6 = frozenset(
    "autoconf cli-conn6-status client-options dhcp6-client-options dhcp6-iapd-list dhcp6-information-request "
    "dhcp6-egress-cos ip6-link-local ip6-mgmt-address dhcp6-prefix-delegation dhcp6-prefix-hint "
    "dhcp6-prefix-hint-plt dhcp6-prefix-hint-vlt dhcp6-relay-interface-id dhcp6-relay-ip dhcp6-relay-service "
    "dhcp6-relay-source-interface dhcp6-relay-source-ip dhcp6-relay-type icmp6-send-redirect interface-identifier "
    "ip6-address ip6-adv-rio ip6-allowaccess ip6-default-life ip6-delegated-prefix-iaid ip6-delegated-prefix-list "
    "ip6-dns-server-override ip6-dnssl-list ip6-extra-addr ip6-hop-limit ip6-link-mtu ip6-manage-flag "
    "ip6-max-interval ip6-min-interval ip6-mode ip6-other-flag ip6-prefix-list ip6-prefix-mode ip6-rdnss-list "
    "ip6-reachable-time ip6-retrans-time ip6-route-list ip6-route-pref ip6-send-adv ip6-subnet "
    "ip6-upstream-interface nd-cert nd-cga-modifier nd-mode nd-security-level nd-timestamp-delta nd-timestamp-fuzz "
    "ra-send-mtu unique-autoconf-addr vrip6-link-local vrip6_link_local vrrp-virtual-mac6 vrrp6".split()
)
_RULE = frozenset(
    "auth cipher client-cert groups portal realm source-address source-address-negate source-address6 "
    "source-address6-negate source-interface user-peer users".split()
)
_INTERNET_SERVICE = {
    "entry": frozenset("addr-mode dst dst6 port-range protocol".split()),
    "disable-entry": frozenset("addr-mode ip-range ip6-range port port-range protocol".split()),
}

INNER: Mapping[str, Mapping[str, frozenset[str]]] = {
    **{
        path: {"realservers": _REAL_SERVER}
        for path in ("firewall vip", "firewall vip6", "firewall vip46", "firewall vip64")
    },
    "system interface": {
        "secondaryip": frozenset(
            "allowaccess detectprotocol detectserver gwdetect ha-priority ip ping-serv-status secip-relay-ip".split()
        ),
        "ipv6": _IPV6,
        "vrrp": frozenset(
            "accept-mode adv-interval ignore-default-route preempt priority proxy-arp start-time status version vrdst "
            "vrdst-priority vrgrp vrid vrip".split()
        ),
    },
    "system sdwan": {
        "zone": frozenset("advpn-health-check advpn-select minimum-sla-meet-members service-sla-tie-break".split()),
        "members": _MEMBER,
        "service": _SERVICE,
    },
    "system virtual-wan-link": {"members": _MEMBER, "service": _SERVICE},
    "firewall internet-service-custom": _INTERNET_SERVICE,
    "firewall internet-service-extension": _INTERNET_SERVICE,
    "firewall internet-service-fortiguard": _INTERNET_SERVICE,
    "system api-user": {"trusthost": frozenset("ipv4-trusthost ipv6-trusthost type".split())},
    "vpn ssl settings": {"authentication-rule": _RULE},
    "user setting": {"auth-ports": frozenset("port type".split())},
}
"""By table, then by the table inside its entries or settings."""
