"""Django's cache API for coroutines: on the event loop itself, without a thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT

from . import fence
from .single_computation import acompute_once
from .sync_calls import _MISSING, SyncCalls


class AsyncCalls(SyncCalls):
    """Each does what its namesake does."""

    async def aget(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """`get`."""
        return await self.arun(*self._get(key, default, version))

    async def aget_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        """`get_many`."""
        named = self.names_of(keys, version)
        if not named:
            return {}
        found = await self.arun(*self._get_many(list(named)))
        return {key: found[name] for name, key in named.items() if name in found}

    async def aset(
        self,
        key: Any,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
        *,
        tags: Iterable[str] = (),
    ) -> None:
        """`set`."""
        await self.arun(*self._set(key, value, timeout, version, tags))

    async def aadd(
        self,
        key: Any,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
        *,
        tags: Iterable[str] = (),
    ) -> bool:
        """`add`."""
        return await self.arun(*self._add(key, value, timeout, version, tags))

    async def aset_many(
        self,
        data: Mapping[Any, Any],
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
        *,
        tags: Iterable[str] = (),
    ) -> list[Any]:
        """`set_many`."""
        named = self.names_of(data, version)
        if not named:
            return []
        if self.is_over(timeout):
            await self.adelete_many(data, version)
            return []
        values = {name: data[key] for name, key in named.items()}
        refused = await self.arun(*self._set_many(values, timeout, tags))
        return [named[name] for name in refused]

    async def atouch(
        self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """`touch`."""
        return await self.arun(*self._touch(key, timeout, version))

    async def adelete(self, key: Any, version: int | None = None) -> bool:
        """`delete`."""
        return await self.arun(*self._delete(key, version))

    async def adelete_many(self, keys: Iterable[Any], version: int | None = None) -> None:
        """`delete_many`."""
        named = self.names_of(keys, version)
        if named:
            await self.arun(*self._delete_many(list(named)))

    async def aclear(self) -> None:
        """`clear`."""
        fence.forget_all()
        await self.arun(*self._clear())

    async def ahas_key(self, key: Any, version: int | None = None) -> bool:
        """`has_key`."""
        return await self.arun(*self._has_key(key, version))

    async def aincr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """`incr`."""
        total = await self.arun(*self._increment(key, delta, version))
        if total is None:
            raise ValueError(f"Key {key!r} not found")
        return total

    async def adecr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """`decr`."""
        return await self.aincr(key, -delta, version)

    async def aget_or_set(
        self,
        key: Any,
        default: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
        *,
        tags: Iterable[str] = (),
    ) -> Any:
        """`get_or_set`; `default` may be a coroutine function."""
        value = await self.aget(key, _MISSING, version)
        if value is not _MISSING:
            return value

        def compute() -> Any:
            return default() if callable(default) else default

        return await acompute_once(
            self, key, compute, timeout=timeout, version=version, tags=tuple(tags)
        )
