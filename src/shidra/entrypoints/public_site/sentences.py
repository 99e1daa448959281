"""What an indicator says, in sentences: one whole sentence a case, so that each language can say it in its own way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from shidra.conditions.shared_measurement.web.curve_words import like_for_like
from shidra.conditions.shared_measurement.web.figure_words import Unit, is_incomplete, period
from shidra.foundation.look.sentences import Sentence

Sentences = list[Sentence]


def so_what(document: Mapping[str, Any], unit: Unit) -> Sentences:
    """What the indicator says: the latest figure and how it moved, the target, what is not known."""
    headline = document["headline"]
    if headline is None:
        return [Sentence(_("No figure has been released yet."))]
    pair = pair_of(document, headline)
    said = [latest(headline, unit, is_compared=pair is None and is_comparable(document, headline))]
    if pair is not None:
        said.append(like_for_like(pair, unit))
    target = target_of(document, headline, unit)
    if target is not None:
        said.append(target)
    partial = coverage(headline)
    if partial is not None:
        said.append(partial)
    return said


def is_comparable(document: Mapping[str, Any], headline: Mapping[str, Any]) -> bool:
    """Whether the latest figure may be held against the one before: not while partners are missing in it, unless the
    same partners are compared."""
    if headline["previous_value"] is None:
        return False
    return pair_of(document, headline) is not None or not is_incomplete(headline)


def verdict_of(document: Mapping[str, Any], headline: Mapping[str, Any]) -> str:
    """How the figure stands against its target; of a sum in which partners are missing nothing is said."""
    if (
        document["unit"]["kind"] in ("count", "money")
        and is_incomplete(headline)
        and headline["target_state"] != "reached"
    ):
        return "no_verdict"
    return str(headline["target_state"])


def latest(headline: Mapping[str, Any], unit: Unit, *, is_compared: bool) -> Sentence:
    """The latest figure, `is_compared` with the one before it."""
    when = period(headline["period"])
    if headline["status"] not in ("reported", "restated"):
        return Sentence(
            {
                "suppressed": _(
                    "The figure for %(period)s is not shown: it is about so few people that they could be recognised."
                ),
                "not_applicable": _("For %(period)s this does not apply."),
            }.get(headline["status"], _("Nobody has reported a figure for %(period)s.")),
            {"period": when},
        )
    words = {"period": when, "value": unit.words(headline["value"], headline["text"])}
    if headline["previous_value"] is None:
        return Sentence(
            _("For %(period)s the figure is %(value)s. There is no earlier figure to compare it with."), words
        )
    if not is_compared:
        return Sentence(_("For %(period)s the figure is %(value)s."), words)
    words |= {"previous": period(headline["previous_period"]), "before": unit.number(headline["previous_value"])}
    way, turn = headline["direction"], headline["better"]
    templates = {
        ("rising", "improving"): _(
            "For %(period)s the figure is %(value)s, up from %(before)s for %(previous)s. That is a change for the "
            "better."
        ),
        ("rising", "worsening"): _(
            "For %(period)s the figure is %(value)s, up from %(before)s for %(previous)s. That is a change for the "
            "worse."
        ),
        ("rising", "unchanged"): _(
            "For %(period)s the figure is %(value)s, up from %(before)s for %(previous)s. Both are within the "
            "desired range."
        ),
        ("rising", "unknown"): _("For %(period)s the figure is %(value)s, up from %(before)s for %(previous)s."),
        ("falling", "improving"): _(
            "For %(period)s the figure is %(value)s, down from %(before)s for %(previous)s. That is a change for the "
            "better."
        ),
        ("falling", "worsening"): _(
            "For %(period)s the figure is %(value)s, down from %(before)s for %(previous)s. That is a change for the "
            "worse."
        ),
        ("falling", "unchanged"): _(
            "For %(period)s the figure is %(value)s, down from %(before)s for %(previous)s. Both are within the "
            "desired range."
        ),
        ("falling", "unknown"): _("For %(period)s the figure is %(value)s, down from %(before)s for %(previous)s."),
    }  # fmt: skip
    level = _("For %(period)s the figure is %(value)s, the same as for %(previous)s.")
    return Sentence(templates.get((way, turn), level), words)


def pair_of(document: Mapping[str, Any], headline: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The like-for-like figures of the headline's two periods, where not the same partners reported."""
    return next(
        (
            pair
            for pair in document.get("like_for_like", ())
            if (pair["previous"], pair["period"]) == (headline["previous_period"], headline["period"])
        ),
        None,
    )


def target_of(document: Mapping[str, Any], headline: Mapping[str, Any], unit: Unit) -> Sentence | None:
    """How the figure stands against its target; nothing where there is none."""
    target = headline["target"]
    if target is None:
        return None
    templates = {
        "reached": _("The target of %(target)s for %(by)s is reached."),
        "on_course": _("At this pace the target of %(target)s for %(by)s will be reached."),
        "watch": _("The pace is slower than the target of %(target)s for %(by)s needs."),
        "off_course": _("At this pace the target of %(target)s for %(by)s will not be reached."),
    }
    template = templates.get(verdict_of(document, headline), _("The target is %(target)s for %(by)s."))
    return Sentence(template, {"target": unit.exactly(target["amount"]), "by": period(target["period"])})


def coverage(figure: Mapping[str, Any]) -> Sentence | None:
    """Who is not in the figure yet; nothing where all reported."""
    reporting, expected = figure.get("reporting"), figure.get("expected")
    if reporting is None or expected is None or reporting >= expected:
        return None
    template = ngettext(
        "%(reporting)s of the %(count)s partner asked has reported, so the figure is incomplete.",
        "%(reporting)s of the %(count)s partners asked have reported, so the figure is incomplete.",
        expected,
    )
    return Sentence(template, {"reporting": str(reporting), "count": str(expected)})


def chart_title(
    first: tuple[str, Decimal] | None, last: tuple[str, Decimal] | None, same_partners: bool, unit: Unit
) -> Sentence:
    """The message of a chart: from the first comparable figure to the last; no rise or fall where partners changed."""
    if last is None:
        return Sentence(_("There is no figure to show yet"))
    if first is None or first[0] == last[0]:
        return Sentence(
            _("One figure so far: %(value)s for %(period)s"),
            {"value": unit.number(last[1]), "period": period(last[0])},
        )
    words = {
        "before": unit.number(first[1]), "first": period(first[0]),
        "value": unit.number(last[1]), "last": period(last[0]),
    }  # fmt: skip
    if not same_partners:
        template = _("From %(before)s for %(first)s to %(value)s for %(last)s, not always by the same partners")
        return Sentence(template, words)
    if unit.shown(first[1]) == unit.shown(last[1]):
        return Sentence(_("%(value)s for %(last)s, as for %(first)s"), words)
    if last[1] > first[1]:
        return Sentence(_("Up from %(before)s for %(first)s to %(value)s for %(last)s"), words)
    return Sentence(_("Down from %(before)s for %(first)s to %(value)s for %(last)s"), words)


def last_point(figure: Mapping[str, Any]) -> Sentence | None:
    """That partners are missing in the figure at which a line ends; nothing where all are in it."""
    if not is_incomplete(figure):
        return None
    template = ngettext(
        "The last point counts %(reporting)s of the %(count)s partner asked.",
        "The last point counts %(reporting)s of the %(count)s partners asked.",
        figure["expected"],
    )
    return Sentence(template, {"reporting": str(figure["reporting"]), "count": str(figure["expected"])})


def chart_words(
    points: Sequence[tuple[str, Decimal]], missing: int, suppressed: int, breaks: int, unit: Unit
) -> Sentences:
    """A chart told to those who do not see it, and to everybody under it."""
    said: Sentences = []
    if len(points) > 2:
        low, high = min(points, key=lambda one: one[1]), max(points, key=lambda one: one[1])
        if low[1] != high[1]:
            said.append(
                Sentence(
                    _(
                        "The lowest figure is %(low)s, for %(low_period)s; the highest is %(high)s, for "
                        "%(high_period)s."
                    ),
                    {
                        "low": unit.number(low[1]), "low_period": period(low[0]),
                        "high": unit.number(high[1]), "high_period": period(high[0]),
                    },
                )
            )  # fmt: skip
    if breaks:
        said.append(
            Sentence(
                _(
                    "What is measured changed on the way: figures before and after the break should be compared with "
                    "care."
                )
            )
        )
    if missing:
        template = ngettext(
            "For one period there is no figure; the line stops there.",
            "For %(count)s periods there is no figure; the line stops there.",
            missing,
        )
        said.append(Sentence(template, {"count": str(missing)}))
    if suppressed:
        template = ngettext(
            "For one period the figure is not shown, because it is about so few people that they could be recognised.",
            "For %(count)s periods the figure is not shown, because it is about so few people that they could be "
            "recognised.",
            suppressed,
        )
        said.append(Sentence(template, {"count": str(suppressed)}))
    return said


def contribution(level: str) -> Sentence:
    """Whose result it is; never that the initiative alone brought it about."""
    if level == "population":
        return Sentence(
            _(
                "This is a result for the whole population. The initiative contributes to it together with others; "
                "the figures do not show how much."
            )
        )
    return Sentence(_("This is a result of the partners' own programmes, not of the whole population."))


def group_gap(
    now: Sequence[tuple[str, Decimal]], before: Mapping[str, Decimal], when: str, previous: str, unit: Unit
) -> Sentence | None:
    """The distance between the highest and the lowest group, now and at the figures before."""
    if len(now) < 2:
        return None
    # Of the figures as they are shown: a reader who subtracts them gets the same.
    now = [(name, unit.shown(value)) for name, value in now]
    low, high = min(now, key=lambda one: one[1]), max(now, key=lambda one: one[1])
    gap = high[1] - low[1]
    words = {
        "high_group": high[0], "high": unit.number(high[1]), "low_group": low[0], "low": unit.number(low[1]),
        "gap": unit.gap(gap), "period": period(when),
    }  # fmt: skip
    if not gap:
        return Sentence(_("For %(period)s there is no gap between the groups."), words)
    if high[0] not in before or low[0] not in before:
        return Sentence(
            _(
                "For %(period)s the figure is %(high)s for %(high_group)s and %(low)s for %(low_group)s: a gap of "
                "%(gap)s."
            ),
            words,
        )
    earlier = unit.shown(before[high[0]]) - unit.shown(before[low[0]])
    words |= {"gap_before": unit.gap(abs(earlier)), "previous": period(previous)}
    if earlier < 0:
        return Sentence(
            _(
                "For %(period)s the figure is %(high)s for %(high_group)s and %(low)s for %(low_group)s: a gap of "
                "%(gap)s. For %(previous)s it was the other way round."
            ),
            words,
        )
    if gap == earlier:
        template = _(
            "For %(period)s the figure is %(high)s for %(high_group)s and %(low)s for %(low_group)s: a gap of "
            "%(gap)s, as for %(previous)s."
        )
    elif gap < earlier:
        template = _(
            "For %(period)s the figure is %(high)s for %(high_group)s and %(low)s for %(low_group)s. The gap "
            "narrowed to %(gap)s, from %(gap_before)s for %(previous)s."
        )
    else:
        template = _(
            "For %(period)s the figure is %(high)s for %(high_group)s and %(low)s for %(low_group)s. The gap widened "
            "to %(gap)s, from %(gap_before)s for %(previous)s."
        )
    return Sentence(template, words)


def better_words(document: Mapping[str, Any], unit: Unit) -> str:
    """Which way is hoped for."""
    low, high = document["range"]
    if document["direction"] == "range" and low is not None and high is not None:
        return pgettext("what is better", "Best between %(low)s and %(high)s") % {
            "low": unit.number(low), "high": unit.number(high),
        }  # fmt: skip
    return {
        "up": pgettext("what is better", "More is better"),
        "down": pgettext("what is better", "Less is better"),
        "range": pgettext("what is better", "Best within a range"),
    }.get(document["direction"], pgettext("what is better", "Neither more nor less is better in itself"))
