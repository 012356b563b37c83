"""Reads the marks that `writer.py` makes, and nothing else: no name in a value is ever imported."""

from __future__ import annotations

import binascii
import datetime
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.safestring import mark_safe

from .model_graph import GraphReader
from .plain import MARK
from .responses import response_of


class Reader:
    """`read_object` is an `object_hook` of `json.loads`, for one value."""

    def __init__(self) -> None:
        self._graph = GraphReader()

    def read_object(self, read: dict[str, Any]) -> object:
        """Raises ValueError, TypeError or LookupError for a mark that is none of this module."""
        name = read.get(MARK)
        if name is None:
            return read
        if name in _READERS:
            return _READERS[name](read["v"])
        return self._graph.read(name, read["v"])

    def walk(self, tree: Any) -> object:
        """The same for what is parsed already."""
        if type(tree) is list:
            return [self.walk(each) for each in tree]
        if type(tree) is dict:
            return self.read_object({key: self.walk(each) for key, each in tree.items()})
        return tree


def _read_datetime(content: list[Any]) -> datetime.datetime:
    moment = datetime.datetime.fromisoformat(content[0])
    if len(content) == 1:
        return moment
    return moment.replace(tzinfo=ZoneInfo(content[1]), fold=content[2])


_READERS: dict[str, Callable[[Any], object]] = {
    "float": float,
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "bytes": lambda content: binascii.a2b_base64(content, strict_mode=True),
    "datetime": _read_datetime,
    "date": datetime.date.fromisoformat,
    "time": datetime.time.fromisoformat,
    "timedelta": lambda content: datetime.timedelta(*content),
    "decimal": Decimal,
    "uuid": lambda content: uuid.UUID(hex=content),
    "safe": mark_safe,
    "dict": dict,
    "response": response_of,
}
