"""Disclosure control: how long a release of many tables takes, beside the naive audit, cell by cell by linear programmes.

    python bench/disclosure.py [--indicators 300] [--periods 12] [--places 40] [--groups 6] [--small 0.05] [--linked 4]

Generated counts (the same for the same options): of every indicator and period, a table of places by groups with all its
totals, in which the share `--small` of inner cells is under the threshold.

1. All tables are protected (complements found until each protected count is uncertain enough) and audited (the exact range
   of each protected count): CPU seconds of each.
2. Of `--sample` of these tables the naive audit: for each protected cell two linear programmes (scipy's linprog, HiGHS) over
   the table's hidden cells. The same ranges must come out; the ratio is of CPU seconds for the same cells.
3. `--linked` indicators with their months, the quarters and the year that these add up to, as one table each (three
   dimensions, no network): CPU seconds and the ratio to the naive audit again.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from shidra.methods.disclosure import Protection, Range, Rule, Table, Total, audit, protect

Cell = tuple[int, int, int]  # period, place, group; place and group 0: all of them
RULE = Rule(threshold=10, width=5)


def table_of(indicator: int, periods: Sequence[int], asked: argparse.Namespace, *, linked: bool) -> Table[Cell]:
    """One indicator's counts in these periods. `linked`: with quarters (periods from 100) and the year (200)."""
    random_ = random.Random(f"{indicator} {periods}")
    middle = math.log(RULE.threshold) + 1.2 * _quantile(1 - asked.small)
    cells: dict[Cell, tuple[int]] = {}
    for period in periods:
        for place in range(1, asked.places + 1):
            for group in range(1, asked.groups + 1):
                cells[period, place, group] = (int(random_.lognormvariate(middle, 1.2)),)
    sums = [(100 + quarter, [p for p in periods if p // 3 == quarter]) for quarter in range(4)] if linked else []
    sums += [(200, list(periods))] if linked else []
    totals: list[Total[Cell]] = []
    for whole, parts in sums:
        for place in range(1, asked.places + 1):
            for group in range(1, asked.groups + 1):
                cells[whole, place, group] = (sum(cells[part, place, group][0] for part in parts),)
    for period in [*periods, *(whole for whole, _parts in sums)]:
        places, groups = range(1, asked.places + 1), range(1, asked.groups + 1)
        for place in places:
            cells[period, place, 0] = (sum(cells[period, place, group][0] for group in groups),)
        for group in range(asked.groups + 1):
            cells[period, 0, group] = (sum(cells[period, place, group][0] for place in places),)
        totals += [Total((period, p, 0), tuple((period, p, g) for g in groups)) for p in (0, *places)]
        totals += [Total((period, 0, g), tuple((period, p, g) for p in places)) for g in (0, *groups)]
    for whole, parts in sums:
        for place in range(asked.places + 1):
            for group in range(asked.groups + 1):
                totals.append(Total((whole, place, group), tuple((part, place, group) for part in parts)))
    return Table(cells, totals)


def _quantile(share: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(share)


def naive(table: Table[Cell], protection: Protection[Cell]) -> dict[Cell, list[Range]]:
    """Two linear programmes a protected cell, over all hidden cells of the table."""
    import numpy as np
    from scipy.optimize import linprog

    hidden = sorted(protection.hidden)
    column = {cell: at for at, cell in enumerate(hidden)}
    rows, right = [], []
    for total in table.totals:
        row, left = np.zeros(len(hidden)), 0
        for cell, sign in [(total.whole, 1), *((part, -1) for part in total.parts)]:
            if cell in column:
                row[column[cell]] += sign
            else:
                left -= sign * int(table.cells[cell][0])
        if row.any():
            rows.append(row)
            right.append(left)
    found: dict[Cell, list[Range]] = {}
    for cell in protection.primary:
        ends: list[int | None] = []
        for sign in (1, -1):
            costs = np.zeros(len(hidden))
            costs[column[cell]] = sign
            told = linprog(costs, A_eq=np.array(rows), b_eq=right, bounds=(1, None), method="highs")
            ends.append(None if told.x is None else round(sign * told.fun))
        assert ends[0] is not None
        found[cell] = [(ends[0], ends[1])]
    return found


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.process_time()
    done = work()
    return done, time.process_time() - began


def run(tables: Sequence[Callable[[], Table[Cell]]], sample: int) -> dict[str, object]:
    """Protect and audit tables; of the first `sample` also by the naive audit."""
    cells = primary = hidden = compared = 0
    protecting = auditing = ours = theirs = 0.0
    for number, make in enumerate(tables):
        table = make()
        protection, seconds = timed(lambda table=table: protect(table, RULE))
        protecting += seconds
        told, seconds = timed(
            lambda table=table, protection=protection: audit(table, protection.hidden, RULE, only=protection.primary)
        )
        auditing += seconds
        cells, primary = cells + len(table.cells), primary + len(protection.primary)
        hidden += len(protection.hidden)
        narrow = [c for c, ((low, high),) in told.items() if high is not None and high - low < RULE.width]
        assert set(narrow) <= protection.exposed, "a protected cell can be found out"
        if number < sample:
            other, seconds = timed(lambda table=table, protection=protection: naive(table, protection))
            assert other == told, "the naive audit finds other ranges"
            ours, theirs, compared = ours + auditing_of(table, protection), theirs + seconds, compared + len(told)
    return {
        "tables": len(tables), "cells": cells, "primary": primary, "hidden": hidden,
        "protect_cpu_seconds": round(protecting, 2), "audit_cpu_seconds": round(auditing, 2),
        "compared_cells": compared, "naive_audit_cpu_seconds": round(theirs, 3),
        "same_cells_here_cpu_seconds": round(ours, 3),
        "times_faster_than_naive": round(theirs / ours, 1) if ours else None,
    }  # fmt: skip


def auditing_of(table: Table[Cell], protection: Protection[Cell]) -> float:
    """CPU seconds of our audit of one table, alone."""
    return timed(lambda: audit(table, protection.hidden, RULE, only=protection.primary))[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--indicators", type=int, default=300)
    parser.add_argument("--periods", type=int, default=12)
    parser.add_argument("--places", type=int, default=40)
    parser.add_argument("--groups", type=int, default=6)
    parser.add_argument("--small", type=float, default=0.05)
    parser.add_argument("--sample", type=int, default=10)
    parser.add_argument("--linked", type=int, default=4)
    parser.add_argument("--output", type=Path)
    asked = parser.parse_args()
    import scipy.optimize  # noqa: F401  # its import is not what is measured

    each = [
        (lambda i=indicator, p=period: table_of(i, [p], asked, linked=False))
        for indicator in range(asked.indicators)
        for period in range(asked.periods)
    ]
    together = [
        (lambda i=indicator: table_of(i, range(asked.periods), asked, linked=True)) for indicator in range(asked.linked)
    ]
    result = {
        "options": {name: value for name, value in vars(asked).items() if name != "output"},
        "each_table_by_itself": run(each, asked.sample),
        "months_quarters_and_year_linked": run(together, 1) if together else None,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "load_average": os.getloadavg()[0],
    }
    print(json.dumps(result, indent=1))
    if asked.output:
        asked.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
