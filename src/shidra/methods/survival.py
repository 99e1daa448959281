"""How long do things last, when many of them have not ended yet? The Kaplan-Meier estimate and its limits.

What has not ended is not left out (that would make lives look short) and not taken for ended: it is counted among those
at risk for as long as it has been seen, and then leaves the count ("right-censored").

| part                   | method                                           | source                                         |
|------------------------|--------------------------------------------------|------------------------------------------------|
| share that still lasts | product-limit estimate                           | Kaplan & Meier, JASA 1958;53:457-481           |
| its variance           | Greenwood's sum                                  | Greenwood, Rep Public Health Med Subj 1926;33  |
| its limits             | on the scale of log(-log S), so within 0 and 1   | Kalbfleisch & Prentice, Failure Time Data 1980 |
| median                 | the first time at which half or fewer still last | Brookmeyer & Crowley, Biometrics 1982;38:29-41 |

Of an end and a leaving at the same time the end comes first, as is usual. What the estimate cannot mend is how those
observed were chosen: a list of what is well known holds too few of those that ended soon.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shidra.methods.intervals import CONFIDENCE, deviate


@dataclass(frozen=True, slots=True)
class Step:
    """From `time` on (in the unit of the durations) the share `share` still lasts, likely between `lower` and `upper`.

    at_risk  how many had lasted so long and were still observed; of them `ends` ended now
    Before anything has ended, and once nothing lasts, there are no limits (None).
    """

    time: float
    at_risk: int
    ends: int
    share: float
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class Survival:
    """The estimate as steps, in the order of time; each holds until the next.

    count    how many were observed, `ends` of them to their end
    longest  how long the longest was observed: beyond that nothing is said
    durations  how long each was observed, the shortest first
    median   the time at which half still last, with limits; None where that is not reached
    """

    count: int
    ends: int
    longest: float
    durations: tuple[float, ...]
    steps: tuple[Step, ...]
    median: float | None
    median_lower: float | None
    median_upper: float | None

    def at(self, time: float) -> Step | None:
        """What holds at a time; None beyond the longest observation, or before the first end."""
        if time > self.longest:
            return None
        return next((step for step in reversed(self.steps) if step.time <= time), None)

    def at_risk_at(self, time: float) -> int:
        """How many were observed for so long at least."""
        return len(self.durations) - bisect_left(self.durations, time)

    def share_at(self, time: float) -> float | None:
        """The share that still lasts at a time; None beyond the longest observation."""
        if time > self.longest:
            return None
        step = self.at(time)
        return 1.0 if step is None else step.share


def kaplan_meier(
    durations: Sequence[float] | npt.NDArray[np.floating],
    has_ended: Sequence[bool] | npt.NDArray[np.bool_],
    confidence: float = CONFIDENCE,
) -> Survival:
    """The share that lasts, by time since the beginning.

    durations   how long each was observed, of any unit, 0 or more
    has_ended   whether it ended then; else it was still going on when last observed

    ValueError for durations that are negative or no numbers, for different lengths, for no observation at all.
    """
    times = np.asarray(durations, dtype=np.float64)
    ended = np.asarray(has_ended, dtype=np.bool_)
    if times.ndim != 1 or times.shape != ended.shape:
        raise ValueError("each duration needs to say whether it ended")
    if not len(times):
        raise ValueError("without an observation there is no estimate")
    if not np.isfinite(times).all() or (times < 0).any():
        raise ValueError("a duration is a number, 0 or more")
    at, ends = np.unique(times[ended], return_counts=True)
    at_risk = len(times) - np.searchsorted(np.sort(times), at, side="left")
    share = np.cumprod(1 - ends / at_risk)
    z = deviate(confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.cumsum(ends / (at_risk * (at_risk - ends)))  # Greenwood: the variance of log S
        log = np.log(share)
        reach = z * np.sqrt(spread) / np.abs(log)
        lower, upper = (share ** np.exp(sign * reach) for sign in (1, -1))
    has_limits = (share > 0) & (share < 1)
    lower, upper = (np.where(has_limits, one, np.nan) for one in (lower, upper))
    return Survival(
        count=len(times),
        ends=int(ends.sum()),
        longest=float(times.max()),
        durations=tuple(np.sort(times).tolist()),
        steps=tuple(
            Step(
                float(at[i]), int(at_risk[i]), int(ends[i]), float(share[i]),
                float(lower[i]) if has_limits[i] else None, float(upper[i]) if has_limits[i] else None,
            )
            for i in range(len(at))
        ),
        median=_first(at, share <= 0.5 + 1e-12),
        # The limits of the median are where the limits of the share cross one half.
        median_lower=_first(at, (lower <= 0.5) | (share == 0)),
        median_upper=_first(at, upper <= 0.5),
    )  # fmt: skip


def _first(times: npt.NDArray[np.float64], is_so: npt.NDArray[np.bool_]) -> float | None:
    found = np.flatnonzero(is_so)
    return float(times[found[0]]) if len(found) else None
