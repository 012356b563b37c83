"""
System checks: `manage.py check`, with `--deploy` for the sidecar and `--database` for the triggers.
Only those of the settings are run with every command.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from django.apps.config import AppConfig
from django.conf import settings
from django.core import checks
from django.core.cache import InvalidCacheBackendError, caches
from django.core.checks import CheckMessage, Error, Info, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseError
from django.db import connections

from .backend import SidecarCache
from .client import CacheSidecarError
from .invalidation.completeness import undeclared_tables
from .invalidation.declaration import read_declarations
from .invalidation.options import invalidation_options
from .outbox import options as outbox
from .outbox.catalogue import OutboxError
from .outbox.plan import plan, undeclared

# What the sidecar puts before every name, unless it is told otherwise.
SIDECAR_PREFIX: Final = "spms"

_Apps = Sequence[AppConfig] | None


def register_checks() -> None:
    """When the application is ready."""
    register(check_declarations, Tags.caches)
    register(check_caches, Tags.caches)
    register(check_sidecar, Tags.caches, deploy=True)
    register(check_triggers, Tags.database)


def check_declarations(app_configs: _Apps, **_named: Any) -> list[CheckMessage]:  # noqa: ARG001
    """
    E001 for what cannot be read, W001 for a table that is read and whose changes nobody tells.
    """
    declarations, faults = read_declarations()
    found: list[CheckMessage] = [
        Error(f"{fault.label} {fault.message}", id="spms_cache_django.E001") for fault in faults
    ]
    found += [
        checks.Warning(
            f"{missing.label} makes '{missing.template}' by way of {missing.table}, whose own "
            "changes are not declared",
            hint=f"Declare {missing.table}, with a tag of the form '{missing.form}'.",
            id="spms_cache_django.W001",
        )
        for missing in undeclared_tables(declarations)
    ]
    try:
        outbox.outbox_options()
    except ImproperlyConfigured as error:
        found.append(Error(str(error), id="spms_cache_django.E002"))
    return found


def check_caches(app_configs: _Apps, **_named: Any) -> list[CheckMessage]:  # noqa: ARG001
    """W002 a double prefix, W003 signals without a cache to tell, I001 views in transactions."""
    found: list[CheckMessage] = []
    aliases = _sidecar_caches()
    for alias in aliases:
        prefix = str(settings.CACHES[alias].get("KEY_PREFIX", ""))
        if prefix.rstrip(":") == SIDECAR_PREFIX:
            found.append(
                checks.Warning(
                    f"CACHES['{alias}'] has the KEY_PREFIX '{prefix}', and the sidecar puts "
                    f"'{SIDECAR_PREFIX}:' before every name",
                    hint="Leave it out: 'user:5:profile' is 'spms:user:5:profile' in Redis.",
                    id="spms_cache_django.W002",
                )
            )
    options = invalidation_options()
    if options.signals and options.cache not in aliases and read_declarations()[0]:
        found.append(
            checks.Warning(
                f"What is declared is announced to CACHES['{options.cache}'], which is no "
                "SidecarCache",
                hint="SPMS_CACHE_INVALIDATION = {'CACHE': …}, or {'SIGNALS': False}.",
                id="spms_cache_django.W003",
            )
        )
    atomic = [alias for alias, each in settings.DATABASES.items() if each.get("ATOMIC_REQUESTS")]
    if aliases and atomic:
        found.append(
            Info(
                f"Each view runs in a transaction of '{atomic[0]}': a read before the commit "
                "brings back what the view has deleted from the cache",
                hint="transaction.on_commit, or SPMS_CACHE_INVALIDATES.",
                id="spms_cache_django.I001",
            )
        )
    return found


def check_sidecar(app_configs: _Apps, **_named: Any) -> list[CheckMessage]:  # noqa: ARG001
    """W004 a sidecar that is not there, or does not take this caller. It takes a call for each."""
    found: list[CheckMessage] = []
    for alias, cache in _sidecar_caches().items():
        if not _answers(cache):
            found.append(
                checks.Warning(
                    f"The sidecar of CACHES['{alias}'] does not answer at "
                    f"{cache.client.settings.address}",
                    hint=f"manage.py spms_cache ping --cache {alias} says why.",
                    id="spms_cache_django.W004",
                )
            )
    return found


def check_triggers(
    app_configs: _Apps,  # noqa: ARG001
    databases: Sequence[str] | None,
    **_named: Any,
) -> list[CheckMessage]:
    """W005 triggers that are not as declared, where the project has set SPMS_CACHE_OUTBOX."""
    if not hasattr(settings, outbox.SETTING):
        return []
    try:
        options = outbox.outbox_options()
        if options.database not in (databases or ()):
            return []
        connection = connections[options.database]
        plans = plan(connection, read_declarations()[0], options)
        differing = [
            f"{each.table.name} ({each.state})" for each in plans if each.state != "installed"
        ]
        differing += [
            f"{each.table.name} (undeclared)" for each in undeclared(connection, plans, options)
        ]
    except (ImproperlyConfigured, OutboxError, DatabaseError) as error:
        differing = [str(error).strip()]
    if not differing:
        return []
    return [
        checks.Warning(
            f"The triggers are not as declared: {', '.join(dict.fromkeys(differing))}",
            hint="manage.py spms_cache install_triggers, or a migration with InstallTriggers().",
            id="spms_cache_django.W005",
        )
    ]


def _sidecar_caches() -> dict[str, SidecarCache]:
    """A backend that cannot be made says so when it is used."""
    found = {}
    for alias in settings.CACHES:
        with suppress(InvalidCacheBackendError, ImproperlyConfigured):
            cache = caches[alias]
            if isinstance(cache, SidecarCache):
                found[alias] = cache
    return found


def _answers(cache: SidecarCache) -> bool:
    try:
        return cache.ping()
    except CacheSidecarError:
        # With RAISE_ERRORS.
        return False
