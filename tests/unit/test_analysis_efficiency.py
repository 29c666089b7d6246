import numpy as np
import pytest
from analysis_cells import AREA, climb_in_step, measurement, ramp, ramp_levels

from lisse.errors import InvalidInput
from lisse.measurement.analysis import analyse

CURRENT, PLATEAU, CUT_OFF = 1e-4, 0.03, 1.0


def lithium_copper(charges, interval=10.0, first_sign=-1):
    """Plating and stripping of given charges (C; positive plates); a stripping ends at 1 V where asked for."""
    times, currents, voltages = [np.array([0.0])], [np.array([0.0])], [np.array([2.5])]
    start = interval
    for charge, empties in charges:
        sign = first_sign if charge > 0 else -first_sign
        length = abs(charge) / CURRENT
        t = np.append(np.arange(0.0, length, interval), length)
        v = np.full(t.size, PLATEAU)
        if empties:
            v = np.where(
                t > length - 5 * interval, PLATEAU + (CUT_OFF - PLATEAU) * (1 - (length - t) / (5 * interval)), v
            )
        times.append(start + t)
        currents.append(np.full(t.size, sign * CURRENT))
        voltages.append(sign * v)
        start += length
    return measurement(*(np.concatenate(parts) for parts in (times, currents, voltages)))


@pytest.mark.parametrize("sign", [-1, 1])
def test_efficiency_of_each_cycle_is_stripped_over_plated(sign):
    wanted = [0.9, 0.95, 0.98]
    charges = [pair for value in wanted for pair in ((3.6, False), (-3.6 * value, True))]
    finding = analyse(lithium_copper(charges, first_sign=sign), area=AREA)
    assert [block.protocol for block in finding.efficiencies] == ["cycle"] * 3
    for block, value in zip(finding.efficiencies, wanted, strict=True):
        assert block.value == pytest.approx(value, abs=max(2 * block.error, 1e-4))
        assert 0 < block.error < 2e-4
    assert finding.coulombic_efficiency == pytest.approx(np.mean(wanted), abs=3e-4)
    assert finding.verdict.mode == "none"  # the voltage at the cut-off is no loss of contact
    assert any("lithium on a foreign metal" in text for text in finding.warnings)
    assert finding.resistance is None


def test_reservoir_protocol_gives_the_mean_of_adams():
    reservoir, cycled, efficiency, count = 18.0, 3.6, 0.99, 10
    # What is plated and stripped loses 1 % of the plated charge each time; the final strip brings back the rest.
    left = reservoir * efficiency
    charges = [(reservoir, False)]
    for _ in range(count):
        charges += [(-cycled, False), (cycled, False)]
        left += -cycled + cycled * efficiency
    charges.append((-left, True))
    finding = analyse(lithium_copper([(18.0, False), (-17.0, True), *charges]), area=AREA)
    first, block = finding.efficiencies
    assert (first.protocol, block.protocol, block.cycles) == ("cycle", "reservoir", count)
    assert block.reservoir == pytest.approx(reservoir, rel=1e-3)
    assert block.value == pytest.approx((count * cycled + left) / (count * cycled + reservoir), abs=2e-4)
    assert block.value == pytest.approx(efficiency, abs=3e-4)
    content = finding.to_dict()
    assert content["efficiencies"][1]["reservoir_charge"] == block.reservoir
    assert "Adams" in content["definitions"]["coulombic_efficiency"]


def test_a_cell_that_was_never_emptied_gives_none_even_if_named():
    charges = [(3.6, False), (-1.8, False)] * 2
    assert analyse(lithium_copper(charges), cell="lithium-copper").coulombic_efficiency is None
    assert analyse(lithium_copper(charges), cell="lithium-copper").efficiencies == ()


def test_a_symmetric_cell_has_no_efficiency():
    assert analyse(ramp()).coulombic_efficiency is None
    charges = [(3.6, False), (-3.5, True)]
    assert analyse(lithium_copper(charges), cell="symmetric").efficiencies == ()


@pytest.mark.parametrize("levels", [ramp_levels(), ramp_levels()[:10]])
def test_a_symmetric_cell_that_loses_contact_in_one_direction_is_not_taken_for_lithium_on_copper(levels):
    """All that was plated had been stripped before without a cut-off: there is lithium on both sides."""
    finding = analyse(ramp(climb_in_step(9, 6.0, 3.0), levels=levels), area=AREA)
    assert finding.efficiencies == ()
    assert finding.verdict.mode == "contact-loss"


def test_a_full_cell_is_not_taken_for_lithium_on_copper():
    time = np.arange(0.0, 7200.0, 30.0)
    share = (time % 3600.0) / 3600.0
    charging = time < 3600.0
    voltage = np.where(charging, 3.4 + 0.8 * share**4, 4.1 - 1.3 * share**4)
    finding = analyse(measurement(time, np.where(charging, 1e-3, -1e-3), voltage))
    assert finding.efficiencies == ()


def test_a_kind_of_cell_that_is_not_known_is_refused():
    with pytest.raises(InvalidInput, match="cell: got 'lithium copper'.*Did you mean 'lithium-copper'"):
        analyse(ramp(), cell="lithium copper")
