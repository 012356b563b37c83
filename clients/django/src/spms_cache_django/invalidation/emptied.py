"""
Rows that change because what they name is deleted, without a signal of their own: Django updates
them by `SET_NULL`, `SET_DEFAULT` or `SET`, or deletes them from a table that it made itself for a
many-to-many field.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.db import models
from django.db.models import Q

from .declaration import Declaration
from .names import Names
from .path import AnyForeignKey, AnyModel, is_foreign_key
from .relations import has_table_of
from .rows import names_of_rows


@dataclass(frozen=True, slots=True)
class Emptied:
    """Rows of a declared table that change when what `field` names is deleted."""

    declaration: Declaration
    field: AnyForeignKey


@dataclass(frozen=True, slots=True)
class Emptying:
    """Those rows of one deletion that get another value than NULL."""

    declaration: Declaration
    keys: list[object]


def emptied_by(declarations: Iterable[Declaration]) -> list[tuple[AnyModel, Emptied]]:
    """The models whose deletion does that, each with a field of a declared table."""
    return [
        (model, Emptied(declaration, field))
        for declaration in declarations
        for field in declaration.model._meta.local_concrete_fields
        if is_foreign_key(field) and _is_silent(declaration, field)
        for model in apps.get_models()
        if has_table_of(model, field.remote_field.model)
    ]


def _is_silent(declaration: Declaration, field: AnyForeignKey) -> bool:
    told = (models.CASCADE, models.PROTECT, models.RESTRICT, models.DO_NOTHING)
    if declaration.model._meta.auto_created:
        return True
    return field.remote_field.on_delete not in told


def before_emptying(
    emptied: Emptied, instance: models.Model, using: str
) -> tuple[Names, list[Emptying]]:
    """Of the rows as they are. With NULL, or deleted, they have no more tags than before."""
    declaration, field = emptied.declaration, emptied.field
    rows = Q(**{field.name: getattr(instance, field.target_field.attname)})
    names = names_of_rows(declaration.tags, declaration.model, using, rows)
    if not names or field.remote_field.on_delete in (models.SET_NULL, models.CASCADE):
        return names, []
    found = declaration.model._base_manager.using(using).filter(rows)
    return names, [Emptying(declaration, list(found.values_list("pk", flat=True)))]


def after_emptying(emptying: Emptying, using: str) -> Names:
    """Of the rows as they have become."""
    declaration = emptying.declaration
    return names_of_rows(declaration.tags, declaration.model, using, Q(pk__in=emptying.keys))
