"""
Tables that a declared tag is made from, and whose own changes are declared nowhere.

`"spms.Project": ["user:{members.user_id}:projects"]` reads the table of members. Who joins or
leaves changes a row of that table and none of projects: it has to be declared, too, as
`user:{user_id}:projects`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .declaration import Declaration, Tag
from .path import AnyModel
from .relations import many_to_many_of


@dataclass(frozen=True, slots=True)
class UndeclaredTable:
    """`table` is written as a declaration names it; `form` is what its tag must look like."""

    label: str
    template: str
    table: str
    form: str


def undeclared_tables(declarations: Iterable[Declaration]) -> list[UndeclaredTable]:
    """In the order of the declarations, each once."""
    declared = list(declarations)
    shapes: dict[AnyModel, set[tuple[str, ...]]] = {}
    for each in declared:
        shapes.setdefault(each.model, set()).update(tag.template.shape for tag in each.tags)
    everything = {
        each.model for each in declared if any(tag.template.is_everything for tag in each.tags)
    }
    found: dict[UndeclaredTable, None] = {}
    for each in declared:
        for tag in each.tags:
            for model in _tables_between(tag):
                if model in everything or tag.template.shape in shapes.get(model, ()):
                    continue
                missing = UndeclaredTable(
                    each.label, tag.template.text, _label_of(model), "{…}".join(tag.template.shape)
                )
                found[missing] = None
    return list(found)


def _tables_between(tag: Tag) -> Iterator[AnyModel]:
    for path in tag.paths:
        for step in path.steps:
            yield step.model


def _label_of(model: AnyModel) -> str:
    field = many_to_many_of(model) if model._meta.auto_created else None
    return f"{field.model._meta.label}.{field.name}" if field else model._meta.label
