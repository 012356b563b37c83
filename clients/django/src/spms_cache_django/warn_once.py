"""
Warnings that come once for each thing they are about: a page that is read a thousand times must not
fill the log.
"""

from __future__ import annotations

import logging
from collections import OrderedDict

logger = logging.getLogger("spms_cache_django")

# What, and why.
NOT_DONE = "Not carried out by the cache: %s: %s"

_MOST = 1000
_said: OrderedDict[tuple[str, ...], None] = OrderedDict()


def forget_warnings() -> None:
    """From here on each is new."""
    _said.clear()


def warn_once(sentence: str, *details: str) -> None:
    """Logs a warning unless the same was among the last thousand different ones."""
    said = (sentence, *details)
    if said in _said:
        return
    _said[said] = None
    if len(_said) > _MOST:
        _said.popitem(last=False)
    logger.warning(sentence, *details)
