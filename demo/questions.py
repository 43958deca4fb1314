"""Questions of the demo: what people ask about products; some is answered, some waits for the shop."""

from datetime import timedelta
from pathlib import Path

import yaml

from crm.contacts import Contact
from demo import world
from demo.history import Shopkeeper
from demo.world import Told
from kernel import clock
from kernel.db import db
from shop import catalog, questions
from shop.questions import Reply

QUESTIONS = Path(__file__).parent / "questions.yaml"


def write(keeper: Shopkeeper) -> None:
    """Let some of a shop's people ask, and the shop answer."""
    for place, told in enumerate(yaml.load(QUESTIONS.read_bytes(), world.QUICK).get(world.slug(keeper.shop), ())):
        _ask(keeper, told, place)


def _ask(keeper: Shopkeeper, told: Told, place: int) -> None:
    product, who = catalog.slugged(told["product"]), _somebody(told["language"], place)
    assert product is not None
    at = clock.now() - timedelta(days=told["days"], hours=3 + place)
    with clock.at(at):
        row = questions.ask(product, told["words"], who, language=told["language"])
    assert row is not None
    if "answer" in told:
        with clock.at(at + timedelta(hours=2)):
            questions.answer(row, Reply(told["answer"], told.get("told", row.words), shown=True), by=keeper.by)


def _somebody(language: str, place: int) -> Contact:
    """One of the people who speak that language and can be written to; another one for each question."""
    mine = db.select(Contact).where(Contact.email.is_not(None), Contact.language == language).order_by(Contact.id)
    found = db.session.scalars(mine).all()
    one: Contact = found[(7 * place + 4) % len(found)]
    return one
