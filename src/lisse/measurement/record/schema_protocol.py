"""What a record states of the protocol: its name and settings, as in a case file, and how spectra were taken."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lisse.errors import InvalidInput, suggest
from lisse.keys import OPTIONAL, Choice, Integer, SameAs, Text, within
from lisse.measurement.record.item import Item, must, text
from lisse.protocol import PROTOCOLS, community_protocols

__all__ = ["IMPEDANCE", "PROTOCOL", "PROTOCOL_NAME", "PROTOCOL_STEPS", "protocol_items"]

PROTOCOL: Mapping[str, Item] = MappingProxyType(
    {
        "reference_electrode": must(
            text('"none", or which and where', "none"),
            "with one, a cell plated up to 2 and stripped only up to 0.2 mA/cm2; with two electrodes both are one "
            "number",
            "kasemchainan2019",
        ),
    }
)
"""Besides the name and the settings, which `protocol_items` gives."""

IMPEDANCE: Mapping[str, Item] = MappingProxyType(
    {
        "taken": must(
            text("when spectra were taken", "before the test and after every step"),
            "a soft short is told by the voltage against the resistance just before the step",
            "hatzell2020",
        ),
        "frequency_from": must(
            within(1e-6, 1e9, "Hz", "highest frequency", example="1 MHz"),
            "the bulk of a good conductor is seen only at high frequency",
            "eckhardt2023",
        ),
        "frequency_to": must(
            within(1e-6, 1e9, "Hz", "lowest frequency", example="0.1 Hz"),
            "the interface is seen only at low frequency",
            "eckhardt2023",
        ),
        "amplitude": must(
            within(1e-6, 10.0, "V", "of the excitation", example="10 mV"),
            "a large amplitude is no longer linear, a small one is noise",
            "eckhardt2023",
        ),
        "points_per_decade": must(
            Integer("frequencies in a decade", example=10, high=100),
            "how finely overlapping arcs can be told apart",
            "eckhardt2023",
        ),
    }
)
"""How spectra were taken."""

_PROTOCOL_WHY: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "start": ("a ramp that starts high meets a surface that was never conditioned", "flatscher2023"),
        "step": ("the critical current is known to one step, no better", "flatscher2023"),
        "stop": ("a cell that did not fail says only that its limit lies above this", "flatscher2023"),
        "half_cycle": (
            "the critical current depends on the areal capacity per half-cycle: small ones over-estimate it, large "
            "ones under-estimate it",
            "flatscher2023",
        ),
        "rest": ("rests let voids fill and soft shorts heal or show", "hatzell2020"),
        "voltage_limit": ("a cut-off ends a half-cycle early, and the areal capacity with it", "flatscher2023"),
        "cycles_per_step": ("damage adds up: more cycles at a step give a lower critical current", "flatscher2023"),
        "cycles": ("at 0.3 mA/cm2 a cell shorted after 50 h that stands 1.5 mA/cm2 in a ramp: time counts", "duan2023"),
        "current_density": ("the number that the result is about", "flatscher2023"),
    }
)
PROTOCOL_NAME = must(
    Choice(
        "which protocol; ccd-ramp alternates, one-way does not",
        choices=(*PROTOCOLS, *community_protocols()),
        example="ccd-ramp",
    ),
    "one-way and alternating tests, ramps and cycling give different critical currents",
    "flatscher2023",
)
PROTOCOL_STEPS = must(
    Text("one [[protocol.steps]] table for each step", example="[[protocol.steps]]"),
    "without the steps the test cannot be repeated or simulated",
    "hatzell2020",
)
_OTHER_SETTING = ("without it the test cannot be repeated or simulated", "hatzell2020")


def protocol_items(kind: str) -> dict[str, Item]:
    """The settings of a protocol as keys of the record: those that a case file may leave to a default must be stated.

    Parameters
    ----------
    kind : str
        A name of `lisse.protocol.PROTOCOLS`.

    Raises
    ------
    InvalidInput
        For another name.
    """
    if kind not in PROTOCOLS:
        raise InvalidInput("protocol", kind, ", ".join(PROTOCOLS), suggest(kind, PROTOCOLS))
    found = {}
    for name, field in PROTOCOLS[kind].items():
        optional = field.default is OPTIONAL or isinstance(field.default, SameAs)
        why, source = _PROTOCOL_WHY.get(name, _OTHER_SETTING)
        found[name] = Item(field, why, source, needed=not optional)
    return found
