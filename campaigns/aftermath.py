"""Aftermath: again and again, in every shop, clicks are settled and orders put down to the letters that led there."""

from sqlalchemy import select

from campaigns import attribution, tracking
from crm import cursors
from kernel import jobs, tenancy, transactions
from kernel.db import db

EVERY = 10  # seconds


@jobs.job("campaigns.aftermath")
def look() -> None:
    """Look in every shop; one where nothing happened takes no writer's turn."""
    with transactions.reading():
        tenants = list(db.session.scalars(select(tenancy.Tenant.id).order_by(tenancy.Tenant.id)))
    for tenant_id in tenants:
        with tenancy.use(tenant_id):
            with transactions.reading():
                clicks, orders = tracking.waiting(), attribution.waiting()
            if clicks:
                transactions.retry_free(tracking.settle)
            if orders:
                transactions.retry_free(attribution.attribute)
                cursors.dealt(attribution.NAME)


def init_app(_app: object) -> None:
    """From now on."""
    jobs.every("campaigns.aftermath", seconds=EVERY)
