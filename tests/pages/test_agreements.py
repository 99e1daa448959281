"""Agreements: whose word counts, from when until when, and what comparison then shows to whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django_scopes import scope

from shidra.conditions.shared_measurement.models import Agreement, AgreementAnswer, ReleasedIndicator
from shidra.conditions.shared_measurement.queries.agreements import comparison
from shidra.foundation.initiatives.queries import today_in
from shidra.foundation.mail.models import Letter
from shidra.kernel.clock import frozen_at, now
from tests.pages.public import documents
from tests.world import Partner, World, give_role, join, make_organisation, make_person, signed_in

SHARES = {0: ("30", "60"), 1: ("40", "80"), 2: ("5", "50"), 3: ("70", "90")}  # of partner: numerator, denominator


@pytest.fixture
def partners(world: World) -> list[Partner]:
    """Four partners with a figure each in release 1; the third one's is of few people."""
    with scope(initiative=world.initiative):
        found = list(world.partners)
        while len(found) < 4:
            name = f"partner {len(found)}"
            organisation = make_organisation(name, name, name)
            join(world.initiative, organisation)
            people = [make_person(f"{kind}{len(found)}@example.org") for kind in ("reporter", "approver")]
            for person, kind in zip(people, ("reporter", "approver"), strict=True):
                give_role(world.initiative, person, kind, organisation)
            found.append(Partner(organisation, *people))
        told = documents.document("readers", world.city, [documents.figure("2025", "51.8")])
        made = documents.release(world.initiative, [told])
        rows = [
            [1, "2025", found[at].organisation.pk, numerator, denominator, str(100 * int(numerator) / int(denominator))]
            for at, (numerator, denominator) in SHARES.items()
        ]
        ReleasedIndicator.objects.filter(release=made).update(partners=rows)
    return found


@pytest.fixture(autouse=True)
def _inside(world: World) -> Iterator[None]:
    with scope(initiative=world.initiative):
        yield


def at(name: str, *more: Any) -> str:
    return reverse(f"shared_measurement:{name}", args=["first-steps", *more])


def agree(world: World, *partners: Partner, **terms: Any) -> Agreement:
    made = Agreement.objects.create(
        initiative=world.initiative, number=Agreement.objects.count() + 1, state="proposed", proposed_at=now(),
        names={"en": "Shown among us"}, **{"starts_on": date(2024, 1, 1), "form": "named", **terms},
    )  # fmt: skip
    for partner in partners:
        answer(made, partner, "agreed")
    return made


def answer(agreement: Agreement, partner: Partner, word: str) -> Any:
    path = at("answer_agreement", agreement.number, partner.organisation.pk)
    return signed_in(partner.approver).post(path, {"word": word})


def seen_by(world: World, person: Any) -> tuple[dict[str, str], bool]:
    """Who is seen (by name or code) with which numerator, and whether others are withheld."""
    found = ReleasedIndicator.objects.select_related("release", "indicator").get()
    person.__dict__.pop("_roles_by_initiative", None)
    told = comparison(person, world.initiative, found.release, found.indicator)
    rows = told.rows["2025"]
    return (
        {(row.organisation.names["en"] if row.organisation else row.code): str(row.numerator) for row in rows},
        "2025" in told.withheld,
    )


def name(partner: Partner) -> str:
    return str(partner.organisation.names["en"])


def test_without_an_agreement_a_partner_sees_itself_and_the_whole(world: World, partners: list[Partner]) -> None:
    assert seen_by(world, partners[0].reporter) == ({name(partners[0]): "30"}, False)
    assert len(seen_by(world, world.analyst)[0]) == 4
    page = signed_in(partners[0].reporter).get(at("comparison", "readers")).content.decode()
    assert "51.8" in page
    assert name(partners[1]) not in page
    assert signed_in(world.funder).get(at("comparison", "readers")).status_code == 404


def test_those_who_agreed_see_each_other_and_nobody_else(world: World, partners: list[Partner]) -> None:
    agree(world, partners[0], partners[1])
    assert seen_by(world, partners[0].reporter)[0] == {name(partners[0]): "30", name(partners[1]): "40"}
    assert seen_by(world, partners[3].reporter)[0] == {name(partners[3]): "70"}
    page = signed_in(partners[1].reporter).get(at("comparison", "readers")).content.decode()
    assert name(partners[0]) in page


def test_a_partner_under_a_code_has_no_name(world: World, partners: list[Partner]) -> None:
    made = agree(world, partners[0], partners[1], form="coded")
    shown = seen_by(world, partners[0].reporter)[0]
    code = made.answers.get(organisation=partners[1].organisation).code
    assert shown == {name(partners[0]): "30", code: "40"}
    client = signed_in(partners[0].reporter)
    assert name(partners[1]) not in client.get(at("comparison", "readers")).content.decode()
    assert code not in client.get(at("agreement", made.number)).content.decode()


def test_only_together_shows_no_row(world: World, partners: list[Partner]) -> None:
    agree(world, *partners, form="aggregate")
    assert seen_by(world, partners[0].reporter)[0] == {name(partners[0]): "30"}


def test_the_one_that_did_not_agree_cannot_be_worked_out(world: World, partners: list[Partner]) -> None:
    """Three of four agreed: the total less the three would be the fourth."""
    agree(world, *partners[:3])
    assert seen_by(world, partners[0].reporter) == ({name(partners[0]): "30"}, True)
    page = signed_in(partners[0].reporter).get(at("comparison", "readers")).content.decode()
    assert "could be worked out from the total" in page


def test_nor_by_one_that_knows_its_own_figure(world: World, partners: list[Partner]) -> None:
    """Shown to all members: who did not agree knows itself, so that one other hidden partner is one too few."""
    agree(world, *partners[:2], audience="members")
    shown, withheld = seen_by(world, partners[3].reporter)
    assert (shown, withheld) == ({name(partners[3]): "70"}, True)
    assert seen_by(world, world.funder)[0] == {name(partners[0]): "30", name(partners[1]): "40"}


def test_few_people_stay_hidden_from_others(world: World, partners: list[Partner]) -> None:
    agree(world, *partners)
    assert seen_by(world, partners[0].reporter)[0][name(partners[2])] == "None"
    assert seen_by(world, partners[2].reporter)[0][name(partners[2])] == "5"
    page = signed_in(partners[0].reporter).get(at("comparison", "readers")).content.decode()
    assert "not shown, to protect privacy" in page


def test_a_word_taken_back_ends_at_once_and_stays_on_record(world: World, partners: list[Partner]) -> None:
    made = agree(world, partners[0], partners[1])
    answer(made, partners[1], "revoke")
    assert seen_by(world, partners[0].reporter)[0] == {name(partners[0]): "30"}
    kept = AgreementAnswer.objects.get(organisation=partners[1].organisation)
    assert kept.revoked_on == today_in(world.initiative)
    page = signed_in(world.funder).get(at("agreement", made.number)).content.decode()
    assert "taken back" in page


@pytest.mark.parametrize("days", [-1, 1])
def test_an_agreement_holds_from_its_first_to_before_its_last_day(
    world: World, partners: list[Partner], days: int
) -> None:
    made = agree(world, partners[0], partners[1], starts_on=date(2026, 3, 1), ends_on=date(2026, 6, 1))
    edge = made.starts_on if days < 0 else made.ends_on
    assert edge is not None
    outside, inside = edge + timedelta(days=min(days, 0)), edge + timedelta(days=-1 if days > 0 else 0)
    for day, count in ((outside, 1), (inside, 2)):
        with frozen_at(now().replace(year=day.year, month=day.month, day=day.day, hour=12)):
            assert len(seen_by(world, world.partners[0].reporter)[0]) == count


def test_one_indicator_agreed_is_not_another(world: World, partners: list[Partner]) -> None:
    other = documents.indicator_of(
        world.initiative, documents.document("other", world.city, [documents.figure("2025", "1")])
    )
    agree(world, partners[0], partners[1]).indicators.add(other)
    assert seen_by(world, partners[0].reporter)[0] == {name(partners[0]): "30"}


def test_only_an_approver_gives_its_own_organisations_word(world: World, partners: list[Partner]) -> None:
    made = agree(world)
    path = at("answer_agreement", made.number, partners[0].organisation.pk)
    for person in (partners[0].reporter, partners[1].approver, world.steward, world.funder):
        assert signed_in(person).post(path, {"word": "agreed"}).status_code == 404
    assert not AgreementAnswer.objects.exists()
    answer(made, partners[0], "agreed")
    answer(made, partners[0], "agreed")
    answer(made, partners[0], "declined")
    assert [one.verdict for one in AgreementAnswer.objects.order_by("pk")] == ["agreed", "declined"]


def test_from_draft_to_proposal(world: World, partners: list[Partner]) -> None:
    client = signed_in(world.steward)
    told = {
        "names_en": "Among us", "purpose_en": "To learn.", "form": "coded", "audience": "partners",
        "starts_on": "2026-01-01",
    }  # fmt: skip
    assert client.post(at("new_agreement"), told | {"ends_on": "2025-01-01"}).status_code == 422
    client.post(at("new_agreement"), told)
    made = Agreement.objects.get()
    assert signed_in(partners[0].approver).get(at("agreement", made.number)).status_code == 404
    assert signed_in(world.analyst).post(at("propose_agreement", made.number)).status_code == 404
    client.post(at("propose_agreement", made.number))
    assert Letter.objects.filter(key__startswith="agreement_proposed").count() == 4
    client.post(at("edit_agreement", made.number), told | {"names_en": "Other words"})
    made.refresh_from_db()
    assert (made.state, made.names) == ("proposed", {"en": "Among us"})
    client.post(at("propose_agreement", made.number), {"step": "end"})
    made.refresh_from_db()
    assert made.state == "ended"


def test_partners_are_drawn_in_a_funnel_and_ranked_nowhere(world: World, partners: list[Partner]) -> None:
    agree(world, *partners)
    page = signed_in(world.analyst).get(at("comparison", "readers")).content.decode()
    assert "Partners by size and figure" in page
    assert page.count('class="chart-mark sc-1"') >= 4
    names = sorted(name(partner) for partner in partners)
    rows = page[page.index("<tbody>") : page.index("</tbody>")]
    assert sorted(names, key=rows.index) == names
    alone = signed_in(partners[3].reporter).get(at("comparison", "readers")).content.decode()
    assert "Partners by size and figure" in alone  # three others have enough people, and all four agreed
    for partner in partners[:2]:
        answer(Agreement.objects.get(), partner, "revoke")
    alone = signed_in(partners[3].reporter).get(at("comparison", "readers")).content.decode()
    assert "Partners by size and figure" not in alone


def test_figures_of_two_versions_are_never_beside_each_other(world: World, partners: list[Partner]) -> None:
    """Three reported by the first version, one by the second: it is not one of them."""
    agree(world, *partners)
    kept = ReleasedIndicator.objects.get()
    last = kept.partners[3]
    kept.partners = [*kept.partners[:3], [2, *last[1:]]]
    kept.save()
    assert set(seen_by(world, world.analyst)[0]) == {name(partners[at]) for at in range(3)}
    page = signed_in(partners[3].reporter).get(at("comparison", "readers")).content.decode()
    assert "51.8" in page  # the whole by the version that is compared
    kept.partners = [[2, *row[1:]] for row in kept.partners[:2]] + kept.partners[2:]
    kept.save()
    assert set(seen_by(world, world.analyst)[0]) == {name(partners[at]) for at in (0, 1, 3)}


def test_an_agreement_waits_on_the_home_of_who_can_answer_it(world: World, partners: list[Partner]) -> None:
    made = agree(world)
    words = "word on the agreement"
    for person, is_asked in ((partners[0].approver, True), (partners[0].reporter, False), (world.steward, False)):
        assert (words in signed_in(person).get("/en/work/first-steps/").content.decode()) is is_asked
    answer(made, partners[0], "declined")
    assert words not in signed_in(partners[0].approver).get("/en/work/first-steps/").content.decode()
