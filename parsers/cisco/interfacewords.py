"""The words that begin the lines of an interface and are read, or can open nothing.

Those after `ip` and `ipv6` are written with a dot. Sources: Cisco ASA Series Command Reference and Cisco IOS Interface,
IP Addressing, IP Routing and Security Command References, interface configuration mode.
"""

from __future__ import annotations

ASA_INTERFACE = frozenset(
    (
        "allow-ssc-mgmt authentication backup bridge-group channel-group cts delay description dhcp dhcprelay "
        "duplex eigrp fec flowcontrol forward hello-interval hold-time igmp isis join-failover-group lacp lldp "
        "mac-address macsec management-only mcast-group member-interface mfib mtu nameif nat no ospf pim poe "
        "policy-route port-channel power propagate ptp redundant-interface rip security-level segment-id "
        "service-policy shutdown speed split-horizon standby switchport tunnel vlan vtep-nve vxlan zone-member "
        "ip.access-group ip.address ip.audit ip.route ip.verify ipv6.address ipv6.dhcp ipv6.enable "
        "ipv6.enforce-eui64 ipv6.nd ipv6.ospf ipv6.route"
    ).split()
)
IOS_INTERFACE = frozenset(
    (
        "access-list access-session antenna arp atm authentication autodetect autostate backup bandwidth beamform "
        "bfd bgp-policy bridge-group broadcast-key bundle-enable cable carrier-delay cdp channel channel-group "
        "clns clock controller crc crypto cts dampening default-gateway delay description device-tracking dfs "
        "dialer dialer-group dialer-string dot1q dot1x down-when-looped dsl duplex eigrp encapsulation encryption "
        "ethernet evc exit fabric fair-queue fec fex flow flowcontrol frame-relay full-duplex gig-default glbp "
        "guest-mode h323-gateway half-duplex hardware hold-queue interface ipv4 isdn isis keepalive l2-filter "
        "l2protocol-tunnel lacp lan-name link lisp llc2 lldp load-balancing load-interval logging loopback mab "
        "mac mac-address macro macsec map-group max-reserved-bandwidth mdix media-type medium member metric-style "
        "mka mld mls monitor mop mpls mtu name nbar negotiate negotiation network-clock network-policy nhrp nmsp "
        "no ntp nv ospf ospfv3 peakdetect peer physical-layer platform plim port port-channel port-name port-type "
        "power power-level ppp pppoe pppoe-client priority-flow-control priority-queue private-vlan ptp pvc qos "
        "queue-set random-detect rate-limit redundancy rewrite rmon routing rts rtsp serial service "
        "service-instance service-policy sflow shape shutdown smds snmp source source-interface spanning-tree "
        "speed squelch srr-queue ssid standby static station-role stbc storm-control switch switchport "
        "synchronous traffic-shape transceiver transmit-interface transport-mode trust tunnel tx-queue "
        "tx-ring-limit udld vlan vlan-id vlan-range voice vrf vrrp vtp vxlan wrr-queue xconnect zone-member "
        "ip.access-group ip.accounting ip.address ip.admission ip.arp ip.auth-proxy ip.authentication "
        "ip.bandwidth-percent ip.bgp ip.broadcast-address ip.cef ip.cgmp ip.dhcp ip.directed-broadcast ip.dns "
        "ip.domain ip.dvmrp ip.flow ip.flowspec ip.forward ip.forward-protocol ip.hello-interval "
        "ip.helper-address ip.hold-time ip.icmp ip.igmp ip.information-reply ip.inspect ip.ips ip.irdp ip.lisp "
        "ip.load-sharing ip.local-proxy-arp ip.mask-reply ip.mfib ip.mobile ip.mrm ip.mroute-cache ip.mtu "
        "ip.multicast ip.nat ip.nbar ip.next-hop-self ip.nhrp ip.ospf ip.passive-interface ip.pim ip.policy "
        "ip.port ip.probe ip.proxy-arp ip.redirects ip.rip ip.route-cache ip.router ip.rsvp ip.rtp ip.sap "
        "ip.security ip.source ip.split-horizon ip.sticky-arp ip.summary-address ip.tcp ip.traffic-export "
        "ip.unnumbered ip.unreachables ip.urd ip.verify ip.virtual-reassembly ip.vrf ip.wccp ipv6.address "
        "ipv6.authentication ipv6.bandwidth-percent ipv6.cef ipv6.dhcp ipv6.eigrp ipv6.enable ipv6.flow "
        "ipv6.hello-interval ipv6.hold-time ipv6.icmp ipv6.inspect ipv6.mfib ipv6.mld ipv6.mtu ipv6.multicast "
        "ipv6.nat ipv6.nd ipv6.next-hop-self ipv6.nhrp ipv6.ospf ipv6.pim ipv6.policy ipv6.redirects ipv6.rip "
        "ipv6.router ipv6.snooping ipv6.source-guard ipv6.split-horizon ipv6.summary-address ipv6.tcp "
        "ipv6.traffic-filter ipv6.unnumbered ipv6.unreachables ipv6.verify ipv6.virtual-reassembly ipv6.wccp"
    ).split()
)
