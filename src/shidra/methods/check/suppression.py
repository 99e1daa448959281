"""Cases of disclosure control: tables in which small counts are to be hidden, and tables that somebody else hid."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from shidra.methods.check.comparing import Case, Method, differences
from shidra.methods.disclosure import Published, Range, Rule, Table, Total, audit, completed, protect

Cell = tuple[str, ...]
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_SPAN = re.compile(r"(\d+)\s*(?:to|through|until|-|–|—|and|or|\.\.+|…)\s*(\d+)")
_LIST = re.compile(r"\d+(?:\s*,\s*\d+)+(?:,?\s*(?:and|or|&)\s*\d+)?")
_UPTO = re.compile(
    r"(?:up to|at most|not more than|no more than|maxn?\s*(?:of|=|:)?|maximum(?: count)?(?: of)?|<=|=<|≤)\s*(\d+)"
)
_OR_LESS = re.compile(r"(\d+)\s*(?:or|and)\s*(?:fewer|less|below|under|smaller|lower)")
_UNDER = re.compile(
    r"(?:below|under|less than|fewer than|smaller than|lower than|<|threshold(?: count| value)?|minimum(?: count| cell size)?|"
    r"at least)\s*(?:of|is|=|:)?\s*(\d+)"
)
_ABOVE = re.compile(r"(?:more than|greater than|larger than|above|over|(?<![<=])>)\s*(\d+)|(\d+)\s*<(?!=)")
_FROM = re.compile(r"(?:≥|>=)\s*(\d+)|(\d+)\s*(?:≤|<=)")
_ZERO_SHOWN = re.compile(
    r"\b(?:0|zeros?|zeroes)\b[^,;).]{0,20}?\b(?:published|shown|allowed|safe|excluded|kept|not\b)|"
    r"\b(?:except|excluding|without|but not|not|other than|apart from)\s+(?:for\s+)?(?:0|zeros?|zeroes)\b|"
    r"\bnon-?\s?(?:0|zero)\b|\bpositive\b"
)


def sensitive_counts(words: str) -> tuple[int, int]:
    """The smallest and the largest sensitive count of a rule in words: "suppress counts 1 to 4 (0 may be published)",
    "counts 1-4 are sensitive", "counts below 5", "threshold 10", "4 or fewer". Without a lower limit it is zero, unless zeros
    may be shown. Raises ValueError."""
    text = words.casefold()
    for number, word in enumerate(_WORDS):
        text = re.sub(rf"\b{word}\b", str(number), text)
    least = 1 if _ZERO_SHOWN.search(text) else 0
    text = _ZERO_SHOWN.sub(" ", text)
    if found := _ABOVE.search(text):
        least, text = max(least, int(found[1] or found[2]) + 1), text.replace(found[0], " < " if found[2] else " ")
    elif found := _FROM.search(text):
        least, text = max(least, int(found[1] or found[2])), text.replace(found[0], " ≤ " if found[2] else " ")
    if found := _OR_LESS.search(text):
        return least, int(found[1])
    if found := _LIST.search(text):
        listed = [int(number) for number in re.findall(r"\d+", found[0])]
        return min(listed), max(listed)
    if found := _SPAN.search(text):
        return int(found[1]), int(found[2])
    if found := _UPTO.search(text):
        return least, int(found[1])
    if found := _UNDER.search(text):
        return least, int(found[1]) - 1
    numbers = [int(word) for word in re.findall(r"\d+", text)]
    if len(numbers) == 1:
        return numbers[0], numbers[0]
    raise ValueError(f"no rule in {words!r}")


def _rule(low: int, high: int, cells: Iterable[tuple[Cell, int | None]], width: int) -> tuple[Rule, frozenset[Cell]]:
    """The rule, and the cells that it calls sensitive where it begins above one."""
    if low <= 1:
        return Rule(threshold=high + 1, width=width, zero_is_small=low == 0), frozenset()
    return Rule(threshold=0, width=width), frozenset(c for c, n in cells if n is not None and low <= n <= high)


def _suppression(case: Case, folder: Path) -> list[str]:
    """A table of any dimensions with all its totals; the rule stands in the case's words ("suppress counts 1 to 4")."""
    given, parameters, expected = case["input"], case["parameters"], case["expected"]
    names = given["table_dimensions"]
    cells = {_cell(row, names): (int(row.get("count", row.get(given["count"]))),) for row in given["published_cells"]}
    totals = totals_of(cells, given, names)
    low, high = sensitive_counts(parameters["primary_rule"])
    width = max(1, int(parameters.get("width", 1)))
    rule, sensitive = _rule(low, high, ((cell, counts[0]) for cell, counts in cells.items()), width)
    table = Table(cells, totals, sensitive=sensitive)
    told = protect(table, rule)
    if told.exposed:  # nothing else would help: a zero may
        rule = Rule(rule.threshold, rule.width, rule.zero_is_small, zero_may_help=True)
        told = protect(table, rule)
    wanted = {_cell(row, names) for row in expected["primary_cells"]}
    problems = _unknown(expected, "primary_cells", "requirement", "peer_solution", "max_suppressed_cells")
    if told.primary != wanted:
        problems.append(f"primary cells: {sorted(told.primary ^ wanted)} differ")
    # The case's attacker knows of no rule about zeros: only that counts are whole and not negative.
    attacker = Rule(rule.threshold, rule.width, zero_is_small=True)
    for cell, ranges in audit(table, told.hidden, attacker, only=wanted).items():
        if not _is_wide(ranges[0], width):
            problems.append(f"{cell} can be worked out: {_words(ranges[0])}")
    if told.exposed:
        problems.append(f"cannot be protected: {sorted(told.exposed)}")
    most = expected.get("max_suppressed_cells")
    if most is not None and len(told.hidden) > most:
        problems.append(f"{len(told.hidden)} cells hidden, at most {most} are needed")
    return problems


def _unknown(expected: Mapping[str, Any], *given: str) -> list[str]:
    return [f"{key}: not given by the method" for key in expected if key not in given]


def _cell(row: Mapping[str, Any], names: Sequence[str]) -> Cell:
    return tuple(str(row[name]) for name in names)


def _is_wide(found: Range, width: int) -> bool:
    return found[1] is None or found[1] - found[0] >= width


def _words(found: Range) -> str:
    low, high = found
    return str(low) if low == high else f"{low} to {high}"


def totals_of(cells: Mapping[Cell, Any], given: Mapping[str, Any], names: Sequence[str]) -> list[Total[Cell]]:
    """The totals of a table: along each dimension, each label that stands for several labels of the rows.

    Which these are, the rows' other columns say (a region by county, and by kind of municipality); a label that no
    column has ("Total") is everything: the sum of all labels of the rows, and of all labels of each such column.
    """
    rows, totals = given["rows"], list[Total[Cell]]()
    others = [key for key in rows[0] if key not in (*names, given["count"])]
    for at, name in enumerate(names):
        labels = {cell[at] for cell in cells}
        leaves = {str(row[name]) for row in rows}
        below: dict[str, list[tuple[str, ...]]] = {label: [] for label in sorted(labels - leaves)}
        groupings: list[dict[str, set[str]]] = []
        for key in others:
            by_label: dict[str, set[str]] = {}
            above: dict[str, set[str]] = {}
            for row in rows:
                by_label.setdefault(str(row[key]), set()).add(str(row[name]))
                above.setdefault(str(row[name]), set()).add(str(row[key]))
            if by_label.keys() <= labels - leaves and all(len(one) == 1 for one in above.values()):
                groupings.append(by_label)
        for by_label in groupings:
            for label, some in by_label.items():
                below[label].append(tuple(sorted(some)))
        for finer, coarser in product(groupings, groupings):  # a county is the sum of its districts too
            if finer is not coarser:
                for label, some in coarser.items():
                    inside = tuple(sorted(one for one, parts in finer.items() if parts <= some))
                    if len(inside) < len(some) and set().union(*(finer[one] for one in inside)) == some:
                        below[label].append(inside)
        named = {label for by_label in groupings for label in by_label}
        for label in below.keys() - named:
            below[label] = [tuple(sorted(leaves)), *(tuple(sorted(by_label)) for by_label in groupings)]
        for label, ways in below.items():
            rest = [sorted({cell[i] for cell in cells}) for i in range(len(names))]
            rest[at] = [label]
            for whole in product(*rest):
                if whole in cells:
                    for way in dict.fromkeys(ways):
                        totals.append(Total(whole, tuple((*whole[:at], part, *whole[at + 1 :]) for part in way)))
    return totals


def _suppression_audit(case: Case, folder: Path) -> list[str]:
    """Whether a table that somebody else suppressed gives anything away."""
    given, parameters = case["input"], case["parameters"]
    published = _two_way(given)
    table = completed(published)
    if table is None:
        return ["no table of whole numbers fits what is given"]
    low, high = sensitive_counts(parameters["threshold"])
    told = audit(table, published.hidden, Rule(zero_is_small=True))
    found = sorted(
        (row, column, least)
        for (row, column), ((least, most), *_more) in told.items()
        if least == most and low <= least <= high and row and column
    )
    expected = sorted((one["row"], one["column"], one["value"]) for one in case["expected"]["disclosed"])
    problems = _unknown(case["expected"], "disclosed", "safe") + differences("disclosed", found, expected, {})
    return problems + differences("safe", not found, case["expected"].get("safe", not expected), {})


def _two_way(given: Mapping[str, Any]) -> Published[tuple[str, str]]:
    """Rows and columns with their margins; a margin that is not given is not published."""
    rows, columns = given["rows"], given["columns"]
    row_totals = given.get("row_totals") or [None] * len(rows)
    column_totals = given.get("column_totals") or [None] * len(columns)
    cells: dict[tuple[str, str], int | None] = {}
    for row, total, values in zip(rows, row_totals, given["cells"], strict=True):
        cells[row, ""] = total
        cells |= {
            (row, column): None if isinstance(value, str) else value  # "*" and the like: hidden
            for column, value in zip(columns, values, strict=True)
        }
    cells |= {("", column): total for column, total in zip(columns, column_totals, strict=True)}
    cells["", ""] = given.get("total")
    totals = [Total((row, ""), tuple((row, column) for column in columns)) for row in ("", *rows)]
    totals += [Total(("", column), tuple((row, column) for row in rows)) for column in ("", *columns)]
    return Published(cells, totals)


METHODS: Mapping[str, Method] = {
    "suppression.audit": _suppression_audit,
    "suppression.secondary": _suppression,
}
