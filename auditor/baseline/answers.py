"""What a site says about a ruleset's conditions and variables."""

from __future__ import annotations

from auditor.baseline.ends import Ends
from auditor.baseline.model import Port, Ruleset, When
from auditor.baseline.site import Site
from parsers.model.intervals import IntervalSet
from parsers.model.services import ServiceSet

DYNAMIC = "rpc_dynamic"
"""The variable of rulesets that stands for a server's dynamic ports: Windows tells what they are."""


class Answers:
    """The answers of one site to one ruleset. An open question is None, and comes with the words to ask it in."""

    def __init__(self, ruleset: Ruleset, site: Site, ends: Ends) -> None:
        self.ruleset = ruleset
        self.site = site
        self.use = site.use(ruleset.id)
        self.roles = ends.roles

    def truth(self, when: When | None) -> tuple[bool | None, str]:
        """(True, False or None for unknown, the question to answer)."""
        if when is None:
            return True, ""
        if when.kind == "name":
            return self._condition(when.name)
        if when.kind == "is":
            return self._chosen(when)
        found = [self.truth(part) for part in when.parts]
        values = [value for value, _ in found]
        question = next((text for value, text in found if value is None), "")
        if when.kind == "not":
            return (None if values[0] is None else not values[0]), question
        decisive = when.kind == "any"
        if decisive in values:
            return decisive, ""
        return (None, question) if None in values else (not decisive, "")

    def _chosen(self, when: When) -> tuple[bool | None, str]:
        question = self.ruleset.conditions[when.name]
        value = self.use.conditions.get(when.name, question.choice or None)
        ask = f"{question.ask} ({' or '.join(question.values)}: answer it under conditions.{when.name})"
        return (None if value is None else value in when.values), ask

    def _condition(self, name: str) -> tuple[bool | None, str]:
        question = self.ruleset.conditions[name]
        answer = self.use.conditions.get(name)
        if isinstance(answer, bool):
            return answer, ""
        ask = f"{question.ask} (answer it under conditions.{name})"
        if question.role_bound:
            found = self._deployed(question.role_bound)
            return (question.otherwise if found is None else found), ask
        if question.role_count:
            role, least = question.role_count
            count = len(self.roles[role])
            if count == 0 and role not in self.site.not_deployed:
                return None, ask
            return count >= least, ask
        return question.default, ask

    def _deployed(self, role: str) -> bool | None:
        if any(not end.guess for end in self.roles[role]):
            return True
        if self.roles[role]:
            return None  # only names speak for it
        return False if role in self.site.not_deployed else None

    def service(self, names: tuple[str, ...], dynamic: IntervalSet | None = None) -> tuple[ServiceSet | None, str]:
        """The ports of some services; None and the question when one of their variables is not set.

        `dynamic` is the server's own range of dynamic ports, where its export tells.
        """
        parts: list[ServiceSet] = []
        for name in names:
            for port in self.ruleset.services[name]:
                found = self.port(port, dynamic)
                if found is None:
                    return None, self._unset(port.variable)
                parts.append(found)
        return ServiceSet.union(parts), ""

    def pool(self, names: tuple[str, ...], dynamic: IntervalSet | None = None) -> ServiceSet:
        """The ports of some services that a variable gives as a range: any of them may be drawn."""
        ports = (self.port(port, dynamic) for name in names for port in self.ruleset.services[name] if port.variable)
        return ServiceSet.union(port for port in ports if port is not None and _is_range(port))

    def _unset(self, name: str) -> str:
        usual = ", ".join(f"{key} {value}" for key, value in self.ruleset.variables[name].suggest)
        ask = f"set it under set.{name}{f'; usual: {usual}' if usual else ''}"
        if name == DYNAMIC:
            ask += ", or add the server's 'netsh int ipv4 show dynamicport tcp'"
        return f"which ports is {name}? ({ask})"

    def port(self, port: Port, dynamic: IntervalSet | None = None) -> ServiceSet | None:
        """One service term; None when its variable is not set."""
        if not port.variable:
            return ServiceSet.parse(port.text)
        if port.variable == DYNAMIC and port.protocol == "tcp" and dynamic:
            return ServiceSet.ports(6, dynamic)
        value = self.use.variables.get(port.variable) or self.ruleset.variables[port.variable].default
        return ServiceSet.ports(6 if port.protocol == "tcp" else 17, value) if value else None


def _is_range(service: ServiceSet) -> bool:
    return any(ports.count > 1 for _, pairs in service.entries for ports, _ in pairs)
