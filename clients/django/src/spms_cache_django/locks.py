"""
`cache.lock(name)`: at most one holder at a time over all pods, for as long as its lease lasts. It
fails loudly where every other call of the cache is silent: without the sidecar, or without its
store, there is no lock.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Self, TypeVar

from .client import CacheSidecarError, SidecarRefused, SidecarUnavailable
from .operations import Steps, locks
from .operations.locks import Lease

if TYPE_CHECKING:
    from .core import Core

T = TypeVar("T")

logger = logging.getLogger("spms_cache_django")

# The longest that one call waits at the sidecar: a lock that is waited for keeps a connection.
_WAIT_AT_ONCE = 10.0
_PAUSE = 0.01
DEFAULT_LEASE = 60.0
DEFAULT_WAIT = 30.0


class LockUnavailable(CacheSidecarError):
    """
    There is no lock to be had: the sidecar or its store is away, or another holds it for too long.
    """


class LockNotHeld(CacheSidecarError):
    """The lease has ended before: another may have had the lock in between."""


class SidecarLock:
    """
    For one thread or task at a time. `timeout` is the lease in seconds, 1 to 3600;
    `blocking_timeout` is the longest wait for it. `fence` grows with each holder: who writes
    elsewhere under the lock can pass it on, and refuse a smaller one there.
    """

    def __init__(
        self,
        cache: Core,
        name: str,
        *,
        timeout: float | None = None,
        blocking: bool = True,
        blocking_timeout: float | None = None,
    ) -> None:
        self._cache = cache
        self.name = name
        self._ttl = _seconds(DEFAULT_LEASE if timeout is None else timeout)
        self._blocking = blocking
        self._wait = DEFAULT_WAIT if blocking_timeout is None else blocking_timeout
        self._lease: Lease | None = None

    @property
    def fence(self) -> str | None:
        """The place of this holder in the order of all; None while it is not held."""
        return None if self._lease is None else self._lease.fence

    def acquire(self, blocking: bool | None = None, blocking_timeout: float | None = None) -> bool:
        """Whether it is held now. Raises LockUnavailable, never says True without a lease."""
        for wait, pause in self._waits(blocking, blocking_timeout):
            self._lease = self._do(self._acquire(wait))
            if self._lease is not None:
                return True
            time.sleep(pause)
        return False

    async def aacquire(
        self, blocking: bool | None = None, blocking_timeout: float | None = None
    ) -> bool:
        """`acquire` for coroutines."""
        for wait, pause in self._waits(blocking, blocking_timeout):
            self._lease = await self._ado(self._acquire(wait))
            if self._lease is not None:
                return True
            await asyncio.sleep(pause)
        return False

    def release(self) -> None:
        """
        Raises LockNotHeld where the lease had ended, LockUnavailable where the sidecar is away.
        """
        token = self._take_token()
        if not self._do(locks.release(self._cache.context, self.name, token)):
            raise LockNotHeld(self.name)

    async def arelease(self) -> None:
        """`release` for coroutines."""
        token = self._take_token()
        if not await self._ado(locks.release(self._cache.context, self.name, token)):
            raise LockNotHeld(self.name)

    def extend(self, seconds: float | None = None) -> None:
        """A new lease of `seconds` from now. Raises as `release`."""
        if not self._do(self._renew(seconds)):
            self._lease = None
            raise LockNotHeld(self.name)

    async def aextend(self, seconds: float | None = None) -> None:
        """`extend` for coroutines."""
        if not await self._ado(self._renew(seconds)):
            self._lease = None
            raise LockNotHeld(self.name)

    def locked(self) -> bool:
        """Whether anybody holds it."""
        return self._do(locks.is_held(self._cache.context, self.name))

    def __enter__(self) -> Self:
        if not self.acquire():
            raise LockUnavailable(f"{self.name} is held by another")
        return self

    def __exit__(self, *_raised: object) -> None:
        try:
            self.release()
        except LockUnavailable as failure:
            _tell_of_late_release(self.name, failure)

    async def __aenter__(self) -> Self:
        if not await self.aacquire():
            raise LockUnavailable(f"{self.name} is held by another")
        return self

    async def __aexit__(self, *_raised: object) -> None:
        try:
            await self.arelease()
        except LockUnavailable as failure:
            _tell_of_late_release(self.name, failure)

    def _acquire(self, wait: float) -> Steps[Lease | None]:
        return locks.acquire(self._cache.context, self.name, ttl=self._ttl, wait=wait)

    def _renew(self, seconds: float | None) -> Steps[bool]:
        ttl = self._ttl if seconds is None else _seconds(seconds)
        if self._lease is None:
            raise LockNotHeld(self.name)
        return locks.renew(self._cache.context, self.name, self._lease.token, ttl=ttl)

    def _take_token(self) -> str:
        lease, self._lease = self._lease, None
        if lease is None:
            raise LockNotHeld(self.name)
        return lease.token

    def _waits(
        self, blocking: bool | None, blocking_timeout: float | None
    ) -> Iterator[tuple[float, float]]:
        """For each attempt, the seconds to wait at the sidecar, and a pause after it."""
        if self._lease is not None:
            raise LockUnavailable(f"{self.name} is held by this object already")
        is_blocking = self._blocking if blocking is None else blocking
        longest = (self._wait if blocking_timeout is None else blocking_timeout) * is_blocking
        ends_at = time.monotonic() + longest
        while True:
            left = max(ends_at - time.monotonic(), 0)
            yield min(left, _WAIT_AT_ONCE), min(left, _PAUSE)
            if time.monotonic() >= ends_at:
                return

    def _do(self, steps: Steps[T]) -> T:
        try:
            return self._cache.drive(steps)[0]
        except (SidecarUnavailable, SidecarRefused) as failure:
            raise LockUnavailable(f"{self.name}: {failure}") from failure

    async def _ado(self, steps: Steps[T]) -> T:
        try:
            return (await self._cache.adrive(steps))[0]
        except (SidecarUnavailable, SidecarRefused) as failure:
            raise LockUnavailable(f"{self.name}: {failure}") from failure


def _seconds(timeout: float) -> int:
    if not 0 < timeout <= 3600:
        raise ValueError("the lease of a lock must be more than 0 and at most 3600 seconds")
    return math.ceil(timeout)


def _tell_of_late_release(name: str, failure: LockUnavailable) -> None:
    """What was done under the lock is done: the lease ends by itself."""
    logger.warning("The lock %s is released by the end of its lease only: %s", name, failure)
