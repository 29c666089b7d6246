"""Many runs and many data sets; to begin with, one case file, and a map over two of its quantities."""

from lisse.study.axes import AXES, Span, axis, parse_span
from lisse.study.case import Case, load_case, read_case
from lisse.study.maps import FailureMap, failure_map

__all__ = ["AXES", "Case", "FailureMap", "Span", "axis", "failure_map", "load_case", "parse_span", "read_case"]
