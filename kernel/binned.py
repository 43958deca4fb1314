"""The bin: a row that lies in it, found by the token of its address by who takes it back."""

from typing import Any

from sqlalchemy import select

from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Gone


def named(cls: Any, token: str) -> Any:
    """The row of a Binnable class in the bin; raises Gone when it is not there any more."""
    mine = select(cls).where(cls.token == token, cls.binned_at.is_not(None)).execution_options(binned=True)
    found = db.session.scalar(mine)
    if found is None:
        raise Gone(_l("It is not in the bin any more."))
    return found
