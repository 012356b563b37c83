"""
Model instances, with what `select_related` and `prefetch_related` have loaded. They refer to one
another, also in circles (a member of a project knows the project), so they are written as a table,
and references are places in it:

    {"$": "graph", "v": [[{"$": "instance", …}, …], [[0, "one", "owner", 1], …], <the value>]}

They are read as rows of the database are, and only as models of the installed
applications.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.db.models.base import ModelState
from django.db.models.fields.files import FieldFile
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.db.models.signals import post_init, pre_init

_Write = Callable[[Any], object]
# Where Django keeps what `prefetch_related` has loaded (django/db/models/query.py).
_PREFETCHED = "_prefetched_objects_cache"


class GraphWriter:
    """The table of one value."""

    def __init__(self, write: _Write) -> None:
        self._write = write
        self._places: dict[int, int] = {}
        # Holds the instances, whose addresses are the keys of `_places`.
        self._instances: list[Model] = []
        self._records: list[object] = []
        self._links: list[list[object]] = []

    def index_of(self, instance: Model) -> int:
        """
        The place of an instance in the table; raises Unwritable for a field that cannot be written.
        """
        place = self._places.get(id(instance))
        if place is None:
            place = self._places[id(instance)] = len(self._instances)
            self._instances.append(instance)
            self._records.append(None)
            self._records[place] = {"$": "instance", "v": self._record(instance)}
            self._link(place, instance)
        return place

    def wrap(self, tree: object) -> object:
        """The value with its table before it; the value itself where it has no instances."""
        if not self._instances:
            return tree
        return {"$": "graph", "v": [self._records, self._links, tree]}

    def _record(self, instance: Model) -> list[object]:
        """Label, database, whether it is new, and the fields that were loaded."""
        state = instance.__dict__
        fields = {
            field.attname: self._write(_stored(state[field.attname]))
            for field in instance._meta.concrete_fields
            if field.attname in state
        }
        return [instance._meta.label, instance._state.db, instance._state.adding, fields]

    def _link(self, place: int, instance: Model) -> None:
        """
        Relations and annotations: they may name instances, and are read when all of those are
        there.
        """
        own = {field.attname for field in instance._meta.concrete_fields}
        own.update(("_state", _PREFETCHED))
        for name, value in instance.__dict__.items():
            if name not in own:
                self._links.append([place, "attribute", name, self._write(value)])
        for name, related in instance._state.fields_cache.items():
            if related is None or isinstance(related, Model):
                target = None if related is None else self.index_of(related)
                self._links.append([place, "one", name, target])
        for name, related in instance.__dict__.get(_PREFETCHED, {}).items():
            targets = [self.index_of(each) for each in related]
            self._links.append([place, "many", name, targets])


class GraphReader:
    """Makes the instances of one value, in the order in which the parser meets them."""

    def __init__(self) -> None:
        self._instances: list[Model] = []
        # By label: the model, its fields, and whether they are all that an instance is made from.
        self._models: dict[str, tuple[type[Model], dict[str, None], bool]] = {}

    def read(self, name: str, content: Any) -> object:
        """
        Raises ValueError or LookupError for what is no part of a table, or names a model that is
        not there.
        """
        if name == "instance":
            instance = self._read_record(*content)
            self._instances.append(instance)
            return instance
        if name == "model":
            return self._instances[content]
        if name == "graph":
            _, links, value = content
            for link in links:
                self._connect(*link)
            return value
        raise ValueError(f"a mark that is not known: {name!r}")

    def _read_record(
        self, label: str, database: str | None, is_new: bool, fields: dict[str, Any]
    ) -> Model:
        if label not in self._models:
            model = apps.get_model(label)
            known = dict.fromkeys(field.attname for field in model._meta.concrete_fields)
            self._models[label] = model, known, _is_made_by_its_fields(model)
        model, known, is_made_by_its_fields = self._models[label]
        if not fields.keys() <= known.keys():
            raise ValueError(f"{label} has other fields by now")
        if is_made_by_its_fields:
            instance = model.__new__(model)
            instance._state = ModelState()
            instance.__dict__.update(fields)
        else:
            names = [name for name in known if name in fields]
            instance = model.from_db(database, names, [fields[name] for name in names])
        instance._state.db = database
        instance._state.adding = is_new
        return instance

    def _connect(self, place: int, kind: str, name: str, target: Any) -> None:
        instance = self._instances[place]
        if kind == "one":
            instance._state.fields_cache[name] = None if target is None else self._instances[target]
        elif kind == "attribute":
            instance.__dict__[name] = target
        elif kind == "many":
            # The manager of the relation knows which query the list stands for.
            found = getattr(instance, _accessor(type(instance), name)).get_queryset()
            found._result_cache = [self._instances[each] for each in target]
            found._prefetch_done = True
            instance.__dict__.setdefault(_PREFETCHED, {})[name] = found
        else:
            raise ValueError(f"a link that is not known: {kind!r}")


def _stored(value: object) -> object:
    """A file is its name, as in the database; the field makes a file of it again."""
    return value.name if isinstance(value, FieldFile) else value


def _accessor(model: type[Model], name: str) -> str:
    """
    The attribute of a relation, which a backward one without a `related_name` keeps under another
    name.
    """
    if hasattr(model, name):
        return name
    found = model._meta.get_field(name)
    accessor = found.get_accessor_name() if isinstance(found, ForeignObjectRel) else None
    return accessor or name


def _is_made_by_its_fields(model: type[Model]) -> bool:
    """
    Whether nothing but Django's own code sees how an instance is made. It is then made as `pickle`
    makes it, in a tenth of the time of `from_db`.
    """
    return (
        model.__init__ is Model.__init__
        and model.from_db.__func__ is Model.from_db.__func__  # type: ignore[attr-defined]
        and not pre_init.has_listeners(model)
        and not post_init.has_listeners(model)
    )
