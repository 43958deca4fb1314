"""Rendering: the letter that one reader gets, as it is sent and as it is looked at; and what keeps it from going."""

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from html import unescape
from typing import Any

from sqlalchemy import select

from campaigns import composing, faults, fields, prints, subject_tests
from campaigns.composing import Composed, Plan
from campaigns.mailings import Mailing
from campaigns.prints import Print
from campaigns.recipients import Recipient
from crm import segments
from crm.contacts import Contact
from kernel import blocks, bulk, clock, i18n, mail, tenancy
from kernel.db import db
from kernel.late import Late
from kernel.mail import Envelope

liquid, stencils = Late("campaigns.liquid"), Late("campaigns.stencils")

Addressed = Any  # a recipient, or a row of what a letter needs of one: ADDRESSED
ADDRESSED = (
    Recipient.id,
    Recipient.token,
    Recipient.mailing_id,
    Recipient.contact_id,
    Recipient.email,
    Recipient.language,
    Recipient.arm,
)
HIDDEN = re.compile(r'<body[^>]*>\s*<div style="display:none[^"]*">([^<]*)</div>')  # the first thing of a letter
Problem = faults.Problem
problems = faults.of


class Unmade(ValueError):
    """No letter can be made of it for this reader."""


class Desk:
    """Where letters of one shop are written one after another: what many of them share is looked up once."""

    def __init__(self, mailings: Iterable[Mailing] = (), contacts: Iterable[Contact] = ()) -> None:
        self.mailings, self.contacts = {one.id: one for one in mailings}, {one.id: one for one in contacts}
        self.batch = fields.Batch(self.contacts)
        self.made: dict[Hashable, Composed] = {}
        self.prints: dict[int, Print] = {}  # of each that was composed, by its place in memory
        self.drawn: dict[int, tuple[Print, dict[str, Any]]] = {}  # what each recipient's letter was made of
        self.tests = subject_tests.among(set(self.mailings)) if self.mailings else {}
        self.host, self.slug = mail.host(), tenancy.tenant().slug

    def mailing(self, mailing_id: int) -> Mailing:
        """A mailing by its id."""
        if mailing_id not in self.mailings:
            self.mailings[mailing_id] = db.session.get_one(Mailing, mailing_id)
            self.tests |= subject_tests.among({mailing_id})
        return self.mailings[mailing_id]

    def contact(self, contact_id: int | None) -> Contact | None:
        """Somebody by their id, None when they are gone."""
        if contact_id is None:
            return None
        return self.contacts.get(contact_id) or db.session.get(Contact, contact_id)

    def composed(self, mailing: Mailing, row: Addressed, contact: Contact | None) -> Composed:
        """The templates of a mailing for somebody who reads that language, and that subject where there are two."""
        language, heads = row.language, subject_tests.heads(mailing, self.tests.get(mailing.id), row.arm)
        who, group, mine = segments.Person(contact=contact, language=language), _group(contact), mailing.blocks
        choices = blocks.choices(mine, lambda rule, start, end: _fits(who, rule, (start, end)))
        key = mailing.id, language, group, choices, bool(heads)
        found = self.made.get(key)
        if found is None:
            plan = Plan(mailing, language, group, tracked=True, heads=heads)
            found = self.made[key] = composing.kept(plan, choices, lambda: blocks.taken(mine, choices))
        return found

    def note(self, recipient: Addressed, made: Composed, told: dict[str, Any]) -> None:
        """Remember what a letter was made of: so it is kept once it leaves."""
        found = self.prints.get(id(made))
        if found is None:
            found = self.prints[id(made)] = prints.of(recipient.mailing_id, made, told)
        self.drawn[recipient.id] = found, fields.own(told)


def desk(rows: Sequence[Addressed]) -> Desk:
    """A desk with everything that letters to these are made of, read at once."""
    letters = {row.mailing_id for row in rows}
    people = [row.contact_id for row in rows if row.contact_id]
    return Desk(
        db.session.scalars(select(Mailing).where(Mailing.id.in_(letters))),
        db.session.scalars(select(Contact).where(bulk.among(Contact.id, people))),
    )


def envelope(recipient: Addressed, at: Desk | None = None) -> Envelope:
    """The letter of a recipient, ready for the wire; raises Unmade."""
    at = at or Desk()
    mailing, contact = at.mailing(recipient.mailing_id), at.contact(recipient.contact_id)
    made = at.composed(mailing, recipient, contact)
    about = _about(made, recipient, contact)
    about.batch = at.batch
    told = fields.values(made.names, about)
    subject, page, text = filled(made, about, told)
    at.note(recipient, made, told)
    name = fields.clean(contact.name) if contact else ""
    headers = {
        "Message-ID": f"<{recipient.token}@{at.host}>",
        "List-ID": f"<{at.slug}.letters.{at.host}>",
        "List-Unsubscribe": f"<{made.root}/u/{recipient.token}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Feedback-ID": f"{mailing.token}:{at.slug}:{mailing.kind}:plaza",
    }
    to, back = (name, recipient.email), f"b+{recipient.token}@{at.host}"
    return Envelope(made.sender, to, made.reply_to, subject, text, page, headers, return_path=back)


def _group(contact: Contact | None) -> str:
    return contact.group if contact else ""


def _about(made: Composed, recipient: Addressed, contact: Contact | None) -> fields.About:
    person = contact.token if contact else ""
    urls = {
        "unsubscribe_url": f"{made.base}/u/{recipient.token}", "browser_url": f"{made.base}/v/{recipient.token}",
        "preferences_url": f"{made.base}/preferences/{person}" if person else f"{made.base}/u/{recipient.token}",
    }  # fmt: skip
    who = contact, recipient.language, _group(contact)
    return fields.About(*who, made.base, urls, made.shared, mailing_id=recipient.mailing_id)


def _fits(who: segments.Person, rule: Any, days: tuple[str, str]) -> bool:
    """Whether a part of the letter is for this reader, today; one whose rule cannot be read is for nobody."""
    if not faults.within(*days, _today()):
        return False
    if not rule:
        return True
    try:
        return who.contact is not None and segments.means(rule, who)
    except segments.BadRule:
        return False


def _today() -> date:
    return clock.today(tenancy.tenant().timezone)


def filled(made: Composed, about: fields.About, told: Mapping[str, Any]) -> tuple[str, str, str]:
    """(subject, HTML, text) for one reader; raises Unmade when the letter's own words go round and round."""
    token = about.urls["browser_url"].rpartition("/")[2]
    words = stencils.words(token, about.contact.token if about.contact else "")
    plain: dict[str, str | None] = {}
    try:
        subject, text = made.subject.fill(told, words, plain), made.text.fill(told, words, plain)
        page = made.page.fill(told, words, {})
    except (liquid.Wrong, RecursionError) as error:
        raise Unmade(str(error)) from error
    return fields.clean(subject), page, text


def view(recipient: Recipient) -> tuple[str, str]:
    """(subject, HTML) of a letter that somebody looks at on the web: as it was sent, once it was."""
    at = Desk()
    mailing, contact = at.mailing(recipient.mailing_id), at.contact(recipient.contact_id)
    made, said = prints.sent(recipient) or (at.composed(mailing, recipient, contact), {})
    about = _about(made, recipient, contact)
    told = fields.values(made.names - said.keys(), about) | said
    subject, page, _text = filled(made, about, told)
    return subject, re.sub(rf"https?://[^\"'/]+/o/{recipient.token}\.gif", "data:,", page)


def line(page: str) -> str:
    """The line that mailboxes show beside the subject, as the HTML of a letter hides it; "" when it has none."""
    found = HIDDEN.search(page)
    return unescape(found[1]).strip() if found else ""


def preview(
    mailing: Mailing, contact: Contact | None, language: str, *, shows: bool = False, arm: str = "a"
) -> tuple[str, str, str]:  # fmt: skip
    """(subject, HTML, text) as that person, or a sample one, would get it; nothing in it is counted. `arm`: which of
    two subjects is looked at."""
    heads = subject_tests.heads(mailing, subject_tests.of(mailing) if arm == "b" else None, arm)
    who = segments.Person(contact=contact, language=language)
    shown = blocks.chosen(_own(mailing, contact), lambda rule, start, end: _seen(who, rule, (start, end)))
    made = composing.compose(Plan(mailing, language, _group(contact), shows=shows, heads=heads), shown)
    urls = dict.fromkeys(("unsubscribe_url", "preferences_url", "browser_url"), f"{made.base}/#")
    about = fields.About(contact, language, _group(contact), made.base, urls, mailing_id=mailing.id)
    told = (fields.values if contact else fields.samples)(made.names, about)
    subject, page, text = filled(made, about, told)
    for kind in ("v", "u", "preferences"):
        page, text = (one.replace(f"{made.base}/{kind}/#", "#") for one in (page, text))
    return subject, page, text


def subject(mailing: Mailing, language: str, other: dict[str, str] | None = None) -> str:
    """The subject, or another, as a sample reader would get it; as it was written, while it cannot be filled in."""
    text = i18n.pick(other or mailing.subject, language)
    about = fields.About(None, language, "", composing.roots(language)[0], {}, mailing_id=mailing.id)
    try:
        told = fields.samples({path[0] for path in liquid.asked(text)}, about)
        return fields.clean(liquid.template(text, page=False).render(**told))
    except (liquid.Wrong, RecursionError):
        return text


def _own(mailing: Mailing, contact: Contact | None) -> list[dict[str, Any]]:
    """The blocks; to nobody in particular each says its own words."""
    return [block if contact else {**block, "variants": []} for block in mailing.blocks]


def _seen(who: segments.Person, rule: Any, days: tuple[str, str]) -> bool:
    """The same as for readers; when nobody in particular looks, what is for some is shown too."""
    return faults.within(*days, _today()) if who.contact is None else _fits(who, rule, days)


def prepare(mailing: Mailing) -> None:
    """Number every link that any reader's letter may hold, while there is still time to write."""
    every = [block for one in mailing.blocks for block in faults.forms(one)]
    for language in tenancy.tenant().languages:
        composing.compose(Plan(mailing, language, tracked=True), every)


def destination(recipient: Recipient, url: str) -> str:
    """Where a link of that letter leads: what is a field is filled in for who had the letter."""
    if not blocks.FIELD.fullmatch(url) or liquid.wrong(url):
        return url
    root, base = composing.roots(recipient.language)
    contact = Desk().contact(recipient.contact_id)
    about = fields.About(contact, recipient.language, _group(contact), base, {}, mailing_id=recipient.mailing_id)
    names, said = {path[0] for path in liquid.asked(url)}, recipient.said or {}
    told = fields.values(names - said.keys(), about) | said  # it leads where it led when the letter left
    found = blocks.link(liquid.template(url, page=False).render(**told))
    mailing = db.session.get_one(Mailing, recipient.mailing_id)
    return composing.tagged(mailing, found, root) if composing.own(found, root) else f"{base}/"
