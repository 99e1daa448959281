"""What all tests stand on: an installation of their own, a real database, a real browser.

`SHIDRA_TEST_DATABASE=sqlite` (default) or `postgres` chooses the database. PostgreSQL is started here, in a temporary
folder, on a Unix socket only, and stopped at the end. On SQLite the tests marked `postgres` are left out; on PostgreSQL
those that touch no database and the browser's journeys, which do not depend on it.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import postgres_server

if TYPE_CHECKING:
    from pytest_django import Settings

pytest_plugins = ["tests.browser", "tests.installation", "tests.world"]
DATABASE = os.environ.get("SHIDRA_TEST_DATABASE", "sqlite")
IS_CONTROLLER = "PYTEST_XDIST_WORKER" not in os.environ  # workers inherit the environment that the controller made


def pytest_configure(config: pytest.Config) -> None:
    if DATABASE not in {"sqlite", "postgres"}:
        raise pytest.UsageError(f"SHIDRA_TEST_DATABASE is {DATABASE!r}; it can be sqlite or postgres")


def _set_environment() -> tuple[Path, postgres_server.Server | None]:
    """Name an empty installation and its database in the environment, before the settings are read."""
    room = Path(tempfile.mkdtemp(prefix="shidra-tests-"))
    for name in [name for name in os.environ if name.startswith("SHIDRA_") and not name.startswith("SHIDRA_TEST_")]:
        del os.environ[name]  # a developer's own installation must not leak into the tests
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "shidra.config.settings",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright's loop runs in the thread that also asks the database
        "SHIDRA_HOME": str(room / "home"),
        "SHIDRA_SECRET_KEY": "only-for-tests-" + "0123456789abcdef" * 3,
        "SHIDRA_TESTING": "true",
        "SHIDRA_HOSTS": "127.0.0.1,localhost,testserver",
        "SHIDRA_MAIL_URL": "locmem:",
        # Any machine that runs the tests shows times and messages alike.
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
    }
    server = None
    if DATABASE == "postgres":
        server = postgres_server.start(room / "postgres")
        os.environ["SHIDRA_DATABASE_URL"] = server.url
    (room / "home").mkdir()
    return room, server


if IS_CONTROLLER:
    if "django" in sys.modules:
        from django.conf import settings as _settings

        if _settings.configured:
            raise pytest.UsageError("Settings were read before the tests' environment: unset DJANGO_SETTINGS_MODULE.")
    _room, _server = _set_environment()

# Reading a setting here makes pytest-django set Django up as soon as it is its turn.
from django.conf import settings as _settings  # noqa: E402

_settings.INSTALLED_APPS  # noqa: B018


def pytest_unconfigure(config: pytest.Config) -> None:
    if IS_CONTROLLER:
        if _server is not None:
            _server.stop()
        shutil.rmtree(_room, ignore_errors=True)


# Who may see what, how public pages look, what settings are safe, how files of other systems are written: the same
# whatever the database, and long. They run on SQLite.
_ALIKE_ON_BOTH = (
    "tests/permissions/",
    "tests/entrypoints/cli/test_check.py",
    "tests/entrypoints/cli/test_export_opensdg.py",
    "tests/entrypoints/cli/test_people.py",
    "tests/entrypoints/cli/test_sdmx.py",
    "tests/pages/public/test_embeds.py",
    "tests/pages/public/test_atlas_embeds.py",
    "tests/pages/public/test_atlas_pages.py",
)


def _uses_database(item: pytest.Item) -> bool:
    names = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(
        names & {"db", "transactional_db", "live_server", "django_db_setup", "installation", "new_installation"}
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    def belongs(item: pytest.Item) -> bool:
        if DATABASE == "sqlite":
            return item.get_closest_marker("postgres") is None
        if item.get_closest_marker("postgres") is not None:
            return True
        return (
            _uses_database(item)
            and item.get_closest_marker("journey") is None
            and not item.nodeid.startswith(_ALIKE_ON_BOTH)
        )

    left_out = [item for item in items if not belongs(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if belongs(item)]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """Keep SQLite's test database in a file: threads and processes then meet it as they do in real life."""
    from django.conf import settings

    default: dict[str, Any] = settings.DATABASES["default"]
    if default["ENGINE"] == "django.db.backends.sqlite3":
        worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
        with tempfile.TemporaryDirectory(prefix="shidra-db-") as folder:
            default["TEST"]["NAME"] = str(Path(folder) / f"{worker}.sqlite3")
            # What a test writes need not survive a power cut.
            init = default["OPTIONS"]["init_command"]
            default["OPTIONS"]["init_command"] = init.replace("synchronous=FULL", "synchronous=OFF")
            yield
    else:
        yield


@pytest.fixture(autouse=True)
def _own_home(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """Give each test a home of its own for stored files: nothing is shared, nothing is left."""
    from django.core.cache import cache
    from django.utils import translation

    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir()
    cache.clear()  # rate limits count in the cache
    with translation.override("en"):
        yield
