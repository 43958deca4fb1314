"""A letter that somebody received, with what became of it: for the walks through every route."""

from datetime import timedelta
from typing import Any

from campaigns import letter_events, links, versions
from campaigns.prints import LetterPrint
from campaigns.series import LetterIssue, LetterSeries
from campaigns.views import letter_view
from kernel import clock, signing
from kernel.db import db
from tests.campaigns.letters import had, mailing, person


def posted(world: Any) -> dict[str, dict[str, Any]]:
    """One letter with a link that was followed, and its addresses."""
    letter = mailing(name=f"Correo {world.slug}", state="sent")
    row = had(person(f"lector-{world.slug}"), hours=1, of=letter)
    links.numbered(letter, [f"http://{world.slug}.plaza.localhost:8000/p/florero-{world.slug}"])
    versions.keep(letter)
    there = {
        "digest": world.slug,
        "subject": "Hola",
        "page": f"<p>{world.slug}</p>",
        "text": "",
        "names": [],
        "said": {},
    }
    left = LetterPrint(mailing_id=letter.id, **there)
    db.session.add(left)
    db.session.flush()
    row.print_id, row.said = left.id, {"cart": {"first": f"Florero {world.slug}"}}
    again = mailing(name=f"Cada lunes {world.slug}", code="lunes", state="repeats")
    day = clock.today("UTC") + timedelta(days=30)
    repeats = LetterSeries(mailing_id=again.id, unit="week", days=str(day.weekday()), hour="09:00", begins=day)
    repeats.next_day, repeats.next_at = day, repeats.moment(day)
    db.session.add(repeats)
    db.session.flush()
    db.session.add(LetterIssue(series_id=repeats.id, day=day - timedelta(days=60), number=1, mailing_id=letter.id))
    gone = mailing(name=f"Ya no {world.slug}", code="gone", binned_at=clock.now())
    letter_events.add(row, "clicked", dedupe="1", link=1, verdict="human", family=f"chrome {world.slug}")
    letter_events.add(row, "bounced", dedupe="", reason="hard", said=f"550 no hay {world.slug}")
    db.session.commit()
    seen = {"mailing": letter.token, "starter": "", "tenant": world.tenant_id, "by": 1}
    return {
        "posted": {"token": row.token}, "followed": {"name": f"{row.token}-1"}, "mailing": {"token": letter.token},
        "letter_version": {"token": letter.token, "number": 1}, "gone_mailing": {"token": gone.token},
        "repeating": {"token": again.token, "day": day.isoformat()},
        "letter_preview": {"token": signing.make(letter_view.PURPOSE, seen)},
    }  # fmt: skip
