"""Values come in: staged where nobody sees them, checked, compared with what holds, and taken in one quick step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, compress, groupby, islice
from operator import itemgetter
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.checks import (
    CheckContext,
    Fault,
    Findings,
    ValuesRefused,
    check_given_twice,
    check_together,
    check_value,
    fault_of,
    groups_in,
    known_at,
    measures_of,
    settled,
    settled_columns,
    sizes_of,
    sound_at_a_glance,
    stand_alone,
)
from shidra.conditions.shared_measurement.comparing import (
    Comparison,
    Correction,
    compare_batch,
    corrections_of,
    demand_waiting,
    discard,
    discard_unchanged,
    ids_of,
)
from shidra.conditions.shared_measurement.models import (
    Batch,
    Expectation,
    Observation,
    OrderOfTakings,
    Remark,
    Review,
    Round,
    Submission,
    Upload,
)
from shidra.conditions.shared_measurement.queries.observations import newest_taking
from shidra.conditions.shared_measurement.staging import (
    CHUNK,
    Row,
    Staging,
    in_order,
    moving,
    row_of,
    rows_of,
    value_of,
)
from shidra.conditions.shared_measurement.values import ReportedValue, ValueColumns, ValueKey
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.rules import demand, is_backbone
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop

__all__ = [
    "Comparison",
    "Correction",
    "Explanations",
    "ReportedValue",
    "Taking",
    "ValuesRefused",
    "compare_batch",
    "corrections_of",
    "drop_abandoned_batches",
    "drop_batch",
    "report_values",
    "stage_values",
    "take_batch",
]

Explanations = Mapping[tuple[ValueKey, str], str]  # a word about a check's code, by value and code

_AT_ONCE = 1000  # so few values are staged, compared and taken in one transaction
_TRIES = 5  # a batch that others overtook so often is compared while they wait


@dataclass(frozen=True, slots=True)
class Taking:
    """What a taking did. `order` is its place in the order of takings; None when nothing was new to take."""

    order: int | None
    comparison: Comparison
    warnings: tuple[Fault, ...] = ()


# --- Staging ---------------------------------------------------------------------------------------------------------
def stage_values(
    *,
    by: Person | None,
    initiative: Initiative,
    source: str,
    values: Iterable[ReportedValue | ValueColumns],
    organisation: Organisation | None = None,
    round: Round | None = None,
    upload: Upload | None = None,
    progress: Callable[[int], None] | None = None,
    findings: Findings | None = None,
) -> Batch:
    """Check values and write them where nobody sees them, in short transactions and flat memory.

    Values come one by one or by columns; the same is asked of both, and columns are quicker.

    `by` is a reporter or approver of the values' organisation, a person of the backbone, or None for the system.
    `progress` is told how many values were written. With `findings`, faults are collected there and what is in error
    is left out; without, an error stops everything: ValuesRefused, and nothing stays.

    Raises NotAllowed for another organisation's values, or for a verdict by anybody but the backbone.
    """
    asked = _Asked(by, initiative, source, organisation, round, upload, progress)
    return _stage(asked, values, findings if findings is not None else Findings(), stops=findings is None)


@dataclass(frozen=True, slots=True)
class _Asked:
    by: Person | None
    initiative: Initiative
    source: str
    organisation: Organisation | None
    round: Round | None
    upload: Upload | None
    progress: Callable[[int], None] | None


def _stage(asked: _Asked, values: Iterable[ReportedValue | ValueColumns], findings: Findings, *, stops: bool) -> Batch:
    desk = _Desk(asked.by, asked.initiative, asked.round, findings, asked.source)
    # The values are looked at one by one first: where one is in error and none may be left out, nothing is written.
    ordered = in_order(desk.sound(values))
    first = next(ordered, None)
    if stops:
        findings.stop_at_errors()
    batch = Batch.objects.create(
        initiative=asked.initiative,
        organisation=asked.organisation,
        round_id=desk.round_id,
        upload=asked.upload,
        source=asked.source,
        created_at=clock.now(),
        created_by=asked.by,
    )
    try:
        if first is not None:
            _write(batch, asked, desk, chain([first], ordered))
        if stops:
            findings.stop_at_errors()
    except ValuesRefused:
        discard(batch)
        raise
    except BaseException:
        # A transaction round us takes it back. A kill leaves it unseen, for `drop_abandoned_batches`.
        if not connection.in_atomic_block:
            discard(batch)
        raise
    return batch


def _write(batch: Batch, asked: _Asked, desk: _Desk, ordered: Iterator[tuple[Any, ...]]) -> None:
    written = 0
    reviews = {verdict: _review(batch, verdict).pk for verdict in sorted(desk.verdicts)}
    with moving(Staging(batch.pk, reviews, asked.by)) as move:
        for chunk, together in _chunks(ordered, CHUNK[connection.vendor]):
            good = desk.among_neighbours(chunk, together)
            move(good)
            written += len(good)
            if asked.progress is not None:
                asked.progress(written)
    batch.size = written
    batch.save(update_fields=["size"])


def _review(batch: Batch, verdict: str) -> Review:
    reason = gettext_noop("Rejected in the file that it came from.") if verdict == Review.Verdict.RETURNED else ""
    return Review.objects.create(
        initiative=batch.initiative, verdict=verdict, reason=reason, at=batch.created_at, by=batch.created_by
    )


_Rows = list[tuple[Any, ...]]


def _chunks(ordered: Iterator[tuple[Any, ...]], size: int) -> Iterator[tuple[_Rows, list[_Rows]]]:
    """Pieces of about `size` rows that keep together what is checked together (definition, partner, place); beside each
    piece, those of its lines that have more than one row."""
    chunk: _Rows = []
    together: list[_Rows] = []
    for _line, group in groupby(ordered, itemgetter(0, 1, 2)):
        if len(chunk) >= size:
            yield chunk, together
            chunk, together = [], []
        rows = list(group)
        chunk += rows
        if len(rows) > 1:
            together.append(rows)
    if chunk:
        yield chunk, together


class _Desk:
    """Where values are looked at: may this person report this, is it asked for, does it hold water?"""

    def __init__(
        self, by: Person | None, initiative: Initiative, round: Round | None, findings: Findings, source: str
    ) -> None:
        self.by = by
        self.initiative = initiative
        self.findings = findings
        self.context = CheckContext(
            measures_of(initiative), clock.today(initiative.time_zone), sizes=sizes_of(initiative)
        )
        self.is_first = not Batch.objects.filter(initiative=initiative, taken_order__isnull=False).exists()
        self.free = by is None or is_backbone(by, initiative)
        # Published data is what it is: a series may go from calendar to fiscal years.
        self.published = self.free and source == Batch.Source.IMPORT
        self.given_round = round
        self.rounds: set[int | None] = set()  # of the values: None for one that no open round asks for
        self.verdicts: set[str] = set()
        self._asked: dict[tuple[int, int, int, str], int] = {}
        self._asked_before: set[tuple[int, int, int, str]] = set()
        self._allowed: set[int] = set()

    @property
    def round_id(self) -> int | None:
        """The round that the values answer: as given, or the one that asks for them. Corrections of figures that an
        earlier round asked for come with it."""
        if self.given_round is not None:
            return self.given_round.pk
        answered = self.rounds - {None}
        return next(iter(answered)) if len(answered) == 1 else None

    def sound(self, values: Iterable[ReportedValue | ValueColumns]) -> Iterator[Row]:
        """The values without error in themselves, as rows."""
        number = 0
        for given in values:
            if isinstance(given, ValueColumns):
                yield from self._sound_rows(given, number)
                number += len(given)
                continue
            if given.organisation_id not in self._allowed:
                self._admit(given.organisation_id)
            measure = self.context.measures.get(given.definition_id)
            value = settled(given, measure) if measure is not None else given
            if self._is_sound(value):
                yield row_of(value, number)
            number += 1

    def _sound_rows(self, given: ValueColumns, number: int) -> Iterator[Row]:
        """Most of many values are sound at a glance; the others are looked at one by one."""
        for organisation_id in set(given.organisation_ids) - self._allowed:
            self._admit(organisation_id)
        block = settled_columns(given, self.context.measures)
        rows: Iterable[Row] = rows_of(block, number)
        if not self.free:
            yield from (row for row in rows if self._is_sound(value_of(row)))
            return
        for verdict in set(block.verdicts) - self.verdicts - {""}:
            self._demand_verdict(verdict)
        at_a_glance = list(sound_at_a_glance(block, self.context))
        if not all(at_a_glance):
            rows = list(rows)
            odd = [row for row, is_sound in zip(rows, at_a_glance, strict=True) if not is_sound]
            yield from (row for row in odd if self._is_sound(value_of(row)))
            rows = compress(rows, at_a_glance)
        if any(at_a_glance):
            figures = zip(block.definition_ids, block.organisation_ids, block.place_ids, block.periods, strict=True)
            answered = map(self._asked.get, compress(figures, at_a_glance)) if self._asked else (None,)
            self.rounds.update(answered)
        yield from rows

    def _is_sound(self, value: ReportedValue) -> bool:
        """Whether a settled value of an organisation that was admitted has no error in itself; faults are noted."""
        faults = check_value(value, self.context)
        if faults and self.published:
            faults = [fault for fault in faults if fault.code != "period_of_other_kind"]
        round_id = None
        if self._asked or not self.free:
            figure = (value.definition_id, value.organisation_id, value.place_id, value.period)
            round_id = self._asked.get(figure)
            if round_id is None and not self.free and figure not in self._asked_before:
                faults.append(fault_of("not_asked", value))
        for fault in faults:
            self.findings.add(fault)
        if any(fault.is_error for fault in faults):
            return False
        if value.verdict not in self.verdicts and value.verdict:
            self._demand_verdict(value.verdict)
        self.rounds.add(round_id)
        return True

    def among_neighbours(self, chunk: _Rows, together: list[_Rows]) -> _Rows:
        """The rows of a chunk that do not contradict each other; of two for one key neither is chosen."""
        context = self.context
        if self.published:
            # Nobody is asked about a figure that was published as it is; only to be given twice is an error.
            together = [rows for rows in together if len({(row[3], row[4]) for row in rows}) < len(rows)]
        elif not self.is_first:
            context.known = known_at({row[:3] for row in chunk})
        together = [rows for rows in together if rows[0][:3] in context.known or not stand_alone(rows)]
        if context.known:
            singles = {row[:3] for row in chunk}.intersection(context.known) - {rows[0][:3] for rows in together}
            together = together + [[row] for row in chunk if row[:3] in singles]
        if not together:
            return chunk
        if not self.published:
            context.learn_groups({row[3] for rows in together for row in rows} | groups_in(context.known))
        twice: set[ValueKey] = set()
        for rows in together:
            values = [value_of(row) for row in rows]
            for fault in check_given_twice(values) if self.published else check_together(values, context):
                self.findings.add(fault)
                if fault.is_error:
                    twice.add(fault.key)
        return [row for row in chunk if ValueKey(*row[:5]) not in twice] if twice else chunk

    def _admit(self, organisation_id: int) -> None:
        """This person may report for this organisation; learn what it is asked for. Once for each."""
        organisation = Organisation.objects.filter(pk=organisation_id).first()
        if organisation is None:
            raise RuleBroken(
                "organisation_unknown", gettext_noop("This organisation does not take part in the initiative.")
            )
        if self.by is not None:
            demand(rules.can_report(self.by, self.initiative, organisation))
        asked = Expectation.objects.filter(
            submission__organisation=organisation,
            submission__round__initiative=self.initiative,
            submission__round__state=Round.State.OPEN,
        )
        if self.given_round is not None:
            asked = asked.filter(submission__round=self.given_round)
        for definition_id, place_id, period, round_id in asked.values_list(
            "definition_id", "place_id", "period", "submission__round_id"
        ):
            self._asked[definition_id, organisation_id, place_id, period] = round_id
        if not self.free:
            # A partner's file often holds earlier years too: what an earlier round asked for may be corrected now, by
            # the version of the definition that it was asked by.
            before = Expectation.objects.filter(
                submission__organisation=organisation,
                submission__round__initiative=self.initiative,
                submission__round__state=Round.State.CLOSED,
                definition__indicator__definitions__in={definition_id for definition_id, *_figure in self._asked},
            ).distinct()
            self._asked_before.update(
                (definition_id, organisation_id, place_id, period)
                for definition_id, place_id, period in before.values_list("definition_id", "place_id", "period")
            )
        self._allowed.add(organisation_id)

    def _demand_verdict(self, verdict: str) -> None:
        if verdict not in self.verdicts:
            if verdict not in Review.Verdict.values:
                raise ValueError(f"not a verdict: {verdict}")
            demand(self.free)
            self.verdicts.add(verdict)


# --- Taking ----------------------------------------------------------------------------------------------------------
def take_batch(*, by: Person | None, batch: Batch, explanations: Explanations | None = None) -> Taking:
    """Make a staged batch visible, as the newest: one quick step, whatever its size.

    It is compared first, and again if others were taken meanwhile. `explanations` are words about warnings, by value
    and code of the check. A batch in which nothing is new is dropped. Raises RuleBroken(`batch_over`) for one that was
    taken or dropped before, NotAllowed for whoever may not report for its organisation.
    """
    _demand_may_decide(by, batch)
    order: int | None = None
    for attempt in range(_TRIES):
        comparison = compare_batch(batch)
        submissions = _submissions_answered_by(batch)
        with transaction.atomic():
            takings = _locked_order()
            seen = demand_waiting(batch).seen_order
            if newest_taking(batch.initiative) > seen:
                if attempt + 1 < _TRIES:
                    continue
                comparison = compare_batch(batch)
            _explain(by, batch, explanations or {})
            if comparison.changed:
                order = takings.newest = takings.newest + 1
                takings.save(update_fields=["newest"])
                _take(by, batch, order, comparison, submissions)
        break
    if order is None:
        discard(batch)  # with what was set aside as unchanged, by which it finds the verdicts
    else:
        discard_unchanged(batch)
    return Taking(order, comparison)


def _take(by: Person | None, batch: Batch, order: int, comparison: Comparison, submissions: list[int]) -> None:
    batch.taken_order, batch.taken_at, batch.size = order, clock.now(), comparison.changed
    batch.save(update_fields=["taken_order", "taken_at", "size"])
    # What was handed in or accepted is in work again: its newest values wait for the approver.
    Submission.objects.filter(pk__in=submissions).exclude(state=Submission.State.RETURNED).update(
        state=Submission.State.REPORTED
    )
    record(
        by=by,
        verb="report_values",
        subject=batch,
        initiative=batch.initiative,
        after={
            "source": batch.source,
            "organisation": batch.organisation_id,
            "round": batch.round_id,
            "upload": batch.upload_id,
            "order": order,
            "new": comparison.new,
            "corrected": comparison.corrected,
            "unchanged": comparison.unchanged,
        },
    )


def _locked_order() -> OrderOfTakings:
    OrderOfTakings.objects.get_or_create(pk=1)
    return OrderOfTakings.objects.select_for_update().get(pk=1)


def _demand_may_decide(by: Person | None, batch: Batch) -> None:
    if by is None:
        return
    if batch.organisation is not None:
        demand(rules.can_report(by, batch.initiative, batch.organisation))
    else:
        demand(is_backbone(by, batch.initiative) or batch.created_by_id == by.pk)


def _submissions_answered_by(batch: Batch) -> list[int]:
    """Reports of open rounds that ask for a figure which waits for review in this batch, or that it corrects with."""
    answers = Observation.objects.filter(
        series__definition=OuterRef("definition"),
        series__organisation=OuterRef("submission__organisation"),
        series__place=OuterRef("place"),
        period=OuterRef("period"),
        batch=batch.pk,
        review=None,
    )
    asking = Expectation.objects.filter(
        submission__round__initiative=batch.initiative, submission__round__state=Round.State.OPEN
    ).exclude(submission__state__in=[Submission.State.REPORTED, Submission.State.RETURNED])
    found = set(asking.filter(Exists(answers)).order_by().values_list("submission_id", flat=True).distinct())
    if batch.round_id is not None and batch.organisation_id is not None:
        carried = Submission.objects.filter(round=batch.round_id, organisation=batch.organisation_id)
        carried = carried.exclude(state__in=[Submission.State.REPORTED, Submission.State.RETURNED])
        found.update(carried.filter(round__state=Round.State.OPEN).values_list("pk", flat=True))
    return sorted(found)


def _explain(by: Person | None, batch: Batch, explanations: Explanations) -> None:
    ids = ids_of(batch, (key for key, _code in explanations))
    at = clock.now()
    for (key, code), text in explanations.items():
        if key in ids and text.strip():
            Remark.objects.update_or_create(
                observation_id=ids[key], about=code, defaults={"text": text.strip(), "at": at, "by": by}
            )


def drop_batch(*, by: Person | None, batch: Batch) -> None:
    """Throw staged values away. Raises RuleBroken(`batch_over`) for a batch that was taken."""
    _demand_may_decide(by, batch)
    with transaction.atomic():
        demand_waiting(batch)
        record(
            by=by,
            verb="drop_batch",
            subject=batch,
            initiative=batch.initiative,
            before={"source": batch.source, "upload": batch.upload_id, "size": batch.size},
        )
    discard(batch)


def drop_abandoned_batches(
    *, by: Person | None, initiative: Initiative, older_than: timedelta = timedelta(days=1)
) -> int:
    """Remove what a killed process left half staged, and what it had not yet cleared away; return how many batches.

    A batch whose upload still waits for its person stays.
    """
    if by is not None:
        demand(is_backbone(by, initiative))
    old = Batch.objects.filter(initiative=initiative, taken_order__isnull=True, created_at__lt=clock.now() - older_than)
    waiting = (Upload.State.READING, Upload.State.PREVIEWED, Upload.State.TAKING)
    abandoned = list(old.filter(unchanged_of=None).exclude(upload__state__in=waiting))
    for batch in abandoned:
        discard(batch)
    left_over = list(Batch.objects.filter(initiative=initiative, unchanged_of__taken_order__isnull=False))
    for aside in left_over:
        assert aside.unchanged_of is not None
        discard_unchanged(aside.unchanged_of)
    if abandoned:
        record(
            by=by,
            verb="drop_abandoned_batches",
            subject=initiative,
            initiative=initiative,
            before={"batches": [batch.pk for batch in abandoned]},
        )
    return len(abandoned) + len(left_over)


# --- All at once -----------------------------------------------------------------------------------------------------
def report_values(
    *,
    by: Person | None,
    initiative: Initiative,
    source: str,
    values: Iterable[ReportedValue],
    organisation: Organisation | None = None,
    round: Round | None = None,
    upload: Upload | None = None,
    explanations: Explanations | None = None,
    progress: Callable[[int], None] | None = None,
) -> Taking:
    """Check, stage, compare and take values, all or nothing: what form, API and command line call.

    The same values again change nothing. Warnings do not stop; those without a word come back with the taking.
    Raises ValuesRefused with its faults, NotAllowed, and what `take_batch` raises.
    """
    values = iter(values)
    few = list(islice(values, _AT_ONCE))
    asked = _Asked(by, initiative, source, organisation, round, upload, progress)
    findings = Findings()
    with transaction.atomic() if len(few) < _AT_ONCE else nullcontext():
        batch = _stage(asked, chain(few, values), findings, stops=True)
        try:
            taking = take_batch(by=by, batch=batch, explanations=explanations)
        except BaseException:
            if not connection.in_atomic_block:
                discard(batch)
            raise
    explained = explanations or {}
    open_questions = [
        fault
        for fault in findings.faults
        if not fault.is_explained and not explained.get((fault.key, fault.code), "").strip()
    ]
    return Taking(taking.order, taking.comparison, tuple(open_questions))
