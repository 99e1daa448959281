"""Questions, columns, codes and findings of an upload in the reader's words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from shidra.conditions.shared_measurement.intake.mapping import FIGURES, SECTION, Column, Role
from shidra.conditions.shared_measurement.intake.proposing import Proposal, Question, pieces_of
from shidra.conditions.shared_measurement.intake.words import LEAVE_OUT, VERSION_MARK, Vocabulary, name_with_version
from shidra.foundation.look.formats import filled, list_words, period_words, picked
from shidra.foundation.spreadsheets import column_letters
from shidra.kernel.errors import RuleBroken

RADIOS_MOST = 7


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer as it is offered."""

    value: str
    words: str
    small: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it stands on the page; `choices` are shown, `more` stand in a list to choose from."""

    number: int
    key: str
    title: str
    word: str
    why: str
    choices: list[Choice] = field(default_factory=list)
    more: list[Choice] = field(default_factory=list)
    is_unsure: bool = False  # left to the backbone team


def role_words(role: Role | str) -> str:
    """The word for a column's role."""
    return {
        Role.INDICATOR: _("Indicator"),
        Role.PERIOD: _("Period"),
        Role.PLACE: _("Place"),
        Role.GROUP: _("Group"),
        Role.NUMERATOR: _("Numerator"),
        Role.DENOMINATOR: _("Denominator"),
        Role.VALUE: _("Value"),
        Role.KEY: _("Key"),
        Role.NOTE: _("Note"),
        Role.IGNORE: _("Not read"),
    }[Role(role)]


ROLE_ICONS = {
    Role.INDICATOR: "target",
    Role.PERIOD: "period",
    Role.PLACE: "atlas",
    Role.GROUP: "people",
    Role.NUMERATOR: "part",
    Role.DENOMINATOR: "whole",
    Role.VALUE: "measurement",
    Role.KEY: "key",
    Role.NOTE: "note",
    Role.IGNORE: "ignore",
}
ROLE_STYLES = {
    Role.INDICATOR: "r-indicator",
    Role.PERIOD: "r-period",
    Role.PLACE: "r-place",
    Role.GROUP: "r-group",
    Role.NUMERATOR: "r-part",
    Role.DENOMINATOR: "r-whole",
    Role.VALUE: "r-part",
    Role.KEY: "r-ignore",
    Role.NOTE: "r-ignore",
    Role.IGNORE: "r-ignore",
}
_KIND_ROLES = {"place": Role.PLACE, "category": Role.GROUP, "period": Role.PERIOD, "indicator": Role.INDICATOR}


def kind_words(kind: str) -> str:
    """What a word is: place, group, period, indicator, or a mark in place of a number."""
    if kind == "mark":
        return _("Instead of a number")
    return role_words(_KIND_ROLES[kind])


def mark_words(state: str) -> str:
    """Why there is no number: what a mark stands for."""
    return {
        "missing": _("missing: not known"),
        "suppressed": _("suppressed: known and not told"),
        "not_applicable": _("not applicable: there can be none"),
    }[state]


def code_words(kind: str, code: str, vocabulary: Vocabulary) -> str:
    """The name of what a shared code stands for."""
    if code == LEAVE_OUT:
        return _("Not for this report: these rows stay out")
    if kind == "mark":
        return mark_words(code)
    if kind == "place" and code in vocabulary.places:
        return picked(vocabulary.places[code].names).text or code
    if kind == "indicator" and code in vocabulary.definitions:
        return indicator_words(code, vocabulary)
    if kind == "category" and code.endswith("="):
        return _("everybody")
    if kind == "category" and code in vocabulary.categories:
        return picked(vocabulary.categories[code].names).text or code
    if kind == "period":
        try:
            return period_words(code)
        except RuleBroken:
            return code
    return code


def code_beside(kind: str, code: str, vocabulary: Vocabulary) -> str:
    """The code to stand beside a term, where it says more than the term."""
    if code in ("", LEAVE_OUT) or kind in ("period", "mark"):
        return ""
    shown = code.partition("=")[2] if kind == "category" else code
    return "" if shown == code_words(kind, code, vocabulary) else shown


def indicator_words(code: str, vocabulary: Vocabulary) -> str:
    """An indicator's name; with its version, where this partner reports it by two."""
    definition = vocabulary.definitions[code]
    name = picked(definition.names).text or code
    beside = f"{definition.indicator.code}{VERSION_MARK}"
    if any(other.startswith(beside) for other in vocabulary.definitions):
        return name_with_version(definition, name, get_language() or "en")
    return name


def column_words(column: Column, vocabulary: Vocabulary) -> str:
    """A column's role, with what it counts."""
    if column.role is Role.GROUP and column.dimension in vocabulary.dimensions:
        return picked(vocabulary.dimensions[column.dimension].names).text or column.dimension
    words = role_words(column.role)
    if column.facts.indicator in vocabulary.definitions:
        name = indicator_words(column.facts.indicator, vocabulary)
        return pgettext("role of a column and its indicator", "%(role)s: %(indicator)s") % {
            "role": words,
            "indicator": name,
        }
    return words


def column_stands_for(column: Column, headers: Sequence[str], proposal: Proposal, vocabulary: Vocabulary) -> str:
    """For which groups, place and period the figures of a column are, as its headers say; "" where they say nothing."""
    if column.role not in FIGURES:
        return ""
    period = column.facts.period
    if column.period_row is not None and column.period_row < len(headers):
        codes = {word.word: word.code for word in proposal.words if word.kind == "period"}
        header = headers[column.period_row]
        period = next((codes[piece] for piece in (header, *pieces_of(header)) if codes.get(piece)), period)
    words = [code_words("category", "=".join(pair), vocabulary) for pair in column.facts.group]
    if column.facts.place:
        words.append(code_words("place", column.facts.place, vocabulary))
    if period:
        words.append(code_words("period", period, vocabulary))
    return pgettext("between names in a list", ", ").join(words)


def how_words(kind: str, how: str) -> str:
    """How we know what a word stands for."""
    return {
        "answer": _("answered for this file"),
        "synonym": _("answered for an earlier file"),
        "code": _("the shared code"),
        "name": _("the same name"),
        "period": _("read as a date"),
        "total": _("a word for the total"),
        "mark": _("what this mark usually means"),
        "recipe": _("as in the last file of this layout"),
        "several": _("more than one has this name"),
        "nothing": _("not known yet"),
    }.get(how, how)


def reason_words(reason: str) -> str:
    """By what a column was told."""
    return {
        "header": _("by its header"),
        "values": _("by what stands in it"),
        "recipe": _("as in the last file of this layout"),
        "answer": _("answered for this file"),
        "total": _("a total"),
        "serial": _("row numbers"),
        "empty": _("empty"),
        "nothing": _("not known yet"),
    }.get(reason, reason)


def whole_words(how: str) -> str:
    """How we know what holds for the whole sheet."""
    return {
        "answer": _("answered for this file"),
        "title": _("from the title or the name of the sheet"),
        "recipe": _("as in the last file of this layout"),
        "round": _("the only one that the round asks for"),
    }.get(how, how)


def ask(
    proposals: Iterable[Proposal], vocabulary: Vocabulary, answers: dict[str, str], unsure: Collection[str] = ()
) -> list[Asked]:
    """All open questions, numbered through; `unsure` are the keys of those left to the backbone team."""
    questions = [question for proposal in proposals for question in proposal.questions]
    return [
        _asked(number, question, vocabulary, answers, question.key in unsure)
        for number, question in enumerate(questions, 1)
    ]


def answered(
    proposals: Iterable[Proposal], vocabulary: Vocabulary, answers: dict[str, str], keys: Collection[str], after: int
) -> list[Asked]:
    """Questions that somebody answered for the person, each with that answer chosen, numbered on from `after`."""
    questions = [question for proposal in proposals for question in proposal.questions if question.key in keys]
    return [
        _asked(number, question, vocabulary, answers, False)
        for number, question in enumerate(questions, after + 1)
        if answers.get(question.key)
    ]


def _asked(number: int, question: Question, vocabulary: Vocabulary, answers: dict[str, str], is_unsure: bool) -> Asked:
    chosen = answers.get(question.key, "")
    choices = [_choice(question, option.value, vocabulary, chosen) for option in question.options]
    if len(choices) <= RADIOS_MOST:
        shown, more = choices, []
    else:
        alike = {option.value for option in question.options if option.alike}
        first = [each for each in choices if each.value in alike][: RADIOS_MOST - 2]
        last = [each for each in choices if each.value == LEAVE_OUT]
        shown = [*first, *last]
        more = [each for each in choices if each not in shown]
    return Asked(number, question.key, _title(question), question.word, _why(question), shown, more, is_unsure)


def _columns(question: Question) -> str:
    return list_words(column_letters(at) for at in question.columns if at != SECTION)


def _title(question: Question) -> str:
    params = {"columns": _columns(question), "row": question.rows[0] + 1 if question.rows else ""}
    if question.kind == "column":
        count = len(question.columns)
        return ngettext("Column %(columns)s: what is in it?", "Columns %(columns)s: what is in them?", count) % params
    if question.kind.startswith("word_"):
        title = {
            "word_place": _("Row %(row)s: which place is this?"),
            "word_category": _("Row %(row)s: which group is this?"),
            "word_period": _("Row %(row)s: which period is this?"),
            "word_indicator": _("Row %(row)s: which indicator is this?"),
        }[question.kind]
        return title % params
    return {
        "table": _("Is this table part of the report?"),
        "indicator": _("Which indicator are these figures for?"),
        "period": _("Which period are these figures for?"),
        "place": _("Which place are these figures for?"),
        "decimal_mark": _("Which mark stands before decimals in this file?"),
        "gaps": _("Column %(columns)s has empty cells. What do they mean?"),
    }[question.kind] % params


def _why(question: Question) -> str:
    rows = ngettext("It stands in one row.", "It stands in %(count)s rows.", question.row_count) % {
        "count": question.row_count
    }
    return {
        "nothing_known": _("Nothing in it is known to us, so nothing is read unless you say so."),
        "figures_unknown": _("There are figures in it, and its header is not known to us."),
        "texts_unknown": _("Neither its header nor the words in it are known to us."),
        "not_in_table": _("The table itself does not say."),
        "unknown": _("This word is not known to us.") + " " + rows,
        "several": _("It can mean more than one.") + " " + rows,
        "two_readings": _("A number in this file can be read in two ways."),
        "gaps": ngettext("One cell is empty.", "%(count)s cells are empty.", question.row_count)
        % {"count": question.row_count},
    }.get(question.why, "")


def _choice(question: Question, value: str, vocabulary: Vocabulary, chosen: str) -> Choice:
    words, small = _choice_words(question, value, vocabulary)
    return Choice(value, words, small, value == chosen)


def _choice_words(question: Question, value: str, vocabulary: Vocabulary) -> tuple[str, str]:
    kind = question.kind
    if kind == "table":
        if value == LEAVE_OUT:
            return _("No, leave it out"), ""
        return _("Yes, ask me what is what"), ""
    if kind == "gaps":
        if value == "down":
            return _("The word above holds for them too"), ""
        return _("Nothing: rows without the word cannot be read"), ""
    if kind == "decimal_mark":
        return (_("A point: 1.5"), "") if value == "." else (_("A comma: 1,5"), "")
    if kind == "column":
        return _column_choice(value, vocabulary)
    code_kind = kind.removeprefix("word_")
    if value == LEAVE_OUT:
        return _("Not for this report"), _("the rows with this word stay out")
    return code_words(code_kind, value, vocabulary), _small(code_kind, value, vocabulary)


def _column_choice(value: str, vocabulary: Vocabulary) -> tuple[str, str]:
    if value == LEAVE_OUT:
        return _("Nothing for this report"), _("the column is not read")
    name, _colon, subject = value.partition(":")
    role = Role(name)
    if role is Role.GROUP:
        return picked(vocabulary.dimensions[subject].names).text, _("a group of people in each row")
    if not subject:
        return role_words(role), ""
    definition = vocabulary.definitions[subject]
    text = indicator_words(subject, vocabulary)
    if role is Role.NUMERATOR:
        return picked(definition.numerator).text or text, _(
            "the part that is counted: numerator of “%(indicator)s”"
        ) % {"indicator": text}
    if role is Role.DENOMINATOR:
        return picked(definition.denominator).text or text, _(
            "the whole it is counted out of: denominator of “%(indicator)s”"
        ) % {"indicator": text}
    return text, _("the value itself")


def _small(kind: str, code: str, vocabulary: Vocabulary) -> str:
    if kind == "place" and code in vocabulary.places:
        place = vocabulary.places[code]
        # Two places of one name are told apart by what they lie in; few people know their codes.
        around = next((one for one in vocabulary.places.values() if one.pk == place.parent_id), None)
        return list_words([place.get_kind_display(), *([picked(around.names).text] if around else []), code])
    if kind == "category":
        return code.partition("=")[2]
    return "" if kind == "period" else code


def finding_words(finding: dict[str, Any]) -> str:
    """Something in the file that must not be passed over in silence."""
    from django.utils.translation import gettext

    return filled(gettext(finding["message"]), finding["params"])
