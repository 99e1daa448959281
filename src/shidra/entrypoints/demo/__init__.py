"""The demo: two real initiatives with their published figures, and a visibly fictional one with an open round.

`content` holds the words, `published_figures.csv` the figures of the real initiatives with their sources,
`building` writes all of it through the same use cases that people go through, `partner_files` makes the spreadsheets
that a newcomer uploads.
"""
