"""Synonyms: what people type for what the shop calls otherwise; said by the owner, and each can be taken back."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import String, UniqueConstraint, func, select

from kernel import journal, tenancy
from kernel.db import Base, Mapped, db, mapped_column, pk
from kernel.i18n import _l
from kernel.refusal import Refusal
from kernel.tenancy import TenantOwned
from shop import stems

LONGEST, MOST = 60, 300


class TooMany(Refusal):
    """A list that nobody would read any more."""

    message = _l("There are %(most)s synonyms already. Take one away first.")


class SearchSynonym(TenantOwned, Base):
    """Who searches `word` is shown what `meaning` finds, too."""

    __tablename__ = "search_synonym"
    __extra__ = (UniqueConstraint("tenant_id", "word"),)
    id: Mapped[int] = pk()
    word: Mapped[str] = mapped_column(String(LONGEST))  # folded
    meaning: Mapped[str] = mapped_column(String(LONGEST))  # as somebody wrote it


def every() -> Sequence[SearchSynonym]:
    """All of the shop's, by the alphabet."""
    return db.session.scalars(select(SearchSynonym).order_by(SearchSynonym.word)).all()


def known() -> Mapping[str, str]:
    """What each word means."""
    return {row.word: row.meaning for row in every()}


def keep(word: str, meaning: str, *, by: Any) -> str:
    """From now on this word means that, too; what it meant before, "" for nothing."""
    folded, said = stems.folded(word)[:LONGEST], " ".join(meaning.split())[:LONGEST]
    row = _of(folded)
    before = row.meaning if row else ""
    if row is None:
        if int(db.session.scalar(select(func.count(SearchSynonym.id))) or 0) >= MOST:
            raise TooMany(most=MOST)
        row = SearchSynonym(word=folded)
        db.session.add(row)
    if before != said:
        row.meaning = said
        journal.write("search.synonym", by=by, data={"word": folded, "meaning": said})
        tenancy.touch()
    return before


def drop(word: str, *, by: Any) -> str:
    """It means nothing else any more; what it meant."""
    row = _of(stems.folded(word)[:LONGEST])
    if row is None:
        return ""
    db.session.delete(row)
    journal.write("search.synonym_gone", by=by, data={"word": row.word, "meaning": row.meaning})
    tenancy.touch()
    return row.meaning


def _of(word: str) -> SearchSynonym | None:
    return db.session.scalars(select(SearchSynonym).where(SearchSynonym.word == word)).one_or_none()


def init_app(_app: Any) -> None:
    """Say how the journal tells it."""
    journal.kind("search.synonym", _l("Who searches “%(word)s” is shown “%(meaning)s”, too"))
    journal.kind("search.synonym_gone", _l("Who searches “%(word)s” is shown “%(meaning)s” no more"))
