"""
Any Python object. Only where `OPTIONS` choose it: whoever can write to the cache, in Redis or at
the sidecar, runs code of his own in the process that reads such a value.
"""

from __future__ import annotations

import json
import pickle
from typing import cast

from . import Unreadable, Unwritable

MEDIA_TYPE = "application/x-python-pickle"
JSON_TYPE = "application/json"


class PickleSerializer:
    """Integers are plain decimal text, so that the sidecar can count with them."""

    def dumps(self, value: object) -> tuple[str, bytes]:
        """Raises Unwritable."""
        if type(value) is int:
            return JSON_TYPE, b"%d" % value
        try:
            return MEDIA_TYPE, pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        except Exception as fault:
            # Any code of the value may run, and fail in its own way.
            raise Unwritable(f"{type(value).__qualname__} cannot be pickled: {fault}") from fault

    def loads(self, media_type: str, body: bytes) -> object:
        """Raises Unreadable, also for the classes of another release of the backend."""
        try:
            if media_type == MEDIA_TYPE:
                return cast("object", pickle.loads(body))
            if media_type == JSON_TYPE:
                return cast("object", json.loads(body))
        except Exception as fault:
            raise Unreadable(f"{media_type}: {type(fault).__name__}") from fault
        raise Unreadable(f"the media type {media_type}")
