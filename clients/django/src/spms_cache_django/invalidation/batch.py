"""
What a transaction has made untrue, sent once after its outermost commit.

Django drops the hooks of a transaction that is rolled back, and those that were made in a savepoint
that is. What a savepoint has collected may be sent all the same when the rest commits: that removes
too much, never too little.
"""

import logging

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from .names import Names
from .send import announce

logger = logging.getLogger("spms_cache_django")


def collect(names: Names, using: str) -> None:
    """To be sent after the commit of what `using` is in; at once outside a transaction."""
    if not names:
        return
    connection = connections[using]
    if not connection.in_atomic_block and not connection.get_autocommit():
        # The end of a transaction that is managed by hand is not told to anybody.
        logger.warning("Invalidated before the commit, because autocommit is off in '%s'", using)
        announce(names)
        return
    batch = _find(connection)
    if batch is None:
        transaction.on_commit(_Batch(names).send, using=using, robust=True)
    else:
        batch.names.update(names)


class _Batch:
    """Of one transaction. It is reached by its hook only, and ends with it."""

    def __init__(self, names: Names) -> None:
        self.names = Names()
        self.names.update(names)

    def send(self) -> None:
        """After the commit."""
        announce(self.names)


def _find(connection: BaseDatabaseWrapper) -> _Batch | None:
    """
    The batch whose hook the transaction still has. It lives as long as what is done now: a
    savepoint that it was made in is open still, or is released and can no longer be rolled back by
    itself.
    """
    for _, hook, *_ in connection.run_on_commit:
        batch = getattr(hook, "__self__", None)
        if isinstance(batch, _Batch):
            return batch
    return None
