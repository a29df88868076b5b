"""Rulesets and site files: what a product needs, and which addresses of a company play its roles."""

from auditor.baseline.apart import reused_networks, share_segment
from auditor.baseline.binding import bind
from auditor.baseline.bound import BoundClosedWorld, BoundEnd, BoundFlow, BoundForbidden, BoundRuleset, Hypothesis
from auditor.baseline.conflicts import Conflict, conflicts
from auditor.baseline.errors import RulesetError
from auditor.baseline.hostrules import KnownHostRules, executable, host_rule_key
from auditor.baseline.inference import Inference, infer_site
from auditor.baseline.loader import available_rulesets, load_ruleset, read_ruleset
from auditor.baseline.model import HostRule, Ruleset
from auditor.baseline.site import Binding, Site, SiteDevice, SiteException, Use, load_site, site_yaml
from auditor.baseline.waiverfile import read_waivers, with_waiver
from auditor.baseline.words import absent_devices, check_words

__all__ = [
    "Binding",
    "BoundClosedWorld",
    "BoundEnd",
    "BoundFlow",
    "BoundForbidden",
    "BoundRuleset",
    "Conflict",
    "HostRule",
    "Hypothesis",
    "Inference",
    "KnownHostRules",
    "Ruleset",
    "RulesetError",
    "Site",
    "SiteDevice",
    "SiteException",
    "Use",
    "absent_devices",
    "available_rulesets",
    "bind",
    "check_words",
    "conflicts",
    "executable",
    "host_rule_key",
    "infer_site",
    "load_ruleset",
    "load_site",
    "read_ruleset",
    "read_waivers",
    "reused_networks",
    "share_segment",
    "site_yaml",
    "with_waiver",
]
