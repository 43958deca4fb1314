"""Opening a shop with five fields: for a newcomer with an account, for somebody logged in as another shop of theirs."""

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kernel import account_letters, accounts, countries, i18n, limits, origins, passwords, signing, signup, web
from kernel.account_forms import ShopForm, SignupForm
from kernel.signup import Wish
from kernel.views import asking, install

RULE = "20/hour;60/day"
TO_ONE_ADDRESS = "4/hour;10/day"  # whoever has an account hears of each try by letter


@install.get("/signup")
def new_shop() -> str:
    """The five fields."""
    return _asked(_form(country=_guessed()))


@install.post("/signup")
def open_shop() -> Any:
    """Open the shop. An address that has an account hears the same; a letter tells its owner."""
    form = _form()
    if not form.validate():
        return _asked(form), 422
    limits.check("signup", limits.network(request.remote_addr), RULE)
    wish = Wish(form.name.data, form.country.data, form.phone.data)
    if (known := web.person()) is not None:
        shop = signup.open_shop(wish, known)
        return redirect(f"/admin/{shop.slug}/", 303)
    limits.check("signup-address", form.email.data, TO_ONE_ADDRESS)
    with web.reading():
        password_hash = passwords.hashed(form.password.data)
    return _newcomer(wish, form.email.data, password_hash)


@install.get("/signup/welcome")
def welcome() -> Any:
    """Into the new shop; without one, that a letter tells how to go on."""
    return redirect(url_for(".shops"), 303) if web.person() else render_template("kernel/signup/letter.html")


def _newcomer(wish: Wish, email: str, password_hash: str) -> Response:
    answer = redirect(url_for(".welcome"), 303)
    if accounts.by_email(email) is not None:
        account_letters.later("taken", email)
        origins.set_cookie(answer, asking.COOKIE, signing.token() + signing.token(), days=asking.DAYS)  # type: ignore[arg-type]
        return answer
    account = accounts.create(email=email, password_hash=password_hash, language=i18n.language())
    signup.open_shop(wish, account)
    account_letters.later("welcome", account.id)
    return asking.enter(answer, account)


def _form(**values: Any) -> Any:
    return (ShopForm if web.person() else SignupForm).of_request(**values)


def _guessed() -> str:
    spoken = (tag.replace("_", "-").split("-") for tag in request.accept_languages.values())
    places = (parts[-1].upper() for parts in spoken if len(parts) > 1)
    return next((place for place in places if place in countries.OURS), "")


def _asked(form: Any) -> str:
    return render_template("kernel/signup/new.html", form=form)
