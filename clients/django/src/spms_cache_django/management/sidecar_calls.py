"""What `manage.py spms_cache` asks the sidecar, with the reason where nothing comes of it."""

import json
from collections.abc import Sequence
from typing import Any, Final, NoReturn

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import InvalidCacheBackendError
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError

from ..backend import SidecarCache
from ..client import SidecarRefused, SidecarUnavailable
from ..client.statuses import expect, parsed

# Of the process, beside 0 and, for a wrong command line, 2.
NOT_DONE: Final = 1
PENDING: Final = 3
# A command is in no hurry, and the sidecar may be starting.
_BUDGET_SECONDS: Final = 5.0
_WAIT_SECONDS: Final = 5


def find_cache(alias: str) -> SidecarCache:
    """Raises `CommandError` where the alias is no `SidecarCache`."""
    try:
        cache = caches[alias]
    except (InvalidCacheBackendError, ImproperlyConfigured) as error:
        raise CommandError(f"CACHES['{alias}']: {error}") from error
    if isinstance(cache, SidecarCache):
        return cache
    raise CommandError(f"CACHES['{alias}'] is {settings.CACHES[alias]['BACKEND']}: no SidecarCache")


def stats(cache: SidecarCache) -> dict[str, Any]:
    """The answer of `GET /v1/stats`."""
    return _ask(cache, "GET", "/v1/stats", None)[1]


def ping(cache: SidecarCache) -> str:
    """The sidecar's address, if it answers, takes this caller and can read its store."""
    _ask(cache, "POST", "/v1/entries/get", {"keys": ["spms-cache-ping"]})
    return cache.client.settings.address


def invalidate(
    cache: SidecarCache,
    *,
    keys: Sequence[str],
    tags: Sequence[str],
    patterns: Sequence[str],
    everything: bool,
) -> tuple[bool, dict[str, Any]]:
    """
    Whether it is acknowledged by then, and the answer. `keys` are Django's, with the prefix and the
    version of the cache; tags and patterns are the sidecar's.
    """
    named = {
        "keys": [cache.name_of(key) for key in keys],
        "tags": list(tags),
        "patterns": list(patterns),
    }
    body: dict[str, Any] = {kind: names for kind, names in named.items() if names}
    if everything:
        body = {"all": True}
    status, answer = _ask(cache, "POST", "/v1/invalidations", body)
    return status == 200, answer


def _ask(
    cache: SidecarCache, method: str, path: str, body: dict[str, Any] | None
) -> tuple[int, dict[str, Any]]:
    address = cache.client.settings.address
    sent = b"" if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"} if sent else {}
    if path == "/v1/invalidations":
        headers["prefer"] = f"wait={_WAIT_SECONDS}"
    try:
        answer = cache.client.request(method, path, sent, headers, _BUDGET_SECONDS + _WAIT_SECONDS)
        return expect(answer, address, 200, 202), parsed(answer, address)
    except (SidecarUnavailable, SidecarRefused) as error:
        _refuse(error)


def _refuse(error: Exception) -> NoReturn:
    raise CommandError(
        f"The sidecar gave no answer to use: {error}", returncode=NOT_DONE
    ) from error
