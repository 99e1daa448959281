"""What the backbone still has to settle about the initiative itself."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from shidra.foundation.initiatives.models import Initiative, Role
from shidra.foundation.initiatives.next_steps import NextStep
from shidra.foundation.initiatives.queries import memberships, open_invitations, partners, people_in_role, today_in
from shidra.foundation.initiatives.rules import is_steward
from shidra.foundation.look.formats import picked
from shidra.foundation.people.models import Person
from shidra.kernel import clock


def settings_steps(person: Person, initiative: Initiative) -> list[NextStep]:
    """Partners without people, invitations that nobody answered: a steward's next steps."""
    if not is_steward(person, initiative) or initiative.status == Initiative.Status.CLOSED:
        return []
    at = [initiative.slug]
    steps = []
    known = list(partners(initiative, today_in(initiative)))
    if not known:
        steps.append(
            NextStep(
                gettext("Add the partners"),
                reverse("initiatives:new_partner", args=at),
                "",
                note=gettext("An initiative begins with the organisations that take part."),
                verb=gettext("Add a partner"),
            )
        )
    reporting = set(
        memberships(initiative)
        .filter(role__in=[Role.REPORTER, Role.APPROVER], ends_on=None, organisation__in=known)
        .values_list("organisation_id", flat=True)
    )
    invited = {invitation.organisation_id for invitation in open_invitations(initiative)}
    for organisation in known:
        if organisation.pk not in reporting and organisation.pk not in invited:
            steps.append(
                NextStep(
                    gettext("Invite somebody from %(organisation)s")
                    % {"organisation": picked(organisation.names).text},
                    f"{reverse('initiatives:invite', args=at)}?organisation={organisation.pk}",
                    "",
                    note=gettext("Nobody reports for this partner yet."),
                    verb=gettext("Invite"),
                )
            )
    unanswered = sum(invitation.expires_at < clock.now() for invitation in open_invitations(initiative))
    if unanswered:
        steps.append(
            NextStep(
                ngettext(
                    "%(count)s invitation ran out unanswered", "%(count)s invitations ran out unanswered", unanswered
                )
                % {"count": unanswered},
                reverse("initiatives:people", args=at),
                "",
                verb=gettext("Look at them"),
            )
        )
    if not people_in_role(initiative, Role.ANALYST).exists() and people_in_role(initiative, Role.STEWARD).count() < 2:
        steps.append(
            NextStep(
                gettext("Invite a second person of the backbone"),
                reverse("initiatives:invite", args=at),
                "",
                note=gettext("Should the only steward be away, nobody could act."),
                verb=gettext("Invite"),
            )
        )
    return steps
