from shidra.conditions.shared_measurement.models.adoption import (
    Adoption,
    AdoptionMessage,
    AdoptionRound,
    IndicatorSet,
)
from shidra.conditions.shared_measurement.models.agreement import Agreement, AgreementAnswer
from shidra.conditions.shared_measurement.models.curve import (
    Annotation,
    CurvePartner,
    CurveReading,
    CurveText,
    FrozenForecast,
    Gap,
    PhaseStart,
    Scenario,
)
from shidra.conditions.shared_measurement.models.dictionary import (
    Category,
    Definition,
    Dimension,
    Group,
    Indicator,
    ReferenceValue,
)
from shidra.conditions.shared_measurement.models.exchange import OpenSdgLayout
from shidra.conditions.shared_measurement.models.intake import Batch, OrderOfTakings, Recipe, Synonym, Upload
from shidra.conditions.shared_measurement.models.observation import Observation, Remark, Series
from shidra.conditions.shared_measurement.models.protection import DisclosureRule, KeptBack, Preference
from shidra.conditions.shared_measurement.models.quality import Flag, OutsideFigure, QualityRule, Relation
from shidra.conditions.shared_measurement.models.release import Figure, Release, ReleasedIndicator
from shidra.conditions.shared_measurement.models.round import Draft, Expectation, Review, Round, Submission

__all__ = [
    "Adoption",
    "AdoptionMessage",
    "AdoptionRound",
    "Agreement",
    "AgreementAnswer",
    "Annotation",
    "Batch",
    "Category",
    "CurvePartner",
    "CurveReading",
    "CurveText",
    "Definition",
    "Dimension",
    "DisclosureRule",
    "Draft",
    "Expectation",
    "Figure",
    "Flag",
    "FrozenForecast",
    "Gap",
    "Group",
    "Indicator",
    "IndicatorSet",
    "KeptBack",
    "Observation",
    "OpenSdgLayout",
    "OrderOfTakings",
    "OutsideFigure",
    "PhaseStart",
    "Preference",
    "QualityRule",
    "Recipe",
    "ReferenceValue",
    "Relation",
    "Release",
    "ReleasedIndicator",
    "Remark",
    "Review",
    "Round",
    "Scenario",
    "Series",
    "Submission",
    "Synonym",
    "Upload",
]
