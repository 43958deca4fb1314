"""Waiting for stock: somebody asks to be told when a thing is back, and is written to once, whoever dies meanwhile.

Who asked first is written to first, and not all at once: a few for each piece that there is, then after some hours the
next few, while there still is some. So two pieces that came back do not bring forty people to an empty shelf.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import selectinload

from crm import contacts, facts
from crm.contacts import Contact
from kernel import beside, clock, files, i18n, jobs, letters, prepared, signing, tenancy, transactions, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.refusal import Refusal
from kernel.tenancy import Tenant
from shop import catalog, days, holidays, letter_blocks, options, seasons, stock, waits
from shop.catalog import Product
from shop.stock_wait_rows import StockWait, waiting
from shop.variants import Variant

FORM = "stock"  # by which way a person came: see sources.TOLD
LIFE = timedelta(days=180)
MOST = 30  # that one person waits for: an address that strangers fill in is not filled without end
EACH = 3  # are written to for each piece: most who asked buy no more
PAUSE = timedelta(hours=6)  # for which those have the first choice
BATCH = 100  # letters of one transaction
GONE = {**waits.QUIET, "binned": True}


class BackAlready(Refusal):
    """It came back while somebody looked at a page on which it was sold out."""

    message = _l("%(item)s is back: you can buy it now.")
    status = 409


def ask(variant: Variant, contact: Contact | None = None, *, email: str = "", language: str = "es") -> Contact:
    """Have them written to once when it can be bought again; who asks twice waits once. Raises BackAlready."""
    if stock.left(variant) != 0 and sold(variant):
        raise BackAlready(item=i18n.pick(variant.product.name))
    known = contact or contacts.known(email=email, language=language, source=FORM, learned=FORM)
    if len(waits.open_of(StockWait, known.id)) >= MOST:
        return known
    told = {"token": signing.token(), "variant_id": variant.id, "contact_id": known.id, "language": language}
    if beside.add(StockWait, unless=prepared.ANY, **told) is not None:
        facts.record("asked_back", contact=known, about=variant.product, source=FORM)
    return known


def sold(variant: Variant) -> bool:
    """Whether the shop sells it now, as far as there is any: shown, chosen, in season, not on holiday."""
    product = variant.product
    if product is None or not (variant.active and product.live):  # None: it is in the bin
        return False
    today = clock.today(tenancy.tenant().timezone)
    return seasons.state(product.season_from, product.season_to, today).open and holidays.now() is None


@jobs.job("stock_waits.tell")
def tell(variant_id: int) -> None:
    """Write to the next of those who wait, as many as what is there is worth; harmless when it comes twice or late."""
    queue = _queue(variant_id)
    variant = catalog.variants({variant_id}).get(variant_id)
    left = stock.left(variant) if queue and variant is not None and sold(variant) else 0
    if left == 0 or variant is None:
        return
    lately = _told_lately(variant_id)
    worth = BATCH + 1 if left is None else max(0, left * EACH - len(lately))
    many = min(worth, BATCH)
    while queue and many:
        many -= _tell(queue.pop(0), variant)
    if queue:
        again = clock.now() if worth > BATCH else min(lately, default=clock.now()) + PAUSE
        jobs.later("stock_waits.tell", variant_id, at=again, key=f"{variant_id}:next")


def _queue(variant_id: int) -> list[StockWait]:
    """The first of those who wait for it, held as they are: two who write at once follow each other."""
    mine = select(StockWait).where(StockWait.variant_id == variant_id, StockWait.ended_at.is_(None))
    first = mine.order_by(StockWait.id).limit(BATCH + 1).with_for_update().options(selectinload(StockWait.contact))
    return list(db.session.scalars(first, execution_options={"populate_existing": True}))


def _told_lately(variant_id: int) -> list[datetime]:
    """When those were written to who have the first choice still."""
    mine = StockWait.variant_id == variant_id, StockWait.how == "told", StockWait.ended_at > clock.now() - PAUSE
    return list(db.session.scalars(select(StockWait.ended_at).where(*mine)))


def _tell(row: StockWait, variant: Variant) -> bool:
    """Write to one, unless somebody did; who is in the bin, takes no letters or may not buy it waits no more."""
    allowed = row.contact is not None and variant.product.open_to(row.contact.group)
    if not waits.claim(row, open_to_them=allowed):
        return False
    _write(row, variant)
    return True


def _write(row: StockWait, variant: Variant) -> None:
    """The letter; what it says is of this day, so it does not leave later."""
    language = row.language
    with i18n.speak(language, tenancy.tenant().country):
        asked = row.asked_at.astimezone(ZoneInfo(tenancy.tenant().timezone)).date()
        item = name(variant, language)
        said = {
            "subject": _("%(item)s is back", item=item), "heading": _("%(item)s is back", item=item),
            "lead": _("You asked us on %(day)s to tell you. You can buy it again, as long as it lasts: nothing is set "
                      "aside, whoever comes first takes it.", day=days.told(asked)),
            "button_label": _("See it in the shop"), "picture": _picture(variant), "alt": item,
            "button_url": web.shop_url("shop.product", slug=variant.product.slug, variant=variant.sku,
                                       language=language),
            "leave_url": web.shop_url("shop.back", token=row.token, language=language),
        }  # fmt: skip
    letters.write(
        "mail/stock_waits/back", to=row.contact.email or "", to_name=row.contact.name, kind="back", language=language,
        data=said, about=row.contact, not_after=clock.now() + timedelta(days=1),
    )  # fmt: skip


def name(variant: Variant, language: str) -> str:
    """What it is called, with what is chosen of it: "Café Uno (250 g)"."""
    choice = options.label(variant.product, variant, language)
    own = i18n.pick(variant.product.name, language)
    return f"{own} ({choice})" if choice else own


def _picture(variant: Variant) -> str:
    file_id = variant.picture_id or variant.product.picture_id
    file = db.session.get(files.File, file_id) if file_id else None
    return web.shop_base(tenancy.tenant()) + letter_blocks.jpeg(file, letter_blocks.SMALL) if file else ""


@jobs.job("stock_waits.sweep")
def sweep() -> None:
    """In each shop: end what is too old or lies in the bin, and look at what came back by another way than by stock."""
    for tenant_id in db.session.scalars(select(Tenant.id).order_by(Tenant.id)).all():
        with tenancy.use(tenant_id):
            transactions.retry_free(_sweep)


def _sweep() -> None:
    """A season began, the holidays are over, a product was published again or is counted no more."""
    if not db.session.scalar(select(func.count(StockWait.id))):
        return
    old = StockWait.asked_at < clock.now() - LIFE
    db.session.execute(delete(StockWait).where(or_(old, StockWait.variant_id.in_(_gone()))), execution_options=GONE)
    ids = set(db.session.scalars(waiting().with_only_columns(StockWait.variant_id).order_by(None)))
    for one in sorted(catalog.variants(ids).values(), key=lambda row: row.id):
        if sold(one) and stock.left(one) != 0:
            jobs.later("stock_waits.tell", one.id, at=clock.now() + stock.SETTLE, key=str(one.id))


def _gone() -> Any:
    """The variants of what lies in the bin for longer than somebody needs to take it back."""
    long = Product.binned_at < clock.now() - timedelta(days=1)
    return select(Variant.id).join(Product, Product.id == Variant.product_id).where(long)


jobs.every("stock_waits.sweep", seconds=15 * 60)
