"""What the README names is there: tests, folders, files, pictures, registries; and a text names places that there are."""

import re

from kernel import i18n
from kernel.settings import ROOT

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
PACKAGES = ("kernel", "crm", "shop", "campaigns", "demo", "bench")
OURS = [*(path for name in PACKAGES for path in (ROOT / name).rglob("*.py")), *(ROOT / "tests").rglob("*.py")]
PLACE = r"(?:under|below|in|en|debajo de|bajo) [“«]([^”»%]+)[”»]"
OTHERS = {"Options", "Opciones"}  # a column of the files that come in


def lost_tests(text: str) -> list[str]:
    """Tests that a line names and that are not there; a bare name lies in the folder named before it."""
    lost = []
    for line in text.splitlines():
        folder = "tests/"
        for told, name in re.findall(r"`(tests/(?:\w+/)*)?(test_\w+\.py)`", line):
            folder = told or folder
            if not (ROOT / folder / name).is_file():
                lost.append(folder + name)
    return lost


def test_every_test_that_a_promise_names_is_there():
    assert lost_tests(TEXT.partition("## What is promised")[2].partition("| promise |")[2]) == []
    assert lost_tests("| a | `tests/shop/test_races.py`, `test_gone.py` |") == ["tests/shop/test_gone.py"]


def test_every_folder_picture_and_file_is_there():
    told = re.findall(r"\]\(([\w./]+)\)|src=\"([\w./]+)\"|`((?:[a-z_]+/)+[\w.]*)`", TEXT)
    paths = {one for found in told for one in found if one and not one.startswith("instance/")}
    assert len(paths) > 40
    places = [ROOT, *(ROOT / name for name in ("shop", "tests", "templates"))]
    assert sorted(one for one in paths if not any((place / one).exists() for place in places)) == []
    names = {path.name for path in OURS}
    assert sorted(set(re.findall(r"`([a-z_]+\.py)`", TEXT)) - names) == []


def test_every_registry_is_there():
    told = re.findall(r"`([a-z_]+)\.([a-z_]+)`", TEXT.partition("The registries are")[2].partition("\n\n")[0])
    assert len(told) > 10
    code = {name: "".join(path.read_text() for path in OURS if path.name == f"{name}.py") for name, _verb in told}
    assert [f"{name}.{verb}" for name, verb in told if not re.search(rf"^def {verb}\(", code[name], re.M)] == []


def test_a_text_that_says_where_something_stands_names_a_place_that_is_there():
    catalog = i18n.merged(sorted((i18n.SOURCES / "es").glob("*.po")), "es")
    for texts in ({str(one.id) for one in catalog if one.id}, {str(one.string) for one in catalog if one.id}):
        named = {place for text in texts for place in re.findall(PLACE, text)} - OTHERS
        assert len(named) > 3
        assert sorted(named - texts) == []
