"""Locks: at most one holder over all clients, and none where the sidecar is away."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from spms_cache_django import LockNotHeld, LockUnavailable, SidecarCache
from tests.support.caches import make_cache
from tests.support.hostile import HostileServer, says
from tests.support.sidecar import Redis, Sidecar


def test_one_holder_at_a_time_and_their_fences_grow(cache: SidecarCache) -> None:
    inside = 0
    fences: list[str] = []

    def work(_number: int) -> None:
        nonlocal inside
        with cache.lock("job", timeout=20) as lock:
            inside += 1
            assert inside == 1
            assert lock.fence is not None
            fences.append(lock.fence)
            time.sleep(0.01)
            inside -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(24)))
    assert len(fences) == 24
    assert fences == sorted(set(fences))
    assert not cache.lock("job").locked()


def test_it_is_not_to_be_had_while_another_has_it(cache: SidecarCache) -> None:
    holder, other = cache.lock("job", timeout=30), cache.lock("job", timeout=30)
    assert holder.acquire()
    assert other.locked()
    assert not other.acquire(blocking=False)
    started = time.monotonic()
    assert not other.acquire(blocking_timeout=1.2)
    assert 1 < time.monotonic() - started < 4
    with pytest.raises(LockUnavailable, match="held by another"), cache.lock("job", blocking=False):
        pass
    # The wait ends with the release.
    threading.Timer(0.3, holder.release).start()
    assert other.acquire(blocking_timeout=10)
    other.release()


def test_another_key_or_version_is_another_lock(cache: SidecarCache) -> None:
    with cache.lock("a"), cache.lock("b"), cache.lock("a", version=2):
        pass


def test_a_lease_ends_by_itself_and_the_holder_is_told(cache: SidecarCache) -> None:
    lock, other = cache.lock("job", timeout=1), cache.lock("job", timeout=30)
    assert lock.acquire()
    lock.extend(2)
    assert other.acquire(blocking_timeout=10)
    with pytest.raises(LockNotHeld):
        lock.extend()
    with pytest.raises(LockNotHeld):
        lock.release()
    assert other.locked()
    other.release()
    with pytest.raises(LockNotHeld):
        other.release()


def test_emptying_the_cache_releases_no_lock(cache: SidecarCache) -> None:
    with cache.lock("job"):
        cache.clear()
        cache.invalidate(patterns=["*"])
        assert not cache.lock("job").acquire(blocking=False)


async def test_coroutines(cache: SidecarCache) -> None:
    inside = 0

    async def work() -> None:
        nonlocal inside
        async with cache.lock("job", timeout=20) as lock:
            inside += 1
            assert inside == 1
            await asyncio.sleep(0.01)
            await lock.aextend(10)
            inside -= 1

    await asyncio.gather(*(work() for _ in range(8)))
    lock = cache.lock("job")
    assert await lock.aacquire()
    assert not await cache.lock("job", blocking=False).aacquire()
    await lock.arelease()


def test_without_the_sidecar_there_is_no_lock() -> None:
    cache = make_cache("http://127.0.0.1:1")
    with pytest.raises(LockUnavailable, match=r"refused|breaker"):
        cache.lock("job").acquire()
    with pytest.raises(LockUnavailable), cache.lock("job"):
        pass
    with pytest.raises(LockUnavailable):
        cache.lock("job").locked()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}",
        b'HTTP/1.1 201 Created\r\nContent-Length: 13\r\n\r\n{"token": "a"}',
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_an_answer_that_is_no_lease_is_no_lock(answer: bytes) -> None:
    with HostileServer(says(answer)) as server:
        cache = make_cache(server.location)
        with pytest.raises(LockUnavailable):
            cache.lock("job").acquire()


def test_without_the_store_there_is_no_lock() -> None:
    redis = Redis()
    sidecar = Sidecar(CACHE_STORE="redis", REDIS_URL=redis.url).start()
    try:
        cache = make_cache(sidecar.location, BUDGET_MS=3000)
        with cache.lock("job"):
            os.kill(redis.pid, signal.SIGKILL)
            with pytest.raises(LockUnavailable, match="store"):
                cache.lock("other").acquire(blocking=False)
    finally:
        sidecar.stop()
        redis.stop()


@pytest.mark.parametrize("timeout", [0, -1, 3601])
def test_a_lease_has_its_limits(cache: SidecarCache, timeout: float) -> None:
    with pytest.raises(ValueError, match="3600"):
        cache.lock("job", timeout=timeout)
