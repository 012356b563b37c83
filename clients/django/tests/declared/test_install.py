"""
That triggers are installed, compared, brought up to date and taken away, without more rights than
needed.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import OperationalError, connections, transaction
from django.test import override_settings

from spms_cache_django.invalidation.declaration import read_declarations
from spms_cache_django.outbox.catalogue import OutboxError
from spms_cache_django.outbox.install import install_steps, remove_steps, run_steps
from spms_cache_django.outbox.options import outbox_options
from spms_cache_django.outbox.outbox_table import grants_for_reader
from spms_cache_django.outbox.plan import plan, undeclared
from spms_cache_django.outbox.quoting import Table
from tests.library.models import Author, Book, Shelf
from tests.library.settings import INVALIDATES
from tests.support.library import Library
from tests.support.triggers import install

ALIAS = "postgres"
EVENTS = ["spms_cache_delete", "spms_cache_insert", "spms_cache_truncate", "spms_cache_update"]


def states() -> dict[str, str]:
    declarations, _ = read_declarations()
    plans = plan(connections[ALIAS], declarations, outbox_options())
    return {each.table.name: each.state for each in plans if each.state != "installed"}


def triggers_of(library: Library, table: str) -> list[str]:
    rows = library.run(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal "
        "ORDER BY 1",
        table,
    )
    return [name for (name,) in rows]


def test_a_second_time_there_is_nothing_to_do(library: Library) -> None:
    assert install() == []
    assert states() == {}
    assert triggers_of(library, "library_book") == EVENTS
    assert triggers_of(library, "library_visit_late") == EVENTS
    assert triggers_of(library, "library_untouched") == []


def test_what_is_declared_otherwise_is_outdated_and_brought_up_to_date(library: Library) -> None:
    changed = {**INVALIDATES, "library.Shelf": ["shelf:{pk}"]}
    with override_settings(SPMS_CACHE_INVALIDATES=changed):
        assert states() == {"library_shelf": "outdated"}
        install()
        assert states() == {}
        shelf = Shelf.objects.create(room="a")
        assert library.written().tags == {f"shelf:{shelf.pk}"}
    install()


def test_what_is_declared_no_longer_is_taken_away(library: Library) -> None:
    fewer = {label: tags for label, tags in INVALIDATES.items() if label != "library.Shelf"}
    with override_settings(SPMS_CACHE_INVALIDATES=fewer):
        declarations, _ = read_declarations()
        plans = plan(connections[ALIAS], declarations, outbox_options())
        left = undeclared(connections[ALIAS], plans, outbox_options())
        assert {trigger.table.name for trigger in left} == {"library_shelf"}
        install()
        assert triggers_of(library, "library_shelf") == []
        Shelf.objects.create(room="a")
        assert library.written().rows == 0
    install()


def test_a_trigger_that_is_disabled_or_gone_is_found(library: Library) -> None:
    library.run("ALTER TABLE library_shelf DISABLE TRIGGER spms_cache_update")
    library.run("DROP TRIGGER spms_cache_insert ON library_author")
    assert states() == {"library_shelf": "disabled", "library_author": "outdated"}
    install()
    assert states() == {}
    Shelf.objects.create(room="a")
    library.run("UPDATE library_shelf SET room = 'b'")
    assert library.written().rows == 2


def test_a_new_partition_is_missing_until_it_is_installed(library: Library) -> None:
    library.run(
        "CREATE TABLE library_visit_next PARTITION OF library_visit FOR VALUES FROM (200) TO (300)"
    )
    assert states() == {"library_visit_next": "missing"}
    install()
    library.run("INSERT INTO library_visit_next VALUES (1, 5, 250)")
    assert library.written().tags == {"reader:5:visits"}
    library.run("DROP TABLE library_visit_next")


def test_all_is_taken_away_and_the_outbox_stays(library: Library) -> None:
    Shelf.objects.create(room="a")
    run_steps(connections[ALIAS], remove_steps(connections[ALIAS], outbox_options()))
    Shelf.objects.create(room="b")
    left = library.run("SELECT count(*) FROM pg_proc WHERE proname LIKE 'spms_cache_%%'")
    assert left == [(0,)]
    assert library.written().rows == 1
    install()


def test_a_table_in_use_is_not_waited_for_without_end(library: Library) -> None:
    library.run("DROP TRIGGER spms_cache_insert ON library_shelf")
    other = connections[ALIAS].copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN; UPDATE library_shelf SET room = room")
        with pytest.raises(OperationalError, match="lock timeout"):
            install()
    finally:
        other.close()
    install()


def test_a_table_or_database_that_is_not_there_is_named(library: Library) -> None:
    declarations, _ = read_declarations()
    with pytest.raises(OutboxError, match="'default' is SQLite: the outbox needs PostgreSQL"):
        install_steps(connections["default"], declarations, outbox_options())
    library.run("ALTER TABLE library_seat RENAME TO library_chair")
    try:
        with pytest.raises(OutboxError, match=r"library\.Seat has no table library_seat"):
            install_steps(connections[ALIAS], declarations, outbox_options())
    finally:
        library.run("ALTER TABLE library_chair RENAME TO library_seat")


def test_another_schema_and_table(library: Library) -> None:
    library.run('CREATE SCHEMA "else where"')
    options = replace(outbox_options(), schema="else where", table="out's box")
    declarations, _ = read_declarations()
    try:
        run_steps(connections[ALIAS], remove_steps(connections[ALIAS], outbox_options()))
        run_steps(connections[ALIAS], install_steps(connections[ALIAS], declarations, options))
        Shelf.objects.create(room="a")
        assert library.run('SELECT tags FROM "else where"."out\'s box"') == [(["shelves"],)]
    finally:
        library.run('DROP SCHEMA "else where" CASCADE')
        install()


@pytest.fixture
def roles(library: Library) -> Iterator[None]:
    """One that writes the tables, and the sidecar's."""
    library.run('CREATE ROLE writer LOGIN; CREATE ROLE "the reader" LOGIN')
    library.run("GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON library_shelf TO writer")
    library.run("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO writer")
    outbox = Table("public", "spms_cache_outbox")
    library.run("; ".join(grants_for_reader(outbox, "the reader")))
    yield
    library.run('RESET ROLE; DROP OWNED BY writer, "the reader"; DROP ROLE writer, "the reader"')


@pytest.mark.usefixtures("roles")
def test_who_writes_a_table_needs_no_right_on_the_outbox(library: Library) -> None:
    library.run("SET ROLE writer")
    library.run("INSERT INTO library_shelf (room) VALUES ('a')")
    for statement in ("SELECT * FROM spms_cache_outbox", "DELETE FROM spms_cache_outbox"):
        with pytest.raises(Exception, match="permission denied for table spms_cache_outbox"):
            library.run(statement)
    library.run("RESET ROLE")
    assert library.written().tags == {"shelves"}


@pytest.mark.usefixtures("roles")
def test_the_callers_search_path_and_temporary_tables_change_nothing(library: Library) -> None:
    library.run("SET ROLE writer")
    library.run("CREATE TEMP TABLE spms_cache_outbox (tags text[], patterns text[])")
    library.run("SET search_path = pg_temp")
    library.run("INSERT INTO public.library_shelf (room) VALUES ('a')")
    assert library.run("SELECT * FROM spms_cache_outbox") == []
    library.run("RESET search_path; DROP TABLE pg_temp.spms_cache_outbox; RESET ROLE")
    assert library.written().tags == {"shelves"}


@pytest.mark.usefixtures("roles")
def test_a_function_that_the_caller_puts_first_is_not_run_with_the_owners_rights(
    library: Library,
) -> None:
    library.run("CREATE SCHEMA evil AUTHORIZATION writer")
    library.run("SET ROLE writer")
    library.run(
        "CREATE FUNCTION evil.cardinality(text[]) RETURNS int LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'run by %', current_user; END $$"
    )
    library.run("SET search_path = evil, pg_catalog")
    try:
        library.run("INSERT INTO public.library_shelf (room) VALUES ('a')")
    finally:
        library.run("RESET search_path; RESET ROLE; DROP SCHEMA evil CASCADE")
    assert library.written().tags == {"shelves"}


@pytest.mark.usefixtures("roles")
def test_the_sidecars_role_takes_rows_and_can_do_nothing_else(library: Library) -> None:
    Shelf.objects.create(room="a")
    library.run('SET ROLE "the reader"')
    taken = library.run(
        "DELETE FROM public.spms_cache_outbox WHERE id IN (SELECT id FROM public.spms_cache_outbox "
        "ORDER BY id LIMIT 10 FOR UPDATE SKIP LOCKED) RETURNING tags"
    )
    assert taken == [(["shelves"],)]
    for statement in (
        "SELECT * FROM library_shelf",
        "INSERT INTO spms_cache_outbox (everything) VALUES (true)",
        "UPDATE spms_cache_outbox SET everything = true",
        "TRUNCATE spms_cache_outbox",
    ):
        with pytest.raises(Exception, match="permission denied"):
            library.run(statement)


def test_a_column_that_is_gone_invalidates_everything_and_fails_no_write(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    author = Author.objects.create(name="Ann")
    Book.objects.create(title="One", author=author)
    library.written()
    library.run("ALTER TABLE library_loan RENAME COLUMN reader_id TO borrower_id")
    try:
        library.run("UPDATE library_book SET title = 'Two'")
        assert library.written().everything
    finally:
        library.run("ALTER TABLE library_loan RENAME COLUMN borrower_id TO reader_id")
    library.run("UPDATE library_book SET title = 'Three'")
    assert not library.written().everything


@pytest.mark.parametrize("notify", [True, False])
def test_a_commit_notifies_once_unless_that_is_switched_off(library: Library, notify: bool) -> None:
    install(notify=notify)
    listener = connections[ALIAS].copy()
    try:
        with listener.cursor() as cursor:
            cursor.execute("LISTEN spms_cache_outbox")
        with transaction.atomic(using=ALIAS):
            for room in "abc":
                Shelf.objects.create(room=room)
        raw = listener.connection
        heard = list(raw.notifies(timeout=1, stop_after=2))
        assert [each.payload for each in heard] == ([""] if notify else [])
    finally:
        listener.close()
        install()
