"""Whatever stands in the table of a screening, it is read or refused with one message."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lisse.errors import InvalidInput
from lisse.study import ScreenStudy
from lisse.study.candidates import read_candidates
from screens import study

CELLS = st.one_of(
    st.floats(width=32).map(str),
    st.sampled_from(["", "nan", "-", "<1e-10", "1,5", "1e999", '"', "a;b", "−1", "0", "1 mS/cm", "1_0"]),
    st.text(max_size=8),
)
TABLES = st.one_of(
    st.text(max_size=80),
    st.lists(st.lists(CELLS, min_size=3, max_size=3).map(",".join), max_size=6).map(
        lambda rows: "\n".join(["name,sigma,K", *rows])
    ),
)


@pytest.fixture(scope="module")
def any_study(tmp_path_factory: pytest.TempPathFactory) -> ScreenStudy:
    return study(tmp_path_factory.mktemp("fuzz"))


@settings(max_examples=200)
@given(TABLES, st.sampled_from(["refuse", "set-aside"]))
def test_a_table_is_read_or_refused(any_study: ScreenStudy, text: str, bad_rows: str) -> None:
    path = Path(any_study.table)
    path.write_text(text, encoding="utf-8", errors="replace")
    said = ""
    try:
        found = read_candidates(dataclasses.replace(any_study, bad_rows=bad_rows))
    except InvalidInput as error:
        said = str(error)
    if said:
        assert "table.csv" in said
        return
    assert len(found) == len(set(found.names)) > 0
    for name, values in found.values.items():
        known = ~np.isnan(values)
        assert (values[known] > 0.0).all()
        assert (found.low[name][known] <= values[known]).all()
