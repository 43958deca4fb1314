"""Options: what a product can be chosen by, kept by code under every rename, and the variants they make."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product as combined
from typing import Any

from sqlalchemy import select

from kernel.db import db
from kernel.folding import fold
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import slugs
from shop.catalog import Product
from shop.variants import Variant

MOST_OPTIONS, MOST_VARIANTS = 3, 100
SHELF = frozenset({"onhand", "daily"})  # what has units of its own
Words = dict[str, str]


class TooMany(Refusal):
    """More choices than a shop can count."""

    message = _l("That makes %(made)s variants; %(most)s is the most. Take some values out.")


@dataclass(frozen=True)
class Said:
    """An option as somebody wrote it: its name and its values, each in words."""

    name: Words
    values: Sequence[Words]


def coded(said: Sequence[Said], known: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The options with codes: what kept its name or its place keeps its code, so its variants stay."""
    matched = _matched([one.name for one in said], known)
    return [
        {"code": code, "name": one.name, "values": _values(one.values, _values_of(known, code))}
        for one, code in zip(said, matched, strict=True)
    ]


def _values(said: Sequence[Words], known: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"code": code, "name": name} for name, code in zip(said, _matched(said, known), strict=True)]


def _values_of(known: Sequence[Mapping[str, Any]], code: str) -> Sequence[Mapping[str, Any]]:
    return next((one.get("values", ()) for one in known if one["code"] == code), ())


def _matched(said: Sequence[Words], known: Sequence[Mapping[str, Any]]) -> list[str]:
    """A code for each, no two alike: of the known one with that name, else of what stood in its place, else new."""
    free = {str(one["code"]): _first(one["name"]) for one in known}
    taken, wanted = set(free), [_first(one) for one in said]
    codes = [_given(free, one) for one in wanted]
    for place, code in enumerate(codes):
        before = str(known[place]["code"]) if place < len(known) else ""
        if not code:
            codes[place] = before if free.pop(before, None) is not None else _fresh(wanted[place], {*codes, *taken})
    return codes


def _given(free: dict[str, str], name: str) -> str:
    """The first code of that name, which is free no more; "" for none."""
    code = next((code for code, known in free.items() if known == name), "")
    free.pop(code, None)
    return code


def _fresh(name: str, taken: Iterable[str]) -> str:
    wish, known = slugs.make(name)[:36], set(taken)
    return next(code for n in range(1, 999) if (code := wish if n == 1 else f"{wish}-{n}") not in known)


def _first(words: Any) -> str:
    text = words if isinstance(words, str) else next(iter(words.values()), "")
    return fold(text.strip())


def choices(options: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Every way to choose one value of each option; one empty way when there is nothing to choose."""
    values = [[(str(one["code"]), str(value["code"])) for value in one["values"]] for one in options]
    made = 1
    for row in values:
        made *= len(row)
    if made > MOST_VARIANTS:
        raise TooMany(made=made, most=MOST_VARIANTS)
    return [dict(pairs) for pairs in combined(*values)]


def key(chosen: Mapping[str, str]) -> str:
    """The name of one choice in a form: the same for the same choice."""
    return "&".join(f"{code}={value}" for code, value in sorted(chosen.items()))


def label(product: Product, variant: Variant, language: str) -> str:
    """What was chosen, in words: "Grano, 250 g"."""
    told = []
    for option in product.options:
        value = next((one for one in option["values"] if one["code"] == variant.options.get(option["code"])), None)
        if value:
            told.append(value["name"].get(language) or next(iter(value["name"].values()), value["code"]))
    return ", ".join(told)


def standing(rows: Iterable[Variant]) -> dict[str, Variant]:
    """The variant of each choice; of several with the same the oldest that is on sale."""
    return {key(row.options): row for row in sorted(rows, key=lambda row: (row.active, -row.id))}


def remake(product: Product, options: Sequence[Mapping[str, Any]], *, pattern: Mapping[str, Any]) -> list[Variant]:
    """Give the product these options; a variant that is chosen no more is put away, never deleted."""
    wanted = choices(options)
    db.session.flush()
    rows = db.session.scalars(select(Variant).where(Variant.product_id == product.id).order_by(Variant.id)).all()
    by_key, kept = standing(rows), {key(one) for one in wanted}
    stem = _stem(product, rows)
    spare = [row for row in rows if row.active and row.stock_kind in SHELF and key(row.options) not in kept]
    made = []
    for place, chosen in enumerate(wanted):
        row = (
            by_key.get(key(chosen))
            or _heir(spare, chosen)
            or _new(product, chosen, {**pattern, "sku": _sku(stem, chosen)})
        )
        row.position = place
        made.append(row)
    for row in rows:
        row.active = row.active and row in made
    product.options = [dict(one) for one in options]
    db.session.flush()
    db.session.expire(product, ["variants"])
    return made


def _heir(spare: list[Variant], chosen: Mapping[str, str]) -> Variant | None:
    """What was sold with an option fewer, or more, is the first choice that it fits now: its units stay on sale."""
    wish = chosen.items()
    row = next((one for one in spare if one.options.items() <= wish or wish <= one.options.items()), None)
    if row is not None:
        spare.remove(row)
        row.options = dict(chosen)
    return row


def _stem(product: Product, rows: Iterable[Variant]) -> str:
    """What the code of each choice begins with: the product's, without the values of a variant that it was read off."""
    code = product.sku
    for row in rows:
        said = [row.options[one["code"]] for one in product.options if one["code"] in row.options]
        tails = ["-".join(["", *said[:n]]).upper() for n in range(len(said), 0, -1)]
        if row.sku == code:
            code = code.removesuffix(next((tail for tail in tails if code.endswith(tail)), ""))
    return code or product.slug.upper()[:40]


def _sku(stem: str, chosen: Mapping[str, str]) -> str:
    return free_sku("-".join([stem, *(value.upper() for value in chosen.values())]))


def _new(product: Product, chosen: Mapping[str, str], pattern: Mapping[str, Any]) -> Variant:
    row = Variant(product_id=product.id, options=dict(chosen), active=True, on_hand=0, **pattern)
    db.session.add(row)
    db.session.flush()
    return row


def free_sku(text: str, *, keep: int | None = None) -> str:
    """A SKU like `text` that no other variant has."""
    wish = text.strip()[:58] or "X"
    taken = select(Variant.sku).where(Variant.sku.startswith(wish, autoescape=True), Variant.id != (keep or 0))
    known = set(db.session.scalars(taken))
    return next(sku for n in range(1, len(known) + 3) if (sku := wish if n == 1 else f"{wish}-{n}") not in known)
