"""What JSON has a form for by itself."""

from __future__ import annotations

from typing import Any

# The name of a mark: a dictionary that has it is written as a mark, too.
MARK = "$"
PLAIN_TYPES = frozenset({str, int, bool, type(None)})
_SCALARS = PLAIN_TYPES | {float}
_STRING = frozenset({str})
# A list that contains itself has no end.
_MOST_CONTAINERS = 1_000_000


def is_plain(value: Any) -> bool:
    """
    Whether JSON itself gives it back as it is, but for floats that are not finite: its media type
    says that there are no marks in it, whatever its dictionaries look like. A loop in place of
    calls, because this is most of what writing a large value costs.
    """
    if type(value) in _SCALARS:
        return True
    found = [value]
    for _ in range(_MOST_CONTAINERS):
        if not found:
            return True
        container = found.pop()
        kind = type(container)
        if kind is dict:
            if not {*map(type, container)} <= _STRING:
                return False
            container = container.values()
        elif kind is not list:
            return False
        found += [each for each in container if type(each) not in _SCALARS]
    return False
