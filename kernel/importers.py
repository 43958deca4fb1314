"""Importers: what `plaza import` can bring into a shop; each package that takes files in says how."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from kernel import i18n, tenancy, transactions
from kernel.db import db
from kernel.refusal import Refusal
from kernel.tenancy import Tenant

Steps = Callable[..., Iterator[str]]
_known: dict[str, Steps] = {}


def kind(name: str, steps: Steps) -> None:
    """Have `steps(data, name, profile=…, dry=…)` bring a file in; each sentence that it gives is committed."""
    _known[name] = steps


def known() -> list[str]:
    """What can be brought in."""
    return sorted(_known)


def bring(app: Flask, name: str, path: Path, slug: str, *, say: Callable[[str], None], **how: Any) -> None:
    """Bring a file into a shop, step by step, saying what each step did; raises Refusal."""
    if name not in _known:
        raise Refusal(f"Nothing called {name} can be imported. There is: {', '.join(known())}.")
    data = path.read_bytes()
    with app.app_context():
        tenant_id = db.session.scalar(select(Tenant.id).where(Tenant.slug == slug))
        if tenant_id is None:
            raise Refusal(f"There is no shop called {slug} in this install.")
        db.session.rollback()
        with tenancy.use(tenant_id), i18n.speak("en"):  # the language of every command but the doctor
            _step_by_step(_known[name](data, path.name, **how), say)


def _step_by_step(steps: Iterator[str], say: Callable[[str], None]) -> None:
    try:
        while (said := transactions.retry_free(lambda: next(steps, None))) is not None:
            say(said)
    except Refusal as refusal:
        raise Refusal(str(refusal)) from None  # told in the language of the rest
