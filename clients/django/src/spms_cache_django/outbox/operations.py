"""The outbox in a project's migrations."""

import logging
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from ..invalidation.declaration import read_declarations
from .install import install_steps, remove_steps
from .options import outbox_options

logger = logging.getLogger("spms_cache_django")


class InstallTriggers(Operation):
    """
    Brings outbox and triggers to what is declared now, as far as the models are there by then. Add
    one after each change of the declarations or of a column that they name: `manage.py check
    --database` says when. Back means without triggers.
    """

    reduces_to_sql = True
    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models stay as they are."""

    def database_forwards(
        self,
        app_label: str,  # noqa: ARG002
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002
        to_state: ProjectState,
    ) -> None:
        """In the migration's own transaction, and only in the database of the setting."""
        options = outbox_options()
        if schema_editor.connection.alias != options.database:
            return
        declarations, faults = read_declarations(to_state.apps)
        for fault in faults:
            logger.warning("Not yet in the triggers: %s %s", fault.label, fault.message)
        _run(schema_editor, install_steps(schema_editor.connection, declarations, options))

    def database_backwards(
        self,
        app_label: str,  # noqa: ARG002
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002
        to_state: ProjectState,  # noqa: ARG002
    ) -> None:
        """The outbox stays, with the rows that are due."""
        options = outbox_options()
        if schema_editor.connection.alias == options.database:
            _run(schema_editor, remove_steps(schema_editor.connection, options))

    def describe(self) -> str:
        return "Installs the triggers of the outbox of the cache"

    @property
    def migration_name_fragment(self) -> str:
        return "install_cache_triggers"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__name__, [], {})


def _run(schema_editor: BaseDatabaseSchemaEditor, steps: list[list[str]]) -> None:
    for statements in steps:
        for statement in statements:
            # Not formatted by the driver: a pattern may have a percent sign.
            schema_editor.execute(statement, params=None)
