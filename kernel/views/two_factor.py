"""Two-step log-in: the code that is asked for after the password, and turning it on and off on one's own account."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from kernel import account_letters, limits, origins, qr, settings, tokens, two_factor, web
from kernel.account_forms import CodeForm, PasswordForm
from kernel.accounts import Account
from kernel.i18n import _, ngettext
from kernel.views import accounts as own
from kernel.views import asking, install
from kernel.views.confirmations import mine

TRIES = "6/15 minutes;30/day"
PRIVATE = {"Cache-Control": "private, no-store"}


@install.get("/login/code")
def second_step() -> Any:
    """The code, of who gave the right password."""
    return _asked(CodeForm()) if asking.halfway() else _again()


@install.post("/login/code")
def second_step_taken() -> Any:
    """Let them in; a code that was taken is good for nobody else."""
    halfway, form = asking.halfway(), _code()
    if halfway is None:
        return _again()
    row, account = halfway
    if not form.validate() or not (told := taken(account, form)):
        return _asked(form), 422
    tokens.use("second", origins.cookie(asking.HALFWAY))
    if told == "paper":
        left = len(account.recovery_hashes)
        flash(ngettext("You came in with a code from your paper: %(num)s is left.",
                       "You came in with a code from your paper: %(num)s are left.", left))  # fmt: skip
    answer = redirect(web.local(row.data["next"], url_for(".shops")), 303)
    origins.drop_cookie(answer, asking.HALFWAY)  # type: ignore[arg-type]
    return asking.enter(answer, account, sure=True)


@install.get("/account/two-factor")
def steps() -> Any:
    """How it stands, and the next step."""
    return _page(), PRIVATE


@install.post("/account/two-factor/begin")
def steps_begin() -> Any:
    """Show the app's secret to who knows the password."""
    known, form = mine(), PasswordForm.of_request()
    if two_factor.on(known):
        return redirect(url_for(".steps"), 303)
    if asking.unproved(known):
        return asking.prove(url_for(".steps"))
    if not form.validate() or not own.is_me(form):
        return (_page(word=form), 422, PRIVATE)
    two_factor.begin(mine())
    return redirect(url_for(".steps"), 303)


@install.post("/account/two-factor")
def steps_confirm() -> Any:
    """Turn it on with the app's first code, and show the codes for the paper, this once."""
    known, form = mine(), _code()
    if two_factor.on(known):
        return redirect(url_for(".steps"), 303)
    if asking.unproved(known):
        return asking.prove(url_for(".steps"))
    if not two_factor.secret(known):
        flash(_("That took too long: begin once more."))
        return redirect(url_for(".steps"), 303)
    if not form.validate():
        return (_page(code=form), 422, PRIVATE)
    _count(known)
    try:
        made = two_factor.confirm(known, form.code.data, keep=asking.session())
    except two_factor.WrongCode as refusal:
        form.code.errors = [str(refusal)]
        return (_page(code=form), 422, PRIVATE)
    account_letters.later("second_step", known.id, True, two_factor.way_back(known))
    return _page(paper=made), PRIVATE


@install.post("/account/two-factor/codes")
def steps_codes() -> Any:
    """New codes for the paper; the older ones end."""
    known, form = mine(), _code()
    if not form.validate() or not taken(known, form):
        return (_page(code=form), 422, PRIVATE)
    return _page(paper=two_factor.codes(known)), PRIVATE


@install.post("/account/two-factor/off")
def steps_off() -> Any:
    """Ask for the password only, from now on."""
    known, form = mine(), _code()
    if not form.validate() or not taken(known, form):
        return (_page(code=form), 422, PRIVATE)
    two_factor.off(known)
    account_letters.later("second_step", known.id, False, "")
    flash(_("Two-step log-in is off."))
    return redirect(url_for(".account"), 303)


def _code() -> Any:
    return CodeForm.of_request()


def taken(account: Account, form: Any) -> str:
    """Where the code came from, `app` or `paper`; '' and an error at its field when it does not fit."""
    _count(account)
    try:
        return "paper" if two_factor.take(account, form.code.data) else "app"
    except two_factor.WrongCode as refusal:
        form.code.errors = [str(refusal)]
        return ""


def _count(account: Account) -> None:
    limits.check("second-step", str(account.id), TRIES)


def _again() -> Response:
    flash(_("That took too long: log in once more."))
    return redirect(url_for(".login"), 303)


def _asked(form: Any) -> str:
    return render_template("kernel/sessions/code.html", form=form)


def _page(*, word: Any = None, code: Any = None, paper: list[str] | None = None) -> str:
    known = mine()
    secret = two_factor.secret(known)
    link = two_factor.address(known, _house()) if secret else ""
    return render_template(
        "kernel/accounts/two_factor.html", account=known, on=two_factor.on(known), paper=paper,
        left=len(known.recovery_hashes), secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        square=qr.inline(link, border=2) if link else "", word=word or PasswordForm(),
        code=code or CodeForm(formdata=None), link=link, unproved=asking.unproved(known),
    )  # fmt: skip


def _house() -> str:
    return f"Plaza {settings.current().host.partition(':')[0]}"
