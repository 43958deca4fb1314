"""Welcome: whoever signed up for letters and confirmed it gets the letters of the welcome."""

from sqlalchemy import select

from campaigns import automations, enrolments
from crm import cursors
from crm.contacts import Contact
from crm.facts import Fact
from kernel import jobs, tenancy, transactions
from kernel.db import db
from kernel.tenancy import Tenant

NAME, TRIGGER, KINDS = "welcome", "welcome", ("allowed",)
SECONDS = 20  # between two looks


def look() -> None:
    """Take in who confirmed since the last look; what is read again is taken in once."""
    going = automations.of_trigger(TRIGGER)
    for fact in cursors.read(NAME, KINDS):
        contact = db.session.get(Contact, fact.contact_id) if _confirmed(fact) else None
        for automation in going:
            if contact is not None and automation.on_since and fact.at >= automation.on_since:
                enrolments.enrol(automation, contact, TRIGGER, since=fact.at)


def _confirmed(fact: Fact) -> bool:
    told = fact.data or {}
    return bool(fact.contact_id and told.get("purpose") == "marketing" and told.get("given") and told.get("confirmed"))


@jobs.job("automations.welcome")
def look_everywhere() -> None:
    """The same in every shop that welcomes."""
    for tenant_id in shops(TRIGGER):
        with tenancy.use(tenant_id):
            cursors.look(NAME, KINDS, look)


def shops(trigger: str) -> list[int]:
    """The shops in which an automation of that trigger is on."""
    found = []
    with transactions.reading():
        every = list(db.session.scalars(select(Tenant.id).order_by(Tenant.id)))
    for tenant_id in every:
        with tenancy.use(tenant_id), transactions.reading():
            if automations.of_trigger(trigger):
                found.append(tenant_id)
    return found


def init_app(_app: object) -> None:
    """Look from now on."""
    jobs.every("automations.welcome", seconds=SECONDS)
