"""Climbing voltages: how much contact their shape leaves, and what salt that runs out looks like."""

import numpy as np
import pytest
from analysis_cells import RESISTANCE, measurement, ramp, ramp_levels, staircase

from lisse.measurement.analysis import analyse
from lisse.measurement.analysis.climb_law import contact_left, follows_gradient
from lisse.measurement.analysis.rises import LOST
from lisse.records import Spectrum

HOUR = 3600.0
SHARE = np.linspace(0.0, 1.0, 200)


def shrinking(left, share=SHARE):
    """Resistance of an interface over that at full contact, which falls in proportion to time to `left`."""
    return 1.0 / (1.0 - (1.0 - left) * np.clip(share, 0.0, 1.0))


def sand(end, share=SHARE):
    """Climb of the voltage of a salt that has run out to `end` of Sand's time, 0 at the start."""
    return -np.log(1.0 - np.sqrt(end * np.clip(share, 0.0, 1.0)))


def spectrum(real_axis):
    frequency = np.logspace(6, 0, 30)
    arc = real_axis + 2.0 / (1.0 + 2j * np.pi * frequency * 1e-4)
    return Spectrum(-1.0, frequency, arc)


# -- the law ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("left", [0.05, 0.2, 0.6])
@pytest.mark.parametrize("in_series", [0.0, 10.0, 300.0])
@pytest.mark.parametrize("noise", [0.0, 1e-3])
def test_the_curvature_tells_the_contact_whatever_is_in_series(left, in_series, noise):
    resistance = in_series + shrinking(left)
    height = resistance[-1] - resistance[0]
    shaken = resistance + np.random.default_rng(3).normal(0.0, noise * height, SHARE.size)
    found = contact_left(HOUR * SHARE, shaken)
    assert found.value == pytest.approx(left, rel=0.12)
    assert found.high >= found.value
    assert found.misfit < 0.01


def test_noise_widens_the_bound():
    def bound(noise):
        shaken = shrinking(0.1) + np.random.default_rng(5).normal(0.0, noise, SHARE.size)
        return contact_left(SHARE, shaken).high

    assert bound(0.01) < bound(1.0) < bound(3.0)


def test_contact_is_counted_from_the_lowest_resistance_of_the_chain():
    whole = 50.0 + shrinking(0.1)
    second = slice(120, None)
    alone = contact_left(SHARE[second], whole[second])
    chained = contact_left(SHARE[second], whole[second], fresh=float(whole[0]))
    assert alone.value == pytest.approx(0.1 / (1.0 - 0.9 * SHARE[120]), rel=0.1)
    assert chained.value == pytest.approx(0.1, rel=0.15)


def test_narrow_current_lines_let_more_contact_seem_left_and_never_less():
    for left in (0.05, 0.2, 0.5):
        assert contact_left(SHARE, np.sqrt(shrinking(left))).value > left


def test_what_does_not_climb_or_is_too_short_is_not_read():
    assert contact_left(SHARE, 2.0 - SHARE) is None
    assert contact_left(SHARE[:6], SHARE[:6]) is None
    assert contact_left(np.zeros(20), shrinking(0.1, np.linspace(0, 1, 20))) is None
    assert not follows_gradient(SHARE[:6], SHARE[:6])


@pytest.mark.parametrize("in_series", [0.1, 1.0, 10.0])
def test_salt_that_runs_out_is_told_from_contact_that_shrinks(in_series):
    for end in (0.9, 0.99, 0.9999):
        assert follows_gradient(SHARE, in_series + sand(end))
        assert contact_left(SHARE, in_series + sand(end)).high > LOST
    for left in (0.05, 0.2):
        assert not follows_gradient(SHARE, in_series + shrinking(left))


# -- whole records ---------------------------------------------------------------------------------------------------


def with_climb(law, number=9, levels=None, after=None):
    """A ramp in whose half-cycle of that number the resistance is 100 ohm times the law of the share of it."""

    def change(time, current, voltage):
        share = time / HOUR - number
        inside = np.arange(time.size) // 121 == number
        changed = np.where(inside, voltage * law(share), voltage)
        return changed if after is None else after(time, current, changed)

    return ramp(change, levels=ramp_levels(5) if levels is None else levels)


def test_a_small_climb_is_lost_contact_where_its_shape_says_so():
    """An interface of 2 % of the resistance: at a twentieth of the contact the voltage is up by a third."""
    lost = analyse(with_climb(lambda s: 0.98 + 0.02 * shrinking(0.05, s)))
    assert lost.verdict.mode == "contact-loss"
    assert "of the contact was left" in lost.verdict.evidence[1]
    kept = analyse(with_climb(lambda s: 0.7 + 0.3 * shrinking(0.4, s)))
    assert kept.verdict.mode == "none"
    assert any("which left about 4" in text for text in kept.warnings)


def test_contact_that_was_lost_over_several_half_cycles_of_one_direction_adds_up():
    """In the last of three hours the contact falls from 0.4 to 0.1: enough only with the two hours before it."""

    def climb(time, current, voltage):
        return voltage * (0.95 + 0.05 * shrinking(0.1, time / (3 * HOUR)))

    def only_the_last(time, current, voltage):
        return climb(np.where(time > 2 * HOUR, time, 2 * HOUR), current, voltage)

    chain = analyse(ramp(climb, levels=[2e-4, 3e-4, 4e-4]))
    assert chain.verdict.mode == "contact-loss"
    assert chain.verdict.time > 2 * HOUR
    alone = analyse(ramp(only_the_last, levels=[2e-4, -3e-4, 4e-4]))
    assert alone.verdict.mode == "none"
    assert any("which left about 2" in text for text in alone.warnings)


def test_the_last_climb_passes_where_one_like_it_passed():
    def every_second(time, current, voltage):
        share = time / HOUR % 1.0
        share = np.where((time > 0) & (share == 0.0), 1.0, share)
        return np.where(current > 0, voltage * (0.8 + 0.2 * shrinking(0.12, share)), voltage)

    levels = [1e-3, -1e-3] * 3 + [1e-3, 0.0]
    assert analyse(ramp(every_second, levels=levels)).verdict.mode == "none"
    first = analyse(ramp(every_second, levels=[-1e-3, 1e-3, 0.0]))
    assert first.verdict.mode == "contact-loss"


def test_a_flickering_lead_at_the_peak_does_not_let_a_climb_pass():
    """The half-cycles behind it need as much voltage as the climb reached, but not as much as the flicker showed."""

    def flickers(time, current, voltage):
        lost = voltage * np.where(time > 2 * HOUR, 2.5, 0.9 + 0.1 * shrinking(0.06, time / HOUR - 1.0))
        return np.where((time > 1.985 * HOUR) & (time < 1.995 * HOUR), 10.0 * lost, lost)

    assert analyse(ramp(flickers, levels=[-1e-3, 1e-3, -1e-3, 1e-3])).verdict.mode == "contact-loss"


def test_a_spectrum_bounds_the_contact_where_the_shape_says_nothing():
    """97 of 100 ohm are in series: a climb by a half leaves a seventh of the contact at most."""
    time, current = staircase([1e-3, -1e-3])
    share = np.clip(time / HOUR - 1.0, 0.0, 1.0)
    voltage = RESISTANCE * current * (1.0 + 0.45 * share**8)
    assert analyse(measurement(time, current, voltage)).verdict.mode == "none"
    assert analyse(measurement(time, current, voltage, [spectrum(97.0)])).verdict.mode == "contact-loss"
    assert analyse(measurement(time, current, voltage, [spectrum(50.0)])).verdict.mode == "none"
    assert analyse(measurement(time, current, voltage, [spectrum(120.0)])).verdict.mode != "contact-loss"


def test_without_a_rest_the_shape_tells_depletion_and_a_rest_without_voltage_lost_contact():
    law = lambda s: 1.0 + sand(0.999, s)  # noqa: E731
    found = analyse(with_climb(law))
    assert found.verdict.mode == "depletion"
    assert "salt" in found.verdict.evidence[1]
    time, current = staircase([1e-3, 0.0])
    climb = np.where(current > 0, RESISTANCE * current * law(time / HOUR), 0.0)
    assert analyse(measurement(time, current, climb)).verdict.mode == "contact-loss"


def test_a_short_record_in_which_nothing_is_low_is_judged_all_the_same():
    """Early values scatter so much that no smoothed record comes down to their median."""
    time = np.arange(10.0)
    size = np.array([9.0, 9.0, 1.0, 9.0, 9.0, 9.0, 9.0, 12.0, 12.0, 12.0])
    assert analyse(measurement(time, np.full(10, 1e-3), 1e-2 * size)).verdict.mode in ("none", "contact-loss")
