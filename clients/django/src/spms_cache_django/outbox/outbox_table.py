"""The outbox itself, and the rights of who reads it."""

from typing import Final

from .quoting import Table, identifier

# Not at once, so that a statement which writes the table is not held up behind the one that waits
# for it.
LOCK_TIMEOUT: Final = "SET LOCAL lock_timeout = '5s'"


def create_outbox(outbox: Table) -> str:
    """Nothing is indexed but the primary key: rows stay for milliseconds."""
    return f"""CREATE TABLE IF NOT EXISTS {outbox} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tags text[] NOT NULL DEFAULT '{{}}',
  patterns text[] NOT NULL DEFAULT '{{}}',
  everything boolean NOT NULL DEFAULT false,
  written_at timestamptz NOT NULL DEFAULT clock_timestamp()
)"""


def grants_for_reader(outbox: Table, role: str) -> list[str]:
    """
    All that the sidecar's role needs: to read and delete rows of the outbox, and nothing of the
    tables beside it.
    """
    reader = identifier(role)
    return [
        f"GRANT USAGE ON SCHEMA {identifier(outbox.schema)} TO {reader}",
        # PostgreSQL asks for UPDATE on a table whose rows are locked (SELECT … FOR UPDATE): on one
        # column is enough.
        f"GRANT SELECT, DELETE, UPDATE (id) ON {outbox} TO {reader}",
    ]
