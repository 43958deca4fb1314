"""Work done ahead: in order, by one thread of its own, while who needs it waits for the disk or the network."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context

Made = dict[int, bytes | Exception]


class Ahead:
    """Makes bytes of numbered things as they are asked for; `verb` sees the application, and no database.

    A turn of the interpreter is not made shorter for it: it lets go whenever it signs, that is every fraction of a
    millisecond, so whoever comes back from the disk or the network goes on soon.
    """

    def __init__(self, verb: Callable[[int], bytes]) -> None:
        self.verb, self.inside, self.asked = verb, copy_context(), dict[int, Future[Made]]()
        self.pool = ThreadPoolExecutor(1, "ahead")

    def __enter__(self) -> "Ahead":
        return self

    def __exit__(self, *_error: object) -> None:
        self.pool.shutdown(cancel_futures=True)

    def ask(self, numbers: Iterable[int]) -> None:
        """Have these made, one after another; what is asked for already is not made twice."""
        fresh = [number for number in numbers if number not in self.asked]
        if fresh:
            self.asked |= dict.fromkeys(fresh, self.pool.submit(self.inside.run, self._made, fresh))

    def take(self, number: int) -> bytes:
        """What came of one that was asked for; raises what its verb raised."""
        found = self.asked.pop(number).result().pop(number)
        if isinstance(found, Exception):
            raise found
        return found

    def _made(self, numbers: list[int]) -> Made:
        return {number: self._one(number) for number in numbers}

    def _one(self, number: int) -> bytes | Exception:
        try:
            return self.verb(number)
        except Exception as error:  # said to whoever takes it
            return error
