"""
The fence through Django's own API. A read that misses remembers the position of the log of
invalidations for its key; the write that follows in the same thread or task passes it on, and the
sidecar refuses the write if an invalidation of the key came in between. So a value that was
computed from an old row is not stored after the row has changed.

    reader  get ── miss, position 7 ── reads the old row ─────────────────── set(position 7) ──
    refused writer                                  commits ── delete ── position 8 ──┘
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from weakref import ref

from django.core.signals import request_finished, request_started

MOST_KEYS = 1024
MOST_SECONDS = 60.0

_Key = tuple[str, str]


@dataclass(slots=True)
class _Positions:
    """
    Of one thread or task: by address and name, the position of the last miss, and when it was.
    """

    owner: object
    of_keys: dict[_Key, tuple[str, float]] = field(default_factory=dict)
    # The first position that had to make room stands for all that did.
    dropped: dict[str, tuple[str, float]] = field(default_factory=dict)


_current: ContextVar[_Positions | None] = ContextVar("spms_cache_django_positions", default=None)


def remember(address: str, names: Iterable[str], position: str) -> None:
    """Notes that these names were not there when the log was at `position`."""
    positions = _own()
    now = time.monotonic()
    for name in names:
        key = (address, name)
        # Taken out first: the order of the dictionary is that of the misses.
        positions.of_keys.pop(key, None)
        positions.of_keys[key] = (position, now)
    while len(positions.of_keys) > MOST_KEYS:
        oldest = next(iter(positions.of_keys))
        noted = positions.of_keys.pop(oldest)
        held = positions.dropped.get(oldest[0])
        if held is None or now - held[1] > MOST_SECONDS:
            positions.dropped[oldest[0]] = noted


def position_of(address: str, name: str) -> str | None:
    """What a write of this name has to pass on; None where no miss is known."""
    positions = _current.get()
    if positions is None:
        return None
    noted = positions.of_keys.get((address, name)) or positions.dropped.get(address)
    if noted is None or time.monotonic() - noted[1] > MOST_SECONDS:
        return None
    return noted[0]


def forget(address: str, names: Iterable[str]) -> None:
    """After they were stored: the value of the next write is another one."""
    positions = _current.get()
    if positions is not None:
        positions = _own()
        for name in names:
            positions.of_keys.pop((address, name), None)


def forget_all(**_signal: Any) -> None:
    """At the borders of a request, and after `clear()`."""
    _current.set(None)


request_started.connect(forget_all, dispatch_uid="spms_cache_django.fence")
request_finished.connect(forget_all, dispatch_uid="spms_cache_django.fence")


def _own() -> _Positions:
    """
    Those of the running thread or task. A task starts with the context of the one that made it: it
    goes on with a copy, so that a later miss of one task does not renew the position of a value
    that another is computing.
    """
    owner = _owner()
    positions = _current.get()
    if positions is None:
        positions = _Positions(owner)
        _current.set(positions)
    elif positions.owner != owner:
        positions = _Positions(owner, dict(positions.of_keys), dict(positions.dropped))
        _current.set(positions)
    return positions


def _owner() -> object:
    try:
        task = asyncio.current_task()
    except RuntimeError:
        task = None
    return threading.get_ident() if task is None else ref(task)
