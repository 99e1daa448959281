"""What holds on many lines at once: the ground that new values are checked against."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Any

from django.db import connection

_PAGE = 5000


def values_that_hold(lines: Collection[tuple[int, int, int]]) -> Iterator[tuple[Any, ...]]:
    """What holds at each (definition, organisation, place): rows of those three, group, period, state, numerator,
    denominator, value. One query, however many there are; the caller answers for whose they are."""
    if not lines:
        return
    if connection.vendor == "sqlite":
        wanted = "SELECT value->>0 AS d, value->>1 AS o, value->>2 AS p FROM json_each(%s)"
        params: list[Any] = [json.dumps([list(line) for line in lines])]
    else:
        wanted = "SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS line (d, o, p)"
        params = [list(column) for column in zip(*lines, strict=True)]
    # CROSS JOIN: SQLite then begins with the lines, as it must.
    with connection.cursor() as cursor:
        cursor.execute(_THAT_HOLD % {"wanted": wanted}, params)
        while rows := cursor.fetchmany(_PAGE):
            for row in rows:
                yield (*row[:6], *(None if number is None else Decimal(number) for number in row[6:]))


_THAT_HOLD = """
SELECT d, o, p, g, period, state, numerator, denominator, value FROM (
  SELECT line.d, line.o, line.p, series.group_id AS g, one.period, one.state, one.numerator, one.denominator, one.value,
         row_number() OVER (PARTITION BY one.series_id, one.period ORDER BY batch.taken_order DESC) AS nth
  FROM (%(wanted)s) AS line
  CROSS JOIN shared_measurement_series AS series
  CROSS JOIN shared_measurement_observation AS one
  CROSS JOIN shared_measurement_batch AS batch
  WHERE series.definition_id = line.d AND series.organisation_id = line.o AND series.place_id = line.p
    AND one.series_id = series.id AND batch.id = one.batch_id AND batch.taken_order IS NOT NULL
) AS versions WHERE nth = 1
"""
