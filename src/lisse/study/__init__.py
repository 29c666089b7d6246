"""Many runs and many data sets: a case file, a map over two of its quantities, a batch, what it tells, a screening."""

from lisse.study.axes import AXES, Span, axis, parse_span
from lisse.study.batch import BatchRun, solve_many
from lisse.study.case import Case, load_case, read_case
from lisse.study.distribution import CriticalCurrentDistribution, critical_current_distribution
from lisse.study.maps import FailureMap, failure_map
from lisse.study.measures import FourNumbers, MeasureSettings, four_numbers
from lisse.study.screen_study import ScreenStudy, load_screen, read_screen
from lisse.study.screening import Screening, screen

__all__ = [
    "AXES",
    "BatchRun",
    "Case",
    "CriticalCurrentDistribution",
    "FailureMap",
    "FourNumbers",
    "MeasureSettings",
    "ScreenStudy",
    "Screening",
    "Span",
    "axis",
    "critical_current_distribution",
    "failure_map",
    "four_numbers",
    "load_case",
    "load_screen",
    "parse_span",
    "read_case",
    "read_screen",
    "screen",
    "solve_many",
]
