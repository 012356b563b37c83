"""Caches made for a test, with options of its own."""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.base import BaseCache

from spms_cache_django import CacheEvent, SidecarCache, subscribe


def make_cache(location: str, params: dict[str, Any] | None = None, **options: Any) -> SidecarCache:
    """`params` stand beside `OPTIONS`."""
    made: BaseCache = SidecarCache(location, {**(params or {}), "OPTIONS": options})
    assert isinstance(made, SidecarCache)
    return made


class Events(list[CacheEvent]):
    """What has happened since `with`."""

    def __enter__(self) -> Events:
        self._end = subscribe(self.append)
        return self

    def __exit__(self, *_raised: object) -> None:
        self._end()

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        """Operation and outcome of each."""
        return [(event.operation, event.outcome) for event in self]
