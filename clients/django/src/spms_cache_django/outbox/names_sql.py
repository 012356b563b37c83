"""
The query that makes the tags of changed rows, as the ORM's reading of the same declaration does.
"""

from collections.abc import Callable
from typing import Final

from ..invalidation.declaration import Declaration, Tag
from ..invalidation.path import AnyModel, Step
from ..invalidation.template import NAME_MAX_BYTES, SPACES_AND_CONTROLS, Template
from .quoting import Table, identifier, literal

ROWS: Final = "spms_rows"
# Not U+0000, which no text of PostgreSQL has.
_FORBIDDEN: Final = "[" + SPACES_AND_CONTROLS.replace(r"\u0000", r"\u0001") + "]"


def names_query(declaration: Declaration, table_of: Callable[[AnyModel], Table]) -> str:
    """
    Reads `spms_rows`, and gives rows of (`kind`, `name`): `tag`,
    `pattern` for a name that the sidecar would not take, whose family must do, or `everything`.
    """
    return "\nUNION ALL\n".join(_of_tag(tag, table_of) for tag in declaration.tags)


def _of_tag(tag: Tag, table_of: Callable[[AnyModel], Table]) -> str:
    if tag.template.is_everything:
        return f"SELECT 'everything', '' WHERE EXISTS (SELECT 1 FROM {ROWS})"
    if not tag.paths:
        return f"SELECT 'tag', {literal(tag.template.text)} WHERE EXISTS (SELECT 1 FROM {ROWS})"
    aliases: dict[tuple[Step, ...], str] = {(): ROWS}
    joins: list[str] = []
    values = []
    for path in tag.paths:
        for length in range(1, len(path.steps) + 1):
            steps = path.steps[:length]
            if steps not in aliases:
                alias = f"spms_{len(aliases)}"
                joins.append(_join(steps[-1], aliases[steps[:-1]], alias, table_of))
                aliases[steps] = alias
        values.append(f"{aliases[path.steps]}.{identifier(path.column)}::text")
    source = " ".join([ROWS, *joins])
    name = _concatenated(tag.template, values)
    if all(path.is_always_a_name for path in tag.paths) and _is_short(tag):
        return f"SELECT 'tag', {name} FROM {source}"
    return _checked(tag.template, name, source)


def _join(step: Step, before: str, alias: str, table_of: Callable[[AnyModel], Table]) -> str:
    condition = f"{alias}.{identifier(step.column)} = {before}.{identifier(step.from_column)}"
    return f"JOIN {table_of(step.model)} AS {alias} ON {condition}"


def _concatenated(template: Template, values: list[str]) -> str:
    """NULL if any of the values is."""
    parts: list[str] = []
    for index, text in enumerate(template.literals):
        parts += [literal(text)] if text else []
        parts += values[index : index + 1]
    return " || ".join(parts)


def _is_short(tag: Tag) -> bool:
    """A number has at most 20 characters, a UUID 36."""
    return (
        sum(len(text.encode()) for text in tag.template.literals) + 36 * len(tag.paths)
        <= NAME_MAX_BYTES
    )


def _checked(template: Template, name: str, source: str) -> str:
    family = template.family
    kind, other = ("everything", "") if family is None else ("pattern", family)
    is_name = (
        f"spms_name.name !~ {literal(_FORBIDDEN)} AND left(spms_name.name, 1) NOT IN ('@', '') "
        f"AND octet_length(spms_name.name) <= {NAME_MAX_BYTES}"
    )
    return (
        f"SELECT CASE WHEN {is_name} THEN 'tag' ELSE {literal(kind)} END, "
        f"CASE WHEN {is_name} THEN spms_name.name ELSE {literal(other)} END\n"
        f"FROM (SELECT {name} AS name FROM {source}) AS spms_name WHERE spms_name.name IS NOT NULL"
    )
