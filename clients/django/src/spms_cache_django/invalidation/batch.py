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
    batch, is_certain = _find(connection)
    batch.names.update(names)
    if not is_certain:
        transaction.on_commit(batch.send, using=using, robust=True)


class _Batch:
    """
    Of one transaction. It is reached by the hooks of that transaction only, and ends with them.
    """

    def __init__(self) -> None:
        self.names = Names()

    def send(self) -> None:
        """The first hook sends all; for those of the savepoints nothing is left."""
        names, self.names = self.names, Names()
        if names:
            announce(names)


def _find(connection: BaseDatabaseWrapper) -> tuple[_Batch, bool]:
    """The transaction's batch, and whether it has a hook that lives as long as what is done now."""
    savepoints = set(connection.savepoint_ids)
    found: _Batch | None = None
    for made_in, hook, *_ in connection.run_on_commit:
        batch = getattr(hook, "__self__", None)
        if isinstance(batch, _Batch):
            found = batch
            if made_in <= savepoints:
                return batch, True
    return found or _Batch(), False
