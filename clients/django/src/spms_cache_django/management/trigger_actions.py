"""What `manage.py spms_cache` does with the triggers of the outbox."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.db import Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.connection import ConnectionDoesNotExist

from ..invalidation.declaration import Declaration, read_declarations
from ..outbox.catalogue import OutboxError
from ..outbox.install import install_steps, is_there, remove_steps, run_steps
from ..outbox.options import OutboxOptions, outbox_options
from ..outbox.outbox_table import grants_for_reader
from ..outbox.plan import plan, undeclared
from ..outbox.quoting import Table

_T = TypeVar("_T")


class TriggerActions:
    """Of one database. Every method raises `CommandError` for what cannot be done."""

    def __init__(self, database: str | None, schema: str | None) -> None:
        try:
            options = outbox_options()
            self.options: OutboxOptions = replace(
                options, database=database or options.database, schema=schema or options.schema
            )
            self._connection: BaseDatabaseWrapper = connections[self.options.database]
        except (ImproperlyConfigured, ConnectionDoesNotExist) as error:
            raise CommandError(str(error)) from error

    def install(self, *, is_dry: bool) -> list[str]:
        """The statements that were run, or would be."""
        return self._run(lambda: install_steps(self._connection, _declared(), self.options), is_dry)

    def remove(self, *, is_dry: bool) -> list[str]:
        """The same."""
        return self._run(lambda: remove_steps(self._connection, self.options), is_dry)

    def grants(self, role: str) -> list[str]:
        """What an administrator runs for the role of the sidecar."""
        return grants_for_reader(self._outbox, role)

    def show(self) -> dict[str, Any]:
        """What there is, in comparison with what is declared; for people and as JSON."""

        def read() -> dict[str, Any]:
            plans = plan(self._connection, _declared(), self.options)
            return {
                "database": self.options.database,
                "outbox": {
                    **asdict(self._outbox),
                    "exists": is_there(self._connection, self._outbox),
                },
                "tables": [
                    {
                        "table": f"{each.table.schema}.{each.table.name}",
                        "declared": each.declaration.label,
                        "tags": [tag.template.text for tag in each.declaration.tags],
                        "state": each.state,
                    }
                    for each in plans
                ],
                "undeclared": [
                    f"{each.name} on {each.table.schema}.{each.table.name}"
                    for each in undeclared(self._connection, plans, self.options)
                ],
            }

        return _refusing(read)

    @property
    def _outbox(self) -> Table:
        return Table(self.options.schema, self.options.table)

    def _run(self, find_steps: Callable[[], list[list[str]]], is_dry: bool) -> list[str]:
        def run() -> list[str]:
            steps = find_steps()
            if not is_dry:
                run_steps(self._connection, steps)
            return [statement for step in steps for statement in step]

        return _refusing(run)


def _declared() -> list[Declaration]:
    declarations, faults = read_declarations()
    if faults:
        lines = [f"{fault.label}: {fault.message}" for fault in faults]
        raise CommandError("\n".join(["The declarations have faults:", *lines]))
    if not declarations:
        raise CommandError("Nothing is declared: SPMS_CACHE_INVALIDATES is empty")
    return declarations


def _refusing(work: Callable[[], _T]) -> _T:
    try:
        return work()
    except OutboxError as error:
        raise CommandError(str(error)) from error
    except Error as error:
        raise CommandError(f"PostgreSQL refused: {str(error).strip()}") from error
