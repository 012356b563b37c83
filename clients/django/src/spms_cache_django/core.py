"""What every call of `SidecarCache` goes through: names, driving of steps, failures and events."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

from . import keys
from .cache_options import read_options
from .client import ClientSettings, ControlClient, SidecarRefused, SidecarUnavailable, client_for
from .events import CacheEvent, Outcome, emit, has_subscribers
from .operations import Steps
from .operations.context import Context, ttl_of
from .serializers import Unwritable
from .warn_once import NOT_DONE, warn_once

T = TypeVar("T")

# A failure of the cache, which is a miss of a read and nothing of a write.
_FAILURES = (SidecarUnavailable, SidecarRefused, Unwritable)


class Core(BaseCache):
    """One of them for each alias and thread; what they share is in `client`."""

    client: ControlClient

    def __init__(self, location: object, params: dict[str, Any]) -> None:
        super().__init__(params)
        options = params.get("OPTIONS") or {}
        self.client = client_for(ClientSettings.from_django(location, options))
        self.options = read_options(options)
        if not params.get("KEY_FUNCTION"):
            self.key_func = keys.make_key
        self.reverse_key_function = params.get("REVERSE_KEY_FUNCTION")
        self.alias = _alias_of(location, params)
        self.context = Context(
            address=self.client.settings.address,
            serializer=self.options.serializer,
            is_fenced=self.options.is_fenced,
            wait_seconds=self.options.invalidation_wait,
            budget_seconds=self.client.settings.budget_seconds,
            raises_errors=self.options.raises_errors,
        )

    def name_of(self, key: object, version: int | None = None) -> str:
        """The name of a key at the sidecar."""
        version = self.version if version is None else version
        prefix = self.name_prefix
        if self.key_func is keys.make_key:
            return keys.make_key(key, prefix, version)
        made = str(self.key_func(key, prefix, version))
        self.validate_key(made)
        return keys.shorten(keys.escape(made))

    @property
    def name_prefix(self) -> str:
        """`KEY_PREFIX`, after the namespace where there is one."""
        if not self.options.namespace:
            return str(self.key_prefix)
        kept = f"kept:{self.options.namespace}"
        return f"{kept}:{self.key_prefix}" if self.key_prefix else kept

    def names_of(self, of_keys: Iterable[Any], version: int | None) -> dict[str, Any]:
        """By name, the key as it was given."""
        return {self.name_of(key, version): key for key in of_keys}

    def is_over(self, timeout: object) -> bool:
        """Whether a value with this `timeout` would be gone as it comes."""
        return ttl_of(self.timeout_of(timeout)) == 0

    def timeout_of(self, timeout: object) -> float | None:
        """The seconds that Django's `timeout` argument stands for; None for no end."""
        given = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        if given is None or (isinstance(given, int | float) and not isinstance(given, bool)):
            return given
        raise TypeError(f"timeout must be a number of seconds or None, not {given!r}")

    def run(self, operation: str, names: Sequence[str], steps: Steps[T], instead: T) -> T:
        """The value of the steps; `instead` when the sidecar has no usable answer."""
        started = time.perf_counter()
        outcome: Outcome
        try:
            value, outcome = self.drive(steps)
        except _FAILURES as failure:
            value, outcome = instead, self._outcome_of(failure, operation, names)
        self._tell(operation, names, outcome, started)
        return value

    async def arun(self, operation: str, names: Sequence[str], steps: Steps[T], instead: T) -> T:
        """The same for coroutines."""
        started = time.perf_counter()
        outcome: Outcome
        try:
            value, outcome = await self.adrive(steps)
        except _FAILURES as failure:
            value, outcome = instead, self._outcome_of(failure, operation, names)
        self._tell(operation, names, outcome, started)
        return value

    def drive(self, steps: Steps[T]) -> tuple[T, Outcome]:
        send = self.client.send
        try:
            call = next(steps)
            while True:
                call = steps.send(send(call))
        except StopIteration as end:
            value: tuple[T, Outcome] = end.value
            return value

    async def adrive(self, steps: Steps[T]) -> tuple[T, Outcome]:
        try:
            call = next(steps)
            while True:
                call = steps.send(await self.client.asend(call))
        except StopIteration as end:
            value: tuple[T, Outcome] = end.value
            return value

    def _outcome_of(self, failure: Exception, operation: str, names: Sequence[str]) -> Outcome:
        if self.options.raises_errors:
            raise failure
        if isinstance(failure, SidecarUnavailable):
            # The client has logged the outage.
            return "error"
        warn_once(NOT_DONE, f"{operation} of {', '.join(names[:3])}", str(failure))
        return "unwritable" if isinstance(failure, Unwritable) else "error"

    def _tell(self, operation: str, names: Sequence[str], outcome: Outcome, started: float) -> None:
        if not has_subscribers():
            return
        is_read = operation in _READS
        hit = outcome == "hit" if is_read else None
        seconds = time.perf_counter() - started
        emit(CacheEvent(self.alias, operation, tuple(names), hit, outcome, seconds))


_READS = frozenset({"get", "get_many", "has_key", "ttl"})


def _alias_of(location: object, params: dict[str, Any]) -> str:
    """Django does not tell a backend its alias."""
    for alias, given in settings.CACHES.items():
        rest = {name: value for name, value in given.items() if name not in ("BACKEND", "LOCATION")}
        if given.get("LOCATION", "") == location and rest == params:
            return str(alias)
    return "default"
