"""Figures of the field: how many initiatives the atlas knows, of what kind, and how long they last."""

from __future__ import annotations

import numpy as np
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from shidra.commons.atlas.queries.filters import Filter
from shidra.commons.atlas.queries.index import index
from shidra.commons.atlas.web import field_figures as of_field
from shidra.commons.atlas.web.briefs import fresh_since
from shidra.foundation.look.formats import number_words
from shidra.foundation.look.previews import Preview
from shidra.foundation.look.sentences import Sentence, joined
from shidra.foundation.look.tables import wanted_as_file
from shidra.foundation.spreadsheets.writing import Table

_COLUMNS = ("figure", "code", "name", "count", "share", "lower", "upper")


@require_safe
def figures(request: HttpRequest) -> HttpResponseBase:
    """What the atlas knows of the field in figures, from its columns in memory: one query."""
    found = index()
    mask = found.matching(Filter())
    counts = found.counts(mask)
    without = int(np.count_nonzero(found.backbones[mask] == 0))
    drawn = [of_field.by_country(counts), of_field.by_field(counts)] if counts.total else []
    start = of_field.by_start(counts)
    if start is not None:
        drawn.append(start)
    if counts.total:
        drawn += [of_field.by_status(counts), of_field.by_backbone(counts, without)]
    survival = of_field.lives(found, mask)
    file = wanted_as_file(
        request,
        "atlas-figures",
        lambda: [
            Table(_("Figures"), _COLUMNS, of_field.table_cells(drawn, survival)),
            Table(
                _("What the figures cannot say"),
                [_("Figure"), _("Note")],
                [[one.column, note] for one in drawn for note in one.notes] + [["", note] for note in _cautions()],
            ),
        ],
    )
    if file is not None:
        return file
    confirmed = found.confirmed(mask, fresh_since())
    lead = [
        Sentence(
            ngettext(
                "The atlas knows %(value)s initiative of collective impact.",
                "The atlas knows %(value)s initiatives of collective impact.",
                counts.total,
            ),
            {"value": number_words(counts.total)},
        ),
        *([of_field.confirmed_words(confirmed)] if counts.total else []),
    ]
    context = {
        "total": counts.total,
        "lead": lead,
        "figures": drawn,
        "survival": survival,
        "cautions": _cautions(),
        "preview": Preview(
            title=_("The field in figures"), of=_("Atlas of collective impact"), description=joined(lead),
            path=reverse("atlas:figures"), has_frame=False,
        ),
        "crumbs": [(_("Atlas"), reverse("atlas:atlas")), (_("The field in figures"), "")],
    }  # fmt: skip
    return render(request, "atlas/figures.html", context)


def _cautions() -> list[str]:
    """What no figure of this page can say, in plain words."""
    return [
        _("The atlas lists what its editors found. It is no census, and no fair sample of all there are."),
        _(
            "Initiatives that lasted, are large, or write in English are found more easily than those that ended soon: shares "
            "of the list are not shares of the field."
        ),
        _("A difference between countries may be one of how well they were searched."),
    ]
