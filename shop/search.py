"""Search: products by stems of their words, beginnings of words, and near misses; accents do not matter."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import Index, String, delete, func, insert, or_, select

from kernel.db import Base, Mapped, db, mapped_column, pk, ref
from kernel.folding import fold
from kernel.tenancy import TenantOwned, current
from shop import storefront

if TYPE_CHECKING:
    import snowballstemmer

    from shop.catalog import Product

SNOWBALL = {"es": "spanish", "en": "english", "pt": "portuguese", "fr": "french", "de": "german", "it": "italian"}
LONGEST_QUERY, MOST_WORDS, NEAR = 120, 6, 76
A_WORD, RARE = 10_000, 1_000  # one word more says more than how rare the others are
SMALL = frozenset(
    [
        "de",
        "la",
        "el",
        "los",
        "las",
        "un",
        "una",
        "y",
        "o",
        "en",
        "con",
        "para",
        "por",
        "del",
        "al",
        "a",
        "the",
        "of",
        "and",
        "or",
        "in",
        "with",
        "for",
        "an",
        "to",
        "sin",
    ]
)


class SearchStem(TenantOwned, Base):
    """A stem that a product's texts contain, and how much it says (a name more than a description)."""

    __tablename__ = "search_stem"
    __extra__ = (Index("ix_search_stem_stem", "tenant_id", "stem", "product_id"),)
    id: Mapped[int] = pk()
    product_id: Mapped[int] = ref("product")
    stem: Mapped[str] = mapped_column(String(40))
    weight: Mapped[int]


@lru_cache
def _stemmer(language: str) -> "snowballstemmer.Stemmer":
    import snowballstemmer  # stemmers of thirty languages: only for who searches

    return snowballstemmer.stemmer(SNOWBALL.get(language, "spanish"))


@lru_cache(maxsize=8192)
def stem(word: str, language: str) -> str:
    """The stem of one word, without accents."""
    return fold(_stemmer(language).stemWord(word))[:40]


def words_of(text: str) -> list[str]:
    """The words of a text that say something, in lower case."""
    found = re.findall(r"[^\W_]+", text.casefold())
    return [word for word in found if word not in SMALL]


def stems(text: str, language: str) -> set[str]:
    """The stems of a text, and its words without accents: both are searched."""
    return {form for word in words_of(text) for form in (stem(word, language), fold(word)[:40])}


def index(products: Iterable["Product"]) -> None:
    """Write the stems of these products again; drafts have none."""
    for product in products:
        db.session.execute(delete(SearchStem).where(SearchStem.product_id == product.id))
        rows = [{"product_id": product.id, "stem": one, "weight": weight} for one, weight in _weights(product).items()]
        if rows and product.live:
            db.session.execute(insert(SearchStem), [{**row, "tenant_id": current()} for row in rows])


def _weights(product: "Product") -> Counter[str]:
    found: Counter[str] = Counter()
    said = [(product.name, 8), (product.short, 3), (product.description, 1)]
    said += [({"es": " ".join(product.tags).replace("-", " ")}, 4), ({"es": product.sku}, 8)]
    said += [(words, 4) for tag, words in storefront.of().tag_words.items() if tag in product.tags]
    said += [(option["name"], 1) for group in product.options for option in group.get("values", [])]
    for words, weight in said:
        for language, text in words.items():
            for one in stems(text, language):
                found[one] = max(found[one], weight)
    return found


def find(query: str, language: str, *, limit: int = 240) -> list[int]:
    """The ids of the products that a query means, best first; every word must be found, or come near one."""
    first, *others = _found(query, language) or [Counter[int]()]
    whole = (key for key in first if all(key in hits for hits in others))
    scores = Counter({key: first[key] + sum(hits[key] for hits in others) for key in whole})
    return [key for key, _ in scores.most_common(limit)]


def some(query: str, language: str, *, limit: int = 240) -> list[int]:
    """The ids of the products that have some of the words: who has more of them first, then who has the rarer one."""
    scores: Counter[int] = Counter()
    for hits in _found(query, language):
        for key in hits:
            scores[key] += A_WORD + RARE // len(hits) + hits[key]
    return [key for key, _ in scores.most_common(limit)]


def _found(query: str, language: str) -> list[Counter[int]]:
    """For each word the products that have it."""
    asked = words_of(query[:LONGEST_QUERY].replace("\x00", " "))[:MOST_WORDS]
    return [_hits(word, language) for word in asked]


def _hits(word: str, language: str) -> Counter[int]:
    plain, root = fold(word)[:40], stem(word, language)
    found = _weighed([plain, root], prefix=plain if len(plain) > 1 else "")
    return found or _weighed(_near(plain))


def _weighed(forms: Sequence[str], *, prefix: str = "") -> Counter[int]:
    if not forms:
        return Counter()
    like = [SearchStem.stem.startswith(prefix, autoescape=True)] if prefix else []
    wanted = (
        select(SearchStem.product_id, func.max(SearchStem.weight), func.max(SearchStem.stem.in_(forms)))
        if db.engine.dialect.name == "sqlite"
        else select(SearchStem.product_id, func.max(SearchStem.weight), func.bool_or(SearchStem.stem.in_(forms)))
    )
    rows = db.session.execute(wanted.where(or_(SearchStem.stem.in_(forms), *like)).group_by(SearchStem.product_id))
    return Counter({product_id: weight * (3 if exact else 2) for product_id, weight, exact in rows})


def _near(word: str) -> list[str]:
    from rapidfuzz import fuzz, process

    if len(word) < 4:
        return []
    known = db.session.scalars(select(SearchStem.stem).distinct()).all()
    near = process.extract(word, known, scorer=fuzz.ratio, score_cutoff=NEAR, limit=4)
    return [form for form, _score, _place in near]
