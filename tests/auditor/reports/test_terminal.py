from dataclasses import replace

import pytest

from auditor.findings.result import AuditResult, CoverageState
from auditor.reports.terminal import terminal_text


def test_the_verdict_comes_first(result: AuditResult) -> None:
    assert terminal_text(result).startswith("Not fully judged: 1 place in the exports could hide access.")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_window(result: AuditResult, width: int) -> None:
    assert max(map(len, terminal_text(result, width=width).splitlines())) <= width


def test_without_colour_there_is_no_escape(result: AuditResult) -> None:
    assert "\x1b" not in terminal_text(result)


def test_with_colour_the_text_is_the_same(result: AuditResult) -> None:
    import re

    coloured = terminal_text(result, colour=True)
    assert "\x1b[" in coloured
    plain = "\n".join(line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", coloured).splitlines())
    assert plain + "\n" == terminal_text(result)


def test_a_finding_shows_where_packet_and_what_to_do(result: AuditResult) -> None:
    text = terminal_text(result)
    assert "edge policy 1 (edge.conf:10)" in text
    assert "203.0.113.10:135 (translated to" in text
    assert "Publish only tcp/443." in text
    assert "ex01 MSExchangeRPCEPMap (GFW) (ex01.txt:7): opens 135" in text


def test_findings_alike_are_counted_and_shown_on_demand(result: AuditResult) -> None:
    assert "and 3 more of FW301" in terminal_text(result)
    assert "case 10" not in terminal_text(result)
    assert "case 10" in terminal_text(result, every=True)


def test_a_baseline_that_no_server_here_belongs_to_asks_no_questions(result: AuditResult) -> None:
    """A Windows host without Exchange: a table of questions about Exchange would hide what matters."""
    unbound = tuple(
        replace(
            row, source=row.source.split()[0], destination=row.destination.split()[0], state=CoverageState.CANNOT_TELL
        )
        for row in result.coverage
    )
    text = " ".join(terminal_text(replace(result, coverage=unbound), width=200).split())
    assert "so no port was judged" in text
    assert "Which dynamic RPC range is used?" not in text
    assert "Which dynamic RPC range is used?" in terminal_text(replace(result, coverage=unbound), every=True, width=200)
    assert "so no port was judged" not in terminal_text(result)


def test_required_ports_name_rule_remainder_and_question(result: AuditResult) -> None:
    text = " ".join(terminal_text(result, width=200).split())
    assert "missing tcp/50636 from 10.0.10.21 to 10.0.20.5" in text
    assert "Which dynamic RPC range is used?" in text
    assert "published as 203.0.113.10 tcp/443" in text
    assert "and 1 not applicable" in text


def test_ledger_gaps_inference_and_waivers_are_told(result: AuditResult) -> None:
    text = terminal_text(result)
    assert "could hide access  edge.conf:77: not read: ztna-x" in text
    assert "100    60          38               2" in text
    assert "fwproof init FILE..." in text
    assert "EXC-1, legacy scanner" in text


def test_control_characters_of_a_configuration_never_reach_the_terminal(result: AuditResult) -> None:
    evil = replace(result.findings[0], message="name \x1b[2J\x07 gone", rule="a\x1b]0;x\x07")
    text = terminal_text(replace(result, findings=(evil,)), every=True)
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\\x1b[2J" in text


def test_markup_in_names_is_text(result: AuditResult) -> None:
    named = replace(result.findings[0], message="rule [bold red]x[/] and [/nothing]")
    assert "rule [bold red]x[/] and [/nothing]" in terminal_text(replace(result, findings=(named,)))


def test_an_audit_without_findings_says_so(result: AuditResult) -> None:
    assert terminal_text(replace(result, findings=(), gaps=())).startswith("No findings on 1 firewall.")


def test_a_long_path_is_shown_once(result: AuditResult) -> None:
    long = "/a/rather/long/path/to/the/backups/of/2026/edge.conf"
    first = result.findings[0]
    assert first.origin is not None
    moved = replace(first, origin=replace(first.origin, file=long))
    device = replace(result.devices[0], sources=(replace(result.devices[0].sources[0], name=long),))
    text = terminal_text(replace(result, findings=(moved,), devices=(device,), waived=()), width=200)
    assert text.count(long) == 1
    assert "edge policy 1 (edge.conf:10)" in text


def test_flows_that_wait_for_one_answer_are_one_line(result: AuditResult) -> None:
    waiting = result.coverage[2]
    rows = (result.coverage[0], waiting, replace(waiting, flow="RPC-2"))
    text = terminal_text(replace(result, coverage=rows), width=160)
    assert "RPC, RPC-2" in text
    assert text.count("Which dynamic RPC range is used?") == 1


def test_a_fleet_does_not_hide_the_findings(result: AuditResult) -> None:
    devices = tuple(replace(result.devices[0], name=f"branch-{number}") for number in range(20))
    fleet = replace(result, devices=devices, site_inferred=tuple(f"sentence {number}." for number in range(50)))
    text = terminal_text(fleet)
    assert "branch-11" in text.partition("Judged as of")[0]
    assert "and 8 more: --all shows them" in text.partition("Judged as of")[0]
    assert "and 10 more: --all shows them, so does the site file" in text
    assert "sentence 49." in terminal_text(fleet, every=True)
