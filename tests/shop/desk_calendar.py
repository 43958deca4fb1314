"""The calendar of bookings as tests of the back office look at it and write to it."""

from kernel.db import db
from shop import booking_list, booking_targets
from tests.shop.pages import form, read, text

ES = {"Accept-Language": "es"}
AT = "/admin/cafe/bookings"


def page(browser, path="", **query):
    answer = browser.get(f"{AT}{path}", query_string=query, headers=ES)
    assert answer.status_code == 200, answer.get_data(as_text=True)[:2000]
    return answer


def post(browser, path, **data):
    answer = browser.post(f"{AT}{path}", data=data, headers=ES)
    db.session.expire_all()
    return answer


def undo(browser, answer):
    """Press the button of the toast."""
    page_after = browser.get(answer.location, headers=ES)
    action = read(page_after).xpath("//form[.//button[@data-undo]]/@action")[0]
    done = browser.post(action, headers=ES)
    assert done.status_code == 303, text(done)
    db.session.expire_all()


def told(browser, answer):
    """What the page after says in its toasts."""
    found = read(browser.get(answer.location, headers=ES)).xpath("//*[@id='toasts']")[0]
    return " ".join(found.text_content().split())


def stamp(when):
    return booking_targets.stamp(when)


def units_of(booking):
    return [unit.name for unit in booking_list.units_taken(booking)]


def trip(shop, **values):
    boats = shop.resource("Bote", 3, seats=6)
    told = {
        "resource": boats,
        "capacity": 18,
        "group_min": 4,
        "price": {"adulto": 5_000_00, "nino": 2_000_00},
        **values,
    }
    return shop.service("Paseo", **told)


def room(shop, **values):
    return shop.service("Masaje", "appointment", resource=shop.resource("Sala", 2), minutes=60, step=60, **values)


def cabin(shop):
    return shop.service("Cabaña", "nights", resource=shop.resource("Cabaña", 2, seats=4), capacity=4, price=30_000_00)


def walk_in(shop, service, when, counts, **more):
    """The three taps: a free time, how many, the button."""
    browser = more.pop("browser", None) or shop.admin
    unit = more.pop("unit", "")
    answer = page(browser, "/new", service=service.product.slug, at=stamp(when), **({"unit": unit} if unit else {}))
    fields = {**form(answer, "/bookings/new"), **{f"people.{name}": str(count) for name, count in counts.items()}}
    return post(browser, "/new", **{"paid": "yes", **fields, **more})


def sku(service, place=0):
    return list(service.product.variants)[place].sku


def said_at(answer, field):
    """What stands beside a field that is marked as wrong; the box on top leads to it."""
    found = read(answer)
    [about] = found.xpath(f"//*[@id='{field}' and @aria-invalid='true']/@aria-describedby")
    assert found.xpath(f"//*[@data-errors]//a[@href='#{field}']")
    return found.xpath(f"string(//*[@id='{about.split()[0]}'])")
