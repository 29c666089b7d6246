"""Many runs and many data sets: a case file, a map over two of its quantities, a batch, what it tells, a screening."""

from lisse.study.axes import AXES, Span, axis, parse_span
from lisse.study.batch import BatchRun, solve_many
from lisse.study.case import Case, load_case, read_case
from lisse.study.distribution import CriticalCurrentDistribution, critical_current_distribution
from lisse.study.filler_map import FILLER_SHAPES, FillerMap, FillerMapSettings, filler_map
from lisse.study.hybrid_study import HybridStudy, load_hybrid, read_hybrid_study
from lisse.study.interlayer_table import InterlayerTable, interlayer_table
from lisse.study.loading_curve import LoadingCurve, loading_curve
from lisse.study.maps import FailureMap, failure_map
from lisse.study.measures import FourNumbers, MeasureSettings, four_numbers
from lisse.study.screen_study import ScreenStudy, load_screen, read_screen
from lisse.study.screening import Screening, screen

__all__ = [
    "AXES",
    "FILLER_SHAPES",
    "BatchRun",
    "Case",
    "CriticalCurrentDistribution",
    "FailureMap",
    "FillerMap",
    "FillerMapSettings",
    "FourNumbers",
    "HybridStudy",
    "InterlayerTable",
    "LoadingCurve",
    "MeasureSettings",
    "ScreenStudy",
    "Screening",
    "Span",
    "axis",
    "critical_current_distribution",
    "failure_map",
    "filler_map",
    "four_numbers",
    "interlayer_table",
    "load_case",
    "load_hybrid",
    "load_screen",
    "loading_curve",
    "parse_span",
    "read_case",
    "read_hybrid_study",
    "read_screen",
    "screen",
    "solve_many",
]
