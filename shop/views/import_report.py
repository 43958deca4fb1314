"""What is said of a file of products: how it stands, what became of each line, what is to be mended, its end."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

from sqlalchemy import select

from kernel import file_import_letters, file_import_words
from kernel.db import db
from kernel.i18n import _, _l, pick
from shop import imports
from shop.catalog import Product
from shop.import_lines import WHYS
from shop.imports import KINDS, ProductImport

Line = tuple[list[Any], list[str]]  # what became of it, and its cells as far as they are kept
SHOWN = 200  # lines on the page; the file has all
WORDS = {
    "new": (_l("Of a new product"), "good"), "changed": (_l("Updated"), "now"), "same": (_l("Unchanged"), "off"),
    "refused": (_l("Not taken"), "bad"),
}  # fmt: skip
BACK = {
    "gone": _l("new products went again"), "bin": _l("lie in the bin: somebody worked on them since"),
    "back": _l("are as before"), "stays": _l("stay, whole or in part: they were sold or changed since"),
}  # fmt: skip


def row(one: ProductImport) -> dict[str, Any]:
    """A file in the list and at the head of its page."""
    return {
        **file_import_words.told(one),
        "counts": [(WORDS[kind][0], one.counts[kind], kind) for kind in KINDS if one.counts.get(kind)],
        "back": [(word, one.counts[kind]) for kind, word in BACK.items() if one.counts.get(kind)],
    }  # fmt: skip


def report(one: ProductImport, kind: str) -> dict[str, Any]:
    """The first lines of a kind: what became of each and why; what was refused first."""
    if one.state in ("draft", "checking"):
        return {}
    every = chain.from_iterable(imports.FILES.told(one))
    found = list(islice((told for told in every if not kind or told[0][1] == kind), SHOWN))
    found.sort(key=lambda told: told[0][0])
    known = _products(found)
    rows = [
        {"line": outcome[0], "word": WORDS[outcome[1]], "product": known.get(outcome[2] or 0), "text": _said(cells),
         "notes": [_why(*note) for note in outcome[3]]}
        for outcome, cells in found
    ]  # fmt: skip
    return {"rows": rows, "kind": kind, "more": len(rows) == SHOWN}


def _products(lines: Iterable[Line]) -> dict[int, dict[str, str]]:
    ids = {outcome[2] for outcome, _cells in lines if outcome[2]}
    rows = db.session.scalars(select(Product).where(Product.id.in_(ids)))
    return {one.id: {"slug": one.slug, "name": pick(one.name)} for one in rows}


def _said(cells: list[str]) -> str:
    return " · ".join(cell for cell in cells if cell)[:120]


def _why(why: str, value: str, line: int) -> str:
    return str(WHYS[why]) % {"value": value, "line": line}


def heads() -> list[str]:
    """The columns of the report as a file."""
    return [_("Line"), _("What became of it"), _("Product"), _("Why"), _("As it stood there")]


def cells(one: ProductImport) -> Iterator[list[object]]:
    """Each line of the file."""
    for lines in imports.FILES.told(one):
        known = _products(lines)
        for outcome, kept in lines:
            product = known.get(outcome[2] or 0, {})
            notes = "; ".join(_why(*note) for note in outcome[3])
            yield [outcome[0], str(WORDS[outcome[1]][0]), product.get("name", ""), notes, _said(kept)]


def refused(one: ProductImport) -> Iterator[list[object]]:
    """Each line that was not taken, as wide as the heads, and why not."""
    wide = len(one.heads)
    for outcome, kept in chain.from_iterable(imports.FILES.told(one)):
        if outcome[1] == "refused":
            why = "; ".join(_why(*note) for note in outcome[3])
            yield [*kept, *[""] * (wide - len(kept)), why]  # one with too many cells has too many again


def tell(one: ProductImport) -> None:
    """Write to whoever brought the file that it is done."""
    file_import_letters.tell(one, lambda: row(one)["counts"], "shop_admin.import")
