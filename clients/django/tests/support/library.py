"""The library's tables in a PostgreSQL of their own, and what its triggers have written."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.management import call_command
from django.db import connections

from spms_cache_django.outbox.quoting import identifier

from .postgres import running_postgres

ODD = """ "odd 'table' ""of"" $spms0$ %s \\" """
UNMANAGED = (
    f"""CREATE TABLE {ODD} ("the ""value""'s $1" integer PRIMARY KEY, "Select" text)""",
    "CREATE TABLE library_visit (id int, reader_id bigint, day int) PARTITION BY RANGE (day)",
    "CREATE TABLE library_visit_early PARTITION OF library_visit FOR VALUES FROM (0) TO (100)",
    "CREATE TABLE library_visit_late PARTITION OF library_visit FOR VALUES FROM (100) TO (200)",
)


@dataclass(slots=True)
class Written:
    """What rows of the outbox say, all together."""

    tags: set[str] = field(default_factory=set)
    patterns: set[str] = field(default_factory=set)
    everything: bool = False
    rows: int = 0


class Library:
    """One connection to it, beside Django's own."""

    alias = "postgres"

    def run(self, sql: str, *values: str | int | UUID) -> list[tuple[Any, ...]]:
        with connections[self.alias].cursor() as cursor:
            cursor.execute(sql, values or None)
            return list(cursor.fetchall()) if cursor.description else []

    def written(self) -> Written:
        """Takes them out."""
        found = Written()
        rows = self.run("DELETE FROM public.spms_cache_outbox RETURNING tags, patterns, everything")
        for tags, patterns, everything in rows:
            assert len(tags) <= 1000
            assert len(patterns) <= 100
            found.tags |= set(tags)
            found.patterns |= set(patterns)
            found.everything |= everything
            found.rows += 1
        return found

    def empty(self) -> None:
        tables = [
            model._meta.db_table
            for model in apps.get_app_config("library").get_models(include_auto_created=True)
            if not model._meta.proxy
        ]
        self.run(f"TRUNCATE {', '.join(map(identifier, tables))} RESTART IDENTITY")
        self.run("TRUNCATE public.spms_cache_outbox")


@contextmanager
def library_database() -> Iterator[Library]:
    with running_postgres() as folder:
        connection = connections["postgres"]
        connection.settings_dict["HOST"] = str(folder)
        library = Library()
        call_command("migrate", database="postgres", run_syncdb=True, verbosity=0)
        for statement in UNMANAGED:
            library.run(statement)
        yield library
        connection.close()
