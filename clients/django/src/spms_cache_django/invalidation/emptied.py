"""
Rows that change because what they name is deleted, by `SET_NULL`, `SET_DEFAULT` or `SET`: Django
updates them without a signal of their own.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.db import models
from django.db.models import Q

from .declaration import Declaration
from .names import Names
from .path import AnyModel, is_foreign_key
from .relations import has_table_of
from .rows import names_of_rows


@dataclass(frozen=True, slots=True)
class Emptied:
    """Rows of a declared table whose `field` changes when what it names is deleted."""

    declaration: Declaration
    field: "models.ForeignKey[models.Model, models.Model]"


@dataclass(frozen=True, slots=True)
class Emptying:
    """Those rows of one deletion that get another value than NULL."""

    declaration: Declaration
    keys: list[object]


def emptied_by(declarations: Iterable[Declaration]) -> list[tuple[AnyModel, Emptied]]:
    """The models whose deletion does that, each with a field of a declared table."""
    others = (models.CASCADE, models.PROTECT, models.RESTRICT, models.DO_NOTHING)
    return [
        (model, Emptied(declaration, field))
        for declaration in declarations
        for field in declaration.model._meta.local_concrete_fields
        if is_foreign_key(field) and field.remote_field.on_delete not in others
        for model in apps.get_models()
        if has_table_of(model, field.remote_field.model)
    ]


def before_emptying(
    emptied: Emptied, instance: models.Model, using: str
) -> tuple[Names, list[Emptying]]:
    """Of the rows as they are. With NULL they have no more tags than before."""
    declaration, field = emptied.declaration, emptied.field
    rows = Q(**{field.name: getattr(instance, field.target_field.attname)})
    names = names_of_rows(declaration.tags, declaration.model, using, rows)
    if field.remote_field.on_delete is models.SET_NULL or not names:
        return names, []
    found = declaration.model._base_manager.using(using).filter(rows)
    return names, [Emptying(declaration, list(found.values_list("pk", flat=True)))]


def after_emptying(emptying: Emptying, using: str) -> Names:
    """Of the rows as they have become."""
    declaration = emptying.declaration
    return names_of_rows(declaration.tags, declaration.model, using, Q(pk__in=emptying.keys))
