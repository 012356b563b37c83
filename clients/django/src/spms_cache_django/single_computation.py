"""
One computation at a time for a key, over all processes and pods. The first to miss takes a lease, a
value of its own at the sidecar; the others look for the value until it is there, and compute it
themselves after `COMPUTE_WAIT` seconds, so that a holder that has died, or that is slow, holds up
nobody for longer. Without the sidecar everybody computes.
"""

from __future__ import annotations

import asyncio
import inspect
import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from . import keys
from .operations import invalidations, writes

if TYPE_CHECKING:
    from .async_calls import AsyncCalls
    from .plans import Plan, Plans
    from .sync_calls import SyncCalls

_MISSING = object()
LEASES = "lease:"
_SHORTEST_PAUSE = 0.005
_LONGEST_PAUSE = 0.1


def compute_once(
    cache: SyncCalls,
    key: Any,
    compute: Callable[[], Any],
    *,
    timeout: Any,
    version: int | None,
    tags: Sequence[str],
) -> Any:
    """
    The value that another has stored by now, or that of `compute()`, which is stored unless it is
    outdated.
    """
    lease = lease_name(cache.name_of(key, version))
    is_taken = False
    try:
        for pause in _pauses(cache.options.compute_wait):
            is_taken = cache.run(*_take(cache, lease))
            value = cache.get(key, _MISSING, version)
            if value is not _MISSING:
                return value
            if is_taken or cache.client.breaker.is_down:
                break
            time.sleep(pause)
        value = compute()
        is_stored = cache.add(key, value, timeout, version, **_tagged(tags))
    finally:
        if is_taken:
            cache.run(*_release(cache, lease))
    return value if is_stored else cache.get(key, value, version)


async def acompute_once(
    cache: AsyncCalls,
    key: Any,
    compute: Callable[[], Any],
    *,
    timeout: Any,
    version: int | None,
    tags: Sequence[str],
) -> Any:
    """The same for coroutines; `compute` may be a coroutine function."""
    lease = lease_name(cache.name_of(key, version))
    is_taken = False
    try:
        for pause in _pauses(cache.options.compute_wait):
            is_taken = await cache.arun(*_take(cache, lease))
            value = await cache.aget(key, _MISSING, version)
            if value is not _MISSING:
                return value
            if is_taken or cache.client.breaker.is_down:
                break
            await asyncio.sleep(pause)
        value = compute()
        if inspect.isawaitable(value):
            value = await value
        is_stored = await cache.aadd(key, value, timeout, version, **_tagged(tags))
    finally:
        if is_taken:
            await cache.arun(*_release(cache, lease))
    return value if is_stored else await cache.aget(key, value, version)


def lease_name(name: str) -> str:
    """The name of the lease beside that of the value."""
    return keys.shorten(f"{LEASES}{name}")


def _take(cache: Plans, lease: str) -> Plan[bool]:
    seconds = cache.options.compute_lease
    steps = writes.put(cache.context, lease, 1, ttl=seconds, only_absent=True)
    return "lease", (lease,), steps, False


def _release(cache: Plans, lease: str) -> Plan[bool]:
    return "release", (lease,), invalidations.delete(cache.context, lease), False


def _tagged(tags: Sequence[str]) -> dict[str, Sequence[str]]:
    """No argument that Django's own `add` does not have, unless it is asked for."""
    return {"tags": tags} if tags else {}


def _pauses(wait_seconds: float) -> Iterator[float]:
    """
    Seconds between two looks, each with some randomness, until the wait is over; one look at least.
    """
    ends_at = time.monotonic() + wait_seconds
    pause = _SHORTEST_PAUSE
    while True:
        yield min(pause, _LONGEST_PAUSE) * random.uniform(0.5, 1)  # noqa: S311
        pause *= 1.5
        if time.monotonic() >= ends_at:
            return
