"""
The trigger of one table, as SQL.

It writes the tags of each changed row, old and new, into the outbox, in the transaction of the
change. It runs once for each statement and has the changed rows as two tables, so that it costs a
statement and not a row: https://www.postgresql.org/docs/current/sql-createtrigger.html,
REFERENCING.
"""

from typing import Final

from .changed_rows import NEW, OLD
from .quoting import Table, dollar_quoted, identifier
from .trigger_body import TriggerSource, function_body

# Which rows a statement of each kind hands over. A trigger for several kinds cannot have any.
EVENTS: Final = {
    "INSERT": f"REFERENCING NEW TABLE AS {NEW}",
    "UPDATE": f"REFERENCING OLD TABLE AS {OLD} NEW TABLE AS {NEW}",
    "DELETE": f"REFERENCING OLD TABLE AS {OLD}",
    "TRUNCATE": "",
}


def create_function(function: Table, source: TriggerSource) -> str:
    """
    It runs with the rights of its owner, so that who writes the table needs none on the outbox.
    Nothing in it is found by the caller's `search_path`:
    https://www.postgresql.org/docs/current/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY
    """
    return (
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql\n"
        # To compile a query of one use costs more than to run it.
        "SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS "
        f"{dollar_quoted(function_body(source))}"
    )


def create_trigger(event: str, table: Table, function: Table) -> str:
    """On the table itself or on one of its partitions."""
    return (
        f"CREATE OR REPLACE TRIGGER {identifier(trigger_name(event))} AFTER {event} ON {table} "
        f"{EVENTS[event]} FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )


def trigger_name(event: str) -> str:
    """One for each key of `EVENTS`."""
    return f"spms_cache_{event.lower()}"
