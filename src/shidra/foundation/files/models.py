from __future__ import annotations

from django.db import models


class StoredFile(models.Model):
    """Bytes kept once under their SHA-256. Whose they are and what they are called is said by what refers to them."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=120)
    stored_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.sha256[:12]
