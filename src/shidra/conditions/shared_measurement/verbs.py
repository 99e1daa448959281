"""What is written into the record, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

VERBS = {
    "define_indicator": _("Indicator added"),
    "arrange_indicator": _("Standing of an indicator changed"),
    "word_definition": _("Words of a definition changed"),
    "begin_new_version": _("New version of a definition begun"),
    "discard_draft": _("Draft of a definition discarded"),
    "publish_definition": _("Definition published"),
    "define_dimension": _("Groups defined"),
    "set_reference_value": _("Baseline, target or benchmark set"),
    "remove_reference_value": _("Baseline, target or benchmark removed"),
    "plan_round": _("Round planned"),
    "set_expectations": _("Expected values of a round set"),
    "open_round": _("Round opened"),
    "close_round": _("Round closed"),
    "extend_deadline": _("Later date agreed with a partner"),
    "receive_upload": _("File received"),
    "read_upload": _("File read"),
    "read_again": _("File read again"),
    "refuse_upload": _("File refused"),
    "confirm_mapping": _("What is what in a file confirmed"),
    "create_missing_words": _("Unknown words added to the dictionary"),
    "decide_cells": _("Cells of a file decided"),
    "prepare_upload": _("Preview of a file made"),
    "take_upload": _("Values of a file being taken in"),
    "finish_taking": _("Values of a file taken in"),
    "withdraw_upload": _("File withdrawn"),
    "drop_batch": _("Prepared values dropped"),
    "drop_abandoned_batches": _("Abandoned prepared values dropped"),
    "report_values": _("Values reported"),
    "submit_report": _("Report handed in"),
    "answer_returned_value": _("Returned value answered"),
    "accept_report": _("Report accepted"),
    "undo_acceptance": _("Acceptance undone"),
    "return_values": _("Values returned"),
    "build_release": _("Release drawn up"),
    "prepare_release": _("Release prepared"),
    "publish_release": _("Release published"),
}
