"""The editors' desk."""

from __future__ import annotations

from django.urls import path

from shidra.commons.atlas.web import body_desk, desk, desk_listings, feeds, importing

app_name = "atlas_desk"
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("proposals/", desk.proposals, name="proposals"),
    path("proposals/<int:proposal>/", desk.proposal, name="proposal"),
    path("proposals/<int:proposal>/mend/", desk.mend_proposal, name="mend_proposal"),
    path("listings/", desk_listings.listings, name="listings"),
    path("listings/new/", desk_listings.new_listing, name="new_listing"),
    path("listings/<int:listing>/", desk_listings.listing, name="listing"),
    path("listings/<int:listing>/publish/", desk_listings.publish, name="publish"),
    path("listings/<int:listing>/confirm/", desk_listings.confirm, name="confirm"),
    path("listings/<int:listing>/withdraw/", desk_listings.withdraw, name="withdraw"),
    path("keepers/<int:keeper>/end/", desk_listings.end_keeping, name="end_keeping"),
    path("bodies/", body_desk.bodies, name="bodies"),
    path("bodies/new/", body_desk.new_body, name="new_body"),
    path("bodies/<int:body>/", body_desk.body, name="body"),
    path("bodies/<int:keep>/merge/<int:drop>/", body_desk.merge, name="merge"),
    path("feeds/", feeds.feeds, name="feeds"),
    path("feeds/<int:feed>/", feeds.feed, name="feed"),
    path("arrivals/", feeds.arrivals, name="arrivals"),
    path("arrivals/<int:arrival>/", feeds.arrival, name="arrival"),
    path("files/", importing.files, name="files"),
    path("files/<int:file>/", importing.file, name="file"),
    path("files/<int:file>/take/", importing.take, name="take_file"),
    path("files/<int:file>/answer/", importing.answer, name="answer_file"),
    path("files/<int:file>/rows/<int:row>/", importing.row, name="file_row"),
    path("files/<int:file>/errors.csv", importing.errors, name="file_errors"),
]
