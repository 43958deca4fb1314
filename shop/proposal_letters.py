"""The letters of a quote: to whom it is for when it is sent, to the shop when the answer is no or cannot be kept."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kernel import letters, phones, tenancy, web
from kernel.i18n import _, speak
from shop import proposal_words
from shop.letter_words import quiet

if TYPE_CHECKING:
    from shop.proposal_rows import Proposal

TEMPLATE = "mail/quotes/quote"


def address(row: "Proposal") -> str:
    """Where whoever it is for sees it."""
    return web.shop_url("shop.quote", token=row.token, language=row.language)


def offer(row: "Proposal") -> bool:
    """Send them what is offered, with the way to its page; False where they have no address."""
    shop = tenancy.tenant()
    with speak(row.language, shop.country):
        told = proposal_words.told(row)
        data = {
            "subject": _("Quote %(number)s of %(shop)s", number=row.number, shop=shop.name),
            "heading": _("Your quote"),
            "lead": _("%(total)s in all, good until %(day)s.", total=told["total"], day=told["until"]),
            "button_label": _("See it and answer"), "button_url": address(row), "quote": told,
        }  # fmt: skip
    written = letters.write(
        TEMPLATE, to=row.email, to_name=row.name, kind="quotes.sent", language=row.language, about=row, data=data,
        reply_to=shop.email, not_after=row.ends_at,
    )  # fmt: skip
    return written is not None


def declined(row: "Proposal") -> None:
    """The shop hears that the answer was no, and why where they said so."""
    said = quiet(row.called) or row.number
    _to_shop(row, "quotes.declined", lambda: row.reason,
             subject=lambda: _("%(name)s declined the quote %(number)s", name=said, number=row.number),
             lead=lambda: _("They said why:") if row.reason else _("They did not say why: ask them."))  # fmt: skip


def stuck(row: "Proposal", why: Callable[[], str]) -> None:
    """The shop hears that a yes could not become an order."""
    said = quiet(row.called) or row.number
    _to_shop(row, "quotes.stuck", why,
             subject=lambda: _("%(name)s accepts %(number)s, but it cannot be ordered", name=said, number=row.number),
             lead=lambda: _("They want it. Mend what is missing, or change the quote, and write to them:"))  # fmt: skip


def _to_shop(row: "Proposal", kind: str, words: Callable[[], str], **told: Any) -> None:
    shop = tenancy.tenant()
    with speak(shop.language, shop.country):
        said = words()
        data = {
            "subject": told["subject"](), "heading": told["subject"](), "lead": told["lead"](), "for_shop": True,
            "message": [quiet(said)] if said else [], "button_label": _("Open the quote"),
            "button_url": web.admin_url("shop_admin.proposal", token=row.token),
        }  # fmt: skip
    letters.write(
        "mail/account/message", to=shop.email, kind=kind, language=shop.language, about=row, reply_to=row.email,
        data=data,
    )  # fmt: skip


def whatsapp(row: "Proposal") -> str:
    """The link that opens WhatsApp with the quote's address, at their number where it is known."""
    shop = tenancy.tenant()
    with speak(row.language, shop.country):
        told = {"number": row.number, "shop": shop.name, "day": proposal_words.until(row.valid_until)}
        text = _("Here is your quote %(number)s of %(shop)s, good until %(day)s:", **told)
    return phones.whatsapp(f"{text}\n{address(row)}", row.phone)
