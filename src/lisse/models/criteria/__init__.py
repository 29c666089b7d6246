"""Every closed-form criterion that can be asked of a cell, each as a limiting current density.

A criterion takes the table of inputs (`lisse.models.inputs`), whose entries may be arrays, and says its limit point by
point, or "does not apply, because". The laws are those of `lisse.theory`; here they only meet the numbers of one cell.
Criteria are never averaged. Those that `decides` is false for are reported beside the others, but do not choose the
mechanism of a verdict or a map; each says why in its validity.
"""

from lisse.models.criteria.criterion import Criterion, Finding, evaluate
from lisse.models.criteria.table import CRITERIA, LAYER_CRITERIA, STABILITY_CHOICES, choose_criteria

__all__ = ["CRITERIA", "LAYER_CRITERIA", "STABILITY_CHOICES", "Criterion", "Finding", "choose_criteria", "evaluate"]
