"""What the record says of the atlas."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

VERBS = {
    "appoint_editor": _("appointed an editor of the atlas"),
    "dismiss_editor": _("ended an editor's appointment"),
    "enter_listing": _("entered a listing in the atlas"),
    "enter_listings": _("entered several listings in the atlas"),
    "change_listing": _("changed a listing in the atlas"),
    "publish_listing": _("made a listing public"),
    "withdraw_listing": _("took a listing out of the atlas"),
    "confirm_listing": _("confirmed a listing"),
    "enter_body": _("entered a body in the atlas"),
    "change_body": _("changed a body in the atlas"),
    "merge_bodies": _("merged two bodies of the atlas"),
    "list_initiative": _("put the initiative into the atlas"),
    "unlist_initiative": _("took the initiative out of the atlas"),
    "propose": _("proposed something for the atlas"),
    "decide_proposal": _("decided on a proposal for the atlas"),
    "add_keeper": _("let an initiative's own people keep their listing"),
    "end_keeper": _("ended the keeping of a listing"),
    "add_feed": _("added a feed to the atlas"),
    "change_feed": _("changed a feed of the atlas"),
    "harvest_feed": _("harvested a feed"),
    "decide_arrival": _("decided on what a feed brought"),
    "import_listings": _("read listings from a file"),
    "answer_row": _("answered what a row of a file of listings asked"),
}

THINGS = {
    "listing": _("listing"),
    "body": _("body"),
    "editor": _("editor of the atlas"),
    "proposal": _("proposal"),
    "keeper": _("keeper of a listing"),
    "feed": _("feed"),
    "arrival": _("arrival"),
    "listingfile": _("file of listings"),
    "listingrow": _("row of a file of listings"),
}
