"""Django's cache API for threads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT

from . import fence
from .plans import Plans
from .single_computation import compute_once

_MISSING = object()


class SyncCalls(Plans):
    """
    As `django.core.cache.backends.base.BaseCache` describes each; `tags` are names to invalidate
    by.
    """

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The value, or `default`; also when the sidecar is away."""
        return self.run(*self._get(key, default, version))

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        """What is there, by key; in one call for each 1,000 keys."""
        named = self.names_of(keys, version)
        if not named:
            return {}
        found = self.run(*self._get_many(list(named)))
        return {key: found[name] for name, key in named.items() if name in found}

    def set(
        self,
        key: Any,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
        *,
        tags: Iterable[str] = (),
    ) -> None:
        """Stores it, unless an invalidation has come since this thread's miss of the key."""
        self.run(*self._set(key, value, timeout, version, tags))

    def add(
        self,
        key: Any,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
        *,
        tags: Iterable[str] = (),
    ) -> bool:
        """Stores it where nothing is; whether it did. False when the sidecar is away."""
        return self.run(*self._add(key, value, timeout, version, tags))

    def set_many(
        self,
        data: Mapping[Any, Any],
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
        *,
        tags: Iterable[str] = (),
    ) -> list[Any]:
        """Stores them in one call for each 1,000; returns the keys that were not stored."""
        named = self.names_of(data, version)
        if not named:
            return []
        if self.is_over(timeout):
            self.delete_many(data, version)
            return []
        values = {name: data[key] for name, key in named.items()}
        return [named[name] for name in self.run(*self._set_many(values, timeout, tags))]

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Gives it a new time to live; whether it is there."""
        return self.run(*self._touch(key, timeout, version))

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Invalidates it, everywhere; whether it was there and that is acknowledged."""
        return self.run(*self._delete(key, version))

    def delete_many(self, keys: Iterable[Any], version: int | None = None) -> None:
        """The same for many in one call for each 1,000."""
        named = self.names_of(keys, version)
        if named:
            self.run(*self._delete_many(list(named)))

    def clear(self) -> None:
        """Everything of the sidecar but kept namespaces; with `NAMESPACE`, that namespace only."""
        fence.forget_all()
        self.run(*self._clear())

    def has_key(self, key: Any, version: int | None = None) -> bool:
        """Whether there is a value, in whatever form."""
        return self.run(*self._has_key(key, version))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """
        Adds to an integer at the sidecar. ValueError where there is none, also when it is away.
        """
        total = self.run(*self._increment(key, delta, version))
        if total is None:
            raise ValueError(f"Key {key!r} not found")
        return total

    def decr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Subtracts from it."""
        return self.incr(key, -delta, version)

    def get_or_set(
        self,
        key: Any,
        default: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
        *,
        tags: Iterable[str] = (),
    ) -> Any:
        """
        The value; where there is none, that of `default()`, which one caller of all pods computes
        at a time.
        """
        value = self.get(key, _MISSING, version)
        if value is not _MISSING:
            return value

        def compute() -> Any:
            return default() if callable(default) else default

        return compute_once(self, key, compute, timeout=timeout, version=version, tags=tuple(tags))
