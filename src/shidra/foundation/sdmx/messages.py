"""What an SDMX message says, in plain records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from shidra.kernel.errors import RuleBroken, gettext_noop


class Role(StrEnum):
    DIMENSION = "dimension"
    TIME = "time"
    MEASURE = "measure"
    ATTRIBUTE = "attribute"


@dataclass(frozen=True, slots=True)
class Code:
    """A code of a list, with its names by language."""

    id: str
    names: Mapping[str, str]
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Component:
    """A dimension, the measure or an attribute of a structure. `codes` is empty where its values are free."""

    id: str
    role: Role
    names: Mapping[str, str]
    codes: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class Structure:
    """A data structure definition. `id` is `AGENCY:ID(VERSION)`."""

    id: str
    names: Mapping[str, str]
    components: tuple[Component, ...]

    def of_role(self, role: Role) -> list[Component]:
        return [one for one in self.components if one.role is role]


@dataclass(frozen=True, slots=True)
class Observation:
    """One observation: the texts of its components, as they stand in the message.

    `number` counts observations from 1; in a CSV it is the row of the file (the header is row 1). `problem` says why it
    cannot be used, in English. `labels` are names of codes that stand beside them, by component.
    """

    number: int
    values: Mapping[str, str]
    problem: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Message:
    """A data message. `roles` are those the message itself tells (generic SDMX-ML); `names` are names of components.

    `observations` are read as they come; what is wrong with the file as a whole is raised while they are read.
    """

    kind: str  # sdmx-csv, generic, structure-specific
    structures: list[str]
    columns: list[str]
    roles: dict[str, Role]
    names: dict[str, str]
    observations: Iterator[Observation]


REFUSALS = {
    "sdmx_unreadable": gettext_noop("“%(file)s” is not a message of SDMX that can be read: %(reason)s"),
    "sdmx_too_large": gettext_noop("“%(file)s” is larger than %(limit)s MB."),
    "sdmx_too_slow": gettext_noop("Reading “%(file)s” took longer than %(seconds)s seconds and was stopped."),
    "sdmx_too_heavy": gettext_noop("“%(file)s” needs more memory than a message of its size should."),
    "sdmx_no_structure": gettext_noop("“%(file)s” holds no data structure definition."),
}


class SdmxRefused(RuleBroken):
    """The file is no message that can be read, or costs more than one may."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, REFUSALS[code], **params)
