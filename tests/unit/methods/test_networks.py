from __future__ import annotations

from itertools import permutations

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shidra.methods.networks import Rating, directed, symmetrised, trust, undirected


def test_a_star_is_centred_and_a_ring_is_not() -> None:
    star = undirected("abcde", [("a", other) for other in "bcde"])
    assert star.degree_centralisation == star.betweenness_centralisation == 1
    assert star.closeness_centralisation == pytest.approx(1)
    assert star.transitivity == 0
    ring = undirected("abcd", [("a", "b"), ("b", "c"), ("c", "d"), ("d", "a")])
    assert (ring.degree_centralisation, ring.betweenness_centralisation, ring.closeness_centralisation) == (0, 0, 0)
    assert undirected("abc", [("a", "b"), ("b", "c"), ("a", "c")]).transitivity == 1


def test_the_florentine_families_with_the_one_nobody_married() -> None:
    # Wasserman and Faust 1994: Pucci is in the roster, and changes the density from 0.190 to 0.167.
    families = networkx.florentine_families_graph()
    without = undirected(list(families.nodes), families.edges)
    assert without.density == pytest.approx(0.1904762)
    assert without.closeness_centralisation == pytest.approx(0.3224523)
    told = undirected([*families.nodes, "Pucci"], families.edges)
    assert told.density == pytest.approx(1 / 6)
    assert told.degree_centralisation == pytest.approx(0.2666667)
    assert told.closeness_centralisation is None
    assert told.isolates == ("Pucci",)
    assert told.components == 2


def test_directed_ties_by_hand() -> None:
    told = directed("abcd", [("a", "b"), ("b", "a"), ("c", "a"), ("c", "c"), ("c", "a")])
    assert (told.n_ties, told.density) == (3, 0.25)
    assert told.indegree_centralisation == pytest.approx(((2 - 2) + (2 - 1) + 2 + 2) / 9)
    assert told.outdegree_centralisation == pytest.approx((0 + 0 + 0 + 1) / 9)
    assert (told.reciprocity_edges, told.reciprocity_pairs) == (2 / 3, 1 / 2)
    assert (told.mutual_pairs, told.one_way_pairs, told.empty_pairs) == (1, 1, 4)
    assert told.isolates == ("d",)
    assert (told.weak_components, told.strong_components) == (2, 3)
    assert (told.any_side.n_ties, told.both_sides.n_ties) == (2, 1)


def test_who_did_not_answer_is_not_somebody_without_ties() -> None:
    ties = [("a", "b"), ("b", "a"), ("a", "d"), ("b", "c"), ("c", "b")]
    told = directed("abcd", ties, answered=["a", "b", "c"])
    assert (told.response, told.comparable) == (0.75, True)
    assert told.density == pytest.approx(5 / 9)  # three rows of three
    # d could be named by three, each of the others by two
    shares = (1 / 2, 1, 1 / 2, 1 / 3)
    assert told.indegree_centralisation == pytest.approx(sum(1 - share for share in shares) / 3)
    assert (told.mutual_pairs, told.one_way_pairs, told.empty_pairs) == (2, 0, 1)
    assert told.both_sides.n_nodes == 3
    assert not directed("abcd", [("a", "b")], answered=["a", "b"]).comparable
    with pytest.raises(ValueError, match="without an answer"):
        directed("abcd", ties, answered=["a"])


def test_strangers_are_refused_and_small_networks_have_no_centre() -> None:
    with pytest.raises(ValueError, match="roster"):
        undirected("ab", [("a", "z")])
    assert undirected("ab", [("a", "b")]).degree_centralisation is None
    assert undirected("a", []).density is None
    assert directed("", []).density is None


@given(st.sets(st.sampled_from(list(permutations("abcdef", 2)))))
def test_measures_agree_with_another_program_and_stay_in_range(ties: set[tuple[str, str]]) -> None:
    told = directed("abcdef", ties)
    graph = networkx.DiGraph(list(ties))
    graph.add_nodes_from("abcdef")
    assert told.density == pytest.approx(networkx.density(graph))
    if ties:
        assert told.reciprocity_edges == pytest.approx(networkx.overall_reciprocity(graph))
    assert told.mutual_pairs + told.one_way_pairs + told.empty_pairs == 15
    both = graph.to_undirected(reciprocal=True)
    assert told.both_sides.n_ties == both.number_of_edges()
    assert (told.any_side.transitivity or 0) == pytest.approx(networkx.transitivity(graph.to_undirected()))
    assert told == directed("abcdef", ties, answered="abcdef")
    for value in (
        told.indegree_centralisation,
        told.outdegree_centralisation,
        told.any_side.betweenness_centralisation,
    ):
        assert value is not None
        assert -1e-9 <= value <= 1 + 1e-9


def test_either_side_or_both() -> None:
    ties = [("b", "a"), ("a", "b"), ("c", "a"), ("c", "c")]
    assert symmetrised(ties, "any") == [("a", "b"), ("a", "c")]
    assert symmetrised(ties, "both") == [("a", "b")]


def test_trust_is_what_others_say_and_enough_of_them() -> None:
    ratings = [Rating(rater, "a", 4, 4, 4) for rater in "bcd"] + [Rating("a", "b", 1, 2, 3)]
    told = trust("abcd", ratings)
    assert told.scores == {"a": 4, "b": None, "c": None, "d": None}
    assert told.raters["b"] == 1
    assert told.network == pytest.approx((4 + 4 + 4 + 2) / 4 / 4)
    assert trust("abcd", ratings[:2]).network is None
    for wrong in (Rating("a", "a", 1, 1, 1), Rating("a", "z", 1, 1, 1), Rating("a", "c", 0, 1, 1)):
        with pytest.raises(ValueError):
            trust("abcd", [wrong])
