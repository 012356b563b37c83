"""
Which tags a row of which table makes untrue, as declared once in the settings or beside the model.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from django.apps import apps as installed_apps
from django.apps.registry import Apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from .path import AnyModel, Path, PathError, resolve_path
from .template import Template, TemplateError, parse_template

SETTING: Final = "SPMS_CACHE_INVALIDATES"
_Model = TypeVar("_Model", bound=AnyModel)


@dataclass(frozen=True, slots=True)
class Tag:
    """A template whose paths lead somewhere, in the order of its placeholders."""

    template: Template
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Declaration:
    """
    A change of a row of the table of `model` makes `tags` untrue, but not one of `ignored` columns
    alone.
    """

    label: str
    model: AnyModel
    tags: tuple[Tag, ...]
    ignored: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the declaration of `label`."""

    label: str
    message: str


@dataclass(frozen=True, slots=True)
class _Written:
    label: str
    tags: object
    ignore: object


_in_code: list[tuple[AnyModel | str, _Written]] = []


def invalidates(*tags: str, ignore: Sequence[str] = ()) -> Callable[[_Model], _Model]:
    """A class decorator: `@invalidates("project:{pk}")` above a model is a line of the setting."""

    def declare(model: _Model) -> _Model:
        _in_code.append((model, _Written(model.__name__, tags, ignore)))
        return model

    return declare


def read_declarations(apps: Apps | None = None) -> tuple[list[Declaration], list[Fault]]:
    """
    Those of the setting and of the code, one for each table, resolved against the models of `apps`.
    What cannot be read is left out and is a fault. `apps` are those of a migration's state where
    given.
    """
    registry = installed_apps if apps is None else apps
    declared: dict[str, Declaration] = {}
    faults: list[Fault] = []
    for written in _all_written(faults):
        model = _model_of(written.label, registry)
        if isinstance(model, Fault):
            faults.append(model)
            continue
        declaration, own_faults = _resolve(written, model)
        faults += own_faults
        table = declaration.model._meta.db_table
        other = declared.get(table)
        declared[table] = declaration if other is None else _merged(other, declaration)
    return list(declared.values()), faults


def _all_written(faults: list[Fault]) -> Iterable[_Written]:
    for model, written in _in_code:
        label = model if isinstance(model, str) else model._meta.label
        yield _Written(label, written.tags, written.ignore)
    value: object = getattr(settings, SETTING, {})
    if not isinstance(value, Mapping):
        faults.append(
            Fault(SETTING, "must be a dictionary of models and the tags that they make untrue")
        )
        return
    for label, line in value.items():
        if isinstance(line, Mapping):
            unknown = sorted(str(name) for name in line if name not in ("tags", "ignore"))
            if unknown:
                faults.append(
                    Fault(str(label), f"has no {', '.join(unknown)}: only 'tags' and 'ignore'")
                )
            yield _Written(str(label), line.get("tags", ()), line.get("ignore", ()))
        else:
            yield _Written(str(label), line, ())


def _model_of(label: str, apps: Apps) -> AnyModel | Fault:
    """`app.Model`, or `app.Model.field` for the table of a many-to-many field."""
    app, _, rest = label.partition(".")
    name, dot, field_name = rest.partition(".")
    if not name or (dot and not field_name):
        return Fault(
            label, "is not written as 'app.Model', or 'app.Model.field' for a many-to-many field"
        )
    try:
        model = apps.get_model(app, name)
    except (LookupError, ValueError) as error:
        return Fault(label, f"is no model: {error}")
    if not field_name:
        return model._meta.concrete_model or model
    try:
        field = model._meta.get_field(field_name)
    except FieldDoesNotExist as error:
        return Fault(label, f"is no field: {error}")
    if not isinstance(field, models.ManyToManyField):
        return Fault(label, "is no many-to-many field: declare the model that has the foreign key")
    through = field.remote_field.through
    return through if through is not None else Fault(label, "has no table between")


def _resolve(written: _Written, model: AnyModel) -> tuple[Declaration, list[Fault]]:
    faults: list[Fault] = []
    tags: list[Tag] = []
    for text in _texts(written, "tags", written.tags, faults):
        try:
            template = parse_template(text)
            tags.append(Tag(template, tuple(resolve_path(model, path) for path in template.paths)))
        except (TemplateError, PathError) as error:
            faults.append(Fault(written.label, str(error)))
    columns = {field.name: field.column for field in model._meta.local_concrete_fields}
    ignored: set[str] = set()
    for name in _texts(written, "ignore", written.ignore, faults):
        column = columns.get(name)
        if column is None:
            faults.append(
                Fault(written.label, f"'ignore' names '{name}', which is no column of it")
            )
        else:
            ignored.add(column)
    return Declaration(written.label, model, tuple(dict.fromkeys(tags)), frozenset(ignored)), faults


def _texts(written: _Written, name: str, value: object, faults: list[Fault]) -> Iterable[str]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        for text in value:
            if isinstance(text, str):
                yield text
            else:
                faults.append(Fault(written.label, f"'{name}' has {text!r}, which is no text"))
    else:
        faults.append(Fault(written.label, f"'{name}' is not a list of texts"))


def _merged(one: Declaration, other: Declaration) -> Declaration:
    """What only one of them ignores may matter to the other."""
    tags = tuple(dict.fromkeys((*one.tags, *other.tags)))
    return Declaration(one.label, one.model, tags, one.ignored & other.ignored)
