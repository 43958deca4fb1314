"""Preferences: what somebody wants to hear of, in which language and how often; theirs to say without logging in.

A letter's link is the authority, and letters are handed on: so whoever holds it may ask for less at once, but to be
written to again is asked back by a letter to the address itself.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crm import birthdays, chat_consent, consent, contacts, facts, sources, subscribing, tastes
from crm.contacts import Contact
from kernel import suppression
from kernel.i18n import _l
from kernel.refusal import Missing

FORM = "preferences"
OFTEN = {0: _l("As they come"), 7: _l("At most one a week"), 30: _l("At most one a month")}  # days between two
NEVER = -1

Reader = Callable[[str], Contact | None]
_readers: list[Reader] = []


class Nobody(Missing):
    """A link that leads to nobody (any more)."""

    message = _l("This link leads to nobody any more. Use the one at the foot of the last e-mail, or write to us.")


@dataclass(frozen=True)
class Wish:
    """What somebody chose: days between letters (NEVER: none), a language, codes of what they like, their birthday.

    Whoever holds a letter's link can tell a birthday that was not known, or take it out; it is never shown to them.
    """

    often: int
    language: str
    likes: tuple[str, ...] = ()
    birthday: int = 0  # as birthdays.made keeps it
    forget_birthday: bool = False
    whatsapp: bool | None = None  # whether news may come there; None: they left that open


def reader(verb: Reader) -> None:
    """Have `verb(token) → contact` find whose preferences a token of another kind opens, such as a letter's."""
    if verb not in _readers:
        _readers.append(verb)


def whose(token: str) -> Contact:
    """Whose preferences that link opens; raises Nobody."""
    found = contacts.by_token(token) or next((one for verb in _readers if (one := verb(token))), None)
    if found is None:
        raise Nobody()
    return found


def change(contact: Contact, wish: Wish, *, ip: str = "") -> bool:
    """Keep what they chose; whether a letter asks back now, because they had no letters and want some."""
    asks = _often(contact, wish.often, ip=ip)
    if wish.whatsapp is not None:
        chat_consent.answer(contact, wish.whatsapp, form=FORM, ip=ip)
    if wish.language != contact.language:
        contact.language = wish.language
        sources.note(contact, ["language"], FORM)
    _likes(contact, wish.likes)
    if wish.forget_birthday or (wish.birthday and not contact.birthday):
        birthdays.keep(contact, 0 if wish.forget_birthday else wish.birthday, FORM)
    return asks


def stop(contact: Contact, *, ip: str = "") -> None:
    """No more letters to many."""
    if consent.newest(contact, "marketing") is None or consent.allows(contact, "marketing"):
        consent.record(contact, "marketing", False, form=FORM, ip=ip)
        facts.record("allowed", contact=contact, source=FORM, data={"purpose": "marketing", "given": False})


def written_to(contact: Contact) -> bool:
    """Whether letters to many reach them: they allowed it, and no way out of a letter stands against it."""
    stopped = bool(contact.email) and suppression.blocks(contact.email or "", "marketing")
    return consent.allows(contact, "marketing") and not stopped


def _often(contact: Contact, often: int, *, ip: str) -> bool:
    if often == NEVER:
        stop(contact, ip=ip)
        return False
    contact.letters_every = often if often in OFTEN else 0
    if written_to(contact) or not contact.email:
        return False
    subscribing.ask(contact.email, language=contact.language, ip=ip, name=contact.name, source=FORM)
    return True


def _likes(contact: Contact, codes: Iterable[str]) -> None:
    offered = {one.code for one in tastes.interests()}
    wanted, known = set(codes) & offered, {one.code: one for one in tastes.of(contact)}
    gone = [code for code in known if code in offered and code not in wanted]
    said = {code for code, one in known.items() if one.origin == "said"}
    new = wanted - set(known)
    for code in gone:
        tastes.forget(contact, code)
    if new or said & set(gone):
        tastes.say(contact, sorted(((said - set(gone)) & offered) | new))
        sources.note(contact, [f"t:{code}" for code in sorted(new)], FORM)
