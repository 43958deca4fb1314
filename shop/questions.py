"""Questions: what somebody asks about a product, the shop's answer, and whether everybody may read both."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ForeignKey, Index, Integer, Select, String, UniqueConstraint, bindparam, func, select

from crm import contacts, facts
from crm.contacts import Contact
from kernel import beside, clock, journal, signing, suppression, tenancy
from kernel.db import Base, Mapped, belongs, db, mapped_column, pk, ref
from kernel.i18n import _l, pick
from kernel.refusal import Missing, Refusal
from kernel.tenancy import Binnable, TenantOwned
from shop import question_letters, storefront
from shop.catalog import Product

if TYPE_CHECKING:
    from kernel.accounts import Account

FORM = "question"  # by which way a person came: see sources.TOLD
MOST_WORDS, MOST_ANSWER = 600, 2000
MOST_OPEN = 10  # of one person: an address that strangers fill in is not filled without end
FIRST, PAGE = 3, 20  # on the product's own page, on that of all its questions


class NotAsked(Refusal):
    """The shop takes no questions."""

    message = _l("This shop takes no questions here now.")
    status = 409


class Question(TenantOwned, Binnable, Base):
    """What one person asked; `words` are theirs and private, `told` is what the shop lets everybody read of it."""

    __tablename__ = "question"
    __extra__ = (
        UniqueConstraint("tenant_id", "token"),
        Index("ix_question_page", "tenant_id", "product_id", "shown", "answered_at", "id"),
        Index("ix_question_open", "tenant_id", "answered_at", "asked_at"),
    )
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    product_id: Mapped[int] = ref("product", index=False)
    contact_id: Mapped[int] = ref("contact")
    words: Mapped[str] = mapped_column(String(MOST_WORDS))
    told: Mapped[str] = mapped_column(String(MOST_WORDS))
    language: Mapped[str] = mapped_column(String(8), default="es")  # of the page on which it was asked
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    answer: Mapped[str] = mapped_column(String(MOST_ANSWER), default="")
    answered_at: Mapped[datetime | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    shown: Mapped[bool] = mapped_column(default=False)  # only what is answered is

    contact: Mapped[Contact | None] = belongs("Question.contact_id", "Contact")  # None: they lie in the bin
    by: Mapped["Account | None"] = belongs("Question.account_id", "Account")

    @property
    def answered(self) -> bool:
        """Whether the shop has answered it."""
        return self.answered_at is not None

    @property
    def address(self) -> str:
        """The e-mail to which its answer goes; '' where there is none that takes letters."""
        email = (self.contact.email if self.contact else "") or ""
        return "" if not email or suppression.blocks(email) else email


class Asked(NamedTuple):
    """What somebody who is not logged in writes of themselves; an e-mail or a telephone at least."""

    name: str = ""
    email: str = ""
    phone: str = ""


NOBODY = Asked()


class Reply(NamedTuple):
    """What the shop says, how the question reads above it, and whether both are shown."""

    answer: str
    told: str
    shown: bool


class Told(NamedTuple):
    """A shown question as a product's page tells it; nothing of who asked."""

    told: str
    answer: str
    language: str
    answered_at: datetime


def taken() -> bool:
    """Whether the shop takes questions on the pages of its products."""
    return storefront.of().questions


def ask(
    product: Product, words: str, contact: Contact | None = None, *, who: Asked = NOBODY, language: str = "es"
) -> Question | None:
    """Keep a question and tell the shop; None when the same person asks the same again, or has asked enough."""
    if not taken():
        raise NotAsked()
    known = contact or contacts.known(
        email=who.email or None, phone=who.phone or None, name=who.name, language=language, source=FORM, learned=FORM
    )
    mine = select(Question).where(Question.contact_id == known.id, Question.answered_at.is_(None))
    before = db.session.scalars(mine.limit(MOST_OPEN)).all()
    if len(before) >= MOST_OPEN or any((one.product_id, one.words) == (product.id, words) for one in before):
        return None
    row: Question = beside.put(
        Question(
            token=signing.token(),
            product_id=product.id,
            contact_id=known.id,
            words=words,
            told=words,
            language=language,
        )
    )
    facts.record("asked", contact=known, about=product, source=FORM)
    question_letters.tell_shop(row, known, product)
    return row


def answer(row: Question, reply: Reply, *, by: "Account | None") -> bool:
    """Say it, and how it is shown; whoever asked gets it once by e-mail. Whether a letter was written now."""
    db.session.refresh(row, with_for_update=True)
    first, before = not row.answered, _reply(row)
    if not first and before == reply:
        return False
    row.answer, row.told, row.shown = reply
    if first or before.answer != reply.answer:
        row.answered_at = clock.now() if first else row.answered_at
        row.account_id = by.id if by else None
    _note("answered" if first else "changed", row, by)
    if first or before.shown or reply.shown:
        count(row.product_id)
    return first and question_letters.write(row, about(row), to=row.address)


def _reply(row: Question) -> Reply:
    return Reply(row.answer, row.told, row.shown)


def take_back(row: Question, *, by: "Account | None") -> bool:
    """It waits for an answer again; False when the letter with the answer has left already."""
    db.session.refresh(row, with_for_update=True)
    kept = question_letters.take_back(row)
    if row.answered:
        row.answer, row.answered_at, row.account_id, row.shown, row.told = "", None, None, False, row.words
        _note("unanswered", row, by)
        count(row.product_id)
    return kept or row.contact is None or not row.address


def show(row: Question, shown: bool, *, by: "Account | None") -> bool:
    """Let everybody read an answered one, or nobody any more; whether it was shown before."""
    db.session.refresh(row, with_for_update=True)
    before = row.shown
    if row.answered and before != shown:
        row.shown = shown
        _note("shown" if shown else "hidden", row, by)
        count(row.product_id)
    return before


def put_away(row: Question, *, by: "Account | None") -> None:
    """Into the bin; it can be taken back as it was."""
    row.binned_at = clock.now()
    _note("binned", row, by)
    count(row.product_id)


def restore(row: Question, *, by: "Account | None") -> None:
    """Out of the bin."""
    row.binned_at = None
    _note("restored", row, by)
    count(row.product_id)


def count(*product_ids: int) -> None:
    """Keep with each product how many of its questions are shown; one after the other, in the order of keys."""
    db.session.flush()
    for key in sorted(set(product_ids)):
        mine = select(Product).where(Product.id == key).with_for_update()
        how: Any = {"binned": True, "populate_existing": True}
        product = db.session.scalars(mine, execution_options=how).one()
        there = Question.product_id == key, Question.shown, Question.binned_at.is_(None)
        product.question_count = db.session.scalar(select(func.count(Question.id)).where(*there)) or 0
    db.session.flush()
    tenancy.touch()


def _note(what: str, row: Question, by: "Account | None") -> None:
    journal.write(f"questions.{what}", about=row, by=by, data={"product": called(row)})


def about(row: Question) -> Product | None:
    """The product that it is about, which may lie in the bin by now."""
    return db.session.get(Product, row.product_id, execution_options={"binned": True})


def called(row: Question) -> str:
    """What that product is called."""
    product = about(row)
    return pick(product.name) if product else ""


def by_token(token: str) -> Question:
    """The question that an address names; raises Missing."""
    found = db.session.scalars(select(Question).where(Question.token == token)).one_or_none() if token else None
    if found is None:
        raise Missing()
    return found


def of_contact(contact: Contact) -> Sequence[Question]:
    """What that person asked about anything, also what lies in the bin, the newest first."""
    mine = select(Question).where(Question.contact_id == contact.id).execution_options(binned=True)
    return db.session.scalars(mine.order_by(Question.asked_at.desc(), Question.id.desc())).all()


def page(product: Product, many: int, skipped: int = 0) -> list[Told]:
    """So many shown ones of a product, what was answered last first; nothing is asked where there are none."""
    if not product.question_count:
        return []
    rows = beside.glance(_page(), product=product.id, many=many, skipped=skipped)
    return [Told(*row) for row in rows]


@lru_cache
def _page() -> Select[Any]:
    """Asked beside the guard between tenants, so it names the tenant itself."""
    told: Any = select(*(getattr(Question, name) for name in Told._fields))
    mine = Question.tenant_id == bindparam("tenant"), Question.product_id == bindparam("product")
    found: Select[Any] = told.where(*mine, Question.shown, Question.binned_at.is_(None))
    found = found.order_by(Question.answered_at.desc(), Question.id.desc())
    return found.limit(bindparam("many", type_=Integer)).offset(bindparam("skipped", type_=Integer))


def init_app(_app: object) -> None:
    """Say how timeline and journal tell it."""
    facts.kind("asked", _l("Asked about a product"), "help")
    journal.kind("questions.answered", _l("Answered a question about “%(product)s”"))
    journal.kind("questions.changed", _l("Changed the answer to a question about “%(product)s”"))
    journal.kind("questions.unanswered", _l("Took back the answer to a question about “%(product)s”"))
    journal.kind("questions.shown", _l("Showed a question about “%(product)s”"))
    journal.kind("questions.hidden", _l("Hid a question about “%(product)s”"))
    journal.kind("questions.binned", _l("Put a question about “%(product)s” into the bin"))
    journal.kind("questions.restored", _l("Took a question about “%(product)s” out of the bin"))
