"""Warnings of an invalidation that comes before the commit."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import override_settings

from spms_cache_django.events import CacheEvent, emit
from spms_cache_django.in_transaction import is_wanted, warn_in_transactions
from tests.support.library import Library


@pytest.fixture(autouse=True)
def watching() -> Iterator[None]:
    end = warn_in_transactions()
    yield
    end()


def call(operation: str, *names: str) -> CacheEvent:
    """As a cache tells it."""
    return CacheEvent("default", operation, names, None, "done", 0.001)


def test_each_place_is_named_once(library: Library, caplog: pytest.LogCaptureFixture) -> None:
    with transaction.atomic(using="postgres"):
        for _ in range(3):
            emit(call("delete", "user:5"))
        emit(call("invalidate"))
    first, second = (record.getMessage() for record in caplog.records)
    assert first.startswith("delete of user:5 at ")
    assert "test_in_transaction.py:" in first
    assert "within a transaction of 'postgres'" in first
    assert second.startswith("invalidate of names at ")


def test_after_the_commit_nothing_is_said(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    with transaction.atomic(using="postgres"):
        transaction.on_commit(lambda: emit(call("delete", "user:5")), using="postgres")
        emit(call("get", "user:5"))
        emit(call("set", "user:5"))
    emit(call("delete", "user:5"))
    assert caplog.records == []


def test_it_is_on_in_debug_unless_the_setting_says_otherwise() -> None:
    assert not is_wanted()
    with override_settings(DEBUG=True):
        assert is_wanted()
        with override_settings(SPMS_CACHE_WARN_IN_TRANSACTION=False):
            assert not is_wanted()
    with override_settings(SPMS_CACHE_WARN_IN_TRANSACTION=True):
        assert is_wanted()
