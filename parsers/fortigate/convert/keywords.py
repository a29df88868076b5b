"""Every keyword of the audited tables: read, or known not to change which packets pass. The rest becomes a gap.

Source: field lists of FortiOS 5.0 to 7.6 in the reference, sections 4 to 6, and the CLI reference of FortiOS 8.0.
"""

from __future__ import annotations

from collections.abc import Mapping

SHARED = frozenset("fabric-object fabric-force-sync fabric-object-source custom-tags display-with".split())
"""Who else in a Security Fabric has an object, and how the device shows it (8.0): on every object and policy."""

POLICY_READ = frozenset(
    "dscp-match dscp-negate dscp-value reputation-minimum6 reputation-direction6 saml-server scim scim-users "
    "scim-groups ztna-ems-tag-negate action srcintf dstintf srcaddr dstaddr srcaddr6 dstaddr6 srcaddr4 dstaddr4 "
    "service schedule status name comments logtraffic srcaddr-negate dstaddr-negate service-negate srcaddr6-negate "
    "dstaddr6-negate internet-service internet-service-id internet-service-name internet-service-group "
    "internet-service-custom internet-service-custom-group internet-service-negate internet-service-src "
    "internet-service-src-id internet-service-src-name internet-service-src-group internet-service-src-custom "
    "internet-service-src-custom-group internet-service-src-negate internet-service6 internet-service6-name "
    "internet-service6-group internet-service6-custom internet-service6-custom-group internet-service6-negate "
    "internet-service6-src internet-service6-src-name internet-service6-src-group internet-service6-src-custom "
    "internet-service6-src-custom-group internet-service6-src-negate groups users fsso-groups match-vip "
    "match-vip-only learning-mode policy-expiry policy-expiry-date policy-expiry-date-utc identity-based devices "
    "src-vendor-mac ztna-ems-tag ztna-ems-tag-secondary ztna-geo-tag ztna-device-ownership sgt sgt-check tos "
    "tos-mask tos-negate vlan-filter reputation-minimum reputation-direction geoip-match geoip-anycast application "
    "app-category url-category app-group enforce-default-app-port ztna-status policyid poolname6 uuid-idx "
    "permit-any-host permit-stun-host pcp-inbound cgn-eif eif-check eif-learn tcp-session-without-syn "
    "fall-through-unauthenticated network-service-dynamic network-service-src-dynamic internet-service-fortiguard "
    "internet-service-src-fortiguard internet-service6-fortiguard internet-service6-src-fortiguard "
    "endpoint-compliance disclaimer email-collect ztna-ems-tag6 ztna-destination".split()
)

POLICY_IRRELEVANT = SHARED | frozenset(
    "llm-profile skip-vrf-match pfcp-profile identity-based-route radius-ip-auth-bypass poolname4 "
    "uuid nat nat46 nat64 natip natinbound natoutbound inbound outbound vpntunnel ippool poolname fixedport "
    "label global-label utm-status utm-inspection-mode inspection-mode profile-type profile-group "
    "profile-protocol-options ssl-ssh-profile av-profile webfilter-profile dnsfilter-profile "
    "emailfilter-profile spamfilter-profile dlp-sensor dlp-profile file-filter-profile ips-sensor "
    "application-list voip-profile ips-voip-filter sctp-filter-profile waf-profile ssh-filter-profile "
    "icap-profile videofilter-profile virtual-patch-profile casb-profile casi-profile cifs-profile "
    "diameter-filter-profile telemetry-profile mms-profile gtp-profile deep-inspection-options traffic-shaper "
    "traffic-shaper-reverse per-ip-shaper session-ttl auto-asic-offload np-acceleration np-accelation "
    "delay-tcp-npu-session delay-tcp-npu-sessoin logtraffic-start logtraffic-app capture-packet wccp webcache "
    "webcache-https webproxy-forward-server webproxy-profile wanopt wanopt-detection wanopt-passive-opt "
    "wanopt-profile wanopt-peer tcp-mss-sender tcp-mss-receiver diffserv-forward diffserv-reverse diffserv-copy "
    "diffservcode-forward diffservcode-rev block-notification replacemsg-override-group "
    "custom-log-fields comments-field send-deny-packet firewall-session-dirty timeout-send-rst anti-replay "
    "schedule-timeout ssl-mirror ssl-mirror-intf decrypted-traffic-mirror tags scan-botnet-connections dsri "
    "radius-mac-auth-bypass vlan-cos-fwd vlan-cos-rev captive-portal-exempt nsh-service-path "
    "passive-wan-health-measurement fec dynamic-shaping cgn-log-server-grp cgn-eim cgn-session-quota "
    "cgn-resource-quota policy-offload app-monitor app-perf-log fsso fsso-agent-for-ntlm ntlm "
    "ntlm-enabled-browsers ntlm-guest wsso rsso auth-path auth-cert auth-redirect-addr redirect-url "
    "rtp-nat rtp-addr http-policy-redirect "
    "ssh-policy-redirect http-tunnel-auth pcp-outbound pcp-poolname port-preserve port-random "
    "log-http-transaction log-unmatched-traffic ztna-policy-redirect ztna-tags-match-logic "
    "isolator-server url-risk bandwidth sslvpn-auth sslvpn-ccert sslvpn-cipher "
    "casb-profile "
    "color email-collection-portal "
    "require-tfa devices-detection device-detection-portal forticlient-compliance-enforcement-portal "
    "client-reputation client-reputation-mode dynamic-profile bypass-fragment identity-from traffic-shaper6 "
    "nat46-pool pool-list transaction-based web-auth-cookie dynamic-profile-fallthrough "
    "dynamic-profile-access log-http-transaction gtp-inspection".split()
)
"""NAT of sources, inspection, shaping, logging and looks: they may block content, and never widen what passes."""

_VIP = frozenset(
    "auth-portal auth-virtual-host log-blocked-traffic ssl-http-strip-secure-cookies ssl-server-client-certificate "
    "ssl-upstream http-cookie-domain-from-host ssl-hpkp-age ssl-hpkp-backup ssl-hpkp-include-subdomains "
    "ssl-hpkp-primary ssl-hpkp-report-uri type extip extaddr extintf mappedip mapped-addr portforward protocol "
    "extport mappedport portmapping-type service src-filter srcintf-filter status nat-source-vip arp-reply "
    "server-type ldb-method monitor persistence uuid comment color id dns-mapping-ttl gratuitous-arp-interval "
    "http-redirect nat44 nat46 ipv6-mappedip ipv6-mappedport add-nat46-route weblogic-server websphere-server "
    "outlook-web-access http-cookie-domain http-cookie-path http-cookie-age http-cookie-generation http-cookie-share "
    "https-cookie-secure http-ip-header http-ip-header-name http-multiplex max-embryonic-connections ssl-mode "
    "ssl-certificate ssl-algorithm ssl-min-version ssl-max-version ssl-dh-bits ssl-pfs ssl-send-empty-frags "
    "ssl-client-fallback ssl-client-renegotiation ssl-client-session-state-max ssl-client-session-state-timeout "
    "ssl-client-session-state-type ssl-server-min-version ssl-server-max-version ssl-server-session-state-max "
    "ssl-server-session-state-timeout ssl-server-session-state-type ssl-http-location-conversion ssl-http-match-host "
    "ssl-hpkp ssl-hsts ssl-hsts-age ssl-hsts-include-subdomains ssl-accept-ffdhe-groups ssl-server-algorithm "
    "ssl-client-rekey-count one-click-gslb-server gslb-domain-name gslb-hostname h2-support h3-support "
    "http-multiplex-ttl http-multiplex-max-request http-multiplex-max-concurrent-request http-supported-max-version "
    "src-vip-filter user-agent-detect client-cert empty-cert-action custom-sni ssl-server-renegotiation "
    "ipv4-mappedip ipv4-mappedport nat66 nat64 embedded-ipv4-address ndp-reply add-nat64-route".split()
)

_VIP_GROUP = frozenset("interface member uuid comments color tags".split())

_LOCAL_IN = frozenset(
    "uuid intf srcaddr dstaddr action service schedule status comments srcaddr-negate dstaddr-negate service-negate "
    "ha-mgmt-intf-only virtual-patch logtraffic internet-service-src internet-service-src-name "
    "internet-service-src-group internet-service-src-custom internet-service-src-custom-group "
    "internet-service-src-negate internet-service6-src internet-service6-src-name internet-service6-src-group "
    "internet-service6-src-custom internet-service6-src-custom-group internet-service6-src-negate "
    "internet-service-src-fortiguard internet-service6-src-fortiguard auto-asic-offload custom-tags".split()
)

_ACL = frozenset("uuid name comments status interface srcaddr dstaddr service fragment".split())

POLICY_TABLES = (
    "firewall policy", "firewall policy6", "firewall policy46", "firewall policy64", "firewall consolidated policy",
    "firewall security-policy",
)  # fmt: skip

TABLES: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(POLICY_TABLES, POLICY_READ | POLICY_IRRELEVANT),
    "firewall address": SHARED
    | frozenset(
        "sso-attribute-value hw-version obsolete ipam-allocate-unique managed-subnetwork-size "
        "type subnet start-ip end-ip wildcard fqdn wildcard-fqdn country interface sub-type uuid comment color "
        "associated-interface visibility allow-routing cache-ttl tags ems-tag-name sdn sdn-tag "
        "sdn-addr-type filter tenant epg-name subnet-name policy-group organization obj-id obj-tag obj-type "
        "tag-type tag-detection-level macaddr start-mac end-mac node-ip-only clearpass-spt fsso-group hw-vendor "
        "hw-model os sw-version route-tag dirty list profile sdn-tag passive-fqdn-learning agent-id "
        "management-zone policy-number comments".split()
    ),
    "firewall addrgrp": SHARED
    | frozenset(
        "member exclude exclude-member type category uuid comment color visibility allow-routing tags "
        "associated-interface".split()
    ),
    "firewall address6": SHARED
    | frozenset(
        "wildcard sdn-addr-type filter obj-tag obsolete sub-type tag-detection-level tag-type "
        "type ip6 start-ip end-ip fqdn country sdn uuid comment color visibility tags cache-ttl host host-type "
        "template macaddr start-mac end-mac obj-id epg-name tenant sdn-tag route-tag "
        "passive-fqdn-learning".split()
    ),
    "firewall addrgrp6": SHARED
    | frozenset("member exclude exclude-member type category uuid comment color visibility tags".split()),
    "firewall service custom": SHARED
    | frozenset(
        "protocol tcp-portrange udp-portrange sctp-portrange udplite-portrange icmptype icmpcode "
        "protocol-number iprange fqdn category proxy explicit-proxy comment color visibility check-reset-range "
        "session-ttl tcp-halfclose-timer tcp-halfopen-timer tcp-timewait-timer tcp-rst-timer udp-idle-timer "
        "helper app-service-type app-category application uuid tags port-range".split()
    ),
    "firewall service group": SHARED | frozenset("member comment color proxy explicit-proxy uuid tags".split()),
    "firewall vip": _VIP,
    "firewall vip6": _VIP,
    "firewall vip46": _VIP,
    "firewall vip64": _VIP,
    "firewall vipgrp": _VIP_GROUP,
    "firewall vipgrp6": _VIP_GROUP,
    "firewall vipgrp46": _VIP_GROUP,
    "firewall vipgrp64": _VIP_GROUP,
    "firewall local-in-policy": _LOCAL_IN,
    "firewall local-in-policy6": _LOCAL_IN,
    "firewall acl": _ACL,
    "firewall acl6": _ACL,
    "firewall internet-service-custom": SHARED | frozenset("reputation comment id master-service-id uuid".split()),
    "firewall internet-service-custom-group": SHARED | frozenset("member comment uuid".split()),
    "firewall internet-service-extension": SHARED | frozenset({"comment", "uuid"}),
    "firewall internet-service-fortiguard": SHARED | frozenset({"comment", "uuid"}),
    "system zone": SHARED | frozenset("interface intrazone description tags tagging uuid".split()),
    "firewall schedule recurring": SHARED | frozenset("day start end color uuid label-day".split()),
    "firewall schedule onetime": SHARED | frozenset("start end start-utc end-utc color expiration-days uuid".split()),
    "firewall schedule group": SHARED | frozenset("member color uuid".split()),
}
"""All keywords of an object table, read or cosmetic."""

NESTED: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(POLICY_TABLES, frozenset({"identity-based-policy", "fabric-policy"})),
    **dict.fromkeys(
        ("firewall vip", "firewall vip6", "firewall vip46", "firewall vip64"),
        frozenset(
            "realservers mappedip ssl-cipher-suites ssl-server-cipher-suites quic gslb-public-ips monitor "
            "ssl-hpkp".split()
        ),
    ),
    **dict.fromkeys(
        ("firewall address", "firewall address6", "firewall addrgrp", "firewall addrgrp6"),
        frozenset("tagging list subnet-segment filter addr-8021x".split()),
    ),
    "system zone": frozenset({"tagging"}),
    **dict.fromkeys(
        (
            "firewall internet-service-custom",
            "firewall internet-service-extension",
            "firewall internet-service-fortiguard",
        ),
        frozenset({"entry", "disable-entry"}),
    ),
}
"""Tables inside the entries of an object table, read or cosmetic."""

WIDENING: Mapping[str, str] = {
    "permit-any-host": "any outside host may send UDP to ports that inside clients opened",
    "permit-stun-host": "any outside host may send UDP to ports that inside clients opened by STUN",
    "pcp-inbound": "inside clients open ports to the outside by the Port Control Protocol",
    "cgn-eif": "any outside host may send to ports that inside clients opened (endpoint-independent filtering)",
    "eif-check": "any outside host may send to ports that inside clients opened (endpoint-independent filtering)",
    "tcp-session-without-syn": "TCP packets start sessions without a handshake",
}
"""Switches of a policy that let packets in which no policy lists: said as an assumption of the whole reading."""
