"""
`@cached`: the value of a function, computed by one caller at a time and kept until it is
invalidated or too old.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from types import MethodType
from typing import Any, Generic, ParamSpec, TypeVar, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT

from .backend import SidecarCache

P = ParamSpec("P")
T = TypeVar("T")

# A text with the names of the function's parameters in braces, or a function of the same arguments.
Name = str | Callable[..., str]
Names = Iterable[str] | Callable[..., Iterable[str]]


def cached(
    key: Name,
    ttl: object = DEFAULT_TIMEOUT,
    tags: Names = (),
    *,
    alias: str = "default",
) -> Callable[[Callable[P, T]], CachedFunction[P, T]]:
    """
    `@cached("user:{user_id}:projects", ttl=300, tags=["user:{user_id}"])`, also over coroutine
    functions. `ttl` is in seconds. The result has `key_of(…)` and `invalidate(…)`, which take the
    function's arguments.
    """

    def decorate(function: Callable[P, T]) -> CachedFunction[P, T]:
        return CachedFunction(function, key, ttl, tags, alias)

    return decorate


class CachedFunction(Generic[P, T]):
    """Called like the function that it stands for."""

    def __init__(
        self, function: Callable[P, T], key: Name, ttl: object, tags: Names, alias: str
    ) -> None:
        functools.update_wrapper(self, function)
        if isinstance(tags, str):
            raise TypeError("tags must be a list of names, not a string")
        self._function = function
        self._signature = inspect.signature(function)
        self._is_async = iscoroutinefunction(function)
        if self._is_async:
            markcoroutinefunction(self)
        self._key, self._ttl, self._alias = key, ttl, alias
        self._tags = tags if callable(tags) else tuple(tags)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """The cached value, or the function's own, which is stored."""
        cache = self._cache()
        keep = cache.aget_or_set if self._is_async else cache.get_or_set
        found = keep(
            self.key_of(*args, **kwargs),
            functools.partial(self._function, *args, **kwargs),
            self._ttl,
            tags=self.tags_of(*args, **kwargs),
        )
        return cast("T", found)

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        """As a method, with `self` as its first argument."""
        return self if instance is None else MethodType(self, instance)

    def key_of(self, *args: P.args, **kwargs: P.kwargs) -> str:
        """The key for these arguments."""
        if callable(self._key):
            return self._key(*args, **kwargs)
        return self._key.format(**self._arguments(*args, **kwargs))

    def tags_of(self, *args: P.args, **kwargs: P.kwargs) -> list[str]:
        """The tags for these arguments."""
        if callable(self._tags):
            return list(self._tags(*args, **kwargs))
        arguments = self._arguments(*args, **kwargs)
        return [tag.format(**arguments) for tag in self._tags]

    def invalidate(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Whether the value for these arguments is gone, everywhere."""
        return self._cache().invalidate(keys=[self.key_of(*args, **kwargs)])

    def _arguments(self, *args: P.args, **kwargs: P.kwargs) -> dict[str, Any]:
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return bound.arguments

    def _cache(self) -> SidecarCache:
        cache = caches[self._alias]
        if not isinstance(cache, SidecarCache):
            raise TypeError(f"@cached needs a SidecarCache, and CACHES[{self._alias!r}] is none")
        return cache
