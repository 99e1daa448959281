"""Build a release: a preview of what the public would see, made anew as often as wanted, published when it is right."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F, Q

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import (
    Batch,
    Definition,
    Figure,
    Indicator,
    KeptBack,
    Observation,
    Release,
    ReleasedIndicator,
    Review,
)
from shidra.conditions.shared_measurement.models.fields import ExactDecimalField
from shidra.conditions.shared_measurement.releasing.accepted import Mark
from shidra.conditions.shared_measurement.releasing.briefs import brief_of
from shidra.conditions.shared_measurement.releasing.documents import FigureRow, LikeForLikeRow, OverlapRow, Telling
from shidra.conditions.shared_measurement.releasing.figures import RolledUp, measure_of, roll_up
from shidra.conditions.shared_measurement.releasing.landscape import Landscape
from shidra.conditions.shared_measurement.releasing.people import (
    Counts,
    Signature,
    counts_of,
    signature_of,
    that_count_the_same,
)
from shidra.conditions.shared_measurement.releasing.protection import (
    Ground,
    Kept,
    Protected,
    Subject,
    protect_together,
)
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.periods import Period
from shidra.methods.rollup import REPORTED, Amount, Pool, like_for_like

AT_ONCE = 5000  # figures written in one transaction
MOST_LISTED = 500  # figures of a kind that a preview lists by name; all are counted

_Told = tuple[list[FigureRow], dict[str, Any] | None, list[list[Any]], list[Kept]]
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
    making = _Making(telling, Ground(initiative, landscape, published), upto, draft)
    for done, indicator in enumerate(wanted):
        if last is not None and indicator.pk not in changed and known.get(indicator.pk) == making.basis(indicator):
            copied.append(indicator.pk)
        else:
            making.make([indicator])
        if progress is not None:
            progress(done + 1, len(wanted))
    for together in making.linked(last, copied):
        copied = [indicator for indicator in copied if indicator not in together]
        making.make([indicator for indicator in wanted if indicator.pk in together])
    making.flush()
    if last is not None and copied:
        _copy(last, draft, copied, {indicator.pk: indicator.order for indicator in wanted})
    return _finish(by, draft, making, copied)


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
            KeptBack.objects.filter(release=old)._raw_delete(connection.alias)
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


class _Making:
    """Makes the figures of indicators: rolled up, protected, told, written.

    Indicator by indicator, so that memory holds one of them at a time; those that turn out to count the same people as
    others are made again, together, where any of them keeps something back.
    """

    def __init__(self, telling: Telling, ground: Ground, upto: Mark, draft: Release) -> None:
        self.telling, self.ground, self.upto = telling, ground, upto
        self.counts = _Summary()
        self.writing = _Writing(draft)
        self._signatures: dict[int, Signature] = {}
        self._hiding: set[int] = set()

    def basis(self, indicator: Indicator) -> str:
        """The SHA-256 of all that an indicator's part is made from besides reported values."""
        return self.ground.basis(self.telling.basis(indicator), indicator)

    def make(self, indicators: list[Indicator]) -> None:
        """Make indicators, protected as one; in place of what was made of them before."""
        subjects = [self._subject(indicator) for indicator in indicators]
        for subject, protected in zip(subjects, protect_together(subjects, self.ground), strict=True):
            indicator = subject.indicator
            if indicator.pk in self._signatures:
                self.writing.remove(indicator)
            self._signatures[indicator.pk] = protected.signature
            if protected.hides_something:
                self._hiding.add(indicator.pk)
            self.writing.add(indicator, self.basis(indicator), *self._told(subject, protected))

    def linked(self, last: Release | None, copied: list[int]) -> list[set[int]]:
        """The indicators that count the same people, where one of them keeps something back and not all were copied."""
        if last is not None and copied:
            self._signatures_of(last, copied)
        made = self._signatures.keys() - set(copied)
        return [
            together
            for together in that_count_the_same(self._signatures)
            if not together.isdisjoint(self._hiding) and not together.isdisjoint(made)
        ]

    def flush(self) -> None:
        self.writing.flush()

    def _signatures_of(self, last: Release, copied: list[int]) -> None:
        """What the copied indicators count in the whole, and which of them keep something back."""
        landscape, found = self.telling.landscape, dict[int, dict[int, dict[str, Counts]]]()
        mine = Figure.objects.filter(release=last, indicator__in=copied)
        self._hiding |= set(
            mine.filter(status=Figure.Status.SUPPRESSED).values_list("indicator_id", flat=True).distinct()
        )
        rows: Any = mine.filter(
            place=landscape.whole, group=landscape.total_group(),
            status__in=[Figure.Status.REPORTED, Figure.Status.RESTATED],
        ).values_list("indicator_id", "definition_id", "period", "value", "numerator", "denominator")  # fmt: skip
        for indicator, definition, period, value, numerator, denominator in rows:
            known = self.telling.definitions[indicator].get(definition)
            if known is not None:
                told = counts_of(known, [Amount(REPORTED, value, numerator, denominator)])
                if told is not None:
                    found.setdefault(indicator, {}).setdefault(definition, {})[period] = told[0]
        for indicator, by_definition in found.items():
            self._signatures[indicator] = {
                name: numbers
                for definition, wholes in by_definition.items()
                for name, numbers in signature_of(self.telling.definitions[indicator][definition], wholes).items()
            }

    def _subject(self, indicator: Indicator) -> Subject:
        definitions = self.telling.definitions[indicator.pk]
        rolled = roll_up(
            indicator,
            definitions,
            self.telling.landscape,
            self.upto,
            [Mark.of(release) for release in self.ground.published],
            has_been_asked=indicator.pk in self.telling.asked,
            has_remarks=self.telling.has_remarks,
            weighs_partners=self.ground.policy.dominance is not None,
        )
        return Subject(indicator, definitions, rolled)

    def _told(self, subject: Subject, protected: Protected) -> _Told:
        """An indicator's figures, its document (None where it has no figure), what each partner gave to the whole, and
        what is kept back."""
        indicator, definitions, rolled = subject.indicator, subject.definitions, subject.rolled
        published, telling = self.ground.published, self.telling
        earlier = _figures_of(published[-1], indicator) if published else {}
        rows = list(_rows(rolled, protected, earlier, telling, definitions))
        if not rows:
            return [], None, [], []
        pairs = _like_for_like(rolled, protected, telling, definitions)
        self.counts.take(indicator, rows, earlier, telling)
        overlaps = _overlaps(rolled, protected, definitions)
        document = telling.document(indicator, rows, pairs, rolled.organisations, overlaps)
        return rows, document, _partners(rolled, definitions), protected.kept


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
        expected: dict[int, set[int]] = {}
        for (place, group), cell in cells.items():
            if place not in expected:
                expected[place] = rolled.expected(definition, period, place, telling.landscape)
            amount = cell.pool.result(measure)
            absent = expected[place].difference(cell.reporting)
            row = FigureRow(
                definition, period, place, group, str(amount.state),
                reporting=len(cell.reporting), expected=max(len(expected[place]), len(cell.reporting)), absent=sorted(absent),
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


def _overlaps(rolled: RolledUp, protected: Protected, definitions: Mapping[int, Any]) -> list[OverlapRow]:
    """For each period that partners reported by two versions of the definition: the figures of those who did both.

    Where the versions are of another unit there is nothing to hold against each other.
    """
    rows: list[OverlapRow] = []
    versions = sorted(definitions.values(), key=lambda one: one.number)
    for old, new in pairwise(versions):
        if (old.unit, old.rate_base, old.currency, old.kind) != (new.unit, new.rate_base, new.currency, new.kind):
            continue
        for period in sorted(Period.from_code(code) for definition, code in rolled.units if definition == new.pk):
            before, now = rolled.units.get((old.pk, period.code)), rolled.units[new.pk, period.code]
            pair = like_for_like(measure_of(new), before, now) if before else None
            if before is None or pair is None:
                continue
            hidden = any(protected.hidden.get((one.pk, period.code)) for one in (old, new))
            is_all = before.keys() == now.keys() and not hidden  # then both figures of the whole tell it already
            if not is_all and not protected.allows_overlap(old.pk, new.pk, period.code, pair):
                continue
            first, second = pair.before.value, pair.now.value
            if first is not None and second is not None:
                partners = len({organisation for organisation, _place in pair.units})
                rows.append(OverlapRow(old.number, new.number, period.code, first, second, partners))
    return rows


_COLUMNS = (
    "release_id", "indicator_id", "definition_id", "period", "place_id", "group_id", "numerator", "denominator",
    "value", "text", "status", "reporting", "expected", "absent",
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
        self.kept: list[KeptBack] = []

    def add(
        self,
        indicator: Indicator,
        basis: str,
        rows: list[FigureRow],
        document: dict[str, Any] | None,
        partners: list[list[Any]],
        kept: list[Kept],
    ) -> None:
        for row in rows:
            self.figures.append(
                (
                    self.draft.pk, indicator.pk, row.definition, row.period, row.place, row.group,
                    _plain(row.numerator), _plain(row.denominator), _plain(row.value), row.text, str(row.status),
                    row.reporting, row.expected, json.dumps(row.absent) if row.absent else None,
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
        for one in kept:
            (definition, period, place, group), because = one.figure, one.because or (None, "", None, None)
            self.kept.append(
                KeptBack(
                    release=self.draft, definition_id=definition, period=period, place_id=place, group_id=group,
                    why=one.why, numerator=_plain(one.amount.numerator),
                    denominator=_plain(one.amount.denominator), value=_plain(one.amount.value),
                    because_definition_id=because[0], because_period=because[1],
                    because_place_id=because[2], because_group_id=because[3],
                )
            )  # fmt: skip
        if len(self.figures) >= AT_ONCE:
            self.flush()

    def remove(self, indicator: Indicator) -> None:
        """Take back what was written of an indicator, because it is made again."""
        self.flush()
        with transaction.atomic():
            Figure.objects.filter(release=self.draft, indicator=indicator)._raw_delete(connection.alias)
            ReleasedIndicator.objects.filter(release=self.draft, indicator=indicator)._raw_delete(connection.alias)
            KeptBack.objects.filter(release=self.draft, definition__indicator=indicator).delete()

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
            KeptBack.objects.bulk_create(self.kept, batch_size=AT_ONCE)
        self.figures, self.pages, self.kept = [], [], []


def _copy(last: Release, draft: Release, indicators: list[int], orders: Mapping[int, int]) -> None:
    """What has not changed is the last release's, row for row, without a row passing through here."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(column) for column in _COLUMNS[1:])
    table = quote(Figure._meta.db_table)
    kept = quote(KeptBack._meta.db_table)
    reasons = ", ".join(quote(str(field.column)) for field in KeptBack._meta.local_concrete_fields[2:])
    marks = "%s, " * 50
    for start in range(0, len(indicators), 50):
        some = indicators[start : start + 50]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} ({quote('release_id')}, {columns}) SELECT %s, {columns} FROM {table} "  # noqa: S608
                f"WHERE {quote('release_id')} = %s AND {quote('indicator_id')} IN ({', '.join(['%s'] * len(some))})",
                [draft.pk, last.pk, *some],
            )
            of_these = f"SELECT id FROM {quote(Definition._meta.db_table)} WHERE {quote('indicator_id')} IN "  # noqa: S608
            cursor.execute(
                f"INSERT INTO {kept} ({quote('release_id')}, {reasons}) SELECT %s, {reasons} FROM {kept} WHERE "  # noqa: S608
                f"{quote('release_id')} = %s AND {quote('definition_id')} IN ({of_these}({marks[: 4 * len(some) - 2]}))",
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
    """What is new and restated against the last release, counted while it is made: kind -> indicator -> figures."""

    def __init__(self) -> None:
        self.counts: dict[str, dict[int, int]] = {"new": {}, "restated": {}}
        self.listed: dict[str, dict[int, list[list[Any]]]] = {"new": {}, "restated": {}}

    def take(
        self, indicator: Indicator, rows: list[FigureRow], earlier: Mapping[FigureKey, _Before], telling: Telling
    ) -> None:
        """Count an indicator's figures, in place of what was counted of it before."""
        for counts in (*self.counts.values(), *self.listed.values()):
            counts.pop(indicator.pk, None)  # type: ignore[attr-defined]
        for row in rows:
            if not row.is_shown:
                continue
            before = earlier.get((row.definition, row.period, row.place, row.group))
            if before is None or not before.is_shown:
                kind = "new"
            elif _differs(before, row):
                kind = "restated"
            else:
                continue
            self.counts[kind][indicator.pk] = self.counts[kind].get(indicator.pk, 0) + 1
            listed = self.listed[kind].setdefault(indicator.pk, [])
            if len(listed) < MOST_LISTED:
                landscape = telling.landscape
                number = telling.definitions[indicator.pk][row.definition].number
                place, group = landscape.places[row.place].code, landscape.keys[row.group]
                entry: list[Any] = [indicator.code, number, row.period, place, group]
                if kind == "restated" and before is not None:
                    entry += [_plain(before.value) or before.text, _plain(row.value) or row.text]
                listed.append(entry)

    def told(self, kind: str) -> dict[str, Any]:
        """How many figures of a kind there are, and the first of them by name."""
        listed = [entry for entries in self.listed[kind].values() for entry in entries]
        return {"count": sum(self.counts[kind].values()), "figures": listed[:MOST_LISTED]}


def _finish(by: Person | None, draft: Release, making: _Making, copied: list[int]) -> Release:
    figures = Figure.objects.filter(release=draft)
    if not figures.exists():
        draft.delete()
        raise RuleBroken("release_empty", gettext_noop("There is nothing to release yet: no value has been accepted."))
    kinds: dict[str, dict[str, Any]] = {
        "new": making.counts.told("new"),
        "restated": making.counts.told("restated"),
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
            "kept_back": dict(
                KeptBack.objects.filter(release=draft).values_list("why").annotate(count=Count("pk")).order_by("why")
            ),
            "rule": making.ground.policy.as_told(),
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
