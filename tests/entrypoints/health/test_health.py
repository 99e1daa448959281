"""Health and readiness, as a watchman sees them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from pytest_django import Settings

from shidra.entrypoints.health import views


def test_health_needs_no_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert not answer.cookies


@pytest.mark.django_db
def test_ready(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "checks": {"database": True, "schema": True, "room": True}}
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
def test_not_ready_without_its_folder(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.HOME = tmp_path / "gone"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": True, "schema": True, "room": False}


@pytest.mark.django_db
def test_not_ready_without_its_database(client: Client) -> None:
    def away(*_: object) -> None:
        raise DatabaseError("gone: password=secret")

    with connection.execute_wrapper(away):
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] is False
    assert "secret" not in answer.content.decode()


@pytest.mark.django_db
def test_not_ready_with_tables_of_another_version(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_current_schema", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'people'")
    assert client.get("/readyz").json()["checks"]["schema"] is False


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_only_reading(client: Client, method: str) -> None:
    assert getattr(client, method)("/healthz").status_code == 405


def test_https_is_not_asked_of_a_watchman(client: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz").status_code == 200
