"""
Marks for what JSON has no form for: `{"$": "date", "v": "2026-12-01"}`. A dictionary that could be
taken for a mark, or that has other keys than strings, is written as a mark of its own, so that
every value is read back as what it was.

Subclasses of `str`, `int`, `float`, `list` and `dict` come back as those; only `SafeString` stays
what it is, because templates escape any other text.
"""

from __future__ import annotations

import base64
import datetime
import math
import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Model, QuerySet
from django.http.response import HttpResponseBase
from django.utils.functional import LazyObject, Promise, empty
from django.utils.safestring import SafeString

from . import Unwritable
from .model_graph import GraphWriter
from .plain import MARK, PLAIN_TYPES
from .responses import parts_of


class Writer:
    """Makes of one value what `json.dumps` writes. `is_tagged` tells whether marks are in it."""

    def __init__(self) -> None:
        self.is_tagged = False
        self._graph = GraphWriter(self._write)

    def write_whole(self, value: object) -> object:
        """Raises Unwritable."""
        try:
            tree = self._write(value)
            return self._graph.wrap(tree)
        except RecursionError as fault:
            raise Unwritable(
                f"{type(value).__qualname__} contains itself, or is too deep"
            ) from fault

    def _write(self, value: Any) -> object:
        kind = type(value)
        if kind in PLAIN_TYPES:
            return value
        if kind is list:
            return [each if type(each) in PLAIN_TYPES else self._write(each) for each in value]
        if kind is dict:
            return self._dict(value)
        if kind is float and math.isfinite(value):
            return value
        write = _WRITERS.get(kind) or _for_subclass(value)
        return write(self, value)

    def _dict(self, value: Mapping[Any, Any]) -> object:
        if MARK not in value and all(type(key) is str for key in value):
            return {
                key: each if type(each) in PLAIN_TYPES else self._write(each)
                for key, each in value.items()
            }
        pairs = [[self._write(key), self._write(each)] for key, each in value.items()]
        return self._mark("dict", pairs)

    def _mark(self, name: str, content: object) -> dict[str, object]:
        self.is_tagged = True
        return {MARK: name, "v": content}

    def _items(self, name: str, value: Any) -> object:
        return self._mark(name, [self._write(each) for each in value])

    def _datetime(self, value: datetime.datetime) -> object:
        content: list[object] = [value.isoformat()]
        if isinstance(value.tzinfo, ZoneInfo) and value.tzinfo.key:
            content = [value.replace(tzinfo=None).isoformat(), value.tzinfo.key, value.fold]
        elif value.tzinfo is not None and type(value.tzinfo) is not datetime.timezone:
            raise Unwritable(f"a datetime with a zone of {type(value.tzinfo).__qualname__}")
        return self._mark("datetime", content)

    def _time(self, value: datetime.time) -> object:
        if value.tzinfo is not None and type(value.tzinfo) is not datetime.timezone:
            raise Unwritable(f"a time with a zone of {type(value.tzinfo).__qualname__}")
        return self._mark("time", value.isoformat())

    def _tuple(self, value: tuple[object, ...]) -> object:
        if type(value) is not tuple:
            raise Unwritable(f"{type(value).__qualname__} would come back as a plain tuple")
        return self._items("tuple", value)

    def _model(self, value: Model) -> object:
        self.is_tagged = True
        return {MARK: "model", "v": self._graph.index_of(value)}

    def _query(self, _value: object) -> object:
        raise Unwritable("a QuerySet is a query, and no rows: cache list() of it")


_WRITERS: dict[type, Callable[[Writer, Any], object]] = {
    float: lambda w, v: w._mark("float", repr(v)),
    tuple: Writer._tuple,
    set: lambda w, v: w._items("set", v),
    frozenset: lambda w, v: w._items("frozenset", v),
    bytes: lambda w, v: w._mark("bytes", base64.b64encode(v).decode()),
    datetime.datetime: Writer._datetime,
    datetime.date: lambda w, v: w._mark("date", v.isoformat()),
    datetime.time: Writer._time,
    datetime.timedelta: lambda w, v: w._mark("timedelta", [v.days, v.seconds, v.microseconds]),
    Decimal: lambda w, v: w._mark("decimal", str(v)),
    uuid.UUID: lambda w, v: w._mark("uuid", v.hex),
    SafeString: lambda w, v: w._mark("safe", str.__str__(v)),
}


# What is an instance of several is the first: a lazy object is an instance of what it stands for.
_FOR_SUBCLASSES: list[tuple[type, Callable[[Writer, Any], object]]] = [
    (LazyObject, lambda w, v: w._write(_evaluated(v))),
    (Model, Writer._model),
    (HttpResponseBase, lambda w, v: w._mark("response", w._write(parts_of(v)))),
    (Promise, lambda w, v: w._write(str(v))),
    (str, lambda _w, v: str.__str__(v)),
    (int, lambda _w, v: int(v)),
    (float, lambda w, v: w._write(float(v))),
    (dict, Writer._dict),
    (list, lambda w, v: w._write(list(v))),
    (tuple, Writer._tuple),
    (QuerySet, Writer._query),
]


def _for_subclass(value: object) -> Callable[[Writer, Any], object]:
    """For what Django makes of texts and rows, and for subclasses. Raises Unwritable."""
    for base, write in _FOR_SUBCLASSES:
        if isinstance(value, base):
            return write
    kind = type(value)
    raise Unwritable(f"{kind.__module__}.{kind.__qualname__} has no form in JSON")


def _evaluated(lazy: Any) -> object:
    """What a lazy object such as `request.user` stands for."""
    if lazy._wrapped is empty:
        lazy._setup()
    return lazy._wrapped
