"""
JSON in which everything that Django's models and forms hold comes back as it was. What JSON itself
knows is written as plain JSON, which every client reads; the rest is written with marks
(`writer.py`), under a media type of its own.
"""

from __future__ import annotations

import json
from typing import cast

from . import Unreadable, Unwritable
from .plain import is_plain
from .reader import Reader
from .writer import Writer

PLAIN = "application/json"
TAGGED = "application/vnd.spms-cache.tagged+json"


class JSONSerializer:
    """The default."""

    def dumps(self, value: object) -> tuple[str, bytes]:
        """Raises Unwritable, which names the type that JSON has no form for."""
        if type(value) is int:
            return PLAIN, b"%d" % value
        try:
            if is_plain(value):
                return PLAIN, _encode(value)
        except ValueError:
            # A float that JSON has no form for.
            pass
        except RecursionError as fault:
            raise Unwritable(
                f"{type(value).__qualname__} contains itself, or is too deep"
            ) from fault
        writer = Writer()
        tree = writer.write_whole(value)
        return TAGGED if writer.is_tagged else PLAIN, _encode(tree)

    def loads(self, media_type: str, body: bytes) -> object:
        """Raises Unreadable; never makes an object of another class than those that are written."""
        try:
            if media_type == PLAIN:
                return cast("object", json.loads(body.decode()))
            if media_type == TAGGED:
                return json.loads(body.decode(), object_hook=Reader().read_object)
            if media_type.split(";", 1)[0] == "text/plain":
                return body.decode()
        except _FAULTS as fault:
            raise Unreadable(f"{media_type}: {type(fault).__name__}: {fault}") from fault
        raise Unreadable(f"the media type {media_type}")

    def revive(self, content: object) -> object:
        """The value whose tagged JSON is parsed already. Raises Unreadable."""
        try:
            return Reader().walk(content)
        except _FAULTS as fault:
            raise Unreadable(f"{TAGGED}: {type(fault).__name__}: {fault}") from fault


# Of bytes that another program, or another release, has written.
_FAULTS = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError)


# Whose strings are as short as they can be, and which refuses what is no JSON.
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
)


def _encode(tree: object) -> bytes:
    text = _ENCODER.encode(tree)
    try:
        return text.encode()
    except UnicodeEncodeError:
        # A half of a surrogate pair has no bytes in UTF-8.
        return json.dumps(tree, separators=(",", ":")).encode()
