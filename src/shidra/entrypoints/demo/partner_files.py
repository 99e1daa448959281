"""Spreadsheets as partners really send them: for a newcomer to upload, and for tests to read.

Written anew each time, always with the same values. None of them follows the shared layout; each is one that partners'
own files have: titles above the header, two header rows, merged cells, years or groups across, totals, footnotes,
hidden sheets, another script, another encoding.
"""

from __future__ import annotations

from pathlib import Path

import xlsxwriter


def write_partner_files(folder: Path, year: int) -> list[Path]:
    """Write the files for the school year that begins in `year`; their paths, in the order of the README's walk."""
    folder.mkdir(parents=True, exist_ok=True)
    this, last = f"{year}/{(year + 1) % 100:02d}", f"{year - 1}/{year % 100:02d}"
    return [
        _khatwa(folder, this),
        _young_adults(folder, year),
        _maayan(folder, this, last),
        _al_sindyan(folder, this),
        _places_opened(folder, this),
    ]


def _khatwa(folder: Path, this: str) -> Path:
    """Arabic, right to left: a title, a blank line, one row a place and group, a total, a footnote."""
    path = folder / "khatwa-تقرير-خطوة.xlsx"
    with xlsxwriter.Workbook(path) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("ملخّص")
        sheet.right_to_left()
        sheet.write(0, 0, f"جمعية خطوة - تقرير السنة الدراسية {this}", bold)
        sheet.write_row(2, 0, ["المكان", "النوع الاجتماعي", "السنة الدراسية", "انضمّوا", "بدؤوا العمل"], bold)
        rows = [
            ("رمات شيزاف", "نساء", this, 39, 27),
            ("رمات شيزاف", "رجال", this, 36, 22),
            ("رمات شيزاف", "المجموع", this, 75, 49),
            ("كفر السدر", "نساء", this, 41, 28),
            ("كفر السدر", "رجال", this, 33, 19),
            ("كفر السدر", "المجموع", this, 74, 47),
        ]
        for at, row in enumerate(rows):
            sheet.write_row(3 + at, 0, row)
        sheet.write(10, 0, "* معطيات نهائية")
        sheet.set_column(0, 4, 16)
    return path


def _young_adults(folder: Path, year: int) -> Path:
    """Hebrew, right to left: two header rows, merged years and places, a total row, a footnote, a hidden sheet."""
    path = folder / "מרכז הצעירים - דיווח סופי (2).xlsx"
    this, last = f"{year}/{(year + 1) % 100:02d}", f"{year - 1}/{year % 100:02d}"
    with xlsxwriter.Workbook(path) as book:
        head = book.add_format({"bold": True, "align": "center"})
        sheet = book.add_worksheet("סיכום")
        sheet.right_to_left()
        sheet.write(0, 0, "מרכז הצעירים רמת שיזף – התחלת עבודה בתוך חצי שנה מההצטרפות", head)
        sheet.write(1, 0, "עודכן לאחרונה בנובמבר")
        sheet.merge_range(2, 0, 3, 0, "יישוב", head)
        sheet.merge_range(2, 1, 3, 1, "מגדר", head)
        sheet.merge_range(2, 2, 2, 3, last, head)
        sheet.merge_range(2, 4, 2, 5, this, head)
        sheet.merge_range(2, 6, 3, 6, "הערות", head)
        sheet.write_row(3, 2, ["הצטרפו", "התחילו לעבוד", "הצטרפו", "התחילו לעבוד"], head)
        rows = [
            ("רמת שיזף", "נשים", 118, 71, 124, 83),
            ("", "גברים", 97, 52, 105, 61),
            ("כפר א-סידר", "נשים", 64, 31, 79, "44*"),
            ("", "גברים", 71, 38, 132, 75),
            ("נווה אגוז", "נשים", 22, 9, 26, 51),
            ("", "גברים", 19, 11, 24, "–"),
        ]
        for at, (place, *rest) in enumerate(rows):
            row = 4 + at
            if place:
                sheet.merge_range(row, 0, row + 1, 0, place)
            for column, value in enumerate(rest, 1):
                sheet.write(row, column, value)
        sheet.write(7, 6, "קבוצה חדשה")
        sheet.write_row(10, 0, ["סה״כ", "", 391, 212, 490, 278])
        sheet.write(11, 0, "* נתון זמני")
        hidden = book.add_worksheet("חישובים")
        hidden.write_row(0, 0, ["לא לפרסום", 1, 2, 3])
        hidden.hide()
        sheet.set_column(0, 6, 14)
    return path


def _maayan(folder: Path, this: str, last: str) -> Path:
    """English, semicolons, Windows-1252, decimal commas: years across, a percentage in words beside."""
    path = folder / "Maayan Logistics figures.csv"
    lines = [
        "Ma\x92ayan Logistics; export of 12 November",
        "",
        f"Measure;Place;{last};{this}",
        "Places opened by employers;Givot Rotem;27;31",
    ]
    path.write_bytes("\r\n".join(lines).encode("latin-1"))
    return path


def _al_sindyan(folder: Path, this: str) -> Path:
    """Hebrew in Windows-1255, commas: one row a measure and group, the parts and a total."""
    path = folder / "אל-סנדיאן.csv"
    lines = [
        "תיכון אל-סנדיאן",
        f"שנת לימודים,{this}",
        "מדד,יישוב,מגדר,מונה,מכנה",
        "תלמידות ותלמידים שהשלימו התנסות בעבודה,כפר אס-סידר,נשים,48,74",
        "תלמידות ותלמידים שהשלימו התנסות בעבודה,כפר אס-סידר,גברים,41,70",
        "תלמידות ותלמידים שהשלימו התנסות בעבודה,כפר אס-סידר,סך הכול,89,144",
    ]
    path.write_bytes("\r\n".join(lines).encode("cp1255"))
    return path


def _places_opened(folder: Path, this: str) -> Path:
    """English: the header far down, one column a group, a sheet of notes before it."""
    path = folder / "Certificates by sex (Nahal Alon).xlsx"
    with xlsxwriter.Workbook(path) as book:
        notes = book.add_worksheet("Read me")
        notes.write(0, 0, "Internal register of the college. Figures on the second sheet.")
        sheet = book.add_worksheet("Certificates")
        sheet.write(0, 0, "Vocational certificates earned")
        sheet.write(4, 0, "Place")
        sheet.write_row(4, 1, ["School year", "women", "men", "total"])
        sheet.write_row(5, 0, ["Shezaf Valley", this, 31, 27, 58])
    return path
