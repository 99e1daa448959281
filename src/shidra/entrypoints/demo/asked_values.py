"""What values are held against, and questions about some of them: one answered, the others waiting."""

from __future__ import annotations

from datetime import date, timedelta

from shidra.conditions.shared_measurement.queries.quality import flags_of_submission
from shidra.conditions.shared_measurement.usecases import ask_partners, keep_quality
from shidra.entrypoints.demo.turned_curve import Cast

# A made-up source of a made-up valley: the survey counts every school leaver, the partners those whom they know.
_OTHERS = """indicator,period,place,amount,source,note
leavers,SY{last},SHZ,60.5,"סקר בוגרי העמק, {after} (בדוי)","הסקר סופר את כל הבוגרים, גם מי שאיש מהשותפים לא פגש."
leavers,SY{before},SHZ,57.9,"סקר בוגרי העמק, {last} (בדוי)",
"""
_ANSWER = "שתי כיתות נוספות נפתחו השנה, ולכן יש יותר תעודות."


def hold_against(cast: Cast, on: date, year: int) -> None:
    """Bounds, and what another source says of school years up to one."""
    with cast.on(on):
        keep_quality.set_quality_rule(by=cast.steward, initiative=cast.initiative, over_time=20, between=10)
        keep_quality.import_outside_figures(
            by=cast.steward, initiative=cast.initiative,
            file=_OTHERS.format(before=year - 1, last=year, after=year + 1).encode(),
        )  # fmt: skip


def ask_about_values(cast: Cast, today: date) -> None:
    """The reports that wait for review are looked through; the college has explained one of its values."""
    waiting = cast.initiative.rounds.get(state="open").submissions.filter(state="submitted").order_by("pk")
    for submission in waiting.select_related("round__initiative", "organisation"):
        with cast.on(today - timedelta(days=3)):
            ask_partners.check_report(by=None, submission=submission)
        if submission.organisation != cast.partners["nahal-alon"]:
            continue
        with cast.on(today - timedelta(days=2)):
            first = flags_of_submission(submission).order_by("pk").values_list("pk", flat=True)[0]
            ask_partners.answer_flags(by=cast.approvers["nahal-alon"], submission=submission, answers={first: _ANSWER})
