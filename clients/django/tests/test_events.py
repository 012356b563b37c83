"""What subscribers are told of each call."""

from __future__ import annotations

from django.core.cache import caches
from django.test import override_settings

from spms_cache_django import CacheEvent, SidecarCache, subscribe
from tests.support.caches import Events


def test_each_call_is_told_with_its_outcome(cache: SidecarCache) -> None:
    with Events() as events:
        cache.get("k")
        cache.set("k", 1)
        cache.get("k")
        cache.add("k", 2)
        cache.get_many(["k", "x"])
        cache.incr("k")
        cache.touch("x")
        cache.delete("k")
        cache.delete("k")
        cache.invalidate(keys=["a"], tags=["t"], patterns=["p*"])
    assert [(event.operation, event.keys, event.hit, event.outcome) for event in events] == [
        ("get", ("k",), False, "miss"),
        ("set", ("k",), None, "stored"),
        ("get", ("k",), True, "hit"),
        ("add", ("k",), None, "present"),
        ("get_many", ("k", "x"), False, "miss"),
        ("incr", ("k",), None, "done"),
        ("touch", ("x",), None, "absent"),
        ("delete", ("k",), None, "done"),
        ("delete", ("k",), None, "absent"),
        ("invalidate", ("a", "t", "p*"), None, "done"),
    ]
    assert all(0 < event.seconds < 10 for event in events)
    assert {event.alias for event in events} == {"default"}


def test_nothing_is_told_after_the_end(cache: SidecarCache) -> None:
    told: list[CacheEvent] = []
    end = subscribe(told.append)
    cache.get("k")
    end()
    cache.get("k")
    assert len(told) == 1


def test_a_subscriber_that_raises_does_not_make_the_cache_fail(cache: SidecarCache) -> None:
    def fail(_event: CacheEvent) -> None:
        raise RuntimeError

    end = subscribe(fail)
    try:
        with Events() as events:
            assert cache.get("k", 7) == 7
        assert len(events) == 1
    finally:
        end()


def test_the_alias_is_that_of_the_setting() -> None:
    entry = {"BACKEND": "spms_cache_django.SidecarCache", "LOCATION": "http://127.0.0.1:1"}
    two = {"default": entry, "second": {**entry, "KEY_PREFIX": "s"}}
    with override_settings(CACHES=two), Events() as events:
        caches["second"].get("k")
    assert [event.alias for event in events] == ["second"]
