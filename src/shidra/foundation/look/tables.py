"""Any table of a page as a file, as it is filtered: `?format=csv` or `?format=xlsx` beside the page's own filters.

A view asks `wanted_as_file` after its gate and its filters, so that the file holds what the page may show, of all its
pages; the page links to it by `{% table_downloads %}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from shidra.foundation.look.formats import reader_language
from shidra.foundation.spreadsheets.writing import Table, csv_of, xlsx_of

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
PARAMETER = "format"


def wanted_as_file(request: HttpRequest, name: str, tables: Callable[[], Sequence[Table]]) -> HttpResponse | None:
    """The page's table as a file, if its address asks for one; else None, and the page goes on.

    `tables` makes them: first the table itself, then sheets that explain it (definitions), which a CSV has no room for.
    `name` becomes the name of the file. Another format than CSV and XLSX is 404.
    """
    kind = request.GET.get(PARAMETER, "")
    if not kind or request.method not in ("GET", "HEAD"):
        return None
    if kind not in KINDS:
        raise Http404
    made = list(tables())
    body = csv_of(made[0]) if kind == "csv" else xlsx_of(made, reader_language())
    response = HttpResponse(body, content_type=KINDS[kind])
    response["Content-Disposition"] = content_disposition_header(True, f"{_safe(name)}.{kind}") or ""
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _safe(name: str) -> str:
    """A name that no file system takes for a path or a device: letters, digits, hyphens, dots inside."""
    plain = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:80]
    return plain or "table"
