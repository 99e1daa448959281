"""Components and formatting of the design system. A builtin of every template: no {% load %} needed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, HiddenInput, RadioSelect
from django.http import QueryDict
from django.template import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from shidra.foundation.look import formats
from shidra.foundation.look.charts import Chart
from shidra.foundation.look.forms import InLanguagesWidget
from shidra.foundation.look.parts import STATUSES, Excerpt, Fact, FilterChoice, Progress, Status, Step
from shidra.foundation.look.shell import LanguageLink, Link, Shell, languages_of

register = template.Library()

# Icons that point along the line of reading; the rest show the world and are never mirrored.
MIRRORED = frozenset(
    {"agenda", "measurement", "go", "back", "next", "previous", "rising", "falling", "steady", "send", "undo"}
    | {"sign-out", "sign-in", "s-back", "external"}
)


@cache
def icon_names() -> frozenset[str]:
    """The names in icons.svg."""
    sprite = Path(__file__).parent.parent / "static" / "look" / "icons.svg"
    return frozenset(re.findall(r'<symbol id="([^"]+)"', sprite.read_text()))


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """A line icon. Without a label it is decoration; with one it is announced. Unknown names are a mistake of ours."""
    if name not in icon_names():
        raise template.TemplateSyntaxError(f"There is no icon named {name!r} in icons.svg")
    classes = " ".join(filter(None, ("icon", "flip" if name in MIRRORED else "", css)))
    spoken = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="{}" width="20" height="20" {}><use href="{}#{}"/></svg>',
        classes,
        spoken,
        static("look/icons.svg"),
        name,
    )


# ---------- words and figures ----------


def _figure(words: str) -> SafeString:
    return format_html('<bdi class="figure">{}</bdi>', words) if words else SafeString("")


@register.filter
def number(amount: Any, decimals: int | None = None) -> SafeString:
    """1,234.5 by the reader's locale, kept together and isolated from the words around."""
    return _figure(formats.number_words(amount, decimals))


@register.filter
def percent(amount: Any, decimals: int | None = None) -> SafeString:
    """A number that counts hundredths, with its sign where the language puts it."""
    return _figure(formats.quantity_words(amount, "%", decimals))


@register.filter
def change(amount: Any, decimals: int | None = None) -> SafeString:
    """A difference with its sign, plus included."""
    return _figure(formats.change_words(amount, decimals))


@register.filter
def percent_change(amount: Any) -> SafeString:
    """A difference in percent of what was before, with its sign, in whole percent."""
    return _figure(pgettext("percentage", "%(number)s%%") % {"number": formats.change_words(amount, 0)})


@register.filter
def quantity(value: Any, unit: str = "") -> SafeString:
    """A kernel Quantity (or Decimal, or None): the figure, or in words why there is none."""
    words = formats.quantity_words(value, unit)
    has_amount = value is not None and getattr(value, "amount", value) is not None
    return _figure(words) if has_amount else format_html('<span class="soft">{}</span>', words)


@register.filter
def state(value: str) -> str:
    """The word for missing, suppressed, not_applicable; nothing for reported."""
    return formats.state_words(value)


@register.filter
def day(value: Any, style: str = "long") -> SafeString:
    """<time> with the month in words; style long, full (weekday), medium or short (no year)."""
    if not value:
        return SafeString("")
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formats.day_words(value, style))


@register.filter
def moment(value: Any) -> SafeString:
    """<time> with the day and the time of day."""
    if not value:
        return SafeString("")
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formats.moment_words(value))


@register.filter
def period(value: Any, style: str = "long") -> SafeString:
    """A kernel Period, or its code, for the reader."""
    return format_html("<bdi>{}</bdi>", formats.period_words(value, style)) if value else SafeString("")


@register.filter
def pick(value: Any, original: str = "") -> SafeString:
    """A text in several languages, for the reader; in another language it carries its own direction and a note."""
    text = formats.picked(value, original)
    if not text.text:
        return SafeString("")
    if not text.language:
        return isolated(text.text)
    if text.language == formats.reader_language():
        return conditional_escape(text.text)
    return format_html(
        '<span class="original" lang="{}" dir="{}">{}</span> <small class="original-note">{}</small>',
        text.language,
        text.direction,
        text.text,
        formats.note_of_language(text.language),
    )


@register.filter
def pick_plain(value: Any, original: str = "") -> str:
    """The same without markup, for titles and attributes."""
    return formats.picked(value, original).text


@register.filter
def isolated(value: Any) -> SafeString:
    """Words that people typed (names of people, organisations, files), kept apart from the direction around them."""
    return format_html("<bdi>{}</bdi>", value) if value not in (None, "") else SafeString("")


@register.filter
def percent_of(part: int, whole: int) -> int:
    """Whole percent, 0 when the whole is 0."""
    return round(100 * part / whole) if whole else 0


# ---------- status ----------


def _status(state: str) -> Status:
    try:
        return STATUSES[str(state)]
    except KeyError:
        raise template.TemplateSyntaxError(f"There is no status {state!r} in look.parts.STATUSES") from None


@register.simple_tag
def status(state: str, label: str = "", bare: bool = False) -> SafeString:
    """A chip: shape, word, tint. `label` replaces the word; `bare` leaves out the tint (inside a sentence)."""
    shown = _status(state)
    return format_html(
        '<span class="chip st-{}{}">{}{}</span>',
        shown.tone,
        " bare" if bare else "",
        icon(shown.icon),
        label or shown.word,
    )


@register.simple_tag
def status_icon(state: str) -> SafeString:
    """The shape alone, named for those who hear the page."""
    shown = _status(state)
    return icon(shown.icon, label=str(shown.word), css=f"st-{shown.tone}")


@register.inclusion_tag("look/pips.html")
def pips(states: Iterable[str], label: str = "") -> dict[str, Any]:
    """A square for each expected value: ticked accepted, full handed in, half returned, outlined begun, dotted missing.

    In rows of 24, 20 px a square. Without `label` the picture is decoration, for the words beside it say the same.
    """
    kinds = {
        "accepted": "acc", "released": "acc", "submitted": "sub", "waits_for_you": "sub",
        "returned": "ret", "draft": "dra", "reported": "dra",
    }  # fmt: skip
    shown = [
        {"kind": kinds.get(str(state), "mis"), "x": 20 * (at % 24), "y": 16 * (at // 24)}
        for at, state in enumerate(states)
    ]
    columns, rows = min(len(shown), 24), (len(shown) + 23) // 24
    return {"pips": shown, "width": max(20 * columns - 4, 0), "height": max(16 * rows - 4, 0), "label": label}


# ---------- addresses that keep what is chosen ----------


def _address(context: Context, **changes: str | None) -> str:
    """The present address with some parameters changed; a change of filter or order begins at the first page."""
    chosen = context["request"].GET.copy() if "request" in context else None
    if chosen is None:
        chosen = QueryDict(mutable=True)
    if "page" not in changes:
        chosen.pop("page", None)
    for name, value in changes.items():
        chosen.pop(name, None)
        if value:
            chosen[name] = value
    return f"?{chosen.urlencode()}" if chosen else "?"


@register.inclusion_tag("look/filters.html", takes_context=True)
def filters(context: Context, name: str, choices: Sequence[FilterChoice], label: str = "") -> dict[str, Any]:
    """Chips that narrow a list by one parameter, with their counts; the choice lives in the URL."""
    request = context.get("request")
    now = request.GET.get(name, "") if request else ""
    shown = [
        {
            "url": _address(context, **{name: choice.value or None}),
            "label": choice.label,
            "count": choice.count,
            "current": choice.value == now,
            "status": _status(choice.status) if choice.status else None,
        }
        for choice in choices
    ]
    return {"choices": shown, "label": label or _("Filter")}


@register.inclusion_tag("look/chosen.html", takes_context=True)
def chosen_filters(context: Context, chosen: Mapping[str, str]) -> dict[str, Any]:
    """What narrows the list now: {parameter: words}, each a chip that takes itself away."""
    return {
        "chosen": [
            {"words": words, "url": _address(context, **{name: None})} for name, words in chosen.items() if words
        ]
    }


@register.simple_tag(takes_context=True)
def sort_header(context: Context, name: str, label: str, css: str = "") -> SafeString:
    """A <th> that orders the list by `name` (parameter `order`, a leading minus for descending)."""
    request = context.get("request")
    now = request.GET.get("order", "") if request else ""
    descending, chosen = now == f"-{name}", now.lstrip("-") == name
    url = _address(context, order=name if descending or not chosen else f"-{name}")
    order = format_html(' aria-sort="{}"', "descending" if descending else "ascending") if chosen else ""
    shape = icon(("down" if descending else "up") if chosen else "sort")
    return format_html('<th scope="col" class="{}"{}><a href="{}">{}{}</a></th>', css, order, url, label, shape)


@register.inclusion_tag("look/pages.html", takes_context=True)
def pages(context: Context, page: Page[Any]) -> dict[str, Any]:
    """Links to the pages of a list, and which of how many are shown."""
    ends = [
        {"number": at, "url": _address(context, page=str(at))} if isinstance(at, int) else None
        for at in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]
    total = page.paginator.count
    shown = ngettext("%(first)s to %(last)s of %(total)s", "%(first)s to %(last)s of %(total)s", total) % {
        "first": formats.number_words(page.start_index()),
        "last": formats.number_words(page.end_index()),
        "total": formats.number_words(total),
    }
    return {
        "page": page,
        "ends": ends,
        "shown": shown,
        "previous": _address(context, page=str(page.number - 1)) if page.has_previous() else "",
        "next": _address(context, page=str(page.number + 1)) if page.has_next() else "",
    }


# ---------- frame ----------


@register.inclusion_tag("look/_rail.html", takes_context=True)
def rail(context: Context) -> dict[str, Any]:
    """The rail of the signed-in frame; on a phone a bar of five, the rest under "More"."""
    shell: Shell = context["shell"]
    before: list[Link] = []
    conditions: list[Link] = []
    after: list[Link] = []
    for link in shell.nav:
        if link.condition:
            conditions.append(link)
        else:
            (after if conditions else before).append(link)
    if not conditions:
        before, after = before[:1], before[1:]
    return {
        "shell": shell,
        "rail": {
            "start": before,
            "conditions": conditions,
            "condition_here": next((link.condition for link in conditions if link.current), ""),
            "rest": after,
            "over": after[2:],
        },
    }


@register.inclusion_tag("look/breadcrumbs.html")
def breadcrumbs(links: Iterable[Link | tuple[str, str]]) -> dict[str, Any]:
    """The way here: Links or (label, url) pairs; one without a url is where one stands."""
    shown = [
        {"label": at[0], "url": at[1]} if isinstance(at, tuple) else {"label": at.label, "url": at.url} for at in links
    ]
    return {"links": shown}


@register.inclusion_tag("look/tabs.html")
def tabs(links: Iterable[Link], label: str = "") -> dict[str, Any]:
    """Pages of one thing, as links; the present one is marked."""
    return {"links": links, "label": label or _("Pages of this")}


@register.inclusion_tag("look/steps.html")
def steps(steps: Iterable[Step]) -> dict[str, Any]:
    """The steps of a task, run along the line of reading."""
    return {"steps": list(steps)}


# ---------- telling ----------


@register.inclusion_tag("look/notice.html")
def notice(text: str, kind: str = "info", title: str = "") -> dict[str, Any]:
    """A notice: kind is info, success, warning, error (the level tags of messages) or quiet."""
    shapes = {
        "success": ("s-on", "on"),
        "warning": ("s-watch", "watch"),
        "error": ("s-off", "off"),
        "quiet": ("info", "none"),
    }
    shape, tone = shapes.get(kind, ("info", "wait"))
    return {"text": text, "title": title, "icon": shape, "tone": tone}


@register.simple_block_tag
def empty(content: str, title: str, icon_name: str = "info", condition: str = "") -> SafeString:
    """An empty state that teaches: between the tags what this is, why it helps, one button, one example."""
    return format_html(
        '<div class="empty c-{}">{}<h3>{}</h3>{}</div>',
        condition,
        icon(icon_name),
        title,
        content,
    )


@register.simple_block_tag
def dialogue(content: str, name: str, title: str, css: str = "") -> SafeString:
    """A question before a step: a native <dialog id=name>, opened by a link with data-dialogue=name. That link's own
    address is a page with the same question, so that nothing is lost without script."""
    return format_html(
        '<dialog id="{0}" class="{1}" aria-labelledby="{0}-title"><h3 id="{0}-title">{2}</h3>{3}</dialog>',
        name, css, title, content,
    )  # fmt: skip


@register.simple_block_tag
def issue(
    content: str,
    state: str,
    title: str,
    text: str,
    excerpts: Sequence[Excerpt] = (),
    name: str = "",
    hint: str = "",
) -> SafeString:
    """What is in question in a file: the state, what it is about, the cells; between the tags, how to mend it."""
    shown = _status(state)
    cells = render_to_string("look/excerpts.html", {"excerpts": excerpts}) if excerpts else ""
    return format_html(
        '<article class="panel issue st-{}"{}><div class="what"><div class="who">{}<h3 dir="auto">{}</h3></div>'
        '<p>{}</p>{}{}</div><div class="act">{}</div></article>',
        shown.tone, format_html(' id="{}"', name) if name else "", status(state), title, text, cells,
        format_html('<p class="small soft">{}</p>', hint) if hint else "", content,
    )  # fmt: skip


@register.inclusion_tag("look/progress.html")
def progress(work: Progress, name: str = "progress") -> dict[str, Any]:
    """Long work under way; asks its address every second until it is over. It may be left."""
    if work.total:
        words = _("%(done)s of %(total)s") % {
            "done": formats.number_words(work.done),
            "total": formats.number_words(work.total),
        }
    else:
        words = formats.number_words(work.done) if work.done else ""
    return {"work": work, "words": words, "name": name}


@register.inclusion_tag("look/facts.html")
def facts(facts: Iterable[Fact]) -> dict[str, Any]:
    """Three or four facts at the top of a page."""
    return {"facts": list(facts)}


@register.inclusion_tag("look/describe.html")
def describe(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Term and text, in two columns; pairs without a text are left out."""
    return {"pairs": [(term, text) for term, text in pairs if text not in (None, "")]}


@register.simple_tag
def download(url: str, kind: str, label: str = "", size: str = "") -> SafeString:
    """A button that fetches a file: CSV, XLSX, ... with its size."""
    return format_html(
        '<a class="btn" href="{}" download>{}<bdi>{}</bdi>{}{}</a>',
        url, icon("download"), kind,
        format_html(" <span>{}</span>", label) if label else "",
        format_html(' <bdi class="size">{}</bdi>', size) if size else "",
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def table_downloads(context: Context) -> SafeString:
    """Buttons that fetch the page's table as CSV and XLSX, filtered as it is (foundation/look/tables.py)."""
    asked = context["request"].GET.copy()
    asked.pop("page", None)

    def link(kind: str) -> SafeString:
        asked["format"] = kind
        return download(f"?{asked.urlencode()}", kind.upper())

    return format_html(
        '<p class="btns table-downloads"><span class="vh">{}</span>{}{}</p>',
        _("This table as a file:"), link("csv"), link("xlsx"),
    )  # fmt: skip


# ---------- charts ----------


@register.inclusion_tag("look/chart.html")
def chart(chart: Chart) -> dict[str, Any]:
    """One drawn chart: a sparkline, bars, or one size of a run chart."""
    return {"chart": chart}


@register.inclusion_tag("look/charts.html")
def charts(charts: Sequence[Chart]) -> dict[str, Any]:
    """The sizes of one run chart and the key under it; stands in a <figure class="chart-figure">."""
    return {"charts": charts, "key": charts[0].key if charts else ()}


# ---------- forms ----------


def _first_id(bound: BoundField) -> str:
    several = isinstance(bound.field.widget, RadioSelect | CheckboxSelectMultiple | InLanguagesWidget)
    return f"{bound.auto_id}_0" if several else bound.id_for_label or bound.auto_id


@register.inclusion_tag("look/form_errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    """The summary over a form: what is to be mended, each a link to its field."""
    found = [
        {"words": words, "id": _first_id(bound), "label": bound.label}
        for bound in form
        if not bound.is_hidden
        for words in bound.errors
    ]
    elsewhere = [*form.non_field_errors(), *(words for bound in form.hidden_fields() for words in bound.errors)]
    count = len(found) + len(elsewhere)
    title = ngettext("There is one thing to mend", "There are %(count)s things to mend", count) % {"count": count}
    return {"found": found, "elsewhere": elsewhere, "title": title}


@register.inclusion_tag("look/field.html")
def field(bound: BoundField, compact: bool = False) -> dict[str, Any]:
    """A field: label, help, input, error. `compact` (filters) leaves out "optional"."""
    widget = bound.field.widget
    kinds = (
        (HiddenInput, "hidden"),
        (CheckboxInput, "tick"),
        (InLanguagesWidget, "languages"),
        (RadioSelect, "choices"),
        (CheckboxSelectMultiple, "choices"),
    )
    kind = next((name for cls, name in kinds if isinstance(widget, cls)), "plain")
    described = " ".join(
        part
        for part, there in ((f"{bound.auto_id}_helptext", bound.help_text), (f"{bound.auto_id}_error", bound.errors))
        if there
    )
    if getattr(bound.field, "empty_label", None) == NO_WORDS:
        bound.field.empty_label = _("Choose from the list")  # type: ignore[attr-defined]
    parts: list[Any] = []
    if kind == "languages":
        context = widget.get_context(bound.html_name, bound.value(), bound.build_widget_attrs({"id": bound.auto_id}))
        for at, part in enumerate(context["widget"]["subwidgets"]):
            attrs = {**part["attrs"], "required": False, "aria-describedby": described or False}
            drawn = bound.form.renderer.render(part["template_name"], {"widget": {**part, "attrs": attrs}})
            safe = mark_safe(drawn)  # noqa: S308  (a template of Django's, which escapes; its renderer strips the marking)
            parts.append(
                {
                    "id": f"{bound.auto_id}_{at}",
                    "name": part["language_name"],
                    "language": part["language"],
                    "input": safe,
                }
            )
    return {
        "field": bound, "kind": kind, "described": described, "parts": parts,
        "optional": not (bound.field.required or compact) and kind != "tick",
    }  # fmt: skip


NO_WORDS = "---------"  # what Django writes for no choice


@register.inclusion_tag("look/form.html")
def form_fields(form: BaseForm) -> dict[str, Any]:
    """The whole of a form but its <form> and its button: summary of errors, hidden inputs, fields in order."""
    return {"form": form}


@register.simple_tag
def words_between(words: Iterable[str]) -> SafeString:
    """Names in a list, with the comma of the language, each isolated."""
    return format_html_join(formats.comma(), "<bdi>{}</bdi>", ((word,) for word in words))


@register.simple_tag
def comma() -> str:
    """The comma between names, with the space behind it, in the reader's language."""
    return formats.comma()


@register.simple_tag(takes_context=True)
def languages_here(context: Context) -> tuple[LanguageLink, ...]:
    """The page of the request in each language, for pages that have no shell: the first page where it has none."""
    request = context.get("request")
    return languages_of(request.get_full_path() if request is not None else "/")
