"""Names and texts as PostgreSQL reads them back, whatever is in them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its schema and its own name, both as they stand in the catalogue."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{identifier(self.schema)}.{identifier(self.name)}"


def identifier(name: str) -> str:
    """As `format('%I')`, but always in quotes."""
    if "\0" in name:
        raise ValueError("a name cannot have a zero byte")
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """As `format('%L')`: the same under both values of `standard_conforming_strings`."""
    quoted = "'" + text.replace("'", "''").replace("\\", "\\\\") + "'"
    return f"E{quoted}" if "\\" in text else quoted


def text_array(texts: list[str]) -> str:
    """An expression of the type text[]."""
    return f"ARRAY[{', '.join(literal(text) for text in texts)}]::text[]"


def dollar_quoted(body: str) -> str:
    """Between a tag that the body does not have."""
    number = 0
    while f"$spms{number}$" in body:
        number += 1
    return f"$spms{number}${body}$spms{number}$"
