"""Nobody overwrites a change that they have not seen."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models

from shidra.kernel.errors import RuleBroken, gettext_noop

Row = TypeVar("Row", bound=models.Model)


class ChangedMeanwhile(RuleBroken):
    """Somebody else has changed it since the form was made; `current` is how it is now."""

    def __init__(self, current: Any) -> None:
        super().__init__(
            "changed_meanwhile",
            gettext_noop("Somebody else changed this while you were writing. Compare, then save again or leave it."),
        )
        self.current = current


def lock_at_version(row: Row, version: int | None) -> Row:
    """The row, locked and fresh, its version grown by one (to be saved with it).

    `version` is the one that the form was made from, None where there was no form (command line, import).
    Raises ChangedMeanwhile when it is not the present one.
    """
    held = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if version is not None and held.version != version:  # type: ignore[attr-defined]
        raise ChangedMeanwhile(held)
    held.version += 1  # type: ignore[attr-defined]
    return held
