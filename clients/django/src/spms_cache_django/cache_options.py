"""`OPTIONS` of an entry of `CACHES`: which there are, and what becomes of those of django-redis."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from .client.options import flag, integer, number, text
from .serializers import Serializer, make_serializer

_OWN = frozenset(
    {
        *(
            "BUDGET_MS",
            "MAX_CONNECTIONS",
            "MAX_ANSWER_BYTES",
            "BREAKER_FAILURES",
            "BREAKER_SECONDS",
        ),
        *("TOKEN", "SERIALIZER", "NAMESPACE", "RAISE_ERRORS", "FENCE", "INVALIDATION_WAIT"),
        *("COMPUTE_WAIT", "COMPUTE_LEASE"),
        # Of django-redis, with the same meaning here.
        *("SOCKET_TIMEOUT", "SOCKET_CONNECT_TIMEOUT", "IGNORE_EXCEPTIONS"),
        # Of Django's own backends, which `BaseCache` reads; the sidecar makes room by itself.
        *("MAX_ENTRIES", "CULL_FREQUENCY"),
    }
)

_INSTEAD = {
    "CLIENT_CLASS": "there is one client: take it out",
    "CONNECTION_POOL_CLASS": "connections are kept for each thread: take it out",
    "CONNECTION_POOL_KWARGS": "MAX_CONNECTIONS stands in OPTIONS itself",
    "CONNECTION_FACTORY": "the sidecar connects to Redis: take it out",
    "PASSWORD": "the sidecar logs in to Redis; the token of its control door is TOKEN",
    "USERNAME": "the sidecar logs in to Redis: take it out",
    "DB": "the sidecar's REDIS_URL names the database",
    "PARSER_CLASS": "no protocol of Redis is spoken here: take it out",
    "REDIS_CLIENT_CLASS": "no client of Redis is used: take it out",
    "REDIS_CLIENT_KWARGS": "no client of Redis is used: take it out",
    "COMPRESSOR": "the sidecar compresses nothing of the backend's values: take it out",
    "RETRY_ON_TIMEOUT": "a call that takes too long is a miss: take it out",
    "LOG_IGNORED_EXCEPTIONS": "each outage is logged once: take it out",
    "CLOSE_CONNECTION": "connections are kept: take it out",
    "PICKLE_VERSION": "SERIALIZER is 'json' or 'pickle': take it out",
}


@dataclass(frozen=True, slots=True)
class CacheOptions:
    """What concerns values and calls; the connection is `ClientSettings`."""

    serializer: Serializer
    # Begins all keys as `kept:<namespace>:`, and `clear()` reaches no others; '' for none.
    namespace: str
    raises_errors: bool
    is_fenced: bool
    invalidation_wait: int
    compute_wait: float
    compute_lease: int


def read_options(options: Mapping[str, Any]) -> CacheOptions:
    """Raises ImproperlyConfigured for an option that is not known or has a bad value."""
    for name in options:
        if name not in _OWN:
            instead = _INSTEAD.get(name, f"the options are {', '.join(sorted(_OWN))}")
            raise ImproperlyConfigured(f"CACHES: OPTIONS[{name!r}] is no option here: {instead}")
    raises_errors = flag(options, "RAISE_ERRORS", False)
    if "IGNORE_EXCEPTIONS" in options:
        if "RAISE_ERRORS" in options:
            raise ImproperlyConfigured(
                "CACHES: OPTIONS has both RAISE_ERRORS and IGNORE_EXCEPTIONS; keep one"
            )
        raises_errors = not flag(options, "IGNORE_EXCEPTIONS", True)
    namespace = text(options, "NAMESPACE", "")
    if not re.fullmatch(r"[A-Za-z0-9_.-]{0,64}", namespace):
        raise ImproperlyConfigured(
            "CACHES: OPTIONS['NAMESPACE'] must be letters, digits, '_', '.' and '-', 64 at most"
        )
    return CacheOptions(
        serializer=make_serializer(options.get("SERIALIZER", "json")),
        namespace=namespace,
        raises_errors=raises_errors,
        is_fenced=flag(options, "FENCE", True),
        invalidation_wait=integer(options, "INVALIDATION_WAIT", 2, 0, 60),
        compute_wait=number(options, "COMPUTE_WAIT", 5.0, 0, 300),
        compute_lease=integer(options, "COMPUTE_LEASE", 30, 1, 3600),
    )
