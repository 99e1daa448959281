"""Letters of a round: opened, another date, reminders before, on and after it, handed in, accepted, returned; and of
a file whose partner asks the backbone team; of agreements, and of definitions that partners adopt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django_scopes import scope

from shidra.conditions.shared_measurement.models import (
    Adoption,
    AdoptionMessage,
    AdoptionRound,
    Agreement,
    Review,
    Round,
    Submission,
    Upload,
)
from shidra.conditions.shared_measurement.queries.reports import OWED, returned_values
from shidra.foundation.initiatives.models import Initiative, Membership, Role
from shidra.foundation.initiatives.queries import current, people_in_role
from shidra.foundation.look.formats import picked
from shidra.foundation.mail.writing import words_of_letter, write_letter
from shidra.foundation.people.models import Person
from shidra.kernel import clock


def remind(*, submission: Submission, about: str) -> int:
    """Remind a partner of its date; `about` names the reminder (before, on, after), which is written once."""
    days = (clock.today(submission.round.initiative.time_zone) - submission.due_on).days
    return _to_partners([submission], "reminder", f"{about}:{submission.due_on}", days=days)


def tell_round_opened(*, round: Round) -> int:
    """Tell every partner that is asked: what, until when, where."""
    with scope(initiative=round.initiative):
        return _to_partners(round.submissions.select_related("organisation", "round__initiative"), "round_opened", "")


def tell_asked(*, submission: Submission) -> int:
    """Tell a partner that what it is asked for changed after the round was opened."""
    initiative = submission.round.initiative
    with scope(initiative=initiative):
        count = submission.expectations.count()
        return _to_partners([submission], "asked_anew", f"{clock.now():%Y-%m-%dT%H:%M:%S.%f}", count=count)


def tell_date_changed(*, submission: Submission) -> int:
    """Tell the partner the date that was agreed with it."""
    with scope(initiative=submission.round.initiative):
        return _to_partners([submission], "date_changed", f"{clock.now():%Y-%m-%dT%H:%M:%S.%f}")


def tell_submitted(*, submission: Submission) -> int:
    """Tell the backbone that a report waits for it."""
    initiative = submission.round.initiative
    with scope(initiative=initiative):
        people = {p.pk: p for role in (Role.STEWARD, Role.ANALYST) for p in people_in_role(initiative, role)}
        key = f"report_submitted:{submission.pk}:{submission.submitted_at:%Y-%m-%dT%H:%M:%S.%f}"
        return sum(_write(person, submission, "report_submitted", key, {}) for person in people.values())


def tell_decided(*, submission: Submission, review: Review) -> int:
    """Tell the partner that its report was accepted, or which values came back and why; `review` is the last word."""
    with scope(initiative=submission.round.initiative):
        if submission.state == Submission.State.ACCEPTED:
            return _to_partners([submission], "report_accepted", str(review.pk))
        returned = list(
            returned_values(submission)
            .select_related("series__definition__indicator", "series__place", "review")
            .order_by("series__definition__indicator__order", "period", "series__place_id", "series__group_id")
        )
        return _to_partners([submission], "values_returned", str(review.pk), returned=returned)


def tell_questions_asked(*, submission: Submission, count: int) -> int:
    """Tell a partner that some of its values look odd, and that a word about each is wanted."""
    with scope(initiative=submission.round.initiative):
        return _to_partners([submission], "questions_asked", f"{clock.now():%Y-%m-%dT%H:%M:%S.%f}", count=count)


def people_written_to(*, submission: Submission) -> list[Person]:
    """Those who report for the partner today: who a letter about its report goes to."""
    return list(_people([submission])[submission.organisation_id].values())


def draft_to_partner(*, submission: Submission, by: Person) -> dict[str, tuple[str, str]]:
    """What a letter to a partner could say, for `by` to change: subject and text in each language that its people read."""
    initiative = submission.round.initiative
    days = (clock.today(initiative.time_zone) - submission.due_on).days
    context = _context(submission) | {"days": days, "url": ""}
    template = "reminder" if submission.state in OWED else "about_report"
    drafts = {}
    with scope(initiative=initiative):
        for language in dict.fromkeys(person.language for person in people_written_to(submission=submission)):
            subject, text = words_of_letter(
                template=f"shared_measurement/mail/{template}", context=context, language=language
            )
            with translation.override(language):
                drafts[language] = (subject, f"{text.strip()}\n\n{by}\n{picked(initiative.names).text}")
    return drafts


def written_to_partner(*, submission: Submission, words: dict[str, tuple[str, str]], occasion: str) -> int:
    """Write what somebody of the backbone team wrote, to each of the partner's people in their language; how many
    letters. None for an occasion on which it was sent before."""
    subjects = {language: subject for language, (subject, _text) in words.items()}
    texts = {language: text for language, (_subject, text) in words.items()}
    return _to_partners([submission], "written", occasion, subjects=subjects, texts=texts)


def tell_backbone_asked(*, upload: Upload) -> int:
    """Tell the backbone team that a partner asks what is what in its file, and waits."""
    with scope(initiative=upload.initiative):
        people = {p.pk: p for role in (Role.STEWARD, Role.ANALYST) for p in people_in_role(upload.initiative, role)}
        return sum(_about_file(person, upload, "backbone_asked", "asked_at") for person in people.values())


def tell_partner_answered(*, upload: Upload) -> int:
    """Tell those who report for the partner that its questions are answered, and that it goes on."""
    with scope(initiative=upload.initiative):
        members = Membership.objects.filter(
            current(),
            initiative=upload.initiative,
            role__in=[Role.REPORTER, Role.APPROVER],
            organisation=upload.organisation,
            person__is_active=True,
        )
        people = {member.person_id: member.person for member in members.select_related("person").order_by("pk")}
        return sum(_about_file(person, upload, "partner_answered", "answered_at") for person in people.values())


def tell_agreement_proposed(*, agreement: Agreement) -> int:
    """Tell those who can give their organisation's word that an agreement waits for it."""
    initiative = agreement.initiative
    with scope(initiative=initiative):
        approvers = Membership.objects.filter(
            current(), initiative=initiative, role=Role.APPROVER, person__is_active=True
        ).select_related("person", "organisation")
        written = 0
        for member in approvers.order_by("pk"):
            with translation.override(member.person.language):
                path = reverse("shared_measurement:agreement", args=[initiative.slug, agreement.number])
            letter = write_letter(
                to=member.person,
                template="shared_measurement/mail/agreement_proposed",
                initiative=initiative,
                key=f"agreement_proposed:{agreement.pk}:{member.person_id}",
                context={
                    "agreement": agreement,
                    "organisation": member.organisation,
                    "initiative": initiative,
                    "url": f"{settings.SITE_URL}{path}",
                },
            )
            written += letter is not None
        return written


def tell_adoption_opened(*, put: AdoptionRound) -> int:
    """Tell the people of each partner that it is asked to adopt a new version: what changes, why, by when."""
    rows = put.adoptions.select_related("organisation", "round__definition__indicator__initiative").order_by("pk")
    return sum(_about_adoption(one, "adoption_opened", "", _people_of_partner(one)) for one in rows)


def remind_of_adoption(*, adoption: Adoption) -> int:
    """Remind a partner that has neither adopted a new version nor asked; once."""
    return _about_adoption(adoption, "adoption_reminder", "", _people_of_partner(adoption))


def tell_adoption_asked(*, message: AdoptionMessage) -> int:
    """Tell the backbone team what a partner asks about a new version."""
    initiative = message.adoption.round.definition.indicator.initiative
    people = {p.pk: p for role in (Role.STEWARD, Role.ANALYST) for p in people_in_role(initiative, role)}
    return _about_adoption(message.adoption, "adoption_asked", message.pk, people.values(), message=message)


def tell_adoption_answered(*, message: AdoptionMessage) -> int:
    """Tell a partner what the backbone team answers about a new version."""
    people = _people_of_partner(message.adoption)
    return _about_adoption(message.adoption, "adoption_answered", message.pk, people, message=message)


def _people_of_partner(adoption: Adoption) -> list[Person]:
    initiative = adoption.round.definition.indicator.initiative
    found = {
        person.pk: person
        for role in (Role.REPORTER, Role.APPROVER)
        for person in people_in_role(initiative, role, adoption.organisation)
    }
    return list(found.values())


def _about_adoption(adoption: Adoption, template: str, occasion: object, people: Iterable[Person], **more: Any) -> int:
    definition = adoption.round.definition
    initiative = definition.indicator.initiative
    written = 0
    with scope(initiative=initiative):
        for person in people:
            with translation.override(person.language):
                path = reverse(
                    "shared_measurement:adoption", args=[initiative.slug, definition.indicator.code, definition.number]
                )
            letter = write_letter(
                to=person,
                template=f"shared_measurement/mail/{template}",
                initiative=initiative,
                key=f"{template}:{adoption.pk}:{occasion}:{person.pk}",
                context={
                    "definition": definition,
                    "round": adoption.round,
                    "organisation": adoption.organisation,
                    "initiative": initiative,
                    "url": f"{settings.SITE_URL}{path}",
                    **more,
                },
            )
            written += letter is not None
    return written


def _about_file(person: Person, upload: Upload, template: str, moment: str) -> int:
    referral = upload.mapping["referral"]
    with translation.override(person.language):
        path = reverse("shared_measurement:upload_mapping", args=[upload.initiative.slug, upload.pk])
    letter = write_letter(
        to=person,
        template=f"shared_measurement/mail/{template}",
        language=person.language,
        initiative=upload.initiative,
        key=f"{template}:{upload.pk}:{referral[moment]}:{person.pk}",
        context={
            "upload": upload,
            "organisation": upload.organisation,
            "round": upload.round,
            "submission": Submission.objects.filter(round=upload.round, organisation=upload.organisation).first(),
            "asked_by": Person.objects.filter(pk=referral["asked_by"]).first(),
            "answered_by": Person.objects.filter(pk=referral.get("answered_by")).first(),
            "words": referral.get("reply", "") if template == "partner_answered" else referral["words"],
            "count": len(referral["keys"]),
            "url": f"{settings.SITE_URL}{path}",
        },
    )
    return letter is not None


def _to_partners(submissions: Iterable[Submission], template: str, occasion: str, **more: Any) -> int:
    """Write to those who report for each partner, and note that it was written to today; how many letters."""
    asked = list(submissions)
    if not asked:
        return 0
    people = _people(asked)
    written = sum(
        _write(person, submission, template, f"{template}:{submission.pk}:{occasion}", more)
        for submission in asked
        for person in people[submission.organisation_id].values()
    )
    today = clock.today(asked[0].round.initiative.time_zone)
    told = [submission for submission in asked if people[submission.organisation_id]]
    Submission.objects.filter(pk__in=[submission.pk for submission in told]).update(told_on=today)
    for submission in told:
        submission.told_on = today
    return written


def _people(submissions: list[Submission]) -> dict[int, dict[int, Person]]:
    """Reporters and approvers of these partners today, by organisation and by person."""
    people: dict[int, dict[int, Person]] = defaultdict(dict)
    members = Membership.objects.filter(
        current(),
        initiative=submissions[0].round.initiative,
        role__in=[Role.REPORTER, Role.APPROVER],
        organisation__in=[submission.organisation_id for submission in submissions],
        person__is_active=True,
    )
    for member in members.select_related("person").order_by("pk"):
        people[member.organisation_id or 0][member.person_id] = member.person
    return people


def _write(person: Person, submission: Submission, template: str, key: str, more: dict[str, Any]) -> int:
    initiative: Initiative = submission.round.initiative
    with translation.override(person.language):
        path = reverse(
            "shared_measurement:report", args=[initiative.slug, submission.round.number, submission.organisation_id]
        )
    letter = write_letter(
        to=person,
        template=f"shared_measurement/mail/{template}",
        language=person.language,
        initiative=initiative,
        key=f"{key}:{person.pk}",
        context=_context(submission) | {"person": person, "url": f"{settings.SITE_URL}{path}", **more},
    )
    return letter is not None


def _context(submission: Submission) -> dict[str, Any]:
    return {
        "submission": submission,
        "round": submission.round,
        "organisation": submission.organisation,
        "initiative": submission.round.initiative,
    }
