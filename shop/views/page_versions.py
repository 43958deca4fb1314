"""What the public saw of a page earlier: looked at, gone back to in the draft; and a publication taken back."""

from typing import Any

from flask import Flask, abort, flash, redirect, render_template, request, url_for

from kernel import journal, web
from kernel.i18n import _, _l
from kernel.refusal import Gone
from kernel.web import needs
from shop import bin as rubbish
from shop import page_versions, pages
from shop.page_versions import PageVersion
from shop.pages import Page
from shop.views import admin, block_editor, see_as
from shop.views import pages as previews

BACK = "page.back"


def init_app(_app: Flask) -> None:
    """How the journal tells it."""
    journal.kind("page.published", _l("Published “%(name)s”"))
    journal.kind("page.taken_back", _l("Took back the publication of “%(name)s”"))
    journal.kind(BACK, _l("Went back to an earlier version of “%(name)s”"))


def publish(page: Page) -> None:
    """Let the public see the draft; the toast takes it back."""
    person = web.person()
    pages.publish(page, by=person.known_as)
    name = rubbish.name(page)
    journal.write("page.published", about=page, by=person, data={"name": name})
    web.undo(
        _("“%(name)s” is published.", name=name), ".page_unpublish", slug=page.slug, fields={"number": page.version}
    )


def listed(page: Page) -> list[dict[str, Any]]:
    """What the editor tells of them, the newest first."""
    return [
        {"number": one.number, "by": one.by, "at": one.at, "until": one.until} for one in page_versions.of(page)
    ] if page.id else []  # fmt: skip


@admin.post("/pages/<slug>/unpublish", endpoint="page_unpublish")
@needs("pages.edit")
def unpublish(slug: str) -> Any:
    """Let the public see what it saw before the last publication; what was published stays in the draft."""
    page, person = _page(slug), web.person()
    if not page.published_at or request.form.get("number") != str(page.version):
        raise Gone(_("That can no longer be taken back."))
    pages.take_back(page, by=person.known_as)
    journal.write("page.taken_back", about=page, by=person, data={"name": rubbish.name(page)})
    flash(_("Taken back. What you published is your draft."))
    return redirect(url_for(".page", slug=slug), 303)


@admin.get("/pages/<slug>/versions/<int:number>", endpoint="page_version")
@needs("pages.edit")
def show(slug: str, number: int) -> Any:
    """One version as it would look today."""
    page = _page(slug)
    version = page_versions.named(page, number)
    return render_template(
        "shop/desk/pages/version.html", page=page, version=version, name=rubbish.name(page),
        drafted=_same(version, page), preview=_preview(version),
    )  # fmt: skip


@admin.post("/pages/<slug>/versions/<int:number>", endpoint="page_version_back")
@needs("pages.edit")
def back(slug: str, number: int) -> Any:
    """Put a version into the draft; the toast brings back what the draft said."""
    page = _page(slug)
    version = page_versions.named(page, number)
    entry = left(BACK, page)
    pages.save(page, [dict(block) for block in version.blocks], dict(version.title))
    told = _("The draft says what the page said then. Publish it when it is right.")
    block_editor.undo(told, ".page_undiscard", entry, slug=slug)
    return redirect(url_for(".page", slug=slug), 303)


def left(verb: str, page: Page) -> journal.Entry:
    """Note the draft that is about to be gone."""
    kept = {"name": rubbish.name(page), "draft": page.draft, "title": page.working_title}
    return block_editor.left(verb, page, kept)


def _page(slug: str) -> Page:
    return pages.named(slug) or abort(404)


def _same(version: PageVersion, page: Page) -> bool:
    """Whether the draft says already what a version does."""
    return version.blocks == page.draft and version.title == page.working_title


def _preview(version: PageVersion) -> str:
    seen = see_as.told()
    token = previews.preview_token("version", version, web.person(), seen)
    return web.shop_url("shop.preview", language=seen["language"], token=token)
