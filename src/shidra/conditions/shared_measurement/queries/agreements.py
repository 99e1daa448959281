"""Who agreed to what, and whose figures a person may therefore see beside others'."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import (
    Agreement,
    AgreementAnswer,
    Definition,
    Indicator,
    Release,
    ReleasedIndicator,
)
from shidra.conditions.shared_measurement.queries.reports import organisations_reported_for
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.queries import partners, today_in
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
from shidra.methods.disclosure import LEAST_THRESHOLD

LEAST_TOGETHER = 3  # partners behind a figure that is shown as theirs together: of two, each could tell the other's


@dataclass(frozen=True, slots=True)
class Word:
    """Where one partner stands on an agreement; `answer` is None while it has said nothing, or took its word back."""

    organisation: Organisation
    answer: AgreementAnswer | None
    earlier: tuple[AgreementAnswer, ...] = ()


def agreements(initiative: Initiative, *, with_drafts: bool) -> QuerySet[Agreement]:
    """The agreements of an initiative, newest first; drafts are the backbone's own."""
    found = Agreement.objects.filter(initiative=initiative).prefetch_related("indicators", "answers__organisation")
    return found if with_drafts else found.exclude(state=Agreement.State.DRAFT)


def waiting_for_word(initiative: Initiative, organisation_ids: Iterable[int]) -> list[Agreement]:
    """The agreements put to partners on which one of these organisations has said nothing yet. Two queries."""
    own = set(organisation_ids)
    if not own:
        return []
    asked = Agreement.objects.filter(initiative=initiative, state=Agreement.State.PROPOSED).prefetch_related("answers")
    return [
        agreement
        for agreement in asked.order_by("number")
        if own - {answer.organisation_id for answer in agreement.answers.all()}
    ]


def words_on(agreement: Agreement) -> list[Word]:
    """Every partner's word, and the words of former partners. Two queries."""
    answers = list(agreement.answers.select_related("organisation", "answered_by").order_by("-answered_on", "-pk"))
    by_partner: dict[int, list[AgreementAnswer]] = {}
    for answer in answers:
        by_partner.setdefault(answer.organisation_id, []).append(answer)
    present = {one.pk: one for one in partners(agreement.initiative)}
    organisations = present | {one.organisation_id: one.organisation for one in answers}
    return [
        Word(
            organisation,
            next((one for one in by_partner.get(pk, ()) if one.revoked_on is None), None),
            tuple(one for one in by_partner.get(pk, ()) if one.revoked_on is not None),
        )
        for pk, organisation in organisations.items()
    ]


def in_force(initiative: Initiative, indicator: Indicator, on: date) -> QuerySet[Agreement]:
    """The agreements about an indicator that hold on a day."""
    return (
        Agreement.objects.filter(initiative=initiative, starts_on__lte=on)
        .exclude(state=Agreement.State.DRAFT)
        .filter(Q(ends_on=None) | Q(ends_on__gt=on))
        .filter(Q(indicators=None) | Q(indicators=indicator))
        .distinct()
        .order_by("number")
    )


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """One partner's figure for one period. `organisation` is None where it stands under its code or together."""

    period: str
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None
    organisation: Organisation | None
    code: str = ""
    is_own: bool = False
    is_protected: bool = False  # too few people for others to see: it has no numbers


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a person may see of the partners behind an indicator's figures in a release, period by period.

    `withheld` are periods in which showing the others would give away the one partner that did not agree.
    """

    rows: dict[str, list[PartnerRow]] = field(default_factory=dict)
    withheld: set[str] = field(default_factory=set)
    together: dict[str, int] = field(default_factory=dict)  # how many partners reported in a period
    versions: dict[str, int] = field(default_factory=dict)  # by which version of the definition a period is compared
    agreements: tuple[Agreement, ...] = ()


def comparison(person: Person, initiative: Initiative, release: Release, indicator: Indicator) -> Comparison:
    """The partners' figures that this person may see beside the total: its own, and those of partners whose agreement
    reaches this person today. The backbone sees all by its part in review. A fixed number of queries.

    Only figures of one version of the definition are held beside each other: in each period that by which most partners
    reported, or else the newer. Rows are never in the order of their values: own first, then by code; a page orders
    names in the reader's language.
    """
    stored = ReleasedIndicator.objects.filter(release=release, indicator=indicator).first()
    if stored is None:
        return Comparison()
    own = organisations_reported_for(person, initiative)
    sees_all = rules.can_review(person, initiative)
    shown_as, held = _shown_as(initiative, indicator, own)
    definitions = {one.number: one for one in indicator.definitions.filter(state=Definition.State.PUBLISHED)}
    threshold = max(initiative.disclosure_threshold, LEAST_THRESHOLD)
    by_version: dict[str, dict[int, list[list[object]]]] = {}
    for row in stored.partners:
        by_version.setdefault(str(row[1]), {}).setdefault(int(row[0]), []).append(row)
    names = {
        one.pk: one for one in Organisation.objects.filter(pk__in={row[2] for row in stored.partners}).order_by("pk")
    }
    result = Comparison(agreements=tuple(held))
    for period, versions in by_version.items():
        number = max(versions, key=lambda one: (len(versions[one]), one))
        rows, definition, result.versions[period] = versions[number], definitions.get(number), number
        reporting = {int(str(row[2])) for row in rows}
        result.together[period] = len(reporting)
        visible = reporting if sees_all else reporting & (own | shown_as.keys())
        hidden = reporting - visible
        if len(hidden) == 1 and visible - own:
            # The total is public: with all others known, it would tell the one that did not agree.
            result.withheld.add(period)
            visible = visible & own
        shown = []
        for row in rows:
            pk = int(str(row[2]))
            if pk not in visible or pk not in names:
                continue
            named, code = (True, "") if pk in own or sees_all else shown_as[pk]
            numerator, denominator, value = (None if part is None else Decimal(str(part)) for part in row[3:6])
            whose = names[pk] if named else None
            if not sees_all and pk not in own and _is_small((numerator, denominator, value), definition, threshold):
                shown.append(PartnerRow(period, None, None, None, whose, code, is_protected=True))
            else:
                shown.append(PartnerRow(period, numerator, denominator, value, whose, code, pk in own))
        result.rows[period] = sorted(shown, key=lambda one: (not one.is_own, one.code))
    return result


def _is_small(
    parts: tuple[Decimal | None, Decimal | None, Decimal | None], definition: Definition | None, threshold: int
) -> bool:
    """Whether the figure counts fewer people than may be shown, or leaves fewer on the other side."""
    if definition is None or not definition.is_protected:
        return False
    numerator, denominator, value = parts
    counts = [value] if not definition.has_parts else [numerator, denominator]
    if numerator is not None and denominator is not None:
        counts.append(denominator - numerator)
    return any(count is not None and 0 < count < threshold for count in counts)


def _shown_as(
    initiative: Initiative, indicator: Indicator, own: set[int]
) -> tuple[dict[int, tuple[bool, str]], list[Agreement]]:
    """Organisation -> (by name?, code), for those whose agreement reaches a person of the organisations `own`."""
    today = today_in(initiative)
    held = list(in_force(initiative, indicator, today).prefetch_related("answers"))
    shown: dict[int, tuple[bool, str]] = {}
    for agreement in held:
        agreed = {
            answer.organisation_id: answer.code
            for answer in agreement.answers.all()
            if answer.verdict == AgreementAnswer.Verdict.AGREED and answer.revoked_on is None
        }
        reaches = agreement.audience == Agreement.Audience.MEMBERS or bool(own & agreed.keys())
        if not reaches or agreement.form == Agreement.Form.AGGREGATE:
            continue
        for pk, code in agreed.items():
            if agreement.form == Agreement.Form.NAMED:
                shown[pk] = (True, "")
            else:
                shown.setdefault(pk, (False, code))
    return shown, held
