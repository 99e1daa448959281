"""A small world to test in: an initiative with everybody who takes part in it, a second one, and a stranger.

`make_world()` writes it to the database, straight through the models; the fixture `world` does so for a test.
Everybody signs in with the password `PASSWORD`; `signed_in(person)` is a test client that has.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from django.conf import LazySettings
    from django.test import Client

    from shidra.foundation.initiatives.models import Initiative
    from shidra.foundation.organisations.models import Organisation
    from shidra.foundation.people.models import Person
    from shidra.foundation.places.models import Place

PASSWORD = "a calm lighthouse in the fog"
BEGAN = date(2024, 1, 1)


@dataclass
class Partner:
    """A partner organisation with its people."""

    organisation: Organisation
    reporter: Person
    approver: Person


@dataclass
class World:
    """`initiative` is where tests happen; `other` is the neighbour whose objects nobody here may see."""

    initiative: Initiative
    backbone: Organisation
    steward: Person
    analyst: Person
    partners: list[Partner]
    funder: Person
    ex_member: Person  # was a reporter of the first partner until the end of 2024
    country: Place
    district: Place
    city: Place
    second_city: Place
    other: Initiative
    other_backbone: Organisation
    other_steward: Person
    other_partner: Partner
    other_place: Place
    stranger: Person
    administrator: Person

    @property
    def organisation(self) -> Organisation:
        """The first partner."""
        return self.partners[0].organisation

    @property
    def reporter(self) -> Person:
        """The first partner's."""
        return self.partners[0].reporter

    @property
    def approver(self) -> Person:
        """The first partner's."""
        return self.partners[0].approver


def make_person(email: str, name: str = "", *, language: str = "en", **more: Any) -> Person:
    """A person whose address is verified, so that they can sign in."""
    from allauth.account.models import EmailAddress

    from shidra.foundation.people.models import Person

    person = Person.objects.create_user(email, PASSWORD, name=name or email.split("@")[0], language=language, **more)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def make_place(code: str, he: str, ar: str, en: str, kind: str, parent: Place | None = None, **more: Any) -> Place:
    """A place in its hierarchy."""
    from shidra.foundation.places.models import Place
    from shidra.foundation.places.placing import put_in_hierarchy

    names = {"he": he, "ar": ar, "en": en}
    return put_in_hierarchy(Place.objects.create(code=code, names=names, kind=kind, parent=parent, **more))


def make_organisation(he: str, ar: str, en: str, sector: str = "third_sector", **more: Any) -> Organisation:
    from shidra.foundation.organisations.models import Organisation

    return Organisation.objects.create(names={"he": he, "ar": ar, "en": en}, sector=sector, is_fictional=True, **more)


def make_initiative(slug: str, he: str, ar: str, en: str, **more: Any) -> Initiative:
    from shidra.foundation.initiatives.models import Initiative

    return Initiative.objects.create(
        **{"slug": slug, "status": "active", "is_public": True, "is_fictional": True, **more},
        names={"he": he, "ar": ar, "en": en},
    )


def join(initiative: Initiative, organisation: Organisation, part: str = "partner", **more: Any) -> None:
    """Make the organisation a partner, backbone or funder of the initiative."""
    from shidra.foundation.initiatives.models import Partnership

    Partnership.objects.create(
        initiative=initiative, organisation=organisation, part=part, **{"starts_on": BEGAN, **more}
    )


def give_role(
    initiative: Initiative, person: Person, role: str, organisation: Organisation | None = None, **more: Any
) -> None:
    """Give the person a dated role."""
    from shidra.foundation.initiatives.models import Membership

    Membership.objects.create(
        initiative=initiative, person=person, role=role, organisation=organisation, **{"starts_on": BEGAN, **more}
    )


def make_partner(initiative: Initiative, code: str, he: str, ar: str, en: str, sector: str = "third_sector") -> Partner:
    """A partner organisation of the initiative with a reporter and an approver."""
    partner = Partner(
        make_organisation(he, ar, en, sector),
        make_person(f"reporter@{code}.example", f"Reporter of {en}"),
        make_person(f"approver@{code}.example", f"Approver of {en}"),
    )
    join(initiative, partner.organisation)
    give_role(initiative, partner.reporter, "reporter", partner.organisation)
    give_role(initiative, partner.approver, "approver", partner.organisation)
    return partner


def make_world() -> World:
    """Write the world to the database. Call it outside any initiative's scope."""
    from django_scopes import scopes_disabled

    with scopes_disabled():
        return _make_world()


def _make_world() -> World:
    country = make_place("IL", "ישראל", "إسرائيل", "Israel", "country", latitude="31.5", longitude="34.8")
    district = make_place("IL-N", "מחוז הצפון", "لواء الشمال", "Northern District", "district", country)
    city = make_place(
        "IL-N-1", "נחל אלון", "نحال ألون", "Nahal Alon", "city", district, latitude="32.9", longitude="35.3"
    )
    second_city = make_place("IL-N-2", "עין חרוב", "عين خروب", "Ein Haruv", "city", district)

    initiative = make_initiative(
        "first-steps", "צעדים ראשונים", "خطوات أولى", "First Steps",
        summary={"en": "Every child ready for school by 2030."}, fields_of_action=["education"],
    )  # fmt: skip
    initiative.places.set([city, second_city])
    backbone = make_organisation("קרן השדרה", "صندوق العمود الفقري", "Backbone Fund", "philanthropy")
    join(initiative, backbone, "backbone")
    steward = make_person("steward@backbone.example", "Stav Steward")
    analyst = make_person("analyst@backbone.example", "Anat Analyst")
    give_role(initiative, steward, "steward", backbone)
    give_role(initiative, analyst, "analyst", backbone)
    partners = [
        make_partner(initiative, "city", "עיריית נחל אלון", "بلدية نحال ألون", "Nahal Alon Municipality", "public"),
        make_partner(initiative, "gardens", "גני חרוב", "رياض خروب", "Haruv Kindergartens"),
        make_partner(initiative, "college", "המכללה בעמק", "كلية المرج", "Valley College", "academia"),
    ]
    funder = make_person("funder@trust.example", "Fuad Funder")
    trust = make_organisation("קרן הגשר", "صندوق الجسر", "Bridge Trust", "philanthropy")
    join(initiative, trust, "funder")
    give_role(initiative, funder, "funder", trust)
    ex_member = make_person("gone@city.example", "Ella Exmember")
    give_role(initiative, ex_member, "reporter", partners[0].organisation, ends_on=date(2024, 12, 31))

    other = make_initiative("open-doors", "דלתות פתוחות", "أبواب مفتوحة", "Open Doors", is_public=False)
    other_backbone = make_organisation("עמותת הדלת", "جمعية الباب", "Door Association")
    join(other, other_backbone, "backbone")
    other_steward = make_person("steward@door.example", "Omar Othersteward")
    give_role(other, other_steward, "steward", other_backbone)
    other_partner = make_partner(other, "workshop", "בית המלאכה", "الورشة", "The Workshop", "business")
    other_place = make_place("D-1", "הרובע", "الحي", "The Quarter", "neighbourhood", city, tenant=other.pk)

    return World(
        initiative=initiative,
        backbone=backbone,
        steward=steward,
        analyst=analyst,
        partners=partners,
        funder=funder,
        ex_member=ex_member,
        country=country,
        district=district,
        city=city,
        second_city=second_city,
        other=other,
        other_backbone=other_backbone,
        other_steward=other_steward,
        other_partner=other_partner,
        other_place=other_place,
        stranger=make_person("stranger@nowhere.example", "Sami Stranger"),
        administrator=make_person("admin@site.example", "Ada Administrator", is_staff=True),
    )


def signed_in(person: Person) -> Client:
    """A test client in which the person has signed in a moment ago."""
    from django.test import Client

    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture(autouse=True)
def _cheap_passwords(settings: LazySettings) -> None:
    """Hash passwords fast: a good hash costs a tenth of a second a person."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
