"""What a curve says, in sentences: the same on the public page, in the workshop, on paper and in a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from shidra.conditions.shared_measurement.web.figure_words import Unit, period
from shidra.foundation.look.formats import day_words, list_words, number_words
from shidra.foundation.look.sentences import Sentence

Curve = Mapping[str, Any]


def chart_words(kind: str) -> str:
    """The name of a chart."""
    return {
        "run": _("run chart"),
        "i": _("XmR chart"),
        "i_prime": _("I′ chart"),
        "p": _("p chart"),
        "p_prime": _("P′ chart"),
        "u": _("u chart"),
        "u_prime": _("U′ chart"),
        "c": _("c chart"),
        "t": _("t chart"),
        "g": _("g chart"),
    }.get(kind, kind)


def rules_words(rule_set: str) -> str:
    """The name of a rule set."""
    return {
        "anhoej": _("Anhøj rules"),
        "ihi": _("IHI rules"),
        "making_data_count": _("Making Data Count rules"),
        "western_electric": _("Western Electric rules"),
        "nelson": _("Nelson rules"),
    }.get(rule_set, rule_set)


def said(curve: Curve, unit: Unit) -> list[Sentence]:
    """All that the line says by itself: signals, change, pace towards the target, the size of breaks."""
    more = [change(curve, unit), progress(curve)]
    return [*reading(curve), *(one for one in more if one is not None), *overlaps(curve, unit)]


def reading(curve: Curve) -> list[Sentence]:
    """How the line is read and what it says: the signals, or that there are none, or why nothing can be said."""
    read = curve["reading"]
    if read is None:
        return []
    said = [signal(one, read) for one in shown_signals(read)]
    if read["why_not"]:
        said.append(_why_not(read))
    elif not said:
        said.append(
            Sentence(
                _("No signal: the figures vary as chance makes them vary (%(chart)s, %(rules)s)."), _by_rules(read)
            )
        )
    else:
        last = _last(read)
        if last is not None:
            said.append(last)
    assured = _assurance(read)
    if assured is not None and read["variation"] == "common_cause":  # while it moves, limits do not tell what will be
        said.append(assured)
    return said


def shown_signals(read: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The signals worth a sentence: those that reach the last point first, at most four in all. Single figures outside
    the limits on one side are told together."""
    told: list[Mapping[str, Any]] = []
    outside: dict[tuple[str, str], dict[str, Any]] = {}
    for one in read["signals"]:
        key = one["rule_set"], one["direction"]
        if one["rule"] != "outside_limits":
            told.append(one)
        elif key in outside:
            outside[key]["periods"] = [*outside[key]["periods"], *one["periods"]]
            outside[key]["at_last"] = outside[key]["at_last"] or one["at_last"]
        else:
            outside[key] = dict(one)
            told.append(outside[key])
    return sorted(told, key=lambda one: (not one["at_last"], one["rule"] != "shift"))[:4]


def _by_rules(read: Mapping[str, Any]) -> dict[str, str]:
    rules = list_words([rules_words(one) for one in read["rules"]])
    return {"chart": chart_words(read["chart"]), "rules": rules}


def _why_not(read: Mapping[str, Any]) -> Sentence:
    if read["why_not"] == "impossible_values":
        return Sentence(_("These values do not fit such a chart, so the line is shown without a verdict."))
    if read["why_not"] == "few_useful_points":
        return Sentence(_("Most figures are the same, so rules that find signals have nothing to go by: no verdict."))
    return Sentence(
        _(
            "There are too few figures for rules that find signals: they need at least 10 in a phase. The line is shown "
            "without a verdict."
        )
    )


def signal(one: Mapping[str, Any], read: Mapping[str, Any]) -> Sentence:
    """One signal: which points, since when, by which rule."""
    periods: Sequence[str] = one["periods"]
    up = one["direction"] != "down"
    middle = "median" if read["chart"] == "run" else "mean"
    words = {
        "count": number_words(len(periods)),
        "first": period(periods[0]),
        "last": period(periods[-1]),
        "rules": rules_words(one["rule_set"]),
    }
    rule, at_last = one["rule"], one["at_last"]
    if rule in ("shift", "long_run"):
        templates = {
            ("median", True, True): _("%(count)s points in a row above the median since %(first)s (%(rules)s)."),
            ("median", False, True): _("%(count)s points in a row below the median since %(first)s (%(rules)s)."),
            ("median", True, False): _(
                "%(count)s points in a row above the median, from %(first)s to %(last)s (%(rules)s)."
            ),
            ("median", False, False): _(
                "%(count)s points in a row below the median, from %(first)s to %(last)s (%(rules)s)."
            ),
            ("mean", True, True): _("%(count)s points in a row above the mean since %(first)s (%(rules)s)."),
            ("mean", False, True): _("%(count)s points in a row below the mean since %(first)s (%(rules)s)."),
            ("mean", True, False): _(
                "%(count)s points in a row above the mean, from %(first)s to %(last)s (%(rules)s)."
            ),
            ("mean", False, False): _(
                "%(count)s points in a row below the mean, from %(first)s to %(last)s (%(rules)s)."
            ),
        }
        return Sentence(templates[middle, up, at_last], words)
    if rule == "trend":
        trends = {
            (True, True): _("%(count)s points in a row, each higher than the one before, since %(first)s (%(rules)s)."),
            (False, True): _("%(count)s points in a row, each lower than the one before, since %(first)s (%(rules)s)."),
            (True, False): _(
                "%(count)s points in a row, each higher than the one before, from %(first)s to %(last)s (%(rules)s)."
            ),
            (False, False): _(
                "%(count)s points in a row, each lower than the one before, from %(first)s to %(last)s (%(rules)s)."
            ),
        }
        return Sentence(trends[up, at_last], words)
    if rule == "outside_limits":
        if len(periods) == 1:
            template = (
                _("The figure for %(last)s is above the upper limit (%(rules)s).")
                if up
                else _("The figure for %(last)s is below the lower limit (%(rules)s).")
            )
        else:
            template = (
                _("%(count)s figures between %(first)s and %(last)s are above the upper limit (%(rules)s).")
                if up
                else _("%(count)s figures between %(first)s and %(last)s are below the lower limit (%(rules)s).")
            )
        return Sentence(template, words)
    if rule in ("two_of_three", "four_of_five"):
        near = {
            ("two_of_three", True): _(
                "Two of three points in a row near the upper limit, around %(last)s (%(rules)s)."
            ),
            ("two_of_three", False): _(
                "Two of three points in a row near the lower limit, around %(last)s (%(rules)s)."
            ),
            ("four_of_five", True): _("Four of five points in a row well above the mean, around %(last)s (%(rules)s)."),
            ("four_of_five", False): _(
                "Four of five points in a row well below the mean, around %(last)s (%(rules)s)."
            ),
        }
        return Sentence(near[rule, up], words)
    others = {
        "few_crossings": _(
            "The line crosses the median less often than chance makes it: it has moved or drifted (%(rules)s)."
        ),
        "few_runs": _("The line has fewer runs about the median than chance makes: it has moved (%(rules)s)."),
        "many_runs": _("The line jumps about the median more often than chance makes it (%(rules)s)."),
        "alternating": _("%(count)s points in turn up and down, from %(first)s to %(last)s (%(rules)s)."),
        "near_centre": _(
            "%(count)s points in a row close to the mean, from %(first)s to %(last)s: the limits may be too wide (%(rules)s)."
        ),
        "far_from_centre": _(
            "%(count)s points in a row far from the mean on either side, from %(first)s to %(last)s (%(rules)s)."
        ),
    }
    return Sentence(others[rule], words)


def _last(read: Mapping[str, Any]) -> Sentence | None:
    """What the last point says: alerts depend on it alone."""
    word = {
        "common_cause": _("The figure for %(last)s itself is no signal: it varies as chance makes it."),
        "improvement_high": _("The latest figure belongs to a signal for the better: the curve is turning."),
        "improvement_low": _("The latest figure belongs to a signal for the better: the curve is turning."),
        "concern_high": _("The latest figure belongs to a signal for the worse."),
        "concern_low": _("The latest figure belongs to a signal for the worse."),
        "neutral_high": _("The latest figure belongs to a signal; neither direction is called better here."),
        "neutral_low": _("The latest figure belongs to a signal; neither direction is called better here."),
        "special_cause": _("The latest figure belongs to a signal without a direction."),
    }.get(read["variation"] or "")
    return Sentence(word, {"last": period(read["last"])} if "%(last)s" in word else {}) if word else None


def _assurance(read: Mapping[str, Any]) -> Sentence | None:
    word = {
        "consistent_pass": _("As things vary now, the target is met every time."),
        "consistent_fail": _("As things vary now, the target is never met: something has to change."),
        "inconsistent": _("As things vary now, the target is sometimes met and sometimes missed, by chance."),
    }.get(read["assurance"] or "")
    return Sentence(word) if word else None


def change(curve: Curve, unit: Unit) -> Sentence | None:
    """From the first to the last figure: by how much, and whether that can be told from chance."""
    moved = curve["change"]
    if moved is None or moved["low"] is None:
        return None
    words = {
        "first": period(moved["from"]),
        "last": period(moved["to"]),
        "value": signed_gap(unit, moved["value"]),
        "low": signed_gap(unit, moved["low"]),
        "high": signed_gap(unit, moved["high"]),
    }
    if moved["is_clear"]:
        return Sentence(
            _("From %(first)s to %(last)s it changed by %(value)s (likely between %(low)s and %(high)s)."), words
        )
    return Sentence(
        _(
            "No detectable change from %(first)s to %(last)s: a difference of %(value)s may be chance "
            "(likely between %(low)s and %(high)s)."
        ),
        words,
    )


def progress(curve: Curve) -> Sentence | None:
    """How fast the figure moves towards its target, and by which method that is told."""
    told = curve.get("progress")
    if told is None or told["status"] in ("target_achieved", "not_available"):
        return None
    words = {"first": period(told["from"]), "target": period(told["target_period"])}
    if told["status"] == "no_detectable_change":
        return Sentence(_("No verdict on the target for %(target)s: the change since %(first)s may be chance."), words)
    if told["pace"] is None:
        return None
    pace = round(Decimal(told["pace"]) * 100)
    words["pace"] = pgettext("percentage", "%(number)s%%") % {"number": number_words(max(pace, 0))}
    if pace <= 0:
        return Sentence(
            _("Since %(first)s the figure has moved away from its target for %(target)s (straight line)."), words
        )
    return Sentence(
        _("Since %(first)s it has moved at %(pace)s of the pace that the target for %(target)s needs (straight line)."),
        words,
    )


def like_for_like(pair: Mapping[str, Any], unit: Unit) -> Sentence:
    """What the same partners say, so that one who did not report never looks like a fall."""
    first, second, count = Decimal(pair["previous_value"]), Decimal(pair["value"]), int(pair["partners"])
    first_shown, second_shown = unit.shown(first), unit.shown(second)
    if first_shown == second_shown:
        template = ngettext(
            "Not the same partners reported both times. At the %(count)s partner that reported for both %(previous)s "
            "and %(period)s, the figure stayed at %(value)s.",
            "Not the same partners reported both times. At the %(count)s partners that reported for both "
            "%(previous)s and %(period)s, the figure stayed at %(value)s.",
            count,
        )
    elif second_shown > first_shown:
        template = ngettext(
            "Not the same partners reported both times. At the %(count)s partner that reported for both %(previous)s "
            "and %(period)s, the figure rose from %(before)s to %(value)s.",
            "Not the same partners reported both times. At the %(count)s partners that reported for both "
            "%(previous)s and %(period)s, the figure rose from %(before)s to %(value)s.",
            count,
        )
    else:
        template = ngettext(
            "Not the same partners reported both times. At the %(count)s partner that reported for both %(previous)s "
            "and %(period)s, the figure fell from %(before)s to %(value)s.",
            "Not the same partners reported both times. At the %(count)s partners that reported for both "
            "%(previous)s and %(period)s, the figure fell from %(before)s to %(value)s.",
            count,
        )
    words = {
        "count": str(count), "previous": period(pair["previous"]), "period": period(pair["period"]),
        "before": unit.number(first), "value": unit.number(second),
    }  # fmt: skip
    return Sentence(template, words)


def overlaps(curve: Curve, unit: Unit) -> Iterator[Sentence]:
    """How large a break is, where a period was reported by both versions: of the partners that did."""
    for one in curve["breaks"]:
        yield Sentence(
            ngettext(
                "%(period)s was measured both ways by %(count)s partner: %(before)s by version %(old)s, %(value)s by "
                "version %(new)s. The new definition alone makes %(difference)s.",
                "%(period)s was measured both ways by %(count)s partners: %(before)s by version %(old)s, %(value)s by "
                "version %(new)s. The new definition alone makes %(difference)s.",
                one["partners"],
            )
            if one.get("partners")
            else _(
                "%(period)s was measured both ways: %(before)s by version %(old)s, %(value)s by version %(new)s. The new "
                "definition alone makes %(difference)s."
            ),
            {
                "period": period(one["period"]),
                "count": number_words(one.get("partners", 0)),
                "before": unit.number(one["old_value"]),
                "value": unit.number(one["new_value"]),
                "old": number_words(one["old"]),
                "new": number_words(one["new"]),
                "difference": signed_gap(unit, one["difference"]),
            },
        )


def forecast_method(method: str) -> str:
    """How a forecast was made, in words."""
    return {
        "last_value": _("the last value goes on"),
        "drift": _("the average step goes on (drift)"),
        "ses": _("simple exponential smoothing"),
        "holt": _("exponential smoothing with a trend"),
        "damped_trend": _("exponential smoothing with a damped trend"),
        "ets": _("the best of the exponential smoothing models (ETS)"),
        "theta": _("the Theta method"),
        "ets_theta": _("the mean of ETS and Theta"),
    }.get(method, method)


def forecast(curve: Curve, unit: Unit) -> list[Sentence]:
    """Where the line was headed when the forecast was frozen, and what came of it."""
    told = curve["forecast"]
    if told is None:
        return []
    when, point = told["points"][-1]
    words = {
        "day": day_words(date.fromisoformat(told["made_on"])),
        "period": period(when),
        "value": unit.number(point),
        "method": forecast_method(told["method"]),
    }
    band = told["bands"].get("95") or next(iter(told["bands"].values()), None)
    if band:
        words |= {"low": unit.number(band[-1][0]), "high": unit.number(band[-1][1])}
        said = [
            Sentence(
                _(
                    "On %(day)s the line was headed for %(value)s in %(period)s, likely between %(low)s and %(high)s "
                    "(%(method)s)."
                ),
                words,
            )
        ]
    else:
        said = [
            Sentence(
                _(
                    "On %(day)s the line was headed for %(value)s in %(period)s (%(method)s); there were too few figures "
                    "for a likely range."
                ),
                words,
            )
        ]
    latest = {"last": period(told["latest"])} if told["latest"] else {}
    verdict = {
        "better": _("The figure for %(last)s is better than that course: the curve has turned."),
        "worse": _("The figure for %(last)s is worse than that course."),
        "as_expected": _("The figures since then are within what was expected: the curve has not turned yet."),
        "different": _("The figure for %(last)s is off that course."),
        "too_early": _("It is too early to hold figures against that course."),
    }[told["verdict"]]
    said.append(Sentence(verdict, latest if "%(last)s" in verdict else {}))
    if told["history_changed"]:
        said.append(
            Sentence(
                _("Figures that the forecast was made from were corrected since. The forecast stays as it was frozen.")
            )
        )
    return said


def gap(one: Mapping[str, Any], unit: Unit, group: str, reference: str) -> list[Sentence]:
    """The latest state of a followed gap, whether it is clear, and its target."""
    said = []
    is_ratio = one["form"] == "ratio"
    names = {"group": group, "reference": reference or _("everybody else")}
    if one["points"]:
        latest = one["points"][-1]
        words = {
            **names,
            "period": period(latest["period"]),
            "value": ratio_words(latest["value"]) if is_ratio else unit.gap(abs(Decimal(latest["value"]))),
        }
        lower = Decimal(latest["value"]) < (1 if is_ratio else 0)
        if is_ratio:
            template = _("For %(period)s the figure of %(group)s is %(value)s times that of %(reference)s.")
        elif lower:
            template = _("For %(period)s the figure of %(group)s is %(value)s below that of %(reference)s.")
        else:
            template = _("For %(period)s the figure of %(group)s is %(value)s above that of %(reference)s.")
        said.append(Sentence(template, words))
        if latest["low"] is not None:
            low, high = (
                (ratio_words(latest["low"]), ratio_words(latest["high"]))
                if is_ratio
                else (signed_gap(unit, latest["low"]), signed_gap(unit, latest["high"]))
            )
            words = {"low": low, "high": high}
            said.append(
                Sentence(_("The gap is clear: likely between %(low)s and %(high)s."), words)
                if latest["is_clear"]
                else Sentence(_("The gap may be chance: likely between %(low)s and %(high)s."), words)
            )
    if one["target"] is not None:
        target = ratio_words(one["target"]) if is_ratio else unit.gap(Decimal(one["target"]))
        said.append(
            Sentence(
                _("Its target is %(value)s by %(period)s."), {"value": target, "period": period(one["target_period"])}
            )
        )
    return said


def ratio_words(value: str) -> str:
    """A ratio between two figures: 1.25."""
    return number_words(Decimal(value), 2)


def signed_gap(unit: Unit, value: str) -> str:
    """A distance with its sign: +3.2 percentage points, −0.4."""
    amount = Decimal(value)
    words = unit.gap(abs(amount))
    shown = unit.shown(abs(amount))
    if not shown:
        return words
    sign = "\u2212" if amount < 0 else "+"
    return pgettext("number with its sign", "%(sign)s%(number)s") % {"sign": sign, "number": words}
