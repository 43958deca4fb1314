"""The demo world is whole: every text in both languages, every reference known, every number possible."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
import yaml
from liquid import Environment

HERE = Path(__file__).parents[2] / "demo"
FILES = sorted(HERE.glob("0[1-4]_*.yaml"))
SHOPS = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in FILES}
REQUIRED = ("name", "short", "description", "price", "unit", "tags", "interests", "image_brief")
KINDS = {"physical", "subscription", "reservation", "voucher", "bundle", "digital"}
PAYMENTS = {"card", "transfer", "on_delivery", "on_pickup", "credit"}
BLOCKS = {
    "hero": {"headline", "text", "button", "picture"},
    "text": {"body"},
    "picture": {"picture", "alt", "caption"},
    "products": {"title", "skus", "category", "limit"},
    "categories": {"title", "slugs"},
}
PAGES = {"about", "contact", "returns", "delivery", "cancellation", "privacy", "terms"}
TAGS = {"p", "h2", "ul", "li", "strong", "a"}
DAYS = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
WORDS = re.compile(
    r"\.(name|tagline|story|label|instructions|intro|title|headline|caption|alt|short|description|unit|body)$"
)
NOT_WORDS = re.compile(r"^\.tenant\.name|\.maker\.|^\.customers\.|^\.indicators\.\d+\.unit")
NOT_LIQUID = re.compile(r"\|\s*(default\(|length|time\b|date\()")  # what another language of templates writes
LETTER = ("name", "subject", "preheader", "body")
ENGLISH = re.compile(r"\b(the|and|with|your|our|from|you|of|is|are|to|we|this|free)\b")
SPANISH = re.compile(r"\b(que|para|con|usted|ustedes|nosotros|muy|pero|los|una|del|por)\b")
COUNTED = {"price", "compare_at", "child_price", "free_over", "max_total", "stock", "daily_capacity"}
NULLABLE = {*DAYS, "stock"}
MARKUP = re.compile(r"<[^>]+>|\{\{.*?\}\}|\(/[^)]*\)")


def walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every node of a tree with the way to it."""
    yield path, value
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in pairs:
        yield from walk(one, f"{path}.{key}")


def words(shop: Any) -> list[tuple[str, dict[str, str]]]:
    """Every text that shoppers read."""
    return [(path, node) for path, node in walk(shop) if isinstance(node, dict) and {"es", "en"} & set(node)]


def variants(shop: Any) -> list[dict[str, Any]]:
    return [variant for product in shop["products"] for variant in product.get("variants", [])]


def slugs(shop: Any) -> dict[str, set[str]]:
    """What an address may name, by its first part; products only when they can be bought today."""
    return {
        "c": {category["slug"] for category in shop["categories"]},
        "p": {product["slug"] for product in shop["products"]},
        "pages": {page["slug"] for page in shop["pages"] if page["kind"] == "page"},
        "policies": {page["slug"] for page in shop["pages"] if page["kind"] == "policy"},
    }


def shelf(shop: Any, slug: str) -> list[str]:
    """The goods of a category and of those below it."""
    below = {slug} | {category["slug"] for category in shop["categories"] if category.get("parent") == slug}
    return [one["sku"] for one in shop["products"] if one["category"] in below]


class Html(HTMLParser):
    """The small subset that pages may use; refuses the rest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.feed(text)
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        assert {name for name, _ in attrs} <= {"href"}, attrs
        self.links += [value or "" for _, value in attrs]
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(params=sorted(SHOPS))
def shop(request: pytest.FixtureRequest) -> Any:
    return SHOPS[request.param]


def test_the_four_shops_are_there() -> None:
    assert [path.name[:2] for path in FILES] == ["01", "02", "03", "04"]
    assert {one["tenant"]["country"] for one in SHOPS.values()} == {"CR", "GT", "HN", "MX"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_lines_are_short_and_keys_stand_once(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if len(line) > 120] == []

    def once(node: yaml.Node) -> None:
        if isinstance(node, yaml.MappingNode):
            keys = Counter(key.value for key, _ in node.value)
            assert not [key for key, count in keys.items() if count > 1], (path.name, node.start_mark.line)
        for child in node.value if isinstance(node.value, list) else []:
            for one in child if isinstance(child, tuple) else (child,):
                once(one)

    once(yaml.compose(text, Loader=yaml.SafeLoader))


def test_nothing_is_empty_by_accident(shop: Any) -> None:
    for path, value in walk(shop):
        last = path.rsplit(".", 1)[-1]
        assert value is not None or last in NULLABLE, path
        assert not isinstance(value, dict) or all(isinstance(key, str) for key in value), path
        if last in {"tags", "interests", "days", "languages"} and isinstance(value, list):
            assert not any(isinstance(one, bool) for one in value), path  # "no" is a word of Norway and of YAML


def test_texts_are_in_both_languages(shop: Any) -> None:
    for path, text in words(shop):
        assert set(text) == {"es", "en"}, path
        assert all(isinstance(one, str) and one.strip() for one in text.values()), path
    named = {path for path, _ in walk(shop) if WORDS.search(path) and not NOT_WORDS.search(path)}
    assert named <= {path for path, _ in words(shop)}


def test_neither_language_speaks_the_other(shop: Any) -> None:
    names = {shop["tenant"]["name"], "Doña", *(one["name"]["es"] for one in shop["products"])}
    for path, text in words(shop):
        spanish, english = (MARKUP.sub(" ", text[language]) for language in ("es", "en"))
        for name in names:
            english = english.replace(name, " ")
        assert not ENGLISH.search(spanish.lower()), f"{path}: {spanish}"
        assert len(set(SPANISH.findall(english.lower()))) < 2, f"{path}: {english}"
        assert len(text["es"]) < 40 or text["es"] != text["en"], path


def test_every_product_is_complete(shop: Any) -> None:
    categories = {one["slug"] for one in shop["categories"]}
    tastes = {one["code"] for one in shop["interests"]}
    assert 15 <= len(shop["products"]) <= 30
    for product in shop["products"]:
        sku = product["sku"]
        assert [key for key in REQUIRED if product.get(key) in (None, "", [])] == [], sku
        assert product["kind"] in KINDS, sku
        assert product["category"] in categories, sku
        assert set(product["interests"]) <= tastes, sku
        assert set(product.get("allergens", [])) <= set(shop.get("allergens", {})), sku
        assert min(map(len, product["description"].values())) >= 60, sku
        assert len(product["image_brief"]) <= 300, sku
        assert re.fullmatch(r"[a-z0-9-]{3,60}", product["slug"]), sku
        assert all(
            0 < one["max"] <= 200 and {"code", "label", "required"} < set(one) for one in product.get("texts", [])
        ), sku


def test_codes_are_unique() -> None:
    skus = Counter(one["sku"] for shop in SHOPS.values() for one in [*shop["products"], *variants(shop)])
    assert [sku for sku, count in skus.items() if count > 1] == []
    assert [sku for sku in skus if len(sku) > 20 or not re.fullmatch(r"[A-Z0-9-]+", sku)] == []
    for shop in SHOPS.values():
        for key in ("interests", "segments", "campaigns", "resources", "indicators"):
            codes = [one["code"] for one in shop[key]]
            assert len(codes) == len(set(codes)), key
        for key in ("categories", "products", "pages"):
            found = [one["slug"] for one in shop[key]]
            assert len(found) == len(set(found)), key


def test_categories_hang_from_each_other(shop: Any) -> None:
    known: set[str] = set()
    for category in shop["categories"]:
        assert "parent" not in category or category["parent"] in known, category["slug"]  # parents come first
        known.add(category["slug"])


def test_prices_are_possible(shop: Any) -> None:
    for path, value in walk(shop):
        if path.rsplit(".", 1)[-1] in COUNTED and value is not None:
            assert isinstance(value, int), path
            assert value >= 0, path
    for product in shop["products"]:
        assert product.get("compare_at", product["price"] + 1) > product["price"], product["sku"]
        assert all(one["price"] < product["price"] for one in product.get("price_breaks", [])), product["sku"]


def test_variants_are_every_combination_once_and_share_the_stock(shop: Any) -> None:
    for product in shop["products"]:
        if product["kind"] == "subscription":  # what is not counted has one of each choice: see shelves
            assert "variants" not in product, product["sku"]
            continue
        values = {one["code"]: {value["code"] for value in one["values"]} for one in product.get("options", [])}
        combinations = {tuple(sorted(one["options"].items())) for one in product.get("variants", [])}
        expected = math.prod(map(len, values.values())) if values else 0
        assert len(combinations) == len(product.get("variants", [])) == expected, product["sku"]
        for variant in product.get("variants", []):
            assert variant["sku"].startswith(product["sku"] + "-"), variant["sku"]
            assert set(variant["options"]) == set(values), variant["sku"]
            assert all(value in values[code] for code, value in variant["options"].items()), variant["sku"]
        if values and product.get("stock") is not None:
            assert sum(one["stock"] for one in product["variants"]) == product["stock"], product["sku"]


def test_bundles_hold_what_the_shop_sells(shop: Any) -> None:
    goods = {
        one["sku"]: one
        for one in shop["products"]
        if one["kind"] not in {"bundle", "reservation", "subscription", "voucher"}
    }
    for product in shop["products"]:
        for part in product.get("bundle", []):
            whole = goods[part["sku"]]
            choices = {one["sku"] for one in whole.get("variants", [])}
            assert part["quantity"] > 0, product["sku"]
            assert (part["variant"] in choices) if choices else "variant" not in part, (product["sku"], part)


def test_bookings_name_a_resource(shop: Any) -> None:
    resources = {one["code"] for one in shop["resources"]}
    for product in shop["products"]:
        assert (product["kind"] == "reservation") == ("booking" in product), product["sku"]
        assert product.get("booking", {}).get("resource", next(iter(resources))) in resources, product["sku"]


def test_shipping_and_payment_refer_to_what_exists(shop: Any) -> None:
    tenant = shop["tenant"]
    zones = {one["code"]: one for one in tenant["zones"]}
    groups = {one["code"] for one in tenant["customer_groups"]}
    for zone in zones.values():
        assert zone["country"] == tenant["country"], zone["code"]
        assert all(len(pair) == 2 for pair in zone["regions"]), zone["code"]
    placed = Counter(tuple(pair) for zone in zones.values() for pair in zone["regions"])
    assert max(placed.values()) == 1  # a place lies in one zone
    for method in tenant["shipping_methods"]:
        assert method["kind"] in {"delivery", "pickup"}, method["code"]
        assert set(method.get("zones", [])) <= set(zones), method["code"]
        assert set(method.get("categories", [])) <= slugs(shop)["c"], method["code"]
        assert set(method.get("days", [])) <= DAYS, method["code"]
        assert method["eta_days"] == sorted(method["eta_days"]), method["code"]
        assert all(re.fullmatch(r"\d\d:\d\d-\d\d:\d\d", slot) for slot in method.get("slots", [])), method["code"]
        assert set(method.get("cutoff", {"day", "time"})) == {"day", "time"}, method["code"]
    for method in tenant["payment_methods"]:
        assert method["kind"] in PAYMENTS, method["code"]
        assert set(method.get("zones", [])) <= set(zones), method["code"]
        assert set(method.get("customer_groups", [])) <= groups, method["code"]
        if method["kind"] == "transfer":
            assert method["hold_hours"] > 0
            assert "(ficticio)" in method["account"]["bank"]
    assert {one["kind"] for one in tenant["shipping_methods"]} == {"delivery", "pickup"}


def test_home_is_made_of_known_blocks(shop: Any) -> None:
    goods = {one["sku"] for one in shop["products"]}
    known = slugs(shop)
    assert 5 <= len(shop["home"]) <= 7
    assert shop["home"][0]["kind"] == "hero"
    for block in shop["home"]:
        assert set(block) - {"kind"} <= BLOCKS[block["kind"]], block
        assert block.get("picture", "hero") in goods | {"hero"}, block
        assert set(block.get("skus", [])) <= goods, block
        assert set(block.get("slugs", [])) <= known["c"], block
        assert all(shelf(shop, slug) for slug in block.get("slugs", [])), block
        if block["kind"] == "products":
            assert ("skus" in block) != ("category" in block), block
            assert len(block.get("skus") or shelf(shop, block["category"])) >= 2, block
        if block["kind"] == "hero":
            assert shelf(shop, block["button"]["url"].removeprefix("/c/")), block


def test_pages_are_whole_and_their_links_lead_somewhere(shop: Any) -> None:
    known = slugs(shop)
    assert {page["code"] for page in shop["pages"]} >= PAGES
    for page in shop["pages"]:
        assert page["kind"] in {"page", "policy"}, page["slug"]
        assert ("version" in page) == (page["code"] in {"privacy", "terms"}), page["slug"]
    for path, text in words([shop["pages"], [one for one in shop["home"] if one["kind"] == "text"]]):
        if not path.endswith(".body"):
            continue
        shapes = [Html(one) for one in text.values()]
        assert shapes[0].links == shapes[1].links, path
        for link in shapes[0].links:
            if link.startswith("/"):
                _, shelf_name, slug = link.split("/")
                assert slug in known[shelf_name], link
            else:
                assert link.startswith(("https://wa.me/", f"mailto:{shop['tenant']['email']}")), link


def test_letters_are_liquid(shop: Any) -> None:
    liquid = Environment()
    segments = {one["code"] for one in shop["segments"]} | {"todos-con-reserva"}
    for letter in shop["campaigns"]:
        assert letter.get("segment", "" if "trigger" in letter else None) in {"", *segments}, letter["code"]
        assert ("trigger" in letter) != ("schedule" in letter), letter["code"]
        found = []
        for key in LETTER:
            for text in letter[key].values():
                liquid.from_string(text)
                assert not NOT_LIQUID.search(text), text
            found.append([sorted(re.findall(r"\{\{\s*([\w.]+)", text)) for text in letter[key].values()])
        assert all(spanish == english for spanish, english in found), letter["code"]


def test_rules_show_what_exists(shop: Any) -> None:
    skus = {one["sku"] for one in shop["products"]}
    for rule in shop["personalisation"]:
        if isinstance(rule.get("show"), list):
            assert set(rule["show"]) <= skus, rule


def test_customers_can_be_written_to_only_in_the_demo(shop: Any) -> None:
    tastes = {one["code"] for one in shop["interests"]}
    groups = {one["code"] for one in shop["tenant"]["customer_groups"]}
    for customer in shop["customers"]:
        name = customer["name"]
        assert set(customer["interests"]) <= tastes, name
        assert customer["group"] in groups, name
        assert customer["language"] in {"es", "en"}, name
        assert ("last_order_days" in customer) == (customer["orders"] > 0), name
        number = phonenumbers.parse(customer["phone"])
        assert phonenumbers.is_possible_number(number), name
        assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == customer["phone"], name
        address = customer["address"]
        assert address["country"] == customer["country"], name
        assert {"level2", "street", "postal_code"} <= set(address), name
        if address["country"] in {"CR", "MX"}:
            assert {"level1", "level3"} <= set(address), name
        if address["country"] in {"GT", "HN", "SV"}:
            assert "level1" in address, name


def test_every_address_of_mail_is_reserved() -> None:
    for path in FILES:
        for found in re.findall(r"[\w.+-]+@[\w.-]*\w", path.read_text(encoding="utf-8")):
            assert re.search(r"@(?:[\w-]+\.)*example(?:\.(?:com|org|net))?$", found), found
