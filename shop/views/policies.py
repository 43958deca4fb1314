"""Settings: what buyers must know before they buy; written like any page, from a text to begin with."""

from typing import Any

from flask import Flask, abort, redirect, url_for
from sqlalchemy import select

from kernel import i18n, menu, web
from kernel.db import db
from kernel.i18n import _l
from kernel.web import needs
from shop import pages, policies, settings
from shop.pages import Page
from shop.views import admin, page_versions
from shop.views.settings import page


@admin.get("/settings/policies", endpoint="settings_policies")
@needs("pages.edit")
def show() -> Any:
    """Each policy: not there, in draft, published, with its version."""
    written = db.session.scalars(select(Page).where(Page.kind == "policy").order_by(Page.position, Page.id)).all()
    missing = [kind for kind in policies.KINDS if not kind.among(written)]
    return page("policies", written=[_row(row) for row in written], missing=missing)


def _row(row: Page) -> dict[str, Any]:
    return {
        "name": i18n.pick(row.title), "slug": row.slug, "published": row.published_at, "version": row.version,
        "changed": row.changed, "url": web.shop_url("shop.policy", slug=row.slug) if row.published_at else "",
    }  # fmt: skip


@admin.post("/settings/policies/<slug>", endpoint="settings_policies_begin")
@needs("pages.edit")
def begin(slug: str) -> Any:
    """Write a policy's draft from our text and open it; it is public when its owner publishes it."""
    kind = next((one for one in policies.KINDS if one.slug == slug), None) or abort(404)
    made = pages.slugged(slug, "policy") or policies.begin(kind)
    return redirect(url_for(".page", slug=made.slug), 303)


@admin.post("/settings/policies/<slug>/publish", endpoint="settings_policies_publish")
@needs("pages.edit")
def publish(slug: str) -> Any:
    """Let buyers read the draft."""
    row = pages.slugged(slug, "policy") or abort(404)
    page_versions.publish(row)
    settings.told("policies", by=web.person(), what=i18n.pick(row.title))
    return redirect(url_for(".settings_policies"), 303)


def init_app(_app: Flask) -> None:
    """One page of the settings."""
    menu.section(
        60, _l("Policies"), "shop_admin.settings_policies", icon="note", group="shop", permission="pages.edit",
        hint=_l("Terms, returns, privacy, delivery"),
    )  # fmt: skip
