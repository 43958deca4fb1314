"""Segments in the back office: the list with how many each has, the builder, why somebody is in one or out."""

from typing import Any

from flask import Flask, flash, redirect, render_template, request, url_for

from crm import contacts, people, rule_drafts, rule_sentences, segment_counts, segments
from crm.contacts import Contact
from crm.rule_drafts import Draft
from crm.rule_values import BadRule
from crm.segments import Segment
from crm.views import admin, rule_builder
from kernel import i18n, permissions, tenancy, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.once import once
from kernel.refusal import Missing
from kernel.web import needs

SAMPLE = 5
FOUND = 6  # people of a search


@admin.get("/segments", endpoint="segments")
@needs("segments.edit")
def listed() -> str:
    """Every segment as a sentence, with how many people it has."""
    binned = request.args.get("show") == "bin"
    rows = [_row(one) for one in (_binned() if binned else segments.listed())]
    return render_template("crm/desk/segments/list.html", rows=rows, binned=binned, any_binned=bool(_binned()))


def _binned() -> list[Segment]:
    gone = db.select(Segment).where(Segment.binned_at.is_not(None)).order_by(Segment.binned_at.desc()).limit(100)
    return list(db.session.scalars(gone, execution_options={"binned": True}))


def _row(one: Segment) -> dict[str, Any]:
    wrong = segments.problems(one.rule)
    count = None if one.binned_at else segment_counts.of(one)
    return {"code": one.code, "name": _name(one), "count": count, "rule": _said(one.rule), "wrong": wrong[:1]}


def _name(one: Segment) -> str:
    return i18n.pick(one.name, tenancy.tenant().language) or one.code


def _said(rule: Any) -> str:
    try:
        return rule_sentences.sentence(rule)
    except BadRule:
        return ""


@admin.get("/segments/new", endpoint="segment_new")
@needs("segments.edit")
def new() -> Any:
    """A rule to begin with; `from` copies another."""
    if not request.args.get("from"):
        return _page(None, rule_drafts.blank(), "")
    other = segments.named(request.args["from"])
    return _page(None, rule_drafts.of(other.rule), _("%(name)s (copy)", name=_name(other)))


@admin.post("/segments/new", endpoint="segment_make")
@needs("segments.edit")
@once
def make() -> Any:
    """Keep a new one."""
    return _save(None)


@admin.post("/segments/draft", endpoint="segment_draft")
@needs("segments.edit")
def draft() -> Any:
    """The builder with a step taken, and who would be in it; nothing is kept."""
    with web.reading():
        found = rule_drafts.read(request.form, _path())
        return render_template("crm/desk/segments/draft.html", code="", **_told(found))


def _path() -> str:
    """Under which name the rule stands in the form: another when the builder is inside a form of something else."""
    path = request.form.get("rule-path", "rule")
    return path if path.replace("-", "").isalnum() and len(path) < 40 else "rule"


@admin.get("/segments/<code>", endpoint="segment")
@needs("segments.edit")
def show(code: str) -> Any:
    """One of them, whatever is wrong with it."""
    found = segments.named(code)
    return _page(found, rule_drafts.of(found.rule), _name(found))


@admin.post("/segments/<code>", endpoint="segment_save")
@needs("segments.edit")
def save(code: str) -> Any:
    """Keep what was changed."""
    return _save(segments.named(code))


def _save(row: Segment | None) -> Any:
    typed, name = rule_drafts.read(request.form), " ".join(request.form.get("name", "").split())[:80]
    if "rule-do" in request.form:
        db.session.rollback()
        return _page(row, typed, name)
    rule = rule_drafts.rule_of(typed)
    wrong = "" if name else _("Give it a name, so that you find it again.")
    if rule is None or wrong:
        db.session.rollback()
        return _page(row, typed, name, wrong=wrong, status=422)
    kept = row or Segment(code="", name={}, rule={})
    try:
        segments.keep(kept, {**kept.name, tenancy.tenant().language: name}, rule, by=web.person())
    except BadRule as bad:
        db.session.rollback()
        typed.wrong = {"": str(bad)}
        return _page(row, typed, name, status=422)
    flash(_("“%(name)s” is kept.", name=name))
    return redirect(url_for(".segment", code=kept.code), 303)


def _page(row: Segment | None, typed: Draft, name: str, *, wrong: str = "", status: int = 200) -> Any:
    text = request.args.get("q", "").strip()[:120]
    known = {"code": row.code if row else "", "name": name, "wrong_name": wrong, "status": status, "q": text}
    asked = _asked(row, text) if row and text else None
    told = _told(typed, strict=status == 422)
    return render_template("crm/desk/segments/edit.html", **known, asked=asked, **told), status


def _told(typed: Draft, *, strict: bool = False) -> dict[str, Any]:
    """The builder, the rule as a sentence, how many it means and five of them; `strict`: what is empty is wrong."""
    rule = None if typed.wrong else rule_drafts.rule_of(typed)
    if not strict:
        rule_drafts.hush(typed)
    shown = {"tree": rule_builder.shown(typed), "faults": typed.faults}
    if rule is None:
        return {**shown, "found": None}
    some = db.session.scalars(segments.who(rule).limit(SAMPLE)).all()
    count = segments.count(rule) if len(some) == SAMPLE else len(some)
    sample = [{"token": one.token, "name": one.called, "also": one.email or "" if one.name else ""} for one in some]
    return {**shown, "found": {"count": count, "sample": sample, "said": _said(rule)}}


def _asked(row: Segment, text: str) -> list[dict[str, str]]:
    """People of a search, each with the way to why they are in or out."""
    some = db.session.scalars(people.query(text).limit(FOUND))
    return [{"name": one.called, "also": one.email or "", "token": one.token} for one in some]


@admin.get("/segments/<code>/people/<token>", endpoint="segment_why")
@needs("segments.edit")
def why(code: str, token: str) -> Any:
    """Why somebody is in the segment or out: each condition, held or not."""
    found, contact = segments.named(code), _contact(token)
    line = rule_sentences.why(found.rule, segments.Person(contact=contact))
    told = {"name": _name(found), "code": found.code, "person": contact, "line": line}
    return render_template("crm/desk/segments/why.html", **told)


def _contact(token: str) -> Contact:
    found = contacts.by_token(token)
    if found is None:
        raise Missing()
    return found


@admin.post("/segments/<code>/bin", endpoint="segment_bin")
@needs("segments.edit")
def put_away(code: str) -> Any:
    """Into the bin; the toast takes it back."""
    found = segments.named(code)
    segments.put_away(found, by=web.person())
    web.undo(_("“%(name)s” is in the bin.", name=_name(found)), ".segment_back", code=code)
    return redirect(url_for(".segments"), 303)


@admin.post("/segments/<code>/back", endpoint="segment_back")
@needs("segments.edit")
def take_back(code: str) -> Any:
    """Out of the bin."""
    segments.take_back(code, by=web.person())
    return redirect(url_for(".segment", code=code), 303)


def init_app(_app: Flask) -> None:
    """Say who may do what."""
    permissions.define("segments.edit", _l("Make segments of people"), roles=("manager", "marketer"), area="people")
