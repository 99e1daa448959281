"""What the reader says, by code: one list for people who translate, and the only texts a reading process can cause."""

from __future__ import annotations

from shidra.kernel.errors import gettext_noop

REFUSALS = {
    "file_empty": gettext_noop("“%(file)s” is empty."),
    "file_too_large": gettext_noop(
        "“%(file)s” has %(megabytes)s MB; files may have up to %(limit)s MB. Split it, or remove pictures and "
        "sheets that are not needed."
    ),
    "file_unknown_type": gettext_noop(
        "“%(file)s” is not a spreadsheet that can be read here. Save it as an Excel workbook (.xlsx) or as CSV "
        "and upload that."
    ),
    "file_wrong_extension": gettext_noop(
        "“%(file)s” is named %(extension)s, but holds %(content)s. Open it, save it as an Excel workbook (.xlsx) "
        "and upload that."
    ),
    "file_is_web_page": gettext_noop(
        "“%(file)s” is a web page, not a spreadsheet. Open it in Excel or LibreOffice, save it as an Excel "
        "workbook (.xlsx) and upload that."
    ),
    "file_binary_workbook": gettext_noop(
        "“%(file)s” is a binary workbook (.xlsb). Save it as an Excel workbook (.xlsx) and upload that."
    ),
    "file_password": gettext_noop(
        "“%(file)s” is protected by a password. Remove the password in Excel (File, Info, Protect Workbook) and "
        "upload it again."
    ),
    "file_damaged": gettext_noop(
        "“%(file)s” is damaged or incomplete. Open it in Excel or LibreOffice, save it again and upload the new copy."
    ),
    "file_unsafe": gettext_noop(
        "“%(file)s” contains parts that no spreadsheet program writes, and was not read. Copy its cells into a "
        "new workbook and upload that."
    ),
    "file_unpacks_too_large": gettext_noop(
        "“%(file)s” unpacks to more than %(limit)s MB. Copy only the cells that are needed into a new workbook "
        "and upload that."
    ),
    "file_too_many_rows": gettext_noop(
        "“%(file)s” has content in row %(row)s of “%(sheet)s”; up to %(limit)s rows are read. Remove what lies "
        "below the table, or split the file."
    ),
    "file_too_many_columns": gettext_noop(
        "“%(file)s” has content in cell %(cell)s of “%(sheet)s”; up to %(limit)s columns are read. Remove what "
        "lies beside the table."
    ),
    "file_too_many_cells": gettext_noop(
        "“%(file)s” has more than %(limit)s filled cells. Split it, or remove sheets that are not needed."
    ),
    "file_too_many_sheets": gettext_noop("“%(file)s” has more than %(limit)s sheets. Split it."),
    "file_too_much_text": gettext_noop(
        "“%(file)s” holds more text than a table of figures needs (first over the limit: cell %(cell)s of "
        "“%(sheet)s”). Remove the long texts."
    ),
    "file_too_slow": gettext_noop(
        "Reading “%(file)s” took longer than %(seconds)s seconds and was stopped. Copy only the cells that are "
        "needed into a new workbook and upload that."
    ),
    "file_too_heavy": gettext_noop(
        "Reading “%(file)s” needed too much memory and was stopped. Copy only the cells that are needed into a "
        "new workbook and upload that."
    ),
    "file_wrong_encoding": gettext_noop(
        "“%(file)s” is not text in the encoding %(encoding)s (first problem in line %(line)s). Choose another "
        "encoding, or save it as an Excel workbook (.xlsx)."
    ),
    "file_unknown_encoding": gettext_noop(
        "The letters of “%(file)s” cannot be read with certainty (first problem in line %(line)s). Save it as an "
        "Excel workbook (.xlsx) or as “CSV UTF-8” and upload that."
    ),
    "file_mixed_encodings": gettext_noop(
        "“%(file)s” mixes two encodings (first problem in line %(line)s), so some letters would come out wrong. "
        "Save it as an Excel workbook (.xlsx) or as “CSV UTF-8” and upload that."
    ),
    "file_open_quote": gettext_noop(
        "In “%(file)s” a quotation mark that opens in line %(line)s is never closed. Close it, or save the table "
        "as an Excel workbook (.xlsx)."
    ),
    "file_line_too_long": gettext_noop(
        "“%(file)s” has a line or cell that is too long to be a table (line %(line)s). Check that it is the file "
        "you meant."
    ),
}

FINDINGS = {
    "hidden_sheet": gettext_noop("Sheet “%(sheet)s” is hidden."),
    "hidden_rows": gettext_noop("Sheet “%(sheet)s” has hidden rows with content: %(rows)s."),
    "hidden_columns": gettext_noop("Sheet “%(sheet)s” has hidden columns with content: %(columns)s."),
    "merged_cells": gettext_noop("Sheet “%(sheet)s” has merged cells: %(ranges)s."),
    "error_cell": gettext_noop("Cell %(cell)s of “%(sheet)s” shows the error %(error)s."),
    "error_cells_more": gettext_noop("Sheet “%(sheet)s” has %(number)s more cells that show an error."),
    "formula_without_value": gettext_noop(
        "Cell %(cell)s of “%(sheet)s” holds a formula without a calculated value. Open the file in Excel, save it"
        " and upload it again."
    ),
    "formulas_without_value_more": gettext_noop(
        "Sheet “%(sheet)s” has %(number)s more formulas without a calculated value."
    ),
    "formulas_not_calculated": gettext_noop(
        "The program that wrote this file left its formulas to be calculated on opening, so their values may be "
        "out of date (first formula: cell %(cell)s of “%(sheet)s”). Open the file in Excel, save it and upload it"
        " again."
    ),
    "macros": gettext_noop("The workbook contains macros. They were not run."),
    "external_links": gettext_noop(
        "The workbook takes values from other files (%(targets)s). The values it saved last were read; the other "
        "files were not."
    ),
    "data_connections": gettext_noop(
        "The workbook has connections to data outside it. They were not followed; the values it saved last were read."
    ),
    "embedded_objects": gettext_noop("The workbook contains embedded objects. They were not opened."),
    "encoding_guessed": gettext_noop(
        "The file does not say how its letters are encoded; it was read as %(encoding)s. Check that this reads "
        "well: %(sample)s"
    ),
    "garbled_text": gettext_noop(
        "Some text looks garbled, as if it was saved in a wrong encoding (cell %(cell)s of “%(sheet)s”): %(sample)s"
    ),
}
