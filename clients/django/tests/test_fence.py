"""Cache-aside code as it stands cannot store a value that was outdated while it was computed."""

from __future__ import annotations

import threading
import time

import pytest
from django.core.signals import request_finished, request_started
from django.dispatch import Signal

from spms_cache_django import SidecarCache, fence
from tests.support.caches import Events, make_cache
from tests.support.sidecar import Sidecar


def elsewhere(sidecar: Sidecar, body: bytes) -> None:
    """An invalidation by another client."""
    sidecar.request("POST", "/v1/invalidations", body)


def test_a_set_after_a_miss_is_refused_if_an_invalidation_came_between(
    cache: SidecarCache, sidecar: Sidecar
) -> None:
    with Events() as events:
        assert cache.get("k") is None
        elsewhere(sidecar, b'{"keys":["k"]}')
        cache.set("k", "old")
    assert events.outcomes == [("get", "miss"), ("set", "refused")]
    assert cache.get("k") is None
    # That miss has renewed the position.
    cache.set("k", "new")
    assert cache.get("k") == "new"


def test_without_an_invalidation_it_is_stored(cache: SidecarCache, sidecar: Sidecar) -> None:
    assert cache.get("k") is None
    elsewhere(sidecar, b'{"keys":["other"]}')
    cache.set("k", 1)
    assert cache.get("k") == 1


@pytest.mark.parametrize("body", [b'{"tags":["t"]}', b'{"patterns":["k*"]}', b'{"all":true}'])
def test_tags_patterns_and_everything_count(
    cache: SidecarCache, sidecar: Sidecar, body: bytes
) -> None:
    assert cache.get("k") is None
    elsewhere(sidecar, body)
    assert not cache.add("k", 1, tags=["t"])


def test_many_at_once(cache: SidecarCache, sidecar: Sidecar) -> None:
    cache.set("there", 1)
    assert cache.get_many(["there", "a", "b"]) == {"there": 1}
    elsewhere(sidecar, b'{"keys":["a"]}')
    assert cache.get("c") is None
    assert cache.set_many({"there": 2, "a": 2, "b": 2, "c": 2, "d": 2}) == ["a"]
    assert cache.get_many("abcd") == {"b": 2, "c": 2, "d": 2}


def test_an_own_delete_does_not_lift_it(cache: SidecarCache) -> None:
    assert cache.get("k") is None
    cache.delete("k")
    cache.set("k", "old")
    assert cache.get("k") is None


def test_what_is_not_read_is_stored_unconditionally(cache: SidecarCache, sidecar: Sidecar) -> None:
    elsewhere(sidecar, b'{"keys":["k"]}')
    cache.set("k", 1)
    assert cache.get("k") == 1


def test_it_is_once_for_each_miss(cache: SidecarCache, sidecar: Sidecar) -> None:
    assert cache.get("k") is None
    cache.set("k", 1)
    elsewhere(sidecar, b'{"keys":["k"]}')
    cache.set("k", 2)
    assert cache.get("k") == 2


def test_a_refusal_holds_until_the_next_miss(cache: SidecarCache, sidecar: Sidecar) -> None:
    assert cache.get("k") is None
    elsewhere(sidecar, b'{"keys":["k"]}')
    cache.set("k", "old")
    cache.set("k", "old")
    assert cache.get("k") is None


@pytest.mark.parametrize("signal", [request_started, request_finished])
def test_nothing_is_remembered_over_the_border_of_a_request(
    cache: SidecarCache, sidecar: Sidecar, signal: Signal
) -> None:
    assert cache.get("k") is None
    elsewhere(sidecar, b'{"keys":["k"]}')
    signal.send(sender=None)
    cache.set("k", 1)
    assert cache.get("k") == 1


def test_what_makes_room_is_still_fenced(cache: SidecarCache, sidecar: Sidecar) -> None:
    assert cache.get("k") is None
    cache.get_many([f"x{number}" for number in range(fence.MOST_KEYS + 10)])
    elsewhere(sidecar, b'{"keys":["k"]}')
    cache.set("k", "old")
    assert cache.get("k") is None


def test_it_ends_with_its_time(
    cache: SidecarCache, sidecar: Sidecar, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cache.get("k") is None
    elsewhere(sidecar, b'{"keys":["k"]}')
    now = time.monotonic() + fence.MOST_SECONDS + 1
    monkeypatch.setattr("spms_cache_django.fence.time.monotonic", lambda: now)
    assert fence.position_of(cache.client.settings.address, "k") is None


def test_it_can_be_switched_off(cache: SidecarCache, sidecar: Sidecar) -> None:
    unfenced = make_cache(sidecar.location, FENCE=False, BUDGET_MS=5000)
    assert unfenced.get("k") is None
    elsewhere(sidecar, b'{"keys":["k"]}')
    unfenced.set("k", "old")
    assert cache.get("k") == "old"


def test_cache_aside_beside_a_writer_leaves_nothing_old(cache: SidecarCache) -> None:
    """A row that a writer counts up and invalidates, while readers compute from it and store."""
    row = 0
    ends_at = time.monotonic() + 2
    stale: list[tuple[int, int]] = []

    def write() -> None:
        nonlocal row
        while time.monotonic() < ends_at:
            row += 1
            committed = row
            cache.delete("row")
            found = cache.get("row")
            if found is not None and found < committed:
                stale.append((found, committed))

    def read() -> None:
        while time.monotonic() < ends_at:
            if cache.get("row") is None:
                seen = row
                time.sleep(0.001)
                cache.set("row", seen)

    threads = [threading.Thread(target=work) for work in (write, read, read, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert row > 10
    assert stale == []
