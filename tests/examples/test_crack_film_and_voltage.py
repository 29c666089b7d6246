"""The example of a crack in a film and in the voltage: a resolved run's own film against its own voltage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from example_scripts import LARGEST_PICTURE, drawn, example
from lisse.measurement.alignment import changed_size, correlate, find_events
from lisse.measurement.alignment.channel import channels_of
from lisse.measurement.alignment.features import image_events


def test_the_committed_picture_is_small(repository: Path) -> None:
    assert (repository / "docs" / "images" / "crack_film_and_voltage.png").stat().st_size < LARGEST_PICTURE


@pytest.mark.slow
def test_every_step_of_the_crack_is_a_kink_of_the_voltage(repository: Path, tmp_path: Path) -> None:
    made = drawn(example(repository, "crack_film_and_voltage"), tmp_path)
    solution, found = made["solution"], made["found"]
    assert solution.verdict.mode == "filament-short"
    truth = np.array([event["time"] for event in solution.events])
    assert len(truth) >= 3
    kinks = np.array([event.time for event in found.events if event.source == "voltage"])
    assert np.abs(kinks[None, :] - truth[:, None]).min(axis=1).max() < 0.12  # s: all, the short itself last
    before_short = truth[truth < solution.verdict.time]
    assert np.abs(kinks[None, :] - before_short[:, None]).min(axis=1).max() < 0.03
    voltage = channels_of(made["records"]["voltage"], "voltage")["voltage"]
    together = correlate(changed_size(made["records"]["film"], "film"), voltage)
    assert together.rank_of_steps < -0.8
    assert len(find_events(voltage)) == len(kinks)
    seen = image_events(made["records"]["film"], "film")
    last = max(seen, key=lambda event: event.time)
    assert last.time - last.error <= solution.verdict.time <= last.time + last.error + 0.02


@pytest.mark.slow
def test_a_laboratory_tomograph_sees_none_of_it(repository: Path) -> None:
    made = example(repository, "crack_film_and_voltage").results()
    assert image_events(made["scan"], "scan") == []
    assert made["solution"].verdict.mode == "filament-short"
