"""What the cart's page shows: lines with pictures, what changed, delivery from its cheapest way on."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from flask import Response, render_template, request, url_for

from kernel import i18n, phones, tenancy, web
from kernel.i18n import _
from kernel.money import Money
from shop import (
    booking_story,
    booking_times,
    bookings,
    catalog,
    exemptions,
    intervals,
    plan_offers,
    promotions,
    quotes,
    receipts,
    shipping,
)
from shop import cart as carts
from shop.cart import Notice
from shop.quotes import Basket, QuoteLine
from shop.variants import Variant
from shop.views import cart_times, checkout_times, code_field, frame, goods, hearts, repeat_part, visitor


def answer(
    mine: carts.Cart | None, *, status: int = 200, trouble: str = "", typed: dict[str, str] | None = None,
    code: str = "", code_trouble: str = "",
) -> Response:  # fmt: skip
    """The cart's page; with a `trouble` and what was typed after a refused change, of a line or of the codes."""
    wanted = carts.wanted(mine)
    asking: dict[str, Any] = {"codes": mine.codes, "person": code_field.known()} if mine else {}
    asking["exempt"] = exemptions.of(mine.contact_id, visitor.group()) if mine else {}
    basket = quotes.price(wanted, visitor.group(), **asking) if wanted else None
    offers = _offers(basket)
    page = render_template(
        "shop/cart/page.html", basket=basket, lines=lines(basket) if basket else [], trouble=trouble,
        free_waits=checkout_times.free(basket) if basket else "",
        repeats=repeat_part.of_basket(basket, offers, amount) if basket else [],
        typed=typed or {}, saved=len(hearts.ids()), notices=notices(mine), offers=offers,
        share=_share(mine, basket),
        most={want.token: want.product.max_qty for want in wanted},
        codes=code_field.field(mine, basket, typed=code or request.args.get("code", "")[:80], trouble=code_trouble),
        savings=code_field.savings(basket) if basket else [],
        sum_rows=code_field.sums(basket, amount) if basket else [], parts=_parts(basket) if basket else "",
        nearly=promotions.nearly(basket.promoted, delivered=not basket.digital) if basket else [],
    )  # fmt: skip
    return Response(page, status)


def lines(basket: Basket | quotes.Quote) -> list[dict[str, Any]]:
    """The lines as lists show them."""
    products = {row.id: row for row in catalog.of_ids([line.product_id for line in basket.lines])}
    pictures = goods.pictures_of([product.picture_id for product in products.values()])
    cents = frame.current().values["cents"]
    kept = bookings.of_ids([line.booking_id for line in basket.lines if line.booking_id])
    timed = Counter(one.service_id for one in kept.values())
    together: dict[Any, list[QuoteLine]] = {}  # a booking's people are one line
    for line in basket.lines:
        together.setdefault(line.booking_id or line.token or id(line), []).append(line)
    return [
        {
            **_line(of[0], products.get(of[0].product_id), pictures, cents),
            **_timed(kept.get(of[0].booking_id or 0), of, timed),
        }
        for of in together.values()
    ]


def _timed(booking: bookings.Booking | None, of: Sequence[QuoteLine], timed: Counter[int]) -> dict[str, Any]:
    if booking is None:
        return {"booking": None}
    gross = of[0].listed
    for line in of[1:]:
        gross += line.listed
    answers = [f"{label}: {text}" for label, text in booking.answers.items()]
    if booking.language:
        answers.insert(0, f"{_('Language')}: {i18n.NAMES.get(booking.language, booking.language)}")
    return {
        "booking": cart_times.told(booking, of, alone=timed[booking.service_id] == 1),
        "gross": gross,
        "more": answers,
    }


def _parts(basket: Basket) -> str:
    """What a deposit asks for at once, and when the rest is paid; how much that is only when no delivery adds to it."""
    offer = next((one for one in plan_offers.of(quotes.quote(basket)) if one.kind == "deposit"), None)
    if offer is None:
        return ""
    now, later = amount(offer.now), amount(offer.later)
    if any(line.answer_hours for line in basket.lines):
        return _("You pay %(now)s after the shop's yes; the rest, %(later)s, later.", now=now, later=later)
    if len(offer.dues) > 2:
        return _("You pay %(now)s now and the rest, %(later)s, each part on its own day.", now=now, later=later)
    if all(line.booking_id for line in basket.lines):
        return _("You pay %(now)s now; the rest, %(later)s, on the day.", now=now, later=later)
    return _("You pay %(now)s now and the rest %(day)s.", now=now, day=receipts.due_day(offer.dues[-1].on))


def notices(mine: carts.Cart | None) -> list[str]:
    """What changed; that a time is no longer kept stands on its line."""
    return [told(notice) for notice in carts.notices(mine, visitor.group()) if notice.kind != "lapsed"]


def told(notice: Notice) -> str:
    """What changed, in a sentence."""
    item, booking = named(notice.line.variant), notice.line.booking
    if notice.kind == "gone" and booking and booking.service.product and booking.service.product.live:
        when = booking_story.when(booking, booking_times.zone())
        return _("%(item)s is not offered any more at the time that you chose: %(when)s.", item=item, when=when)
    if notice.kind == "gone":
        return _("%(item)s is no longer sold.", item=item)
    if notice.kind == "lapsed":
        return _("%(item)s is no longer kept for you; order soon, or somebody else may take it.", item=item)
    if notice.kind == "short" and not notice.left:
        return _("%(item)s is sold out.", item=item)
    if notice.kind == "short":
        return _("Only %(left)s left of %(item)s.", left=notice.left, item=item)
    before, now = (amount(money) if money else "" for money in (notice.before, notice.now))
    return _("The price of %(item)s changed from %(before)s to %(now)s.", item=item, before=before, now=now)


def named(variant: Variant | None) -> str:
    """What a line is of, also when that is gone."""
    return i18n.pick(variant.product.name) if variant and variant.product else _("A product")


def amount(money: Money) -> str:
    """An amount as this shop writes it."""
    return money.format(str(i18n.locale()), cents=frame.current().values["cents"])


def _line(
    line: QuoteLine, product: catalog.Product | None, pictures: dict[int, Any], cents: bool | None
) -> dict[str, Any]:
    chosen = [f"{i18n.pick(option['name'])}: {i18n.pick(option['value'])}" for option in line.options]
    again = [intervals.promise(line.every)] if line.every else []
    return {
        "token": line.token, "name": i18n.words_html(line.name), "quantity": line.quantity, "unit": line.unit,
        "gross": line.listed, "more": [*chosen, *(f"{label}: {text}" for label, text in line.texts.items()), *again],
        "url": url_for("shop.product", slug=product.slug) if product else "",
        "pic": pictures.get(product.picture_id or 0) if product else None, "cents": cents,
    }  # fmt: skip


def _offers(basket: Basket | None) -> Sequence[shipping.Offer]:
    if basket is None:
        return []
    home = {"country": tenancy.tenant().country}
    return [offer for offer in basket.offers(home) if offer.open]


def _share(mine: carts.Cart | None, basket: Basket | None) -> dict[str, str]:
    if mine is None or basket is None or all(line.booking_id for line in basket.lines):
        return {}  # times are not handed on
    url = web.shop_url("shop.cart_shared", secret=carts.link(mine), language=i18n.language())
    text = _("My cart at %(shop)s: %(total)s", shop=tenancy.tenant().name, total=amount(basket.items))
    return {"url": url, "whatsapp": phones.whatsapp(f"{text}\n{url}")}
