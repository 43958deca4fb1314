"""A shopper's own data: a copy to read and to take along, and being forgotten; at once, without asking anybody."""

from typing import Any

from flask import Response, flash, jsonify, make_response, redirect, render_template, request, url_for

from crm import people
from crm.contacts import Contact
from crm.views import asking, own_words, store
from kernel.i18n import _, _l
from kernel.refusal import Refusal

TITLES = {
    "contact": _l("What we know of you"), "consents": _l("What you allowed"), "facts": _l("What you did"),
    "tastes": _l("What you like"), "letters": _l("E-mails about your orders"), "orders": _l("Your orders"),
    "carts": _l("Your cart"), "mailings": _l("News that we sent you"), "automations": _l("Automatic e-mails"),
    "invoices": _l("Your invoices"), "quotes": _l("Your quotes"),
    "gift_cards": _l("Gift cards"), "store_credit": _l("Your credit"),
    "refund_accounts": _l("Where we return your money"),
    "stock_waits": _l("What you wait for"), "time_waits": _l("Times that you wait for"),
    "questions": _l("What you asked"), "segments": _l("Groups that automatic e-mails are for"),
    "tax exemptions": _l("Tax exemptions"), "suggestions": _l("New for you"),
    "notes": _l("What we noted about you"), "tasks": _l("What we mean to do for you"),
    "deals": _l("What you may buy from us"),
    "reviews": _l("Your reviews"), "saved": _l("What you saved"), "subscriptions": _l("Your subscriptions"),
    "files": _l("Files"), "two_people": _l("Who is not you"), "custom_fields": _l("More about you"),
    "companies": _l("Companies for which you act"),
}  # fmt: skip


def _asking() -> Contact | None:
    return asking.contact()


@store.get("/account/data", endpoint="account_data")
def show() -> Any:
    """What the shop holds about whoever is logged in."""
    contact = _asking()
    if contact is None:
        return redirect(url_for("crm.login", next=url_for("crm.account_data")))
    told = [(str(TITLES.get(name, name)), own_words.lines(value)) for name, value in people.export(contact).items()]
    page = render_template(
        "crm/account/data.html", contact=contact, parts=[(title, rows) for title, rows in told if rows],
        hindrances=people.hindrances(contact),
    )  # fmt: skip
    return _private(make_response(page))


def _private(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@store.get("/account/data.json", endpoint="account_copy")
def copy() -> Any:
    """The same for a program, as the law gives them a right to."""
    contact = _asking()
    if contact is None:
        return redirect(url_for("crm.login", next=url_for("crm.account_data")))
    answer = _private(jsonify(people.export(contact)))
    answer.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return answer


@store.post("/account/erasure", endpoint="account_erase")
def erase() -> Any:
    """Make nobody's what the shop holds about them; there is no way back, so it is asked twice."""
    contact = _asking()
    if contact is None:
        return redirect(url_for("crm.login"), 303)
    if request.form.get("sure") != "yes":
        raise Refusal(_("Tick the box first: this cannot be undone."))
    for told in people.hindrances(contact):
        raise Refusal(told)
    people.erase(contact, by=None)
    response = make_response(redirect(url_for("shop.home"), 303))
    asking.leave(response)
    flash(_("Done: we know nothing about you any more."), "message")
    return response
