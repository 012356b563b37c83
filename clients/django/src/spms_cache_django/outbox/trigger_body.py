"""What the function of a table's triggers does, in PL/pgSQL."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ..invalidation.declaration import Declaration
from ..invalidation.path import AnyModel
from .changed_rows import NEW, OLD, changed_rows, rows_of
from .names_sql import ROWS, names_query
from .options import CHANNEL, OutboxOptions
from .quoting import Table, dollar_quoted, literal, text_array

FEW_ROWS: Final = 100
TAGS_PER_ROW: Final = 1000
PATTERNS_PER_ROW: Final = 100


@dataclass(frozen=True, slots=True)
class TriggerSource:
    """What it is made of. `key` has the columns of the table's primary key, none without one."""

    declaration: Declaration
    table: Table
    key: tuple[str, ...]
    table_of: Callable[[AnyModel], Table]
    options: OutboxOptions


def function_body(source: TriggerSource) -> str:
    """
    A table or column that is gone since must not make writes fail: then everything is invalidated,
    with a warning. Only reading is within the inner block, because a subtransaction that writes
    takes a number, and more than 64 of them in a transaction slow down every other one.
    """
    options, declaration = source.options, source.declaration
    outbox = Table(options.schema, options.table)
    return f"""
DECLARE
  names text[];
  globs text[];
  all_names boolean := false;
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    {_assign_families(declaration)}
  ELSE
    BEGIN
      IF TG_OP = 'INSERT' THEN{_gather(rows_of(NEW, declaration), NEW, source)}
      ELSIF TG_OP = 'DELETE' THEN{_gather(rows_of(OLD, declaration), OLD, source)}
      ELSE{_gather(changed_rows(declaration, source.key), NEW, source)}
      END IF;
    EXCEPTION
      WHEN undefined_column OR undefined_table OR undefined_function OR insufficient_privilege THEN
        all_names := true;
        RAISE WARNING 'spms_cache: everything is invalidated, because the trigger of % fails: %',
          TG_RELID::regclass, SQLERRM USING HINT = 'manage.py spms_cache install_triggers';
    END;
    IF cardinality(names) > {options.fold_above} THEN
      {_assign_families(declaration)}
    END IF;
  END IF;
  IF all_names OR cardinality(globs) > {PATTERNS_PER_ROW} THEN
    INSERT INTO {outbox} (everything) VALUES (true);
  ELSIF names IS NOT NULL OR globs IS NOT NULL THEN
    INSERT INTO {outbox} (tags, patterns)
    SELECT coalesce(names[spms_at:spms_at + {TAGS_PER_ROW - 1}], '{{}}'),
      CASE WHEN spms_at = 1 THEN coalesce(globs, '{{}}') ELSE '{{}}' END
    FROM generate_series(1, greatest(cardinality(names), 1), {TAGS_PER_ROW}) AS spms_at;
  ELSE
    RETURN NULL;
  END IF;
{_notify(options)}  RETURN NULL;
END;
"""


def _gather(rows: str, counted: str, source: TriggerSource) -> str:
    """
    PL/pgSQL keeps the plan of a query for the session, made for as many rows as there were the
    first time: after a bulk update each change of one row would scan the tables that are joined.
    So the plan that is kept is one for a few rows, and many rows get one of their own.
    """
    read, into = _query(rows, source)
    return f"""
        IF (SELECT count(*) FROM (SELECT FROM {counted} LIMIT {FEW_ROWS + 1}) AS s) > {FEW_ROWS}
        THEN
          EXECUTE {dollar_quoted(f"{read} FROM spms_names")} INTO {into};
        ELSE
{read} INTO {into} FROM spms_names;
        END IF;"""


def _query(rows: str, source: TriggerSource) -> tuple[str, str]:
    """One name more than may be written one by one tells that there are too many."""
    enough = source.options.fold_above + PATTERNS_PER_ROW + 2
    query = f"""
          WITH {ROWS} AS (
{rows}
          ), spms_names (kind, name) AS (
            SELECT DISTINCT * FROM (
{names_query(source.declaration, source.table_of)}
            ) AS spms_every (kind, name) WHERE name IS NOT NULL LIMIT {enough}
          )
          SELECT array_agg(name) FILTER (WHERE kind = 'tag'),
            array_agg(name) FILTER (WHERE kind = 'pattern'),
            coalesce(bool_or(kind = 'everything'), false)"""
    return query, "names, globs, all_names"


def _assign_families(declaration: Declaration) -> str:
    """Instead of each tag: those that are one for all rows, and a glob for each other family."""
    tags = declaration.tags
    families = [tag.template.family for tag in tags if tag.paths]
    if None in families or any(tag.template.is_everything for tag in tags):
        return "all_names := true;"
    globs = sorted({family for family in families if family is not None})
    texts = sorted(tag.template.text for tag in tags if not tag.paths)
    wanted = text_array(globs) if globs else "NULL"
    kept = text_array(texts) if texts else "NULL"
    return f"names := {kept}; globs := {wanted};"


def _notify(options: OutboxOptions) -> str:
    """
    A commit with a notification takes a lock of the whole cluster, so that notifications come in
    the order of commits: PreCommit_Notify in PostgreSQL's src/backend/commands/async.c.
    """
    return f"  PERFORM pg_notify({literal(CHANNEL)}, '');\n" if options.notify else ""
