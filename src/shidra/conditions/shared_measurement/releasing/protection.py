"""Disclosure control of one indicator: which of its figures are kept back. The method is shidra.methods.disclosure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shidra.conditions.shared_measurement.models import Definition, Indicator, Release
from shidra.conditions.shared_measurement.releasing.figures import Key, RolledUp
from shidra.conditions.shared_measurement.releasing.landscape import Landscape
from shidra.methods.rollup import LikeForLike


@dataclass(slots=True)
class Protected:
    hidden: dict[tuple[int, str], set[Key]] = field(default_factory=lambda: defaultdict(set))

    def allows_like_for_like(self, definition: int, previous: str, period: str, pair: LikeForLike) -> bool:
        return True


def protect_indicator(
    definitions: Mapping[int, Definition],
    rolled: RolledUp,
    landscape: Landscape,
    earlier: Mapping[Any, Any],
    published: Sequence[Release],
    indicator: Indicator,
) -> Protected:
    return Protected()
