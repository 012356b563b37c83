"""What users of django-redis rely on beside Django's own API."""

from __future__ import annotations

from .sync_calls import SyncCalls


class Extras(SyncCalls):
    """Under django-redis' names."""
