"""Cases of disclosure control: tables in which small counts are to be hidden, and tables that somebody else hid."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

from shidra.methods.check.comparing import Case, Method, differences
from shidra.methods.disclosure import Rule, Table, Total, audit, protect


def _suppression(case: Case, folder: Path) -> list[str]:
    """A table of any dimensions with all its totals; the rule stands in the case's words ("suppress counts 1 to 4")."""
    names = case["input"]["table_dimensions"]
    cells = {tuple(str(row[name]) for name in names): (int(row["count"]),) for row in case["input"]["published_cells"]}
    low, high = (int(word) for word in case["parameters"]["primary_rule"].split() if word.isdigit())
    rule = Rule(threshold=high + 1, width=1, zero_is_small=low == 0)
    table = Table(cells, _totals_of(cells, case, names))
    told = protect(table, rule)
    expected = {tuple(str(row[name]) for name in names) for row in case["expected"]["primary_cells"]}
    problems = [] if told.primary == expected else [f"primary cells: {sorted(told.primary ^ expected)} differ"]
    for cell, ranges in audit(table, told.hidden, rule).items():
        least, most = ranges[0]
        if cell in expected and most is not None and most <= least:
            problems.append(f"{cell} can be worked out: {least}")
    if told.exposed:
        problems.append(f"cannot be protected: {sorted(told.exposed)}")
    if len(told.hidden) > case["expected"]["max_suppressed_cells"]:
        problems.append(
            f"{len(told.hidden)} cells hidden, at most {case['expected']['max_suppressed_cells']} are needed"
        )
    return problems


def _totals_of(cells: Mapping[tuple[str, ...], Any], case: Case, names: list[str]) -> list[Total[tuple[str, ...]]]:
    """The totals of a table: for each label that stands for several others in the rows (a region, "Total")."""
    totals: list[Total[tuple[str, ...]]] = []
    leaves = [sorted({str(row[name]) for row in case["input"]["rows"]}) for name in names]
    for at, name in enumerate(names):
        labels = sorted({cell[at] for cell in cells})
        groupings = [[label for label in labels if label in leaves[at]]]
        others = [key for key in case["input"]["rows"][0] if key not in (*names, case["input"]["count"])]
        above: dict[str, list[list[str]]] = {label: [] for label in labels if label not in leaves[at]}
        for key in others:
            by_label: dict[str, set[str]] = {}
            for row in case["input"]["rows"]:
                by_label.setdefault(str(row[key]), set()).add(str(row[name]))
            if set(by_label) <= set(labels):
                groupings.append(sorted(by_label))
                for label, below in by_label.items():
                    if label in above:
                        above[label].append(sorted(below))
        for label in above:
            if not above[label]:
                above[label] = groupings
        for label, ways in above.items():
            rest = [sorted({cell[i] for cell in cells}) for i in range(len(names))]
            rest[at] = [label]
            for whole in product(*rest):
                if whole in cells:
                    for way in ways:
                        totals.append(Total(whole, tuple((*whole[:at], part, *whole[at + 1 :]) for part in way)))
    return totals


def _suppression_audit(case: Case, folder: Path) -> list[str]:
    """Whether a table that somebody else suppressed gives anything away."""
    given, rows, columns = case["input"], case["input"]["rows"], case["input"]["columns"]
    problems: list[str] = []
    truth = _completed(given)
    if truth is None:
        return ["no table of whole numbers fits what is given"]
    cells: dict[tuple[str, str], tuple[int, ...]] = {}
    hidden: set[tuple[str, str]] = set()
    for r, row in enumerate(rows):
        cells[row, ""] = (given["row_totals"][r],)
        for c, column in enumerate(columns):
            cells[row, column] = (truth[r][c],)
            if given["cells"][r][c] is None:
                hidden.add((row, column))
    for c, column in enumerate(columns):
        cells["", column] = (given["column_totals"][c],)
    cells["", ""] = (given["total"],)
    totals = [Total((row, ""), tuple((row, column) for column in columns)) for row in ["", *rows]]
    totals += [Total(("", column), tuple((row, column) for row in rows)) for column in ["", *columns]]
    words = case["parameters"]["threshold"].replace("-", " ").split()  # "counts 1-4 are sensitive"
    low, high = (int(word) for word in words if word.isdigit())
    told = audit(Table(cells, totals), hidden, Rule(threshold=high + 1, zero_is_small=True))
    found = sorted(
        (row, column, least)
        for (row, column), ((least, most), *_) in told.items()
        if least == most and low <= least <= high
    )
    expected = sorted((one["row"], one["column"], one["value"]) for one in case["expected"]["disclosed"])
    problems += differences("disclosed", found, expected, {})
    return problems + differences("safe", not found, case["expected"]["safe"], {})


def _completed(given: Mapping[str, Any]) -> list[list[int]] | None:
    """Any table of whole numbers that fits (the auditor starts from one that does), by flow along free paths."""
    cells = [list(row) for row in given["cells"]]
    left_rows = [t - sum(v for v in row if v is not None) for t, row in zip(given["row_totals"], cells, strict=True)]
    left_columns = [
        t - sum(row[c] for row in cells if row[c] is not None) for c, t in enumerate(given["column_totals"])
    ]
    free = {(r, c) for r, row in enumerate(cells) for c, value in enumerate(row) if value is None}
    flow = dict.fromkeys(free, 0)
    while any(left_rows):
        start = next(r for r, left in enumerate(left_rows) if left)
        came: dict[tuple[str, int], tuple[str, int] | None] = {("row", start): None}
        queue: list[tuple[str, int]] = [("row", start)]
        end = None
        while queue and end is None:
            kind, at = queue.pop(0)
            for r, c in free:
                step = ("column", c) if kind == "row" else ("row", r)
                fits = r == at if kind == "row" else c == at and flow[r, c] > 0
                if fits and step not in came:
                    came[step] = (kind, at)
                    queue.append(step)
                    if step[0] == "column" and left_columns[step[1]]:
                        end = step
                        break
        if end is None:
            return None
        left_columns[end[1]] -= 1
        left_rows[start] -= 1
        at_end: tuple[str, int] | None = end
        while at_end is not None and came[at_end] is not None:
            before = came[at_end]
            assert before is not None
            if at_end[0] == "column":
                flow[before[1], at_end[1]] += 1
            else:
                flow[at_end[1], before[1]] -= 1
            at_end = before
    for (r, c), value in flow.items():
        cells[r][c] = value
    return cells


METHODS: Mapping[str, Method] = {
    "suppression.audit": _suppression_audit,
    "suppression.secondary": _suppression,
}
