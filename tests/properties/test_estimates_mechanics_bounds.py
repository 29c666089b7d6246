"""Whatever neutral formula comes in: the four moduli agree, intervals hold the value, and nothing is out of bounds."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lisse.errors import InvalidInput
from lisse.materials.estimates.elastic_pair import MODULI
from lisse.materials.estimates.mechanics import MECHANICS
from lisse.materials.estimates.substance import substance

CATIONS = {"Li": 1, "Na": 1, "Mg": 2, "La": 3, "Al": 3, "Y": 3, "Zr": 4, "Ge": 4, "P": 5, "Ta": 5, "H": 1, "C": 4}
ANIONS = {"O": 2, "S": 2, "F": 1, "Cl": 1, "Br": 1, "N": 3, "Te": 2}


@st.composite
def neutral_formulas(draw):
    """Lithium, up to three other cations, and up to two anions that balance them."""
    others = draw(st.lists(st.sampled_from(sorted(CATIONS)), max_size=3, unique=True))
    amounts = {"Li": draw(st.integers(1, 12))} | {symbol: draw(st.integers(1, 6)) for symbol in others}
    charge = sum(amount * CATIONS[symbol] for symbol, amount in amounts.items())
    first, second = draw(st.permutations(sorted(ANIONS)))[:2]
    share = draw(st.sampled_from([0.0, 0.25, 0.5]))
    text = "".join(f"{symbol}{amount}" for symbol, amount in amounts.items())
    text += f"{first}{charge * (1.0 - share) / ANIONS[first]:.6f}"
    return text + (f"{second}{charge * share / ANIONS[second]:.6f}" if share else "")


@given(neutral_formulas(), st.sampled_from([None, *MODULI, "density"]), st.floats(0.05, 0.45))
def test_every_estimate_is_possible(formula, kept, size):
    scale = {"poisson_ratio": 1.0, "density": 8000.0}.get(kept, 3e11)
    try:
        subject = substance(formula, known={kept: size * scale} if kept else {})
    except InvalidInput:  # other oxidation states than those meant here may be the common ones
        return
    found = {}
    for name, estimator in MECHANICS.items():
        found[name] = estimator(subject)
        assert found[name].lower <= found[name].value <= found[name].upper
        assert math.isfinite(found[name].upper)
        assert 0.0 <= found[name].applicability <= 1.0
    bulk, shear, youngs, poisson = (found[name].value for name in MODULI)
    assert youngs == pytest.approx(9.0 * bulk * shear / (3.0 * bulk + shear), rel=1e-9)
    assert poisson == pytest.approx((3.0 * bulk - 2.0 * shear) / (6.0 * bulk + 2.0 * shear), rel=1e-6)
    if kept:
        assert found[kept].value == pytest.approx(size * scale, rel=1e-9)
