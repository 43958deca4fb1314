"""The letters of the shop: to whom, in which state, and what each one says; one that failed is sent again."""

from typing import Any

from flask import Flask, flash, g, redirect, render_template, request, url_for

from kernel import about, journal, letter_list, letters, menu, permissions, settings, tenancy, today, web
from kernel.i18n import _, _l
from kernel.views import admin, letter_frame
from kernel.web import needs


@admin.get("/letters", endpoint="letters")
@needs("letters.view")
def index() -> str:
    """One page of a filter."""
    name, text, number = request.args.get("show", "all"), request.args.get("q", "").strip()[:120], web.page_asked()
    rows, pages = letter_list.page(name, text, number)
    here = min(number, pages)
    return render_template(
        "kernel/letters/list.html", rows=rows, told=about.of(rows), states=letter_list.STATES, q=text,
        page=here, pages=pages, before=_link(here - 1, here > 1), after=_link(here + 1, here < pages),
        show=name, chips=_chips(name, text), relay=bool(settings.current().smtp_url),
        any=bool(rows) or bool(letter_list.count("all")),
    )  # fmt: skip


def _link(number: int, there: bool) -> str:
    return web.page_url("kernel_admin.letters", number) if there else ""


def _chips(active: str, text: str) -> list[dict[str, Any]]:
    return [
        {
            "label": label, "active": name == active, "count": letter_list.count(name) if name == "failed" else None,
            "url": url_for("kernel_admin.letters", show=name, q=text or None),
        }
        for name, (label, _query) in letter_list.FILTERS.items()
    ]  # fmt: skip


@admin.get("/letters/<token>", endpoint="letter")
@needs("letters.view")
def show(token: str) -> str:
    """One letter as its reader gets it, in a frame of the shop; without a relay also one's own private ones."""
    row = letters.named(token)
    g.shop_origins = {web.shop_base(tenancy.tenant())}
    mine = row.to.lower() == web.person().email and not settings.current().smtp_url
    frame = web.shop_url("kernel.letter_frame", token=letter_frame.token(row, mine)) if mine or not row.private else ""
    return render_template(
        "kernel/letters/show.html", row=row, state=letter_list.STATES[row.state], frame=frame,
        told=about.of([row]).get((row.about_kind, row.about_id)), relay=bool(settings.current().smtp_url),
    )  # fmt: skip


@admin.post("/letters/<token>/sending", endpoint="send_letter")
@needs("letters.send")
def again(token: str) -> Any:
    """Send a letter once more that could not be sent."""
    row = letters.named(token)
    letters.again(row)
    journal.write("letter.again", about=row, by=web.person(), data={"to": row.to, "subject": row.subject})
    flash(_("It goes out again in a moment."))
    return redirect(url_for("kernel_admin.letter", token=token), 303)


def _called(ids: Any) -> dict[int, about.Told]:
    rows = letter_list.by_ids(ids)
    return {row.id: about.Told(row.subject, about.page("kernel_admin.letter", token=row.token)) for row in rows}


def init_app(_app: Flask) -> None:
    """Put the letters into the rail; say who may read and send them."""
    permissions.define(
        "letters.view", _l("Read the shop's letters"), roles=("manager", "marketer", "clerk"), area="write"
    )
    permissions.define("letters.send", _l("Send a letter again"), roles=("manager", "clerk"), area="write")
    journal.kind("letter.again", _l("Sent a letter to %(to)s again"))
    about.kind("letter", _called)
    menu.entry(
        60, _l("Letters"), "kernel_admin.letters", icon="letters", permission="letters.view",
        match=("kernel_admin.letter",), spare=True, group="selling", short=_l("E-mails"),
        hint=_l("What the shop wrote to whom, and what could not be sent"),
    )  # fmt: skip
    today.line(
        "letters", _l("Letters that could not be sent"), lambda: letter_list.query("failed"), icon="letters", order=80,
        list_url=lambda: url_for("kernel_admin.letters", show="failed"), permission="letters.view",
    )  # fmt: skip
