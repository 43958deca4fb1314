"""A shop's segments, one of them in the bin: for every route to be asked for with a neighbour's."""

from typing import Any

from crm import segments
from crm.segments import Segment
from kernel.db import db


def of(world: Any, contact: Any) -> dict[str, dict[str, Any]]:
    """A segment, one in the bin, and somebody to be asked about."""
    kept, gone = Segment(code="", name={}, rule={}), Segment(code="", name={}, rule={})
    segments.keep(kept, {"es": f"Segmento {world.slug}"}, {"all": [{"country": ["CR"]}]}, by=world.owner)
    segments.keep(gone, {"es": f"Ido {world.slug}"}, {"all": []}, by=world.owner)
    segments.put_away(gone, by=world.owner)
    db.session.commit()
    why = {"code": kept.code, "token": contact.token}
    return {"segment": {"code": kept.code}, "gone_segment": {"code": gone.code}, "segment_why": why}
