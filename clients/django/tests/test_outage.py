"""A sidecar that is away makes reads misses and writes nothing; each change is said once."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest

from spms_cache_django import SidecarCache, SidecarUnavailable
from tests.support.caches import Events, make_cache
from tests.support.hostile import HostileServer, read_request
from tests.support.sidecar import Redis, Sidecar

AWAY = "http://127.0.0.1:1"


@pytest.fixture
def alone() -> Iterator[Sidecar]:
    """One that the test may end."""
    started = Sidecar().start()
    yield started
    started.kill()


CALLS: list[tuple[str, tuple[Any, ...], object]] = [
    ("get", ("k", "default"), "default"),
    ("get_many", (["k"],), {}),
    ("has_key", ("k",), False),
    ("set", ("k", 1), None),
    ("add", ("k", 1), False),
    ("set_many", ({"k": 1},), ["k"]),
    ("touch", ("k",), False),
    ("delete", ("k",), False),
    ("delete_many", (["k"],), None),
    ("clear", (), None),
    ("get_or_set", ("k", lambda: 7), 7),
    ("ttl", ("k",), 0),
    ("keys", ("*",), []),
    ("delete_pattern", ("*",), 0),
    ("ping", (), False),
    ("stats", (), {}),
]


@pytest.mark.parametrize(("name", "arguments", "value"), CALLS)
def test_nothing_raises(name: str, arguments: tuple[Any, ...], value: object) -> None:
    cache = make_cache(AWAY)
    assert getattr(cache, name)(*arguments) == value
    assert asyncio.run(getattr(cache, f"a{name}")(*arguments)) == value
    assert not cache.invalidate(tags=["t"])


@pytest.mark.parametrize(("name", "arguments", "value"), CALLS)
def test_with_raise_errors_everything_does(
    name: str, arguments: tuple[Any, ...], value: object
) -> None:
    cache = make_cache(AWAY, RAISE_ERRORS=True)
    with pytest.raises(SidecarUnavailable, match=r"refused|breaker"):
        getattr(cache, name)(*arguments)
    with pytest.raises(SidecarUnavailable, match=r"refused|breaker"):
        asyncio.run(getattr(cache, f"a{name}")(*arguments))
    with pytest.raises(SidecarUnavailable):
        cache.invalidate(everything=True)


def test_a_counter_is_missing() -> None:
    with pytest.raises(ValueError, match="not found"):
        make_cache(AWAY).incr("n")
    with pytest.raises(ValueError, match="not found"):
        asyncio.run(make_cache(AWAY).adecr("n"))


def test_killed_and_restarted_under_a_loop_nothing_raises_and_each_change_is_said_once(
    alone: Sidecar, caplog: pytest.LogCaptureFixture
) -> None:
    cache = make_cache(alone.location, BREAKER_SECONDS=0.2, BUDGET_MS=2000)

    def work(seconds: float) -> int:
        ends_at, stored = time.monotonic() + seconds, 0
        while time.monotonic() < ends_at:
            cache.set("k", 1)
            stored += cache.get("k") == 1
            cache.get_many(["k"])
            cache.delete("k")
        return stored

    assert work(0.3) > 0
    alone.kill()
    assert work(0.6) == 0
    alone.start()
    assert work(1) > 0
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2, said
    assert "gives no answers" in said[0]
    assert "refused" in said[0] or "closed" in said[0]
    assert alone.location in said[0]
    assert "answers again" in said[1]


def test_a_stopped_sidecar_costs_the_budget_a_few_times_and_then_nothing(alone: Sidecar) -> None:
    cache = make_cache(
        alone.location, BUDGET_MS=100, BREAKER_FAILURES=3, BREAKER_SECONDS=30, INVALIDATION_WAIT=0
    )
    assert cache.get("k") is None
    os.kill(alone.pid, signal.SIGSTOP)
    started = time.monotonic()
    for _ in range(1000):
        assert cache.get("k") is None
    assert 0.25 < time.monotonic() - started < 3
    # An invalidation is tried nevertheless: not to send it would leave old answers.
    os.kill(alone.pid, signal.SIGCONT)
    ends_at = time.monotonic() + 15
    while not cache.invalidate(keys=["k"]):
        assert time.monotonic() < ends_at
    # Its answer has closed the breaker.
    cache.set("other", 1)
    assert cache.get("other") == 1


def test_one_call_tries_while_the_breaker_is_open() -> None:
    def stall(connection: Any, _number: int) -> None:
        read_request(connection)
        time.sleep(1)

    with HostileServer(stall) as server:
        cache = make_cache(server.location, BUDGET_MS=50, BREAKER_FAILURES=2, BREAKER_SECONDS=0.3)
        for _ in range(20):
            cache.get("k")
        assert server.connections == 2
        time.sleep(0.4)
        for _ in range(20):
            cache.get("k")
        assert server.connections == 3


def test_without_its_store_it_says_so_once_and_invalidations_are_pending(
    caplog: pytest.LogCaptureFixture,
) -> None:
    redis = Redis()
    sidecar = Sidecar(CACHE_STORE="redis", REDIS_URL=redis.url).start()
    try:
        cache = make_cache(sidecar.location, INVALIDATION_WAIT=0, BUDGET_MS=3000)
        cache.set("k", 1)
        assert cache.get("k") == 1
        redis.stop()
        with Events() as events:
            for _ in range(10):
                assert cache.get("k") is None
                assert not cache.invalidate(keys=["k"])
                assert not cache.delete("k")
        assert {event.outcome for event in events} == {"error", "pending"}
        assert len(caplog.records) == 1
        assert "store: 503" in caplog.text
    finally:
        sidecar.stop()
        redis.stop()


def test_the_options_of_one_cache_are_one_client(alone: Sidecar) -> None:
    one, other = make_cache(alone.location), make_cache(alone.location)
    assert isinstance(one, SidecarCache)
    assert one.client is other.client
    assert one.client is not make_cache(alone.location, BUDGET_MS=7).client
