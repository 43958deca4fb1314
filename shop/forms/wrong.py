"""What is wrong in a form of plain fields: a sentence for each of them, all at once."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kernel.i18n import _l
from kernel.refusal import Missing, Refusal


class Wrong(Refusal):
    """Some fields cannot stay as they are; `errors`: why, by the id of the field."""

    message = _l("Something needs your attention")

    def __init__(self, errors: Mapping[str, str], *, status: int = 422) -> None:
        super().__init__(status=status)
        self.errors = dict(errors)


@contextmanager
def beside(field: str) -> Iterator[None]:
    """Tell what is refused beside that field."""
    try:
        yield
    except Refusal as refusal:
        raise Wrong({field: str(refusal)}, status=refusal.status) from refusal


def tried(errors: dict[str, str], field: str, ask: Callable[..., Any], *args: Any) -> Any:
    """What `ask` says; None when it refuses, and why is written beside the field, or those that it names itself."""
    try:
        return ask(*args)
    except Missing:
        raise
    except Refusal as refusal:
        errors |= of(refusal) or {field: str(refusal)}
        return None


def of(refusal: Refusal) -> dict[str, str]:
    """Why each field was refused; nothing when it was not about fields."""
    return refusal.errors if isinstance(refusal, Wrong) else {}
