"""Build a release: a preview of what the public would see, made anew as often as wanted, published when it is right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import (
    Batch,
    Figure,
    Indicator,
    Observation,
    Release,
    ReleasedIndicator,
    Review,
)
from shidra.conditions.shared_measurement.models.fields import ExactDecimalField
from shidra.conditions.shared_measurement.releasing.accepted import Mark
from shidra.conditions.shared_measurement.releasing.briefs import brief_of
from shidra.conditions.shared_measurement.releasing.documents import FigureRow, LikeForLikeRow, Telling
from shidra.conditions.shared_measurement.releasing.figures import RolledUp, measure_of, roll_up
from shidra.conditions.shared_measurement.releasing.landscape import Landscape
from shidra.conditions.shared_measurement.releasing.protection import Protected, protect_indicator
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.periods import Period
from shidra.methods.rollup import REPORTED, Pool, like_for_like

AT_ONCE = 5000  # figures written in one transaction
MOST_LISTED = 500  # figures of a kind that a preview lists by name; all are counted

Progressing = Callable[[int, int], None]
FigureKey = tuple[int, str, int, int]  # definition, period, place, group


def build_release(
    *,
    by: Person | None,
    initiative: Initiative,
    note: Mapping[str, str] | None = None,
    progress: Progressing | None = None,
) -> Release:
    """Make the draft of the next release from what is accepted now, in place of an earlier draft; return it.

    Its `summary` says what is new, restated, suppressed and incomplete, each as {"count": n, "figures": [[indicator,
    definition, period, place, group], ...]} (at most MOST_LISTED listed). Indicators about which nothing has changed
    since the last published release are copied from it. Each indicator is written in a short transaction of its own, so
    that others can write meanwhile; a draft is whole when it has `made_at`, and only a whole one can be published.

    Inside the initiative's scope. `by` is None for the command line. Raises NotAllowed, RuleBroken(`release_empty`,
    `release_without_whole_area`).
    """
    if by is not None:
        demand(rules.can_preview_release(by, initiative))
    upto = Mark.now(initiative)
    landscape = Landscape(initiative)
    landscape.total_group()
    telling = Telling(initiative, landscape)
    draft = _begin(initiative, note, upto)
    published = list(Release.objects.filter(initiative=initiative, state=Release.State.PUBLISHED).order_by("number"))
    last = published[-1] if published else None
    wanted = [
        indicator
        for indicator in telling.indicators.values()
        if telling.definitions.get(indicator.pk) and not indicator.retired_on
    ]
    changed = _changed_indicators(initiative, Mark.of(last) if last else None, upto)
    known = dict(last.indicators.values_list("indicator_id", "basis")) if last else {}
    copied: list[int] = []
    counts = _Summary()
    writing = _Writing(draft)
    for done, indicator in enumerate(wanted):
        basis = telling.basis(indicator)
        if last is not None and indicator.pk not in changed and known.get(indicator.pk) == basis:
            copied.append(indicator.pk)
        else:
            writing.add(indicator, basis, *_made(indicator, telling, upto, published, counts))
        if progress is not None:
            progress(done + 1, len(wanted))
    writing.flush()
    if last is not None and copied:
        _copy(last, draft, copied, {indicator.pk: indicator.order for indicator in wanted})
    return _finish(by, draft, counts, telling, copied)


def _begin(initiative: Initiative, note: Mapping[str, str] | None, upto: Mark) -> Release:
    with transaction.atomic():
        old = Release.objects.select_for_update().filter(initiative=initiative, state=Release.State.DRAFT).first()
        number = (
            Release.objects.filter(initiative=initiative, state=Release.State.PUBLISHED)
            .order_by("-number")
            .values_list("number", flat=True)
            .first()
            or 0
        ) + 1
        kept = old.note if old is not None else {}
        if old is not None:
            Figure.objects.filter(release=old)._raw_delete(connection.alias)
            ReleasedIndicator.objects.filter(release=old)._raw_delete(connection.alias)
            old.delete()
        return Release.objects.create(
            initiative=initiative,
            number=number,
            note=dict(note) if note is not None else kept,
            mark=upto.taken,
            review_mark=upto.review,
        )


def _changed_indicators(initiative: Initiative, since: Mark | None, upto: Mark) -> set[int]:
    """The indicators with an accepted value that the last release has not seen."""
    if since is None:
        return set(Indicator.objects.filter(initiative=initiative).values_list("pk", flat=True))
    return set(
        Observation.objects.filter(
            Q(batch__taken_order__gt=since.taken) | Q(review__gt=since.review),
            batch__in=_batches_since(initiative, since, upto),
            review__verdict=Review.Verdict.ACCEPTED,
        )
        .values_list("series__definition__indicator_id", flat=True)
        .distinct()
    )


def _batches_since(initiative: Initiative, since: Mark, upto: Mark) -> list[int]:
    """Batches taken or reviewed since a mark; a review knows the round whose batches it judged."""
    reviewed = Review.objects.filter(initiative=initiative, pk__gt=since.review, pk__lte=upto.review)
    return list(
        Batch.objects.filter(initiative=initiative, taken_order__lte=upto.taken)
        .filter(
            Q(taken_order__gt=since.taken)
            | Q(round__in=reviewed.exclude(submission=None).values("submission__round_id"))
            | (Q(round=None) if reviewed.filter(submission=None).exists() else Q(pk=None))
        )
        .values_list("pk", flat=True)
    )


def _made(
    indicator: Indicator, telling: Telling, upto: Mark, published: list[Release], counts: _Summary
) -> tuple[list[FigureRow], dict[str, Any] | None, list[list[Any]]]:
    """An indicator's figures, rolled up and protected, its document (None where it has no figure), and what each
    partner gave to the whole."""
    landscape, definitions = telling.landscape, telling.definitions[indicator.pk]
    rolled = roll_up(
        indicator,
        definitions,
        landscape,
        upto,
        [Mark.of(release) for release in published],
        has_been_asked=indicator.pk in telling.asked,
        has_remarks=telling.has_remarks,
    )
    earlier = _figures_of(published[-1], indicator) if published else {}
    protected = protect_indicator(definitions, rolled, landscape, published, indicator)
    rows = list(_rows(rolled, protected, earlier, telling, definitions))
    if not rows:
        return [], None, []
    pairs = _like_for_like(rolled, protected, telling, definitions)
    counts.take(indicator, rows, earlier, telling)
    return rows, telling.document(indicator, rows, pairs, rolled.organisations), _partners(rolled, definitions)


def _partners(rolled: RolledUp, definitions: Mapping[int, Any]) -> list[list[Any]]:
    """What each partner gave to the figures of the whole area: its places pooled."""
    rows: list[list[Any]] = []
    for (definition, period), units in rolled.units.items():
        if definition not in definitions:
            continue
        pools: dict[int, Pool] = defaultdict(Pool)
        for (organisation, _place), amount in units.items():
            pools[organisation].add(amount)
        for organisation, pool in pools.items():
            amount = pool.result(measure_of(definitions[definition]))
            if amount.state is REPORTED:
                rows.append(
                    [
                        definitions[definition].number, period, organisation,
                        _plain(amount.numerator), _plain(amount.denominator), _plain(amount.value),
                    ]
                )  # fmt: skip
    return rows


class _Before:
    """What the last release says of a figure."""

    __slots__ = ("denominator", "numerator", "status", "text", "value")

    def __init__(self, status: str, numerator: Any, denominator: Any, value: Any, text: str) -> None:
        self.status, self.numerator, self.denominator, self.value, self.text = (
            status,
            numerator,
            denominator,
            value,
            text,
        )

    @property
    def is_shown(self) -> bool:
        return self.status in (Figure.Status.REPORTED, Figure.Status.RESTATED)


def _figures_of(release: Release, indicator: Indicator) -> dict[FigureKey, _Before]:
    rows = Figure.objects.filter(release=release, indicator=indicator).values_list(
        "definition_id", "period", "place_id", "group_id", "status", "numerator", "denominator", "value", "text"
    )
    return {(row[0], row[1], row[2], row[3]): _Before(*row[4:]) for row in rows.iterator(chunk_size=5000)}


def _rows(
    rolled: RolledUp,
    protected: Protected,
    earlier: Mapping[FigureKey, _Before],
    telling: Telling,
    definitions: Mapping[int, Any],
) -> Iterator[FigureRow]:
    """The figures of an indicator with their states; a hidden one has no number left."""
    for (definition, period), cells in rolled.cells.items():
        if definition not in definitions:
            continue
        measure = measure_of(definitions[definition])
        expected: dict[int, int] = {}
        for (place, group), cell in cells.items():
            if place not in expected:
                expected[place] = rolled.expected(definition, period, place, telling.landscape)
            amount = cell.pool.result(measure)
            row = FigureRow(
                definition, period, place, group, str(amount.state),
                reporting=cell.reporting, expected=max(expected[place], cell.reporting),
                sources=cell.sources, notes=cell.notes, alternatives=cell.alternatives,
            )  # fmt: skip
            if amount.state is REPORTED:
                if (place, group) in protected.hidden[definition, period]:
                    row.status = Figure.Status.SUPPRESSED
                else:
                    row.numerator, row.denominator = amount.numerator, amount.denominator
                    row.value, row.text = amount.value, amount.text
                    before = earlier.get((definition, period, place, group))
                    is_restated = (
                        before is not None
                        and before.is_shown
                        and (before.status == Figure.Status.RESTATED or _differs(before, row))
                    )
                    row.status = Figure.Status.RESTATED if is_restated else Figure.Status.REPORTED
            if not row.is_shown:
                row.notes, row.alternatives = [], []
            yield row


def _differs(before: _Before, row: FigureRow) -> bool:
    return (before.value, before.text) != (row.value, row.text) or (before.numerator, before.denominator) != (
        row.numerator,
        row.denominator,
    )


def _like_for_like(
    rolled: RolledUp, protected: Protected, telling: Telling, definitions: Mapping[int, Any]
) -> list[LikeForLikeRow]:
    """For each two periods that follow each other and differ in who reported: the figures of those who did twice."""
    rows: list[LikeForLikeRow] = []
    by_definition: dict[int, list[Period]] = {}
    for definition, code in rolled.units:
        by_definition.setdefault(definition, []).append(Period.from_code(code))
    for definition, periods in by_definition.items():
        if definition not in definitions:
            continue
        measure = measure_of(definitions[definition])
        for previous, period in pairwise(sorted(periods)):
            before, now = rolled.units[definition, previous.code], rolled.units[definition, period.code]
            if before.keys() == now.keys():
                continue
            pair = like_for_like(measure, before, now)
            if pair is None or not protected.allows_like_for_like(definition, previous.code, period.code, pair):
                continue
            first, second = pair.before.value, pair.now.value
            if first is not None and second is not None:
                partners = len({organisation for organisation, _place in pair.units})
                rows.append(LikeForLikeRow(definition, previous.code, period.code, first, second, partners))
    return rows


_COLUMNS = (
    "release_id", "indicator_id", "definition_id", "period", "place_id", "group_id", "numerator", "denominator",
    "value", "text", "status", "reporting", "expected",
)  # fmt: skip
_plain = ExactDecimalField().get_prep_value


class _Writing:
    """Writes the draft in short transactions of some thousand figures each.

    By hand: Django's objects would cost ten times as much as the rows themselves.
    """

    def __init__(self, draft: Release) -> None:
        self.draft = draft
        self.figures: list[tuple[Any, ...]] = []
        self.pages: list[ReleasedIndicator] = []

    def add(
        self,
        indicator: Indicator,
        basis: str,
        rows: list[FigureRow],
        document: dict[str, Any] | None,
        partners: list[list[Any]],
    ) -> None:
        for row in rows:
            self.figures.append(
                (
                    self.draft.pk, indicator.pk, row.definition, row.period, row.place, row.group,
                    _plain(row.numerator), _plain(row.denominator), _plain(row.value), row.text, str(row.status),
                    row.reporting, row.expected,
                )
            )  # fmt: skip
        if document is not None:
            self.pages.append(
                ReleasedIndicator(
                    release=self.draft,
                    indicator=indicator,
                    order=indicator.order,
                    basis=basis,
                    document=document,
                    brief=brief_of(document),
                    partners=partners,
                )
            )
        if len(self.figures) >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        quote = connection.ops.quote_name
        columns = ", ".join(quote(column) for column in _COLUMNS)
        marks = ", ".join(["%s"] * len(_COLUMNS))
        with transaction.atomic(), connection.cursor() as cursor:
            for start in range(0, len(self.figures), AT_ONCE):
                cursor.executemany(
                    f"INSERT INTO {quote(Figure._meta.db_table)} ({columns}) VALUES ({marks})",  # noqa: S608  # our names
                    self.figures[start : start + AT_ONCE],
                )
            ReleasedIndicator.objects.bulk_create(self.pages)
        self.figures, self.pages = [], []


def _copy(last: Release, draft: Release, indicators: list[int], orders: Mapping[int, int]) -> None:
    """What has not changed is the last release's, row for row, without a row passing through here."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(column) for column in _COLUMNS[1:])
    table = quote(Figure._meta.db_table)
    for start in range(0, len(indicators), 50):
        some = indicators[start : start + 50]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} ({quote('release_id')}, {columns}) SELECT %s, {columns} FROM {table} "  # noqa: S608
                f"WHERE {quote('release_id')} = %s AND {quote('indicator_id')} IN ({', '.join(['%s'] * len(some))})",
                [draft.pk, last.pk, *some],
            )
            pages = ReleasedIndicator.objects.filter(release=last, indicator__in=some)
            ReleasedIndicator.objects.bulk_create(
                ReleasedIndicator(
                    release=draft,
                    indicator_id=page.indicator_id,
                    order=orders[page.indicator_id],
                    basis=page.basis,
                    document=page.document,
                    brief=page.brief,
                    partners=page.partners,
                )
                for page in pages
            )


class _Summary:
    """What is new and restated against the last release, counted while it is made."""

    def __init__(self) -> None:
        self.new = 0
        self.restated = 0
        self.listed: dict[str, list[list[Any]]] = {"new": [], "restated": []}

    def take(
        self, indicator: Indicator, rows: list[FigureRow], earlier: Mapping[FigureKey, _Before], telling: Telling
    ) -> None:
        for row in rows:
            if not row.is_shown:
                continue
            before = earlier.get((row.definition, row.period, row.place, row.group))
            if before is None or not before.is_shown:
                self.new += 1
                kind = "new"
            elif _differs(before, row):
                self.restated += 1
                kind = "restated"
            else:
                continue
            if len(self.listed[kind]) < MOST_LISTED:
                landscape = telling.landscape
                number = telling.definitions[indicator.pk][row.definition].number
                place, group = landscape.places[row.place].code, landscape.keys[row.group]
                entry: list[Any] = [indicator.code, number, row.period, place, group]
                if kind == "restated" and before is not None:
                    entry += [_plain(before.value) or before.text, _plain(row.value) or row.text]
                self.listed[kind].append(entry)


def _finish(by: Person | None, draft: Release, counts: _Summary, telling: Telling, copied: list[int]) -> Release:
    figures = Figure.objects.filter(release=draft)
    if not figures.exists():
        draft.delete()
        raise RuleBroken("release_empty", gettext_noop("There is nothing to release yet: no value has been accepted."))
    kinds: dict[str, dict[str, Any]] = {
        "new": {"count": counts.new, "figures": counts.listed["new"]},
        "restated": {"count": counts.restated, "figures": counts.listed["restated"]},
    }
    for kind, which in (
        ("suppressed", Q(status=Figure.Status.SUPPRESSED)),
        ("incomplete", Q(reporting__lt=F("expected"))),
        ("missing", Q(status=Figure.Status.MISSING)),
    ):
        some = figures.filter(which)
        kinds[kind] = {
            "count": some.count(),
            "figures": [
                list(row)
                for row in some.order_by("indicator__order", "indicator__code", "period", "pk").values_list(
                    "indicator__code", "definition__number", "period", "place__code", "group__key"
                )[:MOST_LISTED]
            ],
        }
    with transaction.atomic():
        draft.summary = {
            **kinds,
            "figures": figures.count(),
            "indicators": draft.indicators.count(),
            "copied": len(copied),
        }
        draft.made_at = clock.now()
        draft.save(update_fields=["summary", "made_at"])
        record(
            by=by,
            verb="build_release",
            subject=draft,
            initiative=draft.initiative,
            after={"number": draft.number, "mark": draft.mark, "figures": draft.summary["figures"]},
        )
    return draft
