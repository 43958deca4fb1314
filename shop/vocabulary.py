"""Vocabulary: all words that a shop's products and shelves say, kept until something of the shop is edited."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import NamedTuple

from sqlalchemy import select

from kernel import tenancy
from kernel.db import db
from shop import categories, pagecache, stems, synonyms
from shop.catalog import Product
from shop.stems import SearchStem

MOST, NAMED = 100_000, 3_000  # words of one shop; products of which the spelling is known
BEGINNINGS, NEAR = 60, 4  # words that one beginning stands for; words that come as near as each other
SHORTEST, LONG = 4, 8  # signs of a word that may have a slip, and of one that may have two
SHELF = pagecache.Shelf(24 * 1024 * 1024, largest=12 * 1024 * 1024)


class Place(NamedTuple):
    """A category as a search knows it: what lies in and under it, and the words of its name by language."""

    id: int
    under: tuple[int, ...]
    names: Mapping[str, frozenset[str]]

    def has(self, exact: Sequence[str], beginning: str = "", language: str = "") -> bool:
        """Whether a word of its name is meant, or one in that language begins so: “pan” is no pantry."""
        whole = any(one in forms for forms in self.names.values() for one in exact)
        spoken = self.names.get(language, ()) if len(beginning) > 2 else ()
        return whole or any(one.startswith(beginning) for one in spoken)


class Vocabulary(NamedTuple):
    """The words in order, the shelves, and what the owner said that words mean."""

    words: Sequence[str]
    places: Sequence[Place]
    meanings: Mapping[str, str]

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return 1000 + sum(60 + len(word) for word in self.words) + 2000 * len(self.places) + 300 * len(self.meanings)

    def begins(self, beginning: str) -> list[str]:
        """The words that begin so, the shortest first."""
        start = bisect_left(self.words, beginning)
        following = (self.words[place] for place in range(start, len(self.words)))
        found = takewhile(lambda word: word.startswith(beginning), following)
        return sorted(found, key=len)[:BEGINNINGS]

    def knows(self, word: str) -> bool:
        """Whether something of the shop says it."""
        place = bisect_left(self.words, word)
        return place < len(self.words) and self.words[place] == word

    def near(self, word: str) -> list[str]:
        """The words that differ from it by one slip of a finger, of a long one by two; only the nearest."""
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        if len(word) < SHORTEST:
            return []
        slips = 2 if len(word) >= LONG else 1
        found = process.extract(word, self.words, scorer=OSA.distance, score_cutoff=slips, limit=40)
        least = min((slip for _one, slip, _place in found), default=0)
        nearest = (one for one, slip, _place in found if slip == least)
        return sorted(nearest, key=lambda one: (one[0] != word[0], abs(len(one) - len(word)), one))[:NEAR]


class Spelling(NamedTuple):
    """How names write their words, accents and all, by each of their forms."""

    words: Mapping[str, str]

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return 1000 + sum(160 + 2 * len(word) for word in self.words)


def of() -> Vocabulary:
    """The current shop's."""
    db.session.flush()  # what was edited just now has moved the revision
    key = "words", tenancy.current(), tenancy.tenant().revision
    found: Vocabulary | None = SHELF.get(key)
    if found is None:
        found = _read()
        SHELF.put(key, found)
    return found


def spelling() -> Spelling:
    """How the shop writes the words of its names."""
    db.session.flush()
    key = "spelling", tenancy.current(), tenancy.tenant().revision
    found: Spelling | None = SHELF.get(key)
    if found is None:
        found = _spelled()
        SHELF.put(key, found)
    return found


def _read() -> Vocabulary:
    shelves = categories.all_()
    places = tuple(
        Place(one.id, tuple(categories.below(shelves, one)),
              {spoken: frozenset(_forms(text, spoken)) for spoken, text in one.name.items()})
        for one in shelves
    )  # fmt: skip
    mine = select(SearchStem.stem).where(SearchStem.tenant_id == tenancy.current()).distinct().limit(MOST)
    shelved = (form for place in places for forms in place.names.values() for form in forms)
    words = {*db.session.scalars(mine), *shelved}
    return Vocabulary(sorted(words), places, synonyms.known())


def _forms(text: str, spoken: str) -> list[str]:
    return [form for one in stems.words_of(text) for form in stems.forms(one, spoken)]


def _spelled() -> Spelling:
    named = select(Product.name).where(Product.state == "live").order_by(Product.position, Product.id).limit(NAMED)
    names = [one.name for one in categories.all_() if one.facets.get("count")] + list(db.session.scalars(named))
    found: dict[str, str] = {}
    for name in names:
        for spoken, text in name.items():
            for one in stems.words_of(text):
                for form in stems.forms(one, spoken):
                    found.setdefault(form, one)
    return Spelling(found)
