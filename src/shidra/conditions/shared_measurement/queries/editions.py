"""Which edition of an initiative's public pages holds now: the one question that stands before every public answer."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection


class Edition(NamedTuple):
    """What an initiative's public pages are made from. While it is the same, so are they."""

    initiative: int
    version: int  # of the initiative's own texts
    release: int  # the newest published one; 0 before the first
    newest_entry: int  # of the audit: the newest thing that anybody did in the initiative


def edition_of(slug: str) -> Edition | None:
    """The edition of a public initiative, None where there is none. One query, answered from indexes alone.

    Written by hand: Django's own would cost as much as the whole answer.
    """
    with connection.cursor() as cursor:
        cursor.execute(_EDITION, [slug, True])
        row = cursor.fetchone()
    return None if row is None else Edition(*row)


_EDITION = """
SELECT initiative.id, initiative.version,
  COALESCE((SELECT MAX(release.id) FROM shared_measurement_release AS release
            WHERE release.initiative_id = initiative.id AND release.state = 'published'), 0),
  COALESCE((SELECT MAX(entry.id) FROM audit_auditentry AS entry WHERE entry.tenant = initiative.id), 0)
FROM initiatives_initiative AS initiative WHERE initiative.slug = %s AND initiative.is_public = %s
"""
