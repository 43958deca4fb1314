"""What an automation begins with: its letters, written with the shop's own things, ready to be read and changed."""

from collections.abc import Callable
from typing import Any

from campaigns import automations, drafts
from campaigns.automations import TRIGGERS, Automation
from campaigns.mailings import Mailing
from campaigns.starters import Begun, said
from kernel import signing, tenancy
from kernel.db import db
from kernel.i18n import _, pick
from shop import promoted

ITEMS = "{% for item in cart_items %}{{ item.quantity }} × {{ item.name }}<br>{% endfor %}"


def begin(trigger: str, *, by: Any) -> Automation:
    """One of the known automations with its letters, off; the one that is there when it was begun before."""
    known = next((row for row in automations.listed() if row.trigger == trigger), None)
    if known is not None:
        return known
    told = TRIGGERS[trigger]
    row = automations.make(trigger, said(lambda: str(told.label)), trigger)
    for hours, make in zip(told.delays, LETTERS[trigger], strict=True):
        begun = make()
        automations.write_step(row, letter(pick(begun.subject), begun, by=by.known_as if by else ""), hours)
    return row


def letter(name: str, begun: Begun, *, by: str = "", code: str = "", sender: str = "") -> Mailing:
    """A letter of an automation with these words, a draft until it is turned on."""
    made = Mailing(kind="automation", name=name[:160], made_by=by, sender_name=sender)
    made.subject, made.preheader, made.blocks = begun.subject, begun.preheader, begun.blocks
    made.code = code or drafts.free_code(name)
    db.session.add(made)
    db.session.flush()
    return made


def block(kind: str, **data: Any) -> dict[str, Any]:
    """A block with these words."""
    return {"id": signing.token()[:10], "kind": kind, "data": data}


def _begun(subject: Callable[[], str], preheader: Callable[[], str], *parts: dict[str, Any]) -> Begun:
    return Begun(said(subject), said(preheader), list(parts))


def _shop() -> str:
    return tenancy.tenant().name


def _text(*lines: Callable[[], str]) -> dict[str, Any]:
    return block("text", text=said(lambda: "".join(f"<p>{line()}</p>" for line in lines)))


def _hello() -> str:
    return _("Hello, %(name)s:", name=f'{{{{ first_name | default: "{_("friend")}" }}}}')


def _to_cart() -> dict[str, Any]:
    return block("button", label=said(lambda: _("Back to my cart")), link="{{ cart.url }}", align="center")


def _welcome() -> Begun:
    return _begun(
        lambda: _("Welcome to %(shop)s", shop=_shop()), lambda: _("Thank you for letting us write to you."),
        _text(_hello, lambda: _("Thank you for signing up. We write when there is something worth reading: what is"
                                " new, and what we think you will like.")),
        block("products", title=said(lambda: _("To begin with")), count=4),
        block("button", label=said(lambda: _("Go to the shop")), link="/", align="center"),
    )  # fmt: skip


def _first() -> Begun:
    return _begun(
        lambda: _("You left something in your cart"), lambda: _("It is still there, as you chose it."),
        _text(_hello, lambda: _("This is still in your cart:"), lambda: ITEMS), _to_cart(),
    )  # fmt: skip


def _second() -> Begun:
    return _begun(
        lambda: _("Do you still want it?"), lambda: _("The button brings your cart back, also on another device."),
        _text(_hello, lambda: _("If something kept you from ordering, answer this letter: we gladly help."),
              lambda: ITEMS), _to_cart(),
    )  # fmt: skip


def _third() -> Begun:
    return _begun(
        lambda: _("We say no more about your cart"), lambda: _("This is the last letter about it."),
        _text(_hello, lambda: _("We do not want to insist. If you want it after all, here is your cart:"),
              lambda: ITEMS), _to_cart(),
    )  # fmt: skip


def _a_while() -> Begun:
    return _begun(
        lambda: _("It has been a while"), lambda: _("What is new since you were last here."),
        _text(_hello, lambda: _("It is some time since your last order. We would be glad to see you again.")),
        block("again", count=2), block("new_for_you", count=4),
        block("button", label=said(lambda: _("Go to the shop")), link="/", align="center"),
    )  # fmt: skip


def _better() -> Begun:
    return _begun(
        lambda: _("Is there something that we could do better?"), lambda: _("Answer this letter: we read every one."),
        _text(_hello, lambda: _("We have not seen you for some time. If something was not as you expected, answer this"
                                " letter and tell us: we gladly put it right.")),
        block("button", label=said(lambda: _("Go to the shop")), link="/", align="center"),
    )  # fmt: skip


def _opinion() -> Begun:
    return _begun(
        lambda: _("How was it?"), lambda: _("A line is enough, and it helps whoever comes after you."),
        _text(_hello, lambda: _("Some days ago you had something from us. How was it? Tell us on the page of your"
                                " order: a line is enough."),
              lambda: _("If something was not as you expected, answer this letter: we gladly put it right.")),
        block("button", label=said(lambda: _("Say how it was")), link="{{ had_order.url }}", align="center"),
    )  # fmt: skip


def _reorder() -> Begun:
    return _begun(
        lambda: _("Is it running out?"), lambda: _("What you had from us, ready to be ordered again."),
        _text(_hello, lambda: _("Some weeks have passed since your last order. If it is running out, here it is"
                                " again:")),
        block("again", count=2),
        block("button", label=said(lambda: _("Go to the shop")), link="/", align="center"),
    )  # fmt: skip


def _birthday() -> Begun:
    """With a code that will still stand in years, where the shop has one."""
    row = promoted.lasting_code()
    gift = [block("coupon", title=said(lambda: _("A present for your day")), code=row.code, link="/")] if row else []
    return _begun(
        lambda: _("Happy birthday from %(shop)s", shop=_shop()),
        lambda: _("We wish you a very good day."),
        _text(_hello, lambda: _("Happy birthday! Everybody at %(shop)s wishes you a very good day and a good year.",
                                shop=_shop())),
        *gift,
        block("button", label=said(lambda: _("Go to the shop")), link="/", align="center"),
    )  # fmt: skip


LETTERS: dict[str, tuple[Callable[[], Begun], ...]] = {
    "welcome": (_welcome,), "cart": (_first, _second, _third), "lapsed": (_a_while, _better),
    "opinion": (_opinion,), "reorder": (_reorder,), "birthday": (_birthday,),
}  # fmt: skip
