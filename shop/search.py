"""Search: what a shopper's words mean, best first: names, codes, shelves, tags, texts; then what comes near."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Select, select

from kernel import jobs, tenancy, transactions
from kernel.db import db
from kernel.folding import fold
from shop import catalog, stems, vocabulary
from shop.catalog import Product
from shop.stems import SearchStem
from shop.vocabulary import Vocabulary

LONGEST_QUERY, MOST_WORDS, MOST = 120, 6, 240
WHOLE, BEGUN = 3, 2  # how much a word says that is meant exactly, and one that only begins so
ON_SHELF = 5 * WHOLE  # less than any word of a name, more than what only a text says
ROWS, AMONG = 4_000, 1_000  # that are read of one word; products that are looked through for the others
A_WORD, RARE = 10_000, 1_000  # one word more says more than how rare the others are
ALIKE, SURE = 75, 80  # of a hundred: a shelf's name this like a query is near it, a word that is so may mean it


class Found(NamedTuple):
    """What was found: `how` is whole (all words), near (as `mended`), some (of the words), or "" (nothing)."""

    ids: Sequence[int]
    how: str
    mended: str = ""


class Meant(NamedTuple):
    """One word of a query: what it is exactly, what begins so, and the shelves whose name has it."""

    exact: Sequence[str]
    begun: Sequence[str]
    shelves: Sequence[int]

    def __bool__(self) -> bool:
        return bool(self.exact or self.begun or self.shelves)


def find(query: str, language: str, *, limit: int = MOST) -> list[int]:
    """The ids of the products that a query means, best first; every word must be found, or come near one."""
    found = look(query, language, limit=limit)
    return list(found.ids) if found.how in ("whole", "near") else []


def look(query: str, language: str, *, limit: int = MOST) -> Found:
    """What has all the words; if nothing has, what comes near them; if nothing does, what has some of them."""
    asked = _asked(query)
    if not asked:
        return Found([], "")
    words = vocabulary.of()
    ids = _with_synonyms(query, asked, language, limit=limit)
    if ids:
        return Found(ids, "whole")
    mended = _mended(asked, language, words)
    if mended:
        ids = _whole([_exactly(forms, words) for _word, forms in mended], limit)
        if ids:
            return Found(ids, "near", " ".join(word for word, _forms in mended))
    ids = _some([_meant(word, language, words) for word in asked], limit)
    return Found(ids, "some" if ids else "")


def shelves(query: str, language: str) -> list[int]:
    """The categories whose names have all the words."""
    words, asked = vocabulary.of(), _asked(query)
    meant = [(stems.forms(word, language), fold(word), language) for word in asked]
    return [one.id for one in words.places if asked and all(one.has(*word) for word in meant)]


def like(query: str, names: Sequence[tuple[int, str]], most: int) -> list[int]:
    """Of things with these names those that sound most like a query, the most alike first."""
    from rapidfuzz import fuzz, process

    plain = [fold(name) for _key, name in names]
    found = process.extract(stems.folded(query[:LONGEST_QUERY]), plain, scorer=fuzz.WRatio, score_cutoff=ALIKE)
    return [names[place][0] for _name, _score, place in found][:most]


def guess(word: str) -> str:
    """The word of a name that is most like one that finds nothing; "" when none is."""
    from rapidfuzz import fuzz, process

    known = vocabulary.spelling().words
    found = process.extractOne(word, list(known), scorer=fuzz.ratio, score_cutoff=SURE)
    return known[found[0]] if found else ""


def _asked(query: str) -> list[str]:
    said = stems.words_of(query[:LONGEST_QUERY].replace("\x00", " "))
    return list(dict.fromkeys(said))[:MOST_WORDS]


def _with_synonyms(query: str, asked: Sequence[str], language: str, *, limit: int) -> list[int]:
    """What has all the words; then what has them as the owner said that they are meant."""
    words = vocabulary.of()
    ids = _whole([_meant(word, language, words) for word in asked], limit)
    phrase = words.meanings.get(stems.folded(query[:LONGEST_QUERY]))
    other = phrase or " ".join(words.meanings.get(fold(word), word) for word in asked)
    meant = _asked(other)
    if meant != list(asked):
        more = _whole([_meant(word, language, words) for word in meant], limit)
        ids = list(dict.fromkeys([*ids, *more]))[:limit]
    return ids


def _meant(word: str, language: str, words: Vocabulary) -> Meant:
    exact, plain = stems.forms(word, language), fold(word)[: stems.LONGEST]
    begun = words.begins(plain) if len(plain) > 1 else []
    under = {key for place in words.places if place.has(exact, plain, language) for key in place.under}
    return Meant(exact, [one for one in begun if one not in exact], sorted(under))


def _exactly(forms: Sequence[str], words: Vocabulary) -> Meant:
    under = {key for place in words.places if place.has(forms) for key in place.under}
    return Meant(forms, [], sorted(under))


def _mended(asked: Sequence[str], language: str, words: Vocabulary) -> list[tuple[str, Sequence[str]]]:
    """Each word as the shop writes it, those that it does not know mended; nothing when one cannot be."""
    found: list[tuple[str, Sequence[str]]] = []
    spelled = vocabulary.spelling().words
    for word in asked:
        forms = stems.forms(word, language)
        if any(map(words.knows, forms)) or words.begins(forms[0]):
            found.append((word, [*forms, *words.begins(forms[0])]))
            continue
        near = words.near(forms[0])
        if not near:
            return []
        shown = next((spelled[one] for one in near if one in spelled), near[0])
        found.append((shown, near))
    return found if [word for word, _forms in found] != list(asked) else []


def _whole(asked: Sequence[Meant], limit: int) -> list[int]:
    """What has every one of them, best first; of a word that half the shop has, only what matters is read."""
    every = [_hits(one) for one in asked]
    rare = [hits for hits in every if hits.all]
    if rare and len(rare) < len(every):
        fewest = min((hits.scores for hits in rare), key=len)
        among = [key for key, _score in fewest.most_common(AMONG)]
        every = [hits if hits.all else _hits(one, among) for one, hits in zip(asked, every, strict=True)]
    keys = set.intersection(*(set(hits.scores) for hits in every))
    return _best({key: sum(hits.scores[key] for hits in every) for key in keys}, limit)


def _some(asked: Sequence[Meant], limit: int) -> list[int]:
    """What has some of them: who has more of them first, then who has the rarer one."""
    scores: Counter[int] = Counter()
    for one in asked:
        hits = _hits(one).scores
        for key, score in hits.items():
            scores[key] += A_WORD + RARE // len(hits) + score
    return _best(scores, limit)


def _best(scores: Mapping[int, int], limit: int) -> list[int]:
    return [key for key, _score in sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]]


class Hits(NamedTuple):
    """The products that have a word, with how much it says of each; `all` of them, or as many as are read."""

    scores: Counter[int]
    all: bool


def _hits(one: Meant, among: Sequence[int] = ()) -> Hits:
    """Of all products, or of these; a word costs no more in a shop of fifty thousand than so many rows."""
    exact, begun, lying = _exact(one.exact, among), _begun(one.begun, among), _lying(one.shelves, among)
    scores: Counter[int] = Counter(dict.fromkeys(lying, ON_SHELF))
    for rows, factor in ((begun, BEGUN), (exact, WHOLE)):
        for key, weight in rows:
            scores[key] = max(scores[key], weight * factor)
    return Hits(scores, max(map(len, (exact, begun, lying))) < ROWS)


def _exact(forms: Sequence[str], among: Sequence[int]) -> Sequence[Any]:
    wanted = _stemmed(forms, among).order_by(SearchStem.weight.desc(), SearchStem.product_id)
    return db.session.execute(wanted.limit(ROWS)).all() if forms else []


def _begun(forms: Sequence[str], among: Sequence[int]) -> Sequence[Any]:
    return db.session.execute(_stemmed(forms, among).limit(ROWS)).all() if forms else []


def _stemmed(forms: Sequence[str], among: Sequence[int]) -> Select[Any]:
    wanted: Any = select(SearchStem.product_id, SearchStem.weight).where(SearchStem.stem.in_(forms))
    return wanted.where(SearchStem.product_id.in_(among)) if among else wanted  # type: ignore[no-any-return]


def _lying(shelves: Sequence[int], among: Sequence[int]) -> Sequence[int]:
    wanted = select(Product.id).where(Product.category_id.in_(shelves), Product.state == "live")
    wanted = wanted.where(Product.id.in_(among)) if among else wanted
    return db.session.scalars(wanted.order_by(Product.position, Product.id).limit(ROWS)).all() if shelves else []


@jobs.job("search.index_all")
def index_all() -> None:
    """Write the stems of every product of every shop again: the way in which words are kept has changed."""
    with transactions.reading():
        tenants = list(db.session.scalars(select(tenancy.Tenant.id).order_by(tenancy.Tenant.id)))
    for tenant_id in tenants:
        with tenancy.use(tenant_id):
            _index_shop()


def _index_shop() -> None:
    with transactions.reading():
        ids = list(db.session.scalars(select(Product.id).where(Product.state == "live").order_by(Product.id)))
    for start in range(0, len(ids), stems.BATCH):
        transactions.retry_free(partial(_index_again, ids[start : start + stems.BATCH]))
    if ids:
        transactions.retry_free(tenancy.touch)


def _index_again(ids: Sequence[int]) -> None:
    stems.index(catalog.of_ids(ids))
