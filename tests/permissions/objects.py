"""Something for every argument of an address, in an initiative and in its neighbour.

A new argument of a url needs an entry here: `<namespace>:<argument>`, or `<name of the url>.<argument>` where the same
argument means something else at one address. What lies in the neighbour must not exist in the initiative.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django_scopes import scope

from shidra.commons.atlas.models import Arrival, Feed, Keeper, ListingFile, Proposal
from shidra.conditions.common_agenda.models import CommonAgenda, Outcome, OutcomeStatement
from shidra.conditions.shared_measurement.models import (
    Adoption,
    AdoptionRound,
    Agreement,
    Annotation,
    Batch,
    CurvePartner,
    Definition,
    Dimension,
    Expectation,
    Gap,
    Group,
    Indicator,
    IndicatorSet,
    Observation,
    OutsideFigure,
    PhaseStart,
    ReferenceValue,
    Round,
    Scenario,
    Series,
    Submission,
    Upload,
)
from shidra.foundation.files.storing import store
from shidra.foundation.initiatives.invitations import LASTS
from shidra.foundation.initiatives.models import Initiative, Invitation, Membership, Partnership, PastName
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
from shidra.foundation.places.models import Place
from shidra.kernel import clock
from tests.atlas import content, listing
from tests.pages.public import documents
from tests.world import World


def objects_here(world: World) -> dict[str, Any]:
    """What the addresses of the world's initiative name."""
    with scope(initiative=world.initiative):
        return _objects(world.initiative, world.organisation, world.steward, world.city, "ours", 1)


def objects_next_door(world: World) -> dict[str, Any]:
    """What the addresses of the neighbour name."""
    with scope(initiative=world.other):
        organisation = world.other_partner.organisation
        return _objects(world.other, organisation, world.other_steward, world.other_place, "theirs", 77)


def objects_of_the_desk() -> dict[str, Any]:
    """What the addresses of the atlas's desk name."""
    one, other = (listing(f"Listing {word}", parts=[{"names": {"en": f"Body {word}"}}]) for word in ("one", "other"))
    bodies = [made.parts.get().body_id for made in (one, other)]
    feed = Feed.objects.create(address="https://other.example/feed.json", added_at=clock.now())
    arrived = Arrival.objects.create(
        feed=feed,
        uid="x",
        content={"names": {"en": "Arrived"}},
        digest="x",
        first_seen_at=clock.now(),
        seen_at=clock.now(),
    )
    keeper = Keeper.objects.create(listing=one, email="keeper@example.org", language="en", since=clock.now())
    asked = Proposal.objects.create(
        kind="new", state="waiting", content={**content("New").to_json(), "facts": ["names"]}, source="A report",
        email="proposer@example.org", language="en", token_hash="x", made_at=clock.now(), confirmed_at=clock.now(),
    )  # fmt: skip
    sent = ListingFile.objects.create(
        name="a.csv", read_at=clock.now(), state="previewed", columns={"known": {"name": "name"}}
    )
    sent.rows.create(number=2, cells={"name": "A"}, outcome="new")
    return {
        "atlas_desk:feed": feed.pk, "atlas_desk:arrival": arrived.pk, "atlas_desk:file": sent.pk, "atlas_desk:row": 2,
        "atlas_desk:body": bodies[0], "atlas_desk:keep": bodies[0], "atlas_desk:drop": bodies[1],
        "atlas_desk:listing": one.pk, "atlas_desk:keeper": keeper.pk, "atlas_desk:proposal": asked.pk,
    }  # fmt: skip


def _objects(
    initiative: Initiative, organisation: Organisation, steward: Person, place: Place, word: str, number: int
) -> dict[str, Any]:
    now = clock.now()
    invitation = Invitation.objects.create(
        initiative=initiative, email=f"{word}@example.org", language="en", role="reporter", organisation=organisation,
        token_hash=word, invited_by=steward, invited_at=now, expires_at=now + LASTS,
    )  # fmt: skip
    own_place = Place.objects.create(tenant=initiative.pk, code=f"{word}-place", names={"en": word}, kind="site")
    agendas = [
        CommonAgenda.objects.create(
            initiative=initiative, number=number + step, state="published", published_at=now, problem={"en": word}
        )
        for step in (0, 1)
    ]
    draft = CommonAgenda.objects.create(
        initiative=initiative, number=number + 2, problem={"en": word}, goal={"en": word}
    )
    outcome = Outcome.objects.create(initiative=initiative, code=f"{word}-outcome")
    OutcomeStatement.objects.create(agenda=draft, outcome=outcome, text={"en": word})

    indicator = Indicator.objects.create(initiative=initiative, code=f"{word}-indicator")
    definition = Definition.objects.create(
        indicator=indicator, number=1, names={"en": word}, state="published", published_at=now
    )
    Definition.objects.create(indicator=indicator, number=2, names={"en": word})
    dimension = Dimension.objects.create(initiative=initiative, code=f"{word}-dimension", names={"en": word})
    reference = ReferenceValue.objects.create(indicator=indicator, kind="target", period="2025", amount=5)
    round_ = Round.objects.create(
        initiative=initiative, number=number, names={"en": word}, state="open", periods=["2025"], opened_at=now,
        opens_on=date(2026, 1, 1), due_on=date(2026, 12, 1), review_until=date(2026, 12, 31),
    )  # fmt: skip
    submission = Submission.objects.create(round=round_, organisation=organisation, due_on=round_.due_on)
    Expectation.objects.create(submission=submission, definition=definition, period="2025", place=place)
    upload = Upload.objects.create(
        initiative=initiative, organisation=organisation, round=round_, file=store([word.encode()]), name=f"{word}.csv",
        uploaded_by=steward, uploaded_at=now, state="refused", ended_at=now,
    )  # fmt: skip
    told = documents.document(f"{word}-released", place, [documents.figure("2025", "12")])
    released = documents.release(initiative, [told], number=number)
    group, _new = Group.objects.get_or_create(initiative=initiative, key="")
    series = Series.objects.create(definition=definition, organisation=organisation, place=place, group=group)
    batch = Batch.objects.create(
        initiative=initiative,
        organisation=organisation,
        source="form",
        created_at=now,
        taken_at=now,
        taken_order=number,
    )
    value = Observation.objects.create(batch=batch, series=series, period="2025", value=12)
    girls, _new = Group.objects.get_or_create(initiative=initiative, key=f"sex={word}")
    agreement = Agreement.objects.create(
        initiative=initiative, number=number, names={"en": word}, state="proposed", proposed_at=now,
        starts_on=date(2026, 1, 1),
    )  # fmt: skip
    adopted = Indicator.objects.create(initiative=initiative, code=f"{word}-adopted")
    versions = [
        Definition.objects.create(
            indicator=adopted, number=number + step, names={"en": word}, state="published", published_at=now
        )
        for step in (0, 1)
    ]
    put = AdoptionRound.objects.create(
        definition=versions[1], why={"en": word}, due_on=date(2026, 12, 1), opened_at=now
    )
    Adoption.objects.create(round=put, organisation=organisation)
    indicator_set = IndicatorSet.objects.create(initiative=initiative, code=f"{word}-set", names={"en": word})
    beside = {
        "phase": PhaseStart.objects.create(indicator=indicator, period="2024", decided_at=now),
        "partner": CurvePartner.objects.create(indicator=indicator, organisation=organisation),
        "event": Annotation.objects.create(indicator=indicator, on=date(2025, 5, 1), made_at=now),
        "scenario": Scenario.objects.create(indicator=indicator, points=[["2027", "5"]], made_at=now),
        "gap": Gap.objects.create(indicator=indicator, group=girls, reference=group),
    }
    return {
        **{f"shared_measurement:take_{kind}.pk": one.pk for kind, one in beside.items()},
        "initiatives:past_name": PastName.objects.create(initiative=initiative, names={"en": word}).pk,
        "initiatives:organisation": organisation.pk,
        "initiatives:place": own_place.pk,
        "initiatives:partnership": Partnership.objects.get(organisation=organisation).pk,
        "initiatives:membership": Membership.objects.filter(organisation=organisation).order_by("pk")[0].pk,
        "initiatives:invitation": invitation.pk,
        "common_agenda:number": agendas[0].number,
        "common_agenda:old": agendas[0].number,
        "common_agenda:new": agendas[1].number,
        "common_agenda:code": outcome.code,
        **{
            f"shared_measurement:{name}.number": agreement.number
            for name in ("agreement", "edit_agreement", "propose_agreement", "answer_agreement")
        },
        **{
            f"shared_measurement:{name}.{argument}": value
            for name in ("adoption", "stop_adoption", "act_on_adoption")
            for argument, value in (("code", adopted.code), ("number", versions[1].number))
        },
        "shared_measurement:edit_set.code": indicator_set.code,
        "shared_measurement:remove_set.code": indicator_set.code,
        "shared_measurement:code": indicator.code,
        "shared_measurement:dimension.code": dimension.code,
        "shared_measurement:reference": reference.pk,
        "shared_measurement:number": round_.number,
        "shared_measurement:organisation": organisation.pk,
        "shared_measurement:pk": upload.pk,
        "shared_measurement:release.number": released.number,
        "shared_measurement:trace_figure.number": released.number,
        "shared_measurement:trace_figure.code": f"{word}-released",
        "shared_measurement:trace_value.pk": value.pk,
        "shared_measurement:figure": OutsideFigure.objects.create(
            indicator=indicator, period="2025", place=place, group=group, amount=11, source=word, added_at=now
        ).pk,
    }
