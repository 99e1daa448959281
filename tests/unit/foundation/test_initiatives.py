"""An initiative's settings: who changes them, what is refused, what two people at once do, what is remembered."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_scopes import scope
from PIL import Image

from shidra.entrypoints.workspace.views import by_time
from shidra.foundation.audit.chain import verify
from shidra.foundation.audit.models import AuditEntry
from shidra.foundation.initiatives.concurrency import ChangedMeanwhile
from shidra.foundation.initiatives.models import Initiative, Membership, Partnership
from shidra.foundation.initiatives.next_steps import NextStep
from shidra.foundation.initiatives.queries import current, partners, today_in
from shidra.foundation.initiatives.usecases import (
    add_partner,
    add_past_name,
    add_place,
    change_initiative,
    change_partner,
    change_status,
    end_partnership,
    end_role,
    found_initiative,
    give_role,
)
from shidra.foundation.organisations.models import Identifier, Organisation
from shidra.kernel.errors import NotAllowed, RuleBroken
from tests.world import World, join, signed_in

SETTINGS = "/en/work/first-steps/settings/"


@pytest.fixture(autouse=True)
def _inside(world: World) -> Iterator[None]:
    with scope(initiative=world.initiative):
        yield


def code_of(step: Any, wanted: type[RuleBroken] = RuleBroken) -> str:
    with pytest.raises(wanted) as broken:
        step()
    return broken.value.code


def form_of(client: Client, path: str) -> dict[str, Any]:
    """What a browser would send back of the form on a page, untouched."""
    form = client.get(path).context["form"]
    sent: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if hasattr(bound.field, "languages"):
            sent |= {f"{bound.html_name}_{code}": text for code, text in (value or {}).items()}
        elif value not in (None, False, ""):
            sent[bound.html_name] = bound.field.prepare_value(value)
    return sent


# ---------- the initiative ----------


def test_founding_is_the_administrators(world: World) -> None:
    told = {"slug": "new-one", "names": {"he": "חדשה"}, "original_language": "he"}
    assert code_of(lambda: found_initiative(by=world.steward, **told), NotAllowed) == "not_allowed"
    found = found_initiative(by=world.administrator, **told, steward=world.stranger)
    assert found.status == Initiative.Status.EMERGING
    assert signed_in(world.stranger).get("/en/work/new-one/").status_code == 200
    assert signed_in(world.administrator).get("/en/work/new-one/").status_code == 404
    assert code_of(lambda: found_initiative(by=world.administrator, **told)) == "slug_taken"
    assert code_of(lambda: found_initiative(by=None, **{**told, "slug": "jobs"})) == "slug_reserved"
    assert code_of(lambda: found_initiative(by=None, **{**told, "slug": "other", "names": {}})) == "names_missing"


def test_the_administrator_makes_an_initiative_in_the_browser(world: World) -> None:
    client = signed_in(world.administrator)
    told = {"names_he": "חדשה", "slug": "brand-new", "original_language": "he", "email": "lea@example.org"}
    answer = client.post("/en/work/administration/initiatives/new/", told, follow=True)
    assert "lea@example.org" in answer.text
    assert Initiative.objects.get(slug="brand-new").names == {"he": "חדשה"}


def test_a_form_sent_back_untouched_changes_nothing(world: World) -> None:
    client = signed_in(world.steward)
    before = Initiative.objects.values().get(pk=world.initiative.pk)
    assert client.post(SETTINGS, form_of(client, SETTINGS)).status_code == 302
    assert Initiative.objects.values().get(pk=world.initiative.pk) == {**before, "version": before["version"] + 1}
    assert AuditEntry.objects.get(verb="change_initiative").after == {}


def test_what_changed_is_written_down_before_and_after(world: World) -> None:
    client = signed_in(world.steward)
    sent = {**form_of(client, SETTINGS), "names_en": "First Strides", "disclosure_threshold": "12"}
    client.post(SETTINGS, sent)
    entry = AuditEntry.objects.get(verb="change_initiative")
    assert entry.before == {"disclosure_threshold": 10, "names": world.initiative.names}
    assert entry.after == {"disclosure_threshold": 12, "names": {**world.initiative.names, "en": "First Strides"}}
    assert entry.person == world.steward
    assert verify() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("disclosure_threshold", "4"), ("fiscal_year_start", "13"), ("time_zone", "Mars/Base"),
        ("website", "javascript:x"), ("places", "Atlantis"), ("languages", "xx"), ("names_en", "x" * 201),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field(world: World, field: str, value: str) -> None:
    client = signed_in(world.steward)
    answer = client.post(SETTINGS, {**form_of(client, SETTINGS), field: value})
    assert answer.status_code == 422
    assert field.removesuffix("_en") in answer.context["form"].errors
    assert Initiative.objects.get(pk=world.initiative.pk).version == 1


def test_fields_that_the_form_does_not_have_are_not_taken(world: World) -> None:
    client = signed_in(world.steward)
    client.post(SETTINGS, {**form_of(client, SETTINGS), "slug": "stolen", "is_fictional": "", "status": "closed"})
    found = Initiative.objects.get(pk=world.initiative.pk)
    assert (found.slug, found.is_fictional, found.status) == ("first-steps", True, "active")


def test_the_second_of_two_editors_sees_both_versions_and_decides(world: World) -> None:
    first, second = signed_in(world.steward), signed_in(world.steward)
    mine, theirs = form_of(first, SETTINGS), form_of(second, SETTINGS)
    assert first.post(SETTINGS, {**mine, "names_en": "Early Steps"}).status_code == 302
    conflict = second.post(SETTINGS, {**theirs, "names_en": "Bold Steps"})
    assert conflict.status_code == 409
    assert "Early Steps" in conflict.text
    assert "Bold Steps" in conflict.text
    assert Initiative.objects.get(pk=world.initiative.pk).names["en"] == "Early Steps"
    version = conflict.context["form"]["version"].value()
    assert second.post(SETTINGS, {**theirs, "names_en": "Bold Steps", "version": version}).status_code == 302
    assert Initiative.objects.get(pk=world.initiative.pk).names["en"] == "Bold Steps"


def test_the_use_case_itself_refuses_an_old_version(world: World) -> None:
    told = {"by": world.steward, "initiative": world.initiative, "fields": {"licence": "CC0"}}
    change_initiative(**told, version=1)
    assert code_of(lambda: change_initiative(**told, version=1), ChangedMeanwhile) == "changed_meanwhile"
    assert code_of(lambda: change_initiative(**{**told, "by": world.analyst}, version=2), NotAllowed) == "not_allowed"
    with pytest.raises(ValueError, match="slug"):
        change_initiative(**{**told, "fields": {"slug": "x"}}, version=2)


def test_an_initiative_closes_with_reason_and_legacy(world: World) -> None:
    today = today_in(world.initiative)
    told: dict[str, Any] = {"by": world.steward, "initiative": world.initiative, "status": "closed", "version": None}
    assert code_of(lambda: change_status(**told, on=today)) == "reason_missing"
    assert code_of(lambda: change_status(**told, on=today + timedelta(1), reason={"en": "x"})) == "status_in_future"
    closed = change_status(**told, on=today, reason={"en": "The goal is reached"}, legacy={"en": "A network stays"})
    assert closed.status == "closed"
    assert code_of(lambda: change_status(**told, on=today, reason={"en": "x"})) == "status_same"
    early = {**told, "status": "active"}
    assert code_of(lambda: change_status(**early, on=today - timedelta(1))) == "status_before_last"
    page = signed_in(world.steward).get(f"{SETTINGS}status/").text
    assert "The goal is reached" in page
    assert "A network stays" in page


def test_past_names_are_kept_and_can_be_taken_back(world: World) -> None:
    past = add_past_name(
        by=world.steward, initiative=world.initiative, names={"en": "Old <name>"}, until=date(2023, 5, 1)
    )
    client = signed_in(world.steward)
    assert "Old &lt;name&gt;" in client.get(f"{SETTINGS}status/").text
    client.post(f"{SETTINGS}past-names/{past.pk}/remove/")
    assert world.initiative.past_names.count() == 0


# ---------- partners ----------


def test_a_partner_joins_in_the_browser_and_leaves_with_its_people(world: World) -> None:
    client = signed_in(world.steward)
    told = {
        "names_en": "Harbour Club", "names_he": "מועדון הנמל", "sector": "community", "part": "partner",
        "starts_on": "2026-01-01", "identifiers": "il-ra 580012345", "places": "Nahal Alon\nIL-N-2",
    }  # fmt: skip
    answer = client.post(f"{SETTINGS}partners/new/", told, follow=True)
    assert answer.status_code == 200
    organisation = Organisation.objects.get(names__en="Harbour Club")
    assert list(organisation.identifiers.values_list("scheme", "value")) == [("IL-RA", "580012345")]
    assert set(organisation.places.all()) == {world.city, world.second_city}
    give_role(
        by=world.steward, initiative=world.initiative, person=world.stranger, role="reporter", organisation=organisation
    )
    partnership = Partnership.objects.get(organisation=organisation)
    today = today_in(world.initiative)
    client.post(f"{SETTINGS}partnerships/{partnership.pk}/end/", {"on": today.isoformat()})
    assert organisation not in partners(world.initiative)
    assert not Membership.objects.filter(current(today), person=world.stranger).exists()
    assert signed_in(world.stranger).get("/en/work/first-steps/").status_code == 404


def test_several_backbones_at_once_and_one_after_another(world: World) -> None:
    told: dict[str, Any] = {"by": world.steward, "initiative": world.initiative, "part": "backbone"}
    second = add_partner(**told, organisation=world.organisation, starts_on=date(2025, 1, 1))
    backbones = Partnership.objects.filter(current(), part="backbone")
    assert {part.organisation for part in backbones} == {world.backbone, world.organisation}
    assert code_of(lambda: add_partner(**told, organisation=world.organisation)) == "part_held"
    end_partnership(by=world.steward, partnership=second, on=date(2025, 6, 1))
    assert add_partner(**told, organisation=world.organisation, starts_on=date(2025, 7, 1)).pk != second.pk
    assert code_of(lambda: end_partnership(by=world.steward, partnership=second)) == "part_ended"
    third = Partnership.objects.filter(part="backbone", ends_on=None).exclude(organisation=world.backbone).get()
    too_early = code_of(lambda: end_partnership(by=world.steward, partnership=third, on=date(2025, 6, 30)))
    assert too_early == "ends_before_it_starts"


def test_an_organisation_that_others_share_is_changed_by_the_administrator_only(world: World) -> None:
    organisation = world.organisation
    Identifier.objects.create(organisation=organisation, scheme="IL-RA", value="1")
    with scope(initiative=world.other):
        known = add_partner(
            by=world.other_steward, initiative=world.other, part="partner", names={"en": "Taken over"}, sector="public",
            identifiers=[("IL-RA", "1")],
        )  # fmt: skip
    assert known.organisation == organisation
    told: dict[str, Any] = {"organisation": organisation, "version": None, "names": {"en": "X"}, "sector": "public"}
    for by, initiative in ((world.steward, world.initiative), (world.other_steward, world.other)):
        change = lambda by=by, initiative=initiative: change_partner(by=by, initiative=initiative, **told)  # noqa: E731
        assert code_of(change, NotAllowed) == "not_allowed"
    organisation.refresh_from_db()
    assert organisation.names["en"] == "Nahal Alon Municipality"
    change_partner(by=world.administrator, initiative=world.initiative, **told)


def test_nobody_takes_anothers_number_in_a_register(world: World) -> None:
    join(world.initiative, other := Organisation.objects.create(names={"en": "Other"}, sector="public"))
    Identifier.objects.create(organisation=world.organisation, scheme="IL-RA", value="1")
    change = lambda: change_partner(  # noqa: E731
        by=world.steward, initiative=world.initiative, organisation=other, version=None, names={"en": "Other"},
        sector="public", identifiers=[("IL-RA", "1")],
    )  # fmt: skip
    assert code_of(change) == "identifier_taken"


# ---------- logos ----------


def picture(kind: str = "PNG", size: tuple[int, int] = (900, 300), **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **more)
    return out.getvalue()


def send_logo(world: World, content: bytes, name: str = "logo.png") -> Any:
    client = signed_in(world.steward)
    path = f"{SETTINGS}partners/{world.organisation.pk}/"
    sent = {key: value for key, value in form_of(client, path).items() if key != "logo"}
    return client.post(path, {**sent, "logo": SimpleUploadedFile(name, content)})


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_logo_is_drawn_anew_and_served_as_a_picture(world: World, kind: str) -> None:
    more = {"exif": b"Exif\0\0" + b"secret place"} if kind == "JPEG" else {}
    assert send_logo(world, picture(kind, **more)).status_code == 302
    world.organisation.refresh_from_db()
    assert world.organisation.logo is not None
    answer = Client().get(f"/logos/{world.organisation.logo.sha256}.png")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    answer.close()
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert content.startswith(b"\x89PNG")
    assert b"secret place" not in content
    assert max(Image.open(io.BytesIO(content)).size) == 512


def bomb() -> bytes:
    """A small PNG that says it is 40,000 pixels wide and high."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", 40_000, 40_000, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(5_001) * 4_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "logo.svg"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "logo.png"),
        (b"<html><script>alert(1)</script>", "logo.jpg"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 100, "broken.png"),
        (b"GIF89a" + b"\xff" * 50, "broken.gif"),
        (b"x" * (2 * 1024 * 1024 + 1), "large.png"),
        (bomb(), "bomb.png"),
    ],
    ids=["svg", "svg-as-png", "html", "broken", "broken-gif", "large", "bomb"],
)
def test_what_is_no_picture_is_refused(world: World, content: bytes, name: str) -> None:
    answer = send_logo(world, content, name)
    assert answer.status_code == 422
    assert "logo" in answer.context["form"].errors
    world.organisation.refresh_from_db()
    assert world.organisation.logo is None


def test_files_that_are_no_logo_are_not_served_as_one(world: World) -> None:
    from shidra.foundation.files.storing import store

    stored = store([picture()])
    assert Client().get(f"/logos/{stored.sha256}.png").status_code == 404


# ---------- roles, places, home ----------


def test_the_last_steward_cannot_be_let_go(world: World) -> None:
    membership = Membership.objects.get(person=world.steward)
    assert code_of(lambda: end_role(by=world.steward, membership=membership)) == "last_steward"
    give_role(by=world.steward, initiative=world.initiative, person=world.analyst, role="steward")
    end_role(by=world.steward, membership=membership)
    assert signed_in(world.steward).get("/en/work/first-steps/").status_code == 404


def test_a_role_is_held_once_at_a_time_and_can_be_held_again(world: World) -> None:
    told: dict[str, Any] = {
        "by": world.steward,
        "initiative": world.initiative,
        "person": world.stranger,
        "role": "member",
    }
    held = give_role(**told)
    assert code_of(lambda: give_role(**told)) == "role_held"
    end_role(by=world.steward, membership=held)
    assert give_role(**told).pk != held.pk


def test_places_of_ones_own_stay_ones_own(world: World) -> None:
    told: dict[str, Any] = {
        "by": world.steward,
        "initiative": world.initiative,
        "kind": "neighbourhood",
        "names": {"en": "Q"},
    }
    place = add_place(**told, code="Q-1", parent=world.city)
    assert place.path == f"{world.city.path}{place.pk}/"
    assert code_of(lambda: add_place(**told, code="Q-1")) == "place_code_taken"
    assert code_of(lambda: add_place(**told, code="Q-2", parent=world.other_place)) == "place_unknown"
    assert add_place(**told, code=world.other_place.code).code == "D-1", "a neighbour's code is free here"
    page = signed_in(world.steward).get(f"{SETTINGS}places/").text
    assert "Q-1" in page
    assert "The Quarter" not in page


def test_home_leads_straight_into_the_only_initiative(world: World) -> None:
    assert signed_in(world.reporter).get("/en/work/").headers["Location"] == "/en/work/first-steps/"
    with scope(initiative=world.other):
        give_role(by=None, initiative=world.other, person=world.reporter, role="member")
    page = signed_in(world.reporter).get("/en/work/").text
    assert "First Steps" in page
    assert "Open Doors" in page
    assert "No initiative yet" in signed_in(world.stranger).get("/en/work/").text


def test_home_tells_a_steward_which_partner_has_nobody(world: World) -> None:
    organisation = Organisation.objects.create(names={"en": "Lonely <Partner>"}, sector="public")
    join(world.initiative, organisation)
    page = signed_in(world.steward).get("/en/work/first-steps/").text
    assert "Invite somebody from Lonely &lt;Partner&gt;" in page
    assert f"people/invite/?organisation={organisation.pk}" in page
    assert "Lonely" not in signed_in(world.reporter).get("/en/work/first-steps/").text


def test_steps_stand_in_the_stretch_of_their_date() -> None:
    wednesday = date(2026, 11, 25)
    days = {"22 Nov": 22, "25 Nov": 25, "28 Nov": 28, "29 Nov": 29}
    steps = [NextStep(name, "/", "", date(2026, 11, day)) for name, day in days.items()]
    steps += [NextStep("6 Dec", "/", "", date(2026, 12, 6)), NextStep("some day", "/", "")]
    stretches = {stretch.label: [step.title for step in stretch.steps] for stretch in by_time(steps, wednesday)}
    assert stretches == {
        "Past its date": ["22 Nov"],
        "This week": ["25 Nov", "28 Nov"],
        "Next week": ["29 Nov"],
        "Later": ["6 Dec"],
        "Without a date": ["some day"],
    }


def test_every_change_is_in_the_list_of_changes_and_inert(world: World) -> None:
    add_past_name(by=world.steward, initiative=world.initiative, names={"en": "<script>alert(1)</script>"}, until=None)
    page = signed_in(world.steward).get(f"{SETTINGS}changes/").text
    assert "Past name added" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("path", ["partners/", "people/", "changes/", ""])
def test_long_lists_cost_no_more_queries(world: World, path: str, django_assert_max_num_queries: Any) -> None:
    client = signed_in(world.steward)
    add_past_name(by=world.steward, initiative=world.initiative, names={"en": "Before"}, until=None)
    with django_assert_max_num_queries(40) as few:
        client.get(f"{SETTINGS}{path}")
    for number in range(30):
        organisation = Organisation.objects.create(names={"en": f"Partner {number}"}, sector="public")
        add_partner(by=world.steward, initiative=world.initiative, part="partner", organisation=organisation)
        give_role(
            by=world.steward, initiative=world.initiative, person=world.stranger, role="reporter",
            organisation=organisation,
        )  # fmt: skip
    with django_assert_max_num_queries(len(few)):
        client.get(f"{SETTINGS}{path}")
