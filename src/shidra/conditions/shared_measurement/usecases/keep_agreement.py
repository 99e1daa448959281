"""Data-sharing agreements: the backbone writes and proposes one, each partner's approver gives and may revoke its word."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.letters import tell_agreement_proposed
from shidra.conditions.shared_measurement.models import Agreement, AgreementAnswer, Indicator
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.queries import today_in
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # without those that look like digits


@transaction.atomic
def draft_agreement(
    *,
    by: Person,
    initiative: Initiative,
    names: Mapping[str, str],
    purpose: Mapping[str, str],
    form: str,
    audience: str,
    starts_on: date,
    ends_on: date | None,
    indicators: Iterable[Indicator] = (),
    agreement: Agreement | None = None,
) -> Agreement:
    """Write a draft, or word an existing one anew (`agreement`). Without indicators it is about all.

    Raises NotAllowed, RuleBroken(`agreement_fixed`, `agreement_ends_before`).
    """
    demand(rules.can_write_agreement(by, initiative))
    if ends_on is not None and ends_on <= starts_on:
        raise RuleBroken("agreement_ends_before", gettext_noop("It cannot end before it has begun."), field="ends_on")
    Initiative.objects.select_for_update().get(pk=initiative.pk)
    if agreement is None:
        last = Agreement.objects.filter(initiative=initiative).aggregate(last=Max("number"))["last"] or 0
        agreement = Agreement(initiative=initiative, number=last + 1)
    elif agreement.state != Agreement.State.DRAFT:
        raise RuleBroken(
            "agreement_fixed",
            gettext_noop("Partners answer to these very words, so they stay. Write another agreement instead."),
        )
    agreement.names, agreement.purpose = dict(names), dict(purpose)
    agreement.form, agreement.audience = form, audience
    agreement.starts_on, agreement.ends_on = starts_on, ends_on
    agreement.save()
    chosen = list(indicators)
    agreement.indicators.set(chosen)
    record(
        by=by, verb="draft_agreement", subject=agreement, initiative=initiative,
        after=_said(agreement) | {"indicators": [one.code for one in chosen]},
    )  # fmt: skip
    return agreement


@transaction.atomic
def propose_agreement(*, by: Person, agreement: Agreement) -> Agreement:
    """Put it to the partners: from now on its words are fixed, and each partner's approvers are written to.

    Raises NotAllowed, RuleBroken(`agreement_fixed`).
    """
    locked = Agreement.objects.select_for_update().get(pk=agreement.pk)
    locked.initiative = agreement.initiative
    demand(rules.can_propose_agreement(by, locked.initiative))
    if locked.state != Agreement.State.DRAFT:
        raise RuleBroken("agreement_fixed", gettext_noop("It was proposed already."))
    locked.state, locked.proposed_at, locked.proposed_by = Agreement.State.PROPOSED, clock.now(), by
    locked.save(update_fields=["state", "proposed_at", "proposed_by"])
    record(by=by, verb="propose_agreement", subject=locked, initiative=locked.initiative, after=_said(locked))
    tell_agreement_proposed(agreement=locked)
    return locked


@transaction.atomic
def answer_agreement(*, by: Person, agreement: Agreement, organisation: Organisation, verdict: str) -> AgreementAnswer:
    """A partner agrees or declines; a later word takes the place of an earlier one, which stays on record.

    Raises NotAllowed, RuleBroken(`agreement_not_open`, `agreement_same_word`).
    """
    locked = Agreement.objects.select_for_update().get(pk=agreement.pk)
    locked.initiative = agreement.initiative
    demand(rules.can_answer_agreement(by, locked.initiative, organisation))
    if locked.state != Agreement.State.PROPOSED:
        raise RuleBroken("agreement_not_open", gettext_noop("This agreement is not open to partners."))
    today = today_in(locked.initiative)
    held = AgreementAnswer.objects.filter(agreement=locked, organisation=organisation, revoked_on=None).first()
    if held is not None and held.verdict == verdict:
        raise RuleBroken("agreement_same_word", gettext_noop("That is what your organisation has said already."))
    if held is not None:
        held.revoked_on, held.revoked_by = today, by
        held.save(update_fields=["revoked_on", "revoked_by"])
    made = AgreementAnswer.objects.create(
        agreement=locked, organisation=organisation, verdict=verdict, answered_on=today, answered_by=by,
        code=_code(locked, organisation),
    )  # fmt: skip
    record(
        by=by, verb="answer_agreement", subject=locked, initiative=locked.initiative,
        before=held and {"verdict": held.verdict}, after={"organisation": organisation.pk, "verdict": verdict},
    )  # fmt: skip
    return made


@transaction.atomic
def revoke_agreement(*, by: Person, agreement: Agreement, organisation: Organisation) -> None:
    """Take a word back: from today nothing of the partner is shown under the agreement any more.

    What others saw until now cannot be taken back. Raises NotAllowed, RuleBroken(`agreement_no_word`).
    """
    demand(rules.can_answer_agreement(by, agreement.initiative, organisation))
    held = (
        AgreementAnswer.objects.select_for_update()
        .filter(agreement=agreement, organisation=organisation, revoked_on=None, verdict=AgreementAnswer.Verdict.AGREED)
        .first()
    )
    if held is None:
        raise RuleBroken("agreement_no_word", gettext_noop("Your organisation has not agreed to this."))
    held.revoked_on, held.revoked_by = today_in(agreement.initiative), by
    held.save(update_fields=["revoked_on", "revoked_by"])
    record(
        by=by, verb="revoke_agreement", subject=agreement, initiative=agreement.initiative,
        before={"organisation": organisation.pk, "verdict": held.verdict},
    )  # fmt: skip


@transaction.atomic
def end_agreement(*, by: Person, agreement: Agreement) -> Agreement:
    """End an agreement for everybody, from today. Raises NotAllowed, RuleBroken(`agreement_not_open`)."""
    demand(rules.can_propose_agreement(by, agreement.initiative))
    locked = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if locked.state != Agreement.State.PROPOSED:
        raise RuleBroken("agreement_not_open", gettext_noop("This agreement is not open to partners."))
    today = today_in(agreement.initiative)
    locked.state, locked.ends_on = Agreement.State.ENDED, max(today, locked.starts_on)
    locked.save(update_fields=["state", "ends_on"])
    record(
        by=by, verb="end_agreement", subject=locked, initiative=agreement.initiative, after={"ends_on": locked.ends_on}
    )
    return locked


def _code(agreement: Agreement, organisation: Organisation) -> str:
    """A short code that says nothing of who it is: drawn by lot, and the same for one partner through all its words."""
    known = AgreementAnswer.objects.filter(agreement=agreement).values_list("organisation_id", "code")
    mine = next((code for pk, code in known if pk == organisation.pk), "")
    if mine:
        return mine
    taken = {code for _pk, code in known}
    while (code := "".join(secrets.choice(_LETTERS) for _ in range(3))) in taken:
        pass
    return code


def _said(agreement: Agreement) -> dict[str, Any]:
    return {
        "number": agreement.number,
        "names": agreement.names,
        "form": agreement.form,
        "audience": agreement.audience,
        "starts_on": agreement.starts_on,
        "ends_on": agreement.ends_on,
    }
