"""Pages that are found by words, in whatever language one thinks of them, and the words of those of the shop."""

from functools import lru_cache
from typing import Any

from flask import Flask, url_for

from kernel import i18n, menu
from kernel.folding import fold
from kernel.i18n import _l
from kernel.menu import Place
from shop import stems

FEW = 3  # letters of which a word is looked for only as a beginning, not by its stem


def found(text: str) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """(pages of the settings, others) that the current person may see and that a text means; the likeliest first."""
    typed = stems.words_of(text)
    ranked = [(rank, one) for one in menu.places() if typed and (rank := _rank(typed, one)) is not None]
    ranked.sort(key=lambda pair: pair[0])
    rows = [(one.set, {"label": str(one.label), "url": url_for(one.endpoint), "hint": str(one.hint)})
            for _rank_, one in ranked]  # fmt: skip
    return [row for settings, row in rows if settings], [row for settings, row in rows if not settings]


def _rank(typed: list[str], place: Place) -> int | None:
    """How near a page is: 0 when its name says each word, 1 when it does only with its other words; None if neither."""
    name, whole = _told(place)
    if all(_says(name, word) for word in typed):
        return 0
    return 1 if all(_says(whole, word) for word in typed) else None


@lru_cache(maxsize=400)
def _told(place: Place) -> tuple[frozenset[str], frozenset[str]]:
    """The words of a page's name, and all by which it is found, with their stems, in each language of ours."""
    name, rest = [], []
    for language in i18n.LANGUAGES:
        with i18n.speak(language):
            name += stems.words_of(str(place.label))
            rest += stems.words_of(f"{place.hint} {place.words}")
    return _forms(name), _forms(name + rest)


def _forms(words: list[str]) -> frozenset[str]:
    plain = {fold(word) for word in words}
    return frozenset(plain | {stems.stem(word, language) for word in words for language in i18n.LANGUAGES})


def _says(words: frozenset[str], typed: str) -> bool:
    plain = fold(typed)
    stemmed = {stems.stem(typed, language) for language in i18n.LANGUAGES} if len(plain) > FEW else set()
    return bool(words & stemmed) or any(word.startswith(plain) for word in words)


PAGES: dict[str, tuple[Any, Any]] = {
    "sale_new": (_l("New sale"), _l("counter, till, charge, cash register, point of sale")),
    "proposals": (_l("Quotes"), _l("estimates, budgets, price for a customer")),
    "proposal_new": (_l("New quote"), _l("write a quote, estimate, budget")),
    "drawer": (_l("Cash drawer"), _l("cash register, till, count cash, float, change")),
    "drawers": (_l("Closings of the cash drawer"), _l("report, cash register, till, end of day, difference")),
    "takings": (_l("Payments received"), _l("report, income, takings, SINPE, transfers, cards, cash, refunds")),
    "invoice_books": (_l("Books of the month"), _l(
        "report, sales, tax book, VAT, taxes, accounting journal, accountant, close the month, advances, trial balance"
    )),
    "invoice_bundles": (_l("Documents as PDF (ZIP)"), _l("download all invoices, PDF, credit notes, accountant, file")),
    "order_asks": (_l("Cancellations and refunds that are asked for"), _l("returns, approve, decline")),
    "orders_plan": (_l("What to prepare"), _l("production, kitchen, prepare, pick, packing list, report")),
    "cards": (_l("Card payments to look at"), _l("Stripe, fees, payouts, disputes, chargebacks, report")),
    "subscriptions": (_l("Subscriptions"), _l("recurring orders, members, monthly income, report")),
    "gift_cards": (_l("Gift cards"), _l("vouchers, store credit, balance owed, report")),
    "price_lists": (_l("Price lists"), _l("wholesale, groups, prices by quantity")),
    "product_new": (_l("New product"), _l("add, create, article, item")),
    "categories": (_l("Categories"), _l("collections, sections of the shop")),
    "tags": (_l("Tags"), _l("labels of products")),
    "stock": (_l("Stock"), _l("inventory, count, units, sold out, report")),
    "stock_waits": (_l("Waiting for it to be back"), _l("back in stock, waiting list, notify")),
    "imports": (_l("Products from a file"), _l("CSV, Excel, spreadsheet, upload, Shopify")),
    "searches": (_l("What they look for"), _l("report, searches, keywords, nothing found")),
    "reviews": (_l("Reviews"), _l("opinions, stars, ratings, comments")),
    "questions": (_l("Questions"), _l("ask, answer, product questions")),
    "bin": (_l("Bin"), _l("trash, deleted, recover, restore, undo")),
    "bookings_month": (_l("The month of the bookings"), _l("occupancy, calendar, cabins, nights sold, report")),
    "bookings_list": (_l("List of bookings"), _l("arrivals, guests of the day, check-in, report")),
    "bookings_requests": (_l("Requests to answer"), _l("approve, answer, waiting for confirmation")),
    "bookings_waiting": (_l("Waiting for a time to be free"), _l("waiting list, full, sold out")),
    "bookings_feeds": (_l("Calendars"), _l("iCal, Airbnb, Booking, Google, synchronise")),
    "walk_in": (_l("Add a booking"), _l("telephone, walk-in, reserve, appointment")),
}  # fmt: skip
WORDS: dict[str, Any] = {
    "today": _l("home, start, summary, report, figures, sales, visits"),
    "orders": _l("sales, purchases, to prepare, unpaid, deliveries, report"),
    "invoices": _l("receipts, bills, credit notes, sales book, tax book, report"),
    "products": _l("catalogue, goods, articles, prices, services"),
    "discounts": _l("coupons, codes, offers, promotions, sale"),
    "bookings": _l("calendar, reservations, appointments, agenda"),
    "settings": _l("configuration, options, preferences"),
    "setup": _l("begin, first steps, help, guide"),
    "pages": _l("website, home page, content, about us"),
    "settings_brand": _l("logo, colours, theme, design, fonts"),
    "settings_contact": _l("address, map, telephone, opening hours, social networks, WhatsApp"),
    "settings_delivery": _l("shipping, zones, courier, pick-up, freight"),
    "settings_payments": _l("SINPE, transfer, bank account, cash on delivery, methods, Yappy, SPEI"),
    "settings_cards": _l("Stripe, credit card, debit, Visa, Mastercard, gateway"),
    "settings_plans": _l("layaway, instalments, deposit, advance, balance"),
    "settings_absences": _l("no-show, absence, penalty"),
    "settings_drawer": _l("till, cash register, blind count"),
    "settings_taxes": _l("VAT, sales tax, rates, exemption, tax id, withholding"),
    "settings_invoices": _l("numbering, series, authorisation, accounting codes, chart of accounts, advances"),
    "settings_returns": _l("refunds, exchanges, withdrawal"),
    "settings_policies": _l("terms and conditions, privacy, cookies, legal"),
    "settings_shop": _l("address of the shop, languages, currency, time zone, holidays, practice mode, close the shop"),
    "settings_know": _l("rules, what to bring, house rules"),
    "settings_reviews": _l("opinions, stars, moderation"),
    "settings_domains": _l("website address, DNS, URL, www"),
    "resources": _l("cabins, rooms, boats, tables, chairs, units, capacity"),
    "special_days": _l("holidays, closed, opening hours, high season"),
}


def init_app(_app: Flask) -> None:
    """Let the pages of the shop be found by their words."""
    for name, (label, words) in PAGES.items():
        menu.page(label, f"shop_admin.{name}", words)
    for name, words in WORDS.items():
        menu.words(f"shop_admin.{name}", words)
