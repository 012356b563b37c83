"""Each thread, each task and each alias has positions of its own."""

from __future__ import annotations

import asyncio
import threading

from asgiref.sync import sync_to_async

from spms_cache_django import SidecarCache
from tests.support.caches import make_cache
from tests.support.sidecar import Sidecar
from tests.test_fence import elsewhere


def test_threads_and_aliases_have_positions_of_their_own(
    cache: SidecarCache, sidecar: Sidecar
) -> None:
    other = make_cache(sidecar.location, {"VERSION": 2}, BUDGET_MS=5000)
    assert cache.get("k") is None
    elsewhere(sidecar, b'{"all":true}')
    stored = threading.Thread(target=cache.set, args=("k", "of the thread"))
    stored.start()
    stored.join()
    other.set("k", "of version 2")
    cache.set("k", "old")
    assert (cache.get("k"), other.get("k")) == ("of the thread", "of version 2")


async def test_a_miss_of_one_task_does_not_renew_the_position_of_another(
    cache: SidecarCache, sidecar: Sidecar
) -> None:
    await cache.aget("before the tasks: they begin with a copy of this context")
    missed, invalidated = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        assert await cache.aget("k") is None
        missed.set()
        await invalidated.wait()
        await cache.aset("k", "old")

    async def quick() -> None:
        await missed.wait()
        await asyncio.to_thread(elsewhere, sidecar, b'{"keys":["k"]}')
        assert await cache.aget("k") is None
        invalidated.set()

    await asyncio.gather(slow(), quick())
    assert await cache.aget("k") is None


async def test_the_position_goes_along_between_a_task_and_its_threads(
    cache: SidecarCache, sidecar: Sidecar
) -> None:
    for read, write in (
        (cache.aget, sync_to_async(cache.set)),
        (sync_to_async(cache.get), cache.aset),
    ):
        assert await read("k") is None
        await asyncio.to_thread(elsewhere, sidecar, b'{"keys":["k"]}')
        await write("k", "old")
        assert await cache.aget("k") is None
