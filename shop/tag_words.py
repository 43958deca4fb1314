"""Words of tags: what a chip says in each of the shop's languages, and how many products carry the tag."""

from collections.abc import Mapping

from sqlalchemy import func, select

from kernel import i18n, tenancy
from kernel.db import db
from shop import settings, stems, storefront
from shop.catalog import Product
from shop.marks import ProductMark

MOST = 500  # tags of a shop that are listed


def label(code: str, words: Mapping[str, Mapping[str, str]]) -> str:
    """What a tag is called in the current language, of all that a shop says of its tags."""
    return i18n.pick(words.get(code)) or plain(code)


def plain(code: str) -> str:
    """A tag of which nobody said more."""
    return code.replace("-", " ").capitalize()


def counted() -> list[tuple[str, int]]:
    """The shop's tags, those of most products first: (code, how many products)."""
    many = func.count(ProductMark.id)
    wanted = select(ProductMark.code, many).join(Product, Product.id == ProductMark.product_id)
    wanted = wanted.where(ProductMark.kind == "tag").group_by(ProductMark.code).order_by(many.desc(), ProductMark.code)
    return [(code, count) for code, count in db.session.execute(wanted.limit(MOST))]


def keep(said: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Keep the words of these tags, and have their products found by them; the tags of which something changed."""
    front = settings.front()
    changed = [code for code, words in said.items() if dict(words) != front.tag_words.get(code, {})]
    if changed:
        kept = {**front.tag_words, **{code: dict(said[code]) for code in changed}}
        front.tag_words = {code: words for code, words in kept.items() if words}
        storefront.hold(front)
        stems.index(_carrying(changed))
        tenancy.touch()
    return changed


def _carrying(codes: list[str]) -> list[Product]:
    marked = select(ProductMark.product_id).where(ProductMark.kind == "tag", ProductMark.code.in_(codes))
    return list(db.session.scalars(select(Product).where(Product.id.in_(marked))))
