"""Statements that change many rows, and transactions that are open beside each other."""

import pytest
from django.db import connections, transaction

from tests.library.models import Author, Book, Shelf
from tests.support.library import Library
from tests.support.triggers import install

ALIAS = "postgres"
MANY = 100_000


@pytest.fixture
def books(library: Library) -> Author:
    """A hundred thousand, of one author and on no shelf."""
    author = Author.objects.create(name="Ann")
    library.run(
        "INSERT INTO library_book (id, title, author_id, is_lent, details) "
        "SELECT n, 'Book', %s, false, '{}' FROM generate_series(1, %s) n",
        author.pk,
        MANY,
    )
    library.run("TRUNCATE spms_cache_outbox")
    return author


def test_an_update_of_many_rows_writes_families(library: Library, books: Author) -> None:
    Shelf.objects.create(pk=7, room="a")
    library.written()
    library.run("UPDATE library_book SET shelf_id = 7")
    written = library.written()
    assert written.tags == set()
    assert written.patterns == {"book:*", "reader:*:books", "shelf:*"}
    assert (written.rows, written.everything) == (1, False)


def test_up_to_the_bound_each_tag_is_written_in_rows_of_a_thousand(
    library: Library, books: Author
) -> None:
    library.run("UPDATE library_book SET title = 'Two' WHERE id <= 10000")
    written = library.written()
    assert written.tags == {f"book:{number}" for number in range(1, 10_001)}
    assert (written.rows, written.patterns) == (10, set())
    library.run("UPDATE library_book SET title = 'Three' WHERE id <= 10001")
    assert library.written().patterns == {"book:*", "reader:*:books", "shelf:*"}


def test_many_rows_with_few_tags_are_no_flood(library: Library, books: Author) -> None:
    library.run(
        "INSERT INTO library_reader (id, card, last_seen, town) "
        "SELECT n, gen_random_uuid(), 0, '' FROM generate_series(1, 100) n"
    )
    library.written()
    library.run(
        "INSERT INTO library_loan (book_id, reader_id, weeks) "
        "SELECT 1 + n % 10, n, 2 FROM generate_series(1, 100) n"
    )
    assert len(library.written().tags) == 110
    library.run("INSERT INTO library_shelf (room) SELECT n FROM generate_series(1, %s) n", MANY)
    assert library.written().tags == {"shelves"}


def test_an_update_of_many_rows_that_changes_nothing_writes_nothing(
    library: Library, books: Author
) -> None:
    library.run("UPDATE library_book SET title = 'Book'")
    assert library.written().rows == 0


def test_the_bound_is_an_option(library: Library, books: Author) -> None:
    install(fold_above=10)
    library.run("UPDATE library_book SET title = 'Two' WHERE id <= 10")
    assert len(library.written().tags) == 10
    library.run("UPDATE library_book SET title = 'Three' WHERE id <= 11")
    assert library.written().patterns == {"book:*", "reader:*:books", "shelf:*"}
    install()


def test_a_transaction_that_stays_open_holds_back_only_its_own_rows(library: Library) -> None:
    other = connections[ALIAS].copy()
    author = Author.objects.create(name="Ann", slug="ann")
    library.written()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("INSERT INTO library_shelf (room) VALUES ('open')")
            with transaction.atomic(using=ALIAS):
                Author.objects.update(name="Bea")
            assert library.written().tags == {f"author:{author.pk}", "slug:ann"}
            cursor.execute("COMMIT")
        assert library.written().tags == {"shelves"}
    finally:
        other.close()


def test_many_transactions_write_side_by_side(library: Library) -> None:
    """None waits for another's row of the outbox."""
    others = [connections[ALIAS].copy() for _ in range(8)]
    try:
        cursors = [other.cursor() for other in others]
        for number, cursor in enumerate(cursors):
            cursor.execute("BEGIN; SET LOCAL lock_timeout = '2s'")
            cursor.execute(
                "INSERT INTO library_author (name, slug) VALUES ('A', %s)", [str(number)]
            )
        for cursor in reversed(cursors):
            cursor.execute("COMMIT")
        found = {tag for tag in library.written().tags if tag.startswith("slug:")}
        assert found == {f"slug:{number}" for number in range(8)}
    finally:
        for other in others:
            other.close()


def test_a_book_is_as_it_was(library: Library, books: Author) -> None:
    """The trigger changes no row by itself."""
    library.run("UPDATE library_book SET title = 'Two' WHERE id = 5")
    assert Book.objects.filter(title="Two").count() == 1


def test_after_a_flood_a_change_of_one_row_still_finds_related_rows_by_their_index(
    library: Library, books: Author
) -> None:
    library.run(
        "INSERT INTO library_reader (id, card, last_seen, town) "
        "SELECT n, gen_random_uuid(), 0, '' FROM generate_series(1, 10) n"
    )
    library.run(
        "INSERT INTO library_loan (book_id, reader_id, weeks) "
        "SELECT 1 + n, 1 + n % 10, 2 FROM generate_series(0, 49999) n"
    )
    library.run("ANALYZE library_loan")
    connections[ALIAS].close()
    library.run("UPDATE library_book SET title = 'Two'")
    with transaction.atomic(using=ALIAS):
        before = scans(library)
        library.run("UPDATE library_book SET title = 'Three' WHERE id = 5")
        sequential, by_index = (
            after - was for after, was in zip(scans(library), before, strict=True)
        )
    assert (sequential, by_index) == (0, 2)


def scans(library: Library) -> tuple[int, int]:
    """Of the table of loans, in this transaction."""
    ((sequential, by_index),) = library.run(
        "SELECT seq_scan, idx_scan FROM pg_stat_xact_user_tables WHERE relname = 'library_loan'"
    )
    return sequential, by_index
