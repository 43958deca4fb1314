"""The letters of questions: one to the shop when somebody asks, one with the answer to whoever asked; or WhatsApp."""

from datetime import timedelta
from typing import TYPE_CHECKING

from crm.contacts import Contact
from kernel import clock, letters, phones, tenancy, web
from kernel.i18n import _, pick, speak
from shop.catalog import Product
from shop.letter_words import quiet

if TYPE_CHECKING:
    from shop.questions import Question

REST = timedelta(minutes=2)  # before the answer leaves: so long whoever wrote it can take it back
ASKED, ANSWERED = "question", "question_answered"  # kinds of letters
LONGEST = 3000  # signs of a message for WhatsApp


def tell_shop(row: "Question", known: Contact, product: Product) -> None:
    """A letter to the shop, as with all that its forms bring."""
    shop = tenancy.tenant()
    with speak(shop.language, shop.country):
        item, name = pick(product.name), quiet(known.called)
        said = {
            "subject": _("A question about %(item)s", item=item), "heading": _("A question about %(item)s", item=item),
            "lead": _("%(name)s asks this on the page of your shop.", name=name), "message": row.words.splitlines(),
            "button_label": _("Answer it"),
            "button_url": web.admin_url("shop_admin.questions", product=product.slug) + f"#q-{row.token}",
        }  # fmt: skip
    letters.write(
        "mail/account/message", to=shop.email, to_name=shop.name, kind=ASKED, language=shop.language, data=said,
        about=known,
    )  # fmt: skip


def write(row: "Question", product: Product | None, *, to: str) -> bool:
    """The answer, in the language of who asked; whether it was written. It rests a little first."""
    if row.contact is None or product is None or not to:
        return False
    with speak(row.language, tenancy.tenant().country):
        item, live = pick(product.name, row.language), product.live
        said = {
            "subject": _("The answer to your question about %(item)s", item=item), "heading": _("You asked, we answer"),
            "lead": _("Your question about %(item)s:", item=item), "asked": quiet(row.words).splitlines(),
            "answer": row.answer.splitlines(), "question": row.token, "button_label": _("See it in the shop"),
            "button_url": web.shop_url("shop.product", slug=product.slug, language=row.language) if live else "",
        }  # fmt: skip
    written = letters.write(
        "mail/questions/answer", to=to, to_name=row.contact.name, kind=ANSWERED, language=row.language, data=said,
        about=row.contact, run_at=clock.now() + REST,
    )  # fmt: skip
    return written is not None


def take_back(row: "Question") -> bool:
    """Forget the answer that rests; False when there is none, or it has left."""
    found = letters.waiting(row.contact, ANSWERED, question=row.token) if row.contact else None
    return found is not None and letters.take_back(found)


def whatsapp(row: "Question", item: str) -> str:
    """The link that opens WhatsApp with the answer for whoever left a number; '' where there is none."""
    phone = (row.contact.phone if row.contact else "") or ""
    if not phone or not row.answered:
        return ""
    with speak(row.language, tenancy.tenant().country):
        opening = _("You asked us about %(item)s:", item=item)
    return phones.whatsapp(f"{opening} {row.answer}", phone, most=LONGEST)
