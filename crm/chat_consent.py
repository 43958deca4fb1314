"""Chats: whether somebody allows news by WhatsApp; asked for and kept like the same about e-mail.

The newest answer counts. A yes after a no is only theirs to give once it is known that it is they: whoever holds a
letter's link, or types an address at the checkout, can say less for them, and a first yes, but not that.
"""

from collections.abc import Iterable

from crm import consent, facts, sign_up_asks
from crm.contacts import Contact

PURPOSE = "whatsapp"


def answer(contact: Contact, given: bool, *, form: str, ip: str = "", proven: bool = False) -> bool:
    """Keep what they said; whether it was kept. The same again is no news."""
    said = consent.newest(contact, PURPOSE)
    if said is not None and (said.given is given or (given and not proven)):
        return False
    consent.record(contact, PURPOSE, given, form=form, ip=ip)
    facts.record("allowed", contact=contact, source=form, data={"purpose": PURPOSE, "given": given})
    return True


def refusing(contact_ids: Iterable[int]) -> set[int]:
    """Which of these people said no."""
    return {who for who, said in consent.newest_of(contact_ids, PURPOSE).items() if not said.given}


def refused(contact: Contact | None) -> bool:
    """Whether they said no; silence is none."""
    said = consent.newest(contact, PURPOSE)
    return said is not None and not said.given


def asked(contact: Contact) -> bool:
    """Whether their pages ask: the shop does, or they answered before and may think better of it."""
    return sign_up_asks.of().whatsapp or consent.newest(contact, PURPOSE) is not None
