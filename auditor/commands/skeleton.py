"""The commented baseline that `fwproof rulesets new` writes."""

from __future__ import annotations

import re
from importlib.resources import files


def id_of(text: str) -> str:
    """An id made of any text: lower-case letters, digits, ".", "_" and "-"."""
    return re.sub(r"[^a-z0-9._-]+", "-", text.casefold()).strip("-._") or "own"


def schema_place(kind: str = "baseline") -> str:
    """Where an editor finds the JSON Schema of a kind of file: the one that is installed with fwproof."""
    return str(files("rulesets").joinpath(f"{kind}.schema.json"))


def skeleton(ruleset_id: str) -> str:
    """A small baseline in order, with a comment on everything a baseline can say."""
    return _TEXT.replace("@schema@", schema_place()).replace("@id@", ruleset_id)


_TEXT = """# yaml-language-server: $schema=@schema@
# A baseline says what a product needs, allows and forbids: in roles, never in addresses. A site file says which address
# plays which role. Every line cites the document it comes from. `fwproof rulesets check FILE` names every mistake.
# Text that YAML would change stands in quotes: "443", "no", "12:30", "2026-11-24", and prose that holds ": " or "?".
schema: fwbaseline/1
id: @id@
title: "What is this a baseline of?"
version: 0.1.0
status: draft            # draft, stable or deprecated
applies_to: {product: Example, versions: ["1.0"]}

sources:                 # what lines cite: "doc" or "doc:ROW"; with rows listed in NAME.rows.tsv rows are checked too
  doc:
    title: Installation guide, chapter Network
    url: https://example.com/guide
    document_date: "2026-01-31"
    basis: reference     # reference, source (another document that was read) or practice (nothing required by it)

variables:               # ports that differ by site; null has no silent default: flows that use it ask for it
  app_port:
    type: port           # port or portset
    default: "8443"
    suggest: {usual: "8443", behind_a_proxy: "443"}
    cite: [doc]

conditions:              # questions about the site; true, false, null (ask), or derived from bindings
  published:
    ask: Is the application offered to the Internet?
    default: false
  clustered:
    ask: Do several application servers form a cluster?
    default: {role_count: {role: app, at_least: 2}}

zones:
  internet: {trust: untrusted}
  perimeter: {trust: semi}
  internal: {trust: trusted}

roles:
  proxy: {title: reverse proxy, allowed_zones: [perimeter], cite: [doc]}   # elsewhere: finding FW119
  app: {title: application server}
  db: {title: database server, recognise: {names: [appdb]}}                # without a site file: the object APPDB01
  staff: {title: people inside, client: true, zone: internal}              # unbound, its zone stands for it
groups:
  servers: [app, db]

services:                # always with the protocol: tcp/443, udp/1024-65535, tcp/$variable, ip/47, icmp/8, any
  https: [tcp/443]
  app: [tcp/$app_port]
  database: [tcp/1433]
  cluster: [tcp/7000-7001, udp/7000]
  everything: [any]

flows:                   # level: required (with if_missing), permitted or informational
  - id: USERS
    title: People outside to the proxy
    from: {zone: internet}
    to: {role: proxy}
    service: https
    level: required
    when: published      # a name, {all: [..]}, {any: [..]}, {not: name} or {is: {choice: value}}
    if_missing: high
    cite: [doc]
  - id: PROXY-APP
    from: {role: proxy}
    to: {role: app}
    any_of: [[app], [https]]   # one of these suffices
    level: required
    if_missing: high
    cite: [doc]
  - id: APP-DB
    from: {role: app}
    to: {role: db}
    service: database
    level: required
    if_missing: high
    enforce: [network]   # network, host (the server's own firewall), or both
    cite: [doc]
  - id: CLUSTER
    from: {role: app}
    to: {role: app}
    service: cluster
    level: required
    when: clustered
    if_missing: medium
    cite: [doc]
  - id: STAFF
    from: {role: staff}
    to: {role: [proxy, app]}
    service: [https, app]
    level: permitted
    cite: [doc]

forbidden:               # openings that must not exist, whatever else is documented
  - id: NO-DB
    title: The database from outside
    from: {zone: [internet, perimeter]}
    to: {role: db}
    service: everything
    severity: {internet: critical, default: medium}
    remedy: "Only the application servers talk to the database."
    cite: [doc]

closed_world:            # between these ends everything that no flow names is too much (FW103)
  - {id: CW-PROXY, from: {zone: internet}, to: {role: proxy}, severity: medium, cite: [doc]}

questions:               # what a reader asks; the report answers it from the flows
  - id: Q01
    ask: "Can people outside work?"
    answer: "443 to the proxy, nothing else."
    service: users
    satisfied_by: [USERS, PROXY-APP]
    forbidden: [NO-DB]
    cite: [doc]
"""
