"""The report of ``examples/ccd_llzo.toml``, for every model and for the ways in which the cell can end."""

from __future__ import annotations

import json
import math
import re

import pytest

from lisse.models.run import solve
from lisse.report import summary, verdict_sentence, write_results
from lisse.study.case import load_case

VARIANTS = {
    "lumped": (),
    "analytic": ('model.name="analytic"',),
    "roughens at any current": ('model.name="analytic"', 'model.analytic.stability="published"'),
    "nothing drawn": ('model.name="analytic"', "model.analytic.samples=0"),
    "contact lost": ('cell.stack.pressure="0.2 MPa"', 'protocol.half_cycle="3 mAh/cm^2"'),
    "passed": ('protocol.stop="0.2 mA/cm^2"',),
    "voltage limit": ('protocol.voltage_limit="20 mV"',),
}


def numbers(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from numbers(item)
    elif isinstance(value, float):
        yield value


@pytest.mark.parametrize("variant", VARIANTS)
def test_results_of_the_example_are_whole(variant, repository, tmp_path):
    case = load_case(repository / "examples" / "ccd_llzo.toml", list(VARIANTS[variant]))
    solution = solve(case.model, case.cell, case.protocol, throw=False)
    folder = write_results(tmp_path, solution, case.title, case.to_toml())
    content = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert all(math.isfinite(number) for number in numbers(content))
    assert content["verdict"]["mode"] == solution.verdict.mode
    assert content["sentence"] == verdict_sentence(solution)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert len(page.encode()) < 1_000_000
    assert "http" not in page
    ids = re.findall(r'\bid="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    for key, value in re.findall(r'data-key="(\w+)" data-value="([^"]*)"', page):
        assert content["verdict"][key] == float(value)
    load_case(folder / "case.toml")


def test_the_sentence_of_the_example(repository):
    case = load_case(repository / "examples" / "ccd_llzo.toml")
    words = verdict_sentence(solve(case.model, case.cell, case.protocol))
    pattern = r"Fails by a filament short at [\d.]+ mA/cm2 after [\d.]+ h, from the \w+ electrode; next limit: .*\."
    assert re.fullmatch(pattern, words)


def test_the_analytic_example_says_how_sure_it_is(repository, tmp_path):
    case = load_case(repository / "examples" / "ccd_llzo.toml", ['model.name="analytic"', "model.analytic.samples=200"])
    solution = solve(case.model, case.cell, case.protocol)
    content = summary(solution, case.title)
    drawn = content["uncertainty"]
    assert sum(found["lowest"] for found in drawn["mechanisms"].values()) == pytest.approx(1.0)
    assert all(each["unit"] for each in drawn["varied"].values())
    assert content["next_limit"]["mechanism"] not in ("filament-short", "contact-loss")
    assert re.search(
        r"; the protocol exceeds a limit in \d+ % of 200 draws of the uncertain properties\.$", content["sentence"]
    )
    crack = drawn["criteria"]["crack overpotential of the longest flaw"]
    (limit,) = [each for each in content["limits"] if each["criterion"] == "crack overpotential of the longest flaw"]
    assert crack["margins"]["low"] < limit["margin"] < crack["margins"]["high"]
    page = (write_results(tmp_path, solution, case.title, case.to_toml()) / "report.html").read_text(encoding="utf-8")
    assert "How sure is the lowest limit?" in page
    assert "unstable at any current" in page
