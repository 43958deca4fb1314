"""What is issued stays: the database refuses to change a paper, and its hash shows whether somebody did anyhow."""

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kernel import ddl
from shop.invoice_lines import InvoiceLine

if TYPE_CHECKING:
    from shop.invoice_rows import Invoice

PLAIN = ("number", "kind", "currency", "net_minor", "tax_minor", "gross_minor", "buyer", "issuer", "fiscal", "reason")


def digest(row: "Invoice", lines: Sequence[InvoiceLine]) -> str:
    """The SHA-256 of all that it says and of the one before it in its series."""
    told = {name: getattr(row, name) for name in PLAIN} | {"previous": row.previous, "at": row.issued_at.isoformat()}
    told["lines"] = [line.told() for line in lines]
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


STAYS = "what is issued stays"
ddl.append_only("invoice", told=STAYS)
ddl.append_only("invoice_line", told=STAYS, unless="(SELECT practice FROM invoice WHERE id = OLD.invoice_id)")
