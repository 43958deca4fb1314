"""Passkeys: log-in with one, and adding, naming and removing those of one's own account."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kernel import account_letters, accounts, limits, origins, passkey_rows, passkeys, tokens, web
from kernel.account_forms import KeyNameForm, NewKeyForm
from kernel.i18n import _
from kernel.passkey_rows import Passkey
from kernel.views import accounts as own
from kernel.views import asking, install
from kernel.views.confirmations import mine
from kernel.views.sessions import FROM_ONE_PLACE, asked, home

QUESTION, NEW = "passkey", "new_passkey"  # the cookies of which a question is made
PRIVATE = {"Cache-Control": "private, no-store"}
CHANGES = "30/hour"


@install.post("/login/passkey/begin")
def passkey_ask() -> Response:
    """What the script of the log-in page asks the browser's keys for."""
    limits.check("passkey-question", limits.network(request.remote_addr), FROM_ONE_PLACE)
    _ready()
    return _json(QUESTION, *passkeys.question())


@install.post("/login/passkey")
def passkey_enter() -> Any:
    """Let in whose key answered; whatever is wrong with an answer is told in one sentence."""
    limits.check("passkey", limits.network(request.remote_addr), FROM_ONE_PLACE)
    secret, answer = origins.cookie(QUESTION), request.form.get("answer", "")
    try:
        with web.reading():
            known = passkeys.recognised(secret, answer)
        row = passkeys.welcome(secret, known)
    except passkeys.Unknown as refusal:
        return _refused(secret, str(refusal))
    if row.copied_at:
        account_letters.later("copied", row.account_id, row.name)
        return _refused(secret, str(passkeys.Unknown()))
    there = redirect(web.local(request.form.get("next", ""), home()), 303)
    origins.drop_cookie(there, QUESTION)  # type: ignore[arg-type]
    return asking.enter(there, accounts.get(row.account_id), sure=True)


@install.get("/account/passkeys")
def passkeys_page() -> Any:
    """Those of one's own account, and a new one."""
    return _page(), PRIVATE


@install.post("/account/passkeys/begin")
def passkey_begin() -> Any:
    """What the script asks the browser for, of who knows the password."""
    if asking.unproved(mine()):
        return _first()
    _ready()
    form: Any = NewKeyForm.of_request()
    if not form.validate() or not own.is_me(form):
        return _page(form=form), 422, PRIVATE
    session = asking.session()
    assert session is not None
    secret, asked_for = passkeys.begin(mine(), form.name.data, session)
    answer = make_response(render_template("kernel/accounts/passkey_add.html", asked=asked_for, name=form.name.data))
    origins.set_cookie(answer, NEW, secret, days=_days(NEW))
    answer.headers.extend(PRIVATE)
    return answer


@install.post("/account/passkeys")
def passkey_add() -> Any:
    """Keep the key that the browser made."""
    mine()
    _ready()
    known, session, secret = mine(), asking.session(), origins.cookie(NEW)
    assert session is not None
    if asking.unproved(known):
        return _first()
    limits.check("new-passkey", str(known.id), CHANGES)
    try:
        row = passkeys.add(known, secret, request.form.get("answer", ""), session)
    except passkeys.NotAdded as refusal:
        tokens.spend(secret)
        return _page(wrong=str(refusal)), 422, PRIVATE
    account_letters.later("passkey", known.id, row.name, passkeys.way_back(known, row))
    flash(_("The passkey is added: log in with it next time."))
    answer = redirect(url_for(".passkeys_page"), 303)
    origins.drop_cookie(answer, NEW)  # type: ignore[arg-type]
    return answer


@install.post("/account/passkeys/<token>/name")
def passkey_name(token: str) -> Any:
    """Call it something else."""
    row, form = passkeys.mine(mine(), token), KeyNameForm.of_request()
    if not form.validate():
        return _page(named=(row, form)), 422, PRIVATE
    row.name = form.data["name"]
    flash(_("Kept."))
    return redirect(url_for(".passkeys_page"), 303)


@install.post("/account/passkeys/<token>/removal")
def passkey_remove(token: str) -> Response:
    """It opens nothing any more, and every other session ends; the toast takes it back."""
    known = mine()
    if asking.unproved(known):
        return _first()
    row = passkeys.remove(known, token, keep=asking.session())
    account_letters.later("passkey", known.id, row.name, "")
    told = _("“%(name)s” is removed. Every other session has ended.", name=row.name)
    web.undo(told, "kernel_install.passkey_return", token=token)
    return redirect(url_for(".passkeys_page"), 303)


@install.post("/account/passkeys/<token>/return")
def passkey_return(token: str) -> Response:
    """Take a removal back; that is told by letter like a new one."""
    known = mine()
    if asking.unproved(known):
        return _first()
    row = passkeys.take_back(known, token)
    account_letters.later("passkey", known.id, row.name, passkeys.way_back(known, row))
    flash(_("“%(name)s” opens your account again.", name=row.name))
    return redirect(url_for(".passkeys_page"), 303)


def _first() -> Response:
    return asking.prove(url_for(".passkeys_page"))


def _ready() -> None:
    with web.reading():
        passkeys.ready()


def _refused(secret: str, told: str) -> Any:
    tokens.spend(secret)
    return asked(next=web.local(request.form.get("next", ""), ""), wrong=told), 422


def _json(cookie: str, secret: str, told: str) -> Response:
    answer = make_response(told, 200, {"Content-Type": "application/json"} | PRIVATE)
    origins.set_cookie(answer, cookie, secret, days=_days(cookie))
    return answer


def _days(purpose: str) -> float:
    return tokens.LIFE[purpose].total_seconds() / 86400


def _page(*, form: Any = None, wrong: str = "", named: tuple[Passkey, Any] | None = None) -> str:
    known = mine()
    new = form or NewKeyForm(formdata=None, data={"name": own.agent(str(request.user_agent))})
    return render_template(
        "kernel/accounts/passkeys.html", form=new, wrong=wrong, keys=[_told(row) for row in passkey_rows.of(known.id)],
        possible=passkeys.possible(), named=named, unproved=asking.unproved(known),
    )  # fmt: skip


def _told(row: Passkey) -> dict[str, Any]:
    used = row.used_at and own.day(row.used_at)
    told = {"token": row.token, "name": row.name, "copied": row.copied_at, "used": used}
    return {**told, "added": own.day(row.created_at)}
