"""The library is in PostgreSQL, everything else in the default database."""

from typing import Any


class Router:
    def db_for_read(self, model: Any, **_hints: Any) -> str | None:
        return "postgres" if model._meta.app_label == "library" else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool:
        return (app_label == "library") == (db == "postgres")
