"""Tells the sidecar what is untrue. Never raises: what is committed is committed."""

import logging
import os
import threading
from collections.abc import Iterable
from typing import Final, Protocol, runtime_checkable

from django.core.cache import caches

from .names import Names
from .options import invalidation_options

_LOGGED: Final = 10
logger = logging.getLogger("spms_cache_django")


@runtime_checkable
class Invalidator(Protocol):
    """What `SidecarCache` has beside Django's own API."""

    def name_of(self, key: object, version: int | None = None) -> str: ...

    def pattern_of(self, pattern: str, version: int | None = None) -> str: ...

    def invalidate(
        self,
        *,
        keys: Iterable[object] = (),
        tags: Iterable[str] = (),
        patterns: Iterable[str] = (),
        everything: bool = False,
    ) -> bool: ...


def announce(names: Names) -> None:
    """Returns when the sidecar has acknowledged, or at once where the setting has `WAIT: False`."""
    options = invalidation_options()
    if options.waits:
        _send(names, options.cache)
    else:
        _background(os.getpid()).add(names, options.cache)


def _send(names: Names, alias: str) -> None:
    try:
        cache = caches[alias]
        if not isinstance(cache, Invalidator):
            logger.error("Not invalidated: CACHES['%s'] is no SidecarCache", alias)
            return
        is_acknowledged = _invalidate(cache, names)
    except Exception:
        # With RAISE_ERRORS, for instance: the page has nothing to do with it.
        logger.exception("Not invalidated: %s", _named(names))
        return
    if not is_acknowledged:
        logger.warning("Invalidation not acknowledged by every pod: %s", _named(names))


def _invalidate(cache: Invalidator, names: Names) -> bool:
    """
    Each name is that of a key of this cache, too: `user:5:projects` is what the backend itself
    keeps there. The sidecar takes a key for a tag, so that it is named once, unless the cache has a
    prefix.
    """
    if names.everything:
        return cache.invalidate(everything=True)
    keys = sorted(names.tags)
    tags = sorted(names.tags - {cache.name_of(key) for key in keys})
    patterns = names.patterns | {cache.pattern_of(pattern) for pattern in names.patterns}
    return cache.invalidate(keys=keys, tags=tags, patterns=sorted(patterns))


def _named(names: Names) -> str:
    """Some of them, for the log."""
    if names.everything:
        return "everything"
    known = sorted(names.tags) + sorted(names.patterns)
    more = f" and {len(known) - _LOGGED} more" if len(known) > _LOGGED else ""
    return ", ".join(known[:_LOGGED]) + more


class _Background:
    """One thread of this process. What comes while it waits for the sidecar is sent together."""

    def __init__(self) -> None:
        self._waiting: dict[str, Names] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, names: Names, alias: str) -> None:
        with self._changed:
            self._waiting.setdefault(alias, Names()).update(names)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="spms-cache-invalidations")
                self._thread.start()

    def _run(self) -> None:
        """
        Ends when there is nothing to do, so that the process can; begun again by the next one.
        """
        while True:
            with self._changed:
                waiting, self._waiting = self._waiting, {}
                if not waiting:
                    self._thread = None
                    return
            for alias, names in waiting.items():
                _send(names, alias)


_backgrounds: dict[int, _Background] = {}


def _background(process: int) -> _Background:
    """A fork takes no thread with it, nor what it was about to send: its parent does that."""
    found = _backgrounds.get(process)
    if found is None:
        _backgrounds.clear()
        found = _backgrounds.setdefault(process, _Background())
    return found
