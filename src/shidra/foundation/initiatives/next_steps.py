"""What has to be done next in an initiative: each condition tells its own, the initiative's home shows them all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class NextStep:
    """One next step, in the reader's language.

    title      what is to be done: "Hand in the report for 2025"
    url        where it is done
    condition  agenda, measurement, activities, communication, backbone, or empty for the initiative itself
    due_on     by when; None when there is no date
    note       what helps to decide: "14 of 17 values are in"
    verb       the word on the button: "Hand in"; empty: "Open"
    who        whose move it is when it is not the reader's ("Haifa Youth Centre"); empty: the reader's own
    """

    title: str
    url: str
    condition: str
    due_on: date | None = None
    note: str = ""
    verb: str = ""
    who: str = ""
