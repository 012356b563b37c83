"""Which states of rows a statement's trigger looks at, as SQL over its transition tables."""

from typing import Final

from ..invalidation.declaration import Declaration
from .quoting import identifier

OLD: Final = "spms_old"
NEW: Final = "spms_new"


def columns_of(declaration: Declaration) -> list[str]:
    """
    The columns that the names are made of, or lead to what they are made of. At least one, for
    names that are made of none.
    """
    paths = [path for tag in declaration.tags for path in tag.paths]
    return sorted({path.own_column for path in paths}) or _local_columns(declaration)[:1]


def rows_of(name: str, declaration: Declaration) -> str:
    """All rows of one of the two tables."""
    columns = (f"{name}.{identifier(column)}" for column in columns_of(declaration))
    return f"SELECT {', '.join(columns)} FROM {name}"


def changed_rows(declaration: Declaration, key: tuple[str, ...]) -> str:
    """
    Both states of each row that has changed, or of all rows where no key joins the two. `*<>`
    compares the bytes of any type, also of one without an equality, such as json:
    https://www.postgresql.org/docs/current/functions-comparisons.html#COMPOSITE-TYPE-COMPARISON
    """
    if not key:
        return f"{rows_of(OLD, declaration)} UNION ALL {rows_of(NEW, declaration)}"
    columns = [identifier(column) for column in columns_of(declaration)]
    states = [", ".join(f"{name}.{column}" for column in columns) for name in (OLD, NEW)]
    keys = [identifier(column) for column in key]
    same_key = " AND ".join(f"{OLD}.{column} = {NEW}.{column}" for column in keys)
    return (
        f"SELECT spms_state.* FROM {OLD} FULL JOIN {NEW} ON {same_key}\n"
        f"CROSS JOIN LATERAL (VALUES ({states[0]}), ({states[1]})) "
        f"AS spms_state ({', '.join(columns)})\n"
        f"WHERE {OLD}.{keys[0]} IS NULL OR {NEW}.{keys[0]} IS NULL OR {_differs(declaration)}"
    )


def _differs(declaration: Declaration) -> str:
    """
    Where something is ignored, the other columns are compared by name: of those that are added
    later the trigger learns when it is installed again.
    """
    if not declaration.ignored:
        return f"{OLD} *<> {NEW}"
    columns = [each for each in _local_columns(declaration) if each not in declaration.ignored]
    if not columns:
        return "false"
    old, new = (
        ", ".join(f"{name}.{identifier(column)}" for column in columns) for name in (OLD, NEW)
    )
    return f"ROW({old})::record *<> ROW({new})::record"


def _local_columns(declaration: Declaration) -> list[str]:
    """All columns of the table that Django knows."""
    fields = declaration.model._meta.local_concrete_fields
    return [field.column for field in fields if field.column is not None]
