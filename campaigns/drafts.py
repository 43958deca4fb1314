"""Drafts: mailings that are begun, copied from others, put away and taken back."""

import copy
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from campaigns import followups
from campaigns.mailings import Mailing
from crm.segments import Segment
from kernel import binned, clock, journal
from kernel.db import db
from kernel.folding import fold
from kernel.i18n import _, _l
from kernel.refusal import Refusal

PAGE = 25
GONE_OUT = frozenset({"sent", "stopped"})
BINNABLE = frozenset({"draft", "sent", "stopped"})
SHOWN = {  # filters of the list, each with the states that it shows
    "all": (_l("All mailings"), None),
    "draft": (_l("Drafts"), ("draft",)),
    "going": (_l("On their way"), ("scheduled", "sending", "paused", "held")),
    "repeats": (_l("Repeating"), ("repeats",)),
    "sent": (_l("Already gone out"), ("sent", "stopped")),
}


class OnItsWay(Refusal):
    """What goes out is stopped first."""

    message = _l("This letter is on its way: stop it first.")
    status = 409


def begin(name: str, *, by: Any, segment: Segment | None = None, without: Segment | None = None) -> Mailing:
    """A new draft for a segment, or everybody, but for the people of another."""
    made = Mailing(name=name.strip()[:160], made_by=by.known_as if by else "")
    made.segment_id, made.without_id = segment.id if segment else None, without.id if without else None
    made.subject, made.preheader, made.blocks = {}, {}, []
    made.code = free_code(made.name)
    db.session.add(made)
    journal.write("mailing.begun", about=made, by=by, data={"name": made.called})
    return made


def twin(mailing: Mailing, *, by: Any, name: str = "") -> Mailing:
    """A draft with the same words for the same people."""
    name = (name or _("Copy of %(name)s", name=mailing.called))[:160]
    made = Mailing(name=name, segment_id=mailing.segment_id, sender_name=mailing.sender_name, utm=mailing.utm)
    made.without_id = mailing.without_id
    made.subject, made.preheader = dict(mailing.subject), dict(mailing.preheader)
    made.blocks, made.made_by = copy.deepcopy(mailing.blocks), by.known_as if by else ""
    made.code = free_code(name)
    db.session.add(made)
    db.session.flush()
    row = followups.of(mailing)
    if row is not None:
        followups.write(made, row.first_id, row.who)
    journal.write("mailing.begun", about=made, by=by, data={"name": made.called})
    return made


def follow(mailing: Mailing, who: str, *, by: Any) -> Mailing:
    """A draft with the same letter and no subject yet, for those of its people who did not open it or followed no
    link."""
    if mailing.state not in GONE_OUT or who not in followups.WHO:
        raise OnItsWay()
    made = twin(mailing, by=by)
    made.name, made.subject, made.segment_id = _("%(name)s, once more", name=mailing.called)[:160], {}, None
    followups.write(made, mailing.id, who)
    return made


def free_code(name: str) -> str:
    """A word for links that no other mailing has, nor one in the bin: its links and orders keep it."""
    plain = "-".join("".join(sign if sign.isalnum() else " " for sign in fold(name)).split())[:50] or "letter"
    like = select(Mailing.code).where(Mailing.code.startswith(plain, autoescape=True))
    taken = set(db.session.scalars(like.execution_options(binned=True)))
    numbered = (f"{plain}-{number}" for number in range(2, len(taken) + 3))
    return plain if plain not in taken else next(one for one in numbered if one not in taken)


def query(shown: str = "all") -> Select[Mailing]:
    """The campaigns of a filter, those that wait or go first, then the newest."""
    wanted = select(Mailing).where(Mailing.kind == "campaign").order_by(Mailing.updated_at.desc(), Mailing.id.desc())
    states = SHOWN.get(shown, SHOWN["all"])[1]
    if shown == "bin":
        return wanted.where(Mailing.binned_at.is_not(None)).execution_options(binned=True)
    if shown == "going":  # and what repeats no more before somebody has looked
        return wanted.where(or_(Mailing.state.in_(states or ()), and_(Mailing.state == "repeats", Mailing.note != "")))
    return wanted.where(Mailing.state.in_(states)) if states else wanted


def page(shown: str, number: int) -> tuple[Sequence[Mailing], int]:
    """One page of a filter and how many there are."""
    wanted = query(shown)
    inner, options = wanted.order_by(None).subquery(), wanted.get_execution_options()
    total = int(db.session.scalar(select(func.count()).select_from(inner), execution_options=options) or 0)
    rows = db.session.scalars(wanted.limit(PAGE).offset((max(1, number) - 1) * PAGE)).all()
    return rows, max(1, -(-total // PAGE))


def put_away(mailing: Mailing, *, by: Any) -> None:
    """Into the bin; letters that left keep their way out and their report."""
    if mailing.state not in BINNABLE:
        raise OnItsWay()
    mailing.binned_at = clock.now()
    journal.write("mailing.binned", about=mailing, by=by, data={"name": mailing.called})


def take_back(token: str, *, by: Any) -> Mailing:
    """Out of the bin."""
    found: Mailing = binned.named(Mailing, token)
    found.binned_at = None
    journal.write("mailing.restored", about=found, by=by, data={"name": found.called})
    return found


def change(mailing: Mailing, *, by: Any, **values: Any) -> None:
    """Keep name, audience, sender or whether links are marked; only of a draft."""
    if not mailing.editable:
        raise OnItsWay()
    for name, value in values.items():
        setattr(mailing, name, value)
    mailing.version += 1
    journal.write("mailing.changed", about=mailing, by=by, data={"name": mailing.called})


def init_app(_app: object) -> None:
    """How the journal tells of it."""
    journal.kind("mailing.begun", _l("Began the letter “%(name)s”"))
    journal.kind("mailing.changed", _l("Changed the letter “%(name)s”"))
    journal.kind("mailing.binned", _l("Put “%(name)s” into the bin"))
    journal.kind("mailing.restored", _l("Took “%(name)s” out of the bin"))
