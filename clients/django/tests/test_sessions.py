"""Sessions in a namespace of their own: who empties the cache signs nobody out."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.core.cache import caches
from django.test import override_settings

from spms_cache_django import SidecarCache
from tests.support.sidecar import Sidecar


@pytest.fixture(params=["cache", "cached_db"])
def engine(request: pytest.FixtureRequest, sidecar: Sidecar, tables: None) -> Iterator[str]:
    entry = {
        "BACKEND": "spms_cache_django.SidecarCache",
        "LOCATION": sidecar.location,
        "OPTIONS": {"BUDGET_MS": 5000},
    }
    sessions = {**entry, "OPTIONS": {**entry["OPTIONS"], "NAMESPACE": "sessions"}}  # type: ignore[dict-item]
    name = f"django.contrib.sessions.backends.{request.param}"
    with override_settings(
        CACHES={"default": entry, "sessions": sessions},
        SESSION_ENGINE=name,
        SESSION_CACHE_ALIAS="sessions",
    ):
        caches["sessions"].clear()
        yield name
        caches["sessions"].clear()


def store(engine: str, key: str | None = None) -> Any:
    return import_module(engine).SessionStore(key)


def cache_of(alias: str) -> SidecarCache:
    found = caches[alias]
    assert isinstance(found, SidecarCache)
    return found


def test_they_outlive_an_invalidation_of_everything(engine: str, sidecar: Sidecar) -> None:
    session = store(engine)
    session["user"] = (5, "Ann")
    session.save()
    caches["default"].set("k", 1)
    caches["default"].clear()
    sidecar.request("POST", "/v1/invalidations", b'{"all":true}')
    sidecar.request("POST", "/v1/invalidations", b'{"patterns":["*"]}')
    assert caches["default"].get("k") is None
    found = store(engine, session.session_key)
    assert found["user"] == (5, "Ann")
    assert len(cache_of("sessions").keys("*")) == 1


def test_signing_out_is_at_once(engine: str) -> None:
    session = store(engine)
    session["user"] = 5
    session.save()
    session.flush()
    assert store(engine, session.session_key or "gone").load() == {}
    assert cache_of("sessions").keys("*") == []


def test_who_clears_the_namespace_clears_it_alone(engine: str) -> None:
    caches["default"].set("k", 1)
    caches["sessions"].set("s", 1)
    caches["sessions"].clear()
    assert (caches["default"].get("k"), caches["sessions"].get("s")) == (1, None)


def test_a_new_key_is_made_at_sign_in_and_the_old_one_ends(engine: str) -> None:
    session = store(engine)
    session["cart"] = [1]
    session.save()
    old = session.session_key
    session.cycle_key()
    assert session.session_key != old
    assert store(engine, session.session_key)["cart"] == [1]
    assert not store(engine).exists(old)
