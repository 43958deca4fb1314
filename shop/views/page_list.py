"""The list of pages: the first page, the shop's own, its policies; new ones, their order, their address."""

from typing import Any

from flask import Flask, abort, flash, redirect, render_template, request, url_for

from kernel import blocks, menu, tenancy, web
from kernel.i18n import _, _l, pick
from kernel.once import once
from kernel.web import needs
from shop import bin as rubbish
from shop import pages, slugs
from shop.forms import pages as forms
from shop.forms import words
from shop.pages import Page
from shop.views import admin, lift_part, page_editor

KINDS = {"home": _l("First page"), "page": _l("Page"), "policy": _l("Policy")}


def init_app(_app: Flask) -> None:
    """Put the word into the rail."""
    menu.entry(
        50, _l("Pages"), "shop_admin.pages", icon="page", permission="pages.edit", match=("shop_admin.page",),
        spare=True, group="shop", hint=_l("The home page, who you are, and what else you want to tell"),
    )  # fmt: skip


@admin.get("/pages", endpoint="pages")
@needs("pages.edit")
def listed() -> Any:
    """Every page with its state."""
    rows = pages.every()
    if pages.home() is None:
        rows = [page_editor.blank_home(), *rows]
    own = words.languages()[0]
    told = [
        {"page": row, "name": pick(row.working_title, own) or row.slug, "kind": KINDS[row.kind], "state": _state(row)}
        for row in rows
    ]
    return render_template("shop/desk/pages/list.html", rows=told, lift=lift_part.part())


def _state(row: Page) -> tuple[Any, str]:
    if row.id == 0:
        return _l("Published"), "good"
    if row.published_at is None:
        return _l("Draft"), "off"
    return (_l("Draft with changes"), "now") if row.changed else (_l("Published"), "good")


@admin.get("/pages/new", endpoint="page_new")
@needs("pages.edit")
def blank() -> Any:
    """What a new page is called."""
    return render_template(
        "shop/desk/pages/new.html", kind=request.args.get("kind", "page"), wrong="", own=words.languages()[0]
    )


@admin.post("/pages/new", endpoint="page_make")
@needs("pages.edit")
@once
def make() -> Any:
    """A new page in draft, with one block to write into."""
    title, kind = forms.title(request.form), request.form.get("kind", "page")
    if not title or kind not in ("page", "policy"):
        wrong = _("Fill this in.")
        return render_template("shop/desk/pages/new.html", kind=kind, wrong=wrong, own=words.languages()[0]), 422
    page = pages.make(title, kind=kind, slug=_free(next(iter(title.values()))), blocks=[blocks.blank("text")])
    page.position = max((row.position for row in pages.every()), default=0) + 1
    slugs.forget("page", page.slug)
    return redirect(url_for(".page", slug=page.slug), 303)


def _free(name: str) -> str:
    wish = slugs.make(name)
    return f"{wish}-2" if wish in ("new", "order", "home") else wish


@admin.post("/pages/order", endpoint="pages_order")
@needs("pages.edit")
def order() -> Any:
    """The order in which they were dragged."""
    pages.order(request.form.getlist("slug")[:500])
    return {"said": _("Saved.")} if web.wants_json() else redirect(url_for(".pages"), 303)


@admin.post("/pages/<slug>/move", endpoint="page_move")
@needs("pages.edit")
def move(slug: str) -> Any:
    """One place up or down."""
    pages.shift(_row(slug), -1 if request.form.get("do") == "up" else 1)
    return redirect(url_for(".pages") + f"#p-{slug}", 303)


@admin.post("/pages/<slug>/settings", endpoint="page_settings")
@needs("pages.edit")
def settle(slug: str) -> Any:
    """Its address, and whether the shop's menu names it."""
    page, wish = _row(slug), request.form.get("slug", "").strip()[:80]
    if page.kind != "home" and wish and wish != page.slug:
        slugs.rename(page, "page", _free(wish))
    page.in_menu = bool(request.form.get("in_menu"))
    tenancy.touch()
    flash(_("Saved."))
    return redirect(url_for(".page", slug=page.slug), 303)


@admin.post("/pages/<slug>/withdraw", endpoint="page_withdraw")
@needs("pages.edit")
def withdraw(slug: str) -> Any:
    """Take it off the shop; the draft stays."""
    page = _row(slug)
    if page.kind == "home":
        abort(404)
    pages.withdraw(page)
    flash(_("“%(name)s” is a draft again.", name=rubbish.name(page)))
    return redirect(url_for(".page", slug=slug), 303)


@admin.post("/pages/<slug>/bin", endpoint="page_bin")
@needs("pages.edit")
def put_away(slug: str) -> Any:
    """Put it into the bin."""
    page = _row(slug)
    gone = rubbish.put("page", [page], by=web.person())
    told = _("“%(name)s” is in the bin.", name=rubbish.name(page))
    web.undo(told, ".bin_undo", ticket=rubbish.ticket("page", gone))
    return redirect(url_for(".pages"), 303)


def _row(slug: str) -> Page:
    return pages.named(slug) or abort(404)
