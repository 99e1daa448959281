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


def can_edit_curve(person: Person, initiative: Initiative) -> bool:
    return is_backbone(person, initiative)


def can_add_scenario(person: Person, initiative: Initiative, organisation: Organisation | None) -> bool:
    """A partner's own people for the partner; the backbone for all, and for itself."""
    if organisation is not None and reports_for(person, initiative, organisation):
        return True
    return is_backbone(person, initiative)


def can_write_agreement(person: Person, initiative: Initiative) -> bool:
    return is_backbone(person, initiative)


def can_propose_agreement(person: Person, initiative: Initiative) -> bool:
    return is_steward(person, initiative)


def can_answer_agreement(person: Person, initiative: Initiative, organisation: Organisation) -> bool:
    """Only the partner's own approver gives its word: nobody can give it in its place."""
    return approves_for(person, initiative, organisation)


def can_adopt_definition(person: Person, initiative: Initiative, organisation: Organisation) -> bool:
    """The partner's own approver says by which version it reports."""
    return approves_for(person, initiative, organisation)


def can_ask_about_definition(person: Person, initiative: Initiative, organisation: Organisation) -> bool:
    return reports_for(person, initiative, organisation)


def can_answer_about_definition(person: Person, initiative: Initiative) -> bool:
    return is_backbone(person, initiative)


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


def can_ask_backbone(person: Person, upload: Upload) -> bool:
    """The partner's own people ask; whoever is of the backbone team would ask themselves."""
    return (
        upload.organisation is not None
        and reports_for(person, upload.initiative, upload.organisation)
        and not is_backbone(person, upload.initiative)
    )


def can_answer_partner(person: Person, upload: Upload) -> bool:
    """Somebody of the backbone team answers, while the file waits for that."""
    return upload.state == Upload.State.REFERRED and is_backbone(person, upload.initiative)


def can_withdraw(person: Person, upload: Upload) -> bool:
    """Until its values are being taken in; afterwards a corrected file takes their place."""
    return (
        upload.state not in (Upload.State.TAKING, Upload.State.TAKEN, Upload.State.WITHDRAWN)
        and upload.organisation is not None
        and can_report(person, upload.initiative, upload.organisation)
    )


def can_bring_back(person: Person, upload: Upload) -> bool:
    """A withdrawn file, while its round can still take values."""
    return (
        upload.state == Upload.State.WITHDRAWN
        and (upload.round is None or upload.round.state == Round.State.OPEN)
        and upload.organisation is not None
        and can_report(person, upload.initiative, upload.organisation)
    )


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


def can_set_protection(person: Person, initiative: Initiative) -> bool:
    """What is kept back, and which figures should rather stay."""
    return is_steward(person, initiative)


def can_set_quality(person: Person, initiative: Initiative) -> bool:
    """What is odd enough to be asked about, and what other sources say."""
    return is_backbone(person, initiative)
