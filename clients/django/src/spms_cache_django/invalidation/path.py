"""Dotted lookups, such as `members.user_id`, as joins of tables and as a lookup of Django's ORM."""

from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeGuard

from django.core.exceptions import FieldDoesNotExist, FieldError
from django.db import models
from django.db.models.sql import Query

AnyField: TypeAlias = "models.Field[Any, Any]"
AnyForeignKey: TypeAlias = "models.ForeignKey[Any, Any]"
AnyModel: TypeAlias = type[models.Model]

_ALWAYS_NAMES: Final = (
    models.IntegerField,
    models.AutoField,
    models.BooleanField,
    models.UUIDField,
)
# Fields whose text is one in Python and in SQL.
_NAMING_FIELDS: Final = (*_ALWAYS_NAMES, models.CharField, models.TextField)


class PathError(ValueError):
    """A path that leads nowhere; the message names the field."""


@dataclass(frozen=True, slots=True)
class Step:
    """One join: the rows of `model` whose `column` equals `from_column` of the row before."""

    model: AnyModel
    column: str
    from_column: str
    is_many: bool


@dataclass(frozen=True, slots=True)
class Path:
    """`steps` lead from a row to those that have the value, in `column`."""

    text: str
    lookup: str
    steps: tuple[Step, ...]
    field: AnyField
    column: str

    @property
    def own_column(self) -> str:
        """The column of the row itself that decides where it leads."""
        return self.steps[0].from_column if self.steps else self.column

    @property
    def is_always_a_name(self) -> bool:
        """Whether no value has spaces or is too long for a tag."""
        return isinstance(value_field(self.field), _ALWAYS_NAMES)


def resolve_path(model: AnyModel, text: str) -> Path:
    """`pk` is the primary key, and a relation at the end means its key. Raises `PathError`."""
    opts = (model._meta.concrete_model or model)._meta
    names = text.split(".")
    try:
        infos, _, targets, _ = Query(opts.model).names_to_path(names, opts, fail_on_missing=True)
    except (FieldError, FieldDoesNotExist) as error:
        raise PathError(f"{opts.label} has no '{text}': {error}") from error
    if len(targets) != 1 or isinstance(targets[0], models.CompositePrimaryKey):
        raise PathError(f"{opts.label}.{text} has several columns: name one of them")
    joins: list[tuple[Step, AnyField, AnyField, bool]] = []
    for info in infos:
        key = (
            info.join_field if isinstance(info.join_field, models.Field) else info.join_field.field
        )
        if not isinstance(key, models.ForeignKey):
            raise PathError(f"{opts.label}.{text} goes through {key}, which is no foreign key")
        ((source, target),) = info.join_field.get_joining_fields()
        step = Step(info.to_opts.model, target.column, source.column, is_many=info.m2m)
        joins.append((step, source, target, info.direct))
    field = targets[0]
    # A foreign key holds what it names: no join for that, also not within a table between.
    while joins and joins[-1][3] and joins[-1][2] == field:
        field = joins.pop()[1]
    if field.column is None or not isinstance(value_field(field), _NAMING_FIELDS):
        raise PathError(
            f"{opts.label}.{text} is a {type(field).__name__}: only integers, booleans, UUIDs "
            "and texts have one text in Python and in SQL"
        )
    steps = tuple(step for step, *_ in joins)
    return Path(text, "__".join(names), steps, field, field.column)


def is_foreign_key(field: object) -> TypeGuard[AnyForeignKey]:
    """One-to-one fields are some, too."""
    return isinstance(field, models.ForeignKey)


def value_field(field: AnyField) -> AnyField:
    """The field whose values a foreign key holds; the field itself where it is none."""
    while is_foreign_key(field):
        field = field.target_field
    return field
