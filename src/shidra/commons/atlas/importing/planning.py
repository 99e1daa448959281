"""What becomes of the rows of a file: new, merged, asked or in error. Planned in sets; nothing is written here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shidra.commons.atlas.content import ListingContent, SourceContent
from shidra.commons.atlas.importing.matching import CONTRADICTS, KEEP, TAKE, Known, merged, name_key, website_key
from shidra.commons.atlas.importing.reading import Row
from shidra.commons.atlas.importing.said import NONE, Question, Said, read_row
from shidra.commons.atlas.models import Listing, ListingRow
from shidra.commons.atlas.queries.listings import whole
from shidra.commons.atlas.writing import content_of
from shidra.kernel.errors import gettext_noop
from shidra.kernel.writing import excerpt, folded

NEW = "new"  # the answer "none of these: it is a new one"
LEAVE_OUT = "leave_out"
_NEW, _MERGED, _ASKED, _ERROR, _LEFT_OUT = (
    ListingRow.Outcome.NEW, ListingRow.Outcome.MERGED, ListingRow.Outcome.ASKED, ListingRow.Outcome.ERROR,
    ListingRow.Outcome.LEFT_OUT,
)  # fmt: skip


@dataclass(slots=True)
class Planned:
    """A row and what becomes of it.

    number    of the listing that it is or will be merged with; below zero a row of the file itself; None: new or unclear
    content   what the listing will say; `before` what it says now, None for a new one
    """

    said: Said
    outcome: str
    number: int | None = None
    before: ListingContent | None = None
    content: ListingContent | None = None
    parent_row: int | None = None
    told: list[dict[str, Any]] = field(default_factory=list)

    @property
    def listing(self) -> int | None:
        """The listing of the atlas that the row is merged with, or contradicts."""
        return self.number if self.number is not None and self.number > 0 else None

    @property
    def changes(self) -> bool:
        return self.content is not None and self.content != self.before


class Planner:
    """Plans rows in the order in which they come; what an earlier one brings, a later one is held against."""

    def __init__(
        self, columns: Mapping[str, str], file_source: SourceContent, names: Iterable[tuple[int, str]]
    ) -> None:
        """`names`: number and name of every row of the file, so that rows can name each other as networks."""
        self.columns, self.file_source = columns, file_source
        self.known = Known.read()
        self.rows_named: dict[str, int] = {}
        for number, name in names:
            self.rows_named.setdefault(name_key(name), number)
        self.is_writing = False  # then a row waits for the row of its network
        self.written: dict[int, int] = {}  # row -> listing
        self.fresh: dict[int, ListingContent] = {}  # of rows that are not written yet

    def plan(self, rows: Sequence[tuple[Row, Mapping[str, str]]]) -> list[Planned]:
        """What becomes of these rows, each with the answers given to its questions."""
        planned = [
            self._meant(read_row(row, self.columns, answers, self.file_source), answers) for row, answers in rows
        ]
        numbers = {one.number for one in planned if one.number is not None and one.number > 0}
        here = {pk: content_of(listing) for pk, listing in whole(Listing.objects.all()).in_bulk(list(numbers)).items()}
        for one, (_row, answers) in zip(planned, rows, strict=True):
            if one.outcome == _MERGED:
                self._merge(one, here, answers)
        return planned

    def note_written(self, row: int, listing: Listing) -> None:
        """A new row is in the atlas now."""
        self.written[row] = listing.pk
        self.fresh.pop(-row, None)

    # --- Which listing it is ----------------------------------------------------------------------------------------

    def _meant(self, said: Said, answers: Mapping[str, str]) -> Planned:
        if answers.get(LEAVE_OUT):
            return Planned(said, _LEFT_OUT)
        if said.content is None:
            return Planned(said, _ERROR, told=said.errors)
        content = said.content
        codes = {place.country for place in content.places if place.country}
        number, question = self._find(said, content, codes, answers)
        parent, parent_row = self._network(said, answers)
        if question:
            said.questions.append(question)
        if parent is not None:
            content = said.content = replace(content, network=parent)
        if (parent is not None or parent_row is not None) and not content.sources.get("network"):
            content = said.content = replace(
                content, sources={**content.sources, "network": content.sources.get("names", ())}
            )
        if said.questions:
            return Planned(said, _ASKED, told=[one.to_json() for one in said.questions])
        outcome = _NEW if number is None else _MERGED
        one = Planned(said, outcome, number, content=content, parent_row=parent_row, told=said.notes)
        if number is None and not (self.is_writing and parent_row is not None):
            mine = -said.row.number
            self.known.add(mine, said.uid, content.names, content.past_names, content.website, codes, content.places)
            self.fresh[mine] = content
        return one

    def _find(
        self, said: Said, content: ListingContent, codes: set[str], answers: Mapping[str, str]
    ) -> tuple[int | None, Question | None]:
        name = next(iter(content.names.values()))
        by_id = said.uid is not None and said.uid in self.known.uids
        found = {self.known.uids[said.uid]} if said.uid is not None and by_id else self.known.named(content, codes)
        same_site = self.known.websites.get(website_key(content.website), set()) if content.website else set()
        if len(found) > 1 and len(found & same_site) == 1:
            found &= same_site
        if len(found) > 1:
            found = {one for one in found if not self.known.is_elsewhere(one, content)} or found
        # Rows of one file that share a website are what they say they are; so are listings of one body's website.
        only_site = {number for number in same_site if number > 0} if not found else set()
        key = f"listing|name|{name_key(name)[:80]}|{','.join(sorted(codes))}"
        answer = answers.get(key)
        if answer == NEW:
            return None, None
        # Most rows are sure and have no answer: for them nothing is asked of the database.
        candidates = self._listings(found or only_site) if answer or len(found) != 1 else []
        if answer in {one["answer"] for one in candidates}:
            return int(str(answer)), None
        if len(found) == 1:
            number = self._now(next(iter(found)))
            if number in self.known.withdrawn:
                return number, self._question(key, name, "listing_withdrawn", _WITHDRAWN, ())
            # Of one name alone, and somewhere else: Portland in Oregon, Portland in Maine.
            is_sure = (
                by_id or not found.isdisjoint(same_site) or not self.known.is_elsewhere(next(iter(found)), content)
            )
            if is_sure:
                return number, None
            return self._same_or_new(said, content, found, "listing_elsewhere", _ELSEWHERE, answers)
        if len(found) > 1:
            return None, self._question(key, name, "listing_ambiguous", _SEVERAL, candidates)
        if only_site:
            return None, self._question(key, name, "listing_same_website", _SAME_SITE, candidates)
        # Rows of this file are what they say they are.
        alike = self.known.named_alike(content, codes)
        if alike and (alike := alike - set(self.written.values())):
            return self._same_or_new(said, content, alike, "listing_alike", _ALIKE, answers)
        return None, None

    def _same_or_new(
        self, said: Said, content: ListingContent, found: set[int], code: str, message: str, answers: Mapping[str, str]
    ) -> tuple[int | None, Question | None]:
        """Ask whether the row means one of these; the answer, where there is one."""
        name = next(iter(content.names.values()))
        where = "; ".join(sorted({f"{place.country} {folded(place.region)}" for place in content.places}))
        key = f"{code}|name|{name_key(name)[:80]}|{where[:80]}"
        answer = answers.get(key, "")
        if answer == NEW:
            return None, None
        # A row of this file, by its number below zero, may have become a listing since it was answered.
        for number in sorted(found):
            if answer in (str(number), str(self._now(number))) or self.written.get(-_int(answer)) == number:
                return self._now(number), None
        rows = [
            {"answer": str(one), "names": dict(self.fresh[one].names), "row": -one}
            for one in found
            if one in self.fresh
        ]
        return None, self._question(key, name, code, message, [*self._listings(found), *rows])

    def _now(self, number: int) -> int:
        return self.written.get(-number, number) if number < 0 else number

    def _question(
        self, key: str, name: str, code: str, message: str, candidates: Sequence[Mapping[str, Any]]
    ) -> Question:
        last = {"answer": LEAVE_OUT if code == "listing_withdrawn" else NEW}
        column = self.columns.get("name", "name")
        return Question(key, column, excerpt(name), code, message, {"text": excerpt(name)}, [*candidates, last])

    def _listings(self, numbers: set[int]) -> list[dict[str, Any]]:
        there = whole(Listing.objects.all()).in_bulk([self._now(number) for number in numbers if self._now(number) > 0])
        return [
            {
                "answer": str(pk), "names": listing.names, "slug": listing.slug, "website": listing.website,
                "country": ", ".join(dict.fromkeys(place.country for place in listing.places.all() if place.country)),
                "places": [dict(place.names) or {"en": place.region} for place in listing.places.all()],
            }
            for pk, listing in sorted(there.items())
        ]  # fmt: skip

    def _network(self, said: Said, answers: Mapping[str, str]) -> tuple[int | None, int | None]:
        """The number of the listing of the network that the row names, or the row of this file that it is in."""
        text = said.network
        numbers = (
            {number for uid, number in self.known.uids.items() if str(uid) == said.network_id}
            if said.network_id
            else set()
        )
        if not numbers and text:
            numbers = {number for number in self.known.names.get(name_key(text), ()) if number > 0}
        if len(numbers) == 1:
            number = self._now(next(iter(numbers)))
            return (number, None) if number > 0 else (None, -number)
        row = self.rows_named.get(name_key(text)) if text else None
        if not text or row == said.row.number:
            return None, None
        if row is not None and not numbers:
            return (self.written[row], None) if row in self.written else (None, row)
        key = f"network_unknown|network|{folded(text)[:80]}|"
        candidates = self._listings(numbers)
        answer = answers.get(key)
        if answer in {one["answer"] for one in candidates}:
            return int(str(answer)), None
        if answer != NONE:
            said.questions.append(Question(
                key, self.columns.get("network", "network"), excerpt(text), "network_unknown", _NETWORK,
                {"text": excerpt(text)}, candidates,
            ))  # fmt: skip
        return None, None

    # --- What it adds -----------------------------------------------------------------------------------------------

    def _merge(self, one: Planned, here: dict[int, ListingContent], answers: Mapping[str, str]) -> None:
        assert one.number is not None
        assert one.said.content is not None
        number = self._now(one.number)
        before = here.get(number) if number > 0 else self.fresh.get(number)
        if before is None:
            before = self._written_before(number)
        one.number = number
        if before is None:
            return
        chosen = {
            key.split("|")[1]: answer
            for key, answer in answers.items()
            if key.startswith("contradicts|") and answer in (TAKE, KEEP)
        }
        content, contradictions = merged(before, one.said.content, chosen)
        if contradictions:
            one.outcome, one.content = _ASKED, None
            one.told = [
                Question(
                    f"contradicts|{found.meaning}|{number}|", self.columns.get(found.meaning, found.meaning),
                    excerpt(found.text or self._cell(one, found.meaning)), "contradicts", CONTRADICTS,
                    {"text": excerpt(found.text or self._cell(one, found.meaning)), "here": excerpt(found.here)},
                    [{"answer": KEEP, "text": excerpt(found.here)}, {"answer": TAKE, "text": excerpt(found.text)}],
                ).to_json()
                for found in contradictions
            ]  # fmt: skip
            return
        one.before, one.content = before, content
        if number > 0:
            here[number] = content
        else:
            self.fresh[number] = content

    def _written_before(self, number: int) -> ListingContent | None:
        if number < 0:
            return None
        listing = whole(Listing.objects.filter(pk=number)).first()
        return content_of(listing) if listing else None

    def _cell(self, one: Planned, meaning: str) -> str:
        return one.said.row.cells.get(meaning, "")


_WITHDRAWN = gettext_noop(
    "“%(text)s” was taken out of the atlas. It does not come back by a file: an editor can let it."
)
_SEVERAL = gettext_noop("Which initiative of the atlas is “%(text)s”?")
_ELSEWHERE = gettext_noop("“%(text)s” has the name of an initiative that is elsewhere in the country. Is it the same?")
_ALIKE = gettext_noop("“%(text)s” is nearly the name of an initiative of the atlas. Is it the same?")
_SAME_SITE = gettext_noop("“%(text)s” has the website of an initiative that has another name here. Is it the same?")
_NETWORK = gettext_noop("Which network is “%(text)s”? No initiative of the atlas or of this file is called so.")


def _int(text: str) -> int:
    return int(text) if re.fullmatch(r"-[1-9]\d{0,8}", text) else 0
