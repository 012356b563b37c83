"""Django's API for coroutines: every call does what its namesake does, on the loop itself."""

from __future__ import annotations

import asyncio
import inspect
import threading

import pytest
from django.core.cache.backends.base import BaseCache

from spms_cache_django import SidecarCache


async def test_values(cache: SidecarCache) -> None:
    await cache.aset("a", (1,), 60, tags=["t"])
    assert await cache.aget("a") == (1,)
    assert cache.get("a") == (1,)
    assert await cache.aget("missing", "default") == "default"
    assert await cache.aset_many({"b": 1, "c": 2}) == []
    assert await cache.aget_many(["a", "b", "x"]) == {"a": (1,), "b": 1}
    assert await cache.ahas_key("a")
    assert await cache.ainvalidate(tags=["t"])
    assert not await cache.ahas_key("a")
    assert await cache.adelete("b")
    await cache.adelete_many(["c"])
    assert await cache.aget_many(["a", "b", "c"]) == {}


async def test_add_touch_and_counters(cache: SidecarCache) -> None:
    assert await cache.aadd("n", 1, tags=["t"])
    assert not await cache.aadd("n", 2)
    assert await cache.aincr("n", 5) == 6
    assert await cache.adecr("n") == 5
    assert await cache.atouch("n", 500)
    assert await cache.attl("n") > 400
    assert not await cache.atouch("missing")
    with pytest.raises(ValueError, match="not found"):
        await cache.aincr("missing")
    assert await cache.aincr_version("n") == 2
    assert await cache.aget("n", version=2) == 5
    await cache.aset_many({"n": 1}, timeout=0)
    await cache.aclear()
    assert await cache.aget("n", version=2) is None


async def test_nothing_of_it_needs_a_thread(
    cache: SidecarCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address in numbers is not looked up, so the loop starts no thread."""
    before = set(threading.enumerate())
    await asyncio.gather(*(cache.aset(f"k{number}", number) for number in range(100)))
    assert await cache.aget("k7") == 7
    assert set(threading.enumerate()) - before <= {
        each for each in threading.enumerate() if each.name.startswith("asyncio_")
    }


def test_every_call_of_django_is_our_own() -> None:
    """What `BaseCache` would do by itself takes a thread for each call, or a call for each key."""
    kept = {"aincr_version", "adecr_version", "incr_version", "decr_version", "aclose", "close"}
    kept |= {"get_backend_timeout", "make_key", "validate_key", "make_and_validate_key"}
    for name, method in inspect.getmembers(BaseCache, inspect.isfunction):
        if not name.startswith("_") and name not in kept:
            assert getattr(SidecarCache, name) is not method, name
