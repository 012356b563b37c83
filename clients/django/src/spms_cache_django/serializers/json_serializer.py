"""
JSON in which everything that Django's models and forms hold comes back as it was. What JSON itself
knows is written as plain JSON, which every client reads; the rest is written with marks
(`tagged.py`), under a media type of its own.
"""

from __future__ import annotations

import json

from . import Unreadable
from .tagged import Reader, Writer

PLAIN = "application/json"
TAGGED = "application/vnd.spms-cache.tagged+json"


class JSONSerializer:
    """The default."""

    def dumps(self, value: object) -> tuple[str, bytes]:
        """Raises Unwritable, which names the type that JSON has no form for."""
        if type(value) is int:
            return PLAIN, b"%d" % value
        writer = Writer()
        tree = writer.write_whole(value)
        return TAGGED if writer.is_tagged else PLAIN, _encode(tree)

    def loads(self, media_type: str, body: bytes) -> object:
        """Raises Unreadable; never makes an object of another class than those that are written."""
        try:
            text = body.decode()
            if media_type == TAGGED:
                return json.loads(text, object_hook=Reader().read_object)
            if media_type == PLAIN:
                value: object = json.loads(text)
                return value
        except _FAULTS as fault:
            raise Unreadable(f"{media_type}: {type(fault).__name__}: {fault}") from fault
        if media_type.split(";", 1)[0] == "text/plain":
            return text
        raise Unreadable(f"the media type {media_type}")

    def revive(self, content: object) -> object:
        """The value whose tagged JSON is parsed already. Raises Unreadable."""
        try:
            return Reader().walk(content)
        except _FAULTS as fault:
            raise Unreadable(f"{TAGGED}: {type(fault).__name__}: {fault}") from fault


# Of bytes that another program, or another release, has written.
_FAULTS = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError)


def _encode(tree: object) -> bytes:
    try:
        return json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        # A half of a surrogate pair has no bytes in UTF-8.
        return json.dumps(tree, separators=(",", ":")).encode()
