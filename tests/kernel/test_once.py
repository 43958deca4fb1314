"""Forms that are sent twice: each that makes something does so once, or says here why it needs no help for that."""

import re
from io import BytesIO

import pytest
from sqlalchemy import func, select

from campaigns.automations import Automation
from crm.imports import ContactImport
from kernel.db import db
from kernel.once import SentForm
from shop import resources
from shop.catalog import Product
from shop.categories import Category
from shop.closures import Closure
from shop.payment_methods import PaymentMethod
from shop.shipping import DeliveryMethod
from shop.taxes import TaxRate
from shop.zones import Zone
from tests.shop.desk_calendar import room

BASE = "/admin/cafe"
CHANGES = frozenset(  # the last word of an endpoint that leaves what is there in a state: twice is as good as once
    """accept accounts again answer approve audience away back before bin bulk came cancel close columns day delay
    deliver discard draft drop end erase firm gone hand hide issue keep mark merge missed move off on open order out
    pause place places practise prefer prepare preview publish read ready receive recall refuse remove renew repeat
    resume retry return role run sale save seen series ship show skip start stop subjects two undiscard undo
    unpublish unskip unsure unvoid use void winner withdraw withdrawal""".split()  # noqa: SIM905
)
LATER = {
    "shop_admin.product_make",
    "shop_admin.category_make",
    "crm_admin.import_make",
    "shop_admin.import_make",
}  # guarded where they write
OWN_KEY = "its form carries a key of its own, which the verb keeps with what it made"
THERE = "what it would make is there by then, and is shown"
STATE = "it brings something into a state that a second time finds"
REASONS = {
    **dict.fromkeys(
        ["shop_admin.gift_card_make", "shop_admin.gift_card_move", "shop_admin.credit_move", "shop_admin.order_pay",
         "shop_admin.order_refund", "shop_admin.order_ask_refund", "shop_admin.order_return", "shop_admin.sale_make", "shop_admin.walk_in_make"],
        OWN_KEY),
    **dict.fromkeys(["shop_admin.settings_domains_add", "shop_admin.settings_policies_begin", "shop_admin.settings_taxes_sample"], THERE),
    **dict.fromkeys(
        ["kernel_admin.run_job", "kernel_admin.send_letter", "crm_admin.indicator_value", "crm_admin.people_many",
         "crm_admin.task_do", "kernel_admin.staff_two_steps", "shop_admin.sale_times", "shop_admin.booking_kept", "shop_admin.order_email", "shop_admin.order_letters", "shop_admin.settings_domains_check", "shop_admin.settings_domains_lead", "shop_admin.subscription_step", "shop_admin.settings_cards_release", "shop_admin.booking_move_make", "shop_admin.booking_choose_take", "shop_admin.settings_taxes_delivery",
         "shop_admin.refund_as_credit", "shop_admin.refund_bounce", "shop_admin.return_refund",
         "shop_admin.page_settings", "shop_admin.price_list_fill", "campaigns_admin.mailing_people_tag",
         "campaigns_admin.mailing_send"], STATE),
    "kernel_admin.staff_invite": "the link is shown at once and the older one ends",
}  # fmt: skip
DAYS = {"first": "2031-03-04", "last": "2031-03-04", "reason": "Pintura"}
GOODS = {"name": "Miel", "price": "100", "units": "1", "was": "0", "counted": "onhand", "category": "", "tax": "",
         "kind": "physical", "min_qty": "1", "lead_unit": "days", "low_at": "3"}  # fmt: skip
MAKES = {
    "/products/new": (GOODS, Product),
    "/categories/new": ({"name": "Mieles", "parent": ""}, Category),
    "/bookings/closures": (DAYS, Closure),
    "/settings/delivery/new?kind=delivery": ({"label": "Mensajero", "price": "1500"}, DeliveryMethod),
    "/settings/delivery/zones/new": ({"name": "Centro", "places": ["Heredia"]}, Zone),
    "/settings/payments/new?kind=transfer": (
        {"label": "SINPE", "account-label": ["SINPE"], "account-value": ["88887777"]},
        PaymentMethod,
    ),
    "/settings/taxes/rates": ({"name": "Raro", "percent": "6,5"}, TaxRate),
    "/automations": ({"trigger": "welcome"}, Automation),
    "/automations/new": ({"name": "Propia", "happens": "first", "often": "once"}, Automation),
}


def unguarded(app):
    """The back office's forms that may make something twice."""
    for rule in app.url_map.iter_rules():
        name = rule.endpoint
        if "POST" in rule.methods and "_admin." in name and name not in LATER | REASONS.keys():
            changes = name.rpartition(".")[2].rpartition("_")[2] in CHANGES
            if not changes and not getattr(app.view_functions[name], "once", False):
                yield name


def test_every_form_that_makes_something_makes_it_once_or_says_why_not(app, monkeypatch):
    assert not list(unguarded(app))
    assert app.view_functions.keys() >= LATER | REASONS.keys(), "a reason for what is no more"
    monkeypatch.delitem(REASONS, "shop_admin.sale_make")
    monkeypatch.delattr(app.view_functions["crm_admin.deal_make"], "once")
    assert set(unguarded(app)) == {"shop_admin.sale_make", "crm_admin.deal_make"}


def many(cls):
    db.session.rollback()
    return db.session.scalar(select(func.count(cls.id)))


@pytest.mark.parametrize("path", MAKES)
def test_two_taps_make_one_and_lead_to_one_place(shop, path):
    told, cls = MAKES[path]
    if cls is Closure:
        told = {**told, "unit": resources.units([room(shop).needs[0].resource_id])[0].token}
    before, browser = many(cls), shop.admin
    first, second = (browser.post(f"{BASE}{path}", data=told) for _tap in range(2))
    shop.enter()
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert many(cls) == before + 1


def test_the_same_words_on_another_page_are_another_product(shop):
    pages = [re.search(r'name="once" value="([^"]+)', shop.admin.get(f"{BASE}/products/new").text)[1] for _ in "ab"]
    for page in (*pages, *pages):
        assert shop.admin.post(f"{BASE}/products/new", data={**GOODS, "once": page}).status_code == 303
    shop.enter()
    assert many(Product) == 2


def test_what_was_refused_while_it_was_written_can_be_sent_again(shop):
    told = {**GOODS, "units": "0", "was": "5", "once": "a page"}  # fewer than none
    for _tap in range(2):
        assert shop.admin.post(f"{BASE}/products/new", data=told).status_code == 422
    shop.enter()
    assert (many(SentForm), many(Product)) == (0, 0)


def test_another_file_is_another_import_and_the_same_is_the_same(shop):
    for text in ("Correo\nana@example.com\n", "Correo\nana@example.com\n", "Correo\nbea@example.com\n"):
        sent = {"file": (BytesIO(text.encode()), "gente.csv")}
        assert shop.admin.post(f"{BASE}/people/imports", data=sent).status_code == 303
    shop.enter()
    assert many(ContactImport) == 2
