"""What is done to a cell: steps of current, voltage or rest, and the protocols that laboratories name.

A protocol is plain data: a tuple of steps, each ended by a time or an areal charge, or before that by a voltage or a
current. Nothing here knows what a cell is. Current density above zero plates the working electrode (see `lisse.units`).
"""

from lisse.protocol.builders import (
    COURSES,
    break_in,
    ccd_ramp,
    cycle,
    eis,
    full_cell,
    hold,
    one_way,
    pressure_steps,
    rest,
    steps,
    temperature_steps,
)
from lisse.protocol.community import CommunityProtocol, community_protocols
from lisse.protocol.protocol import Condition, Protocol, Stretch
from lisse.protocol.step import Step
from lisse.protocol.table import PROTOCOLS, STEP, from_settings

__all__ = [
    "COURSES",
    "PROTOCOLS",
    "STEP",
    "CommunityProtocol",
    "Condition",
    "Protocol",
    "Step",
    "Stretch",
    "break_in",
    "ccd_ramp",
    "community_protocols",
    "cycle",
    "eis",
    "from_settings",
    "full_cell",
    "hold",
    "one_way",
    "pressure_steps",
    "rest",
    "steps",
    "temperature_steps",
]
