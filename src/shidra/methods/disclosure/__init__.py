"""Disclosure control of small counts: hide what is small, then hide more until nobody can work it out.

A table is a set of cells with counts and what binds them: totals (a whole that is the sum of its parts) in as many
directions as there are (groups, places in any grouping, periods, a hierarchy of each), and links (two indicators with the
same numerator). Linked tables are one table. Hidden first (primary) are the small counts: more than zero and under the
threshold; and what the caller calls sensitive (one contributor makes up nearly all of it). They could still be had by
subtraction, so further cells are hidden (complementary) until an auditor is content: for each protected count it works
out the smallest and the largest value that fit everything published, all counts being whole numbers of at least zero;
these two must lie `width` apart.

A cell may have several counts that are published or hidden together: a percentage shows its numerator and what is left
to the denominator; the denominator is their sum and tells nothing more. Where the parts of a total do not add up to it,
the rest (people of unknown sex) is a count as well, shown nowhere but had by subtraction: a small rest is protected too.

Complementary cells are found as the cheapest way along which counts could be shifted without anything published changing:
a path in a network where the table is one, a linear programme where it is not. The steward's `costs` decide which cells
stay. The audit is exact: intervals, flows, or linear programmes by HiGHS whose answers count only as whole numbers that
agree with every equation.

Sources: FCSM Statistical Policy Working Paper 22, chapter 2; Hundepool et al., Statistical Disclosure Control, 2012,
chapter 4; Fischetti and Salazar, Management Science 2001;47:1008-1027 (the attacker's linear programmes).
"""

from shidra.methods.disclosure.attack import Published, completed
from shidra.methods.disclosure.protecting import audit, audit_rests, is_determined, protect
from shidra.methods.disclosure.tables import (
    LEAST_THRESHOLD,
    MOST_SHARE,
    Link,
    Number,
    Protection,
    Range,
    Rule,
    Table,
    Total,
    Why,
    has_anything_small,
    is_dominated,
    is_within,
    numerators_that_fit,
    primary_cells,
    width_of_dominated,
)

__all__ = [
    "LEAST_THRESHOLD", "MOST_SHARE", "Link", "Number", "Protection", "Published", "Range", "Rule", "Table", "Total", "Why",
    "audit", "audit_rests", "completed", "has_anything_small", "is_determined", "is_dominated", "is_within",
    "numerators_that_fit", "primary_cells", "protect", "width_of_dominated",
]  # fmt: skip
