"""What the seed of a resolved run draws: grains, flaws, patches, scatter; and that it draws nothing else."""

from __future__ import annotations

import math

import numpy as np
import pytest

import lisse
from lisse.cell import FlawPopulation
from lisse.errors import InvalidInput
from lisse.microstructure import Volume
from lisse.microstructure.generate import Statistic
from lisse.models.resolved.domain import Solid, build_domain
from lisse.models.resolved.laws import BLOCKED, build_laws, patch_mask
from lisse.models.resolved.model import Resolved
from lisse.models.resolved.structure import draws_structure, open_volume, with_flaws
from lisse.study import read_case

H = 0.5e-6
GRAINS = {"generate": "polycrystal", "size": ["16 um", "24 um"], "grain": "6 um", "periodic": True}
FLAWS = {"count": 2, "length": 4e-6, "spread": 0.0}


def case(thickness="16 um", **interface):
    return read_case(
        {
            "cell": {
                "area": "1 cm^2",
                "electrolyte": {"material": "LLZO", "thickness": thickness},
                "anode": {"material": "lithium", "thickness": "50 um"},
                "interface": {"resistance": "20 ohm cm^2", **interface},
                "stack": {"pressure": "3 MPa", "forming_pressure": "400 MPa"},
            },
            "protocol": {"steps": [{"current_density": "1 mA/cm^2", "duration": "2 min"}]},
            "model": {"name": "lumped"},
        }
    )


def crystal(shape=(32, 48)):
    return Volume(np.zeros(shape, np.uint8), H, {0: "electrolyte"})


def cracked(volume):
    label = next(number for number, name in volume.phases.items() if name == "crack")
    return np.asarray(volume.labels) == label


def domain_of(lateral):
    return build_domain(crystal((4, *lateral)), {"electrolyte": Solid(0.05, 150e9, 0.26, 6.0)})


# ---- structure -----------------------------------------------------------------------------------------------------


def test_a_recipe_without_a_seed_takes_that_of_the_run():
    one, again, other = (open_volume(GRAINS, H, 16e-6, None, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.grains, again.grains)
    assert (one.grains != other.grains).any()


def test_a_recipe_with_a_seed_keeps_it():
    fixed = {**GRAINS, "seed": 7}
    one, other = (open_volume(fixed, H, 16e-6, None, seed) for seed in (1, 2))
    np.testing.assert_array_equal(one.grains, other.grains)
    assert draws_structure(GRAINS)
    assert not draws_structure(fixed)
    assert not draws_structure(None)
    assert not draws_structure(crystal())
    assert not draws_structure({"file": "a.tif"})


def test_a_recipe_on_another_is_drawn_as_a_whole():
    holes = {"generate": "pores", "of": GRAINS, "porosity": 0.05, "diameter": "2 um", "host": "electrolyte"}
    one, again, other = (open_volume(holes, H, 16e-6, None, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.labels, again.labels)
    assert (one.grains != other.grains).any()
    assert (one.labels != other.labels).any()
    kept = {**holes, "of": {**GRAINS, "seed": 3}, "seed": 4}
    assert not draws_structure(kept)


def test_flaws_follow_the_seed_unless_they_have_their_own():
    one, again, other = (with_flaws(crystal(), FLAWS, None, seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.labels, again.labels)
    assert (one.labels != other.labels).any()
    fixed = {**FLAWS, "seed": 5}
    one, other = (with_flaws(crystal(), fixed, None, seed)[0] for seed in (1, 2))
    np.testing.assert_array_equal(one.labels, other.labels)


def test_flaws_of_both_surfaces_do_not_lie_opposite_each_other():
    both = cracked(with_flaws(crystal((64, 200)), {**FLAWS, "count": 3, "side": "both", "seed": 1}, None, None)[0])
    low, high = (np.flatnonzero(both[plane]) for plane in (0, -1))
    assert len(low) == len(high) == 3
    assert not np.array_equal(low, high)
    alone = cracked(with_flaws(crystal((64, 200)), {**FLAWS, "count": 3, "seed": 1}, None, None)[0])
    np.testing.assert_array_equal(alone[0], both[0])  # the other surface changes nothing on this one


@pytest.mark.parametrize("shape", [(32, 200), (20, 40, 40)])
def test_a_population_gives_poisson_numbers_around_its_density(shape, monkeypatch):
    """400 surfaces: mean and variance within four standard errors; without a seed, the expected number on each."""
    asked = []

    class Same:
        def __init__(self, volume):
            self.volume = volume
            self.statistics = {"cracks_through": Statistic(0.0)}

    def counted(volume, count, *_, **__):
        asked.append(count)
        return Same(volume)

    monkeypatch.setattr("lisse.microstructure.generate.cracks", counted)
    width = [n * H for n in shape[1:]]
    density = (6.0 / width[0]) ** 2 if len(width) == 1 else 6.0 / math.prod(width)
    population = FlawPopulation(mean_length=2.5e-6, spread=0.01, density=density)
    with_flaws(crystal(shape), None, population, None)
    assert asked == [6, 6]
    asked.clear()
    none = sum(len(with_flaws(crystal(shape), None, population, seed)[1]) for seed in range(200))
    counts = np.append(asked, np.zeros(none))
    assert len(counts) == 400
    assert counts.mean() == pytest.approx(6.0, abs=4.0 * math.sqrt(6.0 / 400))
    assert counts.var() == pytest.approx(6.0, rel=4.0 * math.sqrt(2.0 / 400) * 1.1)


def test_a_population_cuts_the_same_cracks_for_the_same_seed():
    population = FlawPopulation(mean_length=2.5e-6, spread=0.3, density=(6.0 / 100e-6) ** 2)
    one, again, other = (cracked(with_flaws(crystal((32, 200)), None, population, s)[0]) for s in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()
    assert one[0].any()
    assert one[-1].any()


def test_flaws_below_four_voxels_are_refused_and_none_are_told():
    tiny = FlawPopulation(mean_length=1e-6, spread=0.1, density=1e10)
    with pytest.raises(InvalidInput, match="four voxels"):
        with_flaws(crystal(), None, tiny, 1)
    rare = FlawPopulation(mean_length=4e-6, spread=0.1, density=1e4)
    _, warnings = with_flaws(crystal(), None, rare, None)
    assert [text for text in warnings if "none on the low side" in text]


# ---- interfaces ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lateral", [(97,), (31, 17)])
@pytest.mark.parametrize("share", [0.0, 0.013, 0.3, 0.77, 1.0])
def test_patches_cover_the_share_to_one_voxel(lateral, share):
    found = patch_mask(lateral, share, 6.0, np.random.default_rng(4))
    assert abs(np.count_nonzero(found) - share * found.size) <= 1.0


def test_patches_are_as_large_as_asked():
    """Mean width of the patches of a line at a share of one half: in proportion to the size asked for, to 15 %."""
    widths = []
    for size in (10.0, 20.0, 40.0):
        line = patch_mask((20000,), 0.5, size, np.random.default_rng(1))
        widths.append(np.count_nonzero(line) / np.count_nonzero(np.diff(line.astype(int)) == 1))
    np.testing.assert_allclose(np.divide(widths, widths[0]), [1.0, 2.0, 4.0], rtol=0.15)
    assert widths[0] == pytest.approx(10.0, rel=0.5)


def test_contamination_of_the_case_becomes_patches_on_both_sides():
    made, domain = case(contamination=0.3), domain_of((64,))
    laws = build_laws(made.cell, domain, 298.15, patch_size=3e-6, scatter=0.0, seed=1)
    for surface in laws.surfaces:
        blocked = surface.clean < 0.5
        assert abs(np.count_nonzero(blocked) - 0.3 * 64) <= 1.0
        assert set(np.unique(surface.clean)) == {BLOCKED, 1.0}
    assert (laws.surfaces[0].clean != laws.surfaces[1].clean).any()
    even = build_laws(made.cell, domain, 298.15, patch_size=None, scatter=0.0, seed=1)
    assert (even.surfaces[0].clean == even.surfaces[0].side.clean).all()


@pytest.mark.parametrize("scatter", [0.2, 0.7])
def test_scatter_is_log_normal_with_a_mean_of_one(scatter):
    """200 x 200 columns: mean, and moments of the logarithm, within five standard errors."""
    laws = build_laws(case().cell, domain_of((200, 200)), 298.15, patch_size=None, scatter=scatter, seed=3)
    count = 200 * 200
    for surface in laws.surfaces:
        for drawn in (surface.exchange, surface.closure):
            logs = np.log(drawn)
            spread = math.sqrt(math.expm1(scatter**2))
            assert drawn.mean() == pytest.approx(1.0, abs=5.0 * spread / math.sqrt(count))
            assert logs.mean() == pytest.approx(-0.5 * scatter**2, abs=5.0 * scatter / math.sqrt(count))
            assert logs.std() == pytest.approx(scatter, rel=5.0 / math.sqrt(2.0 * count))
            skew = ((logs - logs.mean()) ** 3).mean() / logs.std() ** 3
            assert abs(skew) < 5.0 * math.sqrt(6.0 / count)
        assert abs(np.corrcoef(surface.exchange.ravel(), surface.closure.ravel())[0, 1]) < 5.0 / math.sqrt(count)


def test_maps_follow_the_seed():
    def maps(seed):
        laws = build_laws(
            case(contamination=0.3).cell, domain_of((48,)), 298.15, patch_size=2e-6, scatter=0.3, seed=seed
        )
        return np.stack([np.stack([s.clean, s.exchange, s.closure]) for s in laws.surfaces])

    np.testing.assert_array_equal(maps(5), maps(5))
    np.testing.assert_array_equal(maps(None), maps(0))
    assert (maps(5) != maps(6)).any(axis=-1).all()


# ---- runs ----------------------------------------------------------------------------------------------------------


def test_runs_of_one_seed_are_identical_and_of_two_seeds_are_not():
    made = case(contamination=0.2)
    model = Resolved(
        voxel=1e-6,
        microstructure=GRAINS,
        lithium="fluid",
        fracture=False,
        patch_size=3e-6,
        scatter=0.3,
    )
    one, again, other = (
        lisse.solve(model, made.cell, made.protocol, seed=seed, throw=False)["voltage"].values for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, again)
    assert one.shape != other.shape or (one != other).any()


def test_the_model_says_whether_its_seed_matters():
    cell = case().cell
    assert not Resolved().draws(cell)
    assert Resolved(scatter=0.1).draws(cell)
    assert Resolved(patch_size=2e-6).draws(cell)
    assert Resolved(microstructure=GRAINS).draws(cell)
    assert Resolved(flaws=FLAWS).draws(cell)
    assert not Resolved(microstructure={**GRAINS, "seed": 1}, flaws={**FLAWS, "seed": 1}).draws(cell)


def test_flaws_through_the_whole_electrolyte_are_told() -> None:
    volume = Volume(np.ones((16, 40), dtype=np.uint8), 1e-6, {1: "electrolyte"})
    asked = {"count": 2, "spread": 0.0, "seed": 3}
    _, told = with_flaws(volume, {**asked, "length": 20e-6}, None, None)
    assert told == ("flaws: 2 of them reach through the electrolyte from the start",)
    _, told = with_flaws(volume, {**asked, "length": 5e-6}, None, None)
    assert told == ()
