"""Released data for programs: CSV, workbook and JSON, without cookies, with types and names that cannot mislead."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from django_scopes import scope

from shidra.conditions.shared_measurement.queries import releases
from shidra.conditions.shared_measurement.releasing import datapackage, exports, sdmx
from shidra.entrypoints.public_site.workbooks import package_mark, package_of, workbook_of
from shidra.foundation.initiatives.tenancy import InitiativeRequest, in_public_initiative
from shidra.kernel.errors import NotFound
from shidra.kernel.languages import LANGUAGES

FROZEN = "public, max-age=86400"  # a numbered release never changes; a day, in case an initiative is made private
NEWEST = "public, no-cache"  # ask each time; the answer is short while the release is the same


@require_safe
def choose_language(request: HttpRequest) -> HttpResponse:
    """The public home in the language of the reader's browser."""
    response = redirect("public_site:home")
    response["Location"] = f"/{get_language()}/"
    response["Cache-Control"] = "no-cache"
    patch_vary_headers(response, ["Accept-Language"])
    return response


@require_safe
@in_public_initiative
def csv(request: InitiativeRequest, number: str) -> HttpResponseBase:
    """The tidy CSV of a release, the same bytes as `shidra export release`."""
    release = _release(request, number)
    return _csv(
        request, release, None, number, f"{request.initiative.slug}-release-{release.number}.csv", release.csv_sha256
    )


@require_safe
@in_public_initiative
def indicator_csv(request: InitiativeRequest, number: str, code: str) -> HttpResponseBase:
    """The rows of one indicator of a release."""
    release = _release(request, number)
    indicator = releases.released_indicator(release, code)
    if indicator is None:
        raise Http404
    name = f"{request.initiative.slug}-release-{release.number}-{safe_name(code)}.csv"
    return _csv(request, release, indicator, number, name, f"{release.csv_sha256}-{indicator.pk}")


@require_safe
@in_public_initiative
def xlsx(request: InitiativeRequest, number: str) -> HttpResponseBase:
    """The same as a workbook, in `?language=` or the initiative's own language."""
    release = _release(request, number)
    language = request.GET.get("language", request.initiative.original_language)
    if language not in LANGUAGES:
        raise Http404
    etag = f'W/"{release.csv_sha256}-{language}"'
    known = get_conditional_response(request, etag=etag)
    if known is not None:
        return _told(known, number, etag)
    response = FileResponse(
        workbook_of(release, language),  # the response closes it
        as_attachment=True,
        filename=f"{request.initiative.slug}-release-{release.number}-{language}.xlsx",
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    return _told(response, number, etag)


@require_safe
@in_public_initiative
def indicator_json(request: InitiativeRequest, number: str, code: str) -> HttpResponseBase:
    """The document that the page of an indicator is made from (docs/releases.md)."""
    release = _release(request, number)
    document = releases.document(release, code)
    if document is None:
        raise Http404
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    response = HttpResponse(body, content_type="application/json")
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = NEWEST if number == "latest" else FROZEN
    return response


@require_safe
@in_public_initiative
def package(request: InitiativeRequest, number: str) -> HttpResponseBase:
    """The Data Package of a release as one file: the CSV, definitions, codes, and what they mean."""
    release = _release(request, number)
    etag = f'W/"{release.csv_sha256}-{package_mark(release)}"'
    known = get_conditional_response(request, etag=etag)
    if known is not None:
        return _told(known, number, etag)
    response = FileResponse(
        package_of(release),  # the response closes it
        as_attachment=True,
        filename=f"{request.initiative.slug}-release-{release.number}-datapackage.zip",
        content_type="application/zip",
    )
    return _told(response, number, etag)


@require_safe
@in_public_initiative
def package_file(request: InitiativeRequest, number: str, name: str) -> HttpResponseBase:
    """A file of the package beside `data.csv`: with `datapackage.json` programs read the release where it lies."""
    body = datapackage.small_files(_release(request, number))[name]
    etag = f'W/"{sha256(body).hexdigest()}"'
    known = get_conditional_response(request, etag=etag)
    if known is not None:
        return _told(known, number, etag)
    kind = "application/json" if name.endswith(".json") else "text/csv; charset=utf-8"
    return _told(HttpResponse(body, content_type=kind), number, etag)


@require_safe
@in_public_initiative
def sdmx_csv(request: InitiativeRequest, number: str) -> HttpResponseBase:
    """The release as SDMX-CSV 2.0."""
    release = _release(request, number)
    name = f"{request.initiative.slug}-release-{release.number}-sdmx.csv"
    return _parts(request, lambda: sdmx.csv_parts(release), number, name, f"{release.csv_sha256}-sdmx")


def _csv(
    request: InitiativeRequest, release: Any, indicator: Any, asked: str, name: str, told_apart_by: str
) -> HttpResponseBase:
    return _parts(request, lambda: exports.csv_parts(release, indicator), asked, name, told_apart_by)


def _parts(
    request: InitiativeRequest, made: Callable[[], Iterator[bytes]], asked: str, name: str, told_apart_by: str
) -> HttpResponseBase:
    etag = f'W/"{told_apart_by}"'
    known = get_conditional_response(request, etag=etag)
    if known is not None:
        return _told(known, asked, etag)

    def parts() -> Iterator[bytes]:
        # The view is over when its answer is sent: the scope of the initiative is opened again for it.
        with scope(initiative=request.initiative):
            yield from made()

    response = StreamingHttpResponse(parts(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return _told(response, asked, etag)


def _told(response: HttpResponseBase, asked: str, etag: str) -> HttpResponseBase:
    response["ETag"] = etag
    response["Cache-Control"] = NEWEST if asked == "latest" else FROZEN
    response["Access-Control-Allow-Origin"] = "*"
    return response


def safe_name(code: str) -> str:
    """A code as part of a file's name: letters, digits and hyphens of ASCII."""
    return "".join(one if one.isascii() and (one.isalnum() or one in "-_") else "-" for one in code)


def _release(request: InitiativeRequest, number: str) -> Any:
    """A release by its number; `latest` with `?known_on=2026-03-01` is the newest of that day."""
    asked = request.GET.get("known_on") if number == "latest" else None
    try:
        return releases.release_by_number(request.initiative, asked or number)
    except NotFound:
        raise Http404 from None
