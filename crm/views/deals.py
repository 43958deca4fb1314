"""Deals in the back office: the board of what people may buy, one of them, moved from stage to stage and taken back."""

from typing import Any

from flask import Flask, Response, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import selectinload

from crm import companies, company_contacts, deal_stages, deals, tasks
from crm.deal_stages import Deal
from crm.views import admin, deal_filters, deal_rows, task_rows, whom
from crm.views.deal_forms import DealForm, LostForm, NewDealForm, deal_form, lost_form, new_form
from kernel import permissions, tables, tenancy, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.once import once
from kernel.web import needs


@admin.get("/deals", endpoint="deals")
@needs("deals.view")
def board() -> str:
    """What stands in which stage, of somebody or of everybody, all or what is overdue."""
    asked = deal_filters.asked()
    return render_template(
        "crm/desk/deals/board.html", columns=deal_rows.columns(deals.board(asked.account, asked.show), asked.show),
        alone={stage: deal_filters.url(".deals", asked, show=stage) for stage in deal_stages.STAGES},
        whose=deal_filters.people(asked), shows=deal_filters.shows(asked), any=deals.any_at_all(),
        csv=deal_filters.url(".deals_csv", asked),
    )  # fmt: skip


@admin.get("/deals.csv", endpoint="deals_csv")
@admin.get("/deals.xlsx", endpoint="deals_xlsx")
@needs("people.export")
def csv() -> Response:
    """The opportunities of the filter as a file for a spreadsheet, what was decided long ago too."""
    asked = deal_filters.asked()
    found = db.session.scalars(deals.query(asked.account, asked.show).options(selectinload(Deal.moves))).all()
    return tables.answer(f"{tenancy.tenant().slug}-deals", deal_rows.heads(), deal_rows.lines(found))


@admin.get("/deals/new", endpoint="deal_new")
@needs("deals.edit")
def new() -> Any:
    """Somebody may buy something; who it is can be looked for."""
    return _new(new_form())


@admin.post("/deals", endpoint="deal_make")
@needs("deals.edit")
@once
def make() -> Any:
    """Write it down, with its person, new or known."""
    form = new_form()
    if request.form.get("person") and form.person is None:
        abort(404)
    if not form.validate():
        return _new(form, 422)
    contact, told = form.whom(), form.told()
    firm = companies.by_token(form.company.data or "")
    if firm is not None and company_contacts.chosen(contact, firm.token) is None:
        company_contacts.join(firm, contact, by=web.person())
    deal = deals.add(contact, told, by=web.person())
    flash(_("Written down. What is the next step?"))
    return redirect(url_for(".deal", token=deal.token), 303)


def _new(form: NewDealForm, status: int = 200) -> Any:
    firm, more = companies.by_token(form.company.data or ""), whom.found(form)
    if firm is not None and not more["looked"]:
        acting = [row.contact for row in company_contacts.of(firm) if row.contact]
        more["found"] = [whom.row(one) for one in acting]
        more["picked"] = acting[0].token if acting and request.method == "GET" else ""
    return render_template(
        "crm/desk/deals/new.html", form=form, alone=len(tasks.staff()) < 2, currency=tenancy.tenant().currency,
        find_url=url_for(".deal_new"), firm=firm, **more,
    ), status  # fmt: skip


@admin.get("/deals/<token>", endpoint="deal")
@needs("deals.view")
def one(token: str) -> Any:
    """One of them: where it stands, the next step, its history."""
    deal = deals.named(token)
    return _page(deal, deal_form(deal), lost_form())


@admin.post("/deals/<token>", endpoint="deal_save")
@needs("deals.edit")
def save(token: str) -> Any:
    """Keep what was changed."""
    deal = deals.named(token)
    form = deal_form(deal, request.form)
    if not form.validate():
        return _page(deal, form, lost_form(), 422)
    deals.change(deal, form.told(), by=web.person())
    flash(_("Saved."))
    return redirect(url_for(".deal", token=token), 303)


def _page(deal: Deal, form: DealForm, lost: LostForm, status: int = 200) -> Any:
    steps = task_rows.rows(tasks.of_deals([deal.id]).get(deal.id, []))
    return render_template(
        "crm/desk/deals/show.html", deal=deal, card=deal_rows.cards([deal])[0], form=form, lost=lost, steps=steps,
        losing="lost" in request.args, history=deal_rows.history(deal), alone=len(tasks.staff()) < 2,
        currency=deal.currency,
    ), status  # fmt: skip


@admin.post("/deals/<token>/stage", endpoint="deal_move")
@needs("deals.edit")
def move(token: str) -> Any:
    """To another stage; the toast takes it back for some minutes."""
    deal, stage, lost = deals.named(token), request.form.get("stage", ""), lost_form(request.form)
    if stage not in deal_stages.STAGES:
        abort(404)
    if stage == "lost" and not lost.validate():
        return _page(deal, deal_form(deal), lost, 422)
    if deals.move(deal, stage, by=web.person(), reason=lost.reason.data or "", words=lost.words.data or ""):
        told = _("“%(title)s” stands in “%(stage)s” now.", title=deal.title, stage=deal_stages.STAGES[stage])
        web.undo(told, ".deal_undo", token=token)
    return _back(token)


@admin.post("/deals/<token>/stage/undo", endpoint="deal_undo")
@needs("deals.edit")
def undo(token: str) -> Any:
    """The last move was a mistake."""
    deals.undo(deals.named(token), by=web.person())
    return _back(token)


@admin.post("/deals/<token>/bin", endpoint="deal_bin")
@needs("deals.edit")
def put_away(token: str) -> Any:
    """Into the bin; the toast takes it back."""
    deal = deals.named(token)
    deals.put_away(deal, by=web.person())
    web.undo(_("“%(name)s” is in the bin.", name=deal.title), ".deal_back", token=token)
    return redirect(url_for(".deals"), 303)


@admin.post("/deals/<token>/back", endpoint="deal_back")
@needs("deals.edit")
def take_back(token: str) -> Any:
    """Out of the bin."""
    return redirect(url_for(".deal", token=deals.take_back(token, by=web.person()).token), 303)


def _back(token: str) -> Any:
    """To the board when one comes from there, else to the deal's own page."""
    return web.back(url_for(".deal", token=token))


def init_app(_app: Flask) -> None:
    """Say who may do what."""
    permissions.define("deals.view", _l("See opportunities"), roles=("manager", "marketer", "clerk"), area="people")
    permissions.define(
        "deals.edit",
        _l("Write down opportunities and move them"),
        roles=("manager", "marketer", "clerk"),
        area="people",
    )
