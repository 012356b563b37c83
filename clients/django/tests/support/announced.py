"""A cache that writes down what it is told to invalidate."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import current_thread
from typing import Any

from django.core.cache.backends.locmem import LocMemCache


@dataclass(slots=True)
class Announced:
    """One call of `invalidate`."""

    # Keys and tags: what is named as a key is a tag, too.
    tags: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
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
    """It names keys as `SidecarCache` does without options."""

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(name, params)

    def name_of(self, key: object, version: int | None = None) -> str:  # noqa: ARG002
        return f"{self.key_prefix}:{key}" if self.key_prefix else str(key)

    def pattern_of(self, pattern: str, version: int | None = None) -> str:  # noqa: ARG002
        return self.name_of(pattern)

    def invalidate(
        self,
        *,
        keys: Iterable[object] = (),
        tags: Iterable[str] = (),
        patterns: Iterable[str] = (),
        everything: bool = False,
    ) -> bool:
        named = {self.name_of(key) for key in keys}
        thread = current_thread().name
        calls.append(Announced({*named, *tags}, named, set(patterns), everything, thread))
        answer = answers.pop(0) if answers else True
        if isinstance(answer, Exception):
            raise answer
        return answer
