from typing import TYPE_CHECKING

import pytest
from django.test import override_settings

from spms_cache_django.invalidation import declaration as module
from spms_cache_django.invalidation.declaration import invalidates, read_declarations
from tests.library.models import Book, Classic, Untouched

if TYPE_CHECKING:
    from collections.abc import Mapping

SHELF_AND_ON = ["library_shelf", "library_author", "library_book_editors"]


def faults_of(value: object) -> list[str]:
    with override_settings(SPMS_CACHE_INVALIDATES=value):
        return [f"{fault.label} {fault.message}" for fault in read_declarations()[1]]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (["library.Book"], "SPMS_CACHE_INVALIDATES must be a dictionary"),
        ({"Book": ["a"]}, "Book is not written as 'app.Model'"),
        ({"library.Buch": ["a"]}, "library.Buch is no model"),
        ({"nowhere.Book": ["a"]}, "nowhere.Book is no model"),
        ({"library.Book.editor": ["a"]}, "library.Book.editor is no field"),
        ({"library.Book.author": ["a"]}, "library.Book.author is no many-to-many field"),
        ({"library.Book": "book:{pk}"}, "library.Book 'tags' is not a list of texts"),
        ({"library.Book": [5]}, "library.Book 'tags' has 5"),
        ({"library.Book": ["book:{pk"]}, "library.Book 'book:{pk' has a brace"),
        ({"library.Book": ["book:{isbn}"]}, "library.Book library.Book has no 'isbn'"),
        ({"library.Book": ["a:{loans.reader.age}"]}, "has no 'loans.reader.age'"),
        ({"library.Book": ["a:{title.x}"]}, "has no 'title.x'"),
        ({"library.Book": ["a:{details}"]}, "library.Book.details is a JSONField"),
        ({"library.Seat": ["a:{pk}"]}, "library.Seat.pk has several columns: name one"),
        ({"library.Book": {"tags": ["a"], "ignores": []}}, "library.Book has no ignores"),
        (
            {"library.Book": {"tags": ["a"], "ignore": ["x"]}},
            "'ignore' names 'x', which is no column",
        ),
        ({"library.Book": {"tags": ["a"], "ignore": ["editors"]}}, "'editors', which is no column"),
    ],
)
def test_a_fault_names_what_is_wrong(value: object, reason: str) -> None:
    (fault,) = faults_of(value)
    assert reason in fault


def test_what_is_right_is_read_beside_what_is_not() -> None:
    with override_settings(SPMS_CACHE_INVALIDATES={"library.Book": ["a:{x}", "book:{pk}"]}):
        (declaration,), faults = read_declarations()
    assert [tag.template.text for tag in declaration.tags] == ["book:{pk}"]
    assert len(faults) == 1


@pytest.mark.parametrize(
    ("text", "tables", "column"),
    [
        ("pk", [], "id"),
        ("author_id", [], "author_id"),
        ("author", [], "author_id"),
        ("author.pk", [], "author_id"),
        ("author.slug", ["library_author"], "slug"),
        ("loans.reader_id", ["library_loan"], "reader_id"),
        ("loans.reader.pk", ["library_loan"], "reader_id"),
        ("loans.reader.card", ["library_loan", "library_reader"], "card"),
        ("loans", ["library_loan"], "id"),
        ("editors", ["library_book_editors"], "author_id"),
        ("editors.pk", ["library_book_editors"], "author_id"),
        ("editors.slug", ["library_book_editors", "library_author"], "slug"),
        ("audiobook.minutes", ["library_audiobook"], "minutes"),
        ("shelf.keeper.edits.pk", SHELF_AND_ON, "book_id"),
    ],
)
def test_paths_join_no_more_tables_than_they_need(
    text: str, tables: list[str], column: str
) -> None:
    with override_settings(SPMS_CACHE_INVALIDATES={"library.Book": [f"a:{{{text}}}"]}):
        (declaration,), faults = read_declarations()
    assert faults == []
    ((path,),) = [tag.paths for tag in declaration.tags]
    assert [step.model._meta.db_table for step in path.steps] == tables
    assert path.column == column


def test_an_inherited_field_is_read_by_way_of_the_parent() -> None:
    with override_settings(
        SPMS_CACHE_INVALIDATES={"library.Audiobook": ["a:{pk}", "b:{shelf_id}"]}
    ):
        (declaration,), faults = read_declarations()
    assert faults == []
    own, inherited = (tag.paths[0] for tag in declaration.tags)
    assert (own.steps, own.column) == ((), "book_ptr_id")
    assert [step.model for step in inherited.steps] == [Book]


def test_a_class_decorator_is_a_line_of_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_in_code", [])
    assert invalidates("untouched:{pk}", ignore=["value"])(Untouched) is Untouched
    invalidates("classic:{pk}")(Classic)
    setting: Mapping[str, object] = {"library.Book": ["book:{pk}"]}
    with override_settings(SPMS_CACHE_INVALIDATES=setting):
        declared, faults = read_declarations()
    assert faults == []
    texts = {each.model: [tag.template.text for tag in each.tags] for each in declared}
    assert texts == {Untouched: ["untouched:{pk}"], Book: ["classic:{pk}", "book:{pk}"]}
    assert declared[0].ignored == {"value"}
