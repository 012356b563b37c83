"""What is stored comes back as what it was, type and all."""

from __future__ import annotations

import datetime
import math
import uuid
from collections import OrderedDict, namedtuple
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy

from spms_cache_django import SidecarCache
from spms_cache_django.serializers import Unreadable, Unwritable
from spms_cache_django.serializers.json_serializer import PLAIN, TAGGED, JSONSerializer
from spms_cache_django.serializers.pickle_serializer import PickleSerializer
from tests.project.models import Status
from tests.support.caches import Events, make_cache
from tests.support.sidecar import Sidecar

PERTH = ZoneInfo("Australia/Perth")
VALUES: list[Any] = [
    None,
    True,
    0,
    -(2**80),
    1.0,
    -0.0,
    1e308,
    math.inf,
    "清 \u2028 \x00 \ud800 </script>",
    b"\x00\xff",
    [],
    {},
    (),
    (1, [2, (3,)], {"a": (4,)}),
    {1, "a"},
    frozenset({(1, 2)}),
    {1: "a", None: "b", (1, 2): "c"},
    {"$": "date", "v": "2026-12-01"},
    {"$": None},
    Decimal("0.10"),
    Decimal("1E+5"),
    uuid.UUID(int=7),
    datetime.date(2026, 12, 1),
    datetime.datetime(2026, 12, 1, 10, 30, 0, 5),
    datetime.datetime(2026, 12, 1, tzinfo=datetime.UTC),
    datetime.datetime(2026, 12, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=8))),
    datetime.datetime(2026, 12, 1, tzinfo=PERTH),
    datetime.datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=1),
    datetime.time(10, 30, 1, 7),
    datetime.time(10, tzinfo=datetime.UTC),
    datetime.timedelta(days=-1, seconds=3, microseconds=9),
    mark_safe("<b>"),
    [{"a": [datetime.date(2026, 1, 1)]}, {"$": [mark_safe("x")]}],
]


def shape(value: Any) -> Any:
    """Equal for values of the same types all the way down."""
    kind = type(value)
    if kind in (list, tuple):
        return kind, [shape(each) for each in value]
    if kind is dict:
        return kind, [(shape(key), shape(each)) for key, each in value.items()]
    if kind is datetime.datetime:
        return kind, value.isoformat(), type(value.tzinfo), str(value.tzinfo), value.fold
    return kind, repr(value) if kind is not set else value


@pytest.mark.parametrize("value", VALUES, ids=repr)
@pytest.mark.parametrize("serializer", [JSONSerializer(), PickleSerializer()])
def test_it_comes_back_with_its_type(serializer: Any, value: object) -> None:
    assert shape(serializer.loads(*serializer.dumps(value))) == shape(value)


@pytest.mark.parametrize("name", ["json", "pickle"])
def test_it_comes_back_from_the_sidecar_alone_and_with_others(sidecar: Sidecar, name: str) -> None:
    cache = make_cache(sidecar.location, RAISE_ERRORS=True, BUDGET_MS=5000, SERIALIZER=name)
    for index, value in enumerate(VALUES):
        cache.set(f"v{index}", value)
        assert shape(cache.get(f"v{index}", "missing")) == shape(value), value
    every = {f"v{index}": value for index, value in enumerate(VALUES)}
    cache.set_many(every)
    assert shape(cache.get_many(every)) == shape(every)


def test_nan_comes_back() -> None:
    json = JSONSerializer()
    found = json.loads(*json.dumps([math.nan]))
    assert isinstance(found, list)
    assert math.isnan(found[0])


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (OrderedDict(a=1), {"a": 1}),
        (Status.ACTIVE, "active"),
        ([gettext_lazy("yes")], ["yes"]),
        (SimpleLazyObject(lambda: {"a": 1}), {"a": 1}),
    ],
)
def test_what_stands_for_a_plain_value_comes_back_as_that(value: object, plain: object) -> None:
    json = JSONSerializer()
    media_type, body = json.dumps(value)
    assert shape(json.loads(media_type, body)) == shape(plain)
    assert media_type == PLAIN


Point = namedtuple("Point", "x y")
CIRCLE: list[Any] = []
CIRCLE.append(CIRCLE)


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (object(), "builtins.object"),
        ([{"a": lambda: 1}], "builtins.function"),
        (Point(1, 2), "Point"),
        (CIRCLE, "contains itself"),
        (complex(1, 2), "builtins.complex"),
    ],
)
def test_what_cannot_be_written_is_named(value: object, named: str) -> None:
    with pytest.raises(Unwritable, match=named):
        JSONSerializer().dumps(value)


def test_it_is_not_stored_and_warned_of_once(
    sidecar: Sidecar, caplog: pytest.LogCaptureFixture
) -> None:
    cache = make_cache(sidecar.location)
    with Events() as events:
        cache.set("k", object())
        cache.set("k", object())
    assert events.outcomes == [("set", "unwritable")] * 2
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "builtins.object" in caplog.text
    with pytest.raises(Unwritable, match="k: builtins"):
        make_cache(sidecar.location, RAISE_ERRORS=True).set("k", object())


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"\xff", b'{"$":"no such","v":1}', b'{"$":"date","v":7}', b'{"$":"date"}'),
        *(b'{"$":"uuid","v":"x"}', b'{"$":"model","v":0}', b'{"$":"graph","v":[]}'),
        *(b'{"$":"instance","v":["auth.Nobody",null,true,{}]}', b'{"$":["x"],"v":1}'),
        *(b'{"$":"instance","v":["auth.User",null,true,{"x":1}]}', b"[" * 100_000),
        *(b'{"$":"datetime","v":["2026-01-01","/etc/passwd",0]}', b'{"$":"bytes","v":"="}'),
        *(b'{"$":"graph","v":[[],[[0,"attribute","x",1]],1]}', b'{"$":"decimal","v":"x"}'),
    ],
)
def test_what_others_have_written_is_never_more_than_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        JSONSerializer().loads(TAGGED, body)


@pytest.mark.parametrize("media_type", ["application/x-python-pickle", "image/png", ""])
def test_json_reads_no_other_types(media_type: str) -> None:
    with pytest.raises(Unreadable, match="media type"):
        JSONSerializer().loads(media_type, b"1")


def test_what_cannot_be_read_is_a_miss_and_is_written_over(
    sidecar: Sidecar, cache: SidecarCache, caplog: pytest.LogCaptureFixture
) -> None:
    pickled = make_cache(sidecar.location, SERIALIZER="pickle", BUDGET_MS=5000)
    pickled.set("k", {1, 2})
    with Events() as events:
        assert cache.get("k", "default") == "default"
        assert cache.get_many(["k"]) == {}
    assert events.outcomes == [("get", "unreadable"), ("get_many", "miss")]
    assert not events[0].hit
    assert len(caplog.records) == 1
    cache.set("k", [1])
    assert cache.get("k") == [1]


def test_text_of_other_clients_is_read(sidecar: Sidecar, cache: SidecarCache) -> None:
    sidecar.request("POST", "/v1/entries/set", b'{"entries":[{"key":"t","value":"hello"}]}')
    assert cache.get("t") == "hello"
    assert cache.get_many(["t"]) == {"t": "hello"}


def test_a_template_does_not_escape_what_is_safe() -> None:
    json = JSONSerializer()
    assert type(json.loads(*json.dumps(mark_safe("<b>")))) is SafeString
