"""Many runs and many data sets; to begin with, one: the case file."""

from lisse.study.case import Case, load_case, read_case

__all__ = ["Case", "load_case", "read_case"]
