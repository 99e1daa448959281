from shidra.conditions.shared_measurement.models.dictionary import (
    Category,
    Definition,
    Dimension,
    Group,
    Indicator,
    ReferenceValue,
)
from shidra.conditions.shared_measurement.models.intake import Batch, OrderOfTakings, Recipe, Synonym, Upload
from shidra.conditions.shared_measurement.models.observation import Observation, Remark, Series
from shidra.conditions.shared_measurement.models.release import Figure, Release, ReleasedIndicator
from shidra.conditions.shared_measurement.models.round import Draft, Expectation, Review, Round, Submission

__all__ = [
    "Batch",
    "Category",
    "Definition",
    "Dimension",
    "Draft",
    "Expectation",
    "Figure",
    "Group",
    "Indicator",
    "Observation",
    "OrderOfTakings",
    "Recipe",
    "ReferenceValue",
    "Release",
    "ReleasedIndicator",
    "Remark",
    "Review",
    "Round",
    "Series",
    "Submission",
    "Synonym",
    "Upload",
]
