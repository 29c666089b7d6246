"""The page and the table of a screening: what they say first, and that every number is where it should be."""

from __future__ import annotations

import base64
import csv
import html
import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lisse.materials import estimate
from lisse.report import screening_table, write_screening
from lisse.report.screen_page import screening_html
from lisse.report.screen_points import points_payload
from lisse.report.screen_words import gain_text, screening_following, screening_sentence, screening_tone
from lisse.report.words import share
from lisse.study import Screening, load_screen, screen
from screens import CELL, COLUMNS, TABLE, study, study_file

FRONT = 'top = 2\ndraws = 128\npareto = ["ionic_conductivity", "fracture_toughness"]'
WIDE = '[missing]\nshear_modulus = {value = "10 GPa", low = "1 GPa", high = "100 GPa"}'


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Screening:
    folder = tmp_path_factory.mktemp("screen")
    table = TABLE + "near,1,1.3\nalso,1,1.35\n" + "empty,2,\n" + '"<b>odd</b> </script>",0.5,0.9\n'
    return screen(study(folder, table=table, rank=FRONT, more=WIDE), workers=1)


def sentence_of(folder: Path, **parts: Any) -> tuple[str, str]:
    content = screen(study(folder, **parts), workers=1).to_dict()
    return screening_sentence(content), screening_tone(content)


def payload_of(page: str) -> dict[str, Any]:
    text = re.search(r'<script type="application/json" id="points">(.*?)</script>', page, re.DOTALL)
    assert text is not None
    return json.loads(text[1])


def test_the_first_sentence_says_whether_the_ranking_stands(tmp_path: Path) -> None:
    firm = sentence_of(tmp_path, rank="top = 2\ndraws = 64", table=TABLE + "low,1e-6,1\n")
    assert firm == (
        "The ranking stands: of the 2 best by critical current density, 2 are expected to be truly among the best 2",
        "good",
    )
    equal = "name,sigma,K\n" + "".join(f"c{i},1,1\n" for i in range(30))
    swamped, tone = sentence_of(tmp_path, table=equal, rank="top = 5\ndraws = 256")
    assert swamped.startswith("The spread of the numbers swamps the ranking: of the 5 best")
    assert tone == "bad"
    some = "name,sigma,K\n" + "".join(f"c{i},{1.0 - 0.06 * i:.2f},1\n" for i in range(12))
    assert sentence_of(tmp_path, table=some, rank="top = 4\ndraws = 256")[0].startswith("The ranking is a first choice")
    one, _ = sentence_of(tmp_path, rank="top = 1\ndraws = 64")
    assert one.startswith("The ranking stands: the best by critical current density, hard, is truly the best")


def test_without_draws_the_sentence_promises_nothing(tmp_path: Path) -> None:
    text, tone = sentence_of(tmp_path, rank="top = 1\ndraws = 0")
    assert re.fullmatch(r"hard leads by critical current density, [\d.]+ mA/cm2; how sure .* nothing was drawn", text)
    assert tone == "warn"


def test_a_cell_that_limits_whatever_stands_in_it_comes_first() -> None:
    content = {
        "ranked_by": {"name": "critical_current_density", "label": "Critical current density"},
        "top": 5,
        "capped": {"criterion": "void closure", "share": 0.8},
        "expected_right": 5.0,
    }
    assert screening_sentence(content).startswith("The ranking says little: void closure limits 80 % of the candidates")
    assert screening_tone(content) == "bad"


def test_candidates_that_nothing_limits_are_not_ranked_among_themselves(tmp_path: Path) -> None:
    """Soft enough to be stable as published: no bound, which is not a place in a ranking."""
    columns = '[columns]\nname = "name"\nshear_modulus = {column = "G", unit = "GPa"}\n'
    more = "[missing]\npoisson_ratio = 0.3\nmolar_volume_ratio = 0.1"
    rank = 'mechanisms = ["filament-short"]\ntop = {top}\ndraws = 8'
    chosen = '[model]\nname = "analytic"\n[model.analytic]\nstability = "published"\n'
    table = "name,G\na,60\nb,0.1\nc,0.05\n"
    said = {}
    for top in (1, 2):
        path = study_file(tmp_path, table=table, columns=columns, rank=rank.format(top=top), more=more)
        (tmp_path / "cell.toml").write_text(CELL + chosen)
        found = screen(load_screen(path), workers=1)
        content = found.to_dict()
        said[top] = (screening_sentence(content), screening_tone(content))
        assert "no limit" in screening_html(found, content)
    assert said[1] == ("The ranking says nothing of the best: no criterion limits any of 2 candidates", "bad")
    assert "says nothing" not in said[2][0]  # two places for two
    assert said[2][1] == "warn"


def test_what_follows_counts_the_judged_and_names_the_best_measurement(found: Screening, tmp_path: Path) -> None:
    assert screening_following(found.to_dict()).startswith("6 of 7 candidates were judged")
    table = "name,sigma,K\n" + "".join(f"c{i},{0.001 * 0.97**i:.6f},1\n" for i in range(30))
    parts = {"table": table, "rank": "top = 5\ndraws = 256", "more": WIDE}
    text = screening_following(screen(study(tmp_path, **parts), workers=1).to_dict())
    assert re.fullmatch(
        "30 of 30 candidates were judged; measuring the ionic conductivity of all of them first would improve the "
        r"chosen best by \d+ %\.",
        text,
    )


def test_the_page_is_one_file_that_needs_no_network(found: Screening) -> None:
    page = screening_html(found, found.to_dict())
    assert not re.findall(r'(?:src|href)="(?!#)', page)
    assert "http://" not in page.replace("http://www.w3.org/", "")
    assert "https://" not in page
    assert "@import" not in page
    assert page.count("<script") == 2
    assert "<b>odd" not in page
    assert page.count("</script>") == 2
    for words in ("Which measurement would change the choice most", "1 candidate set aside", "Pareto front"):
        assert words in page


def test_every_number_of_the_best_is_in_the_plain_data(found: Screening) -> None:
    content = found.to_dict()
    page = html.unescape(screening_html(found, content))
    for record in content["best"]:
        assert f"{record['score'] * 0.1:.3g}" in page
        assert share(record["share"]) in page
        assert record["name"] in page


def test_the_points_give_back_the_numbers(found: Screening) -> None:
    payload = payload_of(screening_html(found, found.to_dict()))
    names = payload["names"].split("\n")
    assert payload["count"] == len(names) == 6
    assert names[-1] == "<b>odd</b> </script>"
    by_name = {axis["name"]: axis for axis in payload["axes"]}
    assert list(by_name)[0] == "critical_current_density"
    assert "shear_modulus" not in by_name  # the same for all: no axis
    axis = by_name["critical_current_density"]
    assert axis["log"]
    steps = np.frombuffer(base64.b64decode(axis["data"]), dtype="<u2")
    shown = 10.0 ** (axis["low"] + steps / 65534 * (axis["high"] - axis["low"]))
    np.testing.assert_allclose(shown, found.scores * 0.1, rtol=2e-3)
    marks = np.frombuffer(base64.b64decode(payload["mark"]), dtype=np.uint8)
    assert (marks & 1).sum() == 2
    np.testing.assert_array_equal((marks & 2) > 0, found.front)


def test_many_points_are_thinned_but_the_best_stay(found: Screening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lisse.report.screen_points.MOST_POINTS", 4)
    payload = json.loads(str(points_payload(found, found.to_dict())))
    assert (payload["count"], payload["of"]) == (4, 6)
    kept = payload["names"].split("\n")
    assert {found.candidates.names[i] for i in found.best} <= set(kept)


def test_the_table_holds_all_candidates_in_order_and_then_those_set_aside(found: Screening) -> None:
    rows = list(csv.DictReader(screening_table(found).splitlines()))
    assert [row["rank"] for row in rows] == ["1", "2", "3", "4", "5", "6", ""]
    assert rows[0]["name"] == "hard"
    first = int(found.order[0])
    assert float(rows[0]["critical_current_density / mA/cm2"]) == pytest.approx(0.1 * found.scores[first], rel=1e-5)
    assert float(rows[0]["probability of the best 2"]) == pytest.approx(found.share[first], rel=1e-5)
    assert rows[0]["shear_modulus is"] == "assumed"
    ends = [float(rows[0][f"{end} of shear_modulus / GPa"]) for end in ("5 %", "95 %")]
    assert ends == [1.0, 100.0]
    assert "5 % of fracture_toughness / MPa m^0.5" not in rows[0]  # known exactly
    assert float(rows[0]["fracture_toughness / MPa m^0.5"]) == 1.5
    assert rows[-1]["name"] == "empty"
    assert rows[-1]["set aside because"].startswith("no fracture toughness")


def test_an_estimate_keeps_its_mark_interval_and_applicability_in_the_files(tmp_path: Path) -> None:
    columns = COLUMNS + 'formula = "formula"'
    table = "name,sigma,K,formula\na,1,1.5,Li6PS5Cl\nb,,0.2,Li6PS5Br\n"
    parts = {"table": table, "columns": columns, "more": "[missing]\nestimate = true", "rank": "top = 2\ndraws = 16"}
    found = screen(study(tmp_path, **parts), workers=1)
    rows = {row["name"]: row for row in csv.DictReader(screening_table(found).splitlines())}
    given, estimated = rows["a"], rows["b"]
    assert (given["ionic_conductivity is"], estimated["ionic_conductivity is"]) == ("given", "estimated")
    assert given["applicability of ionic_conductivity"] == ""
    said = estimate("Li6PS5Br")
    assert float(estimated["applicability of ionic_conductivity"]) == pytest.approx(said.applicability, abs=1e-5)
    low, high = (float(estimated[f"{end} of ionic_conductivity / mS/cm"]) for end in ("5 %", "95 %"))
    assert (low, high) == pytest.approx((10.0 * said.lower, 10.0 * said.upper), rel=1e-5)
    best = {each["name"]: each["numbers"]["ionic_conductivity"] for each in found.to_dict()["best"]}
    assert {name: each["applicability"] for name, each in best.items()} == {"a": None, "b": said.applicability}


def test_a_gain_is_in_per_cent_of_what_gets_less_where_less_is_better() -> None:
    for name, words in (("critical_current_density", "by 25 %"), ("interface_resistance", "by 20 %")):
        content = {"ranked_by": {"name": name}, "value": {"unit": "decades"}}
        assert gain_text(content, math.log10(1.25)) == words
    potential = {"ranked_by": {"name": "stability_parameter"}, "value": {"unit": "J/mol"}}
    assert gain_text(potential, 14e3) == "by 14 kJ/mol"


def test_files_are_written_and_agree(found: Screening, tmp_path: Path) -> None:
    folder = write_screening(tmp_path / "out", found)
    assert sorted(path.name for path in folder.iterdir()) == [
        "candidates.csv",
        "case.toml",
        "report.html",
        "screening.json",
    ]
    content = json.loads((folder / "screening.json").read_text())
    assert content["best"][0]["name"] == "hard"
    assert all(value is None or math.isfinite(value) for value in content["candidates"]["score"])
    assert (folder / "report.html").stat().st_size < 200_000


def test_a_page_of_sixty_thousand_points_is_below_two_megabytes(tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    rows = zip(generator.normal(-4, 2, 60_648), 10 ** generator.normal(0, 0.2, 60_648), strict=True)
    table = "name,sigma,K\n" + "".join(f"mp-{1_000_000 + i},{10**s:.4e},{k:.4f}\n" for i, (s, k) in enumerate(rows))
    rank = 'top = 20\ndraws = 0\npareto = ["ionic_conductivity", "fracture_toughness"]'
    many = screen(study(tmp_path, table=table, rank=rank), workers=1)
    page = screening_html(many, many.to_dict())
    assert len(page.encode()) < 2_000_000
    assert payload_of(page)["count"] == 60_648
