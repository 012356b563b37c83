"""What adding and removing relations of a many-to-many field makes untrue."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db import models
from django.db.models import Q

from .batch import collect
from .declaration import Declaration
from .names import Names
from .path import is_foreign_key
from .rows import names_of_rows, names_of_values

AnyManyToMany: TypeAlias = "models.ManyToManyField[Any, Any]"


@dataclass(frozen=True, slots=True)
class ManyToMany:
    """The declaration of the table between two models, and the field whose table it is."""

    declaration: Declaration
    field: "AnyManyToMany"

    def changed(
        self,
        instance: models.Model,
        action: str,
        reverse: bool,
        pk_set: Collection[object] | None,
        using: str,
        **_named: Any,
    ) -> None:
        """
        Django sends it within the transaction of the change: what goes is read before, what comes
        is known or read after.
        """
        if action in ("pre_remove", "pre_clear", "post_add"):
            collect(self._names(instance, reverse, pk_set, using), using)

    def _names(
        self, instance: models.Model, reverse: bool, pk_set: Collection[object] | None, using: str
    ) -> Names:
        through = self.declaration.model
        keys = {each.name: each for each in through._meta.fields if is_foreign_key(each)}
        source = keys[self.field.m2m_field_name()]
        target = keys[self.field.m2m_reverse_field_name()]
        if reverse:
            source, target = target, source
        own = getattr(instance, source.target_field.attname)
        known = {source.column, target.column}
        tags = self.declaration.tags
        is_symmetrical = self.field.remote_field.symmetrical
        names = Names()
        if pk_set is not None and not is_symmetrical:
            direct = [
                tag
                for tag in tags
                if all(not path.steps and path.column in known for path in tag.paths)
            ]
            for other in pk_set:
                names.update(names_of_values(direct, {source.column: own, target.column: other}))
            tags = tuple(tag for tag in tags if tag not in direct)
        if tags and (pk_set is None or pk_set):
            rows = _between(source.name, target.name, own, pk_set)
            if is_symmetrical:
                rows |= _between(target.name, source.name, own, pk_set)
            names.update(names_of_rows(tags, through, using, rows))
        return names


def _between(source: str, target: str, own: object, others: Collection[object] | None) -> Q:
    return Q(**{source: own}) & (Q() if others is None else Q(**{f"{target}__in": others}))
