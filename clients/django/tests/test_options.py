"""`LOCATION` and `OPTIONS`: what is wrong is named, and never shown."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from spms_cache_django import SidecarCache
from spms_cache_django.client import ClientSettings


@pytest.mark.parametrize(
    ("location", "options", "named"),
    [
        ("", {}, "LOCATION"),
        (["http://a"], {}, "LOCATION"),
        ("redis://127.0.0.1:6379/1", {}, "LOCATION"),
        ("https://127.0.0.1", {}, "LOCATION"),
        ("http://user@127.0.0.1", {}, "LOCATION"),
        ("http://127.0.0.1/x", {}, "LOCATION"),
        ("http://127.0.0.1:99999", {}, "LOCATION"),
        ("unix:relative", {}, "LOCATION"),
        ("http://a", {"BUDGET_MS": 0}, "BUDGET_MS"),
        ("http://a", {"BUDGET_MS": True}, "BUDGET_MS"),
        ("http://a", {"BUDGET_MS": 1, "SOCKET_TIMEOUT": 1}, "both"),
        ("http://a", {"SOCKET_TIMEOUT": "5"}, "SOCKET_TIMEOUT"),
        ("http://a", {"TOKEN": "a b"}, "TOKEN"),
        ("http://a", {"TOKEN": 7}, "TOKEN"),
        ("http://a", {"MAX_CONNECTIONS": 1.5}, "MAX_CONNECTIONS"),
        ("http://a", {"CLIENT_CLASS": "x"}, "CLIENT_CLASS.*take it out"),
        ("http://a", {"NO_SUCH": 1}, "NO_SUCH.*the options are"),
        ("http://a", {"SERIALIZER": "django_redis.serializers.json.JSONSerializer"}, "'json'"),
        ("http://a", {"SERIALIZER": "no.such.Thing"}, "SERIALIZER"),
        ("http://a", {"SERIALIZER": "collections.OrderedDict"}, "SERIALIZER"),
        ("http://a", {"SERIALIZER": 7}, "SERIALIZER"),
        ("http://a", {"NAMESPACE": "a:b"}, "NAMESPACE"),
        ("http://a", {"RAISE_ERRORS": 1}, "RAISE_ERRORS"),
        ("http://a", {"RAISE_ERRORS": True, "IGNORE_EXCEPTIONS": True}, "both"),
    ],
)
def test_a_bad_setting_is_named_and_not_shown(
    location: object, options: dict[str, object], named: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=named):
        SidecarCache(location, {"OPTIONS": options})


def test_the_token_is_not_shown() -> None:
    settings = ClientSettings.from_django("http://a", {"TOKEN": "s3cr3t"})
    assert "s3cr3t" not in repr(settings)


def test_timeouts_of_django_redis_are_the_budget() -> None:
    options = {"SOCKET_TIMEOUT": 5, "SOCKET_CONNECT_TIMEOUT": 0.5}
    assert ClientSettings.from_django("http://a", options).budget_seconds == 0.5
    assert SidecarCache("http://a", {"OPTIONS": {"IGNORE_EXCEPTIONS": False}}).options.raises_errors
