"""The packets of a finding are told apart even where their text is cut."""

from auditor.checks.check import exact
from parsers.model.addresses import AddressSet
from parsers.model.services import ServiceSet


def test_short_sets_are_their_text() -> None:
    assert exact(AddressSet.network("10.0.0.0/8")) == "10.0.0.0/8"
    assert exact(ServiceSet.parse("tcp/25,443")) == "tcp/25,443"


def test_what_is_cut_still_counts() -> None:
    first, second = (
        AddressSet.union(AddressSet.network(f"10.0.{number}.1") for number in (*range(0, 40, 2), last))
        for last in (50, 60)
    )
    assert first.text() == second.text()
    assert exact(first) != exact(second)
    assert exact(first).startswith("10.0.0.1, 10.0.2.1, ")
    assert len(exact(first)) < 160
