from spms_cache_django.invalidation.names import FOLD_ABOVE, PATTERNS_MAX, Names
from spms_cache_django.invalidation.template import parse_template

BOOK = parse_template("book:{pk}")
SHELVES = parse_template("shelves")


def test_each_tag_stands_once() -> None:
    names = Names()
    for value in (1, 2, 1, None):
        names.add(BOOK, [value])
    assert names.tags == {"book:1", "book:2"}


def test_too_many_become_their_family_and_one_without_a_value_stays() -> None:
    names = Names()
    names.add(SHELVES, [])
    for value in range(FOLD_ABOVE + 10):
        names.add(BOOK, [value])
    assert names.tags == {"shelves"}
    assert names.patterns == {"book:*"}


def test_too_many_of_several_together_fold_as_well() -> None:
    one, other = Names(), Names()
    for value in range(FOLD_ABOVE):
        one.add(BOOK, [value])
        other.add(parse_template("shelf:{pk}"), [value])
    one.update(other)
    assert (one.tags, one.patterns) == (set(), {"book:*", "shelf:*"})


def test_a_family_that_begins_with_a_value_is_everything() -> None:
    names = Names()
    names.add(BOOK, [1])
    names.add(parse_template("{slug}:books"), ["two words"])
    assert names.everything
    assert not names.tags


def test_too_many_families_are_everything() -> None:
    names = Names()
    for number in range(PATTERNS_MAX + 1):
        names.add(parse_template(f"n{number}:{{slug}}"), ["two words"])
    assert names.everything


def test_the_template_of_everything() -> None:
    names = Names()
    assert not names
    names.add(parse_template("*"), [])
    assert names.everything
    assert names
