"""
How values become bytes: `OPTIONS["SERIALIZER"]` is "json", "pickle" or the dotted path of a class.
"""

from __future__ import annotations

from typing import Protocol

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string


class Unwritable(TypeError):
    """A value that the serializer cannot write; the text names the type."""


class Unreadable(ValueError):
    """Bytes that the serializer cannot or must not read."""


class Serializer(Protocol):
    """Both methods are each other's inverse. One object serves all threads."""

    def dumps(self, value: object) -> tuple[str, bytes]:
        """The media type and the bytes. Raises Unwritable."""

    def loads(self, media_type: str, body: bytes) -> object:
        """The value. Raises Unreadable."""


_NAMED = {
    "json": "spms_cache_django.serializers.json_serializer.JSONSerializer",
    "pickle": "spms_cache_django.serializers.pickle_serializer.PickleSerializer",
}


def make_serializer(choice: object) -> Serializer:
    """Raises ImproperlyConfigured for what is neither a name nor the path of a serializer."""
    if not isinstance(choice, str):
        raise ImproperlyConfigured(
            "CACHES: OPTIONS['SERIALIZER'] must be 'json', 'pickle' or the dotted path of a class"
        )
    if choice.startswith("django_redis."):
        known = "json" if "json" in choice.lower() else "pickle"
        raise ImproperlyConfigured(
            f"CACHES: OPTIONS['SERIALIZER'] is one of django-redis; here it is called {known!r}"
        )
    try:
        made: Serializer = import_string(_NAMED.get(choice, choice))()
    except ImportError as fault:
        raise ImproperlyConfigured(f"CACHES: OPTIONS['SERIALIZER']: {fault}") from fault
    if not callable(getattr(made, "dumps", None)) or not callable(getattr(made, "loads", None)):
        raise ImproperlyConfigured(
            f"CACHES: OPTIONS['SERIALIZER']: {choice} has no methods dumps and loads"
        )
    return made
