"""When a work of adhesion is given, and when it is not."""

from __future__ import annotations

import pytest

from lisse.materials.atomistic.adhesion import _HEIGHTS, _judged
from lisse.materials.atomistic.computed import Found


def judged(value: float, rigid: float, height: float, strain: float = 0.01) -> Found:
    return _judged(value, rigid, True, {"height_angstrom": height, "film_strain": strain})["work_of_adhesion"]


def test_a_film_that_sticks_has_a_number() -> None:
    assert judged(0.5, 0.4, 2.4) == Found(0.5, 0.0, (), {"height_angstrom": 2.4, "film_strain": 0.01})


@pytest.mark.parametrize(
    ("value", "rigid", "height", "words"),
    [
        (-0.03, -0.03, 3.2, "does not stick"),
        (6e-5, 1e-5, _HEIGHTS[-1], "does not stick"),
        (2.5, 0.4, 2.4, "react"),
    ],
)
def test_a_film_that_leaves_or_reacts_has_none(value: float, rigid: float, height: float, words: str) -> None:
    found = judged(value, rigid, height)
    assert found.value is None
    assert any(words in text for text in found.warnings)


def test_a_strained_film_and_one_at_the_nearest_height_are_told() -> None:
    assert any("strained by 6.0 %" in text for text in judged(0.5, 0.4, 2.4, 0.06).warnings)
    assert any("nearest that was tried" in text for text in judged(0.5, 0.4, _HEIGHTS[0]).warnings)
