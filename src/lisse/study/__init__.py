"""Many runs and many data sets: a case file, a map over two of its quantities, a batch, and what a batch tells."""

from lisse.study.axes import AXES, Span, axis, parse_span
from lisse.study.batch import BatchRun, solve_many
from lisse.study.case import Case, load_case, read_case
from lisse.study.distribution import CriticalCurrentDistribution, critical_current_distribution
from lisse.study.maps import FailureMap, failure_map
from lisse.study.measures import FourNumbers, MeasureSettings, four_numbers

__all__ = [
    "AXES",
    "BatchRun",
    "Case",
    "CriticalCurrentDistribution",
    "FailureMap",
    "FourNumbers",
    "MeasureSettings",
    "Span",
    "axis",
    "critical_current_distribution",
    "failure_map",
    "four_numbers",
    "load_case",
    "parse_span",
    "read_case",
    "solve_many",
]
