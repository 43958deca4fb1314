"""Stems: the words that a product's texts contain, each with how much it says; so a search reads no text."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import Index, String, delete, insert, select

from kernel.db import Base, Mapped, db, mapped_column, pk, ref
from kernel.folding import fold
from kernel.tenancy import TenantOwned, current
from shop import storefront
from shop.variants import Variant

if TYPE_CHECKING:
    import snowballstemmer

    from shop.catalog import Product

SNOWBALL = {"es": "spanish", "en": "english", "pt": "portuguese", "fr": "french", "de": "german", "it": "italian"}
BEGINS, NAME, SKU, TAG, OPTION, SHORT, BODY = 10, 8, 8, 5, 4, 3, 1  # how much a word says, by where it stands
LONGEST, BATCH = 40, 100
SMALL = frozenset(
    "de la el los las un una y o en con para por del al a the of and or in with for an to sin".split()  # noqa: SIM905
)


class SearchStem(TenantOwned, Base):
    """A stem that a product's texts contain, and how much it says (a name more than a description)."""

    __tablename__ = "search_stem"
    __extra__ = (Index("ix_search_stem_stem", "tenant_id", "stem", "weight", "product_id"),)
    id: Mapped[int] = pk()
    product_id: Mapped[int] = ref("product")
    stem: Mapped[str] = mapped_column(String(LONGEST))
    weight: Mapped[int]


@lru_cache
def _stemmer(language: str) -> "snowballstemmer.Stemmer":
    import snowballstemmer  # stemmers of thirty languages: only for who searches

    return snowballstemmer.stemmer(SNOWBALL.get(language, "spanish"))


@lru_cache(maxsize=8192)
def stem(word: str, language: str) -> str:
    """The stem of one word, without accents."""
    return fold(_stemmer(language).stemWord(word))[:LONGEST]


def words_of(text: str) -> list[str]:
    """The words of a text that say something, in lower case."""
    found = re.findall(r"[^\W_]+", text.casefold())
    return [word for word in found if word not in SMALL]


def folded(text: str) -> str:
    """All the words of a text without accents, as searches are counted and synonyms are kept."""
    return " ".join(re.findall(r"[^\W_]+", fold(text)))


def sense(text: str, language: str) -> str:
    """What a text's words have in common with their other forms: tamal and tamales are one, lápiz and lápices too."""
    return " ".join(stem(single(word, language), language) for word in folded(text).split())


def single(word: str, language: str) -> str:
    """Of a Spanish word in -ces the one in -z: lápices, luces; else itself, without accents."""
    plain = fold(word)[:LONGEST]
    return f"{plain[:-3]}z" if language == "es" and len(plain) > 4 and plain.endswith("ces") else plain


def forms(word: str, language: str) -> list[str]:
    """What a word is found by: itself without accents, its stem, and the stem of who types no accents."""
    plain = fold(word)[:LONGEST]
    return list(dict.fromkeys((plain, stem(word, language), stem(plain, language), single(word, language))))


def index(products: Iterable["Product"]) -> None:
    """Write the stems of these products again; drafts have none."""
    every = list(products)
    for start in range(0, len(every), BATCH):
        some = every[start : start + BATCH]
        codes = _codes([product.id for product in some])
        for product in some:
            db.session.execute(delete(SearchStem).where(SearchStem.product_id == product.id))
            weights = _weights(product, codes[product.id]) if product.live else {}
            rows = [{"product_id": product.id, "stem": one, "weight": weight} for one, weight in weights.items()]
            if rows:
                db.session.execute(insert(SearchStem), [{**row, "tenant_id": current()} for row in rows])


def _codes(ids: Sequence[int]) -> dict[int, list[str]]:
    """The SKUs of all that can be chosen of these products."""
    found: dict[int, list[str]] = defaultdict(list)
    known = select(Variant.product_id, Variant.sku).where(Variant.product_id.in_(ids), Variant.active)
    for product_id, sku in db.session.execute(known):
        found[product_id].append(sku)
    return found


def _weights(product: "Product", codes: Sequence[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for words, weight in _said(product):
        for language, text in words.items():
            for one in words_of(str(text)):
                _put(found, forms(one, language), weight)
    for language, text in product.name.items():
        for one in words_of(text)[:1]:
            _put(found, forms(one, language), BEGINS)
    for code in (product.sku, *codes):
        parts = [fold(one)[:LONGEST] for one in words_of(code)]
        _put(found, [*parts, "".join(parts)[:LONGEST]] if parts else [], SKU)  # ABC-12 is typed as abc12, too
    return found


def _said(product: "Product") -> list[tuple[dict[str, str], int]]:
    """Its texts in their languages, and how much a word of each says."""
    tags = {"es": " ".join(product.tags).replace("-", " ")}
    named = [words for tag, words in storefront.of().tag_words.items() if tag in product.tags]
    maker = {"es": str(product.maker.get("name") or "")}
    options = [option["name"] for group in product.options for option in group.get("values", [])]
    return [
        (product.name, NAME), (product.short, SHORT), (product.description, BODY), (tags, TAG), (maker, SHORT),
        *((words, TAG) for words in named), *((words, OPTION) for words in options),
    ]  # fmt: skip


def _put(found: Counter[str], words: Iterable[str], weight: int) -> None:
    for one in words:
        found[one] = max(found[one], weight)
