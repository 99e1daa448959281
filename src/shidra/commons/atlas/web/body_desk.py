"""The editors' pages for bodies: entering, changing, making one of two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from shidra.commons.atlas.body_content import FACTS, body_content, preview_merger
from shidra.commons.atlas.content import SourceContent
from shidra.commons.atlas.models import Body, State
from shidra.commons.atlas.queries.bodies import BodyFilter, bodies_named, matching_bodies, possible_doubles
from shidra.commons.atlas.usecases.keep_body import change_body, enter_body, merge_bodies
from shidra.commons.atlas.web.body_form import BodyForm
from shidra.commons.atlas.web.briefs import country_words
from shidra.commons.atlas.web.change_words import compared_facts
from shidra.commons.atlas.web.gate import for_editors
from shidra.commons.atlas.web.panels import Panel, panel
from shidra.foundation.look.broken_rules import add_to_form, words_of
from shidra.foundation.look.formats import reader_language
from shidra.foundation.people.models import Person
from shidra.foundation.places.countries import countries
from shidra.kernel.errors import RuleBroken


class SourcedBodyForm(BodyForm):
    """What is told of a body, with the source of what changes."""

    source = forms.CharField(
        label=_("Source"), max_length=500,
        help_text=_("Where this is known from: a web address, or a publication by its title."),
    )  # fmt: skip

    def named_source(self) -> SourceContent:
        """The source as an address or a title."""
        text = self.cleaned_data["source"].strip()
        is_address = text.startswith(("https://", "http://"))
        return SourceContent(address=text if is_address else "", title="" if is_address else text[:300])


@panel(45)
def bodies_panel() -> Panel:
    """Bodies that may be in the atlas twice."""
    return Panel(
        gettext("Bodies"),
        gettext("Organisations that play a part in initiatives. Those that may be in the atlas twice wait here."),
        reverse("atlas_desk:bodies"),
        gettext("To the bodies"),
        len(possible_doubles()),
    )


@require_safe
@for_editors
def bodies(request: HttpRequest) -> HttpResponse:
    """All bodies, and those that may be in the atlas twice."""
    asked = BodyFilter.read(request.GET)
    page = Paginator(matching_bodies(asked), 50).get_page(request.GET.get("page"))
    doubles = possible_doubles() if not asked.text else []
    context = {
        "page": page, "rows": _with_homes(page), "sought": asked.text,
        "doubles": [
            (one, country_words(one.country), other, country_words(other.country), why) for one, other, why in doubles
        ],
    }  # fmt: skip
    return render(request, "atlas/desk_bodies.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_editors
def new_body(request: HttpRequest) -> HttpResponse:
    """Enter a body."""
    assert isinstance(request.user, Person)
    form = SourcedBodyForm(request.POST or None)
    if form.is_valid():
        try:
            made = enter_body(by=request.user, content=form.content(), source=form.named_source())
        except RuleBroken as broken:
            add_to_form(form, broken)
        else:
            messages.success(request, gettext("The body is in the atlas."))
            return redirect("atlas:body", slug=made.slug)
    return _form(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@for_editors
def body(request: HttpRequest, body: int) -> HttpResponse:
    """Change what is told of a body."""
    assert isinstance(request.user, Person)
    found = get_object_or_404(Body.objects.prefetch_related("identifiers"), pk=body, merged_into=None)
    form = SourcedBodyForm(request.POST or None, body_content(found))
    if form.is_valid():
        seen = request.POST.get("version", "")
        try:
            change_body(
                by=request.user, body=found, content=form.content(), source=form.named_source(),
                seen_version=int(seen) if seen.isdecimal() else None,
            )  # fmt: skip
        except RuleBroken as broken:
            add_to_form(form, broken)
        else:
            messages.success(request, gettext("What has changed is in the public history of the body."))
            return redirect("atlas:body", slug=found.slug)
    if "same" in request.GET and request.method != "POST":
        return _same(request, form, found)
    return _form(request, form, found)


@require_http_methods(["GET", "HEAD", "POST"])
@for_editors
def merge(request: HttpRequest, keep: int, drop: int) -> HttpResponse:
    """What would become of two bodies that are one; and making them one."""
    assert isinstance(request.user, Person)
    rows = (
        Body.objects.filter(state=State.PUBLIC, merged_into=None).prefetch_related("identifiers").in_bulk([keep, drop])
    )
    if len(rows) != 2:
        raise Http404
    kept, dropped = rows[keep], rows[drop]
    problem = ""
    if request.method == "POST":
        seen = [request.POST.get(name, "") for name in ("seen_keep", "seen_drop")]
        try:
            merge_bodies(
                by=request.user, keep=kept, drop=dropped,
                seen=(int(seen[0]), int(seen[1])) if all(one.isdecimal() for one in seen) else None,
            )  # fmt: skip
        except RuleBroken as broken:
            problem = words_of(broken)
            kept.refresh_from_db()
            dropped.refresh_from_db()
        else:
            messages.success(request, gettext("The two are one now. The other’s address leads here."))
            return redirect("atlas:body", slug=kept.slug)
    stays, goes = body_content(kept), body_content(dropped)
    both = {str(fact): {"before": stays.fact(fact), "after": goes.fact(fact)} for fact in FACTS}
    context = {
        "merger": preview_merger(kept, dropped), "problem": problem,
        "other_way": reverse("atlas_desk:merge", args=[drop, keep]), "crumbs": _crumbs(),
        "facts": compared_facts({fact: said for fact, said in both.items() if any(said.values())}),
    }  # fmt: skip
    return render(request, "atlas/desk_merge.html", context, status=422 if problem else 200)


def _same(request: HttpRequest, form: SourcedBodyForm, found: Body) -> HttpResponse:
    """By a number straight to what would become of the two, by a name to the bodies of which one may be meant."""
    text = request.GET["same"].strip()
    alike = [one for one in bodies_named(text) if one.pk != found.pk]
    if text.isdecimal() and len(text) < 16 and int(text) != found.pk:
        alike = list(Body.objects.filter(pk=int(text), state=State.PUBLIC, merged_into=None)) or alike
        if len(alike) == 1 and alike[0].pk == int(text):
            return redirect("atlas_desk:merge", keep=alike[0].pk, drop=found.pk)
    return _form(request, form, found, {"same": text, "alike": _with_homes(alike)})


def _form(
    request: HttpRequest, form: SourcedBodyForm, body: Body | None, more: Mapping[str, Any] = MappingProxyType({})
) -> HttpResponse:
    language = reader_language()
    context = {
        **more,
        "form": form, "body": body, "country_names": sorted(one.name(language) for one in countries()), "crumbs": _crumbs(),
    }  # fmt: skip
    return render(request, "atlas/desk_body.html", context, status=422 if form.errors else 200)


def _with_homes(bodies: Iterable[Body]) -> list[tuple[Body, str]]:
    return [(one, country_words(one.country)) for one in bodies]


def _crumbs() -> list[tuple[str, str]]:
    return [
        (gettext("Editors' desk"), reverse("atlas_desk:desk")),
        (gettext("Bodies"), reverse("atlas_desk:bodies")),
    ]
