"""Brings the outbox and its triggers to what is declared, and takes them away again."""

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from ..invalidation.declaration import Declaration
from . import catalogue
from .options import OutboxOptions
from .outbox_table import LOCK_TIMEOUT, create_outbox
from .plan import drop_trigger, plan, undeclared
from .quoting import Table


def install_steps(
    connection: BaseDatabaseWrapper, declarations: list[Declaration], options: OutboxOptions
) -> list[list[str]]:
    """
    The statements that are still to be run, those of one transaction together: a table that is as
    declared is not touched, and no two tables are locked at a time. Raises `OutboxError`.
    """
    outbox = Table(options.schema, options.table)
    plans = plan(connection, declarations, options)
    steps = [] if is_there(connection, outbox) else [[create_outbox(outbox)]]
    steps += [list(each.sql) for each in plans if each.state != "installed"]
    gone = undeclared(connection, plans, options)
    steps += [[drop_trigger(trigger)] for trigger in gone]
    wanted = {each.function for each in plans}
    unused = [
        each
        for each in catalogue.installed_functions(connection, options.schema)
        if each not in wanted
    ]
    steps += [[f"DROP FUNCTION IF EXISTS {function}()"] for function in unused]
    return steps


def remove_steps(connection: BaseDatabaseWrapper, options: OutboxOptions) -> list[list[str]]:
    """
    All triggers and functions. The outbox stays: its rows are invalidations that are still due.
    """
    triggers = catalogue.installed_triggers(connection, options.schema)
    functions = catalogue.installed_functions(connection, options.schema)
    return [
        *([drop_trigger(trigger)] for trigger in triggers),
        *([f"DROP FUNCTION IF EXISTS {function}()"] for function in functions),
    ]


def run_steps(connection: BaseDatabaseWrapper, steps: list[list[str]]) -> None:
    """
    Gives up, by a `django.db.OperationalError`, when a table is locked for longer than five
    seconds.
    """
    for statements in steps:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            for statement in (LOCK_TIMEOUT, *statements):
                cursor.execute(statement)


def is_there(connection: BaseDatabaseWrapper, table: Table) -> bool:
    ((found,),) = catalogue.query(connection, "SELECT to_regclass(%s) IS NOT NULL", str(table))
    return bool(found)
