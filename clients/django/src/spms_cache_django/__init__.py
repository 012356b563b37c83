"""Django's cache over spms-cache-sidecar."""

from .backend import SidecarCache
from .client import (
    CacheSidecarError,
    ClientSettings,
    ControlClient,
    SidecarRefused,
    SidecarUnavailable,
)
from .events import CacheEvent, subscribe

__all__ = [
    "CacheEvent",
    "CacheSidecarError",
    "ClientSettings",
    "ControlClient",
    "SidecarCache",
    "SidecarRefused",
    "SidecarUnavailable",
    "subscribe",
]
