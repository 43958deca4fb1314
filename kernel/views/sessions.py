"""The way in and out of the back office: log-in, log-out, and which shop to open."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from kernel import accounts, limits, memberships, origins, passkeys, sessions, web
from kernel.account_forms import LoginForm
from kernel.i18n import _
from kernel.views import asking, install

FROM_ONE_PLACE = "20/minute;100/hour"
TO_ONE_ADDRESS = "10/15 minutes"


@install.get("/login")
def login() -> Any:
    """The way in."""
    wanted = request.args.get("next", "")
    if web.person() is not None:
        return redirect(web.local(wanted, home()), 303)
    return _asked(LoginForm(data={"next": web.local(wanted, "")}))


@install.post("/login")
def enter() -> Any:
    """Let the person in; who is unknown and who mistyped hear the same, after the same work."""
    form: Any = LoginForm.of_request()
    if not form.validate():
        return _asked(form), 422
    limits.check("login", limits.network(request.remote_addr), FROM_ONE_PLACE)
    limits.check("login-address", form.email.data, TO_ONE_ADDRESS)
    with web.reading():
        known = accounts.recognised(form.email.data, form.password.data)
    if known is None or not accounts.welcome(known):
        form.password.errors = [_("E-mail and password do not fit together. Try again or choose a new password.")]
        return _asked(form), 422
    return asking.enter(redirect(web.local(form.next.data, home()), 303), accounts.get(known.id))


@install.post("/logout")
def logout() -> Response:
    """End this session."""
    sessions.end("staff", origins.cookie(asking.COOKIE))
    answer = redirect(url_for(".login"), 303)
    origins.drop_cookie(answer, asking.COOKIE)  # type: ignore[arg-type]
    flash(_("You are logged out."))
    return answer


@install.get("/shops")
@login_required  # type: ignore[untyped-decorator]
def shops() -> Any:
    """Choose which shop to open."""
    mine = memberships.shops_of(web.person().id)
    if len(mine) == 1 and "all" not in request.args:
        return redirect(f"/admin/{mine[0][0].slug}/", 303)
    return render_template("kernel/sessions/shops.html", shops=mine, role_labels=memberships.ROLE_LABELS)


def home() -> str:
    """Where somebody who logs in goes: their only shop, else the choice."""
    return url_for("kernel_install.shops")


def asked(*, next: str = "", wrong: str = "") -> str:  # noqa: A002
    """The way in once more, with what was wrong about another way."""
    return _asked(LoginForm(formdata=None, data={"next": next}), wrong=wrong)


def _asked(form: LoginForm, *, wrong: str = "") -> str:
    return render_template("kernel/sessions/login.html", form=form, wrong=wrong, keys=passkeys.possible())
