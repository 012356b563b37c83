"""The HTTP client of the sidecar's control door."""

from .client import ControlClient, client_for
from .errors import CacheSidecarError, SidecarRefused, SidecarUnavailable
from .request import Answer, Call
from .settings import ClientSettings

__all__ = [
    "Answer",
    "CacheSidecarError",
    "Call",
    "ClientSettings",
    "ControlClient",
    "SidecarRefused",
    "SidecarUnavailable",
    "client_for",
]
