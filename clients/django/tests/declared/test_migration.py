"""`InstallTriggers()` in a project's migrations."""

from collections.abc import Iterator

import pytest
from django.db import connections
from django.db.migrations import CreateModel
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import BigAutoField, CharField
from django.test import override_settings

from spms_cache_django.outbox.operations import InstallTriggers
from tests.support.library import Library
from tests.support.triggers import install

ALIAS = "postgres"
DECLARED = {
    "library.Card": ["card:{pk}", "card:{colour}"],
    # Only in the models of later.
    "library.Stamp": ["stamp:{pk}"],
}


@pytest.fixture(autouse=True)
def others_later(library: Library) -> Iterator[None]:
    yield
    library.run("DROP TABLE IF EXISTS library_card")
    install()


def make_migration(*of: Operation) -> Migration:
    class ForTest(Migration):
        operations = of

    return ForTest("test", "library")


MODEL = CreateModel("Card", [("id", BigAutoField(primary_key=True)), ("name", CharField())])


@override_settings(SPMS_CACHE_INVALIDATES=DECLARED)
def test_forwards_and_backwards(library: Library, caplog: pytest.LogCaptureFixture) -> None:
    migration = make_migration(MODEL, InstallTriggers())
    connection = connections[ALIAS]
    with connection.schema_editor() as editor:
        migration.apply(ProjectState(), editor)
    library.run("INSERT INTO library_card (name) VALUES ('a')")
    assert library.written().tags == {"card:1"}
    column, model = (record.getMessage() for record in caplog.records)
    assert column.startswith("Not yet in the triggers: library.Card library.Card has no 'colour'")
    assert model.startswith("Not yet in the triggers: library.Stamp is no model")
    with connection.schema_editor() as editor:
        migration.unapply(ProjectState(), editor)
    assert library.run("SELECT count(*) FROM pg_proc WHERE proname LIKE 'spms_cache_%%'") == [(0,)]


@override_settings(SPMS_CACHE_INVALIDATES={"library.Card": ["card:{pk}"]})
def test_another_database_is_left_alone(library: Library) -> None:
    with connections["default"].schema_editor() as editor:
        InstallTriggers().database_forwards("library", editor, ProjectState(), ProjectState())
        InstallTriggers().database_backwards("library", editor, ProjectState(), ProjectState())


def test_it_is_written_into_a_file_of_migrations() -> None:
    name, arguments, options = InstallTriggers().deconstruct()
    assert (name, arguments, options) == ("InstallTriggers", [], {})
    assert InstallTriggers().reversible
    assert InstallTriggers().migration_name_fragment == "install_cache_triggers"
