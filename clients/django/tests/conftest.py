"""Every test that speaks to a sidecar speaks to a real one, over both of its stores."""

from __future__ import annotations

import os
from collections.abc import Iterator

import django
import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from spms_cache_django import SidecarCache, fence  # noqa: E402
from spms_cache_django.warn_once import forget_warnings  # noqa: E402
from tests.support.caches import make_cache  # noqa: E402
from tests.support.sidecar import Redis, Sidecar  # noqa: E402


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> None:
    """Of the test before."""
    fence.forget_all()
    forget_warnings()


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    server = Redis()
    yield server
    server.stop()


@pytest.fixture(scope="session", params=["memory", "redis"])
def sidecar(request: pytest.FixtureRequest) -> Iterator[Sidecar]:
    environment = {"CACHE_STORE": request.param}
    if request.param == "redis":
        environment["REDIS_URL"] = request.getfixturevalue("redis").url
    started = Sidecar(**environment).start()
    yield started
    started.stop()


@pytest.fixture
def cache(sidecar: Sidecar) -> Iterator[SidecarCache]:
    """Empty, and raising what it would otherwise pass over; BUDGET_MS is for a busy machine."""
    made = make_cache(sidecar.location, RAISE_ERRORS=True, BUDGET_MS=5000)
    made.clear()
    yield made
    made.clear()


@pytest.fixture(scope="session")
def tables() -> None:
    """The tables of the project's models."""
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", run_syncdb=True, verbosity=0)
