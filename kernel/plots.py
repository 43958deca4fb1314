"""Plots: figures day by day as paths of an SVG, drawn on the server; the page has only to place them."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, EDGE = 320, 88, 4  # of the view box; the edge leaves room for the line's own width


@dataclass(frozen=True)
class Plot:
    """A line, the ghost of the period before, and what is said about both."""

    title: str
    now: Sequence[int | None]
    before: Sequence[int | None] = ()
    goal: int | None = None  # a level to reach

    @property
    def top(self) -> int:
        """The highest value of all: both lines share one scale."""
        return max([1, self.goal or 0, *(value or 0 for value in (*self.now, *self.before))])

    @property
    def line(self) -> str:
        """The path of this period; a gap where there is no value."""
        return path(self.now, self.top)

    @property
    def ghost(self) -> str:
        """The path of the period before."""
        return path(self.before, self.top)

    @property
    def area(self) -> str:
        """The ground under the line, when it has no gap."""
        if len(self.now) < 2 or None in self.now:
            return ""
        return f"{self.line}V{HEIGHT}H{_number(_x(0, len(self.now)))}Z"

    @property
    def dot(self) -> str:
        """Where the line ends, as a path of no length."""
        last = max((place for place, value in enumerate(self.now) if value is not None), default=None)
        if last is None:
            return ""
        return f"M{_number(_x(last, len(self.now)))},{_number(_y(self.now[last] or 0, self.top))}h0"

    @property
    def level(self) -> str:
        """The path of the goal."""
        return "" if self.goal is None else f"M0,{_number(_y(self.goal, self.top))}H{WIDTH}"


def path(values: Sequence[int | None], top: int) -> str:
    """The path of a line through these values, evenly spaced."""
    parts, pen = [], "M"
    for place, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        parts.append(f"{pen}{_number(_x(place, len(values)))},{_number(_y(value, top))}")
        pen = "L"
    return "".join(parts)


def _x(place: int, many: int) -> float:
    return EDGE + (WIDTH - 2 * EDGE) * (place / (many - 1) if many > 1 else 0.5)


def _y(value: int, top: int) -> float:
    return HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * max(0, value) / top


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
