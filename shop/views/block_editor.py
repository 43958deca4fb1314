"""The room in which blocks are edited, of pages and of letters: rows, pictures sent in place, what was taken out."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from flask import flash, request
from sqlalchemy import select

from crm import rule_drafts, segments
from crm.views import rule_builder
from kernel import blocks, files, journal, signing, web
from kernel.blocks import Kind
from kernel.db import db
from kernel.i18n import _, _l, pick
from kernel.refusal import Refusal
from shop import categories, discounts, pages, storefront, tag_words
from shop.catalog import Product
from shop.forms import blocks as forms
from shop.forms import words
from shop.views import fitting, product_values

UPLOAD = 64 * 1024 * 1024
MOST_LISTED = 300
REMOVED = "blocks.removed"
Block = dict[str, Any]


@dataclass(frozen=True)
class Typed:
    """What was posted: the blocks after the button that was pressed, and what was wrong with a picture."""

    blocks: list[Block]
    verb: str
    place: str
    wrong: str = ""
    gone: forms.Gone | None = None


@dataclass
class Room:
    """What the fields of blocks need to be shown, asked for once."""

    choices: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    pictures: dict[str, files.File] = field(default_factory=dict)
    audiences: list[tuple[str, str]] = field(default_factory=list)


def init_app(_app: Any) -> None:
    """How the journal tells it."""
    journal.kind(REMOVED, _l("Took a block out of “%(name)s”"))


def typed() -> Typed:
    """The posted blocks; pictures are decoded before anything is written."""
    request.max_content_length, request.max_form_memory_size = UPLOAD, 4 * 1024 * 1024
    sent = {key: one.read() for key, one in request.files.items() if one.filename}
    with web.reading():
        made, wrong = _decoded(sent)
    before, verb = forms.read(request.form), request.form.get("do", "")
    for name, data, code in forms.picture_spots(before):
        if f"{name}-{code}-file" in made:
            data[code] = files.keep(made[f"{name}-{code}-file"]).sha256
    rows, place = forms.done(before, verb)
    place = place or forms.step(request.form, rows)
    return Typed(rows, verb, place, wrong, forms.gone(before, verb[7:]) if verb.startswith("remove:") else None)


def draft() -> list[Block]:
    """The posted blocks while somebody types."""
    request.max_content_length, request.max_form_memory_size = UPLOAD, 4 * 1024 * 1024
    return forms.read(request.form)


def revision(*parts: Any) -> str:
    """The name of a draft as it stands: whoever wrote on another one is asked before it is written over."""
    return signing.digest(json.dumps(parts, sort_keys=True))[:16]


def _decoded(sent: dict[str, bytes]) -> tuple[dict[str, files.Made], str]:
    made, wrong = {}, ""
    for name, data in sent.items():
        try:
            made[name] = files.make(data)
        except Refusal as refusal:
            wrong = str(refusal)
    return made, wrong


def astray(kept: Sequence[Block]) -> str:
    """The block, or the version of one, in which an address leads nowhere; "" for none."""
    for block in kept:
        kind = blocks.known(str(block.get("kind")))
        links = [field.code for field in (kind.fields if kind else ()) if field.kind == "link"]
        for one in (block, *(block.get("variants") or ())):
            data = one.get("data") or {}
            if any(blocks.stray(str(data.get(code) or "")) for code in links):
                return str(one["id"])
    return ""


def told(kept: Typed, about: Any, name: str, endpoint: str, **values: Any) -> None:
    """Say what happened: a picture that could not be read, or a block, or a version of one, that can come back."""
    if kept.wrong:
        flash(kept.wrong, "error")
    elif kept.gone is not None:
        said = _("The version is out.") if kept.gone.of else _("The block is out.")
        undo(said, endpoint, left(REMOVED, about, {"name": name, **vars(kept.gone)}), **values)


def left(verb: str, about: Any, data: dict[str, Any]) -> journal.Entry:
    """Note what is about to be gone: who takes it back names this entry."""
    entry = journal.write(verb, about=about, by=web.person(), data=data)
    db.session.flush()
    return entry


def undo(said: str, endpoint: str, entry: journal.Entry, **values: Any) -> None:
    """A toast with a button that takes back what that entry keeps, and nothing else."""
    web.undo(said, endpoint, fields={"entry": entry.id}, **values)


def named(about: Any, *verbs: str) -> journal.Entry | None:
    """The entry that the button named, when it is one of this thing's."""
    asked = request.form.get("entry")
    return next((one for one in journal.of(about) if one.verb in verbs and str(one.id) == asked), None)


def returned(about: Any, kept: Sequence[Block]) -> list[Block]:
    """The blocks with the one that the button named back in its place."""
    entry = named(about, REMOVED)
    data = entry.data if entry else {}
    made = forms.back(kept, forms.Gone(data["block"], data["at"], data.get("of", ""))) if data else None
    if made is None:
        raise Refusal(_("That can no longer be taken back."))
    return made


def rows(kept: Sequence[Block], room: Room) -> list[dict[str, Any]]:
    """The blocks with what their fields need to be shown."""
    known = [(block, blocks.known(str(block.get("kind")))) for block in blocks.apart(kept)]
    return [_row(block, kind, room) for block, kind in known if kind is not None]


def _row(block: Block, kind: Kind, room: Room) -> dict[str, Any]:
    plain = _part(block, kind, room)
    variants = [_part(one, kind, room) for one in block.get("variants") or ()]
    return {**plain, "variants": variants, "some": bool(plain["when"] or variants)}


def _part(one: Block, kind: Kind, room: Room) -> dict[str, Any]:
    rule = one.get("audience")
    value = json.dumps(rule, sort_keys=True, ensure_ascii=False) if rule else ""
    when = {part: one[part] for part in ("from", "until") if one.get(part)} | ({"audience": value} if value else {})
    own = bool(value) and value not in dict(room.audiences)
    draft = rule_drafts.of(rule, forms.path(str(one["id"]))) if own else None
    return {
        "id": one["id"], "kind": kind, "stray": blocks.stray, "data": one.get("data") or {}, "choices": room.choices,
        "pictures": room.pictures, "when": when, "audience": value,
        "audiences": room.audiences, "own": own, "tree": rule_builder.shown(draft) if draft else None,
        "told": _rule_told(rule) if own else "",
    }  # fmt: skip


def _rule_told(rule: Any) -> str:
    try:
        segments.checked(rule)
    except segments.BadRule as bad:
        return _("A rule that no longer works: %(why)s", why=str(bad))
    return fitting.reason(rule)


def room(kept: Sequence[Block], kinds: Iterable[Kind]) -> Room:
    """What these blocks need."""
    asked = {one.kind for kind in kinds for one in kind.fields if kind.name in {row.get("kind") for row in kept}}
    made = Room(pictures=_pictures(kept), audiences=audiences())
    made.choices = {name: find() for name, find in FINDERS.items() if name in asked}
    return made


def audiences() -> list[tuple[str, str]]:
    """For whom a block may be, beside everybody: the kept segments, and some that are always ready."""
    own = words.languages()[0]
    kept = [({"segment": one.code}, pick(one.name, own) or one.code) for one in segments.listed()]
    languages = [({"language": [code]}, _("Who reads %(language)s", language=words.NAMES.get(code, code)))
                 for code in words.languages() if len(words.languages()) > 1]  # fmt: skip
    every = [*kept, *languages]
    return [(json.dumps(rule, sort_keys=True, ensure_ascii=False), str(label)) for rule, label in every]


def _products() -> list[tuple[str, str]]:
    own = words.languages()[0]
    wanted = select(Product.slug, Product.name).where(Product.state == "live").order_by(Product.sort_name)
    return [(slug, pick(name, own)) for slug, name in db.session.execute(wanted.limit(MOST_LISTED))]


def _tags() -> list[tuple[str, str]]:
    known = storefront.of().tag_words
    return [(code, f"{tag_words.label(code, known)} · {count}") for code, count in tag_words.counted()]


def _coupons() -> list[tuple[str, str]]:
    live = [row for row in discounts.every() if row.code and row.state in {"active", "planned"}]
    return [(row.code, f"{row.code} · {discounts.name(row)}") for row in live]


def _places() -> list[tuple[str, str]]:
    """Where a link may lead inside the shop: (address, name) of categories, pages and products."""
    own = words.languages()[0]
    found = [("shop.category", row.slug, pick(row.name, own)) for row in categories.all_()]
    for kind in ("page", "policy"):
        found += [(f"shop.{kind}", row.slug, pick(row.title, own)) for row in pages.listed(kind)]
    found += [("shop.product", slug, name) for slug, name in _products()]
    ways = {name: urlsplit(web.shop_url(name, slug="~")).path for name in {name for name, _slug, _name in found}}
    return [("/", _("First page")), *((ways[name].replace("~", quote(slug)), called) for name, slug, called in found)]


FINDERS: dict[str, Callable[[], list[tuple[str, str]]]] = {
    "products": _products, "categories": product_values.shelves, "category": product_values.shelves,
    "coupon": _coupons, "tag": _tags, "link": _places,
}  # fmt: skip


def _pictures(kept: Sequence[Block]) -> dict[str, files.File]:
    every = [one for block in kept for one in (block, *(block.get("variants") or ()))]
    found = [value for one in every for value in (one.get("data") or {}).values()]
    shas = {value for value in found if isinstance(value, str) and len(value) == 64}
    wanted = select(files.File).where(files.File.sha256.in_(shas), files.File.private.is_(False))
    return {row.sha256: row for row in db.session.scalars(wanted)} if shas else {}
