"""The atlas of the demo: the known initiatives, the made-up one by its own choice, an editor with work on the desk."""

from __future__ import annotations

import re
from datetime import date, timedelta

from django.db import transaction

from shidra.commons.atlas.content import read_content
from shidra.commons.atlas.usecases.import_listings import import_listings
from shidra.commons.atlas.usecases.keep_editors import appoint_editor
from shidra.commons.atlas.usecases.lay_start_data import lay_start_data
from shidra.commons.atlas.usecases.list_initiative import list_initiative
from shidra.commons.atlas.usecases.propose import confirm_address, propose
from shidra.entrypoints.demo.turned_curve import Cast
from shidra.foundation.mail.models import Letter
from shidra.foundation.people.models import Person

# Made-up initiatives, as somebody in a ministry may have listed them; of the second nobody can know which town is meant.
_FILE = """name,name_he,backbone_organisation,backbone_class,city_region,country,field,start_year,website,is_fictional
Reading Hills (made up),גבעות קוראות (בדוי),Library of the Hills (made up),part_of_work,Haifa,Israel,early_childhood,2021,https://hills.example/,yes
Warm Homes (made up),,Warm Homes Trust (made up),dedicated,Springfield,United States,housing_homelessness,2019,https://homes.example/,yes
Green Schools (made up),,Nazareth Gardens (made up),dedicated,Nazareth,Israel,environment,2022,https://gardens.example/,yes
"""
_PROPOSED = {
    "names": {"he": "משדה לשולחן, עמק השיזף (בדוי)", "en": "From Field to Table, Shezaf Valley (made up)"},
    "summary": {"en": "A made-up initiative. Growers, schools and clinics want every child to eat one warm meal a day."},
    "fields": ["food_system", "nutrition"],
    "status": "emerging",
    "started": "2026",
    "places": [{"kind": "area", "country": "IL", "names": {"he": "עמק השיזף", "en": "Shezaf Valley"}}],
    "parts": [{"names": {"he": "אגודת מגדלי העמק (בדוי)"}, "part": "backbone", "backbone_kind": "part_of_work"}],
    "languages": ["he", "ar"],
    "is_fictional": True,
}  # fmt: skip


def know_the_world(cast: Cast, editor: Person, today: date) -> None:
    """Fill the atlas, let the editor look after it, and leave a proposal and a row of a file for them."""
    with cast.on(today - timedelta(days=30)):
        lay_start_data(by=None)
        appoint_editor(by=None, email=editor.email)
    list_initiative(
        by=cast.steward, initiative=cast.initiative, backbone_kind="dedicated", backbone_type="new_nonprofit"
    )
    with cast.on(today - timedelta(days=2)):
        import_listings(by=editor, name="initiatives-made-up.csv", chunks=[_FILE.encode()])
    # In one transaction: the letter is sent once it is over, and then its words are not kept.
    with cast.on(today - timedelta(days=1)), transaction.atomic():
        proposal = propose(
            kind="new",
            email="growers@demo.example",
            language="he",
            content=read_content(_PROPOSED),
            source="https://growers.example/news",
            message="הקמנו השנה צוות שדרה ונשמח להיות באטלס.",
        )
        confirm_address(token=_token_in_letter(f"atlas_proposal:{proposal.pk}:confirm"))


def _token_in_letter(key: str) -> str:
    """As if the person had opened the letter and followed its link."""
    found = re.search(r"/propose/confirm/([\w-]+)/", Letter.objects.get(key=key).text)
    assert found is not None
    return found[1]
