"""Groups in words: `age=0-5;sex=female` as "girls and women, 0 to 5" in the reader's language."""

from __future__ import annotations

from urllib.parse import unquote

from shidra.conditions.shared_measurement.models import Category, Dimension
from shidra.foundation.initiatives.models import Initiative


def group_key(pairs: list[tuple[str, str]]) -> str:
    """The canonical key of a combination of categories: dimensions in order, `;`, `=` and `%` inside codes encoded."""
    return ";".join(f"{_encoded(dimension)}={_encoded(category)}" for dimension, category in sorted(pairs))


def _encoded(code: str) -> str:
    return code.replace("%", "%25").replace(";", "%3B").replace("=", "%3D")


def parts_of(key: str) -> dict[str, str]:
    """The categories of a group's key: `{"age": "0-5", "sex": "female"}`; the whole population has none."""
    pairs = (part.split("=", 1) for part in key.split(";") if part)
    return {unquote(dimension): unquote(category) for dimension, category in pairs}


def key_of(parts: dict[str, str]) -> str:
    """The canonical key of a combination of categories, the reverse of `parts_of`."""
    return group_key(list(parts.items()))


class GroupNames:
    """The names of all dimensions and categories of an initiative, read once."""

    def __init__(self, initiative: Initiative) -> None:
        self.dimensions = {one.code: one for one in Dimension.objects.filter(initiative=initiative)}
        self._names: dict[tuple[str, str], dict[str, str]] = {
            (dimension, code): names
            for dimension, code, names in Category.objects.filter(dimension__initiative=initiative).values_list(
                "dimension__code", "code", "names"
            )
        }

    def names(self, key: str) -> list[dict[str, str]]:
        """The names of a group's categories, in the order of its key; a category without names goes by its code."""
        return [self._names.get(pair) or {"en": pair[1]} for pair in parts_of(key).items()]
