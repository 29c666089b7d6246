"""Ranking under uncertainty against what is known exactly, and against drawing everybody."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from lisse.numerics.ranking import top_share
from lisse.study import Screening, screen
from lisse.study.screen_draws import Drawer, shortlist
from lisse.study.screen_judge import Judge
from screens import study

CONDUCTIVITY = (
    '[columns]\nname = "name"\nionic_conductivity = {column = "s", unit = "S/m", log10 = true, spread = %g}\n'
)
DECADE = 0.4


def log_normal(
    folder: Path, means: list[float], spread: float, more: str = "", top: int = 1, draws: int = 10_000
) -> Screening:
    """Candidates whose scores are normal in decades, with the given means."""
    table = "name,s\n" + "".join(f"c{place},{mean}\n" for place, mean in enumerate(means))
    rank = f'by = "ionic_conductivity"\ntop = {top}\ndraws = {draws}'
    return screen(study(folder, table=table, columns=CONDUCTIVITY % spread, rank=rank, more=more), workers=1)


def test_the_probability_of_being_best_is_that_of_two_normal_numbers(tmp_path: Path) -> None:
    found = log_normal(tmp_path, [-1.0, -1.3], DECADE)
    expected = norm.cdf(0.3 / (DECADE * np.sqrt(2.0)))
    assert found.drawn is not None
    assert found.share[0] == pytest.approx(expected, abs=4.0 * found.drawn.error[0])
    assert found.expected_right == pytest.approx(found.share[0])
    edges = norm.ppf(0.95) * DECADE
    assert np.log10(found.drawn.low) == pytest.approx([-1.0 - edges, -1.3 - edges], abs=0.03)
    assert np.log10(found.drawn.high) == pytest.approx([-1.0 + edges, -1.3 + edges], abs=0.03)


def test_the_value_of_a_measurement_is_that_of_normal_numbers(tmp_path: Path) -> None:
    """Two candidates: E[max] - max E = s phi(d/s) - d (1 - Phi(d/s)), s^2 = s1^2 + s2^2; one alone has its own s."""

    def loss(apart: float, spread: float) -> float:
        return spread * norm.pdf(apart / spread) - apart * norm.sf(apart / spread)

    found = log_normal(tmp_path, [-1.0, -1.3], DECADE)
    assert found.value is not None
    both = loss(0.3, DECADE * np.sqrt(2.0))
    assert found.value.every["ionic_conductivity"] == pytest.approx(both, rel=0.03)
    assert found.value.all_known == pytest.approx(both, rel=0.03)
    alone = found.value.one["ionic_conductivity"][found.valued.tolist().index(1)]
    assert alone == pytest.approx(loss(0.3, DECADE), rel=0.06)
    assert found.value.resolution < 0.02 * both


def test_a_number_that_does_nothing_is_not_worth_measuring(tmp_path: Path) -> None:
    more = '[missing]\nshear_modulus = {value = "10 GPa", low = "1 GPa", high = "100 GPa"}'
    found = log_normal(tmp_path, list(np.linspace(-2.0, -1.0, 60)), DECADE, more, top=5, draws=256)
    assert found.value is not None
    gains = found.value.every
    assert list(gains) == ["ionic_conductivity", "shear_modulus"]
    assert gains["shear_modulus"] < 3.0 * found.value.resolution < 0.1 * gains["ionic_conductivity"]


def test_an_unknown_that_all_share_changes_no_ranking(tmp_path: Path) -> None:
    """The same toughness for all: whatever it is, the better conductor stands more; own ones mix the ranking."""
    table = "name,s\n" + "".join(f"c{place},{-1.0 - 0.2 * place}\n" for place in range(6))
    columns = '[columns]\nname = "name"\nionic_conductivity = {column = "s", unit = "S/m", log10 = true}\n'
    interval = 'value = "1 MPa m^0.5", low = "0.3 MPa m^0.5", high = "2 MPa m^0.5"'
    prior = f"[missing]\nfracture_toughness = {{{interval}, shared = %s}}"
    rank = "top = 2\ndraws = 256"
    same, own = (
        screen(study(tmp_path, table=table, columns=columns, rank=rank, more=prior % word), workers=1)
        for word in ("true", "false")
    )
    np.testing.assert_array_equal(same.share, [1.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    assert own.share[0] < 0.8
    assert same.drawn is not None
    assert (same.drawn.high > 2.0 * same.drawn.low).all()  # the limit itself is as uncertain


def test_equal_candidates_share_the_places_evenly(tmp_path: Path) -> None:
    found = log_normal(tmp_path, [-1.0] * 50, DECADE, top=10, draws=2000)
    assert found.drawn is not None
    assert found.share == pytest.approx(np.full(50, 0.2), abs=5.0 * found.drawn.error.max())


CELL_NUMBERS = """
[missing]
fracture_toughness = {value = "0.8 MPa m^0.5", low = "%s MPa m^0.5", high = "%s MPa m^0.5"}
poisson_ratio = {value = 0.3, low = 0.2, high = 0.4}
molar_volume_ratio = {value = 0.2, low = 0.1, high = 0.4}
shear_modulus = {value = "30 GPa", low = "10 GPa", high = "60 GPa"}
"""


@pytest.mark.parametrize(
    ("by", "edges", "spread"),
    [
        ("critical_current_density", ("0.7", "0.9"), 0.05),
        ("critical_current_density", ("0.5", "1.3"), 0.3),
        ("stability_parameter", ("0.5", "1.3"), 0.3),
        ("ionic_conductivity", ("0.5", "1.3"), 0.2),
    ],
)
def test_the_shortlist_loses_nobody_who_is_among_the_best_in_one_draw_of_a_hundred(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str, edges: tuple[str, str], spread: float
) -> None:
    """1500 candidates: everybody drawn, against the shares that the shortlist gives."""
    generator = np.random.default_rng(5)
    means = generator.normal(-3.0, 1.5, 1500)
    table = "name,s\n" + "".join(f"c{place},{mean:.6f}\n" for place, mean in enumerate(means))
    rank = f'by = "{by}"\ntop = 10\ndraws = 128'
    if by == "stability_parameter":
        moduli = 10.0 ** generator.normal(1.5, 0.4, 1500)
        table = "name,s,G\n" + "".join(
            f"c{i},{s:.6f},{g:.6f}\n" for i, (s, g) in enumerate(zip(means, moduli, strict=True))
        )
    columns = CONDUCTIVITY % spread
    if by == "stability_parameter":
        columns += 'shear_modulus = {column = "G", unit = "GPa", spread = "20 %"}\n'
    found = screen(study(tmp_path, table=table, columns=columns, rank=rank, more=CELL_NUMBERS % edges), workers=1)
    assert found.drawn is not None
    judge = Judge.of(found.study.case, found.study.ranking)
    criteria = tuple(each for each in found.criteria if each.name in found.deciding)
    drawer = Drawer(judge, criteria, found.study.case.cell, found.numbers, found.candidates.rows, 128, 1)
    everybody = top_share(drawer.scores(np.arange(1500))[0], 10).share
    np.testing.assert_allclose(found.share[found.drawn.which], everybody[found.drawn.which], atol=0.02)
    lost = np.setdiff1d(np.flatnonzero(everybody > 0.01), found.drawn.which)
    assert lost.size == 0
    assert found.drawn.missed == 0
    if spread < 0.25:
        assert len(found.drawn.which) < 750


def test_the_favourable_end_is_above_nearly_all_draws(tmp_path: Path) -> None:
    table = "name,s\n" + "".join(f"c{place},{-1.0 - 0.05 * place}\n" for place in range(40))
    found = screen(
        study(
            tmp_path,
            table=table,
            columns=CONDUCTIVITY % 0.3,
            rank="top = 2\ndraws = 512",
            more=CELL_NUMBERS % ("0.4", "1.5"),
        ),
        workers=1,
    )
    judge = Judge.of(found.study.case, found.study.ranking)
    criteria = tuple(each for each in found.criteria if each.name in found.deciding)
    drawer = Drawer(judge, criteria, found.study.case.cell, found.numbers, found.candidates.rows, 512, 1)
    everyone = np.arange(40)
    scores = drawer.scores_in((), everyone)
    upside = drawer.upside(everyone, [()])[0]
    assert (scores > upside[:, None]).mean() < 0.001
    assert (upside < 30.0 * np.median(scores, axis=1)).all()


def test_an_audit_finds_those_that_were_left_out_by_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a favourable end that is not favourable at all, the random check says so."""
    means = np.linspace(-1.0, -1.2, 1500)
    table = "name,s\n" + "".join(f"c{place},{mean:.6f}\n" for place, mean in enumerate(means))
    monkeypatch.setattr("lisse.study.screen_draws._FAVOURABLE", 0.0)
    rank = 'by = "ionic_conductivity"\ntop = 100\ndraws = 64'
    found = screen(study(tmp_path, table=table, columns=CONDUCTIVITY % 0.3, rank=rank), workers=1)
    assert found.drawn is not None
    assert found.drawn.missed > 0
    assert any("belong there" in text for text in found.warnings)


def test_few_candidates_are_all_drawn(tmp_path: Path) -> None:
    found = log_normal(tmp_path, [-1.0, -5.0, -9.0], 0.1, draws=64)
    judge = Judge.of(found.study.case, found.study.ranking)
    drawer = Drawer(judge, (), found.study.case.cell, found.numbers, found.candidates.rows, 64, 1)
    assert shortlist(drawer, found.scores, 1).which.tolist() == [0, 1, 2]
