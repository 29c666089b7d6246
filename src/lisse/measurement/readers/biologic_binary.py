"""BioLogic EC-Lab binary files (``.mpr``), through galvani.

galvani is licensed under the GPL-3. It is an optional package, imported at run time and never shipped with this one.
"""

from __future__ import annotations

import io

import numpy as np

from lisse.errors import InvalidInput
from lisse.measurement.readers.biologic_columns import biologic_measurement
from lisse.measurement.readers.foreign import foreign_reader, optional
from lisse.measurement.readers.format import Format, Source
from lisse.measurement.readers.rows import Rows
from lisse.records import Measurement

__all__ = ["BIOLOGIC_BINARY", "parse_biologic_binary"]

_MAGIC = b"BIO-LOGIC MODULAR FILE"
_ADVICE = "In EC-Lab export the file as text (.mpt), or copy it from the instrument again"
_FLAGS = {
    "mode": (0x03, 0), "ox/red": (0x04, 2), "error": (0x08, 3), "control changes": (0x10, 4),
    "Ns changes": (0x20, 5), "counter inc.": (0x80, 7),
}  # fmt: skip


def parse_biologic_binary(source: Source) -> Measurement:
    """Turn an ``.mpr`` file into a Measurement, the same one as that of its text export."""
    galvani = optional("galvani", "biologic", "reading a binary BioLogic file (.mpr)")
    warnings: list[str] = []
    with foreign_reader(source, "galvani", warnings, _ADVICE):
        file = galvani.BioLogic.MPRfile(io.BytesIO(source.content))
        data = np.array(file.data)
        started = getattr(file, "timestamp", None) or file.startdate
    if not data.size:
        raise InvalidInput(source.path, "no records", "a file with at least one record", _ADVICE)
    table: dict[str, np.ndarray] = {}
    for name in data.dtype.names or ():
        if name == "flags":
            for flag, (mask, shift) in _FLAGS.items():
                table[flag] = ((data[name] & mask) >> shift).astype(float)
        else:
            table[name] = data[name].astype(float)
    header = {"technique": "", "Acquisition started on": str(started)}
    rows = Rows(np.arange(1, data.size + 1), "record")
    return biologic_measurement(source, table, rows, None, header, warnings, format="biologic-binary")


BIOLOGIC_BINARY = Format(
    name="biologic-binary",
    description="BioLogic EC-Lab binary file (.mpr)",
    recognise=lambda source: source.content.startswith(_MAGIC),
    parse=parse_biologic_binary,
    extensions=(".mpr",),
    extra="biologic",
)
