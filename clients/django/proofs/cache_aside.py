"""As the caching strategy has it: look up, ask the database, store; commit, then delete."""

from django.core.cache import cache
from django.db import connection, transaction

ROWS = 8
# The query takes as long as those of a profile do. PostgreSQL takes its snapshot before it waits.
READ = "SELECT version, pg_sleep(0.003) FROM fence_row WHERE id = %s"
WRITE = "UPDATE fence_row SET version = version + 1 WHERE id = %s RETURNING version"


def make_rows() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS fence_row")
        cursor.execute("CREATE TABLE fence_row (id integer PRIMARY KEY, version bigint NOT NULL)")
        cursor.execute(
            "INSERT INTO fence_row SELECT number, 1 FROM generate_series(0, %s) AS number",
            [ROWS - 1],
        )


def read(row: int) -> tuple[int, bool]:
    """The version of a row, and whether it was a hit."""
    key = f"row:{row}"
    version = cache.get(key)
    if version is not None:
        return version, True
    with connection.cursor() as cursor:
        cursor.execute(READ, [row])
        version = cursor.fetchone()[0]
    cache.set(key, version, timeout=300)
    return version, False


def write(row: int) -> int:
    """Raises one version. When it returns, that is committed and what was stored is deleted."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WRITE, [row])
        version: int = cursor.fetchone()[0]
    cache.delete(f"row:{row}")
    return version
