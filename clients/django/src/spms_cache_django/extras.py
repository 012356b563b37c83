"""What users of django-redis rely on beside Django's own API, under the same names."""

from __future__ import annotations

import datetime
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.utils.module_loading import import_string

from . import keys
from .async_calls import AsyncCalls
from .locks import SidecarLock
from .single_computation import LEASES

_PAGE = 1000
# A list that comes to no end is none.
MOST_PAGES = 100_000


class Extras(AsyncCalls):
    """`version` and `prefix` are those of the cache where they are not given."""

    def delete_pattern(
        self,
        pattern: str,
        version: int | None = None,
        prefix: str | None = None,
        itersize: int | None = None,  # noqa: ARG002
    ) -> int:
        """Invalidates the keys of a glob in one call; how many values were there."""
        return self.run(*self._delete_pattern(pattern, version, prefix)).removed

    async def adelete_pattern(
        self, pattern: str, version: int | None = None, prefix: str | None = None
    ) -> int:
        """`delete_pattern` for coroutines."""
        return (await self.arun(*self._delete_pattern(pattern, version, prefix))).removed

    def iter_keys(
        self, search: str, itersize: int | None = None, version: int | None = None
    ) -> Iterator[str]:
        """
        The keys of a glob, page by page; one that is written meanwhile may be missing, or come
        twice.
        """
        pattern, cursor = self.pattern_of(search, version), None
        for _ in range(MOST_PAGES):
            names, cursor = self.run(*self._page(pattern, cursor, itersize or _PAGE))
            yield from self._keys_in(names, version)
            if cursor is None:
                return

    async def aiter_keys(
        self, search: str, itersize: int | None = None, version: int | None = None
    ) -> AsyncIterator[str]:
        """`iter_keys` for coroutines."""
        pattern, cursor = self.pattern_of(search, version), None
        for _ in range(MOST_PAGES):
            names, cursor = await self.arun(*self._page(pattern, cursor, itersize or _PAGE))
            for key in self._keys_in(names, version):
                yield key
            if cursor is None:
                return

    def keys(self, search: str, version: int | None = None) -> list[str]:
        """All keys of a glob, each once."""
        return list(dict.fromkeys(self.iter_keys(search, version=version)))

    async def akeys(self, search: str, version: int | None = None) -> list[str]:
        """`keys` for coroutines."""
        found = [key async for key in self.aiter_keys(search, version=version)]
        return list(dict.fromkeys(found))

    def ttl(self, key: Any, version: int | None = None) -> int:
        """Remaining seconds; 0 where there is no value."""
        return self.run(*self._ttl(key, version)) or 0

    async def attl(self, key: Any, version: int | None = None) -> int:
        """`ttl` for coroutines."""
        return await self.arun(*self._ttl(key, version)) or 0

    def pttl(self, key: Any, version: int | None = None) -> int:
        """The same in milliseconds, to the second."""
        return self.ttl(key, version) * 1000

    def expire(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """`touch`."""
        return self.touch(key, timeout, version)

    async def aexpire(
        self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """`atouch`."""
        return await self.atouch(key, timeout, version)

    def pexpire(self, key: Any, timeout: float, version: int | None = None) -> bool:
        """`touch` with milliseconds, rounded up to seconds."""
        return self.touch(key, timeout / 1000, version)

    def expire_at(
        self, key: Any, when: datetime.datetime | float, version: int | None = None
    ) -> bool:
        """`touch` until a moment: a datetime, or seconds since 1970."""
        moment = when.timestamp() if isinstance(when, datetime.datetime) else when
        return self.touch(key, moment - time.time(), version)

    def persist(self, key: Any, version: int | None = None) -> bool:
        """Refused: nothing that the sidecar keeps is without an end."""
        raise NotImplementedError(
            f"{self.name_of(key, version)} cannot be kept without an end, because its time to live "
            "bounds how old it can be. touch(key, None) gives it the longest one, MAX_TTL."
        )

    def lock(
        self,
        key: Any,
        version: int | None = None,
        timeout: float | None = None,
        sleep: float | None = None,  # noqa: ARG002
        blocking: bool = True,
        blocking_timeout: float | None = None,
    ) -> SidecarLock:
        """
        A lock over all pods, to be entered or acquired: see `SidecarLock`. `sleep` has no meaning
        here.
        """
        return SidecarLock(
            self,
            self.name_of(key, version),
            timeout=timeout,
            blocking=blocking,
            blocking_timeout=blocking_timeout,
        )

    def _keys_in(self, names: list[str], version: int | None) -> Iterator[str]:
        """The keys that these names stand for, without those of other versions and the leases."""
        wanted = self.version if version is None else version
        start = f"{keys.escape(self.name_prefix)}:" if self.name_prefix else ""
        for name in names:
            if name.startswith(LEASES):
                continue
            if self.key_func is not keys.make_key:
                yield self._reverse(keys.unescape(name))
                continue
            bare, found = keys.split_version(name)
            if found == wanted and bare.startswith(start):
                yield keys.unescape(bare[len(start) :])

    def _reverse(self, name: str) -> str:
        """`REVERSE_KEY_FUNCTION`, as of django-redis; without one the name as it is."""
        path = self.reverse_key_function
        if path is None:
            return name
        reverse = import_string(path) if isinstance(path, str) else path
        return str(reverse(name))
