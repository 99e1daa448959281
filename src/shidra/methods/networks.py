"""Partner networks: how dense, how centred on few, how mutual the ties are, and who has none.

The nodes come from the roster, never from the ties: who has no tie counts too. No self-ties; a tie told twice is one tie.
Centralisation after L. C. Freeman, Centrality in social networks: conceptual clarification, Social Networks 1979;1:215-239:
the sum over nodes of (greatest - own centrality) by the greatest such sum that a network of that size could have: 1 for a
star, 0 where all are alike. Otherwise as in Wasserman and Faust, Social Network Analysis (1994). Trust: D. M. Varda and
others, the PARTNER tool.

A map of named organisations shows opinions of persons; `trust` keeps back what too few have said.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Tie = tuple[str, str]
Rule = Literal["any", "both"]

LEAST_RESPONSE = 0.75
"""Share of the roster below which waves should not be compared (a rule of thumb)."""
LEAST_RATERS = 3


@dataclass(frozen=True, slots=True)
class Undirected:
    """Measures of a network of mutual ties; None where one has no meaning (too few nodes, no tie, not connected).

    `transitivity`: the share of two ties that meet in a node whose ends are tied as well. `closeness_centralisation` only
    for a connected network. `isolates` in the order of the roster.
    """

    n_nodes: int
    n_ties: int
    density: float | None
    degree_centralisation: float | None
    betweenness_centralisation: float | None
    closeness_centralisation: float | None
    transitivity: float | None
    components: int
    isolates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Directed:
    """Measures of a network in which each organisation told its own ties.

    `response` is the share of the roster that answered; who did not has no ties of its own, which is not the same as
    having none: density is taken over the rows of those who answered, in-degree as the share of those who could have named
    an organisation, out-degree and pairs over those who answered. `reciprocity_edges` is the share of ties that are
    returned, `reciprocity_pairs` that of mutual pairs among pairs with a tie. `any_side`, `both_sides`: the network of
    mutual ties where either side told the tie (of all), or both did (of those who answered).
    """

    n_nodes: int
    n_ties: int
    response: float | None
    comparable: bool
    density: float | None
    indegree_centralisation: float | None
    outdegree_centralisation: float | None
    reciprocity_edges: float | None
    reciprocity_pairs: float | None
    mutual_pairs: int
    one_way_pairs: int
    empty_pairs: int
    isolates: tuple[str, ...]
    weak_components: int
    strong_components: int
    any_side: Undirected
    both_sides: Undirected


def undirected(roster: Sequence[str], ties: Iterable[Tie]) -> Undirected:
    """Measures of a network of mutual ties. ValueError for a tie of somebody who is not in the roster."""
    import networkx

    nodes = list(dict.fromkeys(roster))
    graph = networkx.Graph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from(_among(nodes, ties))
    n, degrees = len(nodes), dict(graph.degree)
    triples = sum(degree * (degree - 1) // 2 for degree in degrees.values())
    components = networkx.number_connected_components(graph) if n else 0
    betweenness = closeness = None
    if n > 2:
        raw = networkx.betweenness_centrality(graph, normalized=False)
        betweenness = _centralisation(raw.values(), (n - 1) ** 2 * (n - 2) / 2)
        if components == 1:
            closeness = _centralisation(networkx.closeness_centrality(graph).values(), (n - 1) * (n - 2) / (2 * n - 3))
    return Undirected(
        n_nodes=n,
        n_ties=graph.number_of_edges(),
        density=2 * graph.number_of_edges() / (n * (n - 1)) if n > 1 else None,
        degree_centralisation=_centralisation(degrees.values(), (n - 1) * (n - 2)) if n > 2 else None,
        betweenness_centralisation=betweenness,
        closeness_centralisation=closeness,
        transitivity=sum(networkx.triangles(graph).values()) / triples if triples else None,
        components=components,
        isolates=tuple(node for node in nodes if not degrees[node]),
    )


def directed(roster: Sequence[str], ties: Iterable[Tie], answered: Collection[str] | None = None) -> Directed:
    """Measures of ties (who told it, of whom). `answered`: who told at all, everybody when None.

    ValueError for a tie of somebody who is not in the roster, or told by somebody who did not answer.
    """
    import networkx

    nodes = list(dict.fromkeys(roster))
    told = _among(nodes, ties)
    spoke = [node for node in nodes if answered is None or node in answered]
    speakers = set(spoke)
    if silent := {one for one, _ in told} - speakers:
        raise ValueError(f"told a tie without an answer: {sorted(silent)}")
    n, a, edges = len(nodes), len(spoke), set(told)
    out_degrees = dict.fromkeys(spoke, 0)
    in_degrees = dict.fromkeys(nodes, 0)
    for one, other in edges:
        out_degrees[one] += 1
        in_degrees[other] += 1
    able = {node: a - (node in speakers) for node in nodes}  # who could have named it
    shares = [in_degrees[node] / able[node] for node in nodes if able[node]]
    among_speakers = [(one, other) for one, other in edges if other in speakers]
    returned = sum((other, one) in edges for one, other in among_speakers)
    mutual = returned // 2
    one_way = len(among_speakers) - returned
    graph = networkx.DiGraph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from(edges)
    return Directed(
        n_nodes=n,
        n_ties=len(edges),
        response=a / n if n else None,
        comparable=bool(n) and a / n >= LEAST_RESPONSE,
        density=len(edges) / (a * (n - 1)) if a and n > 1 else None,
        indegree_centralisation=_centralisation(shares, n - 1) if n > 2 and len(shares) == n else None,
        outdegree_centralisation=_centralisation(out_degrees.values(), (a - 1) * (n - 1)) if n > 2 and a > 1 else None,
        reciprocity_edges=returned / len(among_speakers) if among_speakers else None,
        reciprocity_pairs=mutual / (mutual + one_way) if among_speakers else None,
        mutual_pairs=mutual,
        one_way_pairs=one_way,
        empty_pairs=a * (a - 1) // 2 - mutual - one_way,
        isolates=tuple(node for node in nodes if not in_degrees[node] and not out_degrees.get(node)),
        weak_components=networkx.number_weakly_connected_components(graph) if n else 0,
        strong_components=networkx.number_strongly_connected_components(graph) if n else 0,
        any_side=undirected(nodes, symmetrised(edges, "any")),
        both_sides=undirected(spoke, symmetrised(among_speakers, "both")),
    )


def symmetrised(ties: Iterable[Tie], rule: Rule) -> list[Tie]:
    """Mutual ties of told ones: a pair where either side told it (`any`) or both sides did (`both`), in order of names."""
    told = {(one, other) for one, other in ties if one != other}
    pairs = sorted({(min(tie), max(tie)) for tie in told})
    return pairs if rule == "any" else [(one, other) for one, other in pairs if {(one, other), (other, one)} <= told]


@dataclass(frozen=True, slots=True)
class Rating:
    """What one organisation thinks of another, from 1 (not at all) to 4 (a great deal)."""

    rater: str
    rated: str
    reliability: int
    mission: int
    openness: int


@dataclass(frozen=True, slots=True)
class Trust:
    """`network` is the mean of all ratings as a share of the greatest (4), `scores` the mean of an organisation's ratings
    (1 to 4); None where fewer than the least number of others rated it.
    """

    network: float | None
    scores: Mapping[str, float | None]
    raters: Mapping[str, int]


def trust(roster: Sequence[str], ratings: Iterable[Rating], least_raters: int = LEAST_RATERS) -> Trust:
    """Trust in a network and in each organisation of the roster, from the others' ratings (PARTNER).

    ValueError for a rating outside of 1 to 4, of oneself, of somebody outside of the roster, or told twice.
    """
    nodes = list(dict.fromkeys(roster))
    given: dict[str, dict[str, float]] = {node: {} for node in nodes}
    for rating in ratings:
        items = (rating.reliability, rating.mission, rating.openness)
        if rating.rater == rating.rated or not {rating.rater, rating.rated} <= set(nodes):
            raise ValueError(f"{rating.rater!r} cannot rate {rating.rated!r}")
        if not all(1 <= item <= 4 for item in items) or rating.rater in given[rating.rated]:
            raise ValueError("a rating lies between 1 and 4 and is told once")
        given[rating.rated][rating.rater] = sum(items) / len(items)
    every = [score for scores in given.values() for score in scores.values()]
    raters = {rater for scores in given.values() for rater in scores}
    return Trust(
        network=math.fsum(every) / len(every) / 4 if len(raters) >= least_raters else None,
        scores={
            node: math.fsum(given[node].values()) / len(given[node])
            if given[node] and len(given[node]) >= least_raters
            else None
            for node in nodes
        },
        raters={node: len(given[node]) for node in nodes},
    )


def _among(nodes: Sequence[str], ties: Iterable[Tie]) -> list[Tie]:
    found = [(one, other) for one, other in ties if one != other]
    if strangers := {name for tie in found for name in tie} - set(nodes):
        raise ValueError(f"not in the roster: {sorted(strangers)}")
    return found


def _centralisation(centralities: Iterable[float], greatest_sum: float) -> float | None:
    values = list(centralities)
    top = max(values, default=0.0)
    return math.fsum(top - value for value in values) / greatest_sum if greatest_sum > 0 else None
