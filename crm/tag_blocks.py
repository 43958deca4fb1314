"""Blocks of pages and letters whose audiences name a tag: they follow when it gets another name, and back again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select

from crm import tag_changes
from crm.tag_changes import Follower
from kernel import tenancy
from kernel.db import db

Blocks = list[dict[str, Any]]


@dataclass(frozen=True)
class Kept:
    """The rows of a table that keep blocks in these columns; `said` names a row, `only`: of which this holds."""

    table: Any
    columns: Sequence[str]
    said: Callable[[Any], str]
    only: Sequence[ColumnElement[bool]] = ()

    def follower(self) -> Follower:
        """How they follow."""
        return Follower(self._move, self._back, self._uses)

    def _rows(self, *, binned: bool) -> list[Any]:
        wanted = select(self.table).where(*self.only)
        return list(db.session.scalars(wanted, execution_options={"binned": binned}))

    def _move(self, word: str, new: str) -> dict[str, Any]:
        """The blocks as they were, by row and column."""
        before: dict[str, Any] = {}
        for row in self._rows(binned=True):
            for column in self.columns:
                blocks = getattr(row, column)
                if word in named(blocks):
                    before.setdefault(str(row.id), {})[column] = blocks
                    setattr(row, column, renamed(blocks, word, new))
        if before:
            tenancy.touch()
        return before

    def _back(self, told: Mapping[str, Any], was: str, new: str) -> None:
        for row in self._rows(binned=True) if told else ():
            for column, blocks in told.get(str(row.id), {}).items():
                if getattr(row, column) == renamed(blocks, was, new):  # else somebody wrote it anew
                    setattr(row, column, blocks)
        if told:
            tenancy.touch()

    def _uses(self, words: Sequence[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {word: [] for word in words}
        for row in self._rows(binned=False):
            for word in set().union(*(named(getattr(row, column)) for column in self.columns)) & set(words):
                found[word].append(self.said(row))
        return found


def named(blocks: Blocks) -> set[str]:
    """The tags that the audiences of blocks and of their variants name."""
    found = set[str]()
    for one in blocks:
        found |= tag_changes.named(one.get("audience")) | named(one.get("variants") or [])
    return found


def renamed(blocks: Blocks, word: str, new: str) -> Blocks:
    """The blocks in whose audiences the tag has its other name."""
    return [_renamed(one, word, new) for one in blocks]


def _renamed(one: dict[str, Any], word: str, new: str) -> dict[str, Any]:
    told = dict(one)
    if word in tag_changes.named(one.get("audience")):
        told["audience"] = tag_changes.renamed(one["audience"], word, new)
    if one.get("variants"):
        told["variants"] = renamed(one["variants"], word, new)
    return told
