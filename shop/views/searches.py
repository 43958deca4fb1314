"""What people look for, in the back office: the most searched, what was not found, and what words mean besides."""

from typing import Any

from flask import Flask, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kernel import i18n, tenancy, today, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.web import needs
from shop import categories, figures, search, searches, synonyms
from shop.forms.searches import SynonymForm
from shop.views import admin, desk
from shop.views import figures as plots

PAGE = 50
SHOWS = {"most": _l("Most searched"), "missed": _l("Not found"), "often": _l("Often and not found")}
NOTHING = {
    "most": _l("Nothing was searched in these days."),
    "missed": _l("All that was searched in these days was found."),
    "often": _l("Nothing was asked for often in the last days that the shop does not have."),
}


@admin.get("/searches", endpoint="searches")
@needs("figures.view")
def listed() -> str:
    """One page of what was searched; `word` begins a synonym of it."""
    return _page(SynonymForm(data={"word": request.args.get("word", "")[: synonyms.LONGEST]}))


def _page(form: Any) -> str:
    show = request.values.get("show", "most")
    show = show if show in SHOWS else "most"
    days = searches.LATELY if show == "often" else _days()
    count = searches.size(show, days)
    pages = max(1, -(-count // PAGE))
    page = min(web.page_asked(), pages)
    found = db.session.execute(searches.query(show, days).limit(PAGE).offset((page - 1) * PAGE)).all()
    known = synonyms.every()
    meant = {row.word: row.meaning for row in known}
    return render_template(
        "shop/desk/searches/list.html", rows=[_row(one, meant) for one in found], show=show, days=days, form=form,
        synonyms=known, said=_said(), total=searches.total(days), page=page, pages=pages, nothing=NOTHING[show],
        chips=_chips(show, days), spans=[] if show == "often" else _spans(show),
        page_url=lambda at: url_for(".searches", show=show, days=days, page=at),
    )  # fmt: skip


def _days() -> int:
    """How many days are asked for, in the address or with what is sent."""
    told = request.values.get("days", "")
    return int(told) if told in {str(one) for one in figures.DAYS} else plots.USUAL


def _row(told: Any, meant: dict[str, str]) -> dict[str, Any]:
    words, times, found = told
    missed = not found and words not in meant
    return {
        "words": words, "times": i18n.number(times), "missed": missed, "meaning": meant.get(words, ""),
        "guess": search.guess(words) if missed else "", "url": web.shop_url("shop.search", q=words),
    }  # fmt: skip


def _chips(show: str, days: int) -> list[dict[str, Any]]:
    kept = _days()
    return [
        {"label": label, "url": url_for(".searches", show=name, days=kept), "active": name == show,
         "count": searches.size(name, searches.LATELY if name == "often" else kept)}
        for name, label in SHOWS.items()
    ]  # fmt: skip


def _spans(show: str) -> list[dict[str, Any]]:
    return [
        {"label": _("%(days)s days", days=one), "url": url_for(".searches", show=show, days=one),
         "active": one == _days()}
        for one in figures.DAYS
    ]  # fmt: skip


def _said() -> list[str]:
    """What a synonym may mean, to choose from: the names of the shelves."""
    own = tenancy.tenant().language
    return [i18n.pick(one.name, own) for one in categories.all_()]


@admin.post("/searches/synonyms", endpoint="synonym_keep")
@needs("products.edit")
def keep() -> Any:
    """Let a word mean another one, too."""
    form = SynonymForm(request.form)
    if not form.validate():
        if not web.may("figures.view"):
            abort(404)
        return _page(form), 422
    word, meaning = str(form.word.data), str(form.meaning.data)
    before = synonyms.keep(word, meaning, by=web.person())
    told = _("Who searches “%(word)s” is shown “%(meaning)s”, too.", word=word, meaning=meaning)
    if before:
        web.undo(told, ".synonym_keep", fields={"word": word, "meaning": before, **_here()})
    else:
        web.undo(told, ".synonym_drop", fields={"word": word, **_here()})
    return _back()


@admin.post("/searches/synonyms/removal", endpoint="synonym_drop")
@needs("products.edit")
def drop() -> Response:
    """Let it mean nothing else any more."""
    word = request.form.get("word", "")[: synonyms.LONGEST]
    before = synonyms.drop(word, by=web.person())
    if before:
        fields = {"word": word, "meaning": before, **_here()}
        web.undo(_("“%(word)s” means nothing else any more.", word=word), ".synonym_keep", fields=fields)
    else:
        flash(_("That is gone already."))
    return _back()


def _here() -> dict[str, str]:
    """What the list was asked for, which a step keeps."""
    return {name: value[:8] for name in ("show", "days") if (value := request.form.get(name, ""))}


def _back() -> Response:
    here: dict[str, Any] = _here()
    return redirect(url_for(".searches", **here), 303)


def init_app(_app: Flask) -> None:
    """Show on the first page what is asked for often and not found."""
    today.line(
        "searches.missed", _l("Searched often and not found"), lambda: searches.query("often", searches.LATELY),
        order=70, icon="search", permission="figures.view",
        list_url=lambda: desk.link("shop_admin.searches", show="often"),
    )  # fmt: skip
