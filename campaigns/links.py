"""Links: where a letter leads, each address once; its number stands in the link that a reader follows."""

from sqlalchemy import String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.mailings import Mailing
from kernel.db import Base, db, pk, ref
from kernel.tenancy import TenantOwned


class MailingLink(TenantOwned, Base):
    """An address in a mailing; `/l/<recipient's token>-<number>` leads there, so no letter can name another's."""

    __tablename__ = "mailing_link"
    __extra__ = (UniqueConstraint("tenant_id", "mailing_id", "number"),)
    id: Mapped[int] = pk()
    mailing_id: Mapped[int] = ref("mailing")
    number: Mapped[int]
    url: Mapped[str] = mapped_column(String(2000))


def of(mailing: Mailing) -> list[MailingLink]:
    """The links of a mailing, in order."""
    mine = select(MailingLink).where(MailingLink.mailing_id == mailing.id).order_by(MailingLink.number)
    return list(db.session.scalars(mine))


def numbered(mailing: Mailing, urls: list[str]) -> dict[str, int]:
    """The number of each address, new ones added; numbers once given stay: letters that left carry them."""
    known = {link.url: link.number for link in of(mailing)}
    for url in urls:
        if url not in known:
            known[url] = max(known.values(), default=0) + 1
            db.session.add(MailingLink(mailing_id=mailing.id, number=known[url], url=url[:2000]))
    db.session.flush()
    return {url: known[url] for url in urls}
