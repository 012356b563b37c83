"""
Django's signals of the declared models, collected for the commit.

What Django sends no signal for is not seen here: `bulk_create`, `bulk_update`, `update()`, and SQL.
The triggers of the outbox see all of it. A model with these signals cannot be deleted without
being read first, as with any signal of deletion.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import models
from django.db.models import signals

from .batch import collect
from .declaration import Declaration
from .emptied import Emptied, Emptying, after_emptying, before_emptying, emptied_by
from .many_to_many import ManyToMany
from .names import Names
from .path import AnyModel
from .relations import many_to_many_of, senders_of
from .saves import after_save, before_delete, before_save

_STASH: Final = "_spms_cache_before"
_UID: Final = "spms_cache_django"


@dataclass(slots=True)
class _Sender:
    """What is declared of one model that sends signals."""

    declarations: list[Declaration] = field(default_factory=list)
    emptied: list[Emptied] = field(default_factory=list)


def connect_signals(declarations: Iterable[Declaration]) -> None:
    """In place of what was connected before."""
    disconnect_signals()
    declared = [each for each in declarations if each.tags]
    for declaration in declared:
        for model in senders_of(declaration):
            _senders.setdefault(model, _Sender()).declarations.append(declaration)
        between = many_to_many_of(declaration.model)
        if between is not None:
            receiver = ManyToMany(declaration, between)
            _through[declaration.model] = receiver
            signals.m2m_changed.connect(
                receiver.changed, sender=declaration.model, dispatch_uid=_UID, weak=False
            )
    for model, emptied in emptied_by(declared):
        _senders.setdefault(model, _Sender()).emptied.append(emptied)
    for model, sender in _senders.items():
        for signal, receive in _RECEIVERS:
            if sender.declarations or signal in (signals.pre_delete, signals.post_delete):
                signal.connect(receive, sender=model, dispatch_uid=_UID)


def disconnect_signals() -> None:
    """Of all models."""
    for model in _senders:
        for signal, _ in _RECEIVERS:
            signal.disconnect(sender=model, dispatch_uid=_UID)
    for through in _through:
        signals.m2m_changed.disconnect(sender=through, dispatch_uid=_UID)
    _senders.clear()
    _through.clear()


def _pre_save(sender: AnyModel, instance: models.Model, using: str, **named: Any) -> None:
    before = Names()
    for declaration in _senders[sender].declarations:
        before.update(before_save(declaration, instance, using, named["update_fields"]))
    _stash(instance, before)


def _post_save(sender: AnyModel, instance: models.Model, using: str, **named: Any) -> None:
    names, _ = _unstash(instance)
    for declaration in _senders[sender].declarations:
        names.update(
            after_save(
                declaration, instance, using, named["update_fields"], is_created=named["created"]
            )
        )
    collect(names, using)


def _pre_delete(sender: AnyModel, instance: models.Model, using: str, **named: Any) -> None:
    before = Names()
    is_fresh = named.get("origin") is not instance
    for declaration in _senders[sender].declarations:
        before.update(before_delete(declaration, instance, using, is_fresh=is_fresh))
    later: list[Emptying] = []
    for emptied in _senders[sender].emptied:
        names, emptying = before_emptying(emptied, instance, using)
        before.update(names)
        later += emptying
    _stash(instance, before, later)


def _post_delete(instance: models.Model, using: str, **_named: Any) -> None:
    names, later = _unstash(instance)
    for emptying in later:
        names.update(after_emptying(emptying, using))
    collect(names, using)


def _stash(instance: models.Model, names: Names, later: list[Emptying] | None = None) -> None:
    """Until the end of the save, or to be replaced by the next one if this one fails."""
    instance.__dict__[_STASH] = (names, later or [])


def _unstash(instance: models.Model) -> tuple[Names, list[Emptying]]:
    kept: tuple[Names, list[Emptying]] = instance.__dict__.pop(_STASH, None) or (Names(), [])
    return kept


_senders: dict[AnyModel, _Sender] = {}
_through: dict[AnyModel, ManyToMany] = {}
_RECEIVERS: Final = (
    (signals.pre_save, _pre_save),
    (signals.post_save, _post_save),
    (signals.pre_delete, _pre_delete),
    (signals.post_delete, _post_delete),
)
