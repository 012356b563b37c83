"""The tags of rows, from an instance in memory or from the database."""

from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from .declaration import Tag
from .names import FOLD_ABOVE, Names
from .path import AnyModel, Path, value_field

_UNKNOWN = object()


def is_own(tag: Tag) -> bool:
    """Whether all its values stand in the row itself."""
    return all(not path.steps for path in tag.paths)


def names_of_instance(tags: Iterable[Tag], instance: models.Model) -> tuple[Names, list[Tag]]:
    """
    Those that `instance` tells without a query, and the tags that it does not: ones by way of a
    relation, and of values that only the database knows, as after `instance.count = F("count") +
    1`.
    """
    names, unknown = Names(), []
    for tag in tags:
        values = [_value(path, instance) for path in tag.paths] if is_own(tag) else [_UNKNOWN]
        if _UNKNOWN in values:
            unknown.append(tag)
        else:
            names.add(tag.template, values)
    return names, unknown


def names_of_rows(tags: Iterable[Tag], model: AnyModel, using: str, rows: Q) -> Names:
    """
    Of all rows that match. One query for the tags that have one name for each row, and one for each
    tag whose relation has several: together they would be multiplied.
    """
    names = Names()
    single = [tag for tag in tags if not _has_many(tag)]
    several = [[tag] for tag in tags if _has_many(tag)]
    for group in ([single] if single else []) + several:
        lookups = list(dict.fromkeys(path.lookup for tag in group for path in tag.paths))
        matching = model._base_manager.using(using).filter(rows).order_by()
        found = list(matching.values_list(*(lookups or ["pk"])).distinct()[: FOLD_ABOVE + 1])
        for row in found[:FOLD_ABOVE]:
            values = dict(zip(lookups, row, strict=False))
            for tag in group:
                names.add(tag.template, [values[path.lookup] for path in tag.paths])
        if len(found) > FOLD_ABOVE:
            for tag in group:
                names.add_all(tag.template)
    return names


def names_of_values(tags: Iterable[Tag], values: Mapping[str, object]) -> Names:
    """Of a row whose values are known, by the name of their column."""
    names = Names()
    for tag in tags:
        names.add(tag.template, [values[path.column] for path in tag.paths])
    return names


def _has_many(tag: Tag) -> bool:
    return any(step.is_many for path in tag.paths for step in path.steps)


def _value(path: Path, instance: models.Model) -> object:
    attribute = path.field.attname
    if attribute in instance.get_deferred_fields():
        return _UNKNOWN
    value: object = getattr(instance, attribute)
    if hasattr(value, "resolve_expression"):
        return _UNKNOWN
    try:
        # The database stores '5' as 5, and so it is read by everybody else.
        return value_field(path.field).to_python(value)
    except ValidationError:
        return _UNKNOWN
