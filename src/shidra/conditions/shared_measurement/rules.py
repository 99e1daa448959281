"""May this person do this in shared measurement, now?"""

from __future__ import annotations

from shidra.conditions.shared_measurement.models import Release, Round, Submission, Upload
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.rules import approves_for, is_backbone, is_steward, reports_for
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person


def can_edit_dictionary(person: Person, initiative: Initiative) -> bool:
    return is_backbone(person, initiative)


def can_publish_definition(person: Person, initiative: Initiative) -> bool:
    return is_steward(person, initiative)


def can_run_rounds(person: Person, initiative: Initiative) -> bool:
    return is_backbone(person, initiative)


def can_report(person: Person, initiative: Initiative, organisation: Organisation) -> bool:
    """The partner's own people; the backbone may enter values for a partner that asks it to (the audit says who did)."""
    return reports_for(person, initiative, organisation) or is_backbone(person, initiative)


def can_see_values_of(person: Person, initiative: Initiative, organisation: Organisation) -> bool:
    """A partner's rows are private to it and the backbone."""
    return reports_for(person, initiative, organisation) or is_backbone(person, initiative)


def can_see_upload(person: Person, upload: Upload) -> bool:
    if upload.organisation is None:
        return is_backbone(person, upload.initiative)
    return can_see_values_of(person, upload.initiative, upload.organisation)


def can_submit(person: Person, submission: Submission) -> bool:
    """The partner's approver, while the round is open and there is something new to hand in."""
    return (
        submission.round.state == Round.State.OPEN
        and submission.state in (Submission.State.REPORTED, Submission.State.RETURNED)
        and approves_for(person, submission.round.initiative, submission.organisation)
    )


def can_review(person: Person, initiative: Initiative) -> bool:
    return is_backbone(person, initiative)


def can_preview_release(person: Person, initiative: Initiative) -> bool:
    return is_backbone(person, initiative)


def can_publish_release(person: Person, release: Release) -> bool:
    return release.state == Release.State.DRAFT and is_steward(person, release.initiative)
