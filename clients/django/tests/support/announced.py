"""A cache that writes down what it is told to invalidate."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import current_thread
from typing import Any

from django.core.cache.backends.locmem import LocMemCache


@dataclass(slots=True)
class Announced:
    """One call of `invalidate`."""

    tags: set[str] = field(default_factory=set)
    patterns: set[str] = field(default_factory=set)
    everything: bool = False
    thread: str = ""


calls: list[Announced] = []
# What the next calls raise or answer, in place of True.
answers: list[Exception | bool] = []


def taken() -> list[Announced]:
    """All calls since the last time."""
    found = list(calls)
    calls.clear()
    return found


class RecordingCache(LocMemCache):
    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(name, params)

    def invalidate(
        self,
        *,
        keys: Iterable[str] = (),
        tags: Iterable[str] = (),
        patterns: Iterable[str] = (),
        everything: bool = False,
    ) -> bool:
        assert not list(keys)
        calls.append(Announced(set(tags), set(patterns), everything, current_thread().name))
        answer = answers.pop(0) if answers else True
        if isinstance(answer, Exception):
            raise answer
        return answer
