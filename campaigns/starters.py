"""Starters: three letters to begin with, filled with the shop's own goods, pictures and words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kernel import i18n, signing, tenancy
from kernel.i18n import _, _l
from shop import promoted, storefront
from shop.promoted import Show

Words = dict[str, str]
Block = dict[str, Any]


@dataclass(frozen=True)
class Begun:
    """What a letter begins with."""

    subject: Words
    preheader: Words
    blocks: list[Block]


@dataclass(frozen=True)
class Starter:
    """One of the letters to begin with."""

    code: str
    label: Any
    hint: Any
    make: Callable[[], Begun]


def every() -> list[Starter]:
    """The starters, in the order in which they are offered."""
    return [
        Starter("news", _l("News of the shop"), _l("Your cover, a few words and what came last."), news),
        Starter("offer", _l("Goods with a coupon"), _l("A row of products and a code that can be used today."), offer),
        Starter(
            "visit", _l("An invitation to book"), _l("One thing to do, with its picture and the way to a date."), visit
        ),
        Starter("blank", _l("An empty letter"), _l("You choose each block yourself."), blank),
    ]


def named(code: str) -> Starter | None:
    """The starter with that code."""
    return next((one for one in every() if one.code == code), None)


def said(text: Callable[[], str]) -> Words:
    """A text in each language that the shop and the house both speak, the shop's own always."""
    tenant, found = tenancy.tenant(), {}
    for language in i18n.languages_of(tenant):
        if language in i18n.LANGUAGES or language == tenant.language:
            with i18n.speak(language, tenant.country):
                found[language] = text()
    return found


def _block(kind: str, **data: Any) -> Block:
    return {"id": signing.token()[:10], "kind": kind, "data": {name: value for name, value in data.items() if value}}


def _paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def _shop() -> str:
    return tenancy.tenant().name


def _hero(show: Show | None, title: Words, text: Words, **more: Any) -> Block:
    told = {"picture": show.sha256, "alt": _alt(show)} if show else {}
    return _block("hero", title=title, text=text, **told, **more)


def _alt(show: Show) -> Words:
    if show.product is None:
        return said(_shop)
    brief, name = show.product.brief, show.product.name
    return said(lambda: brief or i18n.pick(name))


def _name() -> str:
    return f'{{{{ first_name | default: "{_("friend")}" }}}}'


def _tagline() -> Words:
    row = storefront.of()
    return {language: text for language, text in (row.tagline or {}).items() if text}


def news() -> Begun:
    """What is new."""
    lines = said(lambda: _paragraphs(
        _("Hello, %(name)s:", name=_name()),
        _("This is what is new at %(shop)s this month. Look at it at your ease.", shop=_shop()),
    ))  # fmt: skip
    return Begun(
        said(lambda: _("What is new at %(shop)s", shop=_shop())),
        _tagline() or said(lambda: _("What came last, and a few words from us.")),
        [
            _hero(
                promoted.cover(),
                said(lambda: _("What is new")),
                _tagline(),
                link="/",
                label=said(lambda: _("See what we have")),
            ),
            _block("text", text=lines),
            _block("products", title=said(lambda: _("Just arrived")), products=promoted.newest(4)),
            _block("divider"),
            _block("button", label=said(lambda: _("Go to the shop")), link="/", align="center"),
        ],
    )


def offer() -> Begun:
    """Goods and a coupon."""
    row = promoted.code()
    lines = said(lambda: _paragraphs(
        _("Hello, %(name)s:", name=_name()),
        _("We chose these for you, and below is a code for your order."),
    ))  # fmt: skip
    return Begun(
        said(lambda: _("{{ first_name | default: 'For you' }}: something from %(shop)s", shop=_shop())),
        said(lambda: _("A few things that we chose, and a code for your order.")),
        [
            _block("heading", title=said(lambda: _("Chosen for you"))),
            _block("text", text=lines),
            _block("products", title=said(lambda: _("What people love")), products=promoted.first(4)),
            _block("coupon", title=said(lambda: _("Your code")), code=row.code if row else "", link="/"),
        ],
    )


def visit() -> Begun:
    """An invitation to book, or to come by where nothing is booked."""
    found = promoted.booked()
    return _book(found) if found else _come()


def _book(found: list[Any]) -> Begun:
    one = found[0]
    name, short = one.name, one.short or {}
    lines = said(lambda: _paragraphs(
        _("Hello, %(name)s:", name=_name()),
        _("We would like to see you. Choose the day that suits you: the place is yours as soon as you book it."),
    ))  # fmt: skip
    blocks = [
        _hero(promoted.picture(one), said(lambda: i18n.pick(name)), said(lambda: i18n.pick(short)),
              link=f"/p/{one.slug}", label=said(lambda: _("Choose a date"))),
        _block("text", text=lines),
    ]  # fmt: skip
    if len(found) > 1:
        others = [other.slug for other in found[1:]]
        blocks.append(_block("products", title=said(lambda: _("Also to book")), products=others))
    subject = said(lambda: _("Come to see us: %(what)s", what=i18n.pick(name)))
    return Begun(subject, said(lambda: _("Choose the day; we keep the place for you.")), blocks)


def _come() -> Begun:
    lines = said(lambda: _paragraphs(
        _("Hello, %(name)s:", name=_name()),
        _("Come by whenever you like: we show you what we make and how."),
    ))  # fmt: skip
    hero = _hero(promoted.cover(), said(lambda: _("Come to see us")), _tagline(), link="/contact",
                 label=said(lambda: _("Where we are and when")))  # fmt: skip
    goods = _block("products", title=said(lambda: _("What you find here")), products=promoted.first(4))
    subject = said(lambda: _("Come to see us at %(shop)s", shop=_shop()))
    preheader = said(lambda: _("We show you what we make and how."))
    return Begun(subject, preheader, [hero, _block("text", text=lines), goods])


def blank() -> Begun:
    """One empty text."""
    return Begun({}, {}, [_block("text")])
