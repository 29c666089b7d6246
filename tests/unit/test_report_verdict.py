from __future__ import annotations

import dataclasses

import pytest
from report_solutions import DRAWN, LIMITS, LITHIUM, REPORTED, SHORT, distribution, drawn, made_up

from lisse.records import Limit, Verdict, dataset
from lisse.report import verdict_sentence
from lisse.report.verdict import next_limit

PASSED = Verdict("none", highest_current_density_passed=30.0, cumulative_charge=1e6)


def test_a_failure_says_mechanism_current_time_place_and_the_next_limit():
    assert verdict_sentence(made_up()) == (
        "Fails by a filament short at 1.75 mA/cm2 after 2 h, from the working electrode; next limit: voltage limit "
        "(drops of the cell as formed) at 72 mA/cm2, 41 times that current."
    )


def test_contact_is_lost_at_an_electrode():
    lost = dataclasses.replace(SHORT, mode="contact-loss", where="counter")
    assert verdict_sentence(made_up(lost)).startswith(
        "Fails by loss of contact at 1.75 mA/cm2 after 2 h, at the counter electrode; "
    )


def test_passing_names_the_largest_current_and_the_nearest_limit():
    assert verdict_sentence(made_up(PASSED)) == (
        "Passes: no failure up to 3 mA/cm2 in 2 h; a closed form lies lower: filament short (crack overpotential) "
        "at 2.26 mA/cm2, 0.75 times that current."
    )


def test_a_limit_that_is_no_current_is_told_by_its_margin():
    lithium = Limit("lithium-exhausted", "charge of one half-cycle", None, 3.2)
    words = verdict_sentence(made_up(limits=(lithium,)))
    assert words.endswith("next limit: lithium exhausted (charge of one half-cycle) with a margin of 3.2.")


def test_limits_without_bound_or_of_the_same_mechanism_are_no_next_limit():
    assert next_limit(made_up(limits=LIMITS[1:])) is None
    assert verdict_sentence(made_up(limits=())).endswith("from the working electrode.")


def test_without_a_current_to_compare_with_only_the_limit_is_given():
    silent = Verdict("salt-depletion", time=60.0)
    assert verdict_sentence(made_up(silent)).startswith("Fails by salt depletion after 1 min; next limit: ")
    assert "times" not in verdict_sentence(made_up(silent))


def test_a_solver_failure_is_no_verdict():
    words = verdict_sentence(made_up(PASSED, status="failed", status_text="numerical failure in step 3", limits=()))
    assert words == (
        "No verdict: the solver stopped after 2 h, no failure up to 3 mA/cm2 (numerical failure in step 3)."
    )


def test_stopped_without_failure_is_neither_pass_nor_fail():
    words = verdict_sentence(made_up(PASSED, status="stopped", status_text="stopped by the user", limits=()))
    assert words == "Stopped without a failure after 2 h (stopped by the user)."


def test_a_record_without_times_still_has_a_sentence():
    empty = dataset({"current_density": (("time",), [])}, {"time": []})
    assert verdict_sentence(made_up(PASSED, data=empty, limits=())) == "Passes: no failure up to 3 mA/cm2."


def test_what_does_not_decide_is_no_next_limit():
    assert next_limit(made_up(PASSED, limits=REPORTED)) is None
    assert next_limit(made_up(PASSED, limits=(*REPORTED, LITHIUM))).limit is LITHIUM


def test_a_limit_of_zero_is_any_current_and_margins_then_say_what_is_next():
    at_once = Verdict("filament-short", time=0.0, critical_current_density=0.0, cumulative_charge=0.0)
    assert verdict_sentence(made_up(at_once, limits=(LITHIUM, *LIMITS))) == (
        "Fails by a filament short at any current density from the start; next limit: voltage limit (drops of the "
        "cell as formed) at 72 mA/cm2."
    )


def test_a_run_with_draws_says_how_sure_it_is():
    assert verdict_sentence(drawn()).endswith(
        "with a margin of 41; the protocol exceeds a limit in 79 % of 2000 draws of the uncertain properties."
    )


@pytest.mark.parametrize(
    ("part", "words"),
    [(0.0, "none of 2000 draws"), (1.0, "all 2000 draws"), (0.9995, "> 99 % of 2000 draws"), (0.0005, "0.05 % of")],
)
def test_never_and_always_are_said_only_when_they_are(part, words):
    changed = {**DRAWN, "critical_current_density": distribution(1.0, 2.0, 3.0, passed=part)}
    assert f"exceeds a limit in {words}" in verdict_sentence(drawn(uncertainty=changed))


def test_draws_of_nothing_are_not_told():
    assert "draws" not in verdict_sentence(drawn(uncertainty={**DRAWN, "varied": {}}))
    assert "draws" not in verdict_sentence(made_up())
