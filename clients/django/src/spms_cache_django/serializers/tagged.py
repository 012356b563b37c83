"""
Marks for what JSON has no form for: `{"$": "date", "v": "2026-12-01"}`. A dictionary that could be
taken for a mark, or that has other keys than strings, is written as a mark of its own, so that
every value is read back as what it was.

Subclasses of `str`, `int`, `float`, `list` and `dict` come back as those; only `SafeString` stays
what it is, because templates escape any other text.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import math
import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Model, QuerySet
from django.utils.functional import LazyObject, Promise, empty
from django.utils.safestring import SafeString, mark_safe

from . import Unwritable
from .model_graph import GraphReader, GraphWriter

MARK = "$"
_PLAIN = frozenset({str, int, bool, type(None)})
_SCALARS = _PLAIN | {float}
_STRING = frozenset({str})
# A list that contains itself has no end.
_MOST_CONTAINERS = 1_000_000


def is_plain(value: Any) -> bool:
    """
    Whether JSON itself gives it back as it is, but for floats that are not finite. A loop in place
    of calls, because this is most of what writing a large value costs.
    """
    if type(value) in _SCALARS:
        return True
    found = [value]
    for _ in range(_MOST_CONTAINERS):
        if not found:
            return True
        container = found.pop()
        kind = type(container)
        if kind is dict:
            if MARK in container or not {*map(type, container)} <= _STRING:
                return False
            container = container.values()
        elif kind is not list:
            return False
        found += [each for each in container if type(each) not in _SCALARS]
    return False


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
        if kind in _PLAIN:
            return value
        if kind is list:
            return [each if type(each) in _PLAIN else self._write(each) for each in value]
        if kind is dict:
            return self._dict(value)
        if kind is float and math.isfinite(value):
            return value
        write = _WRITERS.get(kind) or _writer_for(value)
        if write is not None:
            return write(self, value)
        if isinstance(value, QuerySet):
            raise Unwritable("a QuerySet is a query, and no rows: cache list() of it")
        raise Unwritable(f"{kind.__module__}.{kind.__qualname__} has no form in JSON")

    def _dict(self, value: Mapping[Any, Any]) -> object:
        if MARK not in value and all(type(key) is str for key in value):
            return {
                key: each if type(each) in _PLAIN else self._write(each)
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


def _writer_for(value: object) -> Callable[[Writer, Any], object] | None:
    """For subclasses, and for what Django makes of texts and rows."""
    if isinstance(value, LazyObject):
        return lambda writer, lazy: writer._write(_evaluated(lazy))
    if isinstance(value, Model):
        return Writer._model
    if isinstance(value, Promise):
        return lambda writer, lazy: writer._write(str(lazy))
    if isinstance(value, str):
        return lambda _writer, text: str.__str__(text)
    if isinstance(value, int):
        return lambda _writer, number: int(number)
    if isinstance(value, float):
        return lambda writer, number: writer._write(float(number))
    if isinstance(value, dict):
        return Writer._dict
    if isinstance(value, list):
        return lambda writer, found: writer._write(list(found))
    if isinstance(value, tuple):
        return Writer._tuple
    return None


def _evaluated(lazy: Any) -> object:
    """What a lazy object such as `request.user` stands for."""
    if lazy._wrapped is empty:
        lazy._setup()
    return lazy._wrapped


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
}
