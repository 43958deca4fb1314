"""The shop's own host names: naming one, whose it is, having links use it, taking it out; its answer there."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, abort, flash, redirect, request, url_for

from kernel import domains, menu, names, origins, tenancy, web
from kernel import settings as install
from kernel.db import db
from kernel.i18n import _, _l
from kernel.refusal import Missing, Refusal
from kernel.web import needs
from shop import settings
from shop.views import admin, store
from shop.views.settings import page

CALLED = "shop_admin.settings_domains"


@store.get(domains.SIGN)
def sign() -> Response:
    """That this shop answers here, for who asks by the name in the address."""
    place = origins.place()
    if place is None:
        abort(404)
    text = domains.sign(place.id, request.host.partition(":")[0].lower())
    answer = Response(f"{text}\n", content_type="text/plain; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@admin.get("/settings/domains", endpoint="settings_domains")
@needs("settings.shop")
def show() -> Any:
    """The names that the shop has, with what is left to do for each."""
    return _page()


def _page(status: int = 200, typed: str = "", wrong: str = "") -> Any:
    tenant, known, mine = tenancy.tenant(), install.current(), domains.mine()
    rows = [{"row": one, "proof": domains.secret(tenant.id, one.host)} for one in mine]
    lead = domains.target(tenant)
    return page(
        "domains", status, rows=rows, lead=lead, proof=domains.PROOF, typed=typed, wrong=wrong, scheme=known.scheme,
        plain=f"{known.scheme}://{tenant.slug}.{known.host}", full=len(rows) >= domains.MOST,
        places=_places(lead) if any(one.verified_at is None for one in mine) else [],
    )  # fmt: skip


def _places(lead: str) -> list[str]:
    """The addresses of this install, for who cannot write a CNAME; none where its name is not in the DNS."""
    try:
        return names.addresses(lead)
    except names.Unanswered:
        return []


@admin.post("/settings/domains", endpoint="settings_domains_add")
@needs("settings.shop")
def add() -> Any:
    """Begin with a name."""
    typed = request.form.get("host", "")[:300]
    try:
        row = domains.add(typed)
    except Refusal as refusal:
        db.session.rollback()
        with web.reading():
            return _page(refusal.status, typed, str(refusal))
    return _back(row.host)


@admin.post("/settings/domains/<host>/check", endpoint="settings_domains_check")
@needs("settings.shop")
def check(host: str) -> Any:
    """Ask whose the name is; the answer may take seconds, in which nobody else waits."""
    row, tenant = domains.named(host), tenancy.tenant()
    if _found(domains.prove, row.host, domains.target(tenant), domains.secret(tenant.id, row.host)):
        _proven(host)
    return _back(host)


def _proven(host: str) -> None:
    """While its name server was asked, another shop may have shown the same."""
    try:
        domains.proven(domains.wished(host))
    except domains.Outpaced as refusal:
        db.session.rollback()
        flash(str(refusal), "error")
    else:
        _told(host, _("%(host)s is yours: the shop answers there.", host=host))


@admin.post("/settings/domains/<host>/links", endpoint="settings_domains_lead")
@needs("settings.shop")
def lead(host: str) -> Any:
    """Have links use it, if a visitor gets there."""
    row = domains.named(host)
    if row.verified_at is None:
        raise Missing()
    if _found(domains.reach, row.host, domains.sign(row.tenant_id, row.host)):
        domains.lead(domains.named(host))
        _told(host, _("Links, letters and search engines use %(host)s from now on.", host=host))
    return _back(host)


@admin.post("/settings/domains/<host>/removal", endpoint="settings_domains_remove")
@needs("settings.shop")
def remove(host: str) -> Any:
    """The shop answers there no more."""
    domains.remove(domains.named(host))
    _told(host, _("The shop answers at %(host)s no more.", host=host))
    return redirect(url_for(".settings_domains"), 303)


def _found(ask: Callable[..., None], *told: str) -> bool:
    """Whether what is asked outside finds nothing to refuse; else it is shown. Rows are loaded anew after it."""
    try:
        with web.reading():
            ask(*told)
    except Refusal as refusal:
        flash(str(refusal), "error")
        return False
    return True


def _told(host: str, sentence: str) -> None:
    settings.told("domains", by=web.person(), what=host)
    flash(sentence, "message")


def _back(host: str) -> Any:
    return redirect(url_for(".settings_domains", _anchor=f"d-{host}"), 303)


def init_app(_app: Flask) -> None:
    """One page of the settings."""
    menu.section(
        71, _l("Own domain"), CALLED, icon="link", group="shop", permission="settings.shop",
        hint=_l("Your shop at www.yourshop.com"),
    )  # fmt: skip
