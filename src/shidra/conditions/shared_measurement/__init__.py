"""Shared measurement: the same measures, tracked the same way by all, from a partner's own file to a release.

Nouns: Indicator and its Definition versions (the dictionary); Round and Expectation (who reports what by when);
Upload, Recipe, Batch, Series, Observation (what came in, and from which cell); Submission and Review (who handed in,
who accepted or returned); Release, Figure, ReleasedIndicator (what the public may read).
Neighbours: hangs on the outcomes of the common agenda below; knows no activity, meeting or cockpit above.
"""
