from __future__ import annotations

import pytest

from lisse.protocol import ccd_ramp, cycle, hold, one_way, rest, steps
from lisse.records import VERDICT_MODES
from lisse.report.words import FAILS_BY, MODES, duration, printed, protocol_words, share, times


def test_every_verdict_mode_has_words():
    assert set(MODES) == set(FAILS_BY) == set(VERDICT_MODES)


@pytest.mark.parametrize(
    ("seconds", "words"), [(148304.0, "41.2 h"), (3600.0, "1 h"), (725.0, "12.1 min"), (3.25, "3.25 s"), (0.0, "0 s")]
)
def test_duration_is_in_the_unit_that_reads_well(seconds, words):
    assert duration(seconds) == words


def test_ratios_have_two_digits():
    assert (times(3.21), times(41.3), times(412.0), times(0.0056)) == ("3.2", "41", "412", "0.0056")


@pytest.mark.parametrize(
    ("plain", "shown"),
    [
        ("0.5 mA/cm2", "0.5 mA/cm²"),
        ("2e-06 S/cm", "2×10⁻⁶ S/cm"),
        ("1e+10 1/m2", "1×10¹⁰ 1/m²"),
        ("10 ohm cm2 at 25 degC, 20 um", "10 Ω cm² at 25 °C, 20 µm"),
        ("0.97 MPa m^0.5", "0.97 MPa √m"),
        ("-3.5 mV", "−3.5 mV"),
        ("row LI-1 of Li-Mg", "row LI-1 of Li-Mg"),
        ("10-20 um", "10-20 µm"),
        ("row LLZO-K3, file run2e5.mpt", "row LLZO-K3, file run2e5.mpt"),
        ("3e-42 1/s/Pa^n", "3×10⁻⁴² 1/s/Paⁿ"),
        ("3 A m^2.5/mol^1.5", "3 A m^2.5/mol^1.5"),
    ],
)
def test_units_are_set_as_in_print(plain, shown):
    assert printed(plain) == shown


def test_ccd_ramp_in_words():
    words = protocol_words(ccd_ramp(0.5, 0.5, 30.0, half_cycle_charge=9000.0).to_dict())
    assert words == (
        "CCD ramp: the current density rises from 0.05 mA/cm2 to 3 mA/cm2 in steps of 0.05 mA/cm2, one plating and "
        "stripping cycle at each, 0.25 mAh/cm2 per half-cycle, without rests. The run stops beyond 5 V."
    )


@pytest.mark.parametrize(
    ("protocol", "words"),
    [
        (one_way(1.0, 1.0, 2.0, half_cycle_time=3600.0), "without reversal, 1 h per current step"),
        (
            cycle(5.0, 20, half_cycle_time=1800.0, rest=60.0),
            "20 plating and stripping cycles at 0.5 mA/cm2, 30 min",
        ),
        (hold(0.05, 7200.0), "Voltage held at 50 mV for 2 h."),
        (rest(600.0), "Rest for 10 min."),
        (steps(rest(600.0).steps * 3), "A list of 3 steps."),
    ],
)
def test_other_protocols_in_words(protocol, words):
    assert words in protocol_words(protocol.to_dict())


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.794, "79 %"),
        (0.052, "5.2 %"),
        (0.9995, "> 99 %"),
        (0.99, "99 %"),
        (0.0005, "0.05 %"),
        (1e-5, "< 0.01 %"),
    ],
)
def test_shares_are_nothing_or_everything_only_when_they_are(part, words):
    assert share(part) == words
