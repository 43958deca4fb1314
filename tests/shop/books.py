"""What the accountant's journal of this month says, for tests."""

from shop import accounting, invoice_list


def account(code: str) -> int:
    """What stands on an account: debits less credits, in minor units; the whole journal is even."""
    rows = accounting.of(invoice_list.this_month())
    assert sum(row.amount.minor for row in rows) == 0
    return sum(row.amount.minor for row in rows if row.account.code == code)
