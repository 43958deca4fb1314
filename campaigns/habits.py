"""Habits: how often and when a shop writes to somebody, in whose name, and the postal address below its letters."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from kernel import address, clock, journal, tenancy
from kernel.accounts import Account
from kernel.db import Base, db, pk
from kernel.i18n import _l, language
from kernel.tenancy import TenantOwned
from shop import storefront

MOST_HOURS = 720  # thirty days


class Habits(TenantOwned, Base):
    """The one row of a tenant that says how it writes to many; without one the defaults hold."""

    __tablename__ = "letter_habits"
    __extra__ = (UniqueConstraint("tenant_id"), CheckConstraint(f"cap_hours BETWEEN 0 AND {MOST_HOURS}", name="cap"))
    id: Mapped[int] = pk()
    cap_hours: Mapped[int] = mapped_column(default=24)  # one letter to a person in so many; 0: as many as there are
    quiet_from: Mapped[str] = mapped_column(String(5), default="21:00")  # the tenant's wall clock; both equal: never
    quiet_until: Mapped[str] = mapped_column(String(5), default="07:00")
    sender_name: Mapped[str] = mapped_column(String(160), default="")  # "": the shop's name
    postal: Mapped[str] = mapped_column(String(400), default="")  # "": the address of the shop

    @property
    def cap(self) -> timedelta:
        """For how long after a letter somebody gets no other."""
        return timedelta(hours=self.cap_hours)

    def quiet(self, moment: datetime) -> datetime | None:
        """When the silence that lies over a moment ends; None when it is no time of silence."""
        zone = ZoneInfo(tenancy.tenant().timezone)
        here, begins, ends = (
            moment.astimezone(zone),
            time.fromisoformat(self.quiet_from),
            time.fromisoformat(self.quiet_until),
        )
        now, over_night = here.time().replace(tzinfo=None), begins > ends
        if not (now >= begins or now < ends if over_night else begins <= now < ends):
            return None
        day = here.date() + timedelta(days=1 if over_night and now >= begins else 0)
        return datetime.combine(day, ends, zone)


def of() -> Habits:
    """The current tenant's habits; an unsaved row with the defaults when it has none yet."""
    found = db.session.scalars(select(Habits)).one_or_none()
    return found or Habits(cap_hours=24, quiet_from="21:00", quiet_until="07:00", sender_name="", postal="")


def change(row: Habits, *, by: Account) -> None:
    """Keep what was changed."""
    db.session.add(row)
    journal.write("mailing.habits", by=by)


def sender_name() -> str:
    """In whose name letters go out that name nobody themselves."""
    return of().sender_name or tenancy.tenant().name


def postal_address() -> list[str]:
    """The lines of the postal address that every letter to many shows; none when the shop has said none."""
    own = of().postal
    if own:
        return [line.strip() for line in own.splitlines() if line.strip()]
    place = {key: str(value) for key, value in storefront.of().address.items() if value}
    known = {key for key in place if key != "country"}
    return address.lines(place, here=tenancy.tenant().country, language=language()) if known else []


def quiet_now() -> datetime | None:
    """When the silence ends, if it is one now."""
    return of().quiet(clock.now())


def init_app(_app: object) -> None:
    """How the journal tells of it."""
    journal.kind("mailing.habits", _l("Changed how often and when letters go out"))
