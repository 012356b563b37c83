"""Django's cache over spms-cache-sidecar."""

from .backend import SidecarCache
from .cached import cached
from .client import (
    CacheSidecarError,
    ClientSettings,
    ControlClient,
    SidecarRefused,
    SidecarUnavailable,
)
from .events import CacheEvent, subscribe
from .locks import LockNotHeld, LockUnavailable, SidecarLock

__all__ = [
    "CacheEvent",
    "CacheSidecarError",
    "ClientSettings",
    "ControlClient",
    "LockNotHeld",
    "LockUnavailable",
    "SidecarCache",
    "SidecarLock",
    "SidecarRefused",
    "SidecarUnavailable",
    "cached",
    "subscribe",
]
