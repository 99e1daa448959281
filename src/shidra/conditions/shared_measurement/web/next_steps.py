"""What has to be done next in shared measurement, as a person's home shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from shidra.conditions.shared_measurement.models import Adoption, Flag, Round, Submission, Upload
from shidra.conditions.shared_measurement.queries import rounds
from shidra.conditions.shared_measurement.queries.adoption import waiting_adoptions
from shidra.conditions.shared_measurement.queries.agreements import waiting_for_word
from shidra.conditions.shared_measurement.queries.quality import questions_waiting
from shidra.conditions.shared_measurement.queries.reports import fill_of, organisations_reported_for
from shidra.conditions.shared_measurement.queries.uploads import referred_uploads
from shidra.conditions.shared_measurement.rules import can_review
from shidra.foundation.initiatives.models import Initiative, Role
from shidra.foundation.initiatives.next_steps import NextStep
from shidra.foundation.initiatives.queries import roles_of
from shidra.foundation.initiatives.rules import approves_for
from shidra.foundation.look.formats import day_words, isolated_words, list_words, number_words, picked
from shidra.foundation.people.models import Person

_MOST_NAMES = 4


def measurement_steps(person: Person, initiative: Initiative) -> list[NextStep]:
    """Reports that this person owes, answers for or reviews. A fixed number of queries for each open round."""
    steps = [
        *_of_files(person, initiative),
        *_of_reporter(person, initiative),
        *_of_adoptions(person, initiative),
        *_of_agreements(person, initiative),
        *_of_questions(person, initiative),
    ]
    if can_review(person, initiative):
        steps += _of_backbone(initiative)
    return steps


def _of_agreements(person: Person, initiative: Initiative) -> Iterator[NextStep]:
    """Agreements that wait for the word of an organisation whose approver the person is."""
    own = {pk for role, pk in roles_of(person, initiative) if role == Role.APPROVER and pk is not None}
    for agreement in waiting_for_word(initiative, own):
        yield NextStep(
            gettext("Give your organisation’s word on the agreement “%(name)s”")
            % {"name": picked(agreement.names).text},
            reverse("shared_measurement:agreement", args=[initiative.slug, agreement.number]),
            "measurement",
            None,
            gettext("Nothing is shown under it until you agree."),
            gettext("Answer"),
        )


def _of_files(person: Person, initiative: Initiative) -> Iterator[NextStep]:
    """Files whose partner left a question to the backbone team: whose move it is, until the partner has gone on."""
    answers = can_review(person, initiative)
    for upload in referred_uploads(initiative, None if answers else organisations_reported_for(person, initiative)):
        file = {"file": isolated_words(upload.name)}
        partner = picked(upload.organisation.names).text if upload.organisation else ""
        url = reverse("shared_measurement:upload_mapping", args=[initiative.slug, upload.pk])
        due_on = upload.due_on  # type: ignore[attr-defined]
        is_waiting = upload.state == Upload.State.REFERRED
        if is_waiting and answers:
            title = gettext("Answer what a partner asks about its file %(file)s") % file
            yield NextStep(title, url, "measurement", due_on, partner, gettext("Answer"))
        elif is_waiting:
            title = gettext("Answer your question about the file %(file)s") % file
            yield NextStep(title, url, "measurement", due_on, "", gettext("See"), gettext("The backbone team"))
        elif answers:
            title = gettext("Go on with the file %(file)s, about which you answered") % file
            yield NextStep(title, url, "measurement", due_on, "", gettext("See"), partner)
        else:
            title = gettext("Go on with your file %(file)s: the backbone team has answered") % file
            yield NextStep(title, url, "measurement", due_on, "", gettext("Go on"))


def _of_adoptions(person: Person, initiative: Initiative) -> Iterator[NextStep]:
    """New versions of definitions that are to be adopted: the partner's move, or a question to the backbone team."""
    answers = can_review(person, initiative)
    mine = organisations_reported_for(person, initiative)
    if not answers and not mine:
        return
    waiting: dict[int, list[Adoption]] = {}
    for adoption in waiting_adoptions(initiative):
        put, definition = adoption.round, adoption.round.definition
        name = {"name": picked(definition.names).text}
        url = reverse(
            "shared_measurement:adoption", args=[initiative.slug, definition.indicator.code, definition.number]
        )
        partner = picked(adoption.organisation.names).text
        is_asked = adoption.state == Adoption.State.ASKED
        if adoption.organisation_id in mine:
            title = gettext("Adopt the new version of “%(name)s”, or ask") % name
            if is_asked:
                title = gettext("Answer your question about the new version of “%(name)s”") % name
            who = gettext("The backbone team") if is_asked else ""
            yield NextStep(title, url, "measurement", put.due_on, verb=gettext("See"), who=who)
        elif answers and is_asked:
            title = gettext("Answer what a partner asks about the new version of “%(name)s”") % name
            yield NextStep(title, url, "measurement", put.due_on, partner, gettext("Answer"))
        elif answers:
            waiting.setdefault(put.pk, []).append(adoption)
    for adoptions in waiting.values():
        put, definition = adoptions[0].round, adoptions[0].round.definition
        url = reverse(
            "shared_measurement:adoption", args=[initiative.slug, definition.indicator.code, definition.number]
        )
        title = gettext("Adopt the new version of “%(name)s”, or ask") % {"name": picked(definition.names).text}
        yield NextStep(title, url, "measurement", put.due_on, verb=gettext("See"), who=_names(adoptions))


def _of_reporter(person: Person, initiative: Initiative) -> Iterator[NextStep]:
    mine = organisations_reported_for(person, initiative)
    if not mine:
        return
    owed = list(
        Submission.objects.filter(organisation__in=mine, round__initiative=initiative, round__state=Round.State.OPEN)
        .exclude(state=Submission.State.ACCEPTED)
        .select_related("round", "organisation")
        .order_by("due_on", "pk")
    )
    for submission in owed:
        submission.round.initiative = initiative
        name = picked(submission.round.names).text
        asked = fill_of(submission.round, [submission])[submission.pk]
        filled = sum(one.filled != "missing" for one in asked)
        returned = sum(one.filled == "returned" for one in asked)
        counts = {"filled": number_words(filled), "all": number_words(len(asked))}
        note = (
            ngettext("%(filled)s of %(all)s figure is in.", "%(filled)s of %(all)s figures are in.", len(asked))
            % counts
        )
        if len(mine) > 1:
            note = f"{picked(submission.organisation.names).text}. {note}"
        url = reverse(
            "shared_measurement:report",
            args=[initiative.slug, submission.round.number, submission.organisation_id],
        )
        states = Submission.State
        if submission.state == states.SUBMITTED:
            yield NextStep(
                gettext("Accept or return your report for %(round)s") % {"round": name},
                url,
                "measurement",
                submission.round.review_until,
                note,
                gettext("See"),
                gettext("The backbone team"),
            )
            continue
        if submission.state == states.RETURNED:
            title = ngettext(
                "Answer for a figure that came back: %(round)s",
                "Answer for %(count)s figures that came back: %(round)s",
                returned,
            ) % {"round": name, "count": returned}
            verb = gettext("Answer")
        elif submission.state == states.REPORTED and approves_for(person, initiative, submission.organisation):
            title, verb = gettext("Hand in the report for %(round)s") % {"round": name}, gettext("Look through")
        elif submission.state == states.REPORTED:
            title, verb = gettext("Finish the report for %(round)s") % {"round": name}, gettext("Go on")
        else:
            title, verb = gettext("Report for %(round)s") % {"round": name}, gettext("Begin")
        yield NextStep(title, url, "measurement", submission.due_on, note, verb)


def _of_questions(person: Person, initiative: Initiative) -> Iterator[NextStep]:
    """Values that look odd: the partner says a word about each, the backbone team decides."""
    mine = organisations_reported_for(person, initiative)
    for one in questions_waiting(initiative, Flag.State.OPEN, mine) if mine else ():
        assert one.organisation is not None
        title = ngettext(
            "Answer a question about one value: %(round)s",
            "Answer questions about %(count)s values: %(round)s",
            one.count,
        ) % {"count": number_words(one.count), "round": picked(one.round.names).text}
        note = picked(one.organisation.names).text if len(mine) > 1 else ""
        args = [initiative.slug, one.round.number, one.organisation.pk]
        url = reverse("shared_measurement:report_quality", args=args)
        yield NextStep(title, url, "measurement", one.due_on, note, gettext("Answer"))
    for one in questions_waiting(initiative, Flag.State.ANSWERED) if can_review(person, initiative) else ():
        title = ngettext(
            "Decide about one value that a partner explained: %(round)s",
            "Decide about %(count)s values that partners explained: %(round)s",
            one.count,
        ) % {"count": number_words(one.count), "round": picked(one.round.names).text}
        url = reverse("shared_measurement:quality", args=[initiative.slug, one.round.number])
        yield NextStep(title, f"{url}?state=answered", "measurement", one.due_on, "", gettext("Decide"))


def _of_backbone(initiative: Initiative) -> Iterator[NextStep]:
    going_on = rounds.rounds(initiative).exclude(state=Round.State.CLOSED).order_by("due_on", "pk")
    for round in going_on:
        round.initiative = initiative
        name = picked(round.names).text
        url = reverse("shared_measurement:board", args=[initiative.slug, round.number])
        if round.state == Round.State.PLANNED:
            yield NextStep(
                gettext("Open the round %(round)s") % {"round": name},
                url,
                "measurement",
                round.opens_on,
                gettext("It is planned; partners are told when you open it."),
                gettext("Look through"),
            )
            continue
        board = rounds.board(round)
        waiting, late = board.in_state(Submission.State.SUBMITTED), board.in_state("late")
        others = [row for row in board.of(rounds.PARTNER) if row.state != "late"]
        if late:
            reminded = max((row.submission.reminded_on for row in late if row.submission.reminded_on), default=None)
            note = _names(late)
            if reminded is not None:
                note = gettext("%(names)s. A reminder went out on %(day)s.") % {
                    "names": note,
                    "day": day_words(reminded),
                }
            yield NextStep(
                ngettext("One partner has not reported", "%(count)s partners have not reported", len(late))
                % {"count": len(late)},
                f"{url}?state=late",
                "measurement",
                min(row.submission.due_on for row in late),
                note,
                gettext("See who"),
            )
        if waiting:
            explained = sum(row.explained for row in waiting)
            note = _names(waiting)
            if explained:
                words = ngettext("One explained warning to read.", "%(count)s explained warnings to read.", explained)
                note = f"{note}. {words % {'count': explained}}"
            yield NextStep(
                ngettext("Accept or return one report", "Accept or return %(count)s reports", len(waiting))
                % {"count": len(waiting)},
                f"{url}?state=submitted",
                "measurement",
                round.review_until,
                note,
                gettext("Read"),
            )
        if others:
            yield NextStep(
                gettext("Report for %(round)s") % {"round": name},
                url,
                "measurement",
                min((row.by_when for row in others if row.by_when), default=None),
                verb=gettext("See"),
                who=_names(others),
            )
        if not board.of(rounds.BACKBONE) and not board.of(rounds.PARTNER):
            yield NextStep(
                gettext("Close the round %(round)s") % {"round": name},
                url,
                "measurement",
                note=gettext("Everything is accepted."),
                verb=gettext("Look through"),
            )


def _names(rows: Sequence[rounds.BoardRow | Adoption]) -> str:
    """The partners by name; where there are many, the first and how many more."""
    names = [picked(row.organisation.names).text for row in rows[:_MOST_NAMES]]
    text = list_words(names)
    more = len(rows) - len(names)
    if more:
        words = ngettext("%(names)s and one more", "%(names)s and %(count)s more", more)
        text = words % {"names": text, "count": number_words(more)}
    return text
