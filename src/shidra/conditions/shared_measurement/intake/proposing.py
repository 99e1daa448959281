"""Propose what is what in a table, with the reasons, and ask only what a person alone can know.

A pure function of the evidence, the vocabulary, the person's answers and a kept recipe: asked again after every answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping as Answers
from dataclasses import dataclass, field, replace

from shidra.conditions.shared_measurement.intake.evidence import ColumnEvidence, TableEvidence
from shidra.conditions.shared_measurement.intake.mapping import FIGURES, Column, Facts, Mapping, Role
from shidra.conditions.shared_measurement.intake.words import HEADERS, LEAVE_OUT, Known, Vocabulary, normalised
from shidra.foundation.spreadsheets.layout import is_total
from shidra.kernel.periods import Period, PeriodKind
from shidra.kernel.quantities import parse_quantity

_MOST_OPTIONS = 60


@dataclass(frozen=True, slots=True)
class Option:
    """One possible answer; `alike`: offered first, for it looks like what the file says."""

    value: str
    alike: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """Something that only the person knows. `key` names its answer; `kind` says how it is asked:

    table, column, indicator, period, place, decimal_mark, gaps (of the table or column) or word_indicator, word_period,
    word_place, word_category (of one word). `why` is a code for the reason.
    """

    key: str
    kind: str
    table: int
    word: str = ""
    columns: tuple[int, ...] = ()
    rows: tuple[int, ...] = ()
    row_count: int = 0
    dimension: str = ""
    options: tuple[Option, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column was taken for, and by what: header, values, recipe, answer, numbers, nothing."""

    column: int
    reason: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the file and the shared code that it stands for, "" while it is asked."""

    kind: str
    word: str
    code: str
    how: str
    question: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping with its reasons, what the words mean, and the open questions."""

    mapping: Mapping
    guesses: tuple[Guess, ...] = ()
    words: tuple[Word, ...] = ()
    questions: tuple[Question, ...] = ()
    whole: dict[str, str] = field(
        default_factory=dict
    )  # indicator, period, place of the whole table: how each is known


def encode(column: Column) -> str:
    """A column's role as one text, for forms and answers: `place`, `group:sex`, `value:attendance`."""
    if column.role is Role.GROUP:
        return f"group:{column.dimension}"
    if column.role in FIGURES and column.facts.indicator:
        return f"{column.role}:{column.facts.indicator}"
    return str(column.role)


def decode(text: str, vocabulary: Vocabulary) -> Column | None:
    """The column that an answer names; None if there is no such role, dimension or indicator."""
    name, _, subject = text.partition(":")
    try:
        role = Role(name) if name != LEAVE_OUT else Role.IGNORE
    except ValueError:
        return None
    if role is Role.GROUP:
        return Column(role, dimension=subject) if subject in vocabulary.dimensions else None
    if role in FIGURES and subject:
        return Column(role, facts=Facts(indicator=subject)) if subject in vocabulary.definitions else None
    return Column(role)


def propose(
    evidence: TableEvidence,
    vocabulary: Vocabulary,
    answers: Answers[str, str],
    number: int = 0,
    kept: Mapping | None = None,
    kept_columns: Answers[int, Column] | None = None,
) -> Proposal:
    """Propose how table `number` of the upload is read.

    `kept` is the mapping of the same layout, confirmed before; `kept_columns` are single columns that a changed layout
    still has. Answers stand above both, and both above what the table shows.
    """
    return _Proposing(evidence, vocabulary, answers, number, kept, kept_columns or {}).proposal()


class _Proposing:
    def __init__(
        self,
        evidence: TableEvidence,
        vocabulary: Vocabulary,
        answers: Answers[str, str],
        number: int,
        kept: Mapping | None,
        kept_columns: Answers[int, Column],
    ) -> None:
        self.evidence = evidence
        self.vocabulary = vocabulary
        self.answers = answers
        self.number = number
        self.kept = kept
        self.kept_columns = kept_columns
        self.columns: dict[int, Column] = {}
        self.guesses: list[Guess] = []
        self.questions: list[Question] = []
        self.words: list[Word] = []
        self.whole: dict[str, str] = {}
        self.facts = kept.facts if kept else Facts()

    def proposal(self) -> Proposal:
        evidence = self.evidence
        answer = self.answers.get(f"table.{self.number}", "")
        skipped = answer == LEAVE_OUT or (not answer and (evidence.hidden or bool(self.kept and self.kept.skipped)))
        if not skipped:
            self._columns()
            if not answer and not self.kept and not self._speaks_our_language():
                question = Question(
                    f"table.{self.number}",
                    "table",
                    self.number,
                    options=(Option("report"), Option(LEAVE_OUT)),
                    why="nothing_known",
                )
                self.questions, self.words = [question], []
            else:
                self._whole_table()
                self._words()
                self._decimal_mark()
        marks = () if skipped else self._marks()
        mapping = Mapping(
            sheet=evidence.sheet,
            sheet_index=evidence.sheet_index,
            header_rows=evidence.header_rows,
            data_rows=evidence.data_rows,
            left=evidence.left,
            right=evidence.right,
            columns=tuple(sorted(self.columns.items())),
            facts=self.facts,
            period_from_sheet=self.whole.get("period") == "title",
            total_rows=evidence.total_rows,
            note_rows=evidence.note_rows,
            section_rows=evidence.section_rows,
            decimal_mark=self._mark(),
            marks=marks,
            day_first=next((each.day_first for each in evidence.columns if each.day_first is not None), None),
            skipped=skipped,
        )
        return Proposal(mapping, tuple(self.guesses), tuple(self.words), tuple(self.questions), self.whole)

    # ---------- columns ----------

    def _columns(self) -> None:
        for column in self.evidence.columns:
            made, reason, sure = self._column(column)
            self.columns[column.at] = made
            self.guesses.append(Guess(column.at, reason, sure))
        self._total_columns()
        self._numerators()
        for column, guess in zip(self.evidence.columns, self.guesses, strict=True):
            made, sure = self.columns[column.at], guess.sure
            if not sure:
                self._ask_column(column, made)
            elif column.gaps and made.role in (Role.PLACE, Role.GROUP, Role.PERIOD, Role.INDICATOR):
                self._ask_gaps(column, made)

    def _total_columns(self) -> None:
        """A column of totals is the whole population where its neighbours are groups; else it only checks the sums."""
        split = any(column.facts.group for column in self.columns.values())
        for at, column in enumerate(self.evidence.columns):
            if column.total and self.guesses[at].reason in ("nothing", "header") and _is_figures(column):
                made = self.columns[column.at]
                if made.facts.group:
                    continue
                if split:
                    facts, period_row = self._facts_beside_total(column)
                    self.columns[column.at] = Column(Role.VALUE, facts=facts, period_row=period_row)
                else:
                    self.columns[column.at] = Column(Role.IGNORE)
                self.guesses[at] = Guess(column.at, "total")

    def _numerators(self) -> None:
        """Counts under an indicator's name are its numerator where its denominator stands beside them and nothing else
        is its numerator: "Started work | Joined"."""
        denominators = {column.facts for column in self.columns.values() if column.role is Role.DENOMINATOR}
        taken = {column.facts for column in self.columns.values() if column.role is Role.NUMERATOR}
        for column, guess in zip(self.evidence.columns, self.guesses, strict=True):
            made = self.columns[column.at]
            beside = made.role is Role.VALUE and made.facts.indicator and made.facts in denominators - taken
            counts = sum(rows for _first, rows in column.words.values())  # percentages are no words, whole numbers are
            if beside and guess.reason == "header" and counts >= column.figures > 0:
                self.columns[column.at] = replace(made, role=Role.NUMERATOR)

    def _facts_beside_total(self, column: ColumnEvidence) -> tuple[Facts, int | None]:
        facts, period_row = Facts(), None
        for row, text in enumerate(column.headers):
            read = self._read_header(text) if text and not is_total(text) else None
            if read is not None:
                facts = read[0].over(facts)
                period_row = row if read[2] else period_row
        return facts, period_row

    def _ask_gaps(self, column: ColumnEvidence, made: Column) -> None:
        key = f"gaps.{self.number}.{column.at}"
        answer = self.answers.get(key) or ("down" if self.kept and self.kept.column(column.at).fill_down else "")
        if answer == "down":
            self.columns[column.at] = replace(made, fill_down=True)
        elif not answer:
            options = (Option("down"), Option("empty"))
            self.questions.append(
                Question(
                    key,
                    "gaps",
                    self.number,
                    _header(column),
                    (column.at,),
                    row_count=column.gaps,
                    options=options,
                    why="gaps",
                )
            )

    def _ask_column(self, column: ColumnEvidence, made: Column) -> None:
        same = [
            question
            for question in self.questions
            if question.kind == "column" and normalised(question.word) == normalised(_header(column)) and question.word
        ]
        if same:  # one question for all columns of one header
            at = self.questions.index(same[0])
            self.questions[at] = replace(same[0], columns=(*same[0].columns, column.at))
            return
        options = self._column_options(column)
        self.questions.append(
            Question(
                self._column_key(column),
                "column",
                self.number,
                _header(column),
                (column.at,),
                options=options,
                why="figures_unknown" if _is_figures(column) else "texts_unknown",
            )
        )

    def _column_key(self, column: ColumnEvidence) -> str:
        header = normalised(_header(column))
        return f"column.{self.number}.{header}" if header else f"column.{self.number}.{column.at}"

    def _column_options(self, column: ColumnEvidence) -> tuple[Option, ...]:
        vocabulary = self.vocabulary
        if not _is_figures(column):
            texts = [Option("place"), Option("period"), *(Option(f"group:{code}") for code in vocabulary.dimensions)]
            return (*texts, Option("indicator"), Option("note"), Option(LEAVE_OUT))
        header = _header(column)
        # A column beside the numerator of an indicator is most likely its denominator.
        given = {(each.facts.indicator, each.role) for each in self.columns.values() if each.role in FIGURES}
        here = {indicator for indicator, _role in given if indicator}
        likely = vocabulary.alike("indicator", header)
        asked = {indicator for indicator, _period, _place in vocabulary.asked}
        order = sorted(
            vocabulary.definitions, key=lambda code: (code not in here, code not in likely, code not in asked)
        )
        offered: list[Option] = []
        for code in order:
            has_parts = vocabulary.definitions[code].has_parts
            for role in (Role.NUMERATOR, Role.DENOMINATOR, Role.VALUE) if has_parts else (Role.VALUE,):
                is_open = (code, role) not in given and not (role is Role.VALUE and code in here)
                offered.append(Option(f"{role}:{code}", is_open and (code in here or code in likely)))
        options = sorted(offered, key=lambda option: not option.alike)
        if any(_is_indicator_column(each, vocabulary) for each in self.evidence.columns):
            options = [Option(part) for part in ("value", "numerator", "denominator")]
        return (*options[:_MOST_OPTIONS], Option("note"), Option(LEAVE_OUT))

    def _column(self, column: ColumnEvidence) -> tuple[Column, str, bool]:
        """The column, by what it is known, and whether that is certain."""
        for key in (f"column.{self.number}.{column.at}", self._column_key(column)):
            chosen = decode(self.answers[key], self.vocabulary) if self.answers.get(key) else None
            if chosen is not None:
                return self._with_headers(chosen, column), "answer", True
        if self.kept is not None:
            return self.kept.column(column.at), "recipe", True
        if column.at in self.kept_columns:
            return self.kept_columns[column.at], "recipe", True
        return self._guess(column)

    def _with_headers(self, chosen: Column, column: ColumnEvidence) -> Column:
        """An answer says what is counted; the headers above still say when, where and for whom."""
        if chosen.role not in FIGURES:
            return chosen
        facts, period_row, _part, _unknown = self._header_facts(column)
        return replace(chosen, facts=chosen.facts.over(facts), period_row=period_row)

    def _guess(self, column: ColumnEvidence) -> tuple[Column, str, bool]:
        vocabulary = self.vocabulary
        header = normalised(_header(column))
        if not column.figures and not column.texts:
            return Column(Role.IGNORE), "empty", True
        for role in (Role.NOTE, Role.PERIOD, Role.PLACE, Role.INDICATOR):
            if header in HEADERS[role]:
                return Column(role), "header", True
        dimension = vocabulary.find("dimension", _header(column)).code
        if dimension:
            return Column(Role.GROUP, dimension=dimension), "header", True
        if not _is_figures(column) or _are_years(column):
            by_values = self._by_values(column)
            if by_values is not None:
                return by_values, "values", True
        if not _is_figures(column):
            return Column(Role.IGNORE), "nothing", False
        facts, period_row, part, unknown = self._header_facts(column)
        role = part or Role.VALUE
        if not unknown:
            return Column(role, facts=facts, period_row=period_row), "header", True
        if header in HEADERS[Role.IGNORE] or _is_serial(column):
            return Column(Role.IGNORE), "serial", True
        return Column(role, facts=facts, period_row=period_row), "nothing", False

    def _by_values(self, column: ColumnEvidence) -> Column | None:
        """A column whose cells are known words: places, groups, periods or indicators, at least half of them."""
        words = list(column.words)
        if not words:
            return None
        found: dict[str, int] = {}
        for word in words:
            for kind in ("place", "indicator"):
                if self.vocabulary.find(kind, word).codes:
                    found[kind] = found.get(kind, 0) + 1
            dimensions = {code.partition("=")[0] for code in self.vocabulary.find("category", word).codes}
            for dimension in dimensions:
                found[f"group:{dimension}"] = found.get(f"group:{dimension}", 0) + 1
        if column.texts:
            best = sorted(found.items(), key=lambda item: -item[1])
            if best and best[0][1] * 2 >= len(words) and (len(best) == 1 or best[0][1] > best[1][1]):
                return decode(best[0][0], self.vocabulary)
        readable = sum(bool(self._period(word).codes) for word in words[:200])
        if readable == len(words[:200]):
            return Column(Role.PERIOD)
        return None

    def _header_facts(self, column: ColumnEvidence) -> tuple[Facts, int | None, Role | None, bool]:
        """What the headers over a column of figures say: facts, the header row of its period, its part, and whether
        anything in them stayed unknown (headers that say nothing at all count as unknown)."""
        facts, period_row, part, unknown, said = Facts(), None, None, False, False
        for row, text in enumerate(column.headers):
            if not text:
                continue
            above = column.headers[:row]
            if text in above:  # one cell merged over several rows of headers
                continue
            read = self._read_header(text)
            if read is None:
                # A title that spans all columns says nothing about this one.
                unknown = unknown or not self._spans_all(row, text)
                continue
            said = True
            read_facts, read_part, has_period = read
            facts = read_facts.over(facts)
            part = read_part or part
            period_row = row if has_period else period_row
        return facts, period_row, part, unknown or not said

    def _spans_all(self, row: int, text: str) -> bool:
        others = [each.headers[row] for each in self.evidence.columns if row < len(each.headers)]
        return len(others) > 1 and all(each == text for each in others)

    def _read_header(self, text: str) -> tuple[Facts, Role | None, bool] | None:
        """The facts in one header text, in one piece or in several; None if any of it is unknown.

        The period is not among the facts: it is read anew in every file of this layout.
        """
        whole = self._read_piece(text)
        if whole is not None:
            return whole
        pieces = [piece for piece in re.split(r"\s*[\n|:;,()\[\]–—/]\s*|\s+-\s+|\s+", text) if piece]
        for size in range(1, len(pieces)):
            for first, rest in ((pieces[:size], pieces[size:]), (pieces[-size:], pieces[:-size])):
                one = self._read_piece(" ".join(first))
                if one is None:
                    continue
                other = self._read_header(" ".join(rest))
                if other is not None:
                    return one[0].over(other[0]), one[1] or other[1], one[2] or other[2]
        return None

    def _read_piece(self, text: str) -> tuple[Facts, Role | None, bool] | None:
        vocabulary = self.vocabulary
        word = normalised(text)
        for role in (Role.NUMERATOR, Role.DENOMINATOR, Role.VALUE):
            if word in HEADERS[role]:
                return Facts(), role, False
        known = vocabulary.find("indicator", text)
        if known.code:
            return Facts(indicator=known.code), None, False
        for role in (Role.NUMERATOR, Role.DENOMINATOR):
            known = vocabulary.find(str(role), text)
            if known.code:
                return Facts(indicator=known.code), role, False
        known = vocabulary.find("category", text)
        if known.code:
            dimension, _, category = known.code.partition("=")
            return Facts(group=((dimension, category),)), None, False
        known = vocabulary.find("place", text)
        if known.code:
            return Facts(place=known.code), None, False
        if self._period(text).code:
            return Facts(), None, True
        return None

    def _period(self, word: str) -> Known:
        expected = self.vocabulary.expected_kind(self._indicators_here() or self.vocabulary.definitions)
        day_first = next((each.day_first for each in self.evidence.columns if each.day_first is not None), None)
        return self.vocabulary.find_period(word, expected=expected, day_first=day_first)

    def _indicators_here(self) -> set[str]:
        here = {column.facts.indicator for column in self.columns.values() if column.facts.indicator}
        return here | ({self.facts.indicator} if self.facts.indicator else set())

    def _speaks_our_language(self) -> bool:
        """Whether anything in the table is known: else it may be no part of a report at all."""
        figures = any(column.role in FIGURES for column in self.columns.values())
        known = any(guess.reason in ("header", "values", "answer", "recipe") for guess in self.guesses)
        return figures and known

    # ---------- what holds for the whole table ----------

    def _whole_table(self) -> None:
        figures = {at: column for at, column in self.columns.items() if column.role in FIGURES}
        roles = {column.role for column in self.columns.values()}
        open_columns = {at for question in self.questions if question.kind == "column" for at in question.columns}
        if not figures:
            return
        if Role.INDICATOR not in roles and any(
            not column.facts.indicator for at, column in figures.items() if at not in open_columns
        ):
            self._fact("indicator", tuple(self.vocabulary.definitions), self._only("indicator"))
        if Role.PERIOD not in roles and any(
            column.period_row is None and not column.facts.period for column in figures.values()
        ):
            self._fact("period", self.vocabulary.periods, self._only("period"))
        if Role.PLACE not in roles and any(not column.facts.place for column in figures.values()):
            self._fact("place", tuple(self.vocabulary.places), self._only("place"))

    def _only(self, kind: str) -> str:
        """The one that the round asks this partner for, if it is one."""
        at = ("indicator", "period", "place").index(kind)
        asked = {each[at] for each in self.vocabulary.asked}
        if not asked and kind == "indicator":
            asked = set(self.vocabulary.definitions)
        return asked.pop() if len(asked) == 1 else ""

    def _fact(self, kind: str, all_codes: tuple[str, ...], only: str) -> None:
        key = f"{kind}.{self.number}"
        answer = self.answers.get(key, "")
        candidates = self._from_titles(kind)
        if answer and self._is_code(kind, answer):
            code, how = answer, "answer"
        elif kind == "period" and len(candidates) == 1:
            code, how = candidates[0], "title"
        elif (
            self.kept is not None
            and getattr(self.kept.facts, kind)
            and not (kind == "period" and self.kept.period_from_sheet)
        ):
            # A recipe never says which period a new file is for unless the person answers again.
            code, how = (getattr(self.kept.facts, kind), "recipe") if kind != "period" else (only, "round")
        elif len(candidates) == 1:
            code, how = candidates[0], "title"
        else:
            code, how = only, "round"
        if code:
            self.facts = self.facts.with_fact(kind, code)
            self.whole[kind] = how
            return
        self.facts = self.facts.with_fact(kind, "")
        asked = {each[("indicator", "period", "place").index(kind)] for each in self.vocabulary.asked}
        ordered = sorted(all_codes, key=lambda each: (each not in candidates, each not in asked))
        options = tuple(Option(each, each in candidates) for each in ordered[:_MOST_OPTIONS])
        self.questions.append(Question(key, kind, self.number, options=options, why="not_in_table"))

    def _is_code(self, kind: str, code: str) -> bool:
        if kind == "indicator":
            return code in self.vocabulary.definitions
        if kind == "place":
            return code in self.vocabulary.places
        return bool(self._period(code).code)

    def _from_titles(self, kind: str) -> list[str]:
        """Codes that the sheet's name or the lines above the table name."""
        found: dict[str, None] = {}
        for title in self.evidence.titles:
            if kind == "period":
                for piece in pieces_of(title):
                    known = self._period(piece)
                    expected = self.vocabulary.expected_kind(self._indicators_here() or self.vocabulary.definitions)
                    if known.code and (known.code in self.vocabulary.periods or _kind_of(known.code) is expected):
                        found[known.code] = None
                continue
            spelling = f" {normalised(title)} "
            longest = ""
            for name, known_as in self.vocabulary.words.get(kind, {}).items():
                if len(name) > 2 and f" {name} " in spelling and len(name) > len(longest):
                    codes = set().union(*known_as.values())
                    if len(codes) == 1:
                        longest = name
            if longest:
                found[self.vocabulary.find(kind, longest).code] = None
        return [code for code in found if code]

    # ---------- words ----------

    def _words(self) -> None:
        for column in self.evidence.columns:
            made = self.columns[column.at]
            kind = {
                Role.PLACE: "place", Role.GROUP: "category", Role.PERIOD: "period", Role.INDICATOR: "indicator",
            }.get(made.role)  # fmt: skip
            if kind is None or any(
                column.at in question.columns and question.kind == "column" for question in self.questions
            ):
                continue
            for word, (row, count) in column.words.items():
                self._word(kind, word, column, row, count, made.dimension)
        for column in self.evidence.columns:
            made = self.columns[column.at]
            if made.role in FIGURES and made.period_row is not None:
                header = column.headers[made.period_row]
                for piece in (header, *pieces_of(header)):
                    known = self._period(piece)
                    if known.code:
                        self._known_word("period", piece, known)
                        break

    def _word(self, kind: str, word: str, column: ColumnEvidence, row: int, count: int, dimension: str) -> None:
        key = word_key(kind, word, dimension)
        answer = self.answers.get(key, "")
        if answer:
            self._known_word(kind, word, Known((answer,), "answer"))
            return
        known = self._period(word) if kind == "period" else self.vocabulary.find(kind, word, dimension=dimension)
        if known.code:
            self._known_word(kind, word, known)
            return
        if any(question.key == key for question in self.questions):
            return
        self.words.append(Word(kind, word, "", "several" if known.codes else "nothing", key))
        # Looking for what is alike takes time; nobody answers hundreds of questions at once.
        few = len(self.questions) < _MOST_OPTIONS
        alike = list(known.codes) or (self.vocabulary.alike(kind, word, dimension=dimension) if few else [])
        self.questions.append(
            Question(
                key,
                f"word_{kind}",
                self.number,
                word,
                (column.at,),
                (row,),
                count,
                dimension,
                options=self._word_options(kind, dimension, alike),
                why="several" if known.codes else "unknown",
            )
        )

    def _word_options(self, kind: str, dimension: str, alike: Iterable[str]) -> tuple[Option, ...]:
        vocabulary = self.vocabulary
        asked = vocabulary.asked
        every = {
            "place": [*dict.fromkeys([*sorted(place for _i, _p, place in asked), *vocabulary.places])],
            "indicator": list(vocabulary.definitions),
            "period": list(vocabulary.periods),
            "category": [code for code in vocabulary.categories if code.partition("=")[0] == dimension],
        }[kind]
        liked = list(alike)
        rest = [code for code in every if code not in liked]
        return (
            *(Option(code, True) for code in liked),
            *(Option(code) for code in rest[:_MOST_OPTIONS]),
            Option(LEAVE_OUT),
        )

    def _known_word(self, kind: str, word: str, known: Known) -> None:
        if not any(each.kind == kind and each.word == word for each in self.words):
            self.words.append(Word(kind, word, known.code, known.how))

    # ---------- marks ----------

    def _marks(self) -> tuple[tuple[str, str], ...]:
        """What the marks in place of numbers mean where the person said so, now or on an earlier file; all of them are
        told among the words."""
        kept = dict(self.kept.marks) if self.kept else {}
        said: dict[str, str] = dict(kept)
        for column in self.evidence.columns:
            if column.at not in self.columns or self.columns[column.at].role not in FIGURES:
                continue
            for mark in column.marks:
                usual = str(parse_quantity(mark).state)
                answer = self.answers.get(mark_key(mark), "")
                if answer in MEANINGS:
                    said[mark] = answer
                how = "answer" if answer in MEANINGS else "recipe" if mark in kept else "mark"
                if not any(each.kind == "mark" and each.word == mark for each in self.words):
                    self.words.append(Word("mark", mark, said.get(mark, usual), how))
        return tuple(sorted(said.items()))

    def _mark(self) -> str:
        answer = self.answers.get(f"decimal_mark.{self.number}", "")
        if answer in (".", ","):
            return answer
        shown = {column.decimal_mark for column in self.evidence.columns if column.decimal_mark}
        if len(shown) == 1:
            return shown.pop()
        return self.kept.decimal_mark if self.kept else ""

    def _decimal_mark(self) -> None:
        doubtful = [
            column
            for column in self.evidence.columns
            if column.ambiguous and self.columns[column.at].role in FIGURES and not column.decimal_mark
        ]
        if doubtful and not self._mark():
            self.questions.append(
                Question(
                    f"decimal_mark.{self.number}",
                    "decimal_mark",
                    self.number,
                    doubtful[0].ambiguous,
                    tuple(column.at for column in doubtful),
                    options=(Option("."), Option(",")),
                    why="two_readings",
                )
            )


MEANINGS = ("missing", "suppressed", "not_applicable")  # of a mark that stands in place of a number


def mark_key(mark: str) -> str:
    """The key of the answer what a mark means: one for all tables of the upload."""
    return f"mark.{mark}"


def word_key(kind: str, word: str, dimension: str = "") -> str:
    """The key of the answer what a word means: one for all tables of the upload."""
    return f"word.{kind}{'.' + dimension if dimension else ''}.{normalised(word)}"


def _header(column: ColumnEvidence) -> str:
    """The lowest header that says something."""
    return next((text for text in reversed(column.headers) if text), "")


def _is_figures(column: ColumnEvidence) -> bool:
    return column.figures > 0 and column.figures * 5 >= (column.figures + column.texts) * 3


def _are_years(column: ColumnEvidence) -> bool:
    words = list(column.words)
    return bool(words) and all(re.fullmatch(r"(19|20)\d\d", word) for word in words) and len(words) <= 60


def _is_serial(column: ColumnEvidence) -> bool:
    """1, 2, 3, … under no header: the numbers of the rows."""
    return not any(column.headers) and [*column.words] == [str(at) for at in range(1, len(column.words) + 1)]


def _is_indicator_column(column: ColumnEvidence, vocabulary: Vocabulary) -> bool:
    return normalised(_header(column)) in HEADERS[Role.INDICATOR] or (
        bool(column.words)
        and not _is_figures(column)
        and all(vocabulary.find("indicator", word).codes for word in column.words)
    )


def pieces_of(text: str) -> list[str]:
    """Runs of up to four words, the longest first: where in a title or header a period may stand."""
    tokens = [token.strip("()[],;:.") for token in re.split(r"\s+|\s*[–—|]\s*", text)]
    tokens = [token for token in tokens if token]
    return [" ".join(tokens[start : start + size]) for size in (4, 3, 2, 1) for start in range(len(tokens) - size + 1)]


def _kind_of(code: str) -> PeriodKind:
    return Period.from_code(code).kind
