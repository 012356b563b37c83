"""
A warning for each place that invalidates within a transaction.

Until the commit every reader still finds the old row, and may store what is made from it after the
invalidation: `transaction.on_commit` is for that, or what is declared in SPMS_CACHE_INVALIDATES.
"""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Final

from django.conf import settings
from django.db import connections

from .events import INVALIDATIONS, CacheEvent, subscribe

SETTING: Final = "SPMS_CACHE_WARN_IN_TRANSACTION"
logger = logging.getLogger("spms_cache_django")

_PACKAGE: Final = str(Path(__file__).parent)
_PLACES_MAX: Final = 1000


def is_wanted() -> bool:
    """The setting; without one, DEBUG."""
    return bool(getattr(settings, SETTING, settings.DEBUG))


def warn_in_transactions() -> Callable[[], None]:
    """From now on, once for each place. Returns what ends that."""
    places: set[tuple[str, int]] = set()

    def watch(event: CacheEvent) -> None:
        if event.operation.removeprefix("a") not in INVALIDATIONS:
            return
        open_in = [
            each.alias for each in connections.all(initialized_only=True) if each.in_atomic_block
        ]
        if not open_in:
            return
        file, line = _caller()
        if (file, line) in places or len(places) >= _PLACES_MAX:
            return
        places.add((file, line))
        logger.warning(
            "%s of %s at %s:%d is within a transaction of '%s': a read before the commit brings "
            "the old value back. Use transaction.on_commit, or declare it.",
            event.operation,
            ", ".join(event.keys[:3]) or "names",
            file,
            line,
            open_in[0],
        )

    return subscribe(watch)


def _caller() -> tuple[str, int]:
    """The nearest place that is neither of this package nor of Django's own cache."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith(_PACKAGE) and "/django/core/cache/" not in file:
            return file, frame.f_lineno
        frame = frame.f_back
    return "?", 0
