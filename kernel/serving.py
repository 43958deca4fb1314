"""What runs an install: the web application, the worker, what must be ready before them, and a welcome."""

import os
import threading
from functools import lru_cache
from importlib import import_module

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import configure_mappers

from kernel import (
    account_letters,
    accounts,
    domains,
    i18n,
    leaving,
    mail,
    migrations,
    passkey_rows,
    passwords,
    phones,
    processes,
    signup,
    tenancy,
    transactions,
    two_factor,
    worker,
)
from kernel.app import Plaza, create_app
from kernel.db import db
from kernel.refusal import Missing
from kernel.settings import Settings


@lru_cache(maxsize=1)
def load() -> Plaza:
    """The application with all that it needs, made once: who is forked afterwards shares it. It has no connection."""
    processes.thrifty()
    app = create_app()
    configure_mappers()  # else whoever comes first waits for it, and everybody behind them
    processes.settle()
    return app


def wsgi() -> Plaza:
    """The application for one process of the web server, which ends with its parent."""
    processes.follow_parent(os.getppid())
    processes.called("plaza pages")
    return load()


def work() -> None:
    """Run jobs and send letters until asked to stop."""
    processes.follow_parent()
    processes.called("plaza worker")
    stop, app = processes.stop_on_signals(), load()
    sender = threading.Thread(target=mail.run, args=(app, stop), name="mail")  # no long mailing keeps a job waiting
    sender.start()
    worker.run(app, stop)
    sender.join()


def prepare(demo: bool) -> Flask:
    """The application with its database up to date and, when no other shop is there yet, the demo world."""
    app = create_app()
    migrations.upgrade(app)
    if demo and import_module("demo.loader").wanted(app):
        load_demo(app)
    return app


def load_demo(app: Flask) -> None:
    """Fill the install with the demo world."""
    import_module("demo.loader").load(app)


def shops(app: Flask) -> list[tuple[str, str, str]]:
    """Name and slug of every shop, and its own host or ''."""
    return [(name, slug, own) for name, slug, own, _sells in _shops(app)]


def _shops(app: Flask) -> list[tuple[str, str, str, bool]]:
    with app.app_context(), transactions.reading():
        own = {place.tenant_id: place.host for place in db.session.scalars(select(tenancy.Domain)) if place.main}
        found = db.session.scalars(select(tenancy.Tenant).order_by(tenancy.Tenant.id))
        return [(shop.name, shop.slug, own.get(shop.id, ""), not shop.practice) for shop in found]


def listed(app: Flask) -> list[tuple[str, str, str, str]]:
    """Every shop for `plaza tenant list`: slug, address, whether it sells or practises, name."""
    known: Settings = app.extensions["plaza.settings"]
    return [
        (slug, f"{known.scheme}://{own or f'{slug}.{known.host}'}", "sells" if sells else "practises", name)
        for name, slug, own, sells in _shops(app)
    ]


def own_domain(app: Flask, slug: str, host: str, *, remove: bool) -> str:
    """Give a shop a name of its own, or take it out, on the operator's word; the name as it is kept."""
    with app.app_context(), i18n.speak("en"):

        def changed() -> str:
            shop = db.session.scalar(select(tenancy.Tenant).where(tenancy.Tenant.slug == slug))
            if shop is None:
                raise leaving.Unknown(slug=slug)
            tenancy.enter(shop.id)
            if remove:
                return _without_domain(slug, domains.clean(host))
            row = domains.add(host)
            domains.proven(row)
            domains.lead(row)
            return row.host

        return str(transactions.retry_free(changed))


def _without_domain(slug: str, host: str) -> str:
    try:
        domains.remove(domains.named(host))
    except Missing:
        raise Missing(f"{host} is no name of {slug}.") from None
    return host


def welcome(app: Flask) -> list[str]:
    """Where everything is, line by line: the shops, the back office, the log-ins of the demo world."""
    known: Settings = app.extensions["plaza.settings"]
    lines = [f"Plaza is at {known.url}", f"Back office {known.url}/login"]
    for name, slug, own in shops(app):
        lines.append(f"  {name}  {known.scheme}://{own or f'{slug}.{known.host}'}")
    lines.extend(import_module("demo.loader").logins(app))
    return lines


def open_shop(app: Flask, told: signup.Wish, email: str, password: str) -> str:
    """Open a live shop for the person of that address, with a new account unless they have one; its address."""
    known: Settings = app.extensions["plaza.settings"]
    with app.app_context(), i18n.speak("en"):
        name = signup.named(told.name)
        wish = signup.Wish(name, told.country, phones.parse(told.phone, told.country) if told.phone else "")
        address = accounts.given(email)
        passwords.check(password, address, name)
        password_hash = passwords.hashed(password)

        def opened() -> str:
            owner = accounts.by_email(address) or accounts.create(email=address, password_hash=password_hash)
            return signup.open_shop(wish, owner).slug

        return f"{known.scheme}://{transactions.retry_free(opened)}.{known.host}"


def second_step_off(app: Flask, email: str) -> str:
    """Ask the person of that address for the password only, and end their sessions; the address. Raises Missing."""
    with app.app_context(), i18n.speak("en"):

        def done() -> str:
            known = accounts.by_email(email)
            if known is None:
                raise Missing(f"Nobody has an account with the address {email}.")
            two_factor.off(known)
            accounts.end_sessions(known)
            account_letters.later("second_step", known.id, False, "")
            return known.email

        told: str = transactions.retry_free(done)
    return told


def passkeys_of(app: Flask, email: str) -> str:
    """What the passkeys that open the account of that address are called; '' without any."""
    with app.app_context(), transactions.reading():
        known = accounts.by_email(email)
        return passkey_rows.names(known.id) if known else ""
