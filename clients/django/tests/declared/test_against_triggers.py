"""
Signals and triggers are two readings of one declaration: what one finds, the other finds, too.
"""

import random
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from django.db import transaction
from django.db.models import Model

from tests.library.models import Author, Book, Loan, Reader, Shelf
from tests.support.announced import taken
from tests.support.library import Library

STEPS = 400


@pytest.fixture(autouse=True)
def nothing_after() -> Iterator[None]:
    yield
    taken()


def test_random_changes_are_announced_as_the_triggers_write_them(library: Library) -> None:
    """Signals announce more: a save that changes nothing."""
    choices = random.Random(19)  # noqa: S311
    taken()
    for step in range(STEPS):
        change = choices.choice(CHANGES)
        with transaction.atomic(using="postgres"):
            change(choices)
            if choices.random() < 0.3:
                choices.choice(CHANGES)(choices)
        written = library.written()
        announced = {tag for call in taken() for tag in call.tags}
        assert not written.everything
        assert written.tags <= announced, f"step {step}, {change.__name__}"


_Row = TypeVar("_Row", bound=Model)


def some(choices: random.Random, model: type[_Row]) -> _Row | None:
    keys = list(model._default_manager.values_list("pk", flat=True))
    return model._default_manager.get(pk=choices.choice(keys)) if keys else None


def add_author(choices: random.Random) -> None:
    Author.objects.create(name="A", slug=f"a{choices.randrange(5)}")


def add_reader(choices: random.Random) -> None:
    Reader.objects.create(town="Perth")


def add_shelf(choices: random.Random) -> None:
    Shelf.objects.create(room="r", keeper=some(choices, Author))


def add_book(choices: random.Random) -> None:
    author = some(choices, Author)
    if author:
        Book.objects.create(title="B", author=author, shelf=some(choices, Shelf))


def lend(choices: random.Random) -> None:
    book, reader = some(choices, Book), some(choices, Reader)
    if book and reader:
        Loan.objects.update_or_create(
            book=book, reader=reader, defaults={"weeks": choices.randrange(9)}
        )


def move_loan(choices: random.Random) -> None:
    loan, reader = some(choices, Loan), some(choices, Reader)
    if not loan or not reader:
        return
    if not Loan.objects.filter(book=loan.book_id, reader=reader).exists():
        loan.reader = reader
        loan.save()


def change_author(choices: random.Random) -> None:
    author = some(choices, Author)
    if author:
        author.slug = f"a{choices.randrange(5)}"
        author.save(update_fields=choices.choice([None, ["slug"], ["name"]]))


def change_book(choices: random.Random) -> None:
    book = some(choices, Book)
    if book:
        book.shelf = some(choices, Shelf)
        book.title += "!"
        book.save()


def edit(choices: random.Random) -> None:
    book, author = some(choices, Book), some(choices, Author)
    if book and author:
        choices.choice([book.editors.add, book.editors.remove])(author)
        choices.choice([author.edits.add, author.edits.remove])(book)


def clear_editors(choices: random.Random) -> None:
    book, author = some(choices, Book), some(choices, Author)
    if book and author:
        kind = choices.randrange(3)
        if kind == 0:
            book.editors.clear()
        elif kind == 1:
            author.edits.clear()
        else:
            book.editors.set([author])


def delete_one(choices: random.Random) -> None:
    models: list[type[Model]] = [Author, Book, Shelf, Loan, Reader]
    one = some(choices, choices.choice(models))
    if one:
        one.delete()


def delete_several(choices: random.Random) -> None:
    model: type[Model] = choices.choice([Book, Shelf, Loan])
    model._default_manager.filter(pk__gt=choices.randrange(400)).delete()


CHANGES: list[Callable[[random.Random], None]] = [
    *(add_author, add_reader, add_shelf, add_book, add_book, lend, lend, lend, move_loan),
    *(change_author, change_book, edit, edit, clear_editors, delete_one, delete_several),
]
