"""Common agenda: what the partners agreed to solve, for whom, by when.

Nouns: CommonAgenda (a numbered version: problem, boundaries, vision, population goal), Outcome (what should be true,
the same thing through all versions), OutcomeStatement (how a version words and places an outcome in the tree).
Neighbours: shared measurement hangs indicators on outcomes; the agenda knows no indicator.
"""
