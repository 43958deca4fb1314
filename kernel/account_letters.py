"""Letters about somebody's own account: written by a job, so that known and unknown addresses take the same way.

An account belongs to no shop, a letter does: it goes out in the shop where the person works, else where they did last.
It carries a key, so nobody else reads it in the back office.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from kernel import accounts, jobs, letters, passkey_rows, settings, tenancy, tokens, transactions, web
from kernel.accounts import Account
from kernel.db import db
from kernel.i18n import _, speak
from kernel.memberships import Membership


def later(name: str, *args: Any) -> None:
    """Have a letter written by the job of that name."""
    with tenancy.system():
        jobs.later(f"accounts.{name}", *args, priority=0)


@jobs.job("accounts.welcome")
def welcome(account_id: int) -> None:
    """To a new owner: that the shop is open, and the button that shows that the address is theirs."""
    _write(accounts.get(account_id), "welcome", _welcome)


@jobs.job("accounts.confirm")
def confirm(account_id: int) -> None:
    """The button that shows that the address is theirs, once more."""
    _write(accounts.get(account_id), "confirm", _confirm)


@jobs.job("accounts.reset")
def reset(email: str) -> None:
    """The way to a new password, when that address has an account."""
    known = accounts.by_email(email)
    if known is not None:
        _write(known, "reset", _reset, key="reset")


@jobs.job("accounts.taken")
def taken(email: str) -> None:
    """To somebody whose address was used for an account that they have already."""
    known = accounts.by_email(email)
    if known is not None:
        _write(known, "taken", _taken)


@jobs.job("accounts.new_address")
def new_address(account_id: int, email: str) -> None:
    """To the new address: the button that makes it theirs; to its owner when another person has it."""
    if accounts.by_email(email) is not None:
        return taken(email)
    return _write(
        accounts.get(account_id), "new_address", lambda known: _new_address(known, email), key="email", to=email
    )


@jobs.job("accounts.changed", former=lambda account_id, _what, to: (account_id, to))
def changed(account_id: int, to: str) -> None:
    """That the password changed, in case it was somebody else."""
    _write(accounts.get(account_id), "changed", _changed, to=to)


@jobs.job("accounts.moved")
def moved(account_id: int, to: str, back: str) -> None:
    """To the address before: that another one opens the account now, and the way back."""
    _write(accounts.get(account_id), "moved", lambda _known: _moved(back), to=to)


@jobs.job("accounts.second_step")
def second_step(account_id: int, begun: bool, back: str) -> None:
    """That two-step log-in was turned on, with the way back, or off."""
    _write(accounts.get(account_id), "second_step", lambda known: _step_on(back) if begun else _step_off(known))


@jobs.job("accounts.passkey")
def passkey(account_id: int, name: str, back: str) -> None:
    """That a passkey was added, with the way back, or, without one, removed."""
    _write(accounts.get(account_id), "passkey", lambda _known: _key_added(name, back) if back else _key_removed(name))


@jobs.job("accounts.lost")
def lost(account_id: int, back: str) -> None:
    """To who has no passkey any more: the button that ends all of them."""
    _write(accounts.get(account_id), "passkeys_lost", lambda _known: _keys_lost(back), key="back")


@jobs.job("accounts.copied")
def copied(account_id: int, name: str) -> None:
    """That a passkey was stopped, because two devices answered with it."""
    _write(accounts.get(account_id), "copied", lambda _known: _key_copied(name))


def home(account_id: int) -> int | None:
    """The shop where that person works, else where they did last."""
    rows = select(Membership.tenant_id).where(Membership.account_id == account_id)
    ended = Membership.ended_at
    return db.session.scalar(rows.order_by(ended.is_not(None), ended.desc(), Membership.id).limit(1))


def _write(
    account: Account, kind: str, told: Callable[[Account], dict[str, Any]], *, key: str = "", to: str = ""
) -> None:
    """`key`: the purpose of its token, without which the letter is good for nothing."""
    with transactions.reading():  # nothing is held when the shop's own turn begins
        place, account_id, language = home(account.id), account.id, account.language
    if place is None:
        return

    def write() -> None:
        known = accounts.get(account_id)
        with speak(language, tenancy.tenant().country):
            data = told(known) | {"host": settings.current().host}
        letters.write(
            "mail/kernel/account", to=to or known.email, to_name=known.name, kind=f"account.{kind}",
            language=language, data=data, private=True, not_after=tokens.end(key) if key else None,
        )  # fmt: skip

    with tenancy.use(place):
        transactions.retry_free(write)


def _welcome(account: Account) -> dict[str, Any]:
    name = tenancy.tenant().name
    return _confirm(account) | {
        "subject": _("%(shop)s is open", shop=name),
        "heading": _("%(shop)s is open", shop=name),
        "lead": _("Your shop can be visited and sells from now on. Confirm your address, so that its letters go out."),
    }


def _confirm(account: Account) -> dict[str, Any]:
    secret = tokens.make("confirm", email=account.email, account_id=account.id)
    return {
        "subject": _("Confirm your address"),
        "heading": _("Is this your address?"),
        "lead": _("Confirm it, so that the letters of your shop go out."),
        "button_label": _("Confirm my address"),
        "button_url": web.install_url("kernel_install.confirm", token=secret),
        "more": _("The button works for seven days. If you did not open a shop, do nothing."),
    }


def _reset(account: Account) -> dict[str, Any]:
    secret = tokens.make("reset", email=account.email, account_id=account.id)
    return {
        "subject": _("Choose a new password"),
        "heading": _("Choose a new password"),
        "lead": _("Somebody, hopefully you, asked for it."),
        "button_label": _("Choose a new password"),
        "button_url": web.install_url("kernel_install.reset_choose", token=secret),
        "more": _("The button works once, for one hour. If it was not you, do nothing: your password stays as it is."),
    }


def _taken(_account: Account) -> dict[str, Any]:
    return {
        "subject": _("You have an account already"),
        "heading": _("You have an account already"),
        "lead": _("Somebody, hopefully you, used this address at Plaza. Log in with it: one account opens all shops."),
        "button_label": _("Log in"),
        "button_url": web.install_url("kernel_install.login"),
        "more": _("Is the password lost? Choose a new one there. If it was not you, do nothing."),
    }


def _new_address(account: Account, email: str) -> dict[str, Any]:
    secret = tokens.make("email", email=email, account_id=account.id)
    return {
        "subject": _("Confirm your new address"),
        "heading": _("Is this your new address?"),
        "lead": _("From then on you log in with it instead of %(email)s.", email=account.email),
        "button_label": _("Use this address"),
        "button_url": web.install_url("kernel_install.email_confirm", token=secret),
        "more": _("The button works for one day. If it was not you, do nothing."),
    }


def _changed(account: Account) -> dict[str, Any]:
    return {
        "subject": _("Your password was changed"),
        "heading": _("Your password was changed"),
        "lead": _("Was it you? Then there is nothing to do."),
        "button_label": _("It was not me"),
        "button_url": web.install_url("kernel_install.reset"),
        "more": _("If it was not you, choose a new password at once: every open session ends with it.")
        + _passkeys_stay(account),
    }


def _moved(back: str) -> dict[str, Any]:
    return {
        "subject": _("Your address was changed"),
        "heading": _("Your address was changed"),
        "lead": _("Another address opens your account now. Was it you? Then there is nothing to do."),
        "button_label": _("It was not me"),
        "button_url": web.install_url("kernel_install.email_back", token=back),
        "more": _("The button works once, for seven days: this address is yours again, every open session ends, and "
                  "you choose a new password."),
    }  # fmt: skip


def _step_on(back: str) -> dict[str, Any]:
    return {
        "subject": _("Two-step log-in is on"),
        "heading": _("Two-step log-in is on"),
        "lead": _("From now on a code of your phone is asked for after the password. Was it you? Then there is nothing "
                  "to do."),
        "button_label": _("It was not me"),
        "button_url": web.install_url("kernel_install.email_back", token=back),
        "more": _("The button works once, for seven days: it turns the second step off, every open session ends, and "
                  "you choose a new password."),
    }  # fmt: skip


def _step_off(account: Account) -> dict[str, Any]:
    return {
        "subject": _("Two-step log-in is off"),
        "heading": _("Two-step log-in is off"),
        "lead": _("From now on the password alone opens your account. Was it you? Then there is nothing to do."),
        "button_label": _("It was not me"),
        "button_url": web.install_url("kernel_install.reset"),
        "more": _("If it was not you, choose a new password at once: every open session ends with it.")
        + _passkeys_stay(account),
    }


def _passkeys_stay(account: Account) -> str:
    """A password opens an account, and so do these: they are told beside it."""
    names = passkey_rows.names(account.id)
    return " " + _("These passkeys open your account as before: %(names)s.", names=names) if names else ""


def _key_added(name: str, back: str) -> dict[str, Any]:
    return {
        "subject": _("A passkey was added"),
        "heading": _("A passkey was added"),
        "lead": _("“%(name)s” opens your account from now on, without password and code. Was it you? Then there is "
                  "nothing to do.", name=name),
        "button_label": _("It was not me"),
        "button_url": web.install_url("kernel_install.email_back", token=back),
        "more": _("The button works once, for seven days: it removes the passkey, every open session ends, and you "
                  "choose a new password."),
    }  # fmt: skip


def _key_removed(name: str) -> dict[str, Any]:
    return {
        "subject": _("A passkey was removed"),
        "heading": _("A passkey was removed"),
        "lead": _("“%(name)s” no longer opens your account. Was it you? Then there is nothing to do.", name=name),
        "button_label": _("It was not me"),
        "button_url": web.install_url("kernel_install.reset"),
        "more": _("If it was not you, choose a new password at once: every open session ends with it."),
    }


def _keys_lost(back: str) -> dict[str, Any]:
    return {
        "subject": _("If you have no passkey any more"),
        "heading": _("If you have no passkey any more"),
        "lead": _("Somebody who knows your password said that they have no passkey any more. Was it you? "
                  "Then press the button."),
        "button_label": _("Remove all passkeys"),
        "button_url": web.install_url("kernel_install.email_back", token=back),
        "more": _("Every open session ends, and you choose a new password. If it was not you, do not press it and "
                  "choose a new password at once: somebody knows yours."),
    }  # fmt: skip


def _key_copied(name: str) -> dict[str, Any]:
    return {
        "subject": _("A passkey was stopped"),
        "heading": _("A passkey was stopped"),
        "lead": _("Two devices answered with “%(name)s”: somebody may have copied it. It opens nothing any more, and "
                  "every open session ended.", name=name),
        "button_label": _("Your passkeys"),
        "button_url": web.install_url("kernel_install.passkeys_page"),
        "more": _("Log in with your password, remove that passkey and add a new one."),
    }  # fmt: skip
