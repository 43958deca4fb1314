"""The editor of pages: blocks in order, a draft that keeps itself, a preview beside, and one verb that publishes."""

from typing import Any

from flask import Flask, abort, flash, redirect, render_template, request, url_for

from kernel import blocks, journal, permissions, tenancy, web
from kernel.i18n import _, _l
from kernel.refusal import Gone
from kernel.web import needs
from shop import bin as rubbish
from shop import pages
from shop.forms import pages as forms
from shop.forms import words
from shop.pages import Page
from shop.views import admin, block_editor, home, page_versions, see_as
from shop.views import pages as previews

LEFT = ("page.discarded", page_versions.BACK)  # what keeps the draft that is gone


def init_app(_app: Flask) -> None:
    """Say who may, and how the journal tells it."""
    permissions.define("pages.edit", _l("Write the pages of the shop"), roles=["manager", "marketer"], area="write")
    journal.kind("page.discarded", _l("Threw the draft of “%(name)s” away"))


@admin.get("/pages/<slug>", endpoint="page")
@needs("pages.edit")
def edit(slug: str) -> Any:
    """The draft of a page."""
    page, kinds = _page(slug), blocks.kinds()
    return render_template(
        "shop/desk/pages/edit.html",
        page=page,
        kinds=kinds,
        rows=block_editor.rows(page.draft, block_editor.room(page.draft, kinds)),
        own=words.languages()[0],
        languages=words.languages(),
        names=words.NAMES,
        titles=words.shown("title", page.working_title),
        preview=_preview(page),
        seen=see_as.controls(),
        address=_address(page),
        version=page.version,
        revision=_revision(page),
        versions=page_versions.listed(page),
    )


@admin.post("/pages/<slug>", endpoint="page_save")
@needs("pages.edit")
def save(slug: str) -> Any:
    """Keep the draft; then publish it, or add, move or remove a block, when that was the button."""
    made, page = block_editor.typed(), _written(slug)
    pages.save(page, made.blocks, forms.title(request.form))
    block_editor.told(made, page, rubbish.name(page), ".page_block_back", slug=page.slug)
    stray = block_editor.astray(made.blocks) if made.verb == "publish" else ""
    if stray:
        flash(_("Kept as a draft: an address in it leads nowhere. Mend it, then publish."), "error")
    elif made.verb == "publish" and not made.wrong:
        page_versions.publish(page)
    elif made.verb != "see" and not made.place and not made.wrong and made.gone is None:
        flash(_("Draft kept."))
    seen: dict[str, Any] = {**see_as.asked()}
    back = url_for(".page", slug=page.slug, **seen)
    place = stray or made.place
    return redirect(back + (f"#b-{place}" if place else ""), 303)


@admin.post("/pages/<slug>/block", endpoint="page_block_back")
@needs("pages.edit")
def block_back(slug: str) -> Any:
    """Bring the block back that was taken out then."""
    page = _written(slug)
    pages.save(page, block_editor.returned(page, page.draft))
    flash(_("Taken back."))
    return redirect(url_for(".page", slug=page.slug), 303)


@admin.post("/pages/<slug>/draft", endpoint="page_draft")
@needs("pages.edit")
def draft(slug: str) -> Any:
    """Keep what is being typed; the public page does not change."""
    made, page = block_editor.draft(), _written(slug)
    pages.save(page, made, forms.title(request.form))
    told = {"preview": _preview(page), "changed": page.changed, "revision": _revision(page)}
    return told | {"unknown": see_as.controls()["unknown"]}


def _revision(page: Page) -> str:
    return block_editor.revision(page.draft, page.working_title)


@admin.post("/pages/<slug>/discard", endpoint="page_discard")
@needs("pages.edit")
def discard(slug: str) -> Any:
    """Throw the draft away; the toast brings it back."""
    page = _written(slug)
    entry = page_versions.left("page.discarded", page)
    pages.discard(page)
    block_editor.undo(_("The draft is gone."), ".page_undiscard", entry, slug=page.slug)
    return redirect(url_for(".page", slug=page.slug), 303)


@admin.post("/pages/<slug>/undiscard", endpoint="page_undiscard")
@needs("pages.edit")
def undiscard(slug: str) -> Any:
    """Bring the draft back that was thrown away then, or written over; one that was begun since can come back too."""
    page = _page(slug)
    before, now = block_editor.named(page, *LEFT), None
    if before is None:
        raise Gone(_("That can no longer be taken back."))
    if page.changed and (page.draft, page.working_title) != (before.data["draft"], before.data["title"]):
        now = page_versions.left("page.discarded", page)
    pages.save(page, before.data["draft"], before.data["title"])
    if now is None:
        flash(_("Taken back."))
    else:
        block_editor.undo(_("Taken back."), ".page_undiscard", now, slug=slug)
    return redirect(url_for(".page", slug=slug), 303)


def _page(slug: str) -> Page:
    """The page, or the first page as every shop begins with, not kept yet."""
    found = pages.named(slug)
    if found is not None:
        return found
    return blank_home() if slug == "home" and pages.home() is None else abort(404)


def blank_home() -> Page:
    """The first page of a shop that has not written its own."""
    return Page(
        id=0,
        tenant_id=tenancy.current(),
        slug="home",
        kind="home",
        title=_home_title(),
        draft=home.DEFAULT,
        live=home.DEFAULT,
        draft_title={},
        version=0,
        in_menu=False,
    )


def _home_title() -> dict[str, str]:
    return {words.languages()[0]: _("First page")}


def _written(slug: str) -> Page:
    if slug == "home" and pages.named(slug) is None:
        return pages.first_page(home.DEFAULT, _home_title())
    return pages.named(slug) or abort(404)


def _preview(page: Page) -> str:
    seen = see_as.told()
    token = previews.preview_token("page", page, web.person(), seen)
    return web.shop_url("shop.preview", language=seen["language"], token=token)


def _address(page: Page) -> str:
    if page.kind == "home":
        return web.shop_url("shop.home")
    return web.shop_url("shop.page" if page.kind == "page" else "shop.policy", slug=page.slug)
