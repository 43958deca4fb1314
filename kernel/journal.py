"""What staff did: one line an action, with who, when and about what; never changed afterwards."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock
from kernel.db import Base, db, pk
from kernel.tenancy import TenantOwned

PAGE = 50


class Entry(TenantOwned, Base):
    """Somebody of the staff did something."""

    __tablename__ = "journal"
    __extra__ = (
        Index("ix_journal_about", "tenant_id", "about_kind", "about_id"),
        Index("ix_journal_at", "tenant_id", "at"),
    )
    id: Mapped[int] = pk()
    at: Mapped[datetime] = mapped_column(default=clock.now)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)  # None: the house itself
    who: Mapped[str] = mapped_column(String(120), default="")  # their name then
    verb: Mapped[str] = mapped_column(String(60))
    about_kind: Mapped[str] = mapped_column(String(40), default="")
    about_id: Mapped[int | None]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)

    @property
    def sentence(self) -> str:
        """What was done, for people."""
        told = _sentences.get(self.verb)
        called = {name: labels.get(str(self.data.get(name))) for name, labels in _words.get(self.verb, {}).items()}
        known = self.data | {name: label for name, label in called.items() if label is not None}
        return str(told) % _Blank(known) if told is not None else self.verb


class _Blank(dict[str, Any]):
    def __missing__(self, _key: str) -> str:
        return "…"


_sentences: dict[str, Any] = {}
_words: dict[str, Mapping[str, Mapping[str, Any]]] = {}


def kind(verb: str, sentence: Any, words: Mapping[str, Mapping[str, Any]] | None = None) -> None:
    """How an action is told: a lazy text, `%(name)s` in it comes from the entry's data.

    `words`: what codes in the data are called, `{name: {code: lazy text}}`.
    """
    _sentences[verb], _words[verb] = sentence, words or {}


def write(verb: str, *, about: Any = None, by: Any = None, data: dict[str, Any] | None = None) -> Entry:
    """Note in this transaction that `by` did `verb` to the row `about`."""
    if about is not None and about.id is None:
        db.session.flush()
    entry = Entry(verb=verb, data=data or {}, account_id=by.id if by else None, who=by.known_as if by else "")
    if about is not None:
        entry.about_kind, entry.about_id = about.__tablename__, about.id
    db.session.add(entry)
    return entry


def of(about: Any) -> list[Entry]:
    """What was done to that row, the oldest first."""
    rows = select(Entry).where(Entry.about_kind == about.__tablename__, Entry.about_id == about.id)
    return list(db.session.scalars(rows.order_by(Entry.at, Entry.id)))


def page(number: int) -> tuple[list[Entry], int]:
    """One page of the current shop's journal, the newest first, and how many pages there are."""
    pages = max(1, -(-int(db.session.scalar(select(func.count()).select_from(Entry)) or 0) // PAGE))
    whole = select(Entry).order_by(Entry.at.desc(), Entry.id.desc())
    return list(db.session.scalars(whole.limit(PAGE).offset((min(number, pages) - 1) * PAGE))), pages
