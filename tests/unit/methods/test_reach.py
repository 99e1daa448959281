from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shidra.methods.reach import Sketch, gives_away, keyed, normalised, overlap, reach, sketch

KEY, OTHER_KEY = b"k" * 16, b"o" * 16


def of(numbers: range, key: bytes = KEY, **options: int) -> Sketch:
    return sketch(key, ([str(number)] for number in numbers), **options)


@pytest.mark.parametrize(
    ("form", "spellings"),
    [
        ("name", ["José  Núñez", "jose nunez", "JOSE NUN\u0303EZ ", "José-Núñez"]),
        ("name", ["أحمد علي", "احمد علي", "أَحْمَد عليّ"]),
        ("name", ["שָׁלוֹם כהן", "שלום כהן"]),
        ("email", [" Dana@Example.org", "dana@example.ORG "]),
        ("digits", ["03-555 1234", "٠٣٥٥٥١٢٣٤", "(03) 5551234"]),
        ("date", [date(2012, 3, 4), "2012-03-04", "٢٠١٢-٠٣-٠٤"]),
        ("text", ["A  b", "a B"]),
    ],
)
def test_the_same_person_is_written_alike(form: str, spellings: list[str]) -> None:
    assert len({normalised(spelling, form) for spelling in spellings}) == 1  # type: ignore[arg-type]


def test_different_people_stay_different() -> None:
    assert normalised("Dana Levi", "name") != normalised("Dan Levi", "name")
    assert keyed(KEY, ["ab", "c"]) != keyed(KEY, ["a", "bc"])
    assert keyed(KEY, ["a"]) != keyed(OTHER_KEY, ["a"])
    for wrong in (
        lambda: normalised(" - ", "name"),
        lambda: normalised("4/3/2012", "date"),
        lambda: keyed(b"short", ["a"]),
    ):
        with pytest.raises(ValueError):
            wrong()


def test_below_the_size_of_the_sketch_all_is_exact() -> None:
    whole = overlap(of(range(1000)), of(range(500, 1500)))
    assert (whole.union.value, whole.union.exact) == (1500, True)
    assert whole.shared is not None
    assert whole.only_first is not None
    assert (whole.shared.value, whole.only_first.value, whole.relative_error) == (500, 500, 0)
    told = reach({"a": of(range(1000)), "b": of(range(500, 1500)), "c": None})
    assert told.people is not None
    assert (told.people.value, told.members, told.duplicates, told.missing) == (1500, 2000, 500, ("c",))


def test_above_it_the_truth_lies_in_the_bounds() -> None:
    first, second = of(range(30_000)), of(range(15_000, 45_000))
    told = overlap(first, second)
    assert told.union.value == pytest.approx(45_000, rel=0.05)
    assert not told.union.exact
    assert told.shared is not None
    assert told.shared.lower < told.shared.value < told.shared.upper
    assert told.shared.value == pytest.approx(15_000, rel=0.15)
    assert told.relative_error == pytest.approx((3 / 4096) ** 0.5, rel=0.2)


def test_few_shared_people_are_only_small() -> None:
    few = overlap(of(range(1000)), of(range(995, 2000)))
    assert (few.shared, few.only_first) == (None, None)
    almost_all = overlap(of(range(1000)), of(range(5, 2000)))
    assert (almost_all.shared, almost_all.only_first) == (None, None)  # five are with the first alone
    unsure = overlap(of(range(40_000)), of(range(39_800, 80_000)))
    assert unsure.shared is None


def test_a_partner_of_few_makes_no_sketch() -> None:
    with pytest.raises(ValueError, match="fewer than 50"):
        sketch(KEY, [["same"]] * 500)
    assert reach({"a": of(range(60))}).people is not None
    assert reach({"a": of(range(5), least_members=1)}).people is None


def test_sketches_that_would_silently_share_nobody_are_refused() -> None:
    mine = of(range(100))
    for other in (of(range(100), OTHER_KEY), of(range(100), lg_k=11), of(range(100), seed=1)):
        with pytest.raises(ValueError, match="different keys"):
            overlap(mine, other)
        with pytest.raises(ValueError, match="different keys"):
            reach({"a": mine, "b": other})


def test_nobody_handed_in_a_sketch() -> None:
    told = reach({"a": None})
    assert (told.people, told.members, told.missing) == (None, None, ("a",))


def test_few_duplicates_are_not_to_be_worked_out() -> None:
    told = reach({"a": of(range(100)), "b": of(range(97, 200))})
    assert told.people is not None
    assert (told.people.value, told.members, told.duplicates) == (200, None, None)
    apart = reach({"a": of(range(100)), "b": of(range(100, 200))})
    assert (apart.members, apart.duplicates) == (200, 0)


def test_two_unions_that_differ_by_few_tell_of_these() -> None:
    two = reach({"a": of(range(100)), "b": of(range(200))})
    three = reach({"a": of(range(100)), "b": of(range(200)), "c": of(range(100, 205))})
    other = reach({"d": of(range(195))})
    assert gives_away([two, other], three) == (two,)
    assert gives_away([three], two) == (three,)
    assert gives_away([two], two) == ()
    assert gives_away([two], three, least_shown=5) == ()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 300), st.integers(100, 600)), min_size=1, max_size=5))
def test_a_union_does_not_depend_on_order_or_repetition(spans: list[tuple[int, int]]) -> None:
    sketches = {str(at): of(range(low, low + size)) for at, (low, size) in enumerate(spans)}
    truth = len({number for low, size in spans for number in range(low, low + size)})
    told = reach(sketches)
    backwards = reach(dict(reversed([*sketches.items(), ("again", sketches["0"])])))
    assert told.people is not None
    assert backwards.people is not None
    assert told.people.value == backwards.people.value == truth
