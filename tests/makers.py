"""A small vocabulary for tests: a shop, its products, what was bought, who works there."""

from dataclasses import dataclass
from typing import Any

from crm.contacts import Contact
from kernel import accounts, clock, memberships, origins, passwords, sessions, tenancy
from kernel.app import Plaza
from kernel.db import db
from kernel.tenancy import Tenant
from shop import storefront
from tests.goods import Goods
from tests.times import Times

PASSWORD = "correcta caballo 7"
passwords.use_cheap()
HASH = passwords.hashed(PASSWORD)
PLACE = {"street": "200 m norte de la plaza"}  # where a shop's buyers come for what they ordered


@dataclass
class World(Goods, Times):
    """One tenant's shop as tests speak of it."""

    app: Plaza
    slug: str
    tenant_id: int
    owner_id: int

    @classmethod
    def open(cls, app: Plaza, slug: str = "cafe", name: str = "Café de Prueba", **values: Any) -> "World":
        """Open a furnished, live shop and enter its tenant."""
        email = values.pop("email", f"{slug}@example.com")
        tenancy.leave()
        told = {"country": "CR", "currency": "CRC", "timezone": "America/Costa_Rica", "languages": ["es", "en"]}
        tenant = Tenant(
            slug=slug, name=name, live_at=clock.now(), email=email, phone="+50622223333", **{**told, **values}
        )
        tenancy.open_shop(tenant)
        storefront.of().address = dict(PLACE)
        owner = accounts.create(email=email, name="Dueña", password_hash=HASH)
        owner.confirmed_at = clock.now()
        memberships.join(owner, tenant.id, "owner")
        db.session.commit()
        return cls(app, slug, tenant.id, owner.id)

    def told(self) -> tuple[str, int, int]:
        """What it is known by, without the application."""
        return self.slug, self.tenant_id, self.owner_id

    @property
    def tenant(self) -> Tenant:
        """The tenant's row."""
        return tenancy.tenant()

    @property
    def owner(self) -> Any:
        """The owner's account."""
        return db.session.get(accounts.Account, self.owner_id)

    @property
    def client(self) -> Any:
        """A shopper's new browser at this shop."""
        made: Any = self.app.test_client()
        made.host = f"{self.slug}.plaza.localhost:8000"
        return made

    @property
    def anonymous(self) -> Any:
        """A new browser at the install, not logged in."""
        made: Any = self.app.test_client()
        made.host = "plaza.localhost:8000"
        return made

    @property
    def admin(self) -> Any:
        """The owner's browser at the back office, logged in."""
        return self._logged_in(self.owner)

    def staff(self, role: str = "clerk") -> Any:
        """The browser of somebody who works here in that role, logged in; the same person for the same role."""
        email = f"{role}@{self.slug}.example.com"
        account = accounts.by_email(email) or accounts.create(email=email, name=role, password_hash=HASH)
        account.confirmed_at = clock.now()
        memberships.join(account, self.tenant_id, role)
        db.session.commit()
        return self._logged_in(account)

    def shopper(self, contact: Contact) -> Any:
        """The browser of a contact who is logged in at the shop."""
        cookie = sessions.start("shopper", contact.id, self.tenant_id, epoch=contact.epoch)
        db.session.commit()
        made = self.client
        made.set_cookie(origins.cookie_name("shopper"), cookie, domain=f"{self.slug}.plaza.localhost")
        return made

    def buyer(self, *things: Any) -> Any:
        """A browser whose cart holds these things."""
        made = self.client
        for product in things:
            answer = made.post("/cart/lines", data={"product": product.slug, "quantity": "1"})
            assert answer.status_code == 303, answer.get_data(as_text=True)
        return made

    def _logged_in(self, account: Any) -> Any:
        cookie = sessions.start("staff", account.id, epoch=account.epoch)
        db.session.commit()
        made = self.anonymous
        made.set_cookie(origins.cookie_name("staff"), cookie, domain="plaza.localhost")
        return made

    def enter(self) -> "World":
        """Make this world's tenant the current one."""
        tenancy.leave()
        tenancy.enter(self.tenant_id)
        return self
