"""Blocks: what pages and letters are made of; every kind is registered here by the package that knows it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import nh3
from flask import render_template
from markupsafe import Markup, escape

from kernel import i18n, origins, signing

Data = dict[str, Any]
Block = Mapping[str, Any]
Fits = Callable[[Mapping[str, Any] | None, str, str], bool]  # (audience, from, until): whether this one, now
HIDDEN, OWN = -1, 0  # what a block shows of itself: nothing, its own data, or n: the data of its nth variant
TAGS = {"p", "br", "strong", "em", "b", "i", "u", "s", "a", "ul", "ol", "li", "h2", "h3", "h4", "blockquote", "hr"}
SCHEMES = {"http", "https", "mailto", "tel"}
_CLEANER = nh3.Cleaner(tags=TAGS, attributes={"a": {"href"}}, url_schemes=SCHEMES, link_rel="noopener nofollow")
SCRIPTS = re.compile(r"[\W_]*(javascript|vbscript|data)\s*:", re.IGNORECASE)  # nobody's typing error
FIELD = re.compile(r"\{\{[^{}]*\}\}")  # a place in a letter that is filled in for each reader
LONGEST = 20_000  # characters of one text
MOST = 40  # blocks of one page


@dataclass(frozen=True)
class Field:
    """One thing to fill in: `kind` is words, prose, picture, link, number, choice, category, categories, products, tag
    or coupon."""

    code: str
    label: Any
    kind: str
    hint: Any = ""
    options: tuple[tuple[str, Any], ...] = ()
    most: int = 24


@dataclass(frozen=True)
class Mail:
    """How a kind stands in a letter: `<template>.xml` is MJML, `<template>.txt` its text; see letter_parts."""

    template: str
    prepare: Callable[[Data, Any], Data | None]  # (data, the letter it stands in) → the templates' values


@dataclass(frozen=True)
class Kind:
    """A kind of block: what is filled in, and how it is drawn on the web and in a letter."""

    name: str
    label: Any
    fields: tuple[Field, ...]
    web: str  # a template; it gets what `prepare(data)` says
    icon: str
    prepare: Callable[[Data], Data | None]
    mail: Mail | None = None


_kinds: dict[str, Kind] = {}


def kind(name: str, label: Any, fields: Sequence[Field], *, web: str, **more: Any) -> None:
    """Register a kind; `prepare(data)` gives the template's values, or None to show nothing."""
    prepare, icon, mail = more.get("prepare", dict), more.get("icon", "box"), more.get("mail")
    _kinds[name] = Kind(name, label, tuple(fields), web, icon, prepare, mail)


def kinds() -> list[Kind]:
    """Every kind, in the order in which they were registered."""
    return list(_kinds.values())


def known(name: str) -> Kind | None:
    """The kind with that name."""
    return _kinds.get(name)


def blank(name: str) -> Data:
    """A new block of a kind, with nothing filled in."""
    return {"id": signing.token()[:10], "kind": name, "data": {}}


def apart(blocks: Sequence[Block]) -> list[Data]:
    """The same blocks with each id but once, in blocks and variants together: an editor names its fields by them."""
    taken: set[str] = set()
    found = []
    for block in blocks:
        made = _apart(block, taken)
        if block.get("variants"):
            made["variants"] = [_apart(one, taken) for one in block["variants"]]
        found.append(made)
    return found


def _apart(one: Block, taken: set[str]) -> Data:
    name, number = str(one["id"]), 2
    while name in taken:
        name, number = f"{str(one['id'])[:56]}-{number}", number + 1
    taken.add(name)
    return {**one, "id": name}


def choices(blocks: Sequence[Block], fits: Fits) -> tuple[int, ...]:
    """For each block that differs by who looks or when, what it shows: the same answers make the same page."""
    return tuple(_choice(block, fits) for block in blocks if varies(block))


def taken(blocks: Sequence[Block], choices: Sequence[int]) -> list[Data]:
    """The blocks as those choices show them, plain; `rule` is the audience by which somebody sees one, if any."""
    told = iter(choices)
    shown = ((block, next(told) if varies(block) else OWN) for block in blocks)
    return [_taken(block, choice) for block, choice in shown if choice != HIDDEN]


def chosen(blocks: Sequence[Block], fits: Fits) -> list[Data]:
    """The blocks that fit, each with the data of its first fitting variant, else with its own."""
    return taken(blocks, choices(blocks, fits))


def varies(block: Block) -> bool:
    """Whether a block is not the same for everyone at all times."""
    return any(block.get(name) for name in ("audience", "from", "until", "variants"))


def _choice(block: Block, fits: Fits) -> int:
    if not _fits(block, fits):
        return HIDDEN
    variants = enumerate(block.get("variants") or (), 1)
    return next((place for place, variant in variants if _fits(variant, fits)), OWN)


def _fits(one: Block, fits: Fits) -> bool:
    return fits(one.get("audience") or None, str(one.get("from") or ""), str(one.get("until") or ""))


def _taken(block: Block, choice: int) -> Data:
    variant = block["variants"][choice - 1] if choice > OWN else {}
    shown = variant or block  # in a preview what is typed into its fields is seen, and nothing else
    data = variant.get("data", block.get("data") or {})
    plain = {"id": shown.get("id"), "kind": block.get("kind"), "data": data}
    rule = variant.get("audience") or block.get("audience")
    return {**plain, "rule": rule} if rule else plain


def render(blocks: Sequence[Mapping[str, Any]]) -> Markup:
    """The blocks as HTML; a kind that nobody knows (any more) shows nothing."""
    return Markup("\n").join(_drawn(block, place) for place, block in enumerate(blocks))


def _drawn(block: Mapping[str, Any], place: int) -> Markup:
    kind = _kinds.get(str(block.get("kind")))
    values = kind.prepare(dict(block.get("data") or {})) if kind else None
    if kind is None or values is None:
        return Markup("")
    return Markup(render_template(kind.web, block=block, first=place == 0, **values))  # noqa: S704


def clean(html: str) -> str:
    """What a tenant wrote as HTML with everything taken out that could run, load or cover the page."""
    return _CLEANER.clean(html[:LONGEST])


def prose(words: Mapping[str, str] | str | None) -> Markup:
    """A text of several paragraphs for a page: sanitised HTML, or plain lines made into paragraphs."""
    spoken, text = i18n.found(words)
    if not re.search(r"<(p|h[2-4]|ul|ol|br|blockquote)\b", text):
        parts = (str(escape(part.strip())).replace("\n", "<br>") for part in re.split(r"\n\s*\n", text))
        text = "".join(f"<p>{part}</p>" for part in parts if part)
    safe = Markup(clean(text))  # noqa: S704
    return safe if spoken == i18n.language() or not safe else Markup('<div lang="{}">{}</div>').format(spoken, safe)


def link(target: str) -> str:
    """An address that a tenant may send shoppers to: a path of the shop, https, a mailbox or a telephone; else ''."""
    target = target.strip()
    if any(ord(sign) < 33 for sign in target) or "\\" in target or target.startswith("//"):
        return ""
    parts = origins.split(target)
    scheme = parts.scheme if parts else "?"
    return target if scheme in SCHEMES or (not scheme and target.startswith(("/", "#"))) else ""


def read(form: Mapping[str, Any], block: Mapping[str, Any], languages: Sequence[str]) -> Data:
    """The block with what was posted: fields are called `<block id>-<field>`, words `<block id>-<field>-<language>`."""
    kind, base = _kinds[str(block["kind"])], str(block["id"])
    data = {field.code: _read(form, f"{base}-{field.code}", field, languages) for field in kind.fields}
    return {"id": base, "kind": kind.name, "data": data}


def _read(form: Any, name: str, field: Field, languages: Sequence[str]) -> Any:
    if field.kind in ("words", "prose"):
        told = {spoken: str(form.get(f"{name}-{spoken}") or "").strip()[:LONGEST] for spoken in languages}
        return {spoken: clean(text) if field.kind == "prose" else text for spoken, text in told.items() if text}
    if field.kind in ("products", "categories"):
        return [value for value in form.getlist(name) if value][:MOST]
    value = str(form.get(name) or "").strip()[:300]
    if field.kind == "link":
        return _typed_link(value)
    if field.kind == "number":
        return min(int(value), field.most) if value.isdecimal() and len(value) < 6 else None
    if field.kind == "choice":
        return value if value in dict(field.options) else (field.options[0][0] if field.options else "")
    return value


def _typed_link(value: str) -> str:
    """An address as typed, so that its maker can mend it: one that is none is no link where it is drawn."""
    if value.lower().startswith("www."):
        return f"https://{value}"
    return "" if SCRIPTS.match(value) else value


def stray(target: str) -> bool:
    """Whether something was typed as an address that leads nowhere: neither a link nor a place to fill in."""
    return bool(target) and not FIELD.fullmatch(target) and not link(target)
