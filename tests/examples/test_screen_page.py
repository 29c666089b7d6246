"""The page of `lisse screen` says what its studies say: no figure on it is older than the code."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from lisse.report.screen_words import gain_text, score_text, screening_following, screening_sentence
from lisse.report.words import share
from lisse.study import load_screen, screen
from lisse.study.screen_study import Best


def page(repository: Path) -> str:
    text = (repository / "docs" / "howto" / "screen.md").read_text(encoding="utf-8")
    return " ".join(text.split())


def outcome(repository: Path, name: str) -> dict[str, Any]:
    """Of a study of the examples, without the runs in time, which its figures do not need."""
    study = load_screen(repository / "examples" / f"{name}.toml")
    return screen(dataclasses.replace(study, best=Best()), workers=1).to_dict()


def test_the_first_example_prints_what_stands_there(repository: Path) -> None:
    found, said = outcome(repository, "screen_library"), page(repository)
    assert f"{found['title']} {screening_sentence(found)}. {screening_following(found)}" in said
    for best in found["best"]:
        line = f"{best['rank']} {best['name']} {best['formula']} {score_text(found, best['score'])}"
        assert f"{line} among the best 3: {share(best['share'])}" in said
    for warning in found["warnings"]:
        assert f"warning: {warning}" in said


def test_the_measured_conductivities_are_told_with_their_numbers(repository: Path, shared_data: Path) -> None:
    found, said = outcome(repository, "screen_conductivity"), page(repository)
    assert f"the {found['rows']} measured conductivities of OBELiX" in said
    assert f"The {found['set_aside']['count']} that are bounds are set aside" in said
    assert f"{found['expected_right']:.1f} of the 20 best are expected to be right" in said
    gains = {name: gain_text(found, gain) for name, gain in found["value"]["every"].items()}
    assert f"the interface resistance would improve the chosen best {gains['interface_resistance']}" in said
    assert f"exchange current {gains['exchange_current_density']} and toughness {gains['fracture_toughness']}" in said
    percent = re.match(r"by ([\d.]+) %", gains["ionic_conductivity"])
    assert percent is not None
    assert float(percent[1]) < 3.0  # next to nothing


@pytest.mark.slow
def test_the_sixty_thousand_are_told_with_their_numbers(repository: Path, shared_data: Path) -> None:
    found, said = outcome(repository, "screen_stiffness"), page(repository)
    assert f"ranks the {found['rows']:,} predicted shear moduli" in said
    assert f"{found['expected_right']:.1f} of the 20 best are expected to be truly among the best 20" in said
