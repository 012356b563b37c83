"""
Reads single values of `OPTIONS`; what is wrong is named and never shown, as it may be a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured


def number(options: Mapping[str, Any], name: str, default: float, low: float, high: float) -> float:
    """A number from `low` to `high`."""
    value = options.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ImproperlyConfigured(
            f"CACHES: OPTIONS[{name!r}] must be a number from {low} to {high}"
        )
    return float(value)


def integer(options: Mapping[str, Any], name: str, default: int, low: int, high: int) -> int:
    """A whole number from `low` to `high`."""
    value = options.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ImproperlyConfigured(
            f"CACHES: OPTIONS[{name!r}] must be a whole number from {low} to {high}"
        )
    return value


def flag(options: Mapping[str, Any], name: str, default: bool) -> bool:
    """True or False."""
    value = options.get(name, default)
    if not isinstance(value, bool):
        raise ImproperlyConfigured(f"CACHES: OPTIONS[{name!r}] must be True or False")
    return value


def text(options: Mapping[str, Any], name: str, default: str) -> str:
    """A string."""
    value = options.get(name, default)
    if not isinstance(value, str):
        raise ImproperlyConfigured(f"CACHES: OPTIONS[{name!r}] must be a string")
    return value
