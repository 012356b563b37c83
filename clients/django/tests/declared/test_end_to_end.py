"""A change of a model, and what a real sidecar then has of it."""

from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.db import transaction
from django.test import override_settings

from spms_cache_django import SidecarCache
from tests.library.models import Author, Book, Reader
from tests.support.library import Library
from tests.support.sidecar import Sidecar


@pytest.fixture(scope="module")
def location() -> Iterator[str]:
    sidecar = Sidecar().start()
    yield sidecar.location
    sidecar.stop()


@pytest.fixture
def kept(location: str, library: Library) -> Iterator[SidecarCache]:
    """The cache that is told."""
    setting = {
        "default": {
            "BACKEND": "spms_cache_django.SidecarCache",
            "LOCATION": location,
            # The machine may be busy with other tests.
            "OPTIONS": {"BUDGET_MS": 5000},
        },
    }
    with override_settings(CACHES=setting, SPMS_CACHE_INVALIDATION={"CACHE": "default"}):
        cache = caches["default"]
        assert isinstance(cache, SidecarCache)
        yield cache


def test_what_shows_the_row_is_gone_when_the_save_returns(kept: SidecarCache) -> None:
    book = Book.objects.create(title="One", author=Author.objects.create(name="Ann"))
    reader = Reader.objects.create()
    book.loans.create(reader=reader)
    kept.set("list", ["One"], tags=[f"book:{book.pk}"])
    kept.set("other", ["Two"], tags=["book:999"])
    kept.set(f"reader:{reader.pk}:books", ["One"])
    with transaction.atomic(using="postgres"):
        book.title = "Two"
        book.save()
        assert kept.get("list") == ["One"]
    assert kept.get("list") is None
    assert kept.get(f"reader:{reader.pk}:books") is None
    assert kept.get("other") == ["Two"]


def test_more_names_than_one_call_takes_are_all_gone(kept: SidecarCache) -> None:
    author = Author.objects.create(name="Ann")
    values = {f"book:{number}": number for number in range(1, 2501)}
    assert kept.set_many(values) == []
    with transaction.atomic(using="postgres"):
        for number in values.values():
            Book(pk=number, title="One", author=author).save(force_insert=True)
    assert kept.get_many(list(values)) == {}


def test_a_page_that_read_the_old_row_meanwhile_does_not_store_it(kept: SidecarCache) -> None:
    book = Book.objects.create(title="One", author=Author.objects.create(name="Ann"))
    assert kept.get(f"book:{book.pk}") is None
    title = Book.objects.get(pk=book.pk).title
    Book.objects.get(pk=book.pk).save()
    kept.set(f"book:{book.pk}", title)
    assert kept.get(f"book:{book.pk}") is None


def test_a_sidecar_that_is_away_fails_no_save(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    setting = {
        "default": {"BACKEND": "spms_cache_django.SidecarCache", "LOCATION": "http://127.0.0.1:9"},
    }
    with override_settings(CACHES=setting, SPMS_CACHE_INVALIDATION={"CACHE": "default"}):
        author = Author.objects.create(name="Ann", slug="ann")
    assert Author.objects.filter(pk=author.pk).exists()
    assert any(
        f"not acknowledged by every pod: author:{author.pk}, slug:ann" in record.getMessage()
        for record in caplog.records
    )
