"""Work done ahead: in order, by one thread of its own, while who needs it waits for the disk or the network."""

import sys
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context

TURN = 0.0005  # seconds: whoever comes back from the disk or the network goes on soon, there are more waits to fill


class Ahead:
    """Makes bytes of numbered things as they are asked for; `verb` sees the application, and no database."""

    def __init__(self, verb: Callable[[int], bytes]) -> None:
        self.verb, self.inside, self.asked = verb, copy_context(), dict[int, Future[bytes]]()
        self.pool = ThreadPoolExecutor(1, "ahead")

    def __enter__(self) -> "Ahead":
        self.usual = sys.getswitchinterval()
        sys.setswitchinterval(TURN)
        return self

    def __exit__(self, *_error: object) -> None:
        self.pool.shutdown(cancel_futures=True)
        sys.setswitchinterval(self.usual)

    def ask(self, numbers: Iterable[int]) -> None:
        """Have these made, in their order; what is asked for already is not made twice."""
        for number in numbers:
            if number not in self.asked:
                self.asked[number] = self.pool.submit(self.inside.run, self.verb, number)

    def take(self, number: int) -> bytes:
        """What came of one that was asked for; raises what its verb raised."""
        return self.asked.pop(number).result()
