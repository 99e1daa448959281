"""What has no name has no place; and no lower floor reaches up by a string."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src"
PACKAGE = SRC / "shidra"
FLOORS = ["kernel", "methods", "foundation", "conditions", "entrypoints", "config"]  # from the ground up
HEIGHT = {floor: height for height, floor in enumerate(FLOORS)} | {"commons": FLOORS.index("conditions")}
CONDITIONS = [  # from the ground up
    "common_agenda",
    "shared_measurement",
    "reinforcing_activities",
    "continuous_communication",
    "backbone_support",
]
NAMELESS = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}


def test_nothing_is_nameless() -> None:
    found = {
        str(path.relative_to(SRC))
        for path in PACKAGE.rglob("*")
        if path.stem.lower() in NAMELESS and path.suffix in {"", ".py"}
    }
    assert not found


def _place(dotted: str) -> tuple[int, int] | None:
    """The height of a dotted name of ours: its floor, and among the conditions its place there."""
    parts = dotted.split(".")
    if len(parts) < 2 or parts[0] != "shidra" or parts[1] not in HEIGHT:
        return None
    inner = CONDITIONS.index(parts[2]) if len(parts) > 2 and parts[1] == "conditions" and parts[2] in CONDITIONS else -1
    return HEIGHT[parts[1]], inner


def _app_labels() -> dict[str, str]:
    """Django's label of each app, with the dotted name of the app."""
    return {
        path.parent.name: ".".join(path.parent.relative_to(SRC).parts)
        for floor in ("foundation", "conditions", "commons", "entrypoints")
        for path in (PACKAGE / floor).glob("*/__init__.py")
    }


def upward_strings(source: str, module: str, labels: dict[str, str]) -> Iterator[str]:
    """Strings in the source of `module` that name a module, or a table as "label.Model", further up the house."""
    own = _place(module)
    assert own is not None
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        text = node.value
        named = text if re.fullmatch(r"shidra(\.\w+)+", text) else None
        if named is None and (table := re.fullmatch(r"([a-z_]+)\.[A-Z]\w+", text)):
            named = labels.get(table[1])
        if named is None:
            continue
        there = _place(named)
        if there is not None and (there[0] > own[0] or (there[0] == own[0] and there[1] > own[1] >= 0)):
            yield f"{module}:{node.lineno}: {text}"


def test_no_floor_reaches_up_by_a_string() -> None:
    labels = _app_labels()
    found = []
    for path in PACKAGE.rglob("*.py"):
        module = ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__")
        if _place(module) is not None:
            found += upward_strings(path.read_text(encoding="utf-8"), module, labels)
    assert not found


@pytest.mark.parametrize(
    ("module", "source", "expected"),
    [
        ("shidra.foundation.mail.x", 'import_string("shidra.conditions.common_agenda.queries")', 1),
        ("shidra.foundation.mail.x", 'ForeignKey("shared_measurement.Indicator")', 1),
        ("shidra.conditions.common_agenda.x", 'apps.get_model("shared_measurement.Indicator")', 1),
        ("shidra.conditions.shared_measurement.x", 'ForeignKey("common_agenda.Outcome")', 0),
        ("shidra.conditions.shared_measurement.x", 'ForeignKey("initiatives.Initiative")', 0),
        ("shidra.entrypoints.cli.x", '"shidra.config.settings"', 1),
        ("shidra.foundation.mail.x", '"See shidra.conditions for more."', 0),
    ],
)
def test_strings_that_reach_up_are_seen(module: str, source: str, expected: int) -> None:
    labels = {
        "common_agenda": "shidra.conditions.common_agenda",
        "shared_measurement": "shidra.conditions.shared_measurement",
        "initiatives": "shidra.foundation.initiatives",
    }
    assert len(list(upward_strings(source, module, labels))) == expected


def use_case_faults(source: str, where: str) -> Iterator[str]:
    """Public functions of a use case's module that take positional arguments, or no `by`."""
    for node in ast.parse(source).body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
            continue
        arguments = node.args
        if arguments.args or arguments.posonlyargs or arguments.vararg:
            yield f"{where}: {node.name} takes positional arguments"
        if "by" not in {argument.arg for argument in arguments.kwonlyargs}:
            yield f"{where}: {node.name} does not say `by` whom"


def test_every_use_case_is_keyword_only_and_says_by_whom() -> None:
    files = [
        path
        for pattern in ("usecases.py", "usecases/**/*.py")
        for path in PACKAGE.rglob(pattern)
        if path.name != "__init__.py"
    ]
    assert files, "the house has use cases"
    assert not [
        fault for path in files for fault in use_case_faults(path.read_text("utf-8"), str(path.relative_to(SRC)))
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def open_round(*, by, indicator): ...", 0),
        ("def open_round(by, indicator): ...", 2),
        ("def open_round(*, indicator): ...", 1),
        ("def open_round(indicator, *, by): ...", 1),
        ("def _narrow(anything): ...", 0),
    ],
)
def test_use_cases_out_of_form_are_seen(source: str, expected: int) -> None:
    assert len(list(use_case_faults(source, "here"))) == expected
