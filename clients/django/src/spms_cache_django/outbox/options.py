"""The setting `SPMS_CACHE_OUTBOX`: where the outbox is, and what its triggers do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

SETTING: Final = "SPMS_CACHE_OUTBOX"
FOLD_ABOVE_MAX: Final = 1_000_000
CHANNEL: Final = "spms_cache_outbox"


@dataclass(frozen=True, slots=True)
class OutboxOptions:
    """`fold_above` is the greatest number of tags that one statement may write one by one."""

    database: str = "default"
    schema: str = "public"
    table: str = "spms_cache_outbox"
    notify: bool = True
    fold_above: int = 10_000


def outbox_options() -> OutboxOptions:
    """Raises `ImproperlyConfigured`, which names the entry."""
    value: object = getattr(settings, SETTING, {})
    if not isinstance(value, Mapping):
        raise ImproperlyConfigured(f"{SETTING} must be a dictionary")
    unknown = sorted(str(name) for name in value if name not in _KINDS)
    if unknown:
        raise ImproperlyConfigured(
            f"{SETTING} has no {', '.join(unknown)}: only {', '.join(_KINDS)}"
        )
    for name, entry in value.items():
        kind = _KINDS[name]
        if not isinstance(entry, kind) or (kind is int and isinstance(entry, bool)) or entry == "":
            raise ImproperlyConfigured(
                f"{SETTING}['{name}'] is {entry!r}: it must be a {kind.__name__}"
            )
    options = OutboxOptions(**{name.lower(): entry for name, entry in value.items()})
    if not 1 <= options.fold_above <= FOLD_ABOVE_MAX:
        raise ImproperlyConfigured(f"{SETTING}['FOLD_ABOVE'] must be from 1 to {FOLD_ABOVE_MAX}")
    return options


_KINDS: Final[dict[str, type]] = {
    "DATABASE": str,
    "SCHEMA": str,
    "TABLE": str,
    "NOTIFY": bool,
    "FOLD_ABOVE": int,
}
