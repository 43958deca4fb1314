"""Monthly partitions on PostgreSQL: made ahead, with a default one that catches the rest."""

from datetime import date

from kernel import ddl

FIRST, LAST = date(2026, 1, 1), date(2029, 1, 1)  # before and after: the default partition, until a job adds months


def months(first: date, last: date) -> list[tuple[date, date]]:
    """The months from `first` to `last`, each with the next one's first day."""
    found = []
    while first < last:
        after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        found.append((first, after))
        first = after
    return found


def _statement(table: str, month: tuple[date, date]) -> str:
    name = f"{table}_p{month[0]:%Y%m}"
    return (
        f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {table} "
        f"FOR VALUES FROM ('{month[0].isoformat()}') TO ('{month[1].isoformat()}')"
    )


def declare(table: str) -> None:
    """Declare the partitions of a table that is partitioned by a moment."""
    default = f"CREATE TABLE IF NOT EXISTS {table}_default PARTITION OF {table} DEFAULT"
    monthly = (_statement(table, month) for month in months(FIRST, LAST))
    ddl.declare(f"{table} partitions", postgresql=(default, *monthly))
