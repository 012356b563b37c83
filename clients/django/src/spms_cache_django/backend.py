"""The backend of `CACHES`."""

from __future__ import annotations

from collections.abc import Iterable

from .extras import Extras


class SidecarCache(Extras):
    """
    Django's cache, kept by the sidecar of this pod. A sidecar that is away makes reads misses and
    writes nothing: nothing raises, unless `OPTIONS` has `RAISE_ERRORS`. `client` is the
    `ControlClient` for other calls of the control door.
    """

    def invalidate(
        self,
        *,
        keys: Iterable[object] = (),
        tags: Iterable[str] = (),
        patterns: Iterable[str] = (),
        everything: bool = False,
    ) -> bool:
        """
        Whether it is acknowledged: from then on no pod answers with what was named. False when it
        is pending, or the sidecar gave no answer. `keys` are keys of this cache; tags and patterns
        are the sidecar's names, without prefix and version.
        """
        return self.run(*self._invalidate(keys, tags, patterns, everything)).is_acknowledged

    async def ainvalidate(
        self,
        *,
        keys: Iterable[object] = (),
        tags: Iterable[str] = (),
        patterns: Iterable[str] = (),
        everything: bool = False,
    ) -> bool:
        """The same for coroutines."""
        done = await self.arun(*self._invalidate(keys, tags, patterns, everything))
        return done.is_acknowledged

    def ping(self) -> bool:
        """Whether the sidecar answers, takes this caller and has its store."""
        return self.run(*self._ping())

    def stats(self) -> dict[str, object]:
        """The numbers of `GET /v1/stats`; empty when it is away."""
        return self.run(*self._stats())

    async def aping(self) -> bool:
        """`ping` for coroutines."""
        return await self.arun(*self._ping())

    async def astats(self) -> dict[str, object]:
        """`stats` for coroutines."""
        return await self.arun(*self._stats())
