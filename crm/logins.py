"""Logging in to a shop: a link by letter, used once within half an hour; no shopper has a password."""

from crm import contacts, facts
from crm.contacts import Contact
from kernel import jobs, letters, settings, tenancy, tokens, web
from kernel.i18n import _, speak

PURPOSE = "shopper"


def ask(email: str, *, language: str, target: str = "") -> None:
    """Have a link sent to that address; known and unknown ones take the same way until a job looks them up."""
    jobs.later("crm.login_letter", email, language, target, priority=0)


@jobs.job("crm.login_letter")
def write(email: str, language: str, target: str = "") -> None:
    """Write the letter with the link, when the shop knows that address."""
    contact = contacts.by_email(email)
    if contact is None or not contact.email:
        return
    tenant = tenancy.tenant()
    secret = tokens.make(
        PURPOSE, email=contact.email, tenant_id=tenant.id, data={"contact": contact.token, "next": target}
    )
    with speak(language, tenant.country):
        told = {
            "heading": _("Your way in"),
            "lead": _("Press the button to open your account at %(shop)s. It works once, for half an hour.",
                      shop=tenant.name),
            "button_label": _("Open my account"),
            "button_url": web.shop_url("crm.login_link", token=secret, language=language),
            "subject": _("Your way in to %(shop)s", shop=tenant.name),
        }  # fmt: skip
    letters.write(
        "mail/account/login", to=contact.email, to_name=contact.name, kind="login", language=language, data=told,
        private=bool(settings.current().smtp_url), about=contact,  # without a relay the shop hands it on
        not_after=tokens.end(PURPOSE),
    )  # fmt: skip


def known(secret: str) -> Contact:
    """Whose link this is, without using it; raises Expired, also for a link of another shop."""
    return _contact(tokens.read(PURPOSE, secret))


def made_for(contact: Contact, secret: str) -> bool:
    """Whether it is a link of theirs, open or over."""
    row = tokens.known(PURPOSE, secret)
    return row is not None and (row.tenant_id, row.data.get("contact")) == (tenancy.current(), contact.token)


def enter(secret: str) -> tuple[Contact, str]:
    """Use a link up: whose it is, and the page that they wanted to see."""
    known(secret)
    row = tokens.use(PURPOSE, secret)
    contact = _contact(row)
    facts.record("logged_in", contact=contact)
    return contact, str(row.data.get("next") or "")


def _contact(row: tokens.Token) -> Contact:
    contact = contacts.by_token(str(row.data.get("contact"))) if row.tenant_id == tenancy.current() else None
    if contact is None:
        raise tokens.Expired()
    return contact
