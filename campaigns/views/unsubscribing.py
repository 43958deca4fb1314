"""The way out of letters: a page with one button, the same address for mailbox providers, and the way back."""

from typing import Any

from flask import Flask, Response, current_app, flash, redirect, render_template, request, url_for

from campaigns import unsubscribing
from campaigns.recipients import Recipient
from campaigns.views import store
from kernel import origins
from kernel.i18n import _

ONE_CLICK = ("List-Unsubscribe", "One-Click")  # RFC 8058


@store.get("/u/<token>", endpoint="unsubscribe")
def show(token: str) -> Response:
    """What the button does, or that it was done; whoever looks, a scanner of links too, changes nothing."""
    row = unsubscribing.letter(token)
    state = "final" if unsubscribing.final(row) else "left" if unsubscribing.left(row) else "in"
    page = render_template(
        "campaigns/unsubscribe.html", token=token, state=state, address=_hidden(row.email), preferences=_choices(row),
        undo=state == "left" and unsubscribing.undoable(row),
    )  # fmt: skip
    return _private(page)


def _private(page: str) -> Response:
    answer = Response(page, content_type="text/html; charset=utf-8")
    answer.headers["Cache-Control"], answer.headers["Referrer-Policy"] = "private, no-store", "same-origin"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _hidden(email: str) -> str:
    """Enough of an address to know it by: letters are handed on."""
    name, _sign, host = email.partition("@")
    return f"{name[:1]}•••@{host}" if host else ""


def _choices(row: Recipient) -> str:
    """The page of everything one may choose, while the person is still known."""
    token = unsubscribing.person(row)
    return url_for("crm.preferences", token=token) if token and "crm.preferences" in current_app.view_functions else ""


@store.post("/u/<token>", endpoint="unsubscribe_done")
def leave(token: str) -> Any:
    """End the letters: for the person who pressed the button, and for the mailbox that does it for them."""
    unsubscribing.leave(unsubscribing.letter(token), ip=request.remote_addr or "")
    name, value = ONE_CLICK
    if request.form.get(name) == value:
        return Response(_("Done: no more letters."), content_type="text/plain; charset=utf-8")
    return redirect(url_for("campaigns.unsubscribe", token=token), 303)


@store.post("/u/<token>/undo", endpoint="unsubscribe_undo")
def undo(token: str) -> Any:
    """It was a mistake: as before, while it has just happened."""
    if unsubscribing.stay(unsubscribing.letter(token), ip=request.remote_addr or ""):
        flash(_("Good: you will go on receiving our letters."), "message")
    else:
        flash(_("That can no longer be undone here. Sign up again, and we will write to you to confirm it."), "error")
    return redirect(url_for("campaigns.unsubscribe", token=token), 303)


def init_app(_app: Flask) -> None:
    """The letter's token is the authority: mailbox providers have no cookie and are no page of ours."""
    origins.foreign_ok("campaigns.unsubscribe_done")
