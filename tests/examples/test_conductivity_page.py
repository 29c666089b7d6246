"""The page about estimates prints the tables that the stored validation and the shipped model give."""

from __future__ import annotations

from pathlib import Path

import pytest

from lisse.materials.estimates import conductivity_accuracy
from lisse.materials.estimates.stored import stored

PAGE = Path(__file__).resolve().parents[2] / "docs/explanation/estimates.md"


@pytest.mark.parametrize("table", ["conductivity_lines", "family_lines", "knowledge_lines", "example_lines"])
def test_tables_of_the_page_are_those_of_the_model(table: str) -> None:
    lines = getattr(conductivity_accuracy, table)()
    assert len(lines) > 4
    assert len({line.count(" | ") for line in lines if "---" not in line}) == 1
    assert "\n".join(lines) in PAGE.read_text("utf-8")


def test_figures_in_the_text_are_those_of_the_model() -> None:
    text = PAGE.read_text("utf-8")
    prose = text[text.index("**The target") : text.index("By family, with the lattice known")]
    found = stored("conductivity")
    for name in ("composition", "lattice"):
        for kind in ("family", "elements", "source"):
            assert f"{found['models'][name]['validation'][kind]['mean_absolute_error']:.2f}" in prose
        unseen = found["models"][name]["validation"]["family"]
        assert f"{100.0 * unseen['coverage']:.0f} %" in prose
        assert f"{unseen['rank_correlation']:.2f}" in prose
        assert f"{unseen['baselines']['trees_alone']:.2f}" in prose
    assert f"by {found['scatter']['mean_absolute_error']:.2f} decades on average" in text
    assert f"OBELiX (`therrien2025`, CC BY 4.0): {found['data']['read']} rows" in text
