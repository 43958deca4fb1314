"""Real files from elsewhere: what Mailchimp's exports look like; skipped where they are not at hand."""

from pathlib import Path

import pytest

from crm import consent, contacts, import_steps, imports
from kernel import jobs, suppression
from kernel.db import db

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "import"


def _brought(shop, name):
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{path.name} is not at hand")
    sheet, encoding = imports.opened(path.read_bytes())
    row = imports.begin(sheet, path.name, encoding=encoding)
    imports.choose(row, row.mapping)
    import_steps.check(row)
    db.session.commit()
    token = row.token
    jobs.run_due()
    shop.enter()
    import_steps.run(imports.named(token))
    db.session.commit()
    jobs.run_due()
    shop.enter()
    return imports.named(token)


def test_subscribers_of_mailchimp_come_in_with_the_consent_that_their_file_proves(shop):
    row = _brought(shop, "SYNTHETIC_mailchimp_subscribed.csv")
    assert (row.profile, row.counts, row.total) == ("mailchimp", {"new": 2}, 2)
    ana, joao = contacts.by_email("ana.mora@example.com"), contacts.by_email("joao.souza@example.com")
    assert (ana.name, ana.tags, consent.newest(ana, "marketing").at.isoformat()) == (
        "Ana Mora", ["vip", "cafe"], "2024-03-14T09:14:00+00:00",
    )  # fmt: skip
    assert (joao.name, joao.country, consent.allows(joao, "marketing")) == ("João Souza", "BR", True)


def test_whoever_left_at_mailchimp_stays_away(shop):
    row = _brought(shop, "SYNTHETIC_mailchimp_unsubscribed.csv")
    assert (row.profile, row.counts, row.total) == ("mailchimp_left", {"stopped": 1}, 1)
    assert contacts.by_email("luis.rojas@example.com") is None
    assert suppression.blocks("luis.rojas@example.com", "marketing")
