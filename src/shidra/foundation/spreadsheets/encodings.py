"""Which encoding a text file is in. A wrong guess would store letters that nobody wrote, so doubt is said aloud.

Byte order marks and valid UTF-8 are certain. Among Windows-1255 (Hebrew), -1256 (Arabic) and -1252 (western), each
reading is scored by its letters: does every word keep to one script, with final letters at the end, and how common
are its letters in that script? Bytes of one of these code pages make words of mixed scripts in the others.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from math import log

from shidra.foundation.spreadsheets.workbook import FileRefused

# What a person may choose from, when asked.
ENCODINGS = (
    "utf-8", "utf-16", "windows-1255", "windows-1256", "windows-1252",
    "iso-8859-8", "iso-8859-6", "iso-8859-1", "cp862", "cp720", "windows-1251",
)  # fmt: skip
CANDIDATES = ("windows-1255", "windows-1256", "windows-1252")
SCORED_BYTES = 400_000
ENOUGH_LETTERS = 8
CLEAR_LEAD = 1.5  # difference of the mean logarithm of likelihood, a letter
IMPLAUSIBLE = log(0.0001)
PLAUSIBLE = log(0.003)


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding to read with; `guessed` if the file itself does not settle it, `sure` if no person need confirm."""

    name: str
    sure: bool = True
    guessed: bool = False


def find_encoding(data: bytes, chosen: str | None = None) -> Encoding:
    """The encoding of a text file; all of `data` can be decoded with it. Raises FileRefused.

    `chosen` is a person's answer, one of ENCODINGS; it is believed if the bytes allow it.
    """
    if chosen:
        if chosen.lower() not in ENCODINGS:
            raise FileRefused("file_unknown_encoding", line=1)
        _decode(data, chosen)
        return Encoding("utf-8-sig" if chosen == "utf-8" and data.startswith(codecs.BOM_UTF8) else chosen)
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            _decode(data, name)
            return Encoding(name)
    if b"\0" in data:
        return _without_mark(data)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        return _code_page(data, problem.start)
    _refuse_binary(text, data)
    return Encoding("utf-8")


def _decode(data: bytes, name: str) -> None:
    try:
        text = data.decode(name)
    except UnicodeDecodeError as problem:
        raise FileRefused("file_wrong_encoding", encoding=name, line=_line(data, problem.start)) from None
    if "\0" in text:
        raise FileRefused("file_unknown_type")
    _refuse_binary(text, data)


def _line(data: bytes, position: int) -> int:
    before = data[:position]
    return (before.count(b"\n") or before.count(b"\r")) + 1


_CONTROL = re.compile(r"[\x01-\x08\x0e-\x19\x1b-\x1f\x7f]")


def _refuse_binary(text: str, data: bytes) -> None:
    sample = text[:SCORED_BYTES]
    if len(_CONTROL.findall(sample)) > len(sample) / 200:
        raise FileRefused("file_unknown_type")


_EXPECTED = re.compile(r"[\t\n\r -~\u00a0-\u024f\u0590-\u05ff\u0600-\u06ff\u2000-\u206f\u20a0-\u20cf\ufeff]")


def _without_mark(data: bytes) -> Encoding:
    """UTF-16 that does not say so: every other byte of its digits, commas and line ends is zero."""
    for name in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and len(_EXPECTED.findall(text[:SCORED_BYTES])) > 0.98 * len(text[:SCORED_BYTES]):
            return Encoding(name, guessed=True)
    raise FileRefused("file_unknown_type")


_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def _code_page(data: bytes, first_problem: int) -> Encoding:
    high = sum(data.count(bytes([byte])) for byte in range(0x80, 0x100))
    as_utf8 = sum(len(sequence) for sequence in _UTF8_SEQUENCE.findall(data))
    if as_utf8 > 8 and as_utf8 > high / 5:
        raise FileRefused("file_mixed_encodings", line=_line(data, first_problem))
    readings: dict[str, str] = {}
    for name in CANDIDATES:
        try:
            readings[name] = data.decode(name)
        except UnicodeDecodeError:
            continue
    if not readings:
        raise FileRefused("file_unknown_encoding", line=_line(data, first_problem))
    for text in readings.values():
        _refuse_binary(text, data)
    if len(readings) > 1 and len(set(readings.values())) == 1:
        return Encoding("windows-1252", guessed=True)  # dashes and quotation marks: the same in all three
    scores = sorted(((_score(text[:SCORED_BYTES], name), name) for name, text in readings.items()), reverse=True)
    (best, letters), name = scores[0]
    lead = best - scores[1][0][0] if len(scores) > 1 else best - IMPLAUSIBLE
    sure = letters >= ENOUGH_LETTERS and lead >= CLEAR_LEAD and best >= PLAUSIBLE
    return Encoding(name, sure=sure, guessed=True)


def _shares(letters: str, percents: str) -> dict[str, float]:
    return dict(zip(letters, (float(share) / 100 for share in percents.split()), strict=True))


# Shares of the letters in running text, in percent, rounded: enough to tell scripts apart, not for more.
_HEBREW = _shares(
    "אבגדהוזחטיכךלמםנןסעפףצץקרשת",
    "6.3 4.7 1.2 2.6 10.9 10.4 1.3 2.5 1.2 11.1 1.9 .8 7.4 5.3 2.6 2.9 1.4 1.5 3.2 1.7 .2 .9 .3 2.1 5.6 4.4 5.0",
)
_ARABIC = _shares(
    "اأإآبةتثجحخدذرزسشصضطظعغفقكلمنهويىءؤئ",
    "12.5 2.4 .9 .2 4 3 4.8 .6 1.5 2.1 .9 3.2 .9 5 .6 2.7 1.2 1.1 .7 1.1 .2 3.7 .5 2.9 2.6 2.2 11.2 6.4 6.6 3 6.1 7.4"
    " .8 .4 .2 .4",
)
_WESTERN = _shares(
    "éèêëàâäáãåæçíîïìñóôöòõøœßúûüùÉÀÄÖÜÅØÁÍÓÚÑÇŠšŽžÿ",
    "16 5 2 1 6 2 9 7 3 4 2 4 6 1 1 1 4 6 2 8 1 2 3 .5 3 3 1 9 1 .5 .3 .3 .3 .3 .3 .3 .3 .2 .2 .2 .2 .2 .3 .8 .3 .6 .1",
)
_WORD = re.compile(r"[^\W\d_]+")
_FINAL = set("ךםןףץ")
_ONLY_AT_END = set("ةى")


def _score(text: str, name: str) -> tuple[float, int]:
    """Mean logarithm of likelihood of the letters beyond ASCII, and how many there are."""
    total = 0.0
    letters = 0
    for word in _WORD.findall(text):
        if word.isascii():
            continue
        foreign = [letter for letter in word if letter > "\x7f"]
        letters += len(foreign)
        if name == "windows-1255":
            fits, shares = len(foreign) == len(word) and not _FINAL.intersection(word[:-1]), _HEBREW
        elif name == "windows-1256":
            fits, shares = len(foreign) == len(word) and not _ONLY_AT_END.intersection(word[:-1]), _ARABIC
        else:
            fits, shares = len(foreign) <= max(1, 0.67 * len(word)) and len(word) > 1, _WESTERN
        total += sum(log(shares.get(letter, 0.0001)) if fits else IMPLAUSIBLE for letter in foreign)
    # Arabic vowel signs and Hebrew points are no word characters of a table: they speak for another code page.
    strays = len(re.findall(r"[\u05b0-\u05c7\u064b-\u0652\u0080-\u009f]", text))
    letters += strays
    return (total + strays * IMPLAUSIBLE) / max(letters, 1), letters


_GARBLED = re.compile(
    "\ufffd"
    # UTF-8 read as a western code page: Hebrew, Arabic, accented letters and punctuation
    "|(?:×[\u0080-\u00bf\u0152-\u2122]){2}|(?:[ØÙ][\u0080-\u00bf\u0152-\u2122]){2}|Ã[\u0080-\u00bf]|â€|Â\u00a0"
    # Hebrew or Arabic code pages read as western: whole words of accented letters
    "|(?<![A-Za-z])[À-ÖØ-öø-ÿ]{4,}(?![A-Za-z])"
    # Hebrew read as Arabic
    "|[\u0620-\u064a][à-ÿ]|[à-ÿ][\u0620-\u064a]"
    # letters that a program could not write
    r"|\?{3,} ?\?{2,}"
)


def garbled(text: str) -> str:
    """A piece of `text` that looks as if it was saved in a wrong encoding, "" if there is none."""
    if text.isascii() and "??" not in text:
        return ""
    found = _GARBLED.search(text)
    return text[max(0, found.start() - 10) : found.end() + 20].strip() if found else ""
