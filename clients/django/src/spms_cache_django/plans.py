"""Each call of the cache API as a plan, which threads and coroutines carry out the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from . import keys
from .core import Core
from .operations import Steps, invalidations, listing, reads, writes
from .operations.context import ttl_of
from .operations.invalidations import Invalidated

T = TypeVar("T")

# The name of the operation, the names that it is about, its steps, and its value when the sidecar
# is away.
Plan = tuple[str, Sequence[str], Steps[T], T]

NOTHING = Invalidated(is_acknowledged=False, removed=0)


class Plans(Core):
    """Keys and timeouts are Django's; names and times to live are the sidecar's."""

    def _get(self, key: object, default: object, version: int | None) -> Plan[object]:
        name = self.name_of(key, version)
        return "get", (name,), reads.get(self.context, name, default), default

    def _get_many(self, names: Sequence[str]) -> Plan[dict[str, object]]:
        return "get_many", names, reads.get_many(self.context, names), {}

    def _has_key(self, key: object, version: int | None) -> Plan[bool]:
        name = self.name_of(key, version)
        return "has_key", (name,), reads.has_key(self.context, name), False

    def _ttl(self, key: object, version: int | None) -> Plan[int | None]:
        name = self.name_of(key, version)
        return "ttl", (name,), reads.ttl(self.context, name), None

    def _set(
        self, key: object, value: object, timeout: object, version: int | None, tags: Iterable[str]
    ) -> Plan[bool]:
        ttl = ttl_of(self.timeout_of(timeout))
        if ttl == 0:
            return self._delete(key, version)
        name = self.name_of(key, version)
        steps = writes.put(self.context, name, value, ttl=ttl, tags=_named(tags))
        return "set", (name,), steps, False

    def _add(
        self, key: object, value: object, timeout: object, version: int | None, tags: Iterable[str]
    ) -> Plan[bool]:
        name = self.name_of(key, version)
        ttl = ttl_of(self.timeout_of(timeout))
        steps = (
            writes.put(self.context, name, value, ttl=ttl, tags=_named(tags), only_absent=True)
            if ttl > 0
            else reads.is_absent(self.context, name)
        )
        return "add", (name,), steps, False

    def _set_many(
        self,
        values: Mapping[str, object],
        timeout: object,
        tags: Iterable[str],
    ) -> Plan[list[str]]:
        ttl = ttl_of(self.timeout_of(timeout))
        steps = writes.put_many(self.context, values, ttl=ttl, tags=_named(tags))
        return "set_many", tuple(values), steps, list(values)

    def _touch(self, key: object, timeout: object, version: int | None) -> Plan[bool]:
        ttl = ttl_of(self.timeout_of(timeout))
        if ttl == 0:
            return self._delete(key, version)
        name = self.name_of(key, version)
        return "touch", (name,), writes.touch(self.context, name, ttl=ttl), False

    def _increment(self, key: object, delta: int, version: int | None) -> Plan[int | None]:
        name = self.name_of(key, version)
        return "incr", (name,), writes.increment(self.context, name, by=delta), None

    def _delete(self, key: object, version: int | None) -> Plan[bool]:
        name = self.name_of(key, version)
        return "delete", (name,), invalidations.delete(self.context, name), False

    def _delete_many(self, names: Sequence[str]) -> Plan[Invalidated]:
        steps = invalidations.invalidate(self.context, keys=names)
        return "delete_many", names, steps, NOTHING

    def _delete_pattern(
        self, pattern: str, version: int | None, prefix: str | None
    ) -> Plan[Invalidated]:
        name = self.pattern_of(pattern, version, prefix)
        steps = invalidations.invalidate(self.context, patterns=[name])
        return "delete_pattern", (name,), steps, NOTHING

    def _clear(self) -> Plan[Invalidated]:
        if not self.options.namespace:
            steps = invalidations.invalidate(self.context, everything=True)
            return "clear", (), steps, NOTHING
        pattern = f"kept:{self.options.namespace}:*"
        return "clear", (), invalidations.invalidate(self.context, patterns=[pattern]), NOTHING

    def _invalidate(
        self,
        of_keys: Iterable[object],
        tags: Iterable[str],
        patterns: Iterable[str],
        everything: bool,
    ) -> Plan[Invalidated]:
        named = {
            "keys": [self.name_of(key) for key in of_keys],
            "tags": _named(tags),
            "patterns": _named(patterns),
        }
        steps = invalidations.invalidate(self.context, **named, everything=everything)
        return "invalidate", [*named["keys"], *named["tags"], *named["patterns"]], steps, NOTHING

    def _page(
        self, pattern: str, cursor: str | None, count: int
    ) -> Plan[tuple[list[str], str | None]]:
        return "keys", (pattern,), listing.page(self.context, pattern, cursor, count), ([], None)

    def _stats(self) -> Plan[dict[str, object]]:
        return "stats", (), listing.stats(self.context), {}

    def _ping(self) -> Plan[bool]:
        return "ping", (), listing.ping(self.context), False

    def pattern_of(
        self, pattern: str, version: int | None = None, prefix: str | None = None
    ) -> str:
        """
        The glob for the names that keys of this pattern have, by the key function of this cache.
        """
        version = self.version if version is None else version
        prefix = self.name_prefix if prefix is None else prefix
        if self.key_func is keys.make_key:
            return keys.make_key(pattern, prefix, version)
        return keys.escape(str(self.key_func(pattern, prefix, version)))


def _named(names: Iterable[Any]) -> list[str]:
    """Tags and patterns are the same for every alias: no prefix, no version."""
    if isinstance(names, str):
        raise TypeError(f"a list of names is needed, not the string {names!r}")
    return [keys.escape(str(name)) for name in names]
