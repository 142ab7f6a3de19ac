"""A database that cannot be read or written now: what that proves of an order, and its words.

Alone because an order, a stop and every other request must say the same of the same trouble.

May import: errors, wire.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from migrations.database import NOT_KEPT
from proxy.errors import OrderRefused
from proxy.wire import Problem, Status

CODE = "database_failed"
NEXT = (
    "On its host: free the disk, or put the file back and start the service again. /stop works "
    "meanwhile."
)


@contextmanager
def unsent(client_id: str) -> Iterator[None]:
    """What is not written down is not sent: OrderRefused, where that is why."""
    try:
        yield
    except NOT_KEPT as failure:
        said = f"Nothing was sent. {why(failure)}"
        raise OrderRefused((CODE, said, NEXT), client_id, Status.NOT_SENT.value) from failure


def problem_of(failure: Exception) -> Problem:
    """The same for whoever asked for anything else."""
    return Problem(code=CODE, message=why(failure), hint=NEXT)


def why(failure: Exception) -> str:
    """What SQLite says is of its file alone; what a server says may name it and its people."""
    cause = getattr(failure, "orig", None)
    of_file = isinstance(cause, OSError) or "sqlite" in type(cause).__module__
    reason = str(cause) if of_file else "its server gives no usable answer"
    return f"The trading service cannot use its database: {reason}."
