"""The drawings of the demo: one for everything that is shown, light, valid and unlike each other."""

import xml.etree.ElementTree as ET
from collections import Counter
from typing import Any

import pytest

from demo import pictures, world
from demo.drawings import homes, scenes, shapes

SHOPS = {world.slug(shop): shop for shop in world.shops()}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(params=sorted(SHOPS))
def shop(request: pytest.FixtureRequest) -> Any:
    return SHOPS[request.param]


def drawn(shop: Any) -> dict[str, str]:
    return {name: scene.svg(name) for name, scene in scenes.of(world.slug(shop)).items()}


def test_every_product_shelf_cover_and_mark_has_its_drawing(shop: Any) -> None:
    wanted = {one["sku"] for one in shop["products"]} | {f"c/{one['slug']}" for one in shop["categories"]}
    sent = {f"o/{slug}" for slug in homes.SHOPS.get(world.slug(shop), {})}
    assert set(drawn(shop)) == wanted | sent | {"hero", "logo"}


def test_no_drawing_is_heavier_than_six_kilobytes(shop: Any) -> None:
    sizes = {name: len(svg.encode()) for name, svg in drawn(shop).items()}
    assert {name: size for name, size in sizes.items() if size > shapes.LIMIT} == {}


def test_drawings_are_valid_and_refer_to_what_they_define(shop: Any) -> None:
    for name, svg in drawn(shop).items():
        root = ET.fromstring(svg)
        assert root.tag == f"{SVG}svg"
        assert root.get("viewBox"), name
        ids = Counter(node.get("id") for node in root.iter() if node.get("id"))
        assert not [one for one, times in ids.items() if times > 1], name
        words = [value for node in root.iter() for value in node.attrib.values()]
        wanted = {value[1:] for node in root.iter(f"{SVG}use") if (value := node.get("href", ""))}
        wanted |= {value[5:-1] for value in words if value.startswith("url(#")}
        assert wanted <= set(ids), name
        assert not [node.tag for node in root.iter() if node.tag in {f"{SVG}script", f"{SVG}image", f"{SVG}text"}], name
        assert not [value for value in words if "http" in value or value.startswith("data:")], name


def test_no_two_drawings_are_alike() -> None:
    arts = Counter(svg.split("</title>")[1] for shop in SHOPS.values() for svg in drawn(shop).values())
    assert max(arts.values()) == 1


def test_only_what_is_shown_is_made_into_pictures(shop: Any) -> None:
    goods = {one["sku"] for one in shop["products"]}
    wishes = pictures.wished(shop)
    assert {name for name in wishes if "-" in name and "/" not in name} == goods
    assert wishes["hero"].width > 1200
    assert len({wish.sha256 for wish in wishes.values()}) == len(wishes)


def test_a_picture_fills_its_frame_and_comes_in_the_widths_of_the_house(tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(pictures, "KEPT", tmp_path)
    wish = pictures.wished(SHOPS["horno-tizapola"])["c/pasteles"]
    pictures.make(wish)
    assert wish.there
    assert sorted(path.name.split(".")[1] for path in tmp_path.glob("*.webp")) == ["320", "640"]
