"""Subscribing: somebody asks for letters, a letter asks back, and only a press of its button allows them.

Until then nobody is written down: what was typed waits in the link, and ends with it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from crm import birthdays, consent, contacts, custom_fields, custom_values, facts, sources, tastes
from crm.contacts import Contact
from kernel import clock, jobs, letters, suppression, tenancy, tokens, web
from kernel.i18n import _, speak

PURPOSE = "subscribe"
FORM = "subscribe"  # where consent was given; its words have consent.TEXT_VERSION


def ask(email: str, *, language: str, ip: str = "", **told: Any) -> None:
    """Have the letter sent that asks back; whoever is known takes the same way as whoever is not.

    `told`: name, source (where the form stands), interests (codes), birthday (as birthdays.made keeps it; 0: none),
    custom (what was typed into the shop's own fields).
    """
    kept = {"asked_at": clock.now().isoformat(), "asked_ip": ip, "version": consent.TEXT_VERSION}
    jobs.later("crm.subscribe_letter", email, language, {**_plain(told), **kept}, priority=0)


def _plain(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": str(told.get("name") or "")[:160], "source": str(told.get("source") or "")[:80],
        "interests": [str(code)[:40] for code in told.get("interests") or ()][:24],
        "birthday": int(told.get("birthday") or 0), "custom": told.get("custom") or {},
    }  # fmt: skip


@jobs.job("crm.subscribe_letter")
def write(email: str, language: str, told: dict[str, Any]) -> None:
    """Write the letter with the link to the page with the button; nothing to who may not be written to at all."""
    if suppression.blocks(email):
        return
    tenant = tenancy.tenant()
    kept = {**told, "language": language}
    secret = tokens.make(PURPOSE, email=email, tenant_id=tenant.id, data=kept)
    with speak(language, tenant.country):
        said = {
            "heading": _("One press and you are on the list"),
            "lead": _("Somebody, we hope you, asked for the news of %(shop)s. Press the button to allow it.",
                      shop=tenant.name),
            "button_label": _("Yes, write to me"),
            "button_url": web.shop_url("crm.subscribe_link", token=secret, language=language),
            "subject": _("Confirm that %(shop)s may write to you", shop=tenant.name),
        }  # fmt: skip
    letters.write(
        "mail/account/subscribe", to=email, to_name=told.get("name", ""), kind="subscribe", language=language,
        data=said, not_after=tokens.end(PURPOSE),
    )  # fmt: skip


def asked(secret: str) -> tokens.Token:
    """What waits behind a link, without using it; raises Expired, also for a link of another shop."""
    row = tokens.read(PURPOSE, secret)
    if row.tenant_id != tenancy.current():
        raise tokens.Expired()
    return row


def confirm(secret: str, *, ip: str = "") -> Contact:
    """Use the link up: the person is known, letters are allowed, and the proof of it stays."""
    asked(secret)
    row = tokens.use(PURPOSE, secret)
    told = row.data
    contact = contacts.known(
        email=row.email, name=told["name"], language=told["language"], source=told["source"] or FORM, learned=FORM
    )
    _like(contact, told["interests"])
    if told.get("birthday") and not contact.birthday:  # anybody can type one: what they told themselves stays
        birthdays.keep(contact, told["birthday"], FORM)
    custom_values.take(contact, custom_fields.asked(), told.get("custom", {}), FORM)
    lift(contact, row.email)  # whoever left and asks again is asked to stay
    consent.record(contact, "marketing", True, form=FORM, ip=ip, version=told["version"])
    proof = {"asked_at": told["asked_at"], "asked_ip": told["asked_ip"], "confirmed": True}
    facts.record(
        "allowed", contact=contact, source=told["source"], dedupe=f"subscribe:{row.token_hash[:32]}",
        data={"purpose": "marketing", "given": True, **proof},
    )  # fmt: skip
    return contact


def lift(contact: Contact, typed: str = "") -> None:
    """Let letters go to them again, however their address is spelled."""
    for address in {typed, contact.email, contact.email_norm} - {None, ""}:
        suppression.lift(str(address), "marketing")


def _like(contact: Contact, codes: Iterable[str]) -> None:
    """Add what they ticked to what they said before."""
    offered = {one.code for one in tastes.interests()}
    said = [one.code for one in tastes.of(contact) if one.origin == "said"]
    new = [code for code in codes if code in offered and code not in said]
    if new:
        tastes.say(contact, [*said, *new])
        sources.note(contact, [f"t:{code}" for code in new], FORM)
