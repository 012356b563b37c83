"""The settings of one entry of `CACHES` that concern the connection to the sidecar."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from .options import integer, number, text


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """Where the control door is and how long it is waited for. Equal settings share connections."""

    host: str
    port: int
    socket_path: str = ""
    # Not shown where the settings are.
    token: str = field(default="", repr=False)
    # Connecting, sending and receiving of one call, together.
    budget_seconds: float = 0.25
    # Of one event loop; a thread has one.
    max_connections: int = 50
    max_answer_bytes: int = 32 * 1024 * 1024
    breaker_failures: int = 5
    breaker_seconds: float = 2.0

    @property
    def address(self) -> str:
        """As in `LOCATION`, for messages."""
        return f"unix:{self.socket_path}" if self.socket_path else f"http://{self.authority}"

    @property
    def authority(self) -> str:
        """What `Host` says."""
        if self.socket_path:
            return "localhost"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @classmethod
    def from_django(cls, location: object, options: Mapping[str, Any]) -> ClientSettings:
        """
        Reads `LOCATION` and `OPTIONS`; raises ImproperlyConfigured, which names what is wrong.
        """
        host, port, socket_path = _read_location(location)
        budget_ms = _budget_ms(options)
        return cls(
            host=host,
            port=port,
            socket_path=socket_path,
            token=_token(options),
            budget_seconds=budget_ms / 1000,
            max_connections=integer(options, "MAX_CONNECTIONS", 50, 1, 10_000),
            max_answer_bytes=integer(options, "MAX_ANSWER_BYTES", 32 * 1024 * 1024, 1024, 2**31),
            breaker_failures=integer(options, "BREAKER_FAILURES", 5, 1, 1000),
            breaker_seconds=number(options, "BREAKER_SECONDS", 2.0, 0, 3600),
        )


_FORM = "must be http://host:port, or unix:/path/of/the/socket"


def _read_location(location: object) -> tuple[str, int, str]:
    """Host, port and path of the unix socket, of which one side is empty."""
    if not isinstance(location, str) or not location:
        raise ImproperlyConfigured(f"CACHES: LOCATION {_FORM}, not {location!r}")
    if location.startswith("unix:"):
        path = re.sub("^unix:(?://)?", "", location)
        if not path.startswith("/"):
            raise ImproperlyConfigured(f"CACHES: LOCATION {_FORM}; {path!r} is not absolute")
        return "", 0, path
    try:
        parts = urlsplit(location)
        port = parts.port or 80
    except ValueError as fault:
        raise ImproperlyConfigured(f"CACHES: LOCATION {_FORM}: {fault}") from fault
    is_bare = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username)
    if parts.scheme != "http" or not parts.hostname or not is_bare:
        raise ImproperlyConfigured(f"CACHES: LOCATION {_FORM}, not {parts.scheme}:…")
    return parts.hostname, port, ""


def _budget_ms(options: Mapping[str, Any]) -> float:
    """`BUDGET_MS`, or the seconds of django-redis' `SOCKET_TIMEOUT`."""
    timeouts = [
        number(options, name, 0.25, 0.001, 60)
        for name in ("SOCKET_TIMEOUT", "SOCKET_CONNECT_TIMEOUT")
        if options.get(name) is not None
    ]
    if not timeouts:
        return number(options, "BUDGET_MS", 250.0, 1, 60_000)
    if "BUDGET_MS" in options:
        raise ImproperlyConfigured(
            "CACHES: OPTIONS has both BUDGET_MS and SOCKET_TIMEOUT; keep one"
        )
    return min(timeouts) * 1000


def _token(options: Mapping[str, Any]) -> str:
    token = text(options, "TOKEN", "")
    if not re.fullmatch(r"[\x21-\x7e]*", token):
        raise ImproperlyConfigured("CACHES: OPTIONS['TOKEN'] must be visible ASCII characters")
    return token
