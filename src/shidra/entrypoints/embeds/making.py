"""The page that makes snippets: choose, look, copy."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_update
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from shidra.commons.atlas.web.atlas import chosen_words
from shidra.entrypoints.embeds.colours import hex_colour, is_readable
from shidra.entrypoints.embeds.kinds import Embeddable, asked_of, find_page
from shidra.entrypoints.embeds.options import Options
from shidra.entrypoints.embeds.snippets import frame_snippet, picture_snippet
from shidra.entrypoints.public_site.frame import public_shell
from shidra.foundation.look.formats import reader_language

NARROWEST, WIDEST = 240, 1200
LOWEST, TALLEST = 200, 2000


class MakeForm(forms.Form):
    """What is put elsewhere, and how it looks there."""

    url = forms.CharField(
        label=gettext_lazy("Address of the page here"),
        max_length=2000,
        help_text=gettext_lazy("Of the atlas, a public initiative, an indicator or a release."),
        widget=forms.URLInput,
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES, required=False)
    show = forms.ChoiceField(
        label=gettext_lazy("What is shown"),
        choices=[
            ("both", gettext_lazy("Map and list")),
            ("map", pgettext_lazy("view of the atlas", "Map")),
            ("list", pgettext_lazy("view of the atlas", "List")),
        ],
        required=False,
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("Light or dark"),
        choices=[
            ("auto", pgettext_lazy("theme", "As the device")),
            ("light", pgettext_lazy("theme", "Light")),
            ("dark", pgettext_lazy("theme", "Dark")),
        ],
        required=False,
    )
    own_colour = forms.BooleanField(label=gettext_lazy("A colour of our own for lines and links"), required=False)
    accent = forms.CharField(
        label=gettext_lazy("Colour"), max_length=7, required=False, widget=forms.TextInput(attrs={"type": "color"})
    )
    width = forms.IntegerField(
        label=gettext_lazy("Width in pixels"),
        min_value=NARROWEST,
        max_value=WIDEST,
        required=False,
        help_text=gettext_lazy("Leave empty for as wide as its place in your page."),
    )
    height = forms.IntegerField(
        label=gettext_lazy("Height in pixels"), min_value=LOWEST, max_value=TALLEST, required=False
    )
    fit = forms.BooleanField(label=gettext_lazy("Fit the chart into this height"), required=False)
    compact = forms.BooleanField(label=gettext_lazy("Compact: without sentences"), required=False)

    def clean_accent(self) -> str:
        asked = self.cleaned_data["accent"]
        found = hex_colour(asked)
        if asked and not found:
            raise forms.ValidationError(_("A colour is written like #1f4fa3."))
        return found

    def options(self) -> Options:
        """The options chosen; only of a form that is valid."""
        chosen = self.cleaned_data
        return Options(
            accent=chosen["accent"] if chosen["own_colour"] else "",
            mode=chosen["mode"] or "auto",
            height="fill" if chosen.get("fit") else "flow",
            compact=chosen["compact"],
            show=chosen.get("show") or "both",
        )


@csp_update({"frame-src": ["'self'"]})
@require_safe
def make(request: HttpRequest) -> HttpResponse:
    """Choose what is shown and how, see it, copy the lines. The query of this page is all it knows."""
    url = request.GET.get("url", "").strip()
    page = find_page(url) if url else None
    first = {"language": page.language if page else reader_language(), "accent": "#1f4fa3"}
    if page is not None:
        first["height"] = str(page.kind.height)
    # With nothing chosen yet the page is shown as it would be: what is missing is filled in.
    asked = {**first, **{name: value for name, value in request.GET.items() if value or name != "height"}}
    if page is not None:
        asked["url"] = page.preview.address
    form = MakeForm(asked if url else None, initial=first)
    if page is None or not page.kind.fits:
        del form.fields["fit"]
    if page is None or not page.kind.shows:
        del form.fields["show"]
    if url and form.is_valid():
        page = find_page(url, form.cleaned_data["language"] or first["language"])
        if page is None:
            form.add_error("url", _("There is nothing at this address that can be put into other pages."))
    context = {
        "form": form,
        "page": page,
        "chosen": chosen_words(asked_of(page.query)) if page is not None and page.kind.shows else [],
        "made": _made(page, form) if url and page is not None and form.is_valid() else None,
        "shell": public_shell(request, within=reverse("atlas:atlas") if _is_of_atlas(page) else ""),
    }
    return render(request, "embeds/make.html", context)


def _is_of_atlas(page: Embeddable | None) -> bool:
    return page is not None and page.kind.page.startswith("atlas:")


def _made(page: Embeddable, form: MakeForm) -> dict[str, Any]:
    options, chosen = form.options(), form.cleaned_data
    height = chosen["height"] or page.kind.height
    grounds = {"light": (False,), "dark": (True,)}.get(options.mode, (False, True))
    unread = [dark for dark in grounds if options.accent and not is_readable(options.accent, dark=dark)]
    return {
        "page": page,
        "preview": page.preview,
        "frame": page.frame_path(options),
        "width": chosen["width"] or "100%",
        "height": height,
        "sandbox": page.kind.sandbox,
        "pale": len(unread) == len(grounds) and bool(unread),
        "pale_on": ("dark" if unread[0] else "light") if unread else "",
        "snippet": frame_snippet(page, options, chosen["width"] or "100%", height),
        "picture": picture_snippet(page),
        "oembed": page.preview.oembed,
    }
