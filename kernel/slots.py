"""Slots: places in a lower package's pages that higher packages fill."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from markupsafe import Markup

Filler = Callable[..., str]
_fillers: dict[str, list[tuple[int, str, Filler]]] = defaultdict(list)


def fill(name: str, filler: Filler, *, order: int = 50) -> None:
    """Put `filler(**context) -> HTML` into slot `name`; once per function, lower `order` first."""
    entry = (order, f"{filler.__module__}.{filler.__qualname__}", filler)
    kept = [known for known in _fillers[name] if known[1] != entry[1]]
    _fillers[name] = sorted([*kept, entry], key=lambda known: known[:2])


def render(name: str, **context: Any) -> Markup:
    """Everything that was put into slot `name`, in order."""
    return Markup("").join(Markup(filler(**context)) for _, _, filler in _fillers[name])  # noqa: S704
