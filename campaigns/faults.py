"""Faults: what keeps a letter from being sent, each as a sentence that names the block where it is."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from babel import Locale

from campaigns import audience, composing, fields, habits
from campaigns.mailings import Mailing
from crm import segments
from crm.contacts import Contact
from kernel import blocks, i18n, tenancy
from kernel.blocks import Field, Kind
from kernel.db import db
from kernel.i18n import _, _l
from kernel.late import Late
from kernel.letter_parts import bare
from kernel.refusal import Refusal
from shop import catalog, discounts, paths, shelf, storefront, tag_words

liquid = Late("campaigns.liquid")

LARGEST = 100_000  # bytes: Gmail cuts longer letters off
HREF = re.compile(r'<a href="([^"]*)"')
STATES = {
    "over": _l("has ended"), "paused": _l("is paused"), "used_up": _l("is used up"), "planned": _l("has not begun"),
    "bin": _l("is in the bin"),
}  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """One thing to mend; `block`: where it is, "" for the letter as a whole; `place`: the part of the page to go to."""

    sentence: str
    block: str = ""
    place: str = ""

    def __str__(self) -> str:
        return self.sentence


def within(start: str, end: str, today: date) -> bool:
    """Whether a day lies between two that are written down; one that is not written ends nothing."""
    day = today.isoformat()
    return (not start or start <= day) and (not end or day <= end)


def forms(block: blocks.Block) -> Iterator[dict[str, Any]]:
    """A block and each of its variants, as plain blocks; `own` is the audience of that one."""
    plain = {"id": block.get("id"), "kind": block.get("kind")}
    yield {**plain, "data": block.get("data") or {}, "own": block.get("audience")}
    for variant in block.get("variants") or ():
        yield {**plain, "data": variant.get("data") or {}, "own": variant.get("audience")}


def languages(mailing: Mailing) -> list[str]:
    """The languages in which the letter will be read: the shop's own, and others of its that its readers prefer."""
    tenant = tenancy.tenant()
    others = tenant.languages[:20]
    if len(others) < 2:
        return [tenant.language]
    try:
        wanted = audience.meant(mailing).order_by(None).with_only_columns(Contact.language).distinct()
        read = set(db.session.scalars(wanted))
    except Refusal:
        read = set()
    return [one for one in i18n.languages_of(tenant) if one == tenant.language or one in read]


def of(mailing: Mailing) -> list[Problem]:
    """Everything that has to be mended before the letter may go."""
    read = languages(mailing)
    found = [*heads(mailing.subject, mailing.preheader, read), *_whole(mailing)]
    for block in mailing.blocks:
        kind = blocks.known(str(block.get("kind")))
        if kind is None or kind.mail is None:
            continue
        for one in forms(block):
            found += [Problem(f"{kind.label}: {told}", str(block["id"])) for told in _block(kind, one, read)]
    found = list(dict.fromkeys(found))
    return found or [*_size(mailing, read)]


def heads(subject: Mapping[str, str], preheader: Mapping[str, str], read: Sequence[str]) -> Iterator[Problem]:
    """What is wrong with a subject and the line beside it."""
    for language in read:
        if not (subject or {}).get(language):
            yield Problem(_("The subject is missing%(where)s.", where=_in(language, read)), place="subject")
    for place, words in (("subject", subject), ("preheader", preheader)):
        for told in _unfilled(words or {}):
            yield Problem(f"{_('Subject') if place == 'subject' else _('Preview text')}: {told}", place=place)


def _in(language: str, read: Sequence[str]) -> str:
    if len(read) < 2:
        return ""
    return _(" in %(language)s", language=Locale.parse(language).get_language_name(i18n.language()) or language)


def _whole(mailing: Mailing) -> Iterator[Problem]:
    kinds = [blocks.known(str(block.get("kind"))) for block in mailing.blocks]
    if not any(kind and kind.mail and kind.fields for kind in kinds):
        yield Problem(_("The letter is empty: add a block."), place="b-add")
    if not habits.postal_address():
        yield Problem(_("The postal address is missing: the law asks for it below every letter."), place="footer")


def _block(kind: Kind, one: dict[str, Any], read: Sequence[str]) -> Iterator[str]:
    data = one["data"]
    for field in kind.fields:
        value = data.get(field.code)
        if field.kind in ("words", "prose") and value:
            yield from _said(field, value, read)
        elif field.kind == "link" and value:
            yield from _lost([str(value)])
        elif field.kind == "picture" and value:
            yield from _unseen(kind, data, read)
    yield from CHECKS.get(kind.name, _nothing)(data)
    yield from _audience(one["own"])


def _said(field: Field, value: Any, read: Sequence[str]) -> Iterator[str]:
    told = value if isinstance(value, Mapping) else {read[0]: str(value)}
    for language in read:
        if not told.get(language):
            yield _("“%(field)s” is missing%(where)s.", field=field.label, where=_in(language, read))
    yield from _unfilled(told)
    if field.kind == "prose":
        yield from _lost([unescape(one) for text in told.values() for one in HREF.findall(text)])


def _unfilled(words: Mapping[str, str]) -> Iterator[str]:
    """Fields that nobody knows, and what cannot be read as a field."""
    for text in words.values():
        typed = bare(text) if "<" in text else text
        if liquid.wrong(typed):
            bad = _short(liquid.first(re.sub(r"<[^>]+>", " ", text) if "<" in text else text))
            yield _("“%(text)s” cannot be filled in: look at its braces, or choose the field from the list.", text=bad)
            continue
        for path in sorted(liquid.asked(typed)):
            if not fields.known(path):
                yield _("there is no field “%(name)s”: choose one from the list.", name=".".join(path))


def _short(text: str) -> str:
    return text if len(text) < 60 else f"{text[:57]}…"


def _lost(targets: Sequence[str]) -> Iterator[str]:
    for target in targets:
        if not leads(target):
            yield _("the link “%(link)s” leads nowhere.", link=_short(target))


def leads(target: str) -> bool:
    """Whether an address in a letter can be followed: the shop's own is looked up, others are only read."""
    if blocks.FIELD.fullmatch(target):
        return not liquid.wrong(target) and all(path[-1].endswith("url") for path in liquid.asked(target))
    known = blocks.link(target)
    if not known or known.startswith("#"):
        return False
    parts, own = urlsplit(known), composing.roots(tenancy.tenant().language)[0]
    if known.startswith("/") or f"{parts.scheme}://{parts.netloc}" == own:
        return paths.leads(_bare(parts.path or "/"))
    if parts.scheme in ("http", "https"):
        return bool(re.fullmatch(r"[^\s.@]+(\.[^\s.@]+)+(:\d+)?", parts.netloc))
    return "@" in parts.path if parts.scheme == "mailto" else bool(re.search(r"\d{4}", parts.path))


def _bare(path: str) -> str:
    """A path without the language before it."""
    head, _stroke, rest = path.lstrip("/").partition("/")
    return f"/{rest}" if head in tenancy.tenant().languages else path


def _unseen(kind: Kind, data: Mapping[str, Any], read: Sequence[str]) -> Iterator[str]:
    if any(field.code == "alt" for field in kind.fields):
        told = data.get("alt") or {}
        for language in read:
            if not (told.get(language) if isinstance(told, Mapping) else told):
                yield _("say what the picture shows%(where)s: some readers do not see it.", where=_in(language, read))


def _audience(rule: Any) -> Iterator[str]:
    if rule:
        try:
            segments.checked(rule)
        except segments.BadRule as bad:
            yield _("who sees it: %(why)s", why=str(bad))


def _nothing(_data: Mapping[str, Any]) -> Iterator[str]:
    return iter(())


def _button(data: Mapping[str, Any]) -> Iterator[str]:
    if not data.get("label"):
        yield _("say what the button does.")
    if not data.get("link"):
        yield _("say where the button leads.")


def _coupon(data: Mapping[str, Any]) -> Iterator[str]:
    code = str(data.get("code") or "")
    row = discounts.by_code(code)
    if not code:
        yield _("choose a code.")
    elif row is None:
        yield _("there is no discount with the code “%(code)s”.", code=code)
    elif row.state in STATES:
        yield _("the discount %(code)s %(state)s.", code=row.code, state=STATES[row.state])


def _picture(data: Mapping[str, Any]) -> Iterator[str]:
    if not data.get("picture"):
        yield _("choose a picture, or take the block out.")


def _title(data: Mapping[str, Any]) -> Iterator[str]:
    if not data.get("title"):
        yield _("it says nothing yet.")


def _text(data: Mapping[str, Any]) -> Iterator[str]:
    if not data.get("title") and not data.get("text"):
        yield _("it says nothing yet.")


def _goods(data: Mapping[str, Any]) -> Iterator[str]:
    for slug in data.get("products") or ():
        found = catalog.slugged(slug)
        if found is None or not found.live:
            yield _("“%(name)s” is not in the shop.", name=i18n.pick(found.name) if found else slug)
    tag = str(data.get("tag") or "")
    if tag and not data.get("products") and not shelf.first(1, *shelf.lying((), tag)):
        yield _("no product in the shop has the tag “%(name)s”.", name=tag_words.label(tag, storefront.of().tag_words))


CHECKS: dict[str, Callable[[Mapping[str, Any]], Iterator[str]]] = {
    "button": _button, "coupon": _coupon, "picture": _picture, "heading": _title, "text": _text, "beside": _text,
    "products": _goods,
}  # fmt: skip


def _size(mailing: Mailing, read: Sequence[str]) -> Iterator[Problem]:
    for language in read:
        every = [one for block in mailing.blocks for one in forms(block)][: blocks.MOST]
        page = composing.compose(composing.Plan(mailing, language), every).page
        size = len(str(page.template).encode())
        if size > LARGEST:
            kilobytes = size // 1000
            yield Problem(
                _("The letter has %(size)s kB: Gmail cuts it off after 100. Make it shorter.", size=kilobytes)
            )
