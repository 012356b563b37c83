"""The setting `SPMS_CACHE_INVALIDATION`: how Django's own changes are announced."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

SETTING: Final = "SPMS_CACHE_INVALIDATION"


@dataclass(frozen=True, slots=True)
class InvalidationOptions:
    """
    `cache` is the alias of the `SidecarCache`. With `waits`, the commit returns when the sidecar
    has acknowledged; else it is told by a thread. Without `signals`, nothing is announced from
    here.
    """

    cache: str = "default"
    waits: bool = True
    signals: bool = True


def invalidation_options() -> InvalidationOptions:
    """Raises `ImproperlyConfigured`, which names the entry."""
    value: object = getattr(settings, SETTING, {})
    if not isinstance(value, Mapping):
        raise ImproperlyConfigured(f"{SETTING} must be a dictionary")
    unknown = sorted(str(name) for name in value if name not in ("CACHE", "WAIT", "SIGNALS"))
    if unknown:
        known = "only CACHE, WAIT, SIGNALS"
        raise ImproperlyConfigured(f"{SETTING} has no {', '.join(unknown)}: {known}")
    cache = value.get("CACHE", "default")
    if not isinstance(cache, str):
        raise ImproperlyConfigured(
            f"{SETTING}['CACHE'] is {cache!r}: it must be an alias of CACHES"
        )
    return InvalidationOptions(cache, _flag(value, "WAIT"), _flag(value, "SIGNALS"))


def _flag(value: Mapping[str, object], name: str) -> bool:
    entry = value.get(name, True)
    if not isinstance(entry, bool):
        raise ImproperlyConfigured(f"{SETTING}['{name}'] is {entry!r}: it must be True or False")
    return entry
