"""Cases of theta sketches: sets told in words ("integers 0..999") counted, united, intersected and subtracted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from shidra.methods.check.comparing import Case, Method, differences
from shidra.methods.reach import SEED, estimate, set_operations

_ROOM = 16  # lg_k where the case leaves it open ("lg_k = 12 or better")


def _options(case: Case) -> tuple[int, int]:
    said = str(case["parameters"].get("sketch", ""))
    size, seed = re.search(r"lg_?k\D{0,4}(\d+)", said), re.search(r"seed\D{0,3}(\d+)", said)
    lg_k = int(size[1]) if size and "better" not in said else _ROOM
    return lg_k, int(seed[1]) if seed else SEED


def items(words: Any) -> list[int | str]:
    """The members of a set told in words.

    Ranges "0..999" or "0 to 999", both ends belonging to them, several one after the other; with more than a number at the
    ends ("user0..user999") they are texts. "even", "odd" and "multiples of 3" keep some of the numbers, "step 3" and "every
    3rd" some of the places. "10 integers from 5"; single numbers; "empty"; or a list. ValueError for other words.
    """
    if isinstance(words, list):
        return list(words)
    text = re.sub(r"\([^)]*\)", " ", str(words)).lower()
    step = re.search(r"(multiples? of|step|every)\s+(\d+)(?:st|nd|rd|th)?", text)
    rest = text.replace(step[0], " ") if step else text
    every = int(step[2]) if step else 2 if re.search(r"\b(even|odd)\b", text) else 1
    by_value = step is None or step[1].startswith("multiple")
    found: list[int | str] = []
    spans = list(
        re.finditer(r"([^\s,;]*?\d[^\s,;.]*(?:\.[a-z][^\s,;.]*)*)(?:\s*\.\.+\s*|\s*…\s*|\s+to\s+)([^\s,;]+)", rest)
    )
    for span in spans:
        first, last = (_numbered(end.strip("'\"")) for end in span.groups())
        for at, number in enumerate(range(first[1], last[1] + 1)):
            if ((number if by_value else at) - bool(re.search(r"\bodd\b", text))) % every == 0:
                found.append(f"{first[0]}{number}{first[2]}" if first[0] or first[2] else number)
    if spans:
        return found
    if counted := re.search(r"(\d+)\s+(?:distinct |consecutive |different )?(?:integers|items|people|members)", rest):
        start = re.search(r"(?:from|starting at|starting with)\s+(-?\d+)", rest)
        first_number = int(start[1]) if start else 0
        return list(range(first_number, first_number + int(counted[1])))
    single: list[int | str] = [int(number) for number in re.findall(r"(?<![\w.-])-?\d+(?![\w.])", rest)]
    if not single and not re.search(r"empty|none|nothing|nobody|\bno\b|^\W*$", text):
        raise ValueError(f"no set is told by {words!r}")
    return single


def _numbered(end: str) -> tuple[str, int, str]:
    """An end of a range in parts: text before its number, the number, text after it."""
    found = re.fullmatch(r"(.*?)(\d+)(\D*)", end)
    if found is None:
        raise ValueError(f"{end!r} holds no number")
    minus = found[1] == "-"
    return "" if minus else found[1], -int(found[2]) if minus else int(found[2]), found[3]


def _sketch(words: Any, lg_k: int, seed: int) -> Any:
    from datasketches import update_theta_sketch

    made = update_theta_sketch(lg_k, seed=seed)
    for item in items(words):
        made.update(item)
    return made


def _two(first: Any, second: Any, lg_k: int, seed: int) -> dict[str, float]:
    # Compact: the difference of two sketches in the order of their hash tables takes half a minute.
    one, other = (_sketch(words, lg_k, seed).compact() for words in (first, second))
    union, shared, only_first, jaccard = set_operations(one, other, lg_k, seed)
    return {
        "union": union.value,
        "intersection": shared.value,
        "a_not_b": only_first.value,
        "jaccard": jaccard,
    }


def _compared(told: Mapping[str, Any], case: Case) -> list[str]:
    problems = []
    for key, expected in case["expected"].items():
        tolerance = {
            kind: case["tolerance"].get(f"{key}_{kind}", case["tolerance"].get(kind, 0)) for kind in ("rel", "abs")
        }
        problems += differences("", told, {key: expected}, tolerance)
    return problems


def _pair(case: Case, folder: Path) -> list[str]:
    return _compared(_two(case["input"]["partner_a"], case["input"]["partner_b"], *_options(case)), case)


def _pairs(case: Case, folder: Path) -> list[str]:
    told = [_two(pair["a"], pair["b"], *_options(case)) for pair in case["input"]["pairs"]]
    return differences("", told, case["expected"], case["tolerance"])


def _golden(case: Case, folder: Path) -> list[str]:
    lg_k, seed = _options(case)
    made = _sketch(case["input"]["items"], lg_k, seed)
    found = asdict(estimate(made))
    told = {
        "retained": made.num_retained,
        "theta": made.theta,
        "estimate": found["value"],
        "lower_2sd": found["lower"],
        "upper_2sd": found["upper"],
        "truth": len(set(items(case["input"]["items"]))),
    }
    for deviations in (1, 2, 3):
        told[f"lower_{deviations}sd"] = made.get_lower_bound(deviations)
        told[f"upper_{deviations}sd"] = made.get_upper_bound(deviations)
    return _compared(told, case)


METHODS: Mapping[str, Method] = {
    "sketch.disjoint_and_empty": _pairs,
    "sketch.set_operations": _pair,
    "sketch.theta.exact": _pair,
    "sketch.theta.golden": _golden,
}
