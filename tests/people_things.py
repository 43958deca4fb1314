"""What a shop has of people besides themselves: for every route to be asked for with a neighbour's things."""

from typing import Any

from crm import changes
from kernel.db import db


def of(world: Any, contact: Any) -> dict[str, dict[str, Any]]:
    """A change of many."""
    change = changes.tag([contact.id], f"feria {world.slug}", by=world.owner)
    db.session.commit()
    return {"people_change": {"token": change.token}}
