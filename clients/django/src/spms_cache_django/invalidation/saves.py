"""What saving and deleting an instance makes untrue: of the row before, and of the row after."""

from collections.abc import Collection, Iterable

from django.db import models
from django.db.models import Q

from .declaration import Declaration, Tag
from .names import Names
from .rows import names_of_instance, names_of_rows


def before_save(
    declaration: Declaration,
    instance: models.Model,
    using: str,
    update_fields: Collection[str] | None,
) -> Names:
    """Of the columns that the save may change: one query if there are any, and none else."""
    if is_ignored(declaration, update_fields) or is_surely_new(instance):
        return Names()
    written = _columns_written(declaration, update_fields)
    key = _key_columns(declaration)
    changing = [
        tag
        for tag in declaration.tags
        if any(path.own_column in written - key for path in tag.paths)
    ]
    return _of_row(declaration, changing, instance, using)


def after_save(
    declaration: Declaration,
    instance: models.Model,
    using: str,
    update_fields: Collection[str] | None,
    *,
    is_created: bool,
) -> Names:
    """
    Of the row as it is now. A row that has just been made has no others that refer to it: where one
    came before it in the transaction, its own declaration counts.
    """
    if is_ignored(declaration, update_fields):
        return Names()
    tags: Iterable[Tag] = declaration.tags
    if is_created:
        key = _key_columns(declaration)
        tags = [tag for tag in tags if not _refers_to(tag, key)]
    return names_now(declaration, tags, instance, using)


def names_now(
    declaration: Declaration, tags: Iterable[Tag], instance: models.Model, using: str
) -> Names:
    """A query only for what the instance does not tell."""
    names, unknown = names_of_instance(tags, instance)
    names.update(_of_row(declaration, unknown, instance, using))
    return names


def before_delete(
    declaration: Declaration, instance: models.Model, using: str, *, is_fresh: bool
) -> Names:
    """
    Relations are still there. An instance that has just been read by the deletion itself tells its
    own values; another may have been changed, by somebody else or without being saved.
    """
    if is_fresh:
        return names_now(declaration, declaration.tags, instance, using)
    key = _key_columns(declaration)
    of_key = [
        tag
        for tag in declaration.tags
        if all(path.own_column in key and not path.steps for path in tag.paths)
    ]
    names, unknown = names_of_instance(of_key, instance)
    others = [tag for tag in declaration.tags if tag not in of_key]
    names.update(_of_row(declaration, [*others, *unknown], instance, using))
    return names


def is_ignored(declaration: Declaration, update_fields: Collection[str] | None) -> bool:
    """Whether nothing but ignored columns is written."""
    if update_fields is None or not declaration.ignored:
        return False
    return _columns_written(declaration, update_fields) <= declaration.ignored


def is_surely_new(instance: models.Model) -> bool:
    """
    As Django decides between INSERT and trying an UPDATE first: a primary key of which nobody knows
    yet, or that has just been made by its default.
    """
    if not instance._state.adding:
        return False
    key = instance._meta.pk
    return instance.pk is None or (key is not None and (key.has_default() or key.has_db_default()))


def _of_row(declaration: Declaration, tags: list[Tag], instance: models.Model, using: str) -> Names:
    if not tags:
        return Names()
    return names_of_rows(tags, declaration.model, using, Q(pk=_key_of(declaration, instance)))


def _key_of(declaration: Declaration, instance: models.Model) -> object:
    """Of the row in the declared table, which may be that of a parent of the instance's model."""
    key = declaration.model._meta.pk
    fields = declaration.model._meta.pk_fields if key is not None else []
    values = tuple(getattr(instance, field.attname) for field in fields)
    return values if len(values) > 1 else values[0]


def _columns_written(declaration: Declaration, update_fields: Collection[str] | None) -> set[str]:
    return {
        field.column
        for field in declaration.model._meta.local_concrete_fields
        if field.column is not None
        and (update_fields is None or field.name in update_fields or field.attname in update_fields)
    }


def _key_columns(declaration: Declaration) -> set[str]:
    return {field.column for field in declaration.model._meta.pk_fields if field.column is not None}


def _refers_to(tag: Tag, key: set[str]) -> bool:
    """Whether it is made of rows that hold this row's key."""
    return any(path.steps and path.own_column in key for path in tag.paths)
