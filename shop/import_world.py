"""What the shop has of what lines of a file name: products, variants, names, categories, taxes, each asked once."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, or_, select

from kernel import i18n, tenancy
from kernel.db import db
from kernel.folding import fold
from shop import categories, slugs, taxes
from shop.catalog import Product, Variant
from shop.import_lines import Told

DEEPEST = 5  # categories within categories


class World:
    """It remembers what earlier lines named, and what they would have made."""

    def __init__(self) -> None:
        self.skus: dict[str, list[Variant]] = {}
        self.products: dict[int, Product] = {}
        self.variants: dict[int, list[Variant]] = {}
        self.slugs: dict[str, Product] = {}
        self.heads: dict[str, Product] = {}  # by the code of the product itself
        self.names: dict[str, set[int]] = {}  # which products are called so; 0: one that a line makes
        self.lines: dict[str, int] = {}  # on which line a code stood first
        self.fresh: set[tuple[str, ...]] = set()  # categories that a line would make
        self.rates = {fold(told): rate.id for rate in taxes.rates() for told in (rate.name, rate.code)}
        self.language = tenancy.tenant().language
        self.shelf()

    def shelf(self) -> None:
        """Read the categories (again)."""
        every = categories.all_()
        self.paths: dict[tuple[str, ...], int] = {}
        self.short: dict[str, set[int]] = {}
        for row in every:
            for language in {self.language, *row.name}:
                names = tuple(fold(i18n.pick(one.name, language)) for one in categories.path(every, row))
                self.paths.setdefault(names, row.id)
                self.short.setdefault(names[-1], set()).add(row.id)

    def meet(self, lines: Iterable[Told]) -> None:
        """Look up what these lines name."""
        told = list(lines)
        spelt = {code for one in told for code in (one.sku, one.of) if code}
        links = {slugs.make(one.values["handle"]) for one in told if one.values.get("handle")}
        names = {fold(one.values["name"])[:120] for one in told if one.values.get("name")}
        found = db.session.scalars(select(Variant).where(_coded(Variant.sku, spelt))).all()
        for row in found:
            same = self.skus.setdefault(row.sku.lower(), [])
            same += [row] if row not in same else []
        ids = {row.product_id for row in found}
        named = or_(Product.id.in_(ids), Product.slug.in_(links), _coded(Product.sku, spelt))
        for product in db.session.scalars(select(Product).where(named).execution_options(binned=True)):
            self._know(product)
        rows = select(Product.id, Product.sort_name).where(Product.sort_name.in_(names), Product.binned_at.is_(None))
        for one, name in db.session.execute(rows):
            self.names.setdefault(name, set()).add(one)
        self._variants(set(self.products) - set(self.variants))

    def _know(self, product: Product) -> None:
        self.products[product.id] = product
        if product.binned_at is None:
            self.slugs[product.slug] = product
            if product.sku:
                self.heads[product.sku.lower()] = product

    def _variants(self, ids: set[int]) -> None:
        self.variants |= {one: [] for one in ids}
        wanted = select(Variant).where(Variant.product_id.in_(ids)).order_by(Variant.position, Variant.id)
        for row in db.session.scalars(wanted):
            self.variants[row.product_id].append(row)

    def variant(self, sku: str) -> Variant | None:
        """The variant with that code, however its letters are written, as long as it is one."""
        found = self.skus.get(sku.lower(), [])
        return next((row for row in found if row.sku == sku), found[0] if len(found) == 1 else None)

    def active(self, product: Product) -> list[Variant]:
        """What can be chosen of a product."""
        return [row for row in self.variants.get(product.id, ()) if row.active]

    def shelves(self, text: str, *, several: bool) -> tuple[int | None, tuple[str, ...]]:
        """(the category that a text names, its names from the top): None when there is none, and no names for none."""
        wanted = text.split(",")[0] if several else text
        names = tuple(part for part in (" ".join(part.split()) for part in wanted.split(">")) if part)[:DEEPEST]
        folded = tuple(map(fold, names))
        known = self.short.get(fold(wanted.strip()), set())
        return self.paths.get(folded) or (next(iter(known)) if len(known) == 1 else None), names

    def make_shelf(self, names: Sequence[str]) -> list[int]:
        """Make the category with these names and those above it that are missing; the ids of what was made."""
        made: list[int] = []
        above: Any = None
        for depth in range(1, len(names) + 1):
            known = self.paths.get(tuple(map(fold, names[:depth])))
            row = next((one for one in categories.all_() if one.id == known), None)
            if row is None:
                words = {self.language: names[depth - 1]}
                row = categories.Category(slug=slugs.free(categories.Category, names[depth - 1]))
                slugs.forget("category", row.slug)
                categories.save(row, name=words, intro={}, parent=above)
                made.append(row.id)
            above = row
        self.shelf()
        return made


def _coded(column: Any, spelt: set[str]) -> Any:
    """One of these codes, also where its letters are written otherwise: SQLite folds plain letters only."""
    small = {code.lower() for code in spelt}
    return or_(column.in_(spelt | small | {code.upper() for code in spelt}), func.lower(column).in_(small))
