from shidra.commons.atlas.models.body import BackboneKind, BackboneType, Body, BodyIdentifier, BodyRole, Part
from shidra.commons.atlas.models.feed import Arrival, Feed
from shidra.commons.atlas.models.listing import Edition, Listing, ListingPlace, Origin, Precision, State
from shidra.commons.atlas.models.listing_file import ListingFile, ListingRow
from shidra.commons.atlas.models.truth import Change, Editor, Fact, Keeper, Proposal, Source

__all__ = [
    "Arrival",
    "BackboneKind",
    "BackboneType",
    "Body",
    "BodyIdentifier",
    "BodyRole",
    "Change",
    "Edition",
    "Editor",
    "Fact",
    "Feed",
    "Keeper",
    "Listing",
    "ListingFile",
    "ListingPlace",
    "ListingRow",
    "Origin",
    "Part",
    "Precision",
    "Proposal",
    "Source",
    "State",
]
