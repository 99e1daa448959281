"""Recipes: how a partner's layouts are read, kept on confirmation and found again by fingerprint."""

from __future__ import annotations

from collections.abc import Mapping as Answers
from dataclasses import dataclass, replace
from typing import Any

from shidra.conditions.shared_measurement.intake.evidence import TableEvidence
from shidra.conditions.shared_measurement.intake.mapping import Column, Mapping
from shidra.conditions.shared_measurement.intake.proposing import Proposal, propose
from shidra.conditions.shared_measurement.intake.words import Vocabulary, normalised
from shidra.conditions.shared_measurement.models import Recipe, Synonym
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.spreadsheets.layout import LayoutDifference, header_key, layout_difference

_ALIKE = 0.5  # share of headers that a changed layout has in common with one we know


@dataclass(frozen=True, slots=True)
class Kept:
    """What is remembered for a table: the mapping of its layout, or of one like it with what changed."""

    recipe: Recipe | None = None
    mapping: Mapping | None = None
    columns: Answers[int, Column] | None = None
    difference: LayoutDifference | None = None


def recipes_for(tables: list[TableEvidence], initiative: Initiative, organisation: Organisation | None) -> list[Kept]:
    """What is remembered for each table of an upload."""
    recipes = list(
        Recipe.objects.filter(initiative=initiative, organisation=organisation).order_by("-confirmed_at", "-pk")
    )
    by_fingerprint = {recipe.fingerprint: recipe for recipe in reversed(recipes)}
    found: list[Kept] = []
    for table in tables:
        recipe = by_fingerprint.get(table.fingerprint)
        if recipe is not None:
            mapping = Mapping.from_json(recipe.mapping)
            found.append(Kept(recipe, _placed(mapping, table)))
        else:
            found.append(_most_alike(table, recipes))
    return found


def _placed(mapping: Mapping, table: TableEvidence) -> Mapping:
    """The mapping where this table begins further right or left than the one it was made for."""
    shift = table.left - mapping.left
    if not shift:
        return mapping
    columns = tuple((at + shift if at >= 0 else at, column) for at, column in mapping.columns)
    return replace(mapping, columns=columns, left=table.left, right=table.right)


def _most_alike(table: TableEvidence, recipes: list[Recipe]) -> Kept:
    """Columns that stand under the same headers as in the layout most like this one; the others are asked."""
    best: tuple[float, Recipe] | None = None
    keys = [header_key(header) for header in table.headers]
    for recipe in recipes:
        old = [header_key(header) for header in recipe.layout.get("headers", [])]
        share = len(set(old) & set(keys)) / max(len(set(old) | set(keys)), 1)
        if share >= _ALIKE and (best is None or share > best[0]):
            best = (share, recipe)
    if best is None:
        return Kept()
    recipe = best[1]
    mapping = Mapping.from_json(recipe.mapping)
    old_headers: list[str] = recipe.layout["headers"]
    old_places: list[int] = recipe.layout["places"]
    free = {header_key(header): at for header, at in zip(reversed(old_headers), reversed(old_places), strict=True)}
    evidence = [column for column in table.columns if column.at >= 0]
    columns = {}
    for column, header in zip(evidence, table.headers, strict=True):
        at = free.pop(header_key(header), None)
        if at is not None:
            columns[column.at] = mapping.column(at)
    return Kept(recipe, None, columns, layout_difference(old_headers, list(table.headers)))


def propose_all(
    tables: list[TableEvidence], kept: list[Kept], vocabulary: Vocabulary, answers: Answers[str, str]
) -> list[Proposal]:
    """A proposal for each table. Of tables of one layout the first is asked about, and the others follow."""
    proposals: list[Proposal] = []
    first_of: dict[str, int] = {}
    asked: set[str] = set()
    for number, table in enumerate(tables):
        first = first_of.setdefault(table.fingerprint, number)
        said = dict(answers)
        if first != number:
            said = _answers_of(first, number, answers) | said
        remembered = kept[number]
        proposal = propose(table, vocabulary, said, number, remembered.mapping, remembered.columns)
        questions = []
        for question in proposal.questions:
            follows = question.key.replace(f".{number}", f".{first}", 1) if first != number else ""
            if question.key in asked or (
                question.kind in ("column", "gaps", "decimal_mark", "table") and follows in asked
            ):
                continue
            asked.add(question.key)
            questions.append(question)
        proposals.append(replace(proposal, questions=tuple(questions)))
    return proposals


def _answers_of(first: int, number: int, answers: Answers[str, str]) -> dict[str, str]:
    """Answers about the columns of one table, for another of the same layout."""
    moved = {}
    for key, answer in answers.items():
        kind, _, rest = key.partition(".")
        if kind in ("column", "gaps", "decimal_mark", "table", "indicator", "place") and (
            rest == str(first) or rest.startswith(f"{first}.")
        ):
            moved[f"{kind}.{number}{rest[len(str(first)) :]}"] = answer
    return moved


def learn_answers(vocabulary: Vocabulary, answers: Answers[str, str]) -> None:
    """Let the vocabulary know what the person said a word means."""
    for key, code in answers.items():
        parsed = word_of_key(key)
        if parsed is not None and code:
            kind, word = parsed
            vocabulary.words.setdefault(kind, {}).setdefault(word, {}).setdefault("answer", set()).add(code)


def word_of_key(key: str) -> tuple[str, str] | None:
    """Kind and word of the key that `proposing.word_key` made; None for the keys of other questions."""
    parts = key.split(".", 2)
    if len(parts) != 3 or parts[0] != "word":
        return None
    kind, word = parts[1], parts[2]
    if kind == "category":
        word = word.partition(".")[2]
    return (kind, word) if word else None


def keep_recipes(
    *,
    by: Any,
    at: Any,
    initiative: Initiative,
    organisation: Organisation,
    tables: list[TableEvidence],
    mappings: list[Mapping],
    answers: Answers[str, str],
) -> list[Recipe]:
    """Remember each layout's mapping and each word's meaning for this partner, in the use case's transaction."""
    kept: dict[str, Recipe] = {}
    for table, mapping in zip(tables, mappings, strict=True):
        if table.fingerprint in kept:
            continue
        layout = {
            "headers": list(table.headers),
            "places": [column.at for column in table.columns if column.at >= 0],
            "sheet": table.sheet,
        }
        recipe, _made = Recipe.objects.update_or_create(
            initiative=initiative,
            organisation=organisation,
            fingerprint=table.fingerprint,
            defaults={"layout": layout, "mapping": mapping.to_json(), "confirmed_at": at, "confirmed_by": by},
        )
        kept[table.fingerprint] = recipe
    for key, code in answers.items():
        parsed = word_of_key(key)
        if parsed is not None and code:
            Synonym.objects.update_or_create(
                initiative=initiative,
                organisation=organisation,
                kind=parsed[0],
                word=normalised(parsed[1]),
                defaults={"code": code},
            )
    return list(kept.values())
