"""What a shop has of people besides themselves: for every route to be asked for with a neighbour's things."""

from typing import Any

from crm import changes, subscribing
from kernel import tokens
from kernel.db import db


def of(world: Any, contact: Any) -> dict[str, dict[str, Any]]:
    """A change of many, and a sign-up that waits for its button."""
    change = changes.tag([contact.id], f"feria {world.slug}", by=world.owner)
    told = {"name": "", "language": "es", "source": "", "interests": [], "asked_at": "", "asked_ip": "", "version": "x"}
    secret = tokens.make(
        subscribing.PURPOSE, email=f"new@{world.slug}.example.com", tenant_id=world.tenant_id, data=told
    )
    db.session.commit()
    return {"people_change": {"token": change.token}, "sign_up": {"token": secret}}
