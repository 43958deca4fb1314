"""A refusal: an exception with a sentence for the person who asked."""

from typing import Any


class Refusal(Exception):
    """Rolls back what the request wrote and tells the person why, in their language.

    `message` may be lazy; `%(name)s` in it is filled from the keyword arguments.
    """

    message: Any = ""
    status = 422

    def __init__(self, message: Any = None, *, status: int | None = None, **values: Any) -> None:
        self._message = message if message is not None else self.message
        self.values = values
        if status is not None:
            self.status = status
        super().__init__(self._message)

    def __str__(self) -> str:
        text = str(self._message)
        return text % self.values if self.values else text


class Missing(Refusal):
    """What was asked for is not there, or not theirs."""

    status = 404


class Gone(Refusal):
    """It was there once: an expired link, a used token."""

    status = 410
