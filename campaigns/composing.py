"""Composing: a mailing becomes the templates of its letter, once for each language, group and choice of blocks."""

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import mrml

from campaigns import habits, links
from campaigns.mailings import Mailing
from kernel import blocks, i18n, letter_parts, mail, phones, tenancy, transactions, web
from kernel.i18n import _
from kernel.late import Late
from kernel.letter_parts import Letter
from shop import letter_look, storefront

if TYPE_CHECKING:
    from campaigns.stencils import Stencil

liquid, stencils = Late("campaigns.liquid"), Late("campaigns.stencils")  # only who writes or sends a letter needs it

OURS = mrml.RenderOptions(fonts={})  # nothing is fetched from others when a letter is opened
KEPT, LIFE = 200, 60.0  # composed letters of a process, and for how many seconds


@dataclass(frozen=True)
class Composed:
    """A letter ready to be filled in: what it asks for, and what stands on every envelope of it."""

    subject: "Stencil"
    page: "Stencil"
    text: "Stencil"
    names: frozenset[str]
    root: str
    base: str
    sources: tuple[str, str, str]  # of subject, page and text
    sender: tuple[str, str] = ("", "")
    reply_to: str = ""
    shared: dict[Any, Any] = field(default_factory=dict)


@dataclass
class Plan:
    """What is composed: `tracked` letters count clicks, `shows` ones stand beside their form."""

    mailing: Mailing
    language: str
    group: str = ""
    tracked: bool = False
    shows: bool = False
    heads: tuple[dict[str, str], dict[str, str]] | None = None  # others than the mailing's own subject and line


def roots(language: str) -> tuple[str, str]:
    """(scheme and host of the shop, the same with the language of its pages)."""
    tenant = tenancy.tenant()
    root = web.shop_base(tenant)
    known = language != tenant.language and language in tenant.languages
    return root, f"{root}/{language}" if known else root


def own(url: str, root: str) -> bool:
    """Whether an address is one of the shop's, not of a host whose name only begins like it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" == root


def tagged(mailing: Mailing, url: str, root: str) -> str:
    """An address of the shop's own that says by which letter somebody came; others stay as they are."""
    if not mailing.utm or not own(url, root):
        return url
    parts = urlsplit(url)
    ours = {"utm_source": "newsletter", "utm_medium": "email", "utm_campaign": mailing.code or mailing.token[:8]}
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in ours]
    return urlunsplit(parts._replace(query=urlencode([*query, *ours.items()])))


_kept: OrderedDict[Hashable, tuple[float, Composed]] = OrderedDict()
_lock = Lock()


def kept(plan: Plan, choices: tuple[int, ...], shown: Callable[[], Sequence[blocks.Block]]) -> Composed:
    """The composed letter of a plan, made anew when anything that it shows may have changed."""
    tenant, mailing = tenancy.tenant(), plan.mailing
    key = (
        mailing.token,
        mailing.version,
        tenant.revision,
        plan.language,
        plan.group,
        choices,
        plan.tracked,
        bool(plan.heads),
    )
    with _lock:
        made, found = _kept.get(key, (0.0, None))
    if found is not None and time.monotonic() - made < LIFE:
        return found
    fresh = compose(plan, shown())
    with _lock:
        _kept[key] = time.monotonic(), fresh
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return fresh


def compose(plan: Plan, shown: Sequence[blocks.Block]) -> Composed:
    """Blocks → MJML → HTML, and text; both as templates."""
    root, base = roots(plan.language)
    urls: list[str] = []
    names: set[str] = set()

    def fine(text: str) -> bool:
        if liquid.wrong(text):
            return False
        names.update(path[0] for path in liquid.asked(text))
        return True

    def wrap(url: str) -> str:
        goal = tagged(plan.mailing, url, root)
        if not plan.tracked or urlsplit(goal).scheme in {"mailto", "tel"}:
            return goal
        if goal not in urls:
            urls.append(goal)
        return f"{root}/l/{stencils.TOKEN}-{letter.sign}{urls.index(goal)}uqz"

    look = letter_look.colours()
    letter = Letter(plan.language, plan.group, base, root, look, fine, wrap, plan.shows)
    with i18n.speak(plan.language, tenancy.tenant().country):
        page, text, subject = _laid(plan, letter, shown)
    led = _numbered(plan.mailing, urls, root, letter.sign)
    sources = subject, led(page, escape), led(text, str)
    return Composed(*_stencils(*sources), frozenset(names), root, base, sources, *_envelope(plan.mailing))


def _stencils(subject: str, page: str, text: str) -> "tuple[Stencil, Stencil, Stencil]":
    plain = [stencils.Stencil(liquid.template(one, page=False)) for one in (subject, text)]
    return plain[0], stencils.Stencil(liquid.template(page, page=True)), plain[1]


def again(sources: tuple[str, str, str], names: Iterable[str], language: str) -> Composed:
    """The letter that was once composed of these templates, to be looked at."""
    root, base = roots(language)
    return Composed(*_stencils(*sources), frozenset(names), root, base, sources)


def _envelope(mailing: Mailing) -> tuple[tuple[str, str], str]:
    tenant = tenancy.tenant()
    name = mailing.sender_name or habits.sender_name()
    return (name, mail.sender(tenant)[1]), storefront.of().email or tenant.email


def _laid(plan: Plan, letter: Letter, shown: Sequence[blocks.Block]) -> tuple[str, str, str]:
    body, words = letter_parts.drawn(shown, letter)
    told = {"letter": letter, "look": letter.look, "body": body, **_frame(plan, letter)}
    made = letter_parts.lay("campaigns/mail/letter.xml", told)
    text = letter_parts.lay("campaigns/mail/letter.txt", {**told, "body": words})
    page = mrml.to_html(made, None, OURS).content
    if plan.tracked:
        pixel = letter.hold(
            f'<img src="{letter.root}/o/{stencils.TOKEN}.gif" width="1" height="1" alt="" style="display:block">'
        )
        page = page.replace("</body>", f"{pixel}</body>", 1)
    subject = letter.release(told["subject"].text)
    return letter_parts.settled(letter, page), letter_parts.settled_text(letter, text), subject


def _frame(plan: Plan, letter: Letter) -> dict[str, Any]:
    tenant, row, held = tenancy.tenant(), storefront.of(), letter.hold
    subject, preheader = plan.heads or (plan.mailing.subject, plan.mailing.preheader)
    phone, postal = phones.show(row.phone or tenant.phone, tenant.country), habits.postal_address()
    person = f"{letter.base}/preferences/{stencils.PERSON}"
    return {
        "subject": letter.words(subject) or letter.plain(_("(no subject)")),
        "preheader": letter.words(preheader), "shop": letter.plain(tenant.name),
        "phone": letter.plain(phone) if phone else None, "home": letter.href("/"),
        "postal": letter.plain(" · ".join(postal)) if postal else None,
        "view": held(f"{letter.base}/v/{stencils.TOKEN}"), "unsubscribe": held(f"{letter.base}/u/{stencils.TOKEN}"),
        "preferences": held(person), "trap": held(f"{letter.root}/l/{stencils.TOKEN}-0") if plan.tracked else "",
    }  # fmt: skip


def _numbered(mailing: Mailing, urls: list[str], root: str, sign: str) -> Callable[[str, Callable[[str], str]], str]:
    """What puts the numbers of links into a page; one without, where nothing may be written, goes straight."""
    known = {one.url: one.number for one in links.of(mailing)} if urls else {}
    if not transactions.reads() and not set(urls) <= set(known):
        known = links.numbered(mailing, urls)
    straight = re.compile(re.escape(f"{root}/l/{stencils.TOKEN}-{sign}") + r"(\d+)uqz")

    def led(page: str, quote: Callable[[str], str]) -> str:
        def one(found: re.Match[str]) -> str:
            url = urls[int(found[1])]
            if url in known:
                return f"{root}/l/{stencils.TOKEN}-{known[url]}"
            return url if blocks.FIELD.fullmatch(url) else quote(url)

        return straight.sub(one, page)

    return led


def forget() -> None:
    """Drop every composed letter: the database under them was replaced."""
    with _lock:
        _kept.clear()
