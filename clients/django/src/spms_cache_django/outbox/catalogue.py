"""What PostgreSQL's catalogue says of the declared tables, and of the triggers that are there."""

from dataclasses import dataclass
from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper

from ..invalidation.path import AnyModel
from .quoting import Table, identifier

COMMENT: Final = "spms-cache-django "


class OutboxError(Exception):
    """What keeps the triggers from being installed; the message says what to do."""


@dataclass(frozen=True, slots=True)
class InstalledTrigger:
    """
    `version` is that of the function's text; `is_enabled` is false after `ALTER TABLE … DISABLE
    TRIGGER`.
    """

    table: Table
    name: str
    function: Table
    version: str
    is_enabled: bool


def query(connection: BaseDatabaseWrapper, sql: str, *values: str) -> list[tuple[Any, ...]]:
    """The rows of one statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def table_of(connection: BaseDatabaseWrapper, model: AnyModel) -> Table:
    """Where the model's table is, by the `search_path` of the connection. Raises `OutboxError`."""
    name = model._meta.db_table
    found = query(
        connection,
        "SELECT n.nspname, c.relname, c.relkind::text FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass(%s)",
        # In quotes already where it names the schema, too: `"schema"."table"`, as is done with
        # Django.
        name if name.startswith('"') and name.endswith('"') else identifier(name),
    )
    if not found:
        raise OutboxError(
            f"{model._meta.label} has no table {name} in '{connection.alias}': run migrate first"
        )
    schema, table, kind = found[0]
    if kind not in ("r", "p"):
        raise OutboxError(
            f"{model._meta.label}: {name} is no table of this database: it can have no trigger"
        )
    return Table(schema, table)


def partitions_of(connection: BaseDatabaseWrapper, table: Table) -> list[Table]:
    """
    Its partitions and the tables that inherit from it, at any depth. A statement that names one of
    them does not run the triggers of the table above. Foreign tables are left out: they cannot hand
    over their rows.
    """
    found = query(
        connection,
        "WITH RECURSIVE below (oid) AS ("
        "SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass(%s) UNION "
        "SELECT i.inhrelid FROM pg_inherits i JOIN below b ON b.oid = i.inhparent) "
        "SELECT n.nspname, c.relname FROM below b JOIN pg_class c ON c.oid = b.oid "
        "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') ORDER BY 1, 2",
        str(table),
    )
    return [Table(schema, name) for schema, name in found]


def primary_key_of(connection: BaseDatabaseWrapper, table: Table) -> tuple[str, ...]:
    """Its columns; empty without one."""
    found = query(
        connection,
        "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid "
        "AND a.attnum = ANY (i.indkey) "
        "WHERE i.indrelid = to_regclass(%s) AND i.indisprimary ORDER BY a.attnum",
        str(table),
    )
    return tuple(name for (name,) in found)


def installed_triggers(connection: BaseDatabaseWrapper, schema: str) -> list[InstalledTrigger]:
    """Those that run a function of ours in the schema of the outbox."""
    found = query(
        connection,
        "SELECT tn.nspname, c.relname, t.tgname, pn.nspname, p.proname, "
        "obj_description(p.oid, 'pg_proc'), t.tgenabled <> 'D' FROM pg_trigger t "
        "JOIN pg_class c ON c.oid = t.tgrelid "
        "JOIN pg_namespace tn ON tn.oid = c.relnamespace JOIN pg_proc p ON p.oid = t.tgfoid "
        "JOIN pg_namespace pn ON pn.oid = p.pronamespace WHERE pn.nspname = %s "
        "AND starts_with(obj_description(p.oid, 'pg_proc'), %s) ORDER BY 1, 2, 3",
        schema,
        COMMENT,
    )
    return [
        InstalledTrigger(
            Table(schema_, table),
            name,
            Table(function_schema, function),
            comment[len(COMMENT) :],
            enabled,
        )
        for schema_, table, name, function_schema, function, comment, enabled in found
    ]


def installed_functions(connection: BaseDatabaseWrapper, schema: str) -> list[Table]:
    """Ours, whether a trigger runs them or not."""
    found = query(
        connection,
        "SELECT n.nspname, p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
        "WHERE n.nspname = %s AND starts_with(obj_description(p.oid, 'pg_proc'), %s) ORDER BY 2",
        schema,
        COMMENT,
    )
    return [Table(function_schema, name) for function_schema, name in found]
