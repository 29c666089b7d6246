"""The series for ParaView, read back by a parser written from the description of the format."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from test_export import vti_arrays

from lisse.errors import InvalidInput
from lisse.fields import FieldStore, hydrostatic_stress, largest_principal_stress, load_fields, write_paraview
from lisse.fields.paraview import cell_arrays
from resolved_fields import made_up, polycrystal, saved_run


@pytest.mark.parametrize(("dimensions", "n"), [(2, 20), (3, 9)])
def test_the_series_holds_every_time_and_field(tmp_path: Path, dimensions: int, n: int) -> None:
    saved_run(tmp_path, n, dimensions, frames=3)
    fields = load_fields(tmp_path)
    heard: list[float] = []
    series = write_paraview(fields, tmp_path / "out", lambda share, words: heard.append(share))
    assert heard == pytest.approx([1 / 3, 2 / 3, 1.0])
    rows = list(ElementTree.parse(series).getroot().iter("DataSet"))
    assert [float(row.attrib["timestep"]) for row in rows] == [0.0, 2.5, 5.0]
    image, found = vti_arrays(series.parent / rows[1].attrib["file"])
    np.testing.assert_allclose([float(word) for word in image.attrib["Spacing"].split()], 0.5)
    frame = fields.isel(time=1)

    def of(name: str) -> np.ndarray:
        return found[name].reshape(*fields["phase"].shape[1:], *found[name].shape[3:])

    for name in ("phase", "grain", "damage", "lithium_fraction", "plating_pressure", "electrolyte_potential"):
        np.testing.assert_array_equal(of(name), frame[name].values)
    np.testing.assert_array_equal(of("stress_xy"), frame["stress"].values[5])
    np.testing.assert_array_equal(of("hydrostatic_stress"), hydrostatic_stress(frame["stress"].values))
    np.testing.assert_array_equal(of("largest_principal_stress"), largest_principal_stress(frame["stress"].values))
    current = of("current_density")
    for axis in range(dimensions):
        np.testing.assert_array_equal(current[..., axis], frame["current_density"].values[axis])
    np.testing.assert_array_equal(of("local_current_density")[0], frame["local_current_density"].values[0])
    np.testing.assert_array_equal(of("local_current_density")[-1], frame["local_current_density"].values[1])
    assert np.isnan(of("local_current_density")[1:-1]).all()


def test_nodes_are_averaged_exactly_where_they_are_linear(tmp_path: Path) -> None:
    volume = polycrystal(12)
    nodes = np.zeros((2, 13, 12))
    nodes[0] = np.arange(13.0)[:, None] * 1e-9
    nodes[1] = np.cos(2 * np.pi * np.arange(12.0) / 12) * 1e-9
    FieldStore(tmp_path, volume).save(0.0, {**made_up(volume, 0.5), "displacement": nodes})
    _, arrays = cell_arrays(load_fields(tmp_path).isel(time=0))
    moved = arrays["displacement"]
    np.testing.assert_allclose(moved[..., 0], np.broadcast_to((np.arange(12.0) + 0.5)[:, None] * 1e-9, (12, 12)), 1e-6)
    half = np.cos(np.pi / 12) * np.cos(2 * np.pi * (np.arange(12.0) + 0.5) / 12) * 1e-9  # periodic: 11 meets 0
    np.testing.assert_allclose(moved[5, :, 1], half, atol=1e-15)


def test_every_so_many_and_always_the_last(tmp_path: Path) -> None:
    saved_run(tmp_path, 12, frames=6)
    write_paraview(load_fields(tmp_path), tmp_path / "out", every=4)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["fields.pvd", "fields_000000.vti", "fields_000004.vti", "fields_000005.vti"]
    with pytest.raises(InvalidInput, match="every"):
        write_paraview(load_fields(tmp_path), tmp_path / "out", every=0)
