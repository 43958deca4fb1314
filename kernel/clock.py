"""What time it is: aware UTC everywhere, whole days in a tenant's zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Now, aware, in UTC."""
    return datetime.now(UTC)


def today(zone: str) -> date:
    """Today's date where the tenant is (`zone` is an IANA name)."""
    return now().astimezone(ZoneInfo(zone)).date()
