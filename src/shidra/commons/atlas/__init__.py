"""The atlas: the world's collective impact initiatives and the bodies that work in the field, on a map and in a directory.

Its nouns: a Listing tells of an initiative, wherever it is at home; a Body is an organisation that plays parts in
initiatives; every fact of either has a Source; every change of what the public sees is a Change, which the public sees
as well. Anyone may make a Proposal, Editors decide, Keepers (an initiative's own people) confirm. Feeds bring what other
installations list; it waits as Arrivals until an editor has looked.

It stands on the foundation alone. What it tells of an initiative that works here comes by that initiative's own choice.
"""
