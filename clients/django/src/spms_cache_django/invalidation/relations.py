"""Which of Django's signals say that a declared table changes."""

from typing import TYPE_CHECKING

from django.apps import apps

from .declaration import Declaration
from .path import AnyModel

if TYPE_CHECKING:
    from django.db import models


def senders_of(declaration: Declaration) -> list[AnyModel]:
    """The model, its proxies, and those that inherit its table: saving one of them writes it."""
    return [model for model in apps.get_models() if has_table_of(model, declaration.model)]


def many_to_many_of(
    through: AnyModel,
) -> "models.ManyToManyField[models.Model, models.Model] | None":
    """The field whose rows are in this table."""
    for model in apps.get_models():
        for field in model._meta.local_many_to_many:
            if field.remote_field.through is through:
                return field
    return None


def has_table_of(model: AnyModel, other: AnyModel) -> bool:
    """
    Whether rows of `model` are rows of the table of `other`. Not for the models that Django makes.
    """
    if model._meta.auto_created:
        return False
    concrete = model._meta.concrete_model
    return concrete is other or other in model._meta.get_parent_list()
