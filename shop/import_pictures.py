"""Pictures of products from a file: rows that say what is still to be fetched, what has come and what could not be had.

Fetched by gateways/picture_reader one by one, while the products are there already; each comes once, whoever dies.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, delete, func, select, update

from kernel import clock, fetching, jobs, tenancy
from kernel.db import Base, Mapped, db, mapped_column, pk, ref
from kernel.tenancy import TenantOwned
from shop import pictures
from shop.catalog import Product, Variant
from shop.pictures import ProductPicture

FETCH = "shop.import_picture"
LAST = 8  # its priority: letters and all that somebody waits for come first
TRIES = 5
PASSING = frozenset({"away", "slow", "answer", "name"})  # what may come back: it is tried again
PROBES = 5  # pictures of a place that never answered: the others are not asked for
ALT = 200  # signs, as in the editor


class ImportPicture(TenantOwned, Base):
    """A picture that a file tells of a product."""

    __tablename__ = "import_picture"
    __extra__ = (
        UniqueConstraint("tenant_id", "import_id", "product_id", "number"),
        CheckConstraint("state IN ('waiting', 'had', 'missed')", name="state"),
        Index("ix_import_picture_state", "tenant_id", "import_id", "state"),
    )
    id: Mapped[int] = pk()
    import_id: Mapped[int] = ref("product_import", index=False)
    product_id: Mapped[int] = ref("product")
    number: Mapped[int]  # its place among those of the product, from 1
    line: Mapped[int]  # of the file
    address: Mapped[str] = mapped_column(Text)
    host: Mapped[str] = mapped_column(String(255))
    alt: Mapped[str] = mapped_column(String(ALT), default="")
    variants: Mapped[dict[str, Any]] = mapped_column(default=dict)  # which show it → the file that they showed before
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    fault: Mapped[str] = mapped_column(String(12), default="")  # the code of what went wrong last
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(default=clock.now)
    file_id: Mapped[int | None] = ref("file")
    added: Mapped[bool] = mapped_column(default=False)  # the product did not show it before


class Missed(NamedTuple):
    """What could not be had: of which product, from where, and the code of why not."""

    product: Product
    address: str
    fault: str


def want(import_id: int, product: Product, wanted: Iterable[Any], variants: Mapping[int, int]) -> None:
    """Keep what a file tells of a product (see import_addresses.Wanted); `variants`: the id of each by its line.

    What need not be fetched is shown at once.
    """
    mine = ImportPicture.import_id == import_id, ImportPicture.product_id == product.id
    before = db.session.scalar(select(func.max(ImportPicture.number)).where(*mine)) or 0  # other lines tell of it too
    rows = []
    for one in wanted:
        told = {str(variants[line]): None for line in one.variants if line in variants}
        row = ImportPicture(
            import_id=import_id, product_id=product.id, number=before + one.number, line=one.line, address=one.address,
            host=fetching.host(one.address), alt=" ".join(one.alt.split())[:ALT].rstrip(), variants=told,
            file_id=one.file_id, state="had" if one.file_id else "waiting",
        )  # fmt: skip
        rows.append(row)
    db.session.add_all(rows)
    db.session.flush()
    for row in rows:
        if row.file_id:
            show(row, product, row.file_id)
    follow(import_id, product.id)


def show(row: ImportPicture, product: Product, file_id: int) -> None:
    """Have the product show it, at its place among those of the same file; nothing else that it shows is moved."""
    shown = list(pictures.of(product.id))
    row.state, row.fault = "had", ""
    if file_id not in {one.file_id for one in shown}:
        if len(shown) >= pictures.MOST:
            row.state, row.fault, row.file_id = "missed", "many", None
            return
        fresh = ProductPicture(product_id=product.id, file_id=file_id)
        fresh.alt = _words(row)
        shown.append(fresh)
        row.added = True
        db.session.add(fresh)
    row.file_id = file_id
    for variant in _variants(row):
        if variant.picture_id != file_id:
            row.variants = {**row.variants, str(variant.id): variant.picture_id}
            variant.picture_id = file_id
    _in_order(product, _placed(row, shown))


def _words(row: ImportPicture) -> dict[str, str]:
    return {tenancy.tenant().language: row.alt} if row.alt else {}


def _placed(row: ImportPicture, shown: Sequence[ProductPicture]) -> list[ProductPicture]:
    """The pictures of a product, those that the file brought in its order beside those that were there."""
    mine = ImportPicture.import_id == row.import_id, ImportPicture.product_id == row.product_id
    had = db.session.scalars(select(ImportPicture).where(*mine, ImportPicture.state == "had")).all()
    numbers = {one.file_id: one.number for one in sorted(had, key=lambda one: -one.number)}
    ours = {one.file_id for one in had if one.added}
    found = [one for one in shown if one.file_id not in ours]
    for fresh in sorted((one for one in shown if one.file_id in ours), key=lambda one: numbers[one.file_id]):
        number = numbers[fresh.file_id]
        before = [at for at, one in enumerate(found) if numbers.get(one.file_id, number) < number]
        after = [at for at, one in enumerate(found) if numbers.get(one.file_id, number) > number]
        found.insert(before[-1] + 1 if before else after[0] if after else len(found), fresh)
    return found


def _variants(row: ImportPicture) -> Sequence[Variant]:
    ids = [int(one) for one in row.variants]
    return db.session.scalars(select(Variant).where(Variant.id.in_(ids), Variant.product_id == row.product_id)).all()


def _in_order(product: Product, shown: Sequence[ProductPicture]) -> None:
    for at, one in enumerate(shown):
        one.position = at
    product.picture_id = shown[0].file_id if shown else None
    db.session.flush()
    db.session.expire(product, ["pictures"])
    tenancy.touch()


def next_one(import_id: int, product_id: int) -> ImportPicture | None:
    """The first picture of the product whose time to be fetched has come."""
    mine = _waiting(import_id, product_id).where(ImportPicture.next_at <= clock.now())
    return db.session.scalars(mine.order_by(ImportPicture.number).limit(1)).first()


def _waiting(import_id: int, product_id: int) -> Any:
    mine = ImportPicture.import_id == import_id, ImportPicture.product_id == product_id
    return select(ImportPicture).where(*mine, ImportPicture.state == "waiting")


def claimed(picture_id: int) -> tuple[ImportPicture, Product] | None:
    """A picture that still waits, with its product, nobody else moving them until the transaction ends."""
    product_id = db.session.scalar(select(ImportPicture.product_id).where(ImportPicture.id == picture_id))
    product = _held(product_id) if product_id else None
    row = db.session.get(ImportPicture, picture_id, with_for_update=True, populate_existing=True)
    return (row, product) if row is not None and product is not None and row.state == "waiting" else None


def _held(product_id: int) -> Product | None:
    mine = select(Product).where(Product.id == product_id).with_for_update()
    return db.session.scalar(mine.execution_options(binned=True, populate_existing=True))


def failed(row: ImportPicture, code: str) -> None:
    """It could not be had: it is tried again ever later when that may help; a place that never answers is left."""
    row.fault, row.tries = code, row.tries + 1
    row.next_at = clock.now() + jobs.backoff(row.tries)
    if code not in PASSING or row.tries >= TRIES:
        row.state = "missed"
    db.session.flush()
    if code in PASSING and code != "answer" and _silent(row):
        mine = ImportPicture.import_id == row.import_id, ImportPicture.host == row.host
        gone = update(ImportPicture).where(*mine, ImportPicture.state == "waiting", ImportPicture.tries == 0)
        db.session.execute(gone.values(state="missed", fault=code), execution_options={"synchronize_session": False})


def _silent(row: ImportPicture) -> bool:
    """Whether nothing came from there yet, of several that were asked for."""
    mine = ImportPicture.import_id == row.import_id, ImportPicture.host == row.host
    if db.session.scalar(select(ImportPicture.id).where(*mine, ImportPicture.state == "had").limit(1)) is not None:
        return False
    asked = select(func.count(ImportPicture.id)).where(*mine, ImportPicture.tries > 0)
    return (db.session.scalar(asked) or 0) >= PROBES


def follow(import_id: int, product_id: int) -> None:
    """Have the next one fetched, when its time has come."""
    at = db.session.scalar(_waiting(import_id, product_id).with_only_columns(func.min(ImportPicture.next_at)))
    if at is not None:
        jobs.later(FETCH, import_id, product_id, at=at, key=f"{import_id}:{product_id}", priority=LAST)


def again(import_id: int) -> None:
    """Ask once more for what could not be had."""
    mine = ImportPicture.import_id == import_id, ImportPicture.state == "missed"
    products = db.session.scalars(select(ImportPicture.product_id).where(*mine).distinct()).all()
    db.session.execute(
        update(ImportPicture).where(*mine).values(state="waiting", tries=0, next_at=clock.now()),
        execution_options={"synchronize_session": False},
    )
    for product_id in products:
        follow(import_id, product_id)


def back(import_id: int, product: Product) -> bool:
    """Take back what came of it and have nothing more come; whether all of it went: other words of it stay."""
    _held(product.id)
    mine = ImportPicture.import_id == import_id, ImportPicture.product_id == product.id
    rows = db.session.scalars(select(ImportPicture).where(*mine).with_for_update()).all()
    shown, whole = {one.file_id: one for one in pictures.of(product.id)}, True
    for row in rows:
        mark = shown.get(row.file_id or 0)
        if row.added and mark is not None and mark.alt != _words(row):
            whole = False
            continue
        for variant in _variants(row):
            if row.file_id and variant.picture_id == row.file_id and str(variant.id) in row.variants:
                variant.picture_id = row.variants[str(variant.id)]
        if row.added and mark is not None:
            db.session.delete(shown.pop(mark.file_id))
    forget(import_id, product.id)
    _in_order(product, list(shown.values()))
    return whole


def forget(import_id: int, product_id: int) -> None:
    """Let go of what a file told of a product: what still waits does not come."""
    mine = ImportPicture.import_id == import_id, ImportPicture.product_id == product_id
    db.session.execute(delete(ImportPicture).where(*mine), execution_options={"synchronize_session": "fetch"})


def brought(product_id: int, addresses: Sequence[str]) -> dict[str, int]:
    """The files that came from these addresses for a product before."""
    wanted = select(ImportPicture.address, ImportPicture.file_id).order_by(ImportPicture.id)
    mine = ImportPicture.product_id == product_id, ImportPicture.address.in_(addresses)
    found = db.session.execute(wanted.where(*mine, ImportPicture.file_id.is_not(None)))
    return {row.address: row.file_id for row in found if row.file_id}


def tally(import_id: int) -> dict[str, int]:
    """How many wait, have come, could not be had."""
    counted = select(ImportPicture.state, func.count(ImportPicture.id).label("number"))
    counted = counted.where(ImportPicture.import_id == import_id)
    return {one.state: one.number for one in db.session.execute(counted.group_by(ImportPicture.state))}


def missed(import_id: int, most: int) -> list[Missed]:
    """What could not be had, in the order of the file."""
    wanted = select(Product, ImportPicture.address, ImportPicture.fault)
    wanted = wanted.join(Product, Product.id == ImportPicture.product_id)
    mine = ImportPicture.import_id == import_id, ImportPicture.state == "missed"
    rows = db.session.execute(wanted.where(*mine).order_by(ImportPicture.line, ImportPicture.number).limit(most))
    return [Missed(*row) for row in rows]
