"""Runs tests that were written for the calls of a cache against its asynchronous ones."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import async_to_sync
from django.core.cache.backends.base import BaseCache

CALLS = frozenset(
    {
        *("add", "get", "set", "touch", "delete", "get_many", "get_or_set", "has_key", "incr"),
        *("decr", "set_many", "delete_many", "clear", "incr_version", "decr_version", "close"),
    }
)


class ThroughAsync:
    """A cache whose `get` awaits `aget`, and so on. Everything else is that of the cache."""

    _cache: Callable[[], BaseCache]

    def __init__(self, cache: Callable[[], BaseCache]) -> None:
        object.__setattr__(self, "_cache", cache)

    def __getattr__(self, name: str) -> Any:
        cache = self._cache()
        return async_to_sync(getattr(cache, f"a{name}")) if name in CALLS else getattr(cache, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._cache(), name, value)

    def __contains__(self, key: str) -> bool:
        return async_to_sync(self._cache().ahas_key)(key)


class CachesThroughAsync:
    """`django.core.cache.caches`, of such caches."""

    def __init__(self, caches: Any) -> None:
        self._caches = caches

    def __getitem__(self, alias: str) -> ThroughAsync:
        # An alias that is not there is refused here, and not at the first call.
        self._caches[alias]
        return ThroughAsync(lambda: self._caches[alias])
