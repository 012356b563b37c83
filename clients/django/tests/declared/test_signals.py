"""What changes through Django's models are announced as, and when."""

from collections.abc import Iterator

import pytest
from django.db import connections, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from tests.library.models import Audiobook, Author, Book, Classic, Loan, Reader, Review, Shelf
from tests.support.announced import taken
from tests.support.library import Library


@pytest.fixture(autouse=True)
def nothing_before(library: Library) -> Iterator[None]:
    taken()
    yield
    taken()


@pytest.fixture
def author() -> Author:
    made = Author.objects.create(name="Ann", slug="ann")
    taken()
    return made


@pytest.fixture
def book(author: Author) -> Book:
    made = Book.objects.create(title="One", author=author)
    taken()
    return made


def tags() -> set[str]:
    """Of the one call that there was."""
    (call,) = taken()
    assert not call.patterns
    assert not call.everything
    return call.tags


def count_queries() -> CaptureQueriesContext:
    return CaptureQueriesContext(connections["postgres"])


def test_a_new_row_takes_no_query_more(author: Author) -> None:
    with count_queries() as queries:
        book = Book.objects.create(title="One", author=author)
    assert tags() == {f"book:{book.pk}"}
    assert len(queries) == 1


def test_a_save_announces_the_old_values_and_the_new_ones(book: Book) -> None:
    first, second = Shelf.objects.create(room="a"), Shelf.objects.create(room="b")
    Book.objects.update(shelf=first)
    taken()
    book.shelf = second
    with count_queries() as queries:
        book.save()
    assert tags() == {f"book:{book.pk}", f"shelf:{first.pk}", f"shelf:{second.pk}"}
    # The old shelf; the save itself; the readers who have it.
    assert len(queries) == 3


def test_a_save_of_columns_that_no_tag_is_made_of_reads_no_old_row(book: Book) -> None:
    book.title = "Two"
    with count_queries() as queries:
        book.save(update_fields=["title"])
    assert tags() == {f"book:{book.pk}"}
    assert len(queries) == 2


def test_a_tag_of_the_key_alone_takes_no_query(author: Author) -> None:
    heard = Audiobook.objects.create(title="Heard", author=author)
    taken()
    with count_queries() as queries:
        author.save(update_fields=["name"])
    assert tags() == {f"author:{author.pk}", "slug:ann"}
    assert len(queries) == 1
    heard.save(update_fields=["minutes"])
    assert tags() == {f"book:{heard.pk}"}


def test_related_rows_are_read(book: Book) -> None:
    readers = [Reader.objects.create() for _ in range(2)]
    for reader in readers:
        Loan.objects.create(book=book, reader=reader)
    taken()
    book.save()
    assert tags() == {f"book:{book.pk}", *(f"reader:{reader.pk}:books" for reader in readers)}


def test_a_deletion_announces_what_was_related(book: Book) -> None:
    reader = Reader.objects.create()
    Loan.objects.create(book=book, reader=reader)
    book.editors.add(book.author)
    number, person = book.pk, book.author_id
    taken()
    book.delete()
    assert tags() == {f"book:{number}", f"reader:{reader.pk}:books", f"author:{person}:edits"}


def test_a_deletion_reads_the_row_as_it_is_and_not_as_it_was_changed(book: Book) -> None:
    first, second = Shelf.objects.create(room="a"), Shelf.objects.create(room="b")
    Book.objects.update(shelf=first)
    taken()
    book.shelf = second
    number = book.pk
    book.delete()
    assert tags() == {f"book:{number}", f"shelf:{first.pk}"}


def test_a_queryset_is_deleted_with_all_it_takes_along(book: Book, author: Author) -> None:
    shelf = Shelf.objects.create(room="a")
    Book.objects.update(shelf=shelf)
    taken()
    Author.objects.filter(pk=author.pk).delete()
    assert tags() == {f"author:{author.pk}", "slug:ann", f"book:{book.pk}", f"shelf:{shelf.pk}"}


def test_a_relation_that_a_deletion_sets_to_null_is_seen(book: Book) -> None:
    shelf = Shelf.objects.create(room="a")
    Book.objects.update(shelf=shelf)
    taken()
    number = shelf.pk
    shelf.delete()
    assert tags() == {"shelves", f"book:{book.pk}", f"shelf:{number}"}


def test_many_to_many_in_both_directions(book: Book, author: Author) -> None:
    other = Author.objects.create(name="Bea", slug="bea")
    taken()
    book.editors.add(author)
    assert tags() == {f"author:{author.pk}:edits"}
    book.editors.set([other])
    assert tags() == {f"author:{author.pk}:edits", f"author:{other.pk}:edits"}
    other.edits.remove(book)
    assert tags() == {f"author:{other.pk}:edits"}
    author.edits.add(book)
    taken()
    book.editors.clear()
    assert tags() == {f"author:{author.pk}:edits"}
    author.edits.set([book])
    taken()
    author.edits.clear()
    assert tags() == {f"author:{author.pk}:edits"}
    book.editors.add(author)
    taken()
    book.editors.add(author)
    assert taken() == []


def test_proxies_and_inherited_models_are_their_table(book: Book, author: Author) -> None:
    classic = Classic.objects.get(pk=book.pk)
    classic.save()
    assert tags() == {f"book:{book.pk}"}
    shelf = Shelf.objects.create(room="a")
    taken()
    heard = Audiobook.objects.create(title="Heard", author=author, shelf=shelf)
    assert tags() == {f"book:{heard.pk}", f"shelf:{shelf.pk}"}
    number = heard.pk
    heard.delete()
    assert tags() == {f"book:{number}", f"shelf:{shelf.pk}"}


def test_values_that_only_the_database_knows_are_read_back(book: Book) -> None:
    shelf = Shelf.objects.create(room="a")
    other = Shelf.objects.create(room="b")
    assert other.pk == shelf.pk + 1
    Book.objects.update(shelf=shelf)
    taken()
    book.refresh_from_db()
    book.shelf_id = F("shelf_id") + 1
    book.save()
    assert tags() == {f"book:{book.pk}", f"shelf:{shelf.pk}", f"shelf:{other.pk}"}
    deferred = Book.objects.defer("shelf").get()
    deferred.title = "Deferred"
    deferred.save()
    assert tags() == {f"book:{book.pk}", f"shelf:{other.pk}"}


def test_a_row_that_is_saved_under_a_key_that_exists_is_an_update(author: Author) -> None:
    Author(pk=author.pk, name="Ann", slug="new").save()
    assert tags() == {f"author:{author.pk}", "slug:ann", "slug:new"}
    Author(pk=str(author.pk), name="Ann", slug="new").save()
    assert tags() == {f"author:{author.pk}", "slug:new"}


def test_ignored_columns(author: Author) -> None:
    reader = Reader.objects.create()
    taken()
    reader.save(update_fields=["last_seen"])
    assert taken() == []
    reader.save(update_fields=["last_seen", "town"])
    assert tags() == {f"reader:{reader.pk}", f"card:{reader.card}"}


def test_a_transaction_is_announced_once_after_its_commit(book: Book, author: Author) -> None:
    with transaction.atomic(using="postgres"):
        book.save()
        with transaction.atomic(using="postgres"):
            author.save()
            book.save()
        assert taken() == []
    assert tags() == {f"book:{book.pk}", f"author:{author.pk}", "slug:ann"}


def test_what_is_rolled_back_is_not_announced(book: Book, author: Author) -> None:
    with transaction.atomic(using="postgres"):
        book.save()
        transaction.set_rollback(True, using="postgres")
    assert taken() == []
    author.save()
    assert tags() == {f"author:{author.pk}", "slug:ann"}


def test_what_comes_after_a_savepoint_that_was_rolled_back_is_announced(
    book: Book, author: Author
) -> None:
    with transaction.atomic(using="postgres"):
        with transaction.atomic(using="postgres"):
            book.save()
            transaction.set_rollback(True, using="postgres")
        author.save()
    assert tags() >= {f"author:{author.pk}", "slug:ann"}
    with transaction.atomic(using="postgres"):
        author.save()
        with transaction.atomic(using="postgres"):
            book.save()
            transaction.set_rollback(True, using="postgres")
    assert tags() >= {f"author:{author.pk}", "slug:ann"}


def test_a_savepoint_within_others_is_announced_once(book: Book, author: Author) -> None:
    with transaction.atomic(using="postgres"), transaction.atomic(using="postgres"):
        with transaction.atomic(using="postgres"):
            book.save()
        author.save()
    assert tags() == {f"book:{book.pk}", f"author:{author.pk}", "slug:ann"}


def test_another_hook_of_the_commit_may_save_too(book: Book, author: Author) -> None:
    with transaction.atomic(using="postgres"):
        transaction.on_commit(author.save, using="postgres")
        book.save()
    first, second = taken()
    assert first.tags == {f"author:{author.pk}", "slug:ann"}
    assert second.tags == {f"book:{book.pk}"}


def test_bulk_changes_are_not_seen(book: Book, author: Author) -> None:
    Book.objects.update(title="Two")
    Book.objects.bulk_update([book], ["title"])
    Book.objects.bulk_create([Book(title="Three", author=author)])
    assert taken() == []


def test_savepoints_of_every_depth_lose_nothing(author: Author) -> None:
    """What is committed is announced, whichever savepoints around it were rolled back before."""
    others = [Author.objects.create(name=str(number)) for number in range(4)]
    taken()
    for rolled_back in range(16):
        with transaction.atomic(using="postgres"):
            nest(others, rolled_back)
            author.save()
        committed = {f"author:{author.pk}"}
        for level, each in enumerate(others):
            if not any(rolled_back >> outer & 1 for outer in range(level + 1)):
                committed.add(f"author:{each.pk}")
        assert tags() >= committed


def nest(left: list[Author], rolled_back: int) -> None:
    """A savepoint within another for each; bit 0 of `rolled_back` is for the outermost."""
    if left:
        with transaction.atomic(using="postgres"):
            nest(left[1:], rolled_back >> 1)
            left[0].save()
            transaction.set_rollback(bool(rolled_back & 1), using="postgres")


def test_without_autocommit_it_is_said_that_the_commit_is_not_waited_for(
    author: Author, caplog: pytest.LogCaptureFixture
) -> None:
    transaction.set_autocommit(False, using="postgres")
    try:
        author.save()
        assert tags() == {f"author:{author.pk}", "slug:ann"}
        transaction.commit(using="postgres")
    finally:
        transaction.set_autocommit(True, using="postgres")
    (record,) = caplog.records
    assert record.getMessage() == (
        "Invalidated before the commit, because autocommit is off in 'postgres'"
    )


def test_a_relation_that_a_deletion_sets_to_another_row_is_seen_before_and_after(
    book: Book, author: Author
) -> None:
    first, default = Shelf.objects.create(room="a"), Shelf.objects.create(room="b")
    Review.objects.create(shelf=default)
    review = Review.objects.create(shelf=first)
    taken()
    Review.default_shelf = default.pk
    number = first.pk
    first.delete()
    review.refresh_from_db()
    assert review.shelf_id == default.pk
    assert tags() == {"shelves", f"reviews:{number}", f"reviews:{default.pk}"}
