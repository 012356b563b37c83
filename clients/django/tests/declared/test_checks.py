"""What `manage.py check` says, and when."""

from typing import Any

import pytest
from django.conf import settings
from django.core.checks import CheckMessage, run_checks
from django.test import override_settings

from tests.library.settings import INVALIDATES
from tests.support.library import Library
from tests.support.triggers import install

SIDECAR: dict[str, Any] = {
    "BACKEND": "spms_cache_django.SidecarCache",
    "LOCATION": "http://127.0.0.1:9",
}
ANNOUNCED = {"CACHE": "default"}


def found(**options: Any) -> dict[str, CheckMessage]:
    return {
        message.id.removeprefix("spms_cache_django."): message
        for message in run_checks(**options)
        if message.id and message.id.startswith("spms_cache_django.")
    }


def test_the_settings_of_the_tests_lack_nothing_but_a_sidecar_cache_to_tell() -> None:
    assert set(found()) == {"W003"}
    with override_settings(CACHES={"default": SIDECAR}, SPMS_CACHE_INVALIDATION=ANNOUNCED):
        assert found() == {}


def test_a_fault_of_a_declaration_is_an_error() -> None:
    with override_settings(SPMS_CACHE_INVALIDATES={"library.Book": ["book:{isbn}"]}):
        message = found()["E001"]
    assert message.is_serious()
    assert message.msg.startswith("library.Book library.Book has no 'isbn'")


@pytest.mark.parametrize(
    ("label", "tags", "table", "form"),
    [
        ("library.Book", "reader:{loans.reader_id}:books", "library.Loan", "reader:{…}:books"),
        ("library.Book", "editor:{editors.pk}", "library.Book.editors", "editor:{…}"),
        ("library.Book", "by:{author.slug}", "library.Author", "by:{…}"),
        ("library.Audiobook", "in:{shelf_id}", "library.Book", "in:{…}"),
    ],
)
def test_a_table_that_a_tag_is_read_from_must_be_declared(
    label: str, tags: str, table: str, form: str
) -> None:
    with override_settings(SPMS_CACHE_INVALIDATES={label: [tags]}):
        message = found()["W001"]
    assert f"{label} makes '{tags}' by way of {table}" in message.msg
    assert message.hint == f"Declare {table}, with a tag of the form '{form}'."
    completed = {label: [tags], table: [form.replace("{…}", "{pk}"), "*"]}
    with override_settings(SPMS_CACHE_INVALIDATES=completed):
        assert "W001" not in found()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"TABEL": "x"}, "SPMS_CACHE_OUTBOX has no TABEL: only DATABASE, SCHEMA, TABLE"),
        ({"NOTIFY": 1}, "SPMS_CACHE_OUTBOX['NOTIFY'] is 1: it must be a bool"),
        ({"FOLD_ABOVE": True}, "SPMS_CACHE_OUTBOX['FOLD_ABOVE'] is True: it must be a int"),
        ({"FOLD_ABOVE": 0}, "SPMS_CACHE_OUTBOX['FOLD_ABOVE'] must be from 1 to 1000000"),
        ({"SCHEMA": ""}, "SPMS_CACHE_OUTBOX['SCHEMA'] is ''"),
        ([], "SPMS_CACHE_OUTBOX must be a dictionary"),
    ],
)
def test_an_option_of_the_outbox_that_is_wrong_is_named(options: object, reason: str) -> None:
    with override_settings(SPMS_CACHE_OUTBOX=options):
        assert found()["E002"].msg.startswith(reason)


@pytest.mark.parametrize("prefix", ["spms", "spms:"])
def test_a_double_prefix(prefix: str) -> None:
    caches = {"default": {**SIDECAR, "KEY_PREFIX": prefix}}
    with override_settings(CACHES=caches, SPMS_CACHE_INVALIDATION=ANNOUNCED):
        (message,) = found().values()
    assert f"CACHES['default'] has the KEY_PREFIX '{prefix}'" in message.msg
    with override_settings(CACHES={"default": {**SIDECAR, "KEY_PREFIX": "other"}}):
        assert "W002" not in found()


def test_views_that_run_in_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    with override_settings(CACHES={"default": SIDECAR}):
        assert "I001" not in found()
        monkeypatch.setitem(settings.DATABASES["default"], "ATOMIC_REQUESTS", True)
        assert not found()["I001"].is_serious()


def test_the_sidecar_is_asked_for_a_deployment_only() -> None:
    with override_settings(CACHES={"default": SIDECAR}, SPMS_CACHE_INVALIDATION=ANNOUNCED):
        assert "W004" not in found()
        message = found(include_deployment_checks=True)["W004"]
    assert message.msg == ("The sidecar of CACHES['default'] does not answer at http://127.0.0.1:9")


def test_triggers_are_compared_where_their_database_is_checked(library: Library) -> None:
    assert "W005" not in found(databases=["postgres"])
    fewer = {label: tags for label, tags in INVALIDATES.items() if label != "library.Shelf"}
    with override_settings(SPMS_CACHE_INVALIDATES={**fewer, "library.Book": ["book:{pk}"]}):
        assert "W005" not in found()
        assert "W005" not in found(databases=["default"])
        message = found(databases=["postgres"])["W005"]
    assert "library_book (outdated), library_shelf (undeclared)" in message.msg
    library.run("ALTER TABLE library_loan DISABLE TRIGGER USER")
    assert "library_loan (disabled)" in found(databases=["postgres"])["W005"].msg
    install()
