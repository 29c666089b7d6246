from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from report_solutions import DRAWN, LIMITS, REPORTED, SHORT, drawn, made_up

from lisse.records import Verdict, dataset
from lisse.report import summary, write_report

VOID = {"meta", "br", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """Checks that tags close, and collects ids, attributes and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "title", "desc"} & set(self.open):
            self.text += data


def page(tmp_path, solution, title="A title") -> tuple[str, Page]:
    text = write_report(tmp_path / "report.html", solution, title).read_text(encoding="utf-8")
    return text, Page(text)


@pytest.fixture(scope="module")
def usual(tmp_path_factory) -> tuple[str, Page]:
    return page(tmp_path_factory.mktemp("usual"), made_up())


def test_the_page_needs_nothing_but_itself(usual):
    text, read = usual
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in read.tags}
    for tag, attributes in read.tags:
        for name in ("src", "href", "xlink:href", "data", "action"):
            assert (attributes.get(name) or "#").startswith("#"), (tag, attributes)
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)
    assert "https://" not in text


def test_ids_are_unique(usual):
    _, read = usual
    ids = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_the_verdict_comes_first_and_the_numbers_are_those_of_the_summary(usual):
    _, read = usual
    assert "Fails by a filament short at 1.75 mA/cm² after 2 h, from the working electrode." in read.text
    assert "Next limit: voltage limit (drops of the cell as formed) at 72 mA/cm², 41 times that current." in read.text
    verdict = summary(made_up(), "")["verdict"]
    shown = {a["data-key"]: float(a["data-value"]) for _, a in read.tags if "data-value" in a}
    assert len(shown) == 5
    assert shown == {name: verdict[name] for name in shown}


def test_a_title_with_markup_is_shown_and_not_run(tmp_path):
    title = 'Li <script>alert("x")</script> & Co'
    text, read = page(tmp_path, made_up(warnings=("<b>bold</b>",), status_text="<i>"), title)
    assert "<script>" not in text
    assert title in read.text
    assert "<b>bold</b>" in read.text


def test_what_is_not_resolved_is_said_in_words_and_not_drawn(tmp_path):
    absent = ("contact_fraction", "void_height", "flaw_length", "plating_pressure", "constriction_drop")
    text, read = page(tmp_path, made_up(leave_out=absent, model="analytic"))
    assert read.text.count("not resolved by the analytic model") == 4
    assert "Not resolved: constriction." in read.text
    assert "contact-fraction-title" not in text
    assert "not resolved" in read.text[read.text.index("Smallest contact fraction") :][:60]


def test_without_any_trace_there_is_no_drawing_of_them(tmp_path):
    bare = made_up(data=dataset({}, {"time": [0.0, 7200.0]}), limits=(), inputs={})
    text, read = page(tmp_path, bare)
    assert "<svg" not in text
    assert "No closed-form limit with a margin applies to this cell." in read.text
    assert "The inputs were not recorded" in read.text


def test_a_steady_trace_is_told_in_words(usual):
    _, read = usual
    assert "3 MPa, constant throughout" in read.text


def test_conservation_is_shown(usual):
    text, _ = usual
    assert '<td class="number" data-conservation="charge">5×10⁻¹⁵</td>' in text
    assert '<td class="number" data-conservation="lithium">not resolved</td>' in text


def test_limits_stand_in_the_order_of_their_margins(usual):
    text, read = usual
    table = text[text.index('<table id="limits">') :]
    order = [table.index(words) for words in ("crack overpotential", "drops of the cell", "void closure")]
    assert order == sorted(order)
    assert "steady salt depletion" in read.text[read.text.index("What does not apply") :]


def test_targets_are_met_missed_or_not_resolved(usual):
    _, read = usual
    assert re.search(r"> 3 mA/cm²\s*1.7 mA/cm²\s*not met", read.text)
    assert re.search(r"> 80 %\s*not resolved", read.text)


def test_sources_marks_and_references_are_given(usual):
    _, read = usual
    assert "LLZO-K2a" in read.text
    assert "literature memory" in read.text
    assert "doi:10.1021/acsenergylett.9b02668" in read.text
    assert "lisse 0.1.0 · lumped model" in read.text
    assert "no random seed" in read.text
    assert "the longest flaw is 30 µm" in read.text


@pytest.mark.parametrize(
    ("verdict", "changes", "tone"),
    [
        (SHORT, {}, "bad"),
        (Verdict(highest_current_density_passed=30.0), {}, "good"),
        (Verdict(), {"status": "failed", "status_text": "step 3"}, "warn"),
    ],
)
def test_the_colour_of_the_verdict_goes_with_it(tmp_path, verdict, changes, tone):
    text, _ = page(tmp_path, made_up(verdict, **changes))
    assert f'<p class="verdict {tone}">' in text


def test_what_happened_stands_apart_from_warnings(tmp_path):
    first = {"time": 128.7, "what": "first crack", "text": "1 voxel cracked"}
    events = [first, *({"time": 200.0 + k, "what": "jump", "text": f"{k} <b>voxels</b>"} for k in range(11))]
    solution = made_up(events=tuple(events), warnings=())
    text, _ = page(tmp_path, solution)
    section = text[text.index('<section id="events">') :].partition("</section>")[0]
    rows = re.findall(r'<th scope="row">([^<]*)</th><td>([^<]*)</td><td>([^<]*)</td>', section)
    assert rows[0] == ("2.15 min", "First crack", "1 voxel cracked")
    assert len(rows) == 12
    assert "2 more, up to 3.5 min" in section
    assert rows[-1][2] == "10 &lt;b&gt;voxels&lt;/b&gt;"
    assert "Warnings" not in text
    assert summary(solution, "")["events"] == events


def test_without_events_there_is_no_such_section(usual):
    assert 'id="events"' not in usual[0]


def test_held_voltage_leaves_gaps_in_the_current(tmp_path):
    time = np.linspace(0.0, 3600.0, 50)
    unknown = (("time",), np.full(50, np.nan))
    traces = {"voltage": (("time",), np.full(50, 0.05)), "current_density": unknown, "ohmic_drop": unknown}
    text, read = page(tmp_path, made_up(Verdict(), data=dataset(traces, {"time": time}), model="analytic"))
    assert "voltage-wide-title" in text
    assert re.search(r"Voltage split\s*not resolved by the analytic model", read.text)


def test_a_failure_of_unknown_voltage_is_not_drawn(tmp_path):
    time = np.linspace(0.0, 7200.0, 50)
    traces = {"voltage": (("time",), np.full(50, np.nan)), "current_density": (("time",), np.full(50, 1.0))}
    _, read = page(tmp_path, made_up(data=dataset(traces, {"time": time})))
    assert "Around the failure" not in read.text


def test_a_run_stopped_at_its_first_record_has_a_page(tmp_path):
    data = dataset({"voltage": (("time",), [0.0]), "current_density": (("time",), [0.0])}, {"time": [0.0]})
    json.dumps(summary(made_up(Verdict(), data=data, status="failed"), ""), allow_nan=False)
    page(tmp_path, made_up(Verdict(), data=data, status="failed"))


@pytest.fixture(scope="module")
def uncertain(tmp_path_factory) -> tuple[str, Page]:
    return page(tmp_path_factory.mktemp("uncertain"), drawn())


def part(text: str, start: str, end: str) -> str:
    """The words of a part of the page, with one space between elements."""
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text[text.index("<main>") :]))
    return words[words.index(start) : words.index(end)]


def test_criteria_that_do_not_decide_stand_apart_with_the_reason(uncertain):
    text, _ = uncertain
    beside = part(text, "Reported beside the limits", "What is behind each")
    assert "published convention" in beside
    assert "unstable at any current unstable in 55 % of the draws" in beside
    assert "stable: no bound unstable in no draw" in beside
    assert "330 mA/cm²" in beside
    assert beside.count("Linear waves.") == 1
    deciding = text[text.index('<table id="limits">') : text.index('<table id="reported">')]
    assert "convention" not in deciding
    assert "bulk creep" not in deciding


def test_the_limits_are_drawn_with_their_spread(uncertain):
    text, read = uncertain
    drawing = text[text.index('id="limits-title"') : text.index("Targets for a device")]
    assert "crack overpotential: 0.76×" in drawing
    assert "convention" not in drawing
    assert "The line under a bar holds 90 % of the draws" in read.text


def test_behind_each_criterion_are_its_range_and_its_inputs(uncertain):
    text, _ = uncertain
    behind = part(text, "What is behind each", "What does not apply")
    assert "Holds for Uniform flow. Source LePage and others 2019" in behind
    assert re.search(r"length of the longest flaw 30 µm the longest of the flaws given", behind)
    assert re.search(r"lithium thickness 50 µm case or default, see case.toml", behind)
    assert re.search(r"creep prefactor 3.35×10⁻⁴² 1/s/Paⁿ LePage and others 2019 LI-C3", behind)
    assert "sign" not in behind


def test_how_sure_the_lowest_limit_is(uncertain):
    text, _ = uncertain
    sure = part(text, "How sure is the lowest limit?", "Extremes over the run")
    assert "In 90 % of 2000 draws the lowest limit lies between 1.65 and 3.9 mA/cm²" in sure
    assert "exceeds a limit in 79 % of them" in sure
    assert re.search(r"Filament short 1.65 2.39 3.9 95 % 79 %", sure)
    assert re.search(r"Voltage limit applies in 60 % of the draws 70 72 no bound 5 % 0 %", sure)
    assert re.search(r"Lithium exhausted 41× 41× 41× 0 % 0 %", sure)
    assert sure.index("Filament short") < sure.index("Voltage limit") < sure.index("Lithium exhausted")
    assert "2 numbers (seed 7)" in sure
    assert re.search(r"Fracture toughness 0.86 to 1.63 MPa √m LLZO LLZO-K2a", sure)
    assert re.search(r"Length of the longest flaw 24.5 to 40.1 µm", sure)
    assert "A number whose source gives no spread was held" in sure


def test_the_verdict_says_how_sure_it_is(uncertain):
    assert "The protocol exceeds a limit in 79 % of 2000 draws of the uncertain properties." in uncertain[1].text


def test_without_draws_nothing_is_said_of_them(usual):
    _, read = usual
    assert "draws" not in read.text
    assert "Reported beside the limits" not in read.text


def test_when_no_source_gives_a_spread_that_is_said(tmp_path):
    _, read = page(tmp_path, drawn(uncertainty={**DRAWN, "varied": {}}))
    assert "No source of the numbers of this cell gives a spread, so all of them were held." in read.text


def test_only_reported_criteria_make_no_table_of_limits(tmp_path):
    text, read = page(tmp_path, made_up(Verdict(), limits=REPORTED))
    assert '<table id="limits">' not in text
    assert "No closed-form limit with a margin applies to this cell." in read.text
    assert "unstable at any current" in read.text


def test_the_lowest_limit_may_have_no_bound(tmp_path):
    infinite = {**DRAWN["critical_current_density"], "low": 0.0, "high": float("inf"), "passed": 0.0}
    _, read = page(tmp_path, drawn(uncertainty={**DRAWN, "critical_current_density": infinite}))
    assert "the lowest limit lies above 0 mA/cm²; the protocol exceeds a limit in none of them" in read.text
    without = dict.fromkeys(("low", "median", "high"), float("inf"))
    changed = {**DRAWN, "critical_current_density": {**infinite, **without}}
    _, read = page(tmp_path, drawn(uncertainty=changed, limits=LIMITS))
    assert "the lowest limit has no bound" in read.text
