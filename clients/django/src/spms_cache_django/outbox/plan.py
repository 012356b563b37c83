"""What is to be installed, in comparison with what is there."""

import hashlib
from dataclasses import dataclass
from functools import cache, partial
from typing import Final, Literal

from django.db.backends.base.base import BaseDatabaseWrapper

from ..invalidation.declaration import Declaration
from . import catalogue
from .catalogue import COMMENT, InstalledTrigger, OutboxError
from .options import OutboxOptions
from .quoting import Table, identifier, literal
from .trigger_body import TriggerSource
from .trigger_sql import EVENTS, create_function, create_trigger, trigger_name

State = Literal["installed", "missing", "outdated", "disabled"]
_NAME_MAX_BYTES: Final = 63


@dataclass(frozen=True, slots=True)
class TablePlan:
    """
    One table or partition of a declaration: `sql` brings it to what is declared. `state` says how
    far that is from what is there, and `events` those kinds of statements that have no trigger as
    they should.
    """

    declaration: Declaration
    table: Table
    function: Table
    state: State
    events: tuple[str, ...]
    sql: tuple[str, ...]


def plan(
    connection: BaseDatabaseWrapper, declarations: list[Declaration], options: OutboxOptions
) -> list[TablePlan]:
    """
    Raises `OutboxError` for a table that is not there, and for another database than PostgreSQL.
    """
    if connection.vendor != "postgresql":
        raise OutboxError(
            f"'{connection.alias}' is {connection.display_name}: the outbox needs PostgreSQL"
        )
    installed: dict[Table, list[InstalledTrigger]] = {}
    for trigger in catalogue.installed_triggers(connection, options.schema):
        installed.setdefault(trigger.table, []).append(trigger)
    table_of = cache(partial(catalogue.table_of, connection))
    plans: list[TablePlan] = []
    for declaration in declarations:
        if not declaration.tags:
            continue
        table = table_of(declaration.model)
        key = catalogue.primary_key_of(connection, table)
        source = TriggerSource(declaration, table, key, table_of, options)
        plans += [
            _plan_table(source, each, installed.get(each, []))
            for each in (table, *catalogue.partitions_of(connection, table))
        ]
    return plans


def undeclared(
    connection: BaseDatabaseWrapper, plans: list[TablePlan], options: OutboxOptions
) -> list[InstalledTrigger]:
    """Triggers that are there for what is declared no longer."""
    wanted = {
        (each.table, trigger_name(event), each.function) for each in plans for event in EVENTS
    }
    return [
        trigger
        for trigger in catalogue.installed_triggers(connection, options.schema)
        if (trigger.table, trigger.name, trigger.function) not in wanted
    ]


def drop_trigger(trigger: InstalledTrigger) -> str:
    return f"DROP TRIGGER IF EXISTS {identifier(trigger.name)} ON {trigger.table}"


def _plan_table(
    source: TriggerSource, table: Table, installed: list[InstalledTrigger]
) -> TablePlan:
    function = _function_of(source)
    text = create_function(function, source)
    version = hashlib.sha256(text.encode()).hexdigest()[:16]
    there = {each.name: each for each in installed if each.function == function}
    missing = tuple(event for event in EVENTS if trigger_name(event) not in there)
    disabled = tuple(
        event
        for event in EVENTS
        if event not in missing and not there[trigger_name(event)].is_enabled
    )
    is_outdated = any(each.version != version for each in there.values())
    state: State = "installed"
    if len(missing) == len(EVENTS):
        state = "missing"
    elif missing or is_outdated:
        state = "outdated"
    elif disabled:
        state = "disabled"
    return TablePlan(
        declaration=source.declaration,
        table=table,
        function=function,
        state=state,
        events=missing or disabled,
        sql=(
            text,
            f"REVOKE ALL ON FUNCTION {function}() FROM PUBLIC",
            f"COMMENT ON FUNCTION {function}() IS {literal(COMMENT + version)}",
            *(create_trigger(event, table, function) for event in missing),
            *(
                f"ALTER TABLE {table} ENABLE TRIGGER {identifier(trigger_name(event))}"
                for event in disabled
            ),
        ),
    )


def _function_of(source: TriggerSource) -> Table:
    """
    Of the table's name as much as fits, and a digest, because there may be one of the same name in
    another schema.
    """
    digest = hashlib.sha256(str(source.table).encode()).hexdigest()[:8]
    head = f"spms_cache_{source.table.name}".encode()[: _NAME_MAX_BYTES - 9].decode(errors="ignore")
    return Table(source.options.schema, f"{head}_{digest}")
