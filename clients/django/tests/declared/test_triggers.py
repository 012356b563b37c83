"""What the triggers write of each kind of statement."""

import uuid

import pytest
from django.db import connections, transaction

from tests.library.models import Audiobook, Author, Book, Loan, Reader, Seat, Shelf, Untouched
from tests.support.library import ODD, Library


@pytest.fixture
def author(library: Library) -> Author:
    made = Author.objects.create(name="Ann", slug="ann")
    assert library.written().tags == {f"author:{made.pk}", "slug:ann"}
    return made


@pytest.fixture
def book(library: Library, author: Author) -> Book:
    made = Book.objects.create(title="One", author=author)
    assert library.written().tags == {f"book:{made.pk}"}
    return made


def test_an_insert_writes_the_tags_of_the_new_row(library: Library, book: Book) -> None:
    reader = Reader.objects.create()
    assert library.written().tags == {f"reader:{reader.pk}", f"card:{reader.card}"}
    Loan.objects.create(book=book, reader=reader)
    assert library.written().tags == {f"reader:{reader.pk}:books", f"book:{book.pk}"}


def test_an_update_writes_the_tags_of_the_old_and_of_the_new_row(
    library: Library, book: Book
) -> None:
    first, second = Shelf.objects.create(room="a"), Shelf.objects.create(room="b")
    book.shelf = first
    book.save()
    library.written()
    Book.objects.filter(pk=book.pk).update(shelf=second)
    assert library.written().tags == {f"book:{book.pk}", f"shelf:{first.pk}", f"shelf:{second.pk}"}


def test_related_rows_are_joined(library: Library, book: Book) -> None:
    readers = Reader.objects.bulk_create([Reader(), Reader()])
    Loan.objects.bulk_create([Loan(book=book, reader=reader) for reader in readers])
    library.written()
    library.run("UPDATE library_book SET title = 'Two'")
    expected = {f"book:{book.pk}", *(f"reader:{reader.pk}:books" for reader in readers)}
    assert library.written().tags == expected


def test_bulk_update_and_bulk_create_are_seen(library: Library, author: Author) -> None:
    books = Book.objects.bulk_create([Book(title=str(n), author=author) for n in range(3)])
    assert library.written().tags == {f"book:{book.pk}" for book in books}
    for book in books:
        book.title += "!"
    Book.objects.bulk_update(books, ["title"])
    assert library.written().tags == {f"book:{book.pk}" for book in books}


def test_a_delete_cascades_to_what_shows_it(library: Library, book: Book) -> None:
    reader = Reader.objects.create()
    Loan.objects.create(book=book, reader=reader)
    library.written()
    book.delete()
    assert library.written().tags >= {f"book:{1}", f"reader:{reader.pk}:books"}


def test_a_relation_that_is_set_to_null_writes_the_tags_of_its_row(
    library: Library, book: Book
) -> None:
    shelf = Shelf.objects.create(room="a")
    Book.objects.update(shelf=shelf)
    library.written()
    number = shelf.pk
    shelf.delete()
    assert library.written().tags == {f"book:{book.pk}", f"shelf:{number}", "shelves"}


def test_many_to_many_tables_are_seen(library: Library, book: Book, author: Author) -> None:
    book.editors.add(author)
    assert library.written().tags == {f"author:{author.pk}:edits"}
    book.editors.set([])
    assert library.written().tags == {f"author:{author.pk}:edits"}
    author.edits.add(book)
    author.edits.clear()
    assert library.written().tags == {f"author:{author.pk}:edits"}


def test_a_row_of_an_inherited_model_is_a_row_of_both_tables(
    library: Library, author: Author
) -> None:
    heard = Audiobook.objects.create(title="Heard", author=author)
    assert library.written().tags == {f"book:{heard.pk}"}
    Audiobook.objects.update(minutes=5)
    assert library.written().tags == {f"book:{heard.pk}"}


def test_what_changes_nothing_writes_nothing(library: Library, book: Book) -> None:
    book.save()
    assert library.written().rows == 0
    Book.objects.update(details={"pages": 1})
    assert library.written().tags == {f"book:{book.pk}"}
    Book.objects.update(details={"pages": 1})
    assert library.written().rows == 0
    Book.objects.filter(pk=-1).delete()
    Book.objects.filter(pk=-1).update(title="None")
    assert library.written().rows == 0


def test_what_is_ignored_writes_nothing_by_itself(library: Library) -> None:
    reader = Reader.objects.create()
    library.written()
    Reader.objects.update(last_seen=5)
    assert library.written().rows == 0
    Reader.objects.update(last_seen=6, town="Perth")
    assert library.written().tags == {f"reader:{reader.pk}", f"card:{reader.card}"}


def test_what_is_rolled_back_writes_nothing(library: Library, book: Book) -> None:
    with transaction.atomic(using="postgres"):
        book.title = "No"
        book.save()
        transaction.set_rollback(True, using="postgres")
    assert library.written().rows == 0
    with transaction.atomic(using="postgres"):
        Shelf.objects.create(room="kept")
        with transaction.atomic(using="postgres"):
            book.save()
            Book.objects.update(title="No")
            transaction.set_rollback(True, using="postgres")
    assert library.written().tags == {"shelves"}


def test_truncate_writes_the_families(library: Library, book: Book) -> None:
    library.run("TRUNCATE library_loan, library_shelf CASCADE")
    written = library.written()
    assert written.patterns >= {"reader:*:books", "book:*"}
    assert "shelves" in written.tags
    assert not written.everything


def test_copy_and_on_conflict_are_seen(library: Library, author: Author) -> None:
    with (
        connections["postgres"].cursor() as cursor,
        cursor.copy("COPY library_author (id, name, slug) FROM STDIN") as copy,
    ):
        copy.write("901\tBea\tbea\n902\tCid\tcid\n")
    assert library.written().tags == {"author:901", "author:902", "slug:bea", "slug:cid"}
    library.run(
        "INSERT INTO library_author (id, name, slug) VALUES (901, 'Bea', 'b'), (903, 'Dora', 'd') "
        "ON CONFLICT (id) DO UPDATE SET slug = EXCLUDED.slug"
    )
    assert library.written().tags == {"author:901", "author:903", "slug:bea", "slug:b", "slug:d"}
    library.run(
        "INSERT INTO library_author (id, name, slug) VALUES (901, '', '') ON CONFLICT DO NOTHING"
    )
    assert library.written().rows == 0
    library.run(
        "MERGE INTO library_author a USING (VALUES (901), (904)) AS v (id) ON a.id = v.id "
        "WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN "
        "INSERT (id, name, slug) VALUES (v.id, '', 'm')"
    )
    assert library.written().tags == {"author:901", "slug:b", "author:904", "slug:m"}


def test_names_that_need_quotes(library: Library) -> None:
    library.run(f"INSERT INTO {ODD} VALUES (5, 'x')")
    assert library.written().tags == {"it's_\\_$5:x"}
    library.run(f"UPDATE {ODD} SET \"Select\" = 'y'")
    assert library.written().tags == {"it's_\\_$5:x", "it's_\\_$5:y"}
    library.run(f"TRUNCATE {ODD}")
    assert library.written().patterns == {"it's_\\\\_$*:*"}


def test_a_value_that_is_no_name_reaches_its_family(library: Library) -> None:
    for slug in ("two words", "x" * 600, "a\u00a0b", "a\tb"):
        author = Author.objects.create(name="Ann", slug=slug)
        written = library.written()
        assert written.tags == {f"author:{author.pk}"}
        assert written.patterns == {"slug:*"}
    Author.objects.create(name="Ann", slug="Käfer*?[]")
    assert "slug:Käfer*?[]" in library.written().tags


def test_a_composite_key_joins_old_and_new(library: Library) -> None:
    Seat.objects.create(room=1, number=2)
    assert library.written().tags == {"room:1", "room:1:seat:2"}
    library.run("UPDATE library_seat SET number = 2")
    assert library.written().rows == 0
    library.run("UPDATE library_seat SET number = 3")
    assert library.written().tags == {"room:1", "room:1:seat:2", "room:1:seat:3"}


def test_partitions_without_a_primary_key(library: Library) -> None:
    library.run("INSERT INTO library_visit VALUES (1, 7, 50), (1, 8, 150)")
    assert library.written().tags == {"reader:7:visits", "reader:8:visits"}
    library.run("UPDATE library_visit SET day = 160 WHERE reader_id = 7")
    assert library.written().tags == {"reader:7:visits"}
    library.run("UPDATE library_visit_late SET reader_id = 9 WHERE reader_id = 7")
    assert library.written().tags == {"reader:7:visits", "reader:9:visits"}
    library.run("DELETE FROM library_visit")
    assert library.written().tags == {"reader:8:visits", "reader:9:visits"}
    library.run("TRUNCATE library_visit_early")
    assert library.written().patterns == {"reader:*:visits"}


def test_an_undeclared_table_has_no_trigger(library: Library) -> None:
    Untouched.objects.create()
    assert library.written().rows == 0


def test_uuids_read_as_in_python(library: Library) -> None:
    card = uuid.UUID(int=10)
    library.run(
        "INSERT INTO library_reader (id, card, last_seen, town) VALUES (1, %s, 0, '')", card
    )
    assert library.written().tags == {"reader:1", f"card:{card}"}
