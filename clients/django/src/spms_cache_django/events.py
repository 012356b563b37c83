"""What the cache did, call by call, for the debug toolbar, for counting and for tests."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal

Outcome = Literal[
    "hit",
    "miss",
    "unreadable",  # there is a value that this serializer cannot read: a miss for the caller
    "stored",
    "refused",  # an invalidation came in between: not stored
    "present",  # `add`: there was a value already
    "absent",  # `delete`, `touch`, `incr`: there was none
    "unwritable",  # the serializer cannot write it, or it is too large: not stored
    "done",
    "pending",  # an invalidation that is not acknowledged yet
    "error",  # the sidecar gave no usable answer
]

# The operations that take values away.
INVALIDATIONS: Final = frozenset({"delete", "delete_many", "delete_pattern", "invalidate", "clear"})


@dataclass(frozen=True, slots=True)
class CacheEvent:
    """
    One call of the cache API; `get_or_set` is told as the calls that it consists of, with the
    `lease` of its computation and its `release`. `hit` is None for what is no read; of many keys,
    it says that all were there.
    """

    alias: str
    operation: str
    keys: tuple[str, ...]
    hit: bool | None
    outcome: Outcome
    seconds: float


Subscriber = Callable[[CacheEvent], None]

# Replaced as a whole, so that a call in another thread reads one version or the other.
_subscribers: tuple[Subscriber, ...] = ()


def subscribe(callback: Subscriber) -> Callable[[], None]:
    """
    Calls `callback` after each operation, in its thread. Returns what ends that. It must not raise.
    """
    global _subscribers  # noqa: PLW0603
    _subscribers = (*_subscribers, callback)

    def unsubscribe() -> None:
        global _subscribers  # noqa: PLW0603
        _subscribers = tuple(each for each in _subscribers if each is not callback)

    return unsubscribe


def has_subscribers() -> bool:
    """Whether an event is worth being made."""
    return bool(_subscribers)


def emit(event: CacheEvent) -> None:
    """Tells every subscriber; one that raises does not make the cache fail."""
    for subscriber in _subscribers:
        with suppress(Exception):
            subscriber(event)
