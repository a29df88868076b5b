"""Which words of a configuration say nothing about whose it is: only these stay when names are replaced.

Numbers, dates and addresses stay, names that the product itself gives, and the options of the command line under
their own keyword. Everything else is taken for somebody's name or text, also in tables nobody has heard of.
"""

from __future__ import annotations

import re
from functools import cache
from ipaddress import ip_address

from parsers.fortigate.objects.services import predefined
from parsers.fortigate.syntax.references import NAMING
from parsers.fortigate.syntax.vocabulary import full_keyword, known_keywords, options_of

_NUMBERS = re.compile(r"[\d.:/,-]*%?|0x[0-9A-Fa-f]{1,8}")
_COORDINATE = re.compile(r"-?\d{1,3}\.\d{4,}")
_LONG_NUMBER = re.compile(r"\d{6,}")
_IN_ADDRESSES = re.compile(r"[0-9A-Fa-f:.]*:[0-9A-Fa-f:./-]*")
_PERSONAL = re.compile(
    r"phone|fax|mobile-num|serial|(?:^|-)sn$|imei|imsi|iccid|msisdn|latitude|longitude|coordinate|"
    r"account-(?:id|num)|contract|licen[cs]e-(?:key|num)|postal|customer"
)
"""Keywords whose numbers belong to a person, a device or a place."""
_PORTS = re.compile(
    r"(?:(?:port|lan|internal|dmz|mgmt|ha|x|s|vlan|agg|wlan|lte|loopback|ppp|wl)\d*|[ab]|npu\d+_vlink\d*|modem|fortilink|"
    r"wifi|usb-wan|fortiextender|sslvpn|virtual-wan-link|(?i:wan\d*|outside|internet|untrust|external))"
)
"""Names that the product gives to interfaces, and plain words for the outer one, by which an audit knows it."""
_CERTIFICATES = re.compile(r"Fortinet_[A-Z][A-Za-z0-9_]*|self-sign")
_INTERNET_SERVICE = re.compile(r"internet-service6?(?:-src)?(?:-name)?")
_VENDORS_NAME = re.compile(r"[A-Z0-9][\w.&+!'/]*-[\w.&+!'/-]+")
"""How the vendor names Internet services: "Microsoft-Office365", "Tor-Exit.Node"."""
_OWNERS = frozenset(
    "8X8 Acronis Adobe Akamai Alibaba Amazon AOL Apple Atlassian Avast Bitdefender Blockchain Botnet Box Cisco "
    "Citrix Cloudflare Comodo DigitalOcean DNS DoH_DoT Dropbox eBay ESET F-Secure Facebook Fastly Fortinet "
    "GitHub GitLab Google GoTo GoToMeeting Hosting Hulu IBM Instagram Kaspersky LinkedIn LogMeIn Malicious "
    "McAfee Meta Microsoft Mozilla Netflix NetSuite NTP Okta OpenAI Oracle OVHcloud PayPal Phishing Pinterest "
    "Proxy Rackspace RealNetworks Salesforce Shodan Skype Slack Sophos Spam Spotify Symantec TeamViewer "
    "Telegram Tencent TikTok Tor Twitch Twitter VMware VPN Webex WhatsApp X Yahoo Yandex YouTube Zendesk Zoho "
    "Zoom Zscaler".split()
)
"""Companies and dangers whose services the vendor's database holds; other names may be of the user's own."""
SWITCHES = frozenset({"", "enable", "disable", "auto", "none", "all", "any", "default"})
_PRODUCT = frozenset(
    "always root SSLVPN_TUNNEL_ADDR1 SSLVPN_TUNNEL_IPv6_ADDR1 FIREWALL_AUTH_PORTAL_ADDRESS FABRIC_DEVICE "
    "default-darrp-optimize super_admin super_admin_readonly prof_admin admin_no_access admin guest Guest-group "
    "SSO_Guest_Users certificate-inspection deep-inspection custom-deep-inspection no-inspection full-access "
    "web-access tunnel-access gmail.com login.microsoft.com login.microsoftonline.com login.windows.net "
    "wildcard.google.com wildcard.dropbox.com FCTEMS_ALL_FORTICLOUD_SERVERS EMS_ALL_UNKNOWN_CLIENTS "
    "EMS_ALL_UNMANAGEABLE_CLIENTS sniffer-profile g-default g-sniffer-profile wifi-default g-wifi-default monitor-all "
    "block-high-risk high_security all_default all_default_pass protect_client protect_email_server "
    "protect_http_server strict ANY ENC * .* {{ }}".split()
) | {
    "G Suite", "Microsoft Office 365", "-", "General", "Web Access", "File Access", "Email", "Network Services",
    "Authentication", "Remote Access", "Tunneling", "VoIP, Messaging & Other Applications", "Web Proxy",
    "Uncategorized",
}  # fmt: skip
"""Names of the product: what they mean, an audit knows."""


def is_number(word: str, keyword: str = "") -> bool:
    """Is a word a number, a date, a time, an address, or several of them joined by signs?"""
    if _PERSONAL.search(keyword):
        return word in ("", "0")
    if _COORDINATE.fullmatch(word):
        return False
    parts = word.split()
    if len(parts) > 1:  # an address and its mask in one pair of quotes, and not a telephone number
        return all(_is_address(part) or (part.count(".") == 3 and _NUMBERS.fullmatch(part)) for part in parts)
    return bool(_NUMBERS.fullmatch(word)) or _is_address(word)


def is_long_number(word: str) -> bool:
    """Is it a number with so many digits that, written as a text, it may be a telephone or a customer number?"""
    return bool(_LONG_NUMBER.search(word) and _NUMBERS.fullmatch(word))


def _is_address(word: str) -> bool:
    """An IPv6 address, network, or range of addresses."""
    if not _IN_ADDRESSES.fullmatch(word):
        return False
    try:
        return all(bool(ip_address(part.partition("/")[0])) for part in word.split("-"))
    except ValueError:
        return False


def is_product(word: str) -> bool:
    """Is a word a name that every device of the vendor has?"""
    return (
        word in _PRODUCT
        or word in SWITCHES
        or word in _services()
        or bool(_PORTS.fullmatch(word))
        or bool(_CERTIFICATES.fullmatch(word))
    )


@cache
def _services() -> frozenset[str]:
    known = predefined()
    return frozenset(known["services"]) | frozenset(known["groups"]) | frozenset(known["groups_4x"])


def is_vendors(keyword: str, word: str, *, listed: bool) -> bool:
    """Is a word, under its keyword, a name of the vendor's own databases: Internet services, countries?

    Args:
        keyword: the keyword, or the last word of the path of the table whose entry it names.
        word: the word.
        listed: whether the configuration lists an Internet service of this name.
    """
    if keyword == "country":
        return len(word) == 2 and word.isupper() and word.isalpha()
    if not _INTERNET_SERVICE.fullmatch(keyword) or not _VENDORS_NAME.fullmatch(word):
        return False
    return listed or word.partition("-")[0] in _OWNERS


def is_option(table: str, keyword: str, word: str, *, bare: bool, entry: bool) -> bool:
    """Is a word one that the command line offers under a keyword?

    Args:
        table: the path of the table around it, "" inside nested ones.
        keyword: the keyword as typed, perhaps cut.
        word: the word.
        bare: whether it is written without quotes; only such words may be cut to the letters that tell them apart.
        entry: whether an entry of the configuration has this name.
    """
    keyword = full_keyword(table, keyword)
    own = known_keywords(table).get(keyword, ())
    if not own and keyword in NAMING:
        return False
    words, names = (own, False) if own else options_of(keyword)
    if word in words:
        return not names or (bare and not entry)
    return bare and not names and len(word) > 1 and sum(each.startswith(word) for each in words) == 1
