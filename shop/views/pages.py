"""A shop's own pages, its policies, its contact page, and previews of what is not published yet."""

from collections.abc import Callable
from typing import Any

from flask import abort, g, redirect, render_template, url_for

from kernel import blocks, holes, i18n, signing, web
from kernel.db import db
from kernel.i18n import _
from kernel.settings import ROOT
from shop import catalog, pages, slugs
from shop.page_versions import PageVersion
from shop.views import fitting, frame, home, product, see_as, seo, store
from shop.views.keeping import kept

PREVIEW, MINUTES = "preview", 10


def _blocks_of(kind: str) -> Callable[[str], Any]:
    def live(slug: str) -> list[dict[str, Any]]:
        found = pages.slugged(slug, kind)
        return found.live if found is not None and found.published_at else []

    return lambda slug: frame.once(("blocks", kind, slug), lambda: live(slug))


@store.get("/pages/<slug>")
@kept(page=_blocks_of("page"))
def page(slug: str) -> Any:
    """A page of the shop's own."""
    return _show(slug, "page", "shop.page")


@store.get("/policies/<slug>")
@kept(page=_blocks_of("policy"))
def policy(slug: str) -> Any:
    """One of the shop's policies."""
    return _show(slug, "policy", "shop.policy")


@store.get("/contact")
@kept()
def contact() -> Any:
    """Where the shop is and how to reach it."""
    values = frame.current().values
    head = seo.head(_("Contact"), values["tagline"], "/contact", data=[seo.business()])
    return render_template("shop/pages/contact.html", head=head, story=blocks.prose(values["story"]))


def _show(slug: str, kind: str, endpoint: str) -> Any:
    found = pages.slugged(slug, kind)
    if found is None or found.published_at is None:
        target = slugs.former("page", slug)
        moved = db.session.get(pages.Page, target) if target else None
        if moved is None or moved.published_at is None or moved.slug == slug:
            abort(404)
        return redirect(url_for(endpoint, slug=moved.slug), 301)
    drawn, title = fitting.drawn(), i18n.words_html(found.title)
    head = seo.head(i18n.pick(found.title), drawn, f"/{'pages' if kind == 'page' else 'policies'}/{slug}")
    return render_template("shop/pages/page.html", title=title, blocks=drawn, head=head)


def preview_token(kind: str, row: Any, account: Any, seen: dict[str, Any] | None = None) -> str:
    """What the back office puts into the address of a preview: the draft, who looks and as whom, for ten minutes."""
    told = {"kind": kind, "id": row.id, "tenant": row.tenant_id, "by": account.id}
    return signing.make(PREVIEW, told | {"as": seen} if seen else told)


@store.get("/preview/<token>")
def preview(token: str) -> Any:
    """A draft or a version as it looks: inside the back office's sandboxed frame; reads no cookie, is not stored."""
    told = signing.read(PREVIEW, token, minutes=MINUTES)
    if not told or told.get("tenant") != g.tenant_id:
        abort(404)
    g.preview = g.open_holes = True
    see_as.put_on(told.get("as") or {})
    row = _previewed(told)
    if row is None:
        abort(404)
    parts = holes.parts(product.show(row) if told["kind"] == "product" else _draft(row))
    g.open_holes = False
    drawn = holes.join(parts, holes.fillings(name for name in parts[1::2] if ":" in name))
    return with_icons(drawn), {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}


def with_icons(drawn: str) -> str:
    """The page with its icons inside: a sandboxed frame has no origin and may not use a drawing of another file."""
    sprite = (ROOT / "static/icons/sprite.svg").read_text(encoding="utf-8").replace("<svg ", "<svg hidden ", 1)
    inside = drawn.replace(web.static("icons/sprite.svg") + "#", "#")
    return inside.replace('<body class="shop">', '<body class="shop">' + sprite, 1)


def _previewed(told: dict[str, Any]) -> Any:
    """What a token names; with id 0 what is not kept yet: a new product, the first page of a new shop."""
    kinds: dict[str, Any] = {"page": pages.Page, "product": catalog.Product, "version": PageVersion}
    if told["kind"] not in kinds:
        return None
    if told["id"]:
        found = db.session.get(kinds[told["kind"]], told["id"])
        return pages.seen(found) if isinstance(found, PageVersion) else found
    if told["kind"] == "product":
        return catalog.blank({i18n.language(): _("Your product")})
    return pages.Page(kind="home", title={}, draft_title={}, draft=home.DEFAULT, live=[])


def _draft(row: pages.Page) -> Any:
    fitting.see(("draft", row.id), row.draft)
    drawn, title = fitting.drawn(), i18n.words_html(row.working_title)
    head = seo.head(i18n.pick(row.working_title), "", "/")
    template = "shop/home/page.html" if row.kind == "home" else "shop/pages/page.html"
    return render_template(template, title=title, blocks=drawn, head=head)
