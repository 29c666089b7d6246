"""A million rows: reading may take no more than a few times what parsing the same bytes takes."""

import time

import numpy as np
import pandas as pd
import pytest

from lisse.measurement.readers import read

ROWS = 1_000_000


def fastest(work):
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - begun)
    return min(times), result


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "mpt"])
def test_a_million_rows(tmp_path, kind):
    clock = np.arange(ROWS) * 0.5
    current = np.where(clock // 3600 % 2 == 0, 0.1, -0.1)
    path = tmp_path / "cell.txt"
    separator = "," if kind == "csv" else "\t"
    head = "Test Time / s,Current / mA,Voltage / V,Cycle Count / 1,Step Type / 1\n"
    last = ("%d", "%s") if kind == "csv" else ("%d", "%d")
    if kind == "mpt":
        head = "EC-Lab ASCII FILE\nNb header lines : 4\n\ntime/s\tI/mA\tEwe/V\tcycle number\tmode\t\n"
    form = separator.join(["%.3f", "%.6E", "%.6E", *last]) + "\n"
    kinds = "CC" if kind == "csv" else 1
    with path.open("w") as file:
        file.write(head)
        file.writelines(form % (t, i, i / 2, t // 7200, kinds) for t, i in zip(clock, current, strict=True))
    skipped = head.count("\n")
    parsing, _ = fastest(lambda: pd.read_csv(path, sep=separator, skiprows=skipped, header=None))
    reading, found = fastest(lambda: read(path))
    assert found.data.sizes["record"] == ROWS
    assert np.array_equal(found["Test Time / s"].values, clock)
    assert np.allclose(found["Current / A"].values, current * 1e-3)
    assert found.warnings == ()
    assert reading < 3 * parsing
