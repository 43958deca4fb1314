"""The steps of a file: looked through without changing anything, taken in part by part, taken back part by part.

A part is one transaction: its rows, what became of its lines and the next step are kept together, or not at all.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import update

from kernel import clock, file_imports, jobs, journal, transactions
from kernel.db import db
from kernel.file_imports import Files, Line

Outcome = list[Any]  # [line, kind, id of the row, notes, how it goes back]
Judge = Callable[[Sequence[Line]], list[Outcome]]
Ended = Callable[[Any], None]


class Steps:
    """What is done with one kind of file.

    `judge(row)` gives what says of some lines what would become of them, `take(row, part)` writes those of a part,
    `back(row, outcomes)` takes them back and tells how many of what; `looked(row, judge)`, when wanted, keeps what the
    judge found besides. `job` and `told` begin the names of the jobs
    and of the journal's entries.
    """

    def __init__(self, files: Files, *, job: str, told: str, **verbs: Any) -> None:
        self.files, self.job, self.told = files, job, told
        self.judge: Callable[[Any], Judge] = verbs["judge"]
        self.take: Callable[[Any, Any], list[Outcome]] = verbs["take"]
        self.back: Callable[[Any, Iterable[Outcome]], Counter[str]] = verbs["back"]
        self.looked: Callable[[Any, Any], None] = verbs.get("looked", lambda _row, _judge: None)
        self.ended: list[Ended] = []
        jobs.job(f"{job}_check")(self.look_through)
        jobs.job(f"{job}_step")(self.step)
        jobs.job(f"{job}_undo")(self.step_back)

    def on_ended(self, verb: Ended) -> None:
        """Have `verb(file)` run when a file is done or taken back: somebody is told."""
        if verb not in self.ended:
            self.ended.append(verb)

    def check(self, row: Any) -> None:
        """Have the file looked through; nothing is changed by it."""
        self.files.move(row, "check")
        row.counts = {}
        jobs.later(f"{self.job}_check", row.id, key=f"check:{row.id}")

    def run(self, row: Any, *, by: Any = None) -> None:
        """Take it in, from the first line or from where it was stopped."""
        self.begin(row, by=by)
        jobs.later(f"{self.job}_step", row.id, key=f"step:{row.id}")

    def begin(self, row: Any, *, by: Any = None) -> None:
        """The same without a worker: whoever calls it goes forward part by part."""
        self.files.move(row, "run" if row.state == "checked" else "resume")
        if row.started_at is None:
            row.started_at, row.counts, row.seen = clock.now(), {}, 0
        self._note("run", row, by)

    def stop(self, row: Any, *, by: Any = None) -> None:
        """Take nothing else in; what came in stays, and can be taken back."""
        self.files.move(row, "stop")
        self._note("stopped", row, by)

    def undo(self, row: Any, *, by: Any = None) -> None:
        """Take the whole file back: what it made, what it changed."""
        self.files.move(row, "undo")
        row.counts = {}
        self._note("undone", row, by)
        jobs.later(f"{self.job}_undo", row.id, key=f"undo:{row.id}")

    def _note(self, what: str, row: Any, by: Any) -> None:
        journal.write(f"{self.told}_{what}", about=row, by=by, data={"name": row.name})

    def look_through(self, import_id: int) -> None:
        """Say of each line what would become of it; read without holding the writer's turn."""
        with transactions.reading():
            row = db.session.get(self.files.rows, import_id)
            if row is None or row.state != "checking":
                return
            judge = self.judge(row)
            found = [(part.id, judge(part.lines)) for part in self.files.parts(row)]
        fresh = self.files.locked(import_id)
        if fresh is None or fresh.state != "checking":
            return
        fresh.state, fresh.counts = "checked", dict(Counter(one[1] for _part, kept in found for one in kept))
        self.looked(fresh, judge)
        pieces = self.files.pieces
        for part_id, kept in found:
            dry = [[line, kind, None, notes, {}] for line, kind, _row, notes, _undo in kept]
            db.session.execute(
                update(pieces).where(pieces.id == part_id).values(outcomes=dry),
                execution_options={"synchronize_session": False},
            )

    def step(self, import_id: int) -> None:
        """Take the next part in, and have the one after it follow."""
        row = self.files.locked(import_id)
        if row is not None and row.state == "running" and self.forward(row):
            jobs.later(f"{self.job}_step", row.id)

    def forward(self, row: Any) -> bool:
        """Take one part in; whether another one follows."""
        part = self.files.next_part(row, "waiting")
        if part is not None:
            part.outcomes = self.take(row, part)
            refused = {one[0] for one in part.outcomes if one[1] == "refused"}
            part.lines = [line for line in part.lines if line[0] in refused]  # to be mended; nothing else is kept
            part.state, row.seen = "done", row.seen + len(part.outcomes)
            row.counts = file_imports.add(row.counts, Counter(one[1] for one in part.outcomes))
            db.session.flush()
        return self._goes_on(row, "waiting")

    def _goes_on(self, row: Any, state: str) -> bool:
        if self.files.next_part(row, state) is not None:
            return True
        self.files.move(row, "finish")
        row.finished_at = clock.now()
        for verb in self.ended:
            verb(row)
        return False

    def step_back(self, import_id: int) -> None:
        """Take the last part back, and have the one before it follow."""
        row = self.files.locked(import_id)
        if row is not None and row.state == "undoing" and self.backward(row):
            jobs.later(f"{self.job}_undo", row.id)

    def backward(self, row: Any) -> bool:
        """Take one part back; whether another one follows."""
        part = self.files.next_part(row, "done", last=True)
        if part is not None:
            gone = self.back(row, part.outcomes)
            part.state, row.seen = "undone", row.seen - len(part.outcomes)
            row.counts = file_imports.add(row.counts, gone)
            db.session.flush()
        return self._goes_on(row, "done")
