"""Several exports of one host, joined: the richest is believed, and what the others say otherwise is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from parsers.model.origin import Gap, Origin
from parsers.windows.written import WrittenHost, WrittenProfile, WrittenRule

_LOCAL = frozenset({"local", "unknown"})


def joined(rules: WrittenHost, other: WrittenHost) -> WrittenHost:
    """One host from two exports of it: for each store the richer rules win, facts add up, the notes say so.

    A store that only one export speaks of (group policy beside a local export) keeps its rules.
    """
    best, rest = (rules, other) if rules.richness >= other.richness else (other, rules)
    best = _completed(best, rest)
    notes = best.notes
    covered = _covered(best)
    absent = _absent_directions(best)
    policies = _other_policies(best, rest)
    added = tuple(
        rule
        for rule in rest.rules
        if rule.store not in covered or _is_absent(rule, absent) or (policies and rule in policies)
    )
    if best.rules and len(added) < len(rest.rules):
        word = "poorer" if best.richness > rest.richness else "no richer"
        notes += (f"Rules were taken from the {_called(best)}; the {_called(rest)} is {word}.",)
    if best.rules:
        notes += tuple(_additions(added, absent, rest))
    dropped = not added and bool(best.rules)
    # Richness and format are those of the local rules, which most questions are about.
    main = rest if "local" in _covered(rest) and "local" not in covered else best
    gaps = rest.gaps if not dropped else tuple(gap for gap in rest.gaps if gap.origin.kind != "rule")
    return replace(
        best,
        rules=best.rules + added,
        profiles=_merged(best.profiles, rest.profiles),
        active_profiles=best.active_profiles if best.active_profiles is not None else rest.active_profiles,
        profile_addresses=best.profile_addresses or rest.profile_addresses,
        dynamic_tcp=best.dynamic_tcp or rest.dynamic_tcp,
        addresses=best.addresses | rest.addresses,
        networks=best.networks | rest.networks,
        role_hints=tuple(dict.fromkeys(best.role_hints + rest.role_hints)),
        gaps=best.gaps + gaps + tuple(_unconfirmed(best, rest, added)),
        notes=(
            *notes,
            *(note for note in rest.notes if note not in notes and not dropped),
            *_contradictions(best, rest),
        ),
        richness=main.richness,
        format=main.format,
        stores=tuple(dict.fromkeys(best.stores + (rest.stores if rest.rules or rest.richness else ()))),
        missing=best.missing if best.rules and not added else best.missing or rest.missing,
        bundle=best.bundle or rest.bundle,
        version=_version(best, rest),
    )


def _completed(best: WrittenHost, rest: WrittenHost) -> WrittenHost:
    """The richer export, with the rules that it shows incompletely as the other one shows them.

    Rules of two stores may share their name in the registry; the filters of the cmdlets are then not told apart.
    """
    whole: dict[tuple[object, ...], list[WrittenRule]] = {}
    for rule in rest.rules:
        if not rule.unread:
            whole.setdefault(_place(rule), []).append(rule)
    found = {rule.id: whole[_place(rule)] for rule in best.rules if rule.unread and _place(rule) in whole}
    taken = {key: rules[0] for key, rules in found.items() if len(rules) == 1}
    if not taken:
        return best
    rules = tuple(
        replace(taken[rule.id], name=rule.name, group=rule.group) if rule.id in taken else rule for rule in best.rules
    )
    answered = {f"rule {key}" for key in taken}
    open_ = {rule.unread[0] for rule in rules if rule.unread}
    are = f"{len(taken)} rules are" if len(taken) > 1 else "A rule is"
    return replace(
        best,
        rules=rules,
        gaps=tuple(gap for gap in best.gaps if gap.path not in answered or gap.keyword in open_),
        notes=(*best.notes, f"{are} incomplete in the {_called(best)} and taken from the {_called(rest)}."),
    )


def _place(rule: WrittenRule) -> tuple[object, ...]:
    """Where the rule stands in the registry (store and value name), and which of its fields must not have changed."""
    name = _NUMBERED.sub("", rule.id.removeprefix(f"{rule.store}/")).casefold()
    return (rule.store, name, rule.direction, rule.action, rule.enabled)


_NUMBERED = re.compile(r" \(\d+\)$")
"""What a reader adds to the later ones of several rules of one name."""


def _called(host: WrittenHost) -> str:
    return f"{host.format.removesuffix(' export')} export"


def _covered(host: WrittenHost) -> frozenset[str]:
    """The stores whose rules an export holds completely."""
    if not (host.rules or host.richness):
        return frozenset()
    return frozenset(host.stores) | ({"unknown"} if "local" in host.stores else frozenset())


def _absent_directions(host: WrittenHost) -> frozenset[str]:
    """The direction of which an export shows no local rule though it shows some of the other (`dir=in`)."""
    shown = {rule.direction for rule in host.rules if rule.store in _LOCAL}
    return frozenset({"in", "out"} - shown) if shown and "" not in shown else frozenset()


def _other_policies(best: WrittenHost, rest: WrittenHost) -> frozenset[WrittenRule]:
    """The rules of a further group policy: a file of one policy says nothing of the others that apply to the host.

    The active store holds those of all.
    """
    if {"gpo"} not in (set(best.stores), set(rest.stores)) or best.richness > _REGISTRY:
        return frozenset()
    known = {(rule.name, _likeness(rule)) for rule in best.rules if rule.store == "gpo"}
    return frozenset(rule for rule in rest.rules if rule.store == "gpo" and (rule.name, _likeness(rule)) not in known)


_REGISTRY = 3
"""The richness of what holds rules as the registry does; the active store's is higher."""


def _is_absent(rule: WrittenRule, directions: frozenset[str]) -> bool:
    return rule.store in _LOCAL and rule.direction in directions


def _additions(added: tuple[WrittenRule, ...], absent: frozenset[str], rest: WrittenHost) -> Iterator[str]:
    """Sentences for the rules that an export adds to those of a richer one."""
    for direction in sorted(absent & {rule.direction for rule in added if rule.store in _LOCAL}):
        yield f"The {direction}bound rules were added from the {_called(rest)}."
    if stores := sorted({rule.store for rule in added if not _is_absent(rule, absent)}):
        yield f"Rules of the stores {', '.join(stores)} were added from the {_called(rest)}."


def _unconfirmed(best: WrittenHost, rest: WrittenHost, added: tuple[WrittenRule, ...]) -> Iterator[Gap]:
    """A gap where an export lets something through by a rule that the believed one does not have.

    Rules are compared by what every export prints alike: direction, protocol and ports (section 3 of the reference),
    never by name, which a registry export may not resolve.
    """
    if not best.rules:
        return
    known = {_likeness(rule) for rule in best.rules if rule.enabled is not False}
    kept = {id(rule) for rule in added}
    extra = [
        rule
        for rule in rest.rules
        if id(rule) not in kept and rule.enabled and rule.action in ("allow", "bypass") and not rule.unread
        if rule.store != "hardening"  # they limit services and open nothing
        if _likeness(rule) not in known
    ]
    if not extra:
        return
    first = extra[0]
    many = "a rule lets" if len(extra) == 1 else f"{len(extra)} rules let"
    what = (
        f"{many} packets through that no rule of the {_called(best)} does, which was believed ({first.name!r}): the "
        "exports were made at different times or speak of different rules; give the newest, or export both again"
    )
    origin = Origin(first.file, first.first_line, first.last_line, "rules", first.name)
    yield Gap(origin, "rules", "", what, hides_access=True)


def _likeness(rule: WrittenRule) -> tuple[object, ...]:
    local, remote = (frozenset(port.casefold() for port in ports) for ports in (rule.local_ports, rule.remote_ports))
    return (rule.direction, rule.action, rule.protocol, local, remote)


def _version(best: WrittenHost, rest: WrittenHost) -> str:
    """The version of Windows itself, where an export has it, rather than that of the policy's schema."""
    named = [each.version for each in (best, rest) if each.version]
    return next((each for each in named if not each.startswith("policy schema")), named[0] if named else "")


def _contradictions(best: WrittenHost, rest: WrittenHost) -> Iterator[str]:
    """Sentences for profiles on which the exports differ: they were made at different times."""
    known = {(each.profile, each.store): each for each in best.profiles}
    for other in rest.profiles:
        one = known.get((other.profile, other.store))
        differ = [
            f"{mine} or {theirs}"
            for mine, theirs in zip(_state(one), _state(other), strict=True)
            if one and mine and theirs and mine != theirs
        ]
        if one and differ:
            yield f"The exports differ on the {other.profile} profile ({', '.join(differ)}): {one.file} was believed."


def _state(profile: WrittenProfile | None) -> tuple[str, str, str]:
    """The state and the two defaults of a profile in words, "" where the export does not say."""
    if profile is None:
        return "", "", ""
    inbound = "block always" if profile.shielded else profile.inbound
    return (
        {True: "on", False: "off", None: ""}[profile.enabled],
        f"inbound {inbound}" if inbound else "",
        f"outbound {profile.outbound}" if profile.outbound else "",
    )


def _merged(best: tuple[WrittenProfile, ...], rest: tuple[WrittenProfile, ...]) -> tuple[WrittenProfile, ...]:
    """The profiles of both, value by value: what the first does not say is taken from the second."""
    found = {(each.profile, each.store): each for each in best}
    for other in rest:
        key = (other.profile, other.store)
        one = found.get(key)
        if one is None:
            found[key] = other
            continue
        names = {name.casefold() for name, _ in one.values}
        found[key] = replace(
            one,
            enabled=other.enabled if one.enabled is None else one.enabled,
            inbound=one.inbound or other.inbound,
            outbound=one.outbound or other.outbound,
            merge_local=other.merge_local if one.merge_local is None else one.merge_local,
            shielded=other.shielded if one.shielded is None else one.shielded,
            excluded=one.excluded or other.excluded,
            values=one.values + tuple(pair for pair in other.values if pair[0].casefold() not in names),
            may_be=one.may_be + tuple(may for may in other.may_be if getattr(one, may[0]) is None),
        )
    return tuple(found.values())
