"""Files that are brought in line by line: how one is kept, how far it is, and which step may follow which.

draft (its columns are chosen) → checking → checked (nothing is changed yet) → running ⇄ stopped → done;
done or stopped → undoing → undone. Each package keeps its files in two tables of its own, made of these.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock, signing
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Missing, Refusal

LARGEST = 20 * 1024 * 1024  # bytes of a file
MOVES = {
    ("draft", "check"): "checking",
    ("checked", "check"): "checking",
    ("checking", "found"): "checked",
    ("checked", "run"): "running",
    ("running", "stop"): "stopped",
    ("stopped", "resume"): "running",
    ("running", "finish"): "done",
    ("done", "undo"): "undoing",
    ("stopped", "undo"): "undoing",
    ("undoing", "finish"): "undone",
}
Line = Sequence[Any]  # [its number, [its cells]]


class NotNow(Refusal):
    """The file is past that."""

    message = _l("This file is already further: look at it again.")
    status = 409


class FileImport:
    """A file, how its columns are read, and how far it has come."""

    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    name: Mapped[str] = mapped_column(String(160), default="")  # of the file
    encoding: Mapped[str] = mapped_column(String(20), default="")
    separator: Mapped[str] = mapped_column(String(1), default=",")
    heads: Mapped[list[str]] = mapped_column(default=list)
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)  # field → number of its column
    state: Mapped[str] = mapped_column(String(10), default="draft")
    total: Mapped[int] = mapped_column(default=0)
    seen: Mapped[int] = mapped_column(default=0)  # lines that are done
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)  # by kind; while it is taken back: of what went
    account_id: Mapped[int | None]  # who brought it
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @property
    def percent(self) -> int:
        """How far it is."""
        return min(100, self.seen * 100 // self.total) if self.total else 100

    @property
    def lacking(self) -> bool:
        """Whether something of a line that is in was left out; who counts it says so."""
        return False

    @property
    def moving(self) -> bool:
        """Whether something is happening to it now."""
        return self.state in {"checking", "running", "undoing"}


class FileImportPart:
    """Some lines of the file as they stood there, then what became of each: done in one transaction."""

    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(8), default="waiting")  # waiting | done | undone
    lines: Mapped[list[Any]] = mapped_column(default=list)  # of Line
    outcomes: Mapped[list[Any]] = mapped_column(default=list)  # [line, kind, id of the row, notes, how it goes back]


class Files:
    """The files of one kind: `rows` are FileImport, `pieces` their FileImportPart."""

    def __init__(self, rows: Any, pieces: Any) -> None:
        self.rows, self.pieces = rows, pieces

    def cut(self, row: Any, pieces: Iterable[Sequence[Line]]) -> None:
        """Keep its lines in these pieces, each in place of what there was."""
        db.session.execute(
            delete(self.pieces).where(self.pieces.import_id == row.id), execution_options={"synchronize_session": False}
        )
        parts = [
            {"import_id": row.id, "number": number, "state": "waiting", "outcomes": [],
             "lines": [[line, cells] for line, cells in lines]}
            for number, lines in enumerate(pieces, 1)
        ]  # fmt: skip
        db.session.execute(insert(self.pieces), parts)

    def named(self, token: str) -> Any:
        """The file that an address names; raises Missing."""
        found = db.session.scalar(select(self.rows).where(self.rows.token == token)) if token else None
        if found is None:
            raise Missing()
        return found

    def listed(self, most: int = 50) -> Sequence[Any]:
        """The files, the newest first."""
        return db.session.scalars(select(self.rows).order_by(self.rows.id.desc()).limit(most)).all()

    def locked(self, import_id: int) -> Any:
        """The file as it is now, nobody else moving it until the transaction ends; None when it is gone."""
        mine = select(self.rows).where(self.rows.id == import_id).with_for_update()
        return db.session.scalar(mine.execution_options(populate_existing=True))

    def move(self, row: Any, verb: str) -> None:
        """Take a step of MOVES; raises NotNow where none leads on."""
        fresh = self.locked(row.id)
        state = MOVES.get((fresh.state, verb)) if fresh else None
        if state is None:
            raise NotNow()
        row.state = state

    def parts(self, row: Any) -> Iterator[Any]:
        """Its parts in order, few in memory at a time."""
        mine = select(self.pieces).where(self.pieces.import_id == row.id).order_by(self.pieces.number)
        yield from db.session.scalars(mine.execution_options(yield_per=10))

    def told(self, row: Any) -> Iterator[list[tuple[list[Any], list[str]]]]:
        """What became of each line and its cells as far as they are kept, part by part."""
        for part in self.parts(row):
            kept = dict(map(tuple, part.lines))
            yield [(outcome, kept.get(outcome[0], [])) for outcome in part.outcomes]

    def next_part(self, row: Any, state: str, *, last: bool = False) -> Any:
        """The first part in that state, or the last one; None when there is none."""
        number = self.pieces.number.desc() if last else self.pieces.number
        mine = self.pieces.import_id == row.id, self.pieces.state == state
        return db.session.scalar(select(self.pieces).where(*mine).order_by(number).limit(1).with_for_update())

    def sample(self, row: Any, most: int = 5) -> list[list[str]]:
        """The first lines, as wide as the heads."""
        mine = self.pieces.import_id == row.id, self.pieces.number == 1
        first = db.session.scalar(select(self.pieces).where(*mine))
        wide = len(row.heads)
        return [[*cells, *[""] * wide][:wide] for _line, cells in (first.lines if first else [])[:most]]


def add(counts: Mapping[str, int], more: Counter[str]) -> dict[str, int]:
    """Two tallies together."""
    return dict(Counter(counts) + more)
