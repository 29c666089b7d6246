"""What a measurement means: steps, resistances, spectra, failure. One idea per file; `analyse` puts them in order.

Analysis sees only a Measurement, so that one piece of code judges a lab cell and a simulated one.
"""

from __future__ import annotations

from lisse.measurement.analysis.analyse import analyse
from lisse.measurement.analysis.finding import FINDING_MODES, FailureEvent, Finding

__all__ = ["FINDING_MODES", "FailureEvent", "Finding", "analyse"]
