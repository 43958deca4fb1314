"""Messages: what people write to the shop by its form; a letter to the shop, and a fact that their timeline tells."""

from crm import contacts, facts
from crm.contacts import Contact
from kernel import clock, letters, phones, signing, tenancy
from kernel.i18n import _, speak

FORM = "contact"
LONGEST = 3_000


def write(text: str, *, email: str, name: str = "", phone: str = "", language: str = "es") -> Contact:
    """Bring a message to the shop; the same one sent twice on one day is one message."""
    shop = tenancy.tenant()
    contact = contacts.known(email=email, phone=phone or None, name=name, language=language, source=FORM, learned=FORM)
    told = {"text": text[:LONGEST]}
    same = signing.digest(f"{contact.id}|{clock.today(shop.timezone)}|{text}")[:32]
    if facts.record("wrote", contact=contact, source=FORM, data=told, dedupe=f"wrote:{same}") is None:
        return contact
    with speak(shop.language, shop.country):
        said = {
            "subject": _("%(name)s writes to you", name=name or email), "heading": _("A message from your shop's page"),
            "lead": _("%(name)s wrote this. Answer this e-mail and it goes to %(email)s.", name=name or email,
                      email=email),
            "message": text[:LONGEST].splitlines(), "phone": phones.show(phone, shop.country) if phone else "",
            "for_shop": True,
        }  # fmt: skip
    letters.write(
        "mail/account/message", to=shop.email, to_name=shop.name, kind="message", language=shop.language, data=said,
        reply_to=email, about=contact,
    )  # fmt: skip
    return contact
