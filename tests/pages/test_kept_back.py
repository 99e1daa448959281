"""The backbone sees what a preview keeps back and why; its steward says what should rather stay, and by which rule."""

from __future__ import annotations

import re
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from django_scopes import scope

from shidra.conditions.shared_measurement.models import (
    Category,
    Dimension,
    DisclosureRule,
    Group,
    KeptBack,
    Preference,
    Release,
)
from shidra.conditions.shared_measurement.usecases import keep_dictionary
from shidra.conditions.shared_measurement.usecases.publish_release import publish_release
from shidra.conditions.shared_measurement.usecases.report_values import report_values
from shidra.conditions.shared_measurement.values import REPORTED, ReportedValue
from shidra.foundation.audit.models import AuditEntry
from shidra.foundation.jobs.asking import run_waiting_jobs
from tests.world import World, signed_in

RELEASES = "/en/work/first-steps/measurement/releases/"
PAGE = f"{RELEASES}draft/kept-back/"
NUMBERS = {"young": 7, "grown": 8653, "old": 91277}  # of which no other figure has the digits


@pytest.fixture
def released(world: World) -> World:
    """People of three ages, few of them young."""
    with scope(initiative=world.initiative):
        age = Dimension.objects.create(initiative=world.initiative, code="age", names={"en": "Age"})
        for order, code in enumerate(NUMBERS):
            Category.objects.create(dimension=age, code=code, names={"en": code.title()}, order=order)
        indicator = keep_dictionary.define_indicator(
            by=world.steward, initiative=world.initiative, code="people",
            wording=keep_dictionary.Wording(
                {"names": {"en": "People reached"}, "meaning": {"en": "People"}, "unit": "count", "kind": "flow"}
            ),
            is_headline=True,
        )  # fmt: skip
        definition = keep_dictionary.publish_definition(by=world.steward, definition=indicator.definitions.get())
        values = []
        for year in ("2023", "2024"):
            for code, number in {"": sum(NUMBERS.values()), **NUMBERS}.items():
                key = f"age={code}" if code else ""
                group, _new = Group.objects.get_or_create(initiative=world.initiative, key=key)
                values.append(
                    ReportedValue(
                        definition_id=definition.pk, organisation_id=world.organisation.pk, place_id=world.city.pk,
                        group_id=group.pk, period=year, state=REPORTED, value=Decimal(number), verdict="accepted",
                    )
                )  # fmt: skip
        report_values(
            by=world.steward,
            initiative=world.initiative,
            source="import",
            organisation=world.organisation,
            values=values,
        )
        # Reported by the partner itself, not published elsewhere.
        world.initiative.batches.update(source="form")
    return world


def prepared(world: World) -> Client:
    client = signed_in(world.steward)
    assert client.post(f"{RELEASES}prepare/").status_code == 302
    run_waiting_jobs()
    return client


def reasons(world: World, period: str = "2024") -> dict[str, str]:
    with scope(initiative=world.initiative):
        kept = KeptBack.objects.filter(period=period).select_related("group")
        return {one.group.key: one.why for one in kept}


def test_the_preview_says_what_is_kept_back_and_why(released: World) -> None:
    client = prepared(released)
    assert PAGE in client.get(f"{RELEASES}draft/").text
    page = client.get(PAGE).text
    assert "4 figures of the preview of release 1 are kept back." in page
    assert "Few people" in page
    assert "It would give another figure away" in page
    assert re.search(r"protects <bdi>2024, [^<]*Young", page)
    for number in NUMBERS.values():
        assert f"{number:,}" not in page or number < 10
    rows = client.get(f"{PAGE}?why=small").text.partition("<tbody>")[2].partition("</tbody>")[0]
    assert "Few people" in rows
    assert "It would give another figure away" not in rows


def test_the_steward_has_another_figure_kept_back(released: World) -> None:
    client = prepared(released)
    assert reasons(released) == {"age=young": "small", "age=grown": "complement"}
    with scope(initiative=released.initiative):
        kept = KeptBack.objects.get(period="2024", why="complement")
    answer = client.post(f"{PAGE}prefer/", {"figure": kept.pk, "when": "period"}, follow=True).text
    assert "1 wish is newer than this preview" in answer
    with scope(initiative=released.initiative):
        wish = Preference.objects.get()
        assert (wish.period, wish.by) == ("2024", released.steward)
        entry = AuditEntry.objects.get(verb="prefer_figure")
        assert entry.after["group"] == "age=grown"
    prepared(released)
    assert reasons(released) == {"age=young": "small", "age=old": "complement"}
    assert reasons(released, "2023") == {"age=young": "small", "age=grown": "complement"}
    client.post(f"{PAGE}prefer/", {"drop": wish.pk})
    prepared(released)
    assert reasons(released) == {"age=young": "small", "age=grown": "complement"}
    with scope(initiative=released.initiative):
        kept = KeptBack.objects.get(period="2024", why="complement")
    client.post(f"{PAGE}prefer/", {"figure": kept.pk, "when": "always"})
    prepared(released)
    assert reasons(released, "2023") == reasons(released) == {"age=young": "small", "age=old": "complement"}


def test_a_small_figure_cannot_be_wished_to_stay(released: World) -> None:
    client = prepared(released)
    with scope(initiative=released.initiative):
        small = KeptBack.objects.get(period="2024", why="small")
    answer = client.post(f"{PAGE}prefer/", {"figure": small.pk}, follow=True).text
    assert "This figure must be kept back itself." in answer
    assert client.post(f"{PAGE}prefer/", {"figure": "0"}).status_code == 404
    with scope(initiative=released.initiative):
        assert not Preference.objects.exists()


def test_the_steward_changes_the_rule(released: World) -> None:
    client = prepared(released)
    answer = client.post(PAGE, {"width": "", "hides_zeros": "on", "dominance": "80"}, follow=True).text
    assert "The rule is changed." in answer
    with scope(initiative=released.initiative):
        rule = DisclosureRule.objects.get()
        assert (rule.width, rule.hides_zeros, rule.dominance) == (None, True, 80)
        assert AuditEntry.objects.get(verb="set_disclosure_rule").before["dominance"] is None
    assert client.post(PAGE, {"dominance": "30"}).status_code == 422
    prepared(released)
    assert reasons(released)["age=old"] == "dominance", "one partner reported it all"


def test_only_the_backbone_sees_it_and_only_the_steward_decides(released: World) -> None:
    prepared(released)
    for person in (released.reporter, released.funder, released.stranger):
        assert signed_in(person).get(PAGE).status_code == 404
    analyst = signed_in(released.analyst)
    page = analyst.get(PAGE)
    assert page.status_code == 200
    assert "Rather show it" not in page.text
    assert analyst.post(PAGE, {"dominance": "80"}).status_code == 404
    with scope(initiative=released.initiative):
        kept = KeptBack.objects.filter(why="complement").first()
        assert kept is not None
    assert analyst.post(f"{PAGE}prefer/", {"figure": kept.pk}).status_code == 404


PUBLIC = (
    "/{language}/i/first-steps/",
    "/{language}/i/first-steps/indicators/people/",
    "/{language}/i/first-steps/releases/",
    "/{language}/i/first-steps/releases/1/",
    "/{language}/",
)


def test_what_is_hidden_is_in_no_output(released: World) -> None:
    """Page, chart with its tooltips and alternative text, CSV, workbook, JSON: the number is nowhere."""
    prepared(released)
    with scope(initiative=released.initiative):
        publish_release(by=released.steward, release=Release.objects.get())
    client = Client()
    outputs: dict[str, str] = {}
    for language in ("en", "he", "ar"):
        for template in PUBLIC:
            path = template.format(language=language)
            answer = client.get(path)
            if answer.status_code == 200:
                outputs[path] = answer.text
    links = {link for text in outputs.values() for link in re.findall(r'href="(/i/[^"]+)"', text)}
    for link in links:  # every file that a public page offers
        answer = client.get(link.replace("&amp;", "&"))
        if answer.status_code == 200:
            outputs[link] = _text(answer)
    kinds = {link.partition("?")[0].rpartition(".")[2] for link in outputs if "." in link}
    assert {"csv", "xlsx", "json"} <= kinds, kinds
    shown = str(sum(NUMBERS.values()))
    assert any(shown in text for text in outputs.values())
    assert any(str(NUMBERS["old"]) in text for text in outputs.values())
    hidden = str(NUMBERS["grown"])
    forms = {hidden, f"{NUMBERS['grown']:,}", hidden.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")), "8\u066c653"}
    for where, text in outputs.items():
        for form in forms:
            assert form not in text, (where, form)


def _text(answer: Any) -> str:
    """What a file says; of a workbook all its parts."""
    body: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body[:2] != b"PK":
        return body.decode("utf-8", "replace")
    with ZipFile(BytesIO(body)) as book:
        return "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
