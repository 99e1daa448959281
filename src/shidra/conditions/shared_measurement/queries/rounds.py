"""Rounds as the steward sees them: who has reported, how full, what is late, whose move it is and by when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet

from shidra.conditions.shared_measurement.checks import Known, Measure, amount_of
from shidra.conditions.shared_measurement.models import (
    Definition,
    Flag,
    Observation,
    Remark,
    Review,
    Round,
    Submission,
    Upload,
)
from shidra.conditions.shared_measurement.queries.groups import GroupNames
from shidra.conditions.shared_measurement.queries.quality import UNDECIDED, flags_of
from shidra.conditions.shared_measurement.queries.reports import (
    OWED,
    Asked,
    FilledAs,
    corrected_since_acceptance,
    earlier_values,
    fill_of,
    filled_as,
    newest_of_round,
)
from shidra.foundation.initiatives.models import Initiative, Membership, Role
from shidra.foundation.initiatives.queries import current
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.places.models import Place
from shidra.foundation.spreadsheets import cell_name
from shidra.kernel import clock

BACKBONE, PARTNER, NOBODY = "backbone", "partner", "nobody"


@dataclass(frozen=True, slots=True)
class Returned:
    """A returned value that waits for the partner's answer."""

    indicator_names: dict[str, str]
    reason: str


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One partner on the board."""

    submission: Submission
    organisation: Organisation
    state: str  # a state of Submission, or "late"
    whose_move: str
    by_when: date | None
    asked: tuple[Asked, ...]
    late_days: int
    explained: int  # warnings that the partner explained
    returned: tuple[Returned, ...]
    next_reminder_on: date | None
    people: tuple[str, ...]  # who can make the next move; empty although it is somebody's: nobody is there
    referred: tuple[Upload, ...] = ()  # files that wait for an answer of the backbone team
    questions: int = 0  # about values that looked odd and that nobody has decided on yet

    @property
    def filled(self) -> int:
        return sum(one.filled != FilledAs.MISSING for one in self.asked)

    @property
    def is_again(self) -> bool:
        """It was handed in before, and something changed since."""
        return self.submission.state == Submission.State.REPORTED and self.submission.submitted_at is not None

    @property
    def pips(self) -> list[str]:
        return [one.filled for one in self.asked]

    @property
    def is_extended(self) -> bool:
        return self.submission.due_on != self.submission.round.due_on


@dataclass(frozen=True, slots=True)
class Coverage:
    """One indicator in a round: how many of its figures are in, and how far each partner is with it."""

    definition: Definition
    filled: int
    asked: int
    pips: tuple[str, ...]
    missing: tuple[Organisation, ...]
    returned: tuple[Organisation, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """A round with all its partners."""

    round: Round
    rows: tuple[BoardRow, ...]
    coverage: tuple[Coverage, ...]

    @property
    def by_two(self) -> set[int]:
        """The indicators (by id) that the round asks for in more than one version."""
        ids = [one.definition.indicator_id for one in self.coverage]
        return {one for one in ids if ids.count(one) > 1}

    def of(self, whose: str) -> list[BoardRow]:
        return [row for row in self.rows if row.whose_move == whose]

    @property
    def waiting(self) -> int:
        """Reports that wait to be accepted or returned."""
        return len(self.in_state(Submission.State.SUBMITTED))

    @property
    def complete(self) -> int:
        """Partners all of whose figures are in."""
        return sum(row.filled == len(row.asked) for row in self.rows)

    @property
    def late(self) -> int:
        return len(self.in_state("late"))

    def in_state(self, *states: str) -> list[BoardRow]:
        return [row for row in self.rows if row.state in states]

    @property
    def reported(self) -> int:
        """Partners that have handed in, whatever became of it since."""
        return sum(row.submission.submitted_at is not None for row in self.rows)


def rounds(initiative: Initiative) -> QuerySet[Round]:
    """All rounds, newest first, with the number of partners asked and accepted."""
    return Round.objects.filter(initiative=initiative).annotate(asked=Count("submissions")).order_by("-number")


def board(round: Round) -> Board:
    """The board of a round. A constant number of queries, whatever the number of partners and values."""
    submissions = list(
        round.submissions.select_related("organisation", "submitted_by", "decided_by").order_by(
            "due_on", "organisation_id"
        )
    )
    for submission in submissions:
        submission.round = round
    asked = fill_of(round, submissions)
    explained, returned = _words_on_values(round, submissions)
    hands = _hands(round.initiative, submissions)
    referred = _referred(round, submissions)
    questions = _questions(round, submissions)
    today = clock.today(round.initiative.time_zone)
    rows = tuple(
        _row(
            submission,
            asked[submission.pk],
            today,
            explained.get(submission.organisation_id, 0),
            returned.get(submission.organisation_id, []),
            hands,
            referred.get(submission.organisation_id, []),
            questions.get(submission.organisation_id, 0),
        )
        for submission in submissions
    )
    return Board(round, rows, _coverage(submissions, asked))


def _row(
    submission: Submission,
    asked: list[Asked],
    today: date,
    explained: int,
    returned: list[Returned],
    hands: Hands,
    referred: list[Upload],
    questions: int,
) -> BoardRow:
    states = Submission.State
    is_open = submission.round.state == Round.State.OPEN
    # What was handed in and corrected since is handed in again; it came in time or not when it was handed in first.
    again = submission.state == states.REPORTED and submission.submitted_at is not None
    late = max(0, (today - submission.due_on).days) if is_open and submission.state in OWED and not again else 0
    whose, by_when, state = NOBODY, None, str(submission.state)
    if submission.state == states.SUBMITTED:
        whose, by_when = BACKBONE, submission.round.review_until
    elif submission.state in OWED and submission.round.state == Round.State.CLOSED:
        state = FilledAs.MISSING
    elif submission.state in OWED:
        whose, by_when = PARTNER, None if again and submission.due_on < today else submission.due_on
        state = "late" if late and submission.state != states.RETURNED else state
        if referred:  # the partner cannot go on before it has its answer
            whose = BACKBONE
    return BoardRow(
        submission,
        submission.organisation,
        state,
        whose,
        by_when,
        tuple(asked),
        late,
        explained,
        tuple(returned),
        next_reminder_on(submission, today) if whose == PARTNER else None,
        hands.of(whose, submission),
        tuple(referred),
        questions,
    )


def reminder_days(submission: Submission) -> list[tuple[str, date]]:
    """When a partner that has not handed in is reminded: before, on and twice after its date, each with its name."""
    round = submission.round
    due = submission.due_on
    after = timedelta(days=max(1, round.remind_days_after))
    return [
        ("before", due - timedelta(days=round.remind_days_before)),
        ("on", due),
        ("after", due + after),
        ("after-again", due + 3 * after),
    ]


def next_reminder_on(submission: Submission, today: date) -> date | None:
    """The next day on which a reminder goes out by itself."""
    if submission.round.state != Round.State.OPEN:
        return None
    told = submission.told_on
    days = (day for _about, day in reminder_days(submission) if day >= today and (told is None or day > told))
    return next(days, None)


@dataclass(frozen=True, slots=True)
class Hands:
    """Who can make the next move today: by partner its reporters and approvers, and the backbone team."""

    partners: Mapping[int, tuple[str, ...]]
    backbone: tuple[str, ...]

    def of(self, whose: str, submission: Submission) -> tuple[str, ...]:
        if whose == BACKBONE:
            return self.backbone
        return self.partners.get(submission.organisation_id, ()) if whose == PARTNER else ()


def _hands(initiative: Initiative, submissions: list[Submission]) -> Hands:
    partners: dict[int, dict[str, None]] = defaultdict(dict)
    backbone: dict[str, None] = {}
    members = Membership.objects.filter(
        Q(role__in=[Role.STEWARD, Role.ANALYST])
        | Q(
            role__in=[Role.REPORTER, Role.APPROVER],
            organisation__in=[submission.organisation_id for submission in submissions],
        ),
        current(),
        initiative=initiative,
        person__is_active=True,
    )
    # Reporters before approvers, stewards before analysts: who acts first stands first.
    for member in members.select_related("person").order_by("-role", "pk"):
        if member.role in (Role.STEWARD, Role.ANALYST):
            backbone[member.person.get_short_name()] = None
        elif member.organisation_id is not None:
            partners[member.organisation_id][member.person.get_short_name()] = None
    return Hands({pk: tuple(names) for pk, names in partners.items()}, tuple(backbone))


def _referred(round: Round, submissions: list[Submission]) -> dict[int, list[Upload]]:
    """Files of this round whose partners left a question to the backbone team, by partner; the oldest first."""
    found: dict[int, list[Upload]] = defaultdict(list)
    waiting = Upload.objects.filter(
        round=round,
        state=Upload.State.REFERRED,
        organisation__in=[submission.organisation_id for submission in submissions],
    )
    for upload in waiting.only("name", "organisation_id").order_by("pk"):
        found[upload.organisation_id or 0].append(upload)
    return found


def _questions(round: Round, submissions: list[Submission]) -> dict[int, int]:
    """How many values of each partner looked odd and wait for its word or for the backbone team's decision; without
    those that it explained when it sent them: they count as explained warnings. Of accepted reports nobody is asked."""
    asked = [one.organisation_id for one in submissions if one.state != Submission.State.ACCEPTED]
    explained = Q(state=Flag.State.ANSWERED, answer__about=F("check_code"))
    flags = flags_of(round).filter(state__in=UNDECIDED, observation__series__organisation__in=asked).exclude(explained)
    counts = flags.values_list("observation__series__organisation_id").annotate(count=Count("pk")).order_by()
    return dict(counts)


def _words_on_values(round: Round, submissions: list[Submission]) -> tuple[dict[int, int], dict[int, list[Returned]]]:
    newest = newest_of_round(round, submissions)
    explained: dict[int, int] = defaultdict(int)
    remarks = (
        Remark.objects.filter(observation__in=newest.values("pk"))
        .exclude(about__in=["source", "note", "in_file"])
        .exclude(about__startswith="answer:")
    )
    for organisation_id, count in (
        remarks.values_list("observation__series__organisation_id").annotate(count=Count("pk")).order_by()
    ):
        explained[organisation_id] = count
    returned: dict[int, list[Returned]] = defaultdict(list)
    rows = (
        newest.filter(review__verdict=Review.Verdict.RETURNED)
        .order_by("series__definition__indicator__order", "period", "pk")
        .values_list("series__organisation_id", "series__definition__names", "review__reason")
    )
    for organisation_id, names, reason in rows:
        returned[organisation_id].append(Returned(names, reason))
    return explained, returned


def _coverage(submissions: list[Submission], asked: dict[int, list[Asked]]) -> tuple[Coverage, ...]:
    by_definition: dict[int, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for pk, figures in asked.items():
        for one in figures:
            by_definition[one.definition_id][pk].append(one.filled)
    by_pk = {submission.pk: submission for submission in submissions}
    definitions = (
        Definition.objects.filter(pk__in=by_definition).select_related("indicator").order_by("indicator__order", "pk")
    )
    order = [FilledAs.ACCEPTED, FilledAs.HANDED_IN, FilledAs.RETURNED, FilledAs.BEGUN, FilledAs.MISSING]
    coverage = []
    for definition in definitions:
        found = by_definition[definition.pk]
        pips = {pk: _pip(states) for pk, states in found.items()}
        figures_of = [state for states in found.values() for state in states]
        coverage.append(
            Coverage(
                definition,
                sum(state != FilledAs.MISSING for state in figures_of),
                len(figures_of),
                tuple(sorted(pips.values(), key=order.index)),
                tuple(by_pk[pk].organisation for pk, states in found.items() if FilledAs.MISSING in states),
                tuple(by_pk[pk].organisation for pk, pip in pips.items() if pip == FilledAs.RETURNED),
            )
        )
    return tuple(coverage)


def _pip(states: list[str]) -> str:
    """How far a partner is with one indicator: as far as its slowest figure; begun, where some are in only."""
    if FilledAs.MISSING in states:
        return FilledAs.MISSING if set(states) == {FilledAs.MISSING} else FilledAs.BEGUN
    slowest = (FilledAs.RETURNED, FilledAs.BEGUN, FilledAs.HANDED_IN, FilledAs.ACCEPTED)
    return next(state for state in slowest if state in states)


def board_of_one(submission: Submission) -> BoardRow:
    """The board's row of one partner."""
    round = submission.round
    asked = fill_of(round, [submission])
    explained, returned = _words_on_values(round, [submission])
    return _row(
        submission,
        asked[submission.pk],
        clock.today(round.initiative.time_zone),
        explained.get(submission.organisation_id, 0),
        returned.get(submission.organisation_id, []),
        _hands(round.initiative, [submission]),
        _referred(round, [submission]).get(submission.organisation_id, []),
        _questions(round, [submission]).get(submission.organisation_id, 0),
    )


@dataclass(frozen=True, slots=True)
class Missing:
    """A figure that was asked for and has not come in."""

    names: dict[str, str]
    period: str
    place_names: dict[str, str]


def missing_of(row: BoardRow) -> list[Missing]:
    """What a report still lacks. Two queries."""
    lacking = [one for one in row.asked if one.filled == FilledAs.MISSING]
    definitions = Definition.objects.in_bulk({one.definition_id for one in lacking})
    places = Place.objects.in_bulk({one.place_id for one in lacking})
    return [Missing(definitions[one.definition_id].names, one.period, places[one.place_id].names) for one in lacking]


@dataclass(frozen=True, slots=True)
class Earlier:
    """A figure beside the one that is looked at, and how far it is from it."""

    observation: Observation
    result: Decimal | None  # the number that follows from its parts
    change: Decimal | None  # from this one to the one looked at; None where one of them is no number
    share: Decimal | None  # the change in percent of this one; None for percentages, and where this one is zero


@dataclass(frozen=True, slots=True)
class ShownValue:
    """A value of a report with its state and the words that stay with it."""

    observation: Observation
    state: str  # draft, submitted, returned, accepted
    accepted_before: Observation | None  # the value that it replaces, if that one was accepted
    remarks: tuple[Remark, ...]
    group_names: tuple[dict[str, str], ...]
    previous: Earlier | None  # what holds for the period before
    superseded: Earlier | None  # the value whose place it took

    @property
    def result(self) -> Decimal | None:
        """The number that follows from the parts; None where the value itself was reported."""
        one = self.observation
        return _amount(one, one.series.definition) if one.denominator is not None else None

    @property
    def source(self) -> str:
        """The cell it came from, as the sheet names it; empty for other ways in."""
        row, column = self.observation.row, self.observation.column
        return "" if row is None or column is None else cell_name(row, column)


def values_shown(values: Sequence[Observation], submission: Submission, groups: GroupNames) -> list[ShownValue]:
    """How far each value is, what was said about it, and what was reported before it. Two queries."""
    accepted = corrected_since_acceptance(values)
    previous, superseded = earlier_values(values)
    return [
        ShownValue(
            value,
            filled_as(value.review.verdict if value.review else None, value.batch.taken_order, submission),
            accepted.get(value.pk),
            tuple(value.remarks.all()),
            tuple(groups.names(value.series.group.key)),
            _earlier(value, previous.get(value.pk)),
            _earlier(value, superseded.get(value.pk)),
        )
        for value in values
    ]


def _earlier(value: Observation, older: Observation | None) -> Earlier | None:
    if older is None:
        return None
    definition = value.series.definition
    before, now = _amount(older, definition), _amount(value, definition)
    countable = definition.unit not in (Definition.Unit.GRADE, Definition.Unit.YES_NO)
    change = now - before if countable and before is not None and now is not None else None
    share = None
    if change is not None and before and definition.unit != Definition.Unit.PERCENT:
        share = 100 * change / abs(before)
    return Earlier(older, before if older.denominator is not None else None, change, share)


def _amount(value: Observation, definition: Definition) -> Decimal | None:
    if value.state != Observation.State.REPORTED:
        return None
    known = Known(value.series_id, value.period, value.state, value.numerator, value.denominator, value.value)
    return amount_of(known, Measure.of(definition))
