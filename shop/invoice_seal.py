"""What is issued stays: the database refuses to change a paper, and its hash shows whether somebody did anyhow."""

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kernel import ddl
from shop.invoice_lines import InvoiceLine

if TYPE_CHECKING:
    from shop.invoices import Invoice

PLAIN = ("number", "kind", "currency", "net_minor", "tax_minor", "gross_minor", "buyer", "issuer", "fiscal", "reason")


def digest(row: "Invoice", lines: Sequence[InvoiceLine]) -> str:
    """The SHA-256 of all that it says and of the one before it in its series."""
    told = {name: getattr(row, name) for name in PLAIN} | {"previous": row.previous, "at": row.issued_at.isoformat()}
    told["lines"] = [line.told() for line in lines]
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


PG_FUNCTION = """CREATE OR REPLACE FUNCTION invoice_stays() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'what is issued stays'; END $$"""
SQLITE_LINE_GOES = (
    "CREATE TRIGGER invoice_line_remains BEFORE DELETE ON invoice_line "
    "WHEN NOT (SELECT practice FROM invoice WHERE id = OLD.invoice_id) "
    "BEGIN SELECT RAISE(ABORT, 'what is issued stays'); END"
)
PG_LINE = """CREATE OR REPLACE FUNCTION invoice_line_remains() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
IF (SELECT practice FROM invoice WHERE id = OLD.invoice_id) THEN RETURN OLD; END IF;
RAISE EXCEPTION 'what is issued stays'; END $$"""


def _sqlite(name: str, when: str, table: str, which: str = "") -> tuple[str, str]:
    stop = "BEGIN SELECT RAISE(ABORT, 'what is issued stays'); END"
    return f"DROP TRIGGER IF EXISTS {name}", f"CREATE TRIGGER {name} BEFORE {when} ON {table} {which} {stop}"


def _pg(name: str, when: str, table: str, which: str = "", *, verb: str = "invoice_stays") -> tuple[str, str]:
    made = f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW {which} EXECUTE FUNCTION {verb}()"
    return f"DROP TRIGGER IF EXISTS {name} ON {table}", made


ddl.declare(
    "invoice",
    sqlite=(
        *_sqlite("invoice_stays", "UPDATE", "invoice"),
        *_sqlite("invoice_remains", "DELETE", "invoice", "WHEN NOT OLD.practice"),
        *_sqlite("invoice_line_stays", "UPDATE", "invoice_line"),
        "DROP TRIGGER IF EXISTS invoice_line_remains", SQLITE_LINE_GOES,
    ),
    postgresql=(
        PG_FUNCTION, PG_LINE,
        *_pg("invoice_stays", "UPDATE", "invoice"),
        *_pg("invoice_remains", "DELETE", "invoice", "WHEN (NOT OLD.practice)"),
        *_pg("invoice_line_stays", "UPDATE", "invoice_line"),
        *_pg("invoice_line_remains", "DELETE", "invoice_line", verb="invoice_line_remains"),
    ),
)  # fmt: skip
