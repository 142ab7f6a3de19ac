"""One thread that does one thing after the other, in their order; what is urgent is done next.

Alone because it decides what a stop waits for: hundreds may wait for the store, and it passes them.

May import: nothing of ours.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any, TypeAlias, TypeVar

R = TypeVar("R")
Waiting: TypeAlias = deque[tuple[Future[Any], Callable[[], Any]]]

URGENT: ContextVar[bool] = ContextVar("urgent", default=False)
"""Whether what the present task asks for goes before what others wait for."""


class Turns:
    """`put` returns at once; its future ends as the work has ended, and may be cancelled before."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._urgent: Waiting = deque()
        self._usual: Waiting = deque()

    def put(self, work: Callable[[], R]) -> Future[R]:
        answer: Future[R] = Future()
        (self._urgent if URGENT.get() else self._usual).append((answer, work))
        self._pool.submit(self._next)
        return answer

    def end(self) -> None:
        """Return when all that was put here has been done."""
        self._pool.shutdown(wait=True)

    def _next(self) -> None:
        answer, work = (self._urgent or self._usual).popleft()
        if not answer.set_running_or_notify_cancel():
            return
        try:
            answer.set_result(work())
        except BaseException as error:  # noqa: BLE001  it is whose who asked
            answer.set_exception(error)
