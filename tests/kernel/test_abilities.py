"""Who may do what: the page is what is declared, in words; a refusal says who may and how to ask them."""

import re
from html import unescape

from babel.messages import pofile

from kernel import i18n, permissions
from kernel.memberships import ROLE_LABELS, ROLE_SENTENCES

SPANISH = {"Accept-Language": "es"}
AT = "/admin/cafe/settings/staff/abilities"

WITHIN = {"people.sensitive"}  # opens parts of pages, no page of its own: tests/crm/test_custom_fields.py


def wordless(table):
    """Permissions that have no words of their own, or none in Spanish."""
    known = {}
    for part in sorted((i18n.SOURCES / "es").glob("*.po")):
        with part.open("rb") as stream:
            known |= {message.id: message.string for message in pofile.read_po(stream) if isinstance(message.id, str)}
    with i18n.speak("en", "CR"):
        labels = {one.name: str(one.label) for one in table}
    return {
        name for name, label in labels.items()
        if not known.get(label) or label == name or list(labels.values()).count(label) > 1
    }  # fmt: skip


def test_each_permission_has_words_of_its_own_and_is_asked_somewhere(app):
    table = list(permissions._table.values())
    planted = permissions.Permission("plant.it", "plant.it", frozenset({"owner"}), "shop")
    assert wordless([*table, planted]) == {"plant.it"}
    assert wordless(table) == set()
    asked = {getattr(view, "permission", None) for view in app.view_functions.values()} - {None}
    assert asked | WITHIN == {one.name for one in table}
    assert not asked & WITHIN


def test_the_page_says_what_is_declared_and_who_has_each_role(shop):
    clerk = shop.staff("clerk")
    html = clerk.get(AT, headers=SPANISH).get_data(as_text=True)
    rows = dict(re.findall(r'<tr data-ability="([^"]+)">(.*?)</tr>', html, re.S))
    assert set(rows) == set(permissions._table)
    for name, row in rows.items():
        cells = ["<svg" in cell for cell in re.findall(r"<td>(.*?)</td>", row, re.S)]
        assert cells == [role in permissions._table[name].roles for role in permissions.ROLES], name
    assert re.search(r'data-role="owner".*?Dueña.*?</dd>', html, re.S)
    assert set(ROLE_LABELS) == set(ROLE_SENTENCES) == set(permissions.ROLES)
    assert shop.anonymous.get(AT).status_code == 303


def test_a_refusal_says_what_was_wanted_who_may_and_asks_them(shop):
    shop.staff("manager")
    order, clerk = shop.bought(shop.product()), shop.staff("clerk")
    answer = clerk.post(f"/admin/cafe/orders/{order.number}/cancellation", data={"reason": "x"}, headers=SPANISH)
    html = unescape(answer.get_data(as_text=True))
    assert (answer.status_code, order.state) == (404, "placed")
    assert "Su función no permite esto" in html
    assert "«Cancelar pedidos»" in html
    assert AT in html
    assert html.index("Dueña</strong>") < html.index("manager</strong>")
    url = re.search(r'href="([^"]+)" data-action="ask-who-may"', html)[1]
    form = unescape(clerk.get(url, headers=SPANISH).get_data(as_text=True))
    assert 'value="clerk pide: Cancelar pedidos"' in form
    assert f'value="{order.number}"' in form
    keeper = shop.staff("accountant").get("/admin/cafe/people", headers=SPANISH).get_data(as_text=True)
    assert 'href="mailto:cafe@example.com?subject=' in keeper  # who has no follow-ups writes a letter
    told = clerk.get("/admin/cafe/products", headers={**SPANISH, "Accept": "application/json"})
    assert (told.status_code, told.json["error"]) == (404, "Su función no permite esto")
    missing = clerk.get("/admin/cafe/orders/NO-1", headers=SPANISH).get_data(as_text=True)
    assert "Su función no permite esto" not in missing  # what is not there is nobody's to do
